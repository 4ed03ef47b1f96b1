//! Blocks of the dictionary: neighbouring forms with their postings.
//!
//! ```text
//! block  := remote-count remote* width vector-count vector* term-count term* postings…
//! term   := shared suffix pages family-count family* vector (length ≪ 1 | apart) [hash[6] if apart]
//! remote := family form               a member of the family that lies in another block
//! vector := weight row[width]         weight in 1/24
//! ```
//! Forms are sorted by bytes and front-coded: `shared` bytes of the form before, then `suffix`. A family number is local
//! to the block. Forms that mean the same to the lexicon encoder share a vector: a term's `vector` is its number in the
//! block plus one, or 0. The postings of all terms follow one another, except long lists, which lie *apart* in a part of
//! their own so that a hot word doesn't make its neighbours dear; `length` counts the bytes of the list in either place.

use std::ops::Range;

use super::posting::PostingList;
use crate::Result;
#[cfg(feature = "native")]
use crate::bytes::Writer;
use crate::bytes::{Reader, damaged};

/// Longest list of postings, in bytes, that lies within its block.
#[cfg(feature = "native")]
pub const LONGEST_INLINE: usize = 2_048;

/// Steps of a vector's weight to 1: an idf of up to 10.6, that of a word on one of 60,000 pages, fits a byte.
const WEIGHT_STEPS: f32 = 24.0;

/// A dictionary block, opened.
pub struct TermBlock {
    bytes: Vec<u8>,
    terms: Vec<BlockTerm>,
    remote: Vec<(u32, String)>,
    vectors: Range<usize>,
    width: usize,
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
    /// The number, local to the block, of its vector.
    vector: Option<usize>,
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
        let remote = (0..reader.count(2)?)
            .map(|_| Ok((reader.small()?, reader.text()?.to_owned())))
            .collect::<Result<Vec<_>>>()?;
        let width = reader.small()? as usize;
        // A width of 32 bits and its weight may be more than an address can hold.
        let size = width.checked_add(1).ok_or_else(|| damaged("vectors of more bytes than there are"))?;
        let count = reader.count(size)?;
        let length = count * size;
        let start = bytes.len() - reader.left();
        reader.raw(length)?;
        let vectors = start..start + length;
        let vector_count = count as u32;
        let count = reader.count(6)?;
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
            let vector = reader.small()?;
            if vector > vector_count {
                return Err(damaged("a vector that the block does not have"));
            }
            let place = reader.number()?;
            let length = usize::try_from(place >> 1).map_err(|_| damaged("a list of postings out of range"))?;
            let postings = if place & 1 == 1 {
                Place::Apart(reader.hash()?)
            } else {
                let start = inline;
                inline = start.checked_add(length).ok_or_else(|| damaged("a list of postings out of range"))?;
                Place::Inline(start..inline)
            };
            let vector = vector.checked_sub(1).map(|vector| vector as usize);
            terms.push(BlockTerm { form, pages, families, vector, postings });
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
        Ok(Self { bytes, terms, remote, vectors, width })
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

    /// The weight and the row of the vector of term number `index`, if it has one.
    pub fn vector(&self, index: usize) -> Option<(f32, &[u8])> {
        let vector = self.terms.get(index)?.vector?;
        let at = self.vectors.start + vector * (self.width + 1);
        Some((f32::from(self.bytes[at]) / WEIGHT_STEPS, &self.bytes[at + 1..at + 1 + self.width]))
    }

    /// Members of a family that lie in other blocks.
    pub fn remote(&self, family: u32) -> impl Iterator<Item = &str> {
        self.remote.iter().filter(move |&&(other, _)| other == family).map(|(_, form)| form.as_str())
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
    /// The number of its vector among those of the block.
    pub vector: Option<usize>,
}

/// The vector of a block's terms as the writer places it.
#[cfg(feature = "native")]
pub struct PlacedVector<'a> {
    /// What multiplies it in a query, from 0.
    pub weight: f32,
    /// Its codes; all rows of a block are of one length.
    pub row: &'a [u8],
}

#[cfg(feature = "native")]
impl TermBlock {
    /// Writes a block; terms must be sorted by form.
    pub fn write(remote: &[(u32, &str)], vectors: &[PlacedVector], terms: &[Placed]) -> Vec<u8> {
        let mut out = Writer::default();
        out.count(remote.len());
        for &(family, form) in remote {
            out.number(u64::from(family));
            out.text(form);
        }
        out.count(vectors.first().map_or(0, |vector| vector.row.len()));
        out.count(vectors.len());
        for vector in vectors {
            out.0.push((vector.weight * WEIGHT_STEPS).round() as u8);
            out.raw(vector.row);
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
            out.count(term.vector.map_or(0, |vector| vector + 1));
            out.number((term.postings.len() as u64) << 1 | u64::from(term.apart.is_some()));
            if let Some(hash) = term.apart {
                out.hash(hash);
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
        let placed = |form, families: &[u32], postings, apart, vector| Placed {
            form,
            pages: 1,
            families: families.to_vec(),
            postings,
            apart,
            vector,
        };
        let terms = [
            placed("borrow", &[0], b"abc".as_slice(), None, Some(1)),
            placed("borrowed", &[0, 1], b"", Some(7), Some(1)),
            placed("bottle", &[], b"xy", None, None),
        ];
        let vectors = [PlacedVector { weight: 0.0, row: b"row0" }, PlacedVector { weight: 2.5, row: b"row1" }];
        let bytes = TermBlock::write(&[(0, "lent")], &vectors, &terms);
        let block = TermBlock::open(bytes.clone()).unwrap();
        assert_eq!(block.terms().iter().map(|t| t.form.as_str()).collect::<Vec<_>>(), ["borrow", "borrowed", "bottle"]);
        assert_eq!(block.terms()[1].families, [0, 1]);
        assert_eq!(block.find("borrowed"), Ok(1));
        assert_eq!(block.find("borrows"), Err(2));
        assert_eq!(block.remote(0).collect::<Vec<_>>(), ["lent"]);
        assert!(matches!(block.postings(1), Some(Postings::Apart(7))));
        assert_eq!(
            [0, 1, 2].map(|term| block.vector(term)),
            [Some((2.5, b"row1".as_slice())), Some((2.5, b"row1")), None]
        );
        for end in 0..bytes.len() {
            assert!(TermBlock::open(bytes[..end].to_vec()).is_err(), "truncated at {end}");
        }
    }
}
