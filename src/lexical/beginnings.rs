//! Beginnings of words in titles, as terms of the dictionary.
//!
//! A letter or two that is typed may become more words than a reader's blocks hold. So a beginning that many forms share has a list of
//! its own, of the titles in which a word begins so, as the term `st=` beside `st`: the page that somebody is about to name is found
//! among all of them. A word that most pages hold has one as well: its postings, which are the longest, needn't be read to know where
//! in titles it stands.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::expand::titles_of;
use super::family::Families;
use super::invert::InvertedTerm;
use super::occurrences::{Field, Occurrences};
use super::positions::span_of;
use super::rank::is_common;
use crate::corpus::PageId;
use crate::text::WRITTEN;

/// Most forms that share a beginning without a list: the two blocks in which a reader looks for an unfinished word hold them.
const FEW: usize = 24;

/// The terms of beginnings that more than a few forms share or that are words on most of the `pages`, or one of their families is; sorted,
/// as `terms` are.
pub fn beginnings(terms: &[InvertedTerm], families: &Families, pages: u32) -> Vec<InvertedTerm> {
    let is_common = |term: &InvertedTerm| is_common(term.occurrences.count() as u32, pages);
    // A query passes over a word if one of its family is on most pages.
    let is_passed_over = |at: usize| {
        let mut kin = families.of[at].iter().flat_map(|&family| &families.members[family as usize]);
        is_common(&terms[at]) || kin.any(|&member| is_common(&terms[member as usize]))
    };
    let mut listed: FxHashMap<&str, bool> = FxHashMap::default();
    let is_shared = |beginning: &str| {
        let start = terms.partition_point(|term| term.form.as_str() < beginning);
        terms.get(start + FEW).is_some_and(|term| term.form.starts_with(beginning))
    };
    // Each title's places of words that begin so.
    let mut places: BTreeMap<&str, BTreeSet<(PageId, u32)>> = BTreeMap::new();
    let (_, end) = span_of(None);
    for (at, term) in terms.iter().enumerate() {
        let titles = || term.occurrences.pages().filter(|page| page.title > 0);
        // Of signs there are few, and `-=` is a word.
        let is_word = term.form.starts_with(char::is_alphanumeric) && !term.form.contains(WRITTEN);
        if !is_word || titles().next().is_none() {
            continue;
        }
        let whole = is_passed_over(at).then_some(term.form.len());
        for length in term.form.char_indices().map(|(at, _)| at).skip(1).chain(whole) {
            let beginning = &term.form[..length];
            if !*listed.entry(beginning).or_insert_with(|| length == term.form.len() || is_shared(beginning)) {
                continue;
            }
            let of_titles = places.entry(beginning).or_default();
            for page in titles() {
                of_titles.extend(page.positions.iter().take_while(|&&at| at <= end).map(|&at| (page.page, at)));
            }
        }
    }
    let term = |(beginning, places): (&str, BTreeSet<(PageId, u32)>)| {
        let mut occurrences = Occurrences::default();
        places.into_iter().for_each(|(page, at)| occurrences.add(page, Field::Title, 1, at));
        InvertedTerm { form: titles_of(beginning), occurrences, ..InvertedTerm::default() }
    };
    let mut terms: Vec<InvertedTerm> = places.into_iter().map(term).collect();
    terms.sort_unstable_by(|a, b| a.form.cmp(&b.form));
    terms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Page, Section};
    use crate::lexical::invert;

    /// Pages of a title and a text each.
    fn pages<const N: usize>(of: [(&str, &str); N]) -> [Page; N] {
        of.map(|(title, text)| Page {
            id: title.into(),
            title: title.into(),
            sections: vec![Section { text: text.into(), ..Section::default() }],
            ..Page::default()
        })
    }

    /// A page, how often its title has a word that begins so, and where.
    type Titled = (u32, u32, Vec<u32>);

    /// The beginnings of their words, with their titles.
    fn found(pages: &[Page]) -> Vec<(String, Vec<Titled>)> {
        let inverted = invert(pages, "en");
        let families = Families::of(&inverted.terms, &inverted.languages);
        let found = beginnings(&inverted.terms, &families, pages.len() as u32).into_iter();
        let places = |term: InvertedTerm| {
            let pages = term.occurrences.pages().map(|page| (page.page.0, page.title, page.positions.to_vec()));
            (term.form, pages.collect())
        };
        found.map(places).collect()
    }

    #[test]
    fn beginnings_that_many_words_share_have_the_titles_places() {
        let words: Vec<String> = ('a'..='y').map(|letter| format!("s{letter}x")).collect();
        let pages = pages([("On stones", &words.join(" ")), ("Sand, std::sync", ""), ("Résumé", "résumés resume")]);
        // Of `r` and of `st` there are few.
        assert_eq!(found(&pages), [("s=".to_owned(), vec![(0, 1, vec![1]), (1, 3, vec![0, 1, 2])])]);
    }

    #[test]
    fn words_that_most_pages_hold_have_them_too_and_so_has_their_kin() {
        let pages = pages([("Bees", "bees"), ("A queen bee", ""), ("Wax", "bees")]);
        // *Bees* begins with either.
        let bee = ("bee=".to_owned(), vec![(0, 1, vec![0]), (1, 1, vec![2])]);
        let bees = ("bees=".to_owned(), vec![(0, 1, vec![0])]);
        assert_eq!(found(&pages), [bee, bees]);
    }
}
