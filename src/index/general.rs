//! General words: vectors of common words that the site does not use, in blocks that only such a word loads.
//!
//! ```text
//! directory := weight words firsts           weight of each word in 1/24; how many there are; `firsts`: their blocks
//! general   := row-count row[width]* word-count (shared suffix row)*
//! ```
//! Words are sorted by bytes and front-coded; words of one family share a row, whose number within the block follows the
//! word. Rows are packed as those of the site's own words, whose code the core states, and their width follows from it.

use super::firsts::{Firsts, block_of, read_firsts, read_word, write_firsts, write_word};
use super::{Kind, PartId};
use crate::Result;
use crate::bytes::{Reader, Writer, damaged};
use crate::text;

/// Steps of the weight to 1, as in dictionary blocks.
const WEIGHT_STEPS: f32 = 24.0;
/// Fewest letters of a general word.
const SHORTEST: usize = 3;

/// Whether a folded word may be a general one: letters only, three of them at least.
pub fn is_general(word: &str) -> bool {
    word.chars().count() >= SHORTEST && word.chars().all(text::is_alphabetic)
}

/// Where general words lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Directory {
    weight: f32,
    words: u32,
    blocks: Firsts,
}

impl Directory {
    /// A directory of `words` words in `blocks`, named by first word and hash, in order. Each word weighs `weight`, which
    /// is kept to 1/24 and at most 10.6.
    pub fn new(weight: f32, words: u32, blocks: Vec<(String, u64)>) -> Self {
        let steps = (weight * WEIGHT_STEPS).round().clamp(0.0, 255.0);
        Self { weight: steps / WEIGHT_STEPS, words, blocks }
    }

    /// What multiplies a word's vector in a query.
    pub fn weight(&self) -> f32 {
        self.weight
    }

    /// How many words there are.
    pub fn words(&self) -> u32 {
        self.words
    }

    /// The names of all blocks, in order.
    pub fn blocks(&self) -> impl Iterator<Item = PartId> {
        self.blocks.iter().map(|&(_, hash)| PartId { kind: Kind::General, hash })
    }

    /// The block in which `word` is, if there is such a word.
    pub fn block_for(&self, word: &str) -> Option<PartId> {
        self.blocks.get(block_of(&self.blocks, word)).map(|&(_, hash)| PartId { kind: Kind::General, hash })
    }

    /// Writes the contents of a part.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.0.push((self.weight * WEIGHT_STEPS).round() as u8);
        out.number(u64::from(self.words));
        write_firsts(&self.blocks, &mut out);
        out.0
    }

    /// Reads the contents of a part.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Damaged`] if it ends early or late, or its words are out of order.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes);
        let weight = f32::from(reader.byte()?) / WEIGHT_STEPS;
        let words = reader.small()?;
        let blocks = read_firsts(&mut reader)?;
        reader.end()?;
        Ok(Self { weight, words, blocks })
    }
}

/// A block of general words, opened.
pub struct GeneralBlock {
    rows: Vec<u8>,
    width: usize,
    words: Vec<(String, usize)>,
}

impl GeneralBlock {
    /// Opens the contents of a part whose rows have `width` bytes.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Damaged`] if they are no such block.
    pub fn open(bytes: &[u8], width: usize) -> Result<Self> {
        let mut reader = Reader::new(bytes);
        let count = reader.count(width)?;
        // The bytes left hold that many rows, so the product is no more than they.
        let rows = reader.raw(count * width)?.to_vec();
        let mut words: Vec<(String, usize)> = Vec::new();
        for _ in 0..reader.count(3)? {
            let word = read_word(words.last().map(|(word, _)| word.as_str()), &mut reader)?;
            let row = reader.small()? as usize;
            if row >= count {
                return Err(damaged("a word whose vector the block does not have"));
            }
            words.push((word, row));
        }
        reader.end()?;
        Ok(Self { rows, width, words })
    }

    /// The words, in order, each with the number of its row.
    pub fn words(&self) -> &[(String, usize)] {
        &self.words
    }

    /// The packed row of `word`.
    pub fn find(&self, word: &str) -> Option<&[u8]> {
        let at = self.words.binary_search_by(|(other, _)| other.as_str().cmp(word)).ok()?;
        self.rows.chunks_exact(self.width).nth(self.words[at].1)
    }

    /// Writes the contents of a part: rows of one width, and words, sorted, each with the number of its row. Also says how many bytes
    /// at the beginning are as good as random.
    pub fn write(rows: &[&[u8]], words: &[(&str, usize)]) -> (Vec<u8>, usize) {
        let mut out = Writer::default();
        out.count(rows.len());
        rows.iter().for_each(|row| out.raw(row));
        let dense = out.0.len();
        out.count(words.len());
        let mut last = "";
        for &(word, row) in words {
            write_word(last, word, &mut out);
            out.count(row);
            last = word;
        }
        (out.0, dense)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_reads_back_and_damage_is_found() {
        let directory =
            Directory::new(4.26, 9, vec![("aardvark".into(), 7), ("baker".into(), 8), ("bakery".into(), 9)]);
        let bytes = directory.write();
        assert_eq!(Directory::read(&bytes).unwrap(), directory);
        assert!((directory.weight() - 4.26).abs() < 0.03);
        let block = |word| directory.block_for(word).map(|id| id.hash);
        assert_eq!(["aaa", "baker", "bakers", "zebra"].map(block), [7, 8, 8, 9].map(Some));
        for end in 0..bytes.len() {
            assert!(Directory::read(&bytes[..end]).is_err(), "cut at {end}");
        }
        assert!(Directory::read(&Directory::new(1.0, 2, vec![("b".into(), 1), ("a".into(), 2)]).write()).is_err());
        assert_eq!(Directory::new(99.0, 0, Vec::new()).weight(), 255.0 / 24.0);
    }

    #[test]
    fn a_block_reads_back_and_damage_is_found() {
        let (bytes, _) =
            GeneralBlock::write(&[b"row0", b"row1"], &[("bake", 1), ("baked", 1), ("cake", 0), ("käse", 0)]);
        let block = GeneralBlock::open(&bytes, 4).unwrap();
        assert_eq!(block.words().len(), 4);
        assert_eq!(
            ["baked", "cake", "käse", "bak", "bakes"].map(|word| block.find(word)),
            [Some(b"row1".as_slice()), Some(b"row0"), Some(b"row0"), None, None]
        );
        for end in 0..bytes.len() {
            assert!(GeneralBlock::open(&bytes[..end], 4).is_err(), "cut at {end}");
        }
        assert!(GeneralBlock::open(&bytes, 5).is_err());
        assert!(GeneralBlock::open(&bytes, usize::MAX).is_err());
        assert!(GeneralBlock::open(&GeneralBlock::write(&[b"row0"], &[("a", 1)]).0, 4).is_err());
        assert!(GeneralBlock::open(&GeneralBlock::write(&[b"row0"], &[("b", 0), ("a", 0)]).0, 4).is_err());
    }

    #[test]
    fn general_words_are_words() {
        assert_eq!(
            ["fox", "über", "to", "", "c++", "x86", "don't"].map(is_general),
            [true, true, false, false, false, false, false]
        );
    }
}
