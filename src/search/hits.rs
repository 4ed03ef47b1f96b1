//! Hits: pages of a ranking, with their best sections and what to show of them.

use super::excerpt::Marker;
use super::keyword::{Plan, add_once};
use super::semantic::Nearest;
use super::{Excerpt, Explanation, Hit, Lenses, Query, SectionHit, TermExplanation};
use crate::Result;
use crate::corpus::{Ordinal, PageId, StoredPage};
use crate::index::{Column, Core, Index, PartId, Place, Settled};
use crate::lexical::{PageScore, Places, Ranking};
use crate::order::best_first;

/// Pages whose rank by meaning is told; beyond it a rank says nothing.
const MOST_RANK: usize = 100;

/// What the legs have found so far.
pub(super) struct Found<'r> {
    pub plan: &'r Plan,
    pub keyword: Option<&'r Ranking>,
    pub semantic: Option<&'r Nearest>,
    /// What they came to together, before pages gained anything.
    pub fused: &'r [PageScore],
    /// What a page gains whose title is the query; others gain by the share of their titles that it is.
    pub bonus: f32,
    /// What the owner settled on for the query.
    pub settled: Option<&'r Settled>,
    /// What pages gain by being in the reader's language, as shares of that; one for each page, or none.
    pub spoken: &'r [f32],
    /// What each page gains by the closeness of the query's words, as a share of `bonus`, if that counts.
    pub close: Option<&'r [f32]>,
    /// The column that hits are grouped by.
    pub group: Option<&'r Column>,
}

/// A page to show and its sections, best first.
struct Chosen {
    page: PageScore,
    sections: Vec<ChosenSection>,
}

#[derive(Clone, Default)]
struct ChosenSection {
    ordinal: Ordinal,
    by_words: f32,
    by_meaning: f32,
    /// The section's nearest passage, by its number.
    focus: Option<u32>,
}

impl ChosenSection {
    fn score(&self) -> f32 {
        self.by_words + self.by_meaning
    }
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
        let Some(Place::Part(id) | Place::Named(id)) = index.text_for(core, page, section) else { continue };
        if index.wants(id) {
            add_once(&mut missing, id);
        } else if let Some(reason) = index.failure(id) {
            failures.push([&id.path(), ": ", reason].concat());
        }
    }
    if !missing.is_empty() {
        return Ok(Shown::Need(missing));
    }
    let ids: Vec<PageId> = pages.iter().map(|ranked| ranked.page).collect();
    let places = Places::of(&ids, core.collection.pages);
    let keyword = ranks(found.keyword.map_or(&[], |ranking| &ranking.pages), &places, ids.len());
    let semantic = ranks(found.semantic.map_or(&[], |nearest| &nearest.pages), &places, ids.len());
    let mut explained = match query.explain {
        true => explanations(index, core, query, found, &ids, [&keyword, &semantic])?,
        false => vec![None; ids.len()],
    };
    let marker = Marker::new(&found.plan.words);
    let mut hits = Vec::with_capacity(chosen.len());
    for (number, chosen) in chosen.into_iter().enumerate() {
        let page = chosen.page;
        let slices: Vec<_> =
            chosen.sections.iter().map(|section| slice(index, core, page.page, section.ordinal)).collect();
        let Some(stored) = slices.iter().flatten().next() else { continue };
        let shown = chosen.sections.iter().zip(&slices);
        let shown = shown.filter_map(|(section, slice)| show_section((*slice)?, section, found, &marker));
        let sections = distinct(shown);
        let (by_words, by_meaning) = (keyword[number], semantic[number]);
        hits.push(Hit {
            id: stored.id.clone(),
            url: stored.url.clone(),
            title: stored.title.clone(),
            language: stored.lang.clone(),
            score: page.score,
            lenses: Lenses {
                keyword: by_words.map(|(rank, _)| rank),
                semantic: by_meaning.map(|(rank, _)| rank).filter(|&rank| rank <= MOST_RANK),
            },
            excerpt: excerpt(&sections, stored, &marker),
            sections,
            group: found.group.and_then(|column| Some(column.value(*column.of(page.page).first()?))),
            meta: stored.meta.clone(),
            explain: explained[number].take(),
        });
    }
    Ok(Shown::Hits(hits, failures))
}

/// How the score of each of `pages` came about; `legs` are their ranks and scores by words and by meaning.
#[inline(never)]
fn explanations(
    index: &Index,
    core: &Core,
    query: &Query,
    found: &Found,
    pages: &[PageId],
    legs: [&[Option<(usize, f32)>]; 2],
) -> Result<Vec<Option<Explanation>>> {
    let terms = match found.keyword {
        Some(ranking) => found.plan.explain(index, core, ranking, pages)?,
        None => vec![Vec::new(); pages.len()],
    };
    let explain = |(at, terms): (usize, Vec<TermExplanation>)| {
        let page = pages[at];
        let [keyword, cosine] = legs.map(|leg| leg[at].map(|(_, score)| score));
        let [words, meaning] = match (found.keyword, found.semantic) {
            (Some(keyword), Some(semantic)) => {
                match query.fusion.shares(&keyword.pages, &semantic.pages, core.cells.cut_off, page) {
                    Some(shares) => shares.map(Some),
                    None => [None; 2],
                }
            }
            _ => [keyword, cosine],
        };
        let gain =
            |shares: &[f32]| shares.get(page.0 as usize).map(|share| found.bonus * share).filter(|&gain| gain > 0.0);
        Some(Explanation {
            keyword,
            terms,
            cosine,
            fusion: query.fusion.name(),
            fused: found.fused.iter().find(|fused| fused.page == page).map_or(0.0, |fused| fused.score),
            words,
            meaning,
            title: found.keyword.map(|ranking| found.bonus * ranking.named(page)).filter(|&gain| gain > 0.0),
            language: gain(found.spoken),
            proximity: found.close.and_then(gain),
            prior: index.rules().map(|rules| rules.prior(page)).filter(|&prior| prior != 1.0),
            settled: found.settled.is_some_and(|settled| settled.first.contains(&page)),
        })
    };
    Ok(terms.into_iter().enumerate().map(explain).collect())
}

/// The names of text parts that must be loaded to show these pages, as far as that can be told before their sections are
/// chosen: none on a site whose core names its text parts.
pub(super) fn names(index: &Index, core: &Core, pages: &[PageScore]) -> Vec<PartId> {
    let mut missing = Vec::new();
    for ranked in pages {
        if let Some(Place::Named(id)) = index.text_for(core, ranked.page, Ordinal(0))
            && index.wants(id)
        {
            add_once(&mut missing, id);
        }
    }
    missing
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
        let best_word = words.iter().map(|&(_, score)| score).fold(f32::MIN_POSITIVE, f32::max);
        let best_cosine = passages.iter().map(|&(_, cosine)| cosine + 1.0).fold(f32::MIN_POSITIVE, f32::max);
        let mut sections: Vec<ChosenSection> = Vec::new();
        for (ordinal, score) in words {
            section(&mut sections, ordinal).by_words = 0.5 * score / best_word;
        }
        for (owner, cosine) in passages {
            let section = section(&mut sections, owner.section);
            let score = 0.5 * (cosine + 1.0) / best_cosine;
            if section.focus.is_none() || score > section.by_meaning {
                section.by_meaning = score;
                section.focus = Some(owner.passage);
            }
        }
        let order = best_first(sections.iter().map(ChosenSection::score));
        let mut sections: Vec<ChosenSection> = order.into_iter().map(|at| sections[at].clone()).collect();
        sections.truncate(query.sections.max(1));
        if sections.is_empty() {
            sections.push(ChosenSection { ordinal: Ordinal(0), ..ChosenSection::default() });
        }
        chosen.push(Chosen { page, sections });
    }
    Ok(chosen)
}

/// The entry of a section, a new one if there is none: a page has few.
fn section(sections: &mut Vec<ChosenSection>, ordinal: Ordinal) -> &mut ChosenSection {
    let at = sections.iter().position(|known| known.ordinal == ordinal).unwrap_or_else(|| {
        sections.push(ChosenSection { ordinal, ..ChosenSection::default() });
        sections.len() - 1
    });
    &mut sections[at]
}

fn slice<'i>(index: &'i Index, core: &Core, page: PageId, section: Ordinal) -> Option<&'i StoredPage> {
    let Place::Part(id) = index.text_for(core, page, section)? else { return None };
    let slices = index.text(id)?;
    let mut of_page = slices.iter().filter(|slice| slice.page == page);
    of_page.clone().find(|slice| slice.section(section).is_some()).or_else(|| of_page.next())
}

/// A piece of the best section that has text, else of the first text beside it: a heading may stand above others alone.
fn excerpt(sections: &[SectionHit], beside: &StoredPage, marker: &Marker) -> Excerpt {
    let best = sections.iter().map(|section| &section.excerpt).find(|excerpt| !excerpt.text.is_empty());
    let other = || beside.sections.iter().find(|section| !section.text.is_empty());
    best.cloned().or_else(|| other().map(|section| marker.excerpt(&section.text, &|| None))).unwrap_or_default()
}

/// The sections, best first; of the pieces in which a long one is stored, the best alone.
fn distinct(shown: impl Iterator<Item = SectionHit>) -> Vec<SectionHit> {
    let mut sections: Vec<SectionHit> = Vec::new();
    for section in shown {
        if !sections.iter().any(|known| known.url == section.url && known.heading == section.heading) {
            sections.push(section);
        }
    }
    sections
}

fn show_section(slice: &StoredPage, chosen: &ChosenSection, found: &Found, marker: &Marker) -> Option<SectionHit> {
    let section = slice.section(chosen.ordinal)?;
    let url = match &section.anchor {
        Some(anchor) => [&slice.url, "#", anchor].concat(),
        None => slice.url.clone(),
    };
    let focus = || found.semantic?.piece(slice, chosen.ordinal, chosen.focus?);
    Some(SectionHit {
        heading: section.heading.clone(),
        path: slice.path(chosen.ordinal),
        anchor: section.anchor.clone(),
        url,
        score: chosen.score(),
        excerpt: marker.excerpt(&section.text, &focus),
    })
}

/// Rank and score in a leg of each of `count` pages, by its place among them.
fn ranks(leg: &[PageScore], places: &Places, count: usize) -> Vec<Option<(usize, f32)>> {
    let mut ranks = vec![None; count];
    for (rank, ranked) in leg.iter().enumerate() {
        if let Some(place) = places.find(ranked.page) {
            ranks[place] = Some((rank + 1, ranked.score));
        }
    }
    ranks
}
