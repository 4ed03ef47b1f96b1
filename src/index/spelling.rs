//! Lists of the site's words, so that one that was misspelt is found without loading the dictionary.
//!
//! ```text
//! spelling := firsts firsts                  the lists in the order of words, and in that of words read backwards
//! list     := count (shared suffix pages)*   words, front-coded; ⌊log2⌋ of how many pages hold each
//! ```
//! A slip of the hand leaves the beginning of a word as it is, or its end. So those around its place in the alphabet and around
//! that of its reversal are looked at, a few kilobytes each; a site whose words are one list needs no second order.

use super::firsts::{Firsts, block_of, read_firsts, read_word, write_firsts, write_word};
use super::{Kind, PartId};
use crate::Result;
use crate::bytes::{Reader, Writer, damaged};

/// Where the lists of words lie.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spelling {
    forwards: Firsts,
    backwards: Firsts,
}

impl Spelling {
    /// Names lists by their first words (read backwards in the second order) and hashes, in order.
    pub fn new(forwards: Vec<(String, u64)>, backwards: Vec<(String, u64)>) -> Self {
        Self { forwards, backwards }
    }

    /// The names of all lists, in order.
    pub fn lists(&self) -> impl Iterator<Item = PartId> {
        self.forwards.iter().chain(&self.backwards).map(|&(_, hash)| PartId { kind: Kind::Words, hash })
    }

    /// At most `most` lists of words that begin with `beginning`, those around `word` first.
    pub fn beginning(&self, word: &str, beginning: &str, most: usize) -> Vec<PartId> {
        around(&self.forwards, word, beginning, most)
    }

    /// At most `most` lists of words, read backwards, that begin with `beginning`, those around `word` first; none where the
    /// lists of the first order have all words.
    pub fn ending(&self, word: &str, beginning: &str, most: usize) -> Vec<PartId> {
        around(&self.backwards, word, beginning, most)
    }

    /// Writes the contents of a part.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        write_firsts(&self.forwards, &mut out);
        write_firsts(&self.backwards, &mut out);
        out.0
    }

    /// Reads the contents of a part.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Damaged`] if it ends early or late, or its words are out of order.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes);
        let found = Self { forwards: read_firsts(&mut reader)?, backwards: read_firsts(&mut reader)? };
        reader.end()?;
        Ok(found)
    }
}

/// The lists that may hold words with a beginning, from that of `word` outwards.
fn around(lists: &[(String, u64)], word: &str, beginning: &str, most: usize) -> Vec<PartId> {
    let first = block_of(lists, beginning);
    let holds = |at: usize| at == first || lists[at].0.starts_with(beginning);
    let end = (first..lists.len()).take_while(|&at| holds(at)).count() + first;
    let middle = block_of(lists, word).clamp(first, end.max(first + 1) - 1);
    let mut found = Vec::new();
    for step in 0..end.max(1) {
        for at in [middle.checked_sub(step), (step > 0).then_some(middle + step)].into_iter().flatten() {
            if (first..end).contains(&at) && found.len() < most {
                found.push(PartId { kind: Kind::Words, hash: lists[at].1 });
            }
        }
    }
    found
}

/// A list of words, opened.
#[derive(Clone, Debug, PartialEq)]
pub struct WordList(Vec<(String, u8)>);

impl WordList {
    /// Words with ⌊log2⌋ of how many pages hold each, sorted by bytes.
    pub fn new(words: Vec<(String, u8)>) -> Self {
        Self(words)
    }

    /// The words, each with ⌊log2⌋ of how many pages hold it.
    pub fn words(&self) -> &[(String, u8)] {
        &self.0
    }

    /// Writes the contents of a part.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.count(self.0.len());
        let mut last = "";
        for (word, pages) in &self.0 {
            write_word(last, word, &mut out);
            out.0.push(*pages);
            last = word;
        }
        out.0
    }

    /// Reads the contents of a part.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Damaged`] if it is no such list.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes);
        let mut words: Vec<(String, u8)> = Vec::new();
        for _ in 0..reader.count(3)? {
            let word = read_word(words.last().map(|(word, _)| word.as_str()), &mut reader)?;
            let pages = reader.byte()?;
            if pages > 32 {
                return Err(damaged("a word on more pages than can be numbered"));
            }
            words.push((word, pages));
        }
        reader.end()?;
        Ok(Self(words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelling() -> Spelling {
        let firsts = |words: &[&str], from| words.iter().zip(from..).map(|(w, h)| ((*w).to_owned(), h)).collect();
        Spelling::new(firsts(&["aard", "bore", "borrow", "bosom", "zoo"], 1), firsts(&["de", "gn"], 10))
    }

    #[test]
    fn lists_around_a_word_come_first() {
        let hashes = |word, beginning, most| {
            spelling().beginning(word, beginning, most).iter().map(|id| id.hash).collect::<Vec<_>>()
        };
        assert_eq!(hashes("borrwo", "bor", 9), [3, 2, 1]);
        assert_eq!(hashes("bo", "b", 9), [1, 2, 3, 4]);
        assert_eq!(hashes("borrwo", "bor", 2), [3, 2]);
        assert_eq!(hashes("zzz", "zz", 9), [5]);
        assert_eq!(hashes("aaa", "aa", 9), [1]);
        assert_eq!(Spelling::default().beginning("a", "a", 3), []);
    }

    #[test]
    fn parts_read_back_and_damage_is_found() {
        let bytes = spelling().write();
        assert_eq!(Spelling::read(&bytes).unwrap(), spelling());
        let list = WordList::new(vec![("borrow".into(), 0), ("borrowed".into(), 7), ("bösartig".into(), 1)]);
        let words = list.write();
        assert_eq!(WordList::read(&words).unwrap(), list);
        for end in 0..bytes.len() {
            assert!(Spelling::read(&bytes[..end]).is_err(), "cut at {end}");
        }
        for end in 0..words.len() {
            assert!(WordList::read(&words[..end]).is_err(), "cut at {end}");
        }
        assert!(WordList::read(&WordList::new(vec![("b".into(), 0), ("a".into(), 0)]).write()).is_err());
        assert!(WordList::read(&WordList::new(vec![("b".into(), 33)]).write()).is_err());
    }
}
