//! What the owner of the site says about ranking, applied to a query.

use super::forms::{Lookup, look_up};
use super::keyword::{Plan, QueryWord};
use crate::corpus::PageSet;
use crate::index::{Core, Index, Kind, PartId, Rules, Settled};
use crate::lexical::PageScore;
use crate::order::best_first;

/// The part of the rules, if the site has any.
pub(super) fn part(core: &Core) -> Option<PartId> {
    core.rules.map(|hash| PartId { kind: Kind::Rules, hash })
}

/// Takes stopped words out of a query, unless it has no others, and adds to its words what stands for them as well. Gives the settled
/// answer to a query of just these words, if there is one.
#[inline(never)]
pub(super) fn apply(rules: &Rules, words: &mut Vec<QueryWord>) -> Option<Settled> {
    let leaves = || words.iter().filter(|word| !word.compound).map(|word| word.term.as_str());
    let settled = rules.answers.iter().find(|settled| leaves().eq(settled.query.iter().map(String::as_str))).cloned();
    for synonym in &rules.synonyms {
        let leaves: Vec<usize> = (0..words.len()).filter(|&at| !words[at].compound).collect();
        for run in leaves.windows(synonym.of.len()) {
            if run.iter().zip(&synonym.of).all(|(&at, word)| words[at].term == *word)
                && let Some(&last) = run.last()
            {
                let also = &mut words[last].also;
                also.extend(synonym.words.iter().map(|word| (word.clone(), synonym.weight)));
            }
        }
    }
    let stopped = |word: &QueryWord| rules.stopped.binary_search(&word.term).is_ok();
    if words.iter().any(|word| !stopped(word)) {
        words.retain(|word| !stopped(word));
    }
    settled
}

/// Adds what stands for a word as well; where the site doesn't use the word, it takes its place.
#[inline(never)]
pub(super) fn add_synonyms(found: &mut Lookup, index: &Index, core: &Core, plan: &mut Plan, word: &QueryWord) {
    if found.is_foreign {
        found.forms.clear();
    }
    let primary = found.forms.is_empty();
    for (also, weight) in &word.also {
        for mut form in look_up(index, core, plan, also, false, &core.endings).forms {
            if !found.forms.iter().any(|known| known.form == form.form) {
                form.weight *= weight;
                form.primary = primary;
                found.forms.push(form);
            }
        }
    }
}

/// Pages, best first, after each score was multiplied by what the owner says of the page, and with those first that are `settled`
/// for the query, as far as they are `allowed`; they have the score of the best.
#[inline(never)]
pub(super) fn order(
    rules: &Rules,
    settled: Option<&Settled>,
    ranked: &[PageScore],
    allowed: Option<&PageSet>,
) -> Vec<PageScore> {
    let mut weighed = ranked.to_vec();
    weighed.iter_mut().for_each(|ranked| ranked.score *= rules.prior(ranked.page));
    let best = best_first(weighed.iter().map(|ranked| ranked.score));
    let score = best.first().map_or(1.0, |&at| weighed[at].score);
    let mut ordered: Vec<PageScore> = Vec::new();
    for &page in settled.map_or(&[][..], |settled| &settled.first) {
        if allowed.is_none_or(|allowed| allowed.contains(page)) {
            ordered.push(PageScore { page, score });
        }
    }
    let first = ordered.len();
    for at in best {
        if !ordered[..first].iter().any(|known| known.page == weighed[at].page) {
            ordered.push(weighed[at]);
        }
    }
    ordered
}
