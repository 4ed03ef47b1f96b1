//! Which forms of the dictionary stand for a query's word.
//!
//! The word itself; its family (forms of the same stem); when the last word is still being typed, the forms that begin
//! with it; and for a word that the site never uses, the family of a neighbour from which it differs by endings that
//! the site's own families show (`borrowings` finds `borrow`, since `-ings` and nothing are endings here).

use super::dictionary::{TermBlock, shared_prefix};
use crate::order::best_first;
use crate::text::WRITTEN;

/// What a family member counts beside the exact form.
const FAMILY: f32 = 0.9;
/// What a neighbour's family counts for a word that the site never uses.
const NEIGHBOUR: f32 = 0.7;
/// What a form counts that begins with a word still being typed.
const EXTENSION: f32 = 0.4;
/// Most forms that one unfinished word stands for.
const MOST_EXTENSIONS: usize = 48;
/// Neighbours looked at on either side of where an unknown word would stand.
const REACH: usize = 8;

/// A form that stands for a query's word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Form {
    /// Which of the blocks handed in.
    pub block: usize,
    /// Which term of it.
    pub index: usize,
    /// What an occurrence counts: 1 for the word itself, less for its kin.
    pub weight: f32,
}

/// All forms that stand for a query's word.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expansion {
    /// Forms in the blocks handed in; the word itself first, if the site uses it.
    pub forms: Vec<Form>,
    /// Members of its families that lie in other blocks, with their weights.
    pub remote: Vec<(String, f32)>,
}

impl Form {
    /// Whether the form is the word or its kin, rather than a longer word that begins with it.
    pub fn is_primary(&self) -> bool {
        self.weight > EXTENSION
    }
}

/// The term that has the titles in which a word begins with `beginning`: like one with marks ([`WRITTEN`]), of which nothing is said.
pub fn titles_of(beginning: &str) -> String {
    let mut term = beginning.to_owned();
    term.push(WRITTEN);
    term
}

/// Finds the forms for `term` in `blocks`, neighbours in the alphabet in order; `unfinished` says that it is still being
/// typed, `endings` are those of the index.
pub fn expand(term: &str, unfinished: bool, blocks: &[&TermBlock], endings: &[String]) -> Expansion {
    let mut found = Expansion::default();
    for (block, content) in blocks.iter().enumerate() {
        if let Ok(index) = content.find(term) {
            found.add(Form { block, index, weight: 1.0 });
            found.add_family(blocks, block, index, FAMILY);
        }
    }
    if unfinished {
        let mut extensions: Vec<(u32, Form)> = Vec::new();
        for (block, content) in blocks.iter().enumerate() {
            let start = content.find(term).unwrap_or_else(|next| next);
            for (index, other) in content.terms().iter().enumerate().skip(start) {
                if !other.form.starts_with(term) {
                    break;
                }
                // A word with its marks is there without them, too; of beginnings this one's titles are all that matter.
                if other.form.bytes().any(|byte| byte == WRITTEN as u8) {
                    if other.form.len() == term.len() + 1 {
                        found.add(Form { block, index, weight: EXTENSION });
                    }
                    continue;
                }
                extensions.push((other.pages, Form { block, index, weight: EXTENSION }));
            }
        }
        // Those on most pages first; among equals, as the alphabet has them.
        let order = best_first(extensions.iter().map(|&(pages, _)| pages as f32));
        order.into_iter().take(MOST_EXTENSIONS).for_each(|at| found.add(extensions[at].1));
    }
    if found.forms.is_empty()
        && let Some((block, index)) = kin(term, blocks, endings)
    {
        found.add(Form { block, index, weight: NEIGHBOUR });
        found.add_family(blocks, block, index, NEIGHBOUR);
    }
    found
}

impl Expansion {
    /// Whether the site doesn't use `term` and what was found in `blocks`, if anything, may have nothing to do with it:
    /// `terminal`, found for `terminate` by endings that both may have, unlike `borrow` for `borrowings`.
    pub fn is_foreign(&self, term: &str, blocks: &[&TermBlock]) -> bool {
        self.forms.first().is_none_or(|form| {
            let found = &blocks[form.block].terms()[form.index].form;
            form.weight == NEIGHBOUR && !term.starts_with(found) && !found.starts_with(term)
        })
    }

    fn add(&mut self, form: Form) {
        if !self.forms.iter().any(|known| (known.block, known.index) == (form.block, form.index)) {
            self.forms.push(form);
        }
    }

    fn add_family(&mut self, blocks: &[&TermBlock], block: usize, index: usize, weight: f32) {
        let content = blocks[block];
        for &family in &content.terms()[index].families {
            for (other, term) in content.terms().iter().enumerate() {
                if term.families.contains(&family) {
                    self.add(Form { block, index: other, weight });
                }
            }
            for form in content.remote(family) {
                if !self.remote.iter().any(|(known, _)| known == form) {
                    self.remote.push((form.to_owned(), weight));
                }
            }
        }
    }
}

/// The neighbour that shares the longest prefix with `term`, if both go on with endings of this site.
fn kin(term: &str, blocks: &[&TermBlock], endings: &[String]) -> Option<(usize, usize)> {
    let known = |ending: &str| endings.iter().any(|other| other == ending);
    let mut best: Option<(usize, usize, usize)> = None;
    for (block, content) in blocks.iter().enumerate() {
        let place = content.find(term).unwrap_or_else(|next| next);
        let around = place.saturating_sub(REACH)..(place + REACH).min(content.terms().len());
        for index in around {
            let form = content.terms()[index].form.as_str();
            // The stem may end before the forms part: studies, study.
            let shared = shared_prefix(term, form);
            let stem = (0..=shared)
                .rev()
                .take(3)
                .filter(|&at| term.is_char_boundary(at))
                .find(|&at| term[..at].chars().count() >= 3 && known(&term[at..]) && known(&form[at..]));
            if let Some(stem) = stem
                && best.is_none_or(|(longest, ..)| stem > longest)
            {
                best = Some((stem, block, index));
            }
        }
    }
    best.map(|(_, block, index)| (block, index))
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::super::{Occurrences, Placed};
    use super::*;

    fn block(terms: &[(&str, u32)]) -> TermBlock {
        let occurrences = Occurrences::default();
        let placed = |&(form, family)| Placed {
            form,
            families: vec![family],
            occurrences: &occurrences,
            apart: None,
            vector: None,
        };
        let placed: Vec<_> = terms.iter().map(placed).collect();
        TermBlock::open(&TermBlock::write(&[(1, "lent")], &[], &placed).0).unwrap()
    }

    fn check(term: &str, unfinished: bool, expected: &[&str]) {
        let block = block(&[("border", 0), ("borrow", 1), ("borrowed", 1), ("borrower", 2), ("bottle", 3)]);
        let endings = ["", "ed", "s", "ing", "ings"].map(str::to_owned);
        let found = expand(term, unfinished, &[&block], &endings);
        let forms: Vec<_> = found.forms.iter().map(|form| block.terms()[form.index].form.as_str()).collect();
        assert_eq!(forms, expected, "for {term:?}");
    }

    #[test]
    fn a_word_brings_its_family() {
        check("borrowed", false, &["borrowed", "borrow"]);
        check("bottle", false, &["bottle"]);
    }

    #[test]
    fn an_unfinished_word_brings_what_begins_with_it() {
        check("bor", true, &["border", "borrow", "borrowed", "borrower"]);
        check("borrow", true, &["borrow", "borrowed", "borrower"]);
    }

    #[test]
    fn titles_of_a_beginning_stand_beside_it() {
        let block = block(&[("s", 0), ("s=", 1), ("sa=", 2), ("salt", 3), ("sea=séa", 4)]);
        let forms = |term: &str, unfinished| {
            let found = expand(term, unfinished, &[&block], &[]);
            found.forms.iter().map(|form| block.terms()[form.index].form.clone()).collect::<Vec<_>>()
        };
        assert_eq!(
            (forms("s", true), forms("sa", true), forms("s", false)),
            (vec!["s".into(), "s=".into(), "salt".into()], vec!["sa=".into(), "salt".into()], vec!["s".into()],)
        );
    }

    #[test]
    fn an_unseen_form_finds_its_family_by_endings_of_the_site() {
        check("borrowings", false, &["borrow", "borrowed"]);
        check("borrowx", false, &[]);
        check("zebra", false, &[]);
    }

    #[test]
    fn a_form_that_only_ends_alike_may_be_another_word() {
        let block = block(&[("borrow", 1), ("borrowed", 1), ("terminal", 2)]);
        let endings = ["", "ed", "s", "ings", "al", "ate"].map(str::to_owned);
        let is_foreign = |term: &str| expand(term, false, &[&block], &endings).is_foreign(term, &[&block]);
        assert_eq!(["borrow", "borrowings", "terminate", "zebra"].map(is_foreign), [false, false, true, true]);
    }

    #[test]
    fn family_members_elsewhere_are_named() {
        let block = block(&[("borrow", 1)]);
        assert_eq!(expand("borrow", false, &[&block], &[]).remote, [("lent".to_owned(), FAMILY)]);
    }
}
