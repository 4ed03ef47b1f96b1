//! Words of the query that the site does not use: which of its words may have been meant.

use super::keyword::Plan;
use crate::index::{Core, Index, Kind, PartId};
use crate::lexical::{distance, slips};
use crate::order::best_first;

/// Most words that may be meant by one.
const MOST_MEANT: usize = 3;
/// Most lists looked at in either order.
const MOST_LISTS: usize = 3;
/// How much nearer, in tenths of a slip, a word counts for each doubling of the pages that hold it.
const PAGES: f32 = 0.6;
/// By how much farther than the likeliest another word may be meant as well.
const AS_LIKELY: f32 = 3.0;

/// The other words of the site that may be meant by `word`, the likeliest first, as far as lists are loaded; `unfinished` says that
/// it is still being typed.
pub(super) fn meant(index: &Index, core: &Core, plan: &mut Plan, word: &str, unfinished: bool) -> Vec<String> {
    let typed: Vec<char> = word.chars().collect();
    let slips = slips(typed.len());
    let Some(hash) = core.spelling.filter(|_| slips > 0 && typed.iter().all(|c| c.is_alphabetic())) else {
        return Vec::new();
    };
    let id = PartId { kind: Kind::Spelling, hash };
    plan.want(index, id);
    let Some(spelling) = index.spelling(id) else { return Vec::new() };
    // So many slips leave one of `slips + 1` pieces as it is; one less on either side, as two neighbours may be exchanged there.
    let piece = (typed.len() / (slips as usize + 1)).saturating_sub(1).max(1);
    let backwards: String = typed.iter().rev().collect();
    let beginning: String = typed[..piece].iter().collect();
    let ending: String = typed.iter().rev().take(piece).collect();
    let mut candidates: Vec<(String, f32)> = Vec::new();
    let mut look = |id: PartId, reversed: bool| {
        plan.want(index, id);
        for (listed, pages) in index.words(id).map_or(&[][..], |list| list.words()) {
            let mut letters: Vec<char> = listed.chars().collect();
            if reversed {
                letters.reverse();
            }
            if let Some(cost) = distance(&typed, &letters, slips, unfinished) {
                let meant: String = letters.into_iter().collect();
                if meant != word && !candidates.iter().any(|(known, _)| *known == meant) {
                    candidates.push((meant, PAGES * f32::from(*pages) - cost as f32));
                }
            }
        }
    };
    spelling.beginning(word, &beginning, MOST_LISTS).into_iter().for_each(|id| look(id, false));
    if !unfinished {
        spelling.ending(&backwards, &ending, MOST_LISTS).into_iter().for_each(|id| look(id, true));
    }
    let order = best_first(candidates.iter().map(|&(_, score)| score));
    let best = order.first().map_or(0.0, |&at| candidates[at].1);
    let likely = order.into_iter().filter(|&at| candidates[at].1 >= best - AS_LIKELY).take(MOST_MEANT);
    likely.map(|at| candidates[at].0.clone()).collect()
}
