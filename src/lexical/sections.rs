//! What the sections of a page have of a query: which of them answers it, and what a page gains by its headings.

use super::bm25f::Bm25f;
use super::rank::{Collection, Ranking, TermSet};
use crate::Result;
use crate::corpus::{Ordinal, PageId};

/// What a word counts in a section of a page whose title has it: all of its sections are about that.
const IN_TITLE: f32 = 0.1;
/// What a heading counts that has all of the query.
const HEADING: f32 = 2.0;
/// What a word counts that an earlier heading has, below which the section may stand.
const EARLIER: f32 = 0.5;
/// How many of the best pages gain by their headings, and how much at most.
const HEADED: usize = 50;
const BY_HEADING: f32 = 0.25;

/// Where a [`TermSet`] is in a page.
#[derive(Clone, Default)]
struct InSections {
    in_title: bool,
    /// The sections that hold it, in order.
    sections: Vec<InSection>,
}

/// What a section has of a [`TermSet`].
#[derive(Clone, Copy)]
struct InSection {
    section: Ordinal,
    /// The weight of the form that its heading holds, if it does.
    heading: f32,
    /// How often it stands there, weighted, a heading's word as in the formula.
    count: f32,
}

impl InSections {
    /// Where `set` is in each of `pages`, in their order.
    fn of(set: &TermSet, pages: &[PageId], collection: Collection, formula: &Bm25f) -> Result<Vec<Self>> {
        let mut found = vec![Self::default(); pages.len()];
        set.visit(pages, collection, |at, weight, posting| {
            let page = &mut found[at];
            page.in_title |= posting.title > 0;
            for section in &posting.sections {
                let count = formula.heading.weight * section.heading as f32 + formula.body.weight * section.body as f32;
                let known = page.section(section.section);
                known.count += weight * count;
                if section.heading > 0 {
                    known.heading = known.heading.max(weight);
                }
            }
        })?;
        Ok(found)
    }

    /// The entry of a section, a new one if there is none.
    fn section(&mut self, section: Ordinal) -> &mut InSection {
        let at = self.sections.partition_point(|known| known.section < section);
        if self.sections.get(at).is_none_or(|known| known.section != section) {
            self.sections.insert(at, InSection { section, heading: 0.0, count: 0.0 });
        }
        &mut self.sections[at]
    }
}

/// The sections of one page that hold any word, in order, and room for two numbers for each.
fn sections_of(words: &[Vec<InSections>], page: usize) -> Vec<(Ordinal, f32, f32)> {
    let mut sections: Vec<Ordinal> = Vec::new();
    for found in words {
        sections.extend(found[page].sections.iter().map(|found| found.section));
    }
    sections.sort_unstable();
    sections.dedup();
    sections.into_iter().map(|section| (section, 0.0, 0.0)).collect()
}

/// How well sections of each of `pages` answer by words, in order; those that hold no word are left out.
///
/// `score(s) = Σ w_t · sat(tf_t,s) + 2 W (Σ w_t · h_t,s / W)²`, where `sat` is [`Bm25f::saturate`], `w_t` the idf of a word, or a tenth of
/// it if the page's title has the word; `W = Σ w_t`; and `h_t,s` is 1 if the section's heading has the word, ½ if an earlier one has it.
/// The square makes much of a heading that says what is asked, and little of one that shares a word with a long question.
pub fn score_sections(
    sets: &[TermSet],
    ranking: &Ranking,
    pages: &[PageId],
    collection: Collection,
    formula: &Bm25f,
) -> Result<Vec<Vec<(Ordinal, f32)>>> {
    let mut words = Vec::with_capacity(sets.len());
    for set in sets {
        words.push(InSections::of(set, pages, collection, formula)?);
    }
    let mut scores = Vec::with_capacity(pages.len());
    for page in 0..pages.len() {
        let mut sections = sections_of(&words, page);
        let mut all = f32::MIN_POSITIVE;
        for (&idf, found) in ranking.idf.iter().zip(&words) {
            let found = &found[page];
            let weight = if found.in_title { IN_TITLE * idf } else { idf };
            all += weight;
            let (mut own, mut earlier) = (found.sections.iter().peekable(), 0.0);
            for (section, score, heading) in &mut sections {
                let own = own.next_if(|own| own.section == *section);
                let in_heading = own.map_or(0.0, |own| own.heading);
                *score += weight * own.map_or(0.0, |own| formula.saturate(own.count));
                *heading += weight * in_heading.max(EARLIER * earlier);
                if in_heading > 0.0 {
                    earlier = in_heading;
                }
            }
        }
        let whole = |(section, score, heading)| (section, score + HEADING * heading * heading / all);
        scores.push(sections.into_iter().map(whole).collect());
    }
    Ok(scores)
}

/// What pages gain by their headings, as [`Ranking::named`] says.
pub(super) fn headed(sets: &[TermSet], ranking: &Ranking, collection: Collection) -> Result<Vec<(PageId, f32)>> {
    let pages: Vec<PageId> = ranking.pages.iter().take(HEADED).map(|ranked| ranked.page).collect();
    let mut words = Vec::with_capacity(sets.len());
    for set in sets {
        words.push(InSections::of(set, &pages, collection, &Bm25f::default())?);
    }
    let all: f32 = ranking.idf.iter().sum();
    let mut gains = Vec::new();
    for (at, &page) in pages.iter().enumerate() {
        let mut sections = sections_of(&words, at);
        let mut in_title = 0.0;
        for (&idf, found) in ranking.idf.iter().zip(&words) {
            let found = &found[at];
            if found.in_title {
                in_title += idf;
            }
            let mut own = found.sections.iter().peekable();
            for (section, headed, more) in &mut sections {
                let heading = own.next_if(|own| own.section == *section).map_or(0.0, |own| own.heading);
                *headed = headed.max(heading);
                *more += if found.in_title { 0.0 } else { idf * heading };
            }
        }
        let with_heading = sections.iter().filter(|(_, headed, _)| *headed > 0.0).map(|(.., more)| in_title + more);
        let share = with_heading.fold(0.0, f32::max) / all.max(f32::MIN_POSITIVE);
        if share > 0.0 {
            gains.push((page, BY_HEADING * share * share * share * share));
        }
    }
    Ok(gains)
}
