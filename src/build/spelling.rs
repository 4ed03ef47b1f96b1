//! Lists of the words that may be meant by a misspelt one.

use xxhash_rust::xxh64::xxh64;

use crate::Result;
use crate::index::{Kind, RawPart, Spelling, WordList};
use crate::lexical::{InvertedTerm, LONGEST_COMPARED};
use crate::text;

/// Words in a list: some four kilobytes. Between the least and the most a list ends after a word whose hash says so, one in
/// so many, so that a new word changes the list that it comes into and few others.
const LEAST_IN_LIST: usize = 700;
const MOST_IN_LIST: usize = 2_800;
const ENDS: u64 = 700;

/// Fewest letters of a word that may be meant: a slip in a shorter one makes another word as often as not.
const SHORTEST: usize = 3;

/// Writes the lists' parts and returns the hash of the one that names them; none if there are no such words.
pub(super) fn write(terms: &[InvertedTerm], parts: &mut Vec<RawPart>) -> Result<Option<u64>> {
    let words: Vec<(String, u8)> = terms
        .iter()
        .filter(|term| may_be_meant(&term.form))
        .map(|term| (term.form.clone(), term.occurrences.count().max(1).ilog2() as u8))
        .collect();
    if words.is_empty() {
        return Ok(None);
    }
    let mut backwards: Vec<(String, u8)> =
        words.iter().map(|(word, pages)| (word.chars().rev().collect(), *pages)).collect();
    backwards.sort();
    let forwards = lists(words, parts)?;
    // One list is looked through as a whole.
    let backwards = if forwards.len() > 1 { lists(backwards, parts)? } else { Vec::new() };
    let part = RawPart::new(Kind::Spelling, &Spelling::new(forwards, backwards).write())?;
    let hash = part.id.hash;
    parts.push(part);
    Ok(Some(hash))
}

/// Letters alone: of an identifier the parts are words of their own.
fn may_be_meant(form: &str) -> bool {
    let letters = form.chars().count();
    (SHORTEST..=LONGEST_COMPARED).contains(&letters) && form.chars().all(text::is_alphabetic)
}

fn lists(words: Vec<(String, u8)>, parts: &mut Vec<RawPart>) -> Result<Vec<(String, u64)>> {
    let mut lists = Vec::new();
    let mut list = Vec::new();
    let last = words.len() - 1;
    for (at, word) in words.into_iter().enumerate() {
        let ends = xxh64(word.0.as_bytes(), 0).is_multiple_of(ENDS);
        list.push(word);
        if at == last || list.len() >= MOST_IN_LIST || ends && list.len() >= LEAST_IN_LIST {
            let first = list[0].0.clone();
            let part = RawPart::new(Kind::Words, &WordList::new(std::mem::take(&mut list)).write())?;
            lists.push((first, part.id.hash));
            parts.push(part);
        }
    }
    Ok(lists)
}
