//! Hits: pages of a ranking, with their best sections and what to show of them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::excerpt::Marker;
use super::keyword::Plan;
use super::semantic::Nearest;
use super::{Explanation, Hit, Lenses, Query, SectionHit};
use crate::Result;
use crate::corpus::{Ordinal, PageId, StoredPage};
use crate::index::{Core, Index, PartId};
use crate::lexical::{PageScore, Ranking};

/// Pages whose rank by meaning is told; beyond it a rank says nothing.
const MOST_RANK: usize = 100;

/// What the legs have found so far.
pub(super) struct Found<'r> {
    pub plan: &'r Plan,
    pub keyword: Option<&'r Ranking>,
    pub semantic: Option<&'r Nearest>,
}

/// A page to show and its sections, best first.
struct Chosen {
    page: PageScore,
    sections: Vec<ChosenSection>,
}

struct ChosenSection {
    ordinal: Ordinal,
    score: f32,
    /// The section's nearest passage, in bytes of its text.
    focus: Option<Range<usize>>,
}

/// Hits, or the parts that must be loaded to show them.
pub(super) enum Shown {
    Need(Vec<PartId>),
    Hits(Vec<Hit>, Vec<String>),
}

/// Makes hits of `pages`.
pub(super) fn show(index: &Index, core: &Core, query: &Query, found: &Found, pages: &[PageScore]) -> Result<Shown> {
    let chosen = choose(index, core, query, found, pages)?;
    let (mut missing, mut failures) = (Vec::new(), Vec::new());
    for (page, section) in chosen.iter().flat_map(|c| c.sections.iter().map(|s| (c.page.page, s.ordinal))) {
        let Some(id) = core.text_for(page, section) else { continue };
        if index.wants(id) {
            if !missing.contains(&id) {
                missing.push(id);
            }
        } else if let Some(reason) = index.failure(id) {
            failures.push([&id.to_string(), ": ", reason].concat());
        }
    }
    if !missing.is_empty() {
        return Ok(Shown::Need(missing));
    }
    let ids: Vec<PageId> = pages.iter().map(|ranked| ranked.page).collect();
    let mut explained = match (found.keyword, query.explain) {
        (Some(ranking), true) => found.plan.explain(index, core, ranking, &ids)?,
        _ => vec![Vec::new(); ids.len()],
    };
    let keyword: BTreeMap<PageId, (usize, f32)> = ranks(found.keyword.map_or(&[], |ranking| &ranking.pages));
    let semantic: BTreeMap<PageId, (usize, f32)> = ranks(found.semantic.map_or(&[], |nearest| &nearest.pages));
    let marker = Marker::new(&found.plan.words);
    let mut hits = Vec::with_capacity(chosen.len());
    for (number, chosen) in chosen.into_iter().enumerate() {
        let page = chosen.page;
        let slices: Vec<_> = chosen.sections.iter().map(|section| slice(index, core, page.page, section.ordinal)).collect();
        let Some(stored) = slices.iter().flatten().next() else { continue };
        let sections: Vec<SectionHit> = chosen
            .sections
            .iter()
            .zip(&slices)
            .filter_map(|(section, slice)| show_section((*slice)?, section, &marker))
            .collect();
        let (by_words, by_meaning) = (keyword.get(&page.page), semantic.get(&page.page));
        let explain = query.explain.then(|| Explanation {
            keyword: by_words.map(|&(_, score)| score),
            terms: std::mem::take(&mut explained[number]),
            cosine: by_meaning.map(|&(_, score)| score),
            fusion: query.fusion.describe(),
        });
        hits.push(Hit {
            id: stored.id.clone(),
            url: stored.url.clone(),
            title: stored.title.clone(),
            score: page.score,
            lenses: Lenses {
                keyword: by_words.map(|&(rank, _)| rank),
                semantic: by_meaning.map(|&(rank, _)| rank).filter(|&rank| rank <= MOST_RANK),
            },
            excerpt: sections.first().map(|section| section.excerpt.clone()).unwrap_or_default(),
            sections,
            meta: stored.meta.clone(),
            explain,
        });
    }
    Ok(Shown::Hits(hits, failures))
}

/// Chooses the sections to show of each page: the mean of its scores by words and by meaning, each over the page's best.
fn choose(index: &Index, core: &Core, query: &Query, found: &Found, pages: &[PageScore]) -> Result<Vec<Chosen>> {
    let ids: Vec<PageId> = pages.iter().map(|ranked| ranked.page).collect();
    let by_words = match found.keyword {
        Some(ranking) => found.plan.sections(index, core, ranking, &ids)?,
        None => vec![Vec::new(); ids.len()],
    };
    let by_meaning = match found.semantic {
        Some(nearest) => nearest.passages(index, core, &ids),
        None => vec![Vec::new(); ids.len()],
    };
    let mut chosen = Vec::with_capacity(pages.len());
    for ((&page, words), passages) in pages.iter().zip(by_words).zip(by_meaning) {
        let mut sections: BTreeMap<Ordinal, ChosenSection> = BTreeMap::new();
        let mut at = |ordinal: Ordinal, score: f32, focus: Option<Range<usize>>| {
            let known = sections.entry(ordinal).or_insert(ChosenSection { ordinal, score: 0.0, focus: None });
            known.score += score;
            known.focus = known.focus.take().or(focus);
        };
        let best = words.iter().map(|&(_, score)| score).fold(0.0, f32::max);
        for (ordinal, score) in words {
            at(ordinal, 0.5 * score / best.max(f32::MIN_POSITIVE), None);
        }
        let mut nearest: BTreeMap<Ordinal, (f32, Range<usize>)> = BTreeMap::new();
        for (owner, cosine) in passages {
            let span = owner.start as usize..owner.start.saturating_add(owner.length) as usize;
            match nearest.get(&owner.section) {
                Some(&(known, _)) if known >= cosine => {}
                _ => drop(nearest.insert(owner.section, (cosine, span))),
            }
        }
        let best = nearest.values().map(|&(cosine, _)| cosine + 1.0).fold(0.0, f32::max);
        for (ordinal, (cosine, span)) in nearest {
            at(ordinal, 0.5 * (cosine + 1.0) / best.max(f32::MIN_POSITIVE), Some(span));
        }
        let mut sections: Vec<ChosenSection> = sections.into_values().collect();
        sections.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.ordinal.cmp(&b.ordinal)));
        sections.truncate(query.sections.max(1));
        if sections.is_empty() {
            sections.push(ChosenSection { ordinal: Ordinal(0), score: 0.0, focus: None });
        }
        chosen.push(Chosen { page, sections });
    }
    Ok(chosen)
}

fn slice<'i>(index: &'i Index, core: &Core, page: PageId, section: Ordinal) -> Option<&'i StoredPage> {
    let slices = index.text(core.text_for(page, section)?)?;
    let mut of_page = slices.iter().filter(|slice| slice.page == page);
    of_page.clone().find(|slice| slice.section(section).is_some()).or_else(|| of_page.next())
}

fn show_section(slice: &StoredPage, chosen: &ChosenSection, marker: &Marker) -> Option<SectionHit> {
    let section = slice.section(chosen.ordinal)?;
    let url = match &section.anchor {
        Some(anchor) => [&slice.url, "#", anchor].concat(),
        None => slice.url.clone(),
    };
    Some(SectionHit {
        heading: section.heading.clone(),
        path: slice.path(chosen.ordinal),
        anchor: section.anchor.clone(),
        url,
        score: chosen.score,
        excerpt: marker.excerpt(&section.text, chosen.focus.clone()),
    })
}

fn ranks(pages: &[PageScore]) -> BTreeMap<PageId, (usize, f32)> {
    pages.iter().enumerate().map(|(rank, ranked)| (ranked.page, (rank + 1, ranked.score))).collect()
}
