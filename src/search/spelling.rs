//! Words of the query that the site does not use: which of its words may have been meant.

use super::Correction;
use super::keyword::Plan;
use crate::index::{Core, Index, Kind, PartId, Spelling};
use crate::lexical::{distance, slips};
use crate::order::best_first;
use crate::text;

/// Most words that may be meant by one.
const MOST_MEANT: usize = 3;
/// Most lists looked at in either order.
const MOST_LISTS: usize = 3;
/// How much nearer, in tenths of a slip, a word counts for each doubling of the pages that hold it.
const PAGES: f32 = 0.6;
/// By how much farther than the likeliest another word may be meant as well.
const AS_LIKELY: f32 = 3.0;

/// The words that may be meant by those of a query that the site does not use, once they were looked for: a run looks at its
/// words in every step, and through lists of thousands only once.
#[derive(Default)]
pub(super) struct Meant(Vec<(String, Vec<String>)>);

impl Meant {
    /// The other words of the site that may be meant by `word`, the likeliest first; none while lists are missing, which is noted
    /// in `plan`. `unfinished` says that it is still being typed.
    pub fn by(&mut self, index: &Index, core: &Core, plan: &mut Plan, word: &str, unfinished: bool) -> &[String] {
        let known = self.0.iter().position(|(known, _)| known == word);
        let at = known.or_else(|| {
            let meant = look_for(index, core, plan, word, unfinished)?;
            self.0.push((word.to_owned(), meant));
            Some(self.0.len() - 1)
        });
        at.map_or(&[], |at| &self.0[at].1)
    }
}

/// Looks for the words that may be meant; none while something is missing for it.
fn look_for(index: &Index, core: &Core, plan: &mut Plan, word: &str, unfinished: bool) -> Option<Vec<String>> {
    let slips = slips(word.chars().count());
    let Some(hash) = core.spelling.filter(|_| slips > 0 && word.chars().all(text::is_alphabetic)) else {
        return Some(Vec::new());
    };
    let id = PartId { kind: Kind::Spelling, hash };
    plan.want(index, id);
    match index.spelling(id) {
        Some(spelling) => in_lists(index, spelling, plan, word, slips, unfinished),
        None if index.wants(id) => None,
        None => Some(Vec::new()),
    }
}

/// Looks for them in the lists that may hold them.
#[inline(never)]
fn in_lists(
    index: &Index,
    spelling: &Spelling,
    plan: &mut Plan,
    word: &str,
    slips: u32,
    unfinished: bool,
) -> Option<Vec<String>> {
    let typed: Vec<char> = word.chars().collect();
    // So many slips leave one of `slips + 1` pieces as it is; one less on either side, as two neighbours may be exchanged there.
    let piece = (typed.len() / (slips as usize + 1)).saturating_sub(1).max(1);
    let backwards: String = typed.iter().rev().collect();
    let beginning: String = typed[..piece].iter().collect();
    let ending: String = typed.iter().rev().take(piece).collect();
    let forwards = spelling.beginning(word, &beginning, MOST_LISTS);
    // Nobody knows yet how a word ends that is still being typed.
    let most = if unfinished { 0 } else { MOST_LISTS };
    let backwards = spelling.ending(&backwards, &ending, most);
    for &id in forwards.iter().chain(&backwards) {
        plan.want(index, id);
    }
    if forwards.iter().chain(&backwards).any(|&id| index.wants(id)) {
        return None;
    }
    let mut candidates: Vec<(String, f32)> = Vec::new();
    for (ids, reversed) in [(forwards, false), (backwards, true)] {
        for (listed, pages) in ids.iter().filter_map(|&id| index.words(id)).flat_map(|list| list.words()) {
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
    }
    let order = best_first(candidates.iter().map(|&(_, score)| score));
    let best = order.first().map_or(0.0, |&at| candidates[at].1);
    let likely = order.into_iter().filter(|&at| candidates[at].1 >= best - AS_LIKELY).take(MOST_MEANT);
    Some(likely.map(|at| candidates[at].0.clone()).collect())
}

/// A text with the likeliest word in the place of each that was taken for others; none if none was.
#[inline(never)]
pub(super) fn did_you_mean(text: &str, corrections: &[Correction]) -> Option<String> {
    let mut meant = String::new();
    let mut copied = 0;
    for word in text::words(text) {
        let correction = corrections.iter().find(|correction| correction.word == *word.term);
        if let Some(likeliest) = correction.and_then(|correction| correction.meant.first())
            && word.span.start >= copied
        {
            meant.push_str(&text[copied..word.span.start]);
            meant.push_str(likeliest);
            copied = word.span.end;
        }
    }
    (copied > 0).then(|| [&meant, &text[copied..]].concat())
}
