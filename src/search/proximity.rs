//! How close a query's words stand together in a page, on sites whose owner lets that count.

use super::keyword::Plan;
use super::positions::{Positions, merged};
use crate::Result;
use crate::corpus::PageSet;
use crate::index::{Core, Index};
use crate::lexical::Ranking;

/// Pages that are looked through, those that words rank best: the positions of more would cost a reader more than they change.
const MOST_PAGES: usize = 30;

/// What each page gains by the closeness of a query's words, as a share of the best score; `most` is the share of one that has all
/// words side by side. Nothing if a query has no two words; what is missing is noted in `plan`, and then shares say nothing.
///
/// A page with `k` of the query's `n` words, `k ≥ 2`, has the share `(k − 1) / d · (k − 1) / (n − 1)`, where `d` is how far the first and
/// the last word of its narrowest passage with all `k` are apart: the minimum cover of Tao and Zhai, "An Exploration of Proximity
/// Measures in Information Retrieval" (SIGIR 2007), here as a share.
#[inline(never)]
pub(super) fn shares(index: &Index, core: &Core, plan: &mut Plan, ranking: &Ranking, most: f32) -> Result<Vec<f32>> {
    let mut pages = PageSet::none(core.collection.pages);
    ranking.pages.iter().take(MOST_PAGES).for_each(|ranked| pages.insert(ranked.page));
    let words: Vec<Vec<String>> = plan
        .words
        .iter()
        .filter(|word| !word.common)
        .map(|word| word.forms.iter().map(|form| form.form.clone()).collect())
        .collect();
    if words.len() < 2 {
        return Ok(Vec::new());
    }
    let mut positions: Vec<Vec<Positions>> = Vec::new();
    for forms in &words {
        let mut of_word = Vec::new();
        for form in forms {
            of_word.push(Positions::read(index, core, plan, form, &pages)?);
        }
        positions.push(of_word);
    }
    let mut shares = vec![0.0; core.collection.pages as usize];
    for page in pages.iter() {
        let mut places: Vec<Vec<u32>> = positions.iter().map(|forms| merged(forms, page)).collect();
        places.retain(|places| !places.is_empty());
        let pairs = places.len().saturating_sub(1) as f32;
        if pairs > 0.0 {
            let apart = (narrowest(&places) as f32).max(pairs);
            shares[page.0 as usize] = most * pairs / apart * pairs / (words.len() - 1) as f32;
        }
    }
    Ok(shares)
}

/// What pages gain by language and by closeness, either of which may be nothing for all.
#[inline(never)]
pub(super) fn together(spoken: &[f32], close: &[f32]) -> Vec<f32> {
    let share = |shares: &[f32], page: usize| shares.get(page).copied().unwrap_or(0.0);
    (0..spoken.len().max(close.len())).map(|page| share(spoken, page) + share(close, page)).collect()
}

/// How far the first and the last position of the narrowest stretch are apart that has one of each list; lists are ascending, and
/// none is empty.
fn narrowest(lists: &[Vec<u32>]) -> u32 {
    let mut at = vec![0usize; lists.len()];
    let mut least = u32::MAX;
    loop {
        let (mut first, mut start, mut end) = (0, u32::MAX, 0);
        for (list, (positions, &at)) in lists.iter().zip(&at).enumerate() {
            let position = positions[at];
            if position < start {
                (first, start) = (list, position);
            }
            end = end.max(position);
        }
        least = least.min(end - start);
        // Only a later place of the first word can narrow the stretch.
        at[first] += 1;
        if at[first] == lists[first].len() {
            return least;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every choice of one position a list.
    fn slow(lists: &[Vec<u32>], start: u32, end: u32) -> u32 {
        let Some((first, rest)) = lists.split_first() else { return end - start };
        first.iter().map(|&place| slow(rest, start.min(place), end.max(place))).min().unwrap()
    }

    proptest! {
        #[test]
        fn the_narrowest_stretch_is_that_of_all_choices(
            lists in prop::collection::vec(prop::collection::btree_set(0..60u32, 1..6), 1..5)
        ) {
            let lists: Vec<Vec<u32>> = lists.into_iter().map(|list| list.into_iter().collect()).collect();
            prop_assert_eq!(narrowest(&lists), slow(&lists, u32::MAX, 0));
        }
    }
}
