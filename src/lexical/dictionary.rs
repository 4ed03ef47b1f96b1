//! Blocks of the dictionary: neighbouring forms with their postings.
//!
//! ```text
//! block  := positions-hash[8] remote-count remote* term-count term* postings…
//! term   := shared suffix pages family-count family* (length ≪ 1 | apart) [hash[8] if apart]
//! remote := family form               a member of the family that lies in another block
//! ```
//! Forms are sorted by bytes and front-coded: `shared` bytes of the form before, then `suffix`. A family number is local
//! to the block. The postings of all terms follow one another, except long lists, which lie *apart* in a part of their own so
//! that a hot word doesn't make its neighbours dear; `length` counts the bytes of the list in either place.

use std::ops::Range;

use super::posting::PostingList;
use crate::Result;
use crate::bytes::{Reader, Writer, damaged};

/// Longest list of postings, in bytes, that lies within its block.
#[cfg(feature = "native")]
pub const LONGEST_INLINE: usize = 2_048;

/// A dictionary block, opened.
pub struct TermBlock {
    bytes: Vec<u8>,
    positions: u64,
    terms: Vec<BlockTerm>,
    remote: Vec<(u32, String)>,
}

/// One form of a [`TermBlock`].
#[derive(Clone, Debug)]
pub struct BlockTerm {
    /// The folded form.
    pub form: String,
    /// In how many pages it occurs.
    pub pages: u32,
    /// Numbers, local to the block, of the families that it belongs to; most forms have one or none.
    pub families: Vec<u32>,
    postings: Place,
}

#[derive(Clone, Debug)]
enum Place {
    Inline(Range<usize>),
    Apart(u64),
}

/// Where the postings of a term are.
pub enum Postings<'b> {
    /// In the block.
    Inline(PostingList<'b>),
    /// In the postings part of that hash.
    Apart(u64),
}

impl TermBlock {
    /// Opens a block and checks all of it but the insides of the postings.
    pub fn open(bytes: Vec<u8>) -> Result<Self> {
        let mut reader = Reader::new(&bytes);
        let positions = reader.fixed()?;
        let remote = (0..reader.count(2)?)
            .map(|_| Ok((reader.small()?, reader.text()?.to_owned())))
            .collect::<Result<Vec<_>>>()?;
        let count = reader.count(5)?;
        let mut terms: Vec<BlockTerm> = Vec::with_capacity(count);
        let mut inline = 0usize;
        for _ in 0..count {
            let last = terms.last().map_or("", |term| term.form.as_str());
            let shared = reader.small()? as usize;
            let head = last.get(..shared).ok_or_else(|| damaged("a form that shares more than there is"))?;
            let form = [head, reader.text()?].concat();
            if !terms.is_empty() && form.as_str() <= last {
                return Err(damaged("forms out of order"));
            }
            let pages = reader.small()?;
            let families = (0..reader.count(1)?).map(|_| reader.small()).collect::<Result<_>>()?;
            let place = reader.number()?;
            let length = usize::try_from(place >> 1).map_err(|_| damaged("a list of postings out of range"))?;
            let postings = if place & 1 == 1 {
                Place::Apart(reader.fixed()?)
            } else {
                let start = inline;
                inline = start.checked_add(length).ok_or_else(|| damaged("a list of postings out of range"))?;
                Place::Inline(start..inline)
            };
            terms.push(BlockTerm { form, pages, families, postings });
        }
        if reader.left() != inline {
            return Err(damaged("postings of another length than stated"));
        }
        let base = bytes.len() - inline;
        for term in &mut terms {
            if let Place::Inline(range) = &mut term.postings {
                *range = base + range.start..base + range.end;
            }
        }
        Ok(Self { bytes, positions, terms, remote })
    }

    /// The forms of the block, in order.
    pub fn terms(&self) -> &[BlockTerm] {
        &self.terms
    }

    /// The number of the form, or of the one that would follow it.
    pub fn find(&self, form: &str) -> Result<usize, usize> {
        self.terms.binary_search_by(|term| term.form.as_str().cmp(form))
    }

    /// Where the postings of term number `index` are.
    pub fn postings(&self, index: usize) -> Option<Postings<'_>> {
        let term = self.terms.get(index)?;
        Some(match &term.postings {
            Place::Inline(range) => Postings::Inline(PostingList::new(&self.bytes[range.clone()], term.pages)),
            Place::Apart(hash) => Postings::Apart(*hash),
        })
    }

    /// Members of a family that lie in other blocks.
    pub fn remote(&self, family: u32) -> impl Iterator<Item = &str> {
        self.remote.iter().filter(move |&&(other, _)| other == family).map(|(_, form)| form.as_str())
    }

    /// The hash of the part that holds the positions of this block's terms.
    pub fn positions(&self) -> u64 {
        self.positions
    }
}

/// A term as the writer places it.
#[cfg(feature = "native")]
pub struct Placed<'a> {
    /// The folded form.
    pub form: &'a str,
    /// In how many pages it occurs.
    pub pages: u32,
    /// Its families, by numbers local to the block.
    pub families: Vec<u32>,
    /// Its encoded postings.
    pub postings: &'a [u8],
    /// The hash of the part that holds the postings, if they lie apart.
    pub apart: Option<u64>,
}

#[cfg(feature = "native")]
impl TermBlock {
    /// Writes a block; terms must be sorted by form.
    pub fn write(positions: u64, remote: &[(u32, &str)], terms: &[Placed]) -> Vec<u8> {
        let mut out = Writer::default();
        out.fixed(positions);
        out.count(remote.len());
        for &(family, form) in remote {
            out.number(u64::from(family));
            out.text(form);
        }
        out.count(terms.len());
        let mut last = "";
        for term in terms {
            let shared = shared_prefix(last, term.form);
            out.count(shared);
            out.text(&term.form[shared..]);
            out.number(u64::from(term.pages));
            out.count(term.families.len());
            term.families.iter().for_each(|&family| out.number(u64::from(family)));
            out.number((term.postings.len() as u64) << 1 | u64::from(term.apart.is_some()));
            if let Some(hash) = term.apart {
                out.fixed(hash);
            }
            last = term.form;
        }
        terms.iter().filter(|term| term.apart.is_none()).for_each(|term| out.raw(term.postings));
        out.0
    }
}

/// Bytes that two strings share at their start, at a boundary of characters.
pub(super) fn shared_prefix(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(x, y)| x == y).map(|(x, _)| x.len_utf8()).sum()
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn blocks_read_back_and_damage_is_found() {
        let placed = |form, families: &[u32], postings, apart| Placed { form, pages: 1, families: families.to_vec(), postings, apart };
        let terms = [placed("borrow", &[0], b"abc".as_slice(), None), placed("borrowed", &[0, 1], b"", Some(7)), placed("bottle", &[], b"xy", None)];
        let bytes = TermBlock::write(99, &[(0, "lent")], &terms);
        let block = TermBlock::open(bytes.clone()).unwrap();
        assert_eq!(block.positions(), 99);
        assert_eq!(block.terms().iter().map(|t| t.form.as_str()).collect::<Vec<_>>(), ["borrow", "borrowed", "bottle"]);
        assert_eq!(block.terms()[1].families, [0, 1]);
        assert_eq!(block.find("borrowed"), Ok(1));
        assert_eq!(block.find("borrows"), Err(2));
        assert_eq!(block.remote(0).collect::<Vec<_>>(), ["lent"]);
        assert!(matches!(block.postings(1), Some(Postings::Apart(7))));
        for end in 0..bytes.len() {
            assert!(TermBlock::open(bytes[..end].to_vec()).is_err(), "truncated at {end}");
        }
    }
}
