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
    /// Where `set` is in each of `pages`, in their order; or in which headings alone.
    fn of(
        set: &TermSet,
        pages: &[PageId],
        headings_alone: bool,
        collection: Collection,
        formula: &Bm25f,
    ) -> Result<Vec<Self>> {
        let mut found = vec![Self::default(); pages.len()];
        set.visit(pages, collection, |at, weight, posting| {
            let page = &mut found[at];
            page.in_title |= posting.title.count() > 0;
            for section in posting.sections.iter().filter(|section| !headings_alone || section.heading > 0) {
                let count = formula.heading.weight * section.heading as f32 + formula.body.weight * section.body as f32;
                let known = page.section(section.section);
                known.count += weight * count;
                if section.heading > 0 && weight > known.heading {
                    known.heading = weight;
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

/// What the sections of each of `pages` have of all sets: their scores as `count`s, and in `heading` what their headings have, by idf. A
/// set that the title has counts `in_title` of its idf, and in the heading of an earlier section `earlier`; if that is nothing, only
/// sections whose headings hold something are looked at. Also what all sets count.
#[inline(never)]
fn weigh(
    sets: &[TermSet],
    ranking: &Ranking,
    pages: &[PageId],
    [in_title, earlier]: [f32; 2],
    collection: Collection,
    formula: &Bm25f,
) -> Result<Vec<(InSections, f32)>> {
    let mut weighed = vec![(InSections::default(), f32::MIN_POSITIVE); pages.len()];
    let mut words = Vec::with_capacity(sets.len());
    for set in sets {
        let found = InSections::of(set, pages, earlier == 0.0, collection, formula)?;
        for ((all, _), found) in weighed.iter_mut().zip(&found) {
            found.sections.iter().for_each(|found| _ = all.section(found.section));
        }
        words.push(found);
    }
    for (found, &idf) in words.iter().zip(&ranking.idf) {
        for ((all, sum), found) in weighed.iter_mut().zip(found) {
            let weight = if found.in_title { in_title * idf } else { idf };
            *sum += weight;
            let (mut at, mut last) = (0, 0.0);
            for section in &mut all.sections {
                let mut heading = earlier * last;
                if let Some(own) = found.sections.get(at).filter(|own| own.section == section.section) {
                    at += 1;
                    section.count += weight * formula.saturate(own.count);
                    if own.heading > 0.0 {
                        (heading, last) = (own.heading, own.heading);
                    }
                }
                section.heading += weight * heading;
            }
        }
    }
    Ok(weighed)
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
    let mut scores = Vec::with_capacity(pages.len());
    for (found, all) in weigh(sets, ranking, pages, [IN_TITLE, EARLIER], collection, formula)? {
        let score = |found: &InSection| (found.section, found.count + HEADING * found.heading * found.heading / all);
        scores.push(found.sections.iter().map(score).collect());
    }
    Ok(scores)
}

/// What the best pages gain by their headings, in order, as [`Ranking::named`] says.
pub(super) fn headed(sets: &[TermSet], ranking: &Ranking, collection: Collection, formula: &Bm25f) -> Result<Vec<f32>> {
    let mut pages = Vec::new();
    ranking.pages.iter().take(HEADED).for_each(|ranked| pages.push(ranked.page));
    let all: f32 = ranking.idf.iter().sum();
    let mut gains = Vec::with_capacity(pages.len());
    for (found, untitled) in weigh(sets, ranking, &pages, [0.0, 0.0], collection, formula)? {
        let mut best = 0.0;
        for found in &found.sections {
            if found.heading > best {
                best = found.heading;
            }
        }
        let share = (all - untitled + best) / all;
        gains.push(if best > 0.0 { BY_HEADING * share * share * share * share } else { 0.0 });
    }
    Ok(gains)
}
