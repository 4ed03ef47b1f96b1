//! Which sections of a page answer a query by words.
//!
//! `score(s) = Σ w_t · sat(tf_t,s) + 2 W (Σ w_t · h_t,s / W)²`, where `sat` is the formula's ([`Bm25f::saturate`]), `w_t` the idf of a word, a tenth of it where the
//! page's title has the word, since all of its sections are about that; `W = Σ w_t`; and `h_t,s` 1 if the section's heading has the word, ½ if an earlier
//! one has it, below which the section may stand. The square makes much of a heading that says what is asked, and little of one
//! that shares a word with a long question.

use super::keyword::{Plan, formula};
use crate::Result;
use crate::corpus::{Ordinal, PageId};
use crate::index::{Core, Index};
use crate::lexical::{InSections, Ranking};

const IN_TITLE: f32 = 0.1;
const HEADING: f32 = 2.0;
const EARLIER: f32 = 0.5;

/// The scores of sections that hold any word, in order, for each of `pages`.
pub(super) fn by_words(
    plan: &Plan,
    index: &Index,
    core: &Core,
    ranking: &Ranking,
    pages: &[PageId],
) -> Result<Vec<Vec<(Ordinal, f32)>>> {
    let formula = formula(index, core.collection);
    let mut words: Vec<(f32, Vec<InSections>)> = Vec::new();
    for (set, &idf) in plan.sets(index).iter().zip(&ranking.idf) {
        words.push((idf, set.in_sections(pages, core.collection, &formula)?));
    }
    let mut scores = Vec::with_capacity(pages.len());
    for page in 0..pages.len() {
        let mut sections: Vec<Ordinal> = Vec::new();
        for (_, found) in &words {
            sections.extend(found[page].sections.iter().map(|found| found.section));
        }
        sections.sort_unstable();
        sections.dedup();
        let mut scored: Vec<(Ordinal, f32)> = sections.into_iter().map(|section| (section, 0.0)).collect();
        let mut headings = vec![0.0f32; scored.len()];
        let mut all = f32::MIN_POSITIVE;
        for (idf, found) in &words {
            let found = &found[page];
            let weight = if found.in_title { IN_TITLE * idf } else { *idf };
            all += weight;
            let (mut own, mut earlier) = (found.sections.iter().peekable(), 0.0);
            for ((section, score), heading) in scored.iter_mut().zip(&mut headings) {
                let own = own.next_if(|own| own.section == *section);
                let in_heading = own.map_or(0.0, |own| own.heading);
                *score += weight * own.map_or(0.0, |own| formula.saturate(own.count));
                *heading += weight * in_heading.max(EARLIER * earlier);
                if in_heading > 0.0 {
                    earlier = in_heading;
                }
            }
        }
        for ((_, score), heading) in scored.iter_mut().zip(headings) {
            *score += HEADING * heading * heading / all;
        }
        scores.push(scored);
    }
    Ok(scores)
}
