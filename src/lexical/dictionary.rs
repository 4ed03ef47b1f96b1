//! Blocks of the dictionary: neighbouring forms with their postings.
//!
//! ```text
//! block  := width vector-count row[width]* weight* remote-count remote* term-count terms postings
//! weight                              of each vector, in 1/24
//! remote := family form               a member of the family that lies in another block
//! terms  := columns, each after its length in bytes:
//!           shared*  suffix-length*  suffix*  pages*  (family-count family*)*  (vector ≪ 1 | apart)*  (hash[6] if apart)*
//! ```
//! Forms are sorted by bytes and front-coded: `shared` bytes of the form before, then `suffix`. A family number is local
//! to the block. Forms that mean the same to the lexicon encoder share a vector: a term's `vector` is its number in the
//! block plus one, or 0. The postings of all terms are as in `posting`, except long lists, which lie *apart* in a part of
//! their own, after the number of their pages, so that a hot word doesn't make its neighbours dear.

use std::ops::Range;

use super::posting::{PostingList, PostingReader};
#[cfg(feature = "native")]
use super::{occurrences::Occurrences, posting::PostingColumns};
use crate::Result;
#[cfg(feature = "native")]
use crate::bytes::Writer;
use crate::bytes::{Reader, damaged};

/// Longest list of postings, in bytes, that lies within its block.
#[cfg(feature = "native")]
pub const LONGEST_INLINE: usize = 1_500;

/// Columns of terms.
const COLUMNS: usize = 7;

/// Steps of a vector's weight to 1: an idf of up to 10.6, that of a word on one of 60,000 pages, fits a byte.
const WEIGHT_STEPS: f32 = 24.0;

/// A dictionary block, opened.
pub struct TermBlock {
    terms: Vec<BlockTerm>,
    remote: Vec<(u32, String)>,
    vectors: Vec<u8>,
    weights: Vec<u8>,
    width: usize,
    /// The lists of postings, one after the other.
    lists: Vec<u8>,
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
    pub fn open(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes);
        let width = reader.small()? as usize;
        // A width of 32 bits and its weight may be more than an address can hold.
        let size = width.checked_add(1).ok_or_else(|| damaged("vectors of more bytes than there are"))?;
        let vector_count = reader.count(size)?;
        let vectors = reader.raw(vector_count * width)?.to_vec();
        let weights = reader.raw(vector_count)?.to_vec();
        let remote = (0..reader.count(2)?)
            .map(|_| Ok((reader.small()?, reader.text()?.to_owned())))
            .collect::<Result<Vec<_>>>()?;
        let count = reader.count(5)?;
        let mut columns = Vec::with_capacity(COLUMNS);
        for _ in 0..COLUMNS {
            columns.push(reader.column()?);
        }
        let mut postings = PostingReader::new(&mut reader)?;
        reader.end()?;
        let mut terms: Vec<BlockTerm> = Vec::with_capacity(count);
        let mut lists = Vec::new();
        let [shared, lengths, suffixes, pages, families, places, hashes] = &mut columns[..] else {
            return Err(damaged("other columns than there should be"));
        };
        for _ in 0..count {
            let last = terms.last().map_or("", |term| term.form.as_str());
            let shared = shared.small()? as usize;
            let head = last.get(..shared).ok_or_else(|| damaged("a form that shares more than there is"))?;
            let form = [head, suffixes.characters(lengths.small()? as usize)?].concat();
            if !terms.is_empty() && form.as_str() <= last {
                return Err(damaged("forms out of order"));
            }
            let pages = pages.small()?;
            let families = (0..families.count(1)?).map(|_| families.small()).collect::<Result<_>>()?;
            let place = places.small()?;
            if (place >> 1) as usize > vector_count {
                return Err(damaged("a vector that the block does not have"));
            }
            let postings = if place & 1 == 1 {
                Place::Apart(hashes.hash()?)
            } else {
                let start = lists.len();
                postings.lay(pages, &mut lists)?;
                Place::Inline(start..lists.len())
            };
            let vector = (place >> 1).checked_sub(1).map(|vector| vector as usize);
            terms.push(BlockTerm { form, pages, families, vector, postings });
        }
        columns.iter().try_for_each(Reader::end)?;
        postings.end()?;
        Ok(Self { terms, remote, vectors, weights, width, lists })
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
            Place::Inline(range) => Postings::Inline(PostingList::new(&self.lists[range.clone()], term.pages)),
            Place::Apart(hash) => Postings::Apart(*hash),
        })
    }

    /// The weight and the row of the vector of term number `index`, if it has one.
    pub fn vector(&self, index: usize) -> Option<(f32, &[u8])> {
        let vector = self.terms.get(index)?.vector?;
        let row = &self.vectors[vector * self.width..][..self.width];
        Some((f32::from(self.weights[vector]) / WEIGHT_STEPS, row))
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
    /// Its families, by numbers local to the block.
    pub families: Vec<u32>,
    /// Where it occurs.
    pub occurrences: &'a Occurrences,
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
    /// Writes a block, and says how many bytes at its beginning are as good as random; terms must be sorted by form.
    pub fn write(remote: &[(u32, &str)], vectors: &[PlacedVector], terms: &[Placed]) -> (Vec<u8>, usize) {
        let mut out = Writer::default();
        out.count(vectors.first().map_or(0, |vector| vector.row.len()));
        out.count(vectors.len());
        vectors.iter().for_each(|vector| out.raw(vector.row));
        let dense = if vectors.is_empty() { 0 } else { out.0.len() };
        vectors.iter().for_each(|vector| out.0.push((vector.weight * WEIGHT_STEPS).round() as u8));
        out.count(remote.len());
        for &(family, form) in remote {
            out.number(u64::from(family));
            out.text(form);
        }
        out.count(terms.len());
        let mut columns: [Writer; COLUMNS] = Default::default();
        let [shared, lengths, suffixes, pages, families, places, hashes] = &mut columns;
        let mut postings = PostingColumns::default();
        let mut last = "";
        for term in terms {
            let same = shared_prefix(last, term.form);
            shared.count(same);
            lengths.count(term.form.len() - same);
            suffixes.raw(&term.form.as_bytes()[same..]);
            pages.count(term.occurrences.count());
            families.count(term.families.len());
            term.families.iter().for_each(|&family| families.number(u64::from(family)));
            places.count(term.vector.map_or(0, |vector| vector + 1) << 1 | usize::from(term.apart.is_some()));
            match term.apart {
                Some(hash) => hashes.hash(hash),
                None => postings.add(term.occurrences),
            }
            last = term.form;
        }
        columns.iter().for_each(|column| out.column(column));
        postings.write(&mut out);
        (out.0, dense)
    }
}

/// Bytes that two strings share at their start, at a boundary of characters.
pub(super) fn shared_prefix(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(x, y)| x == y).map(|(x, _)| x.len_utf8()).sum()
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::corpus::{Ordinal, PageId};
    use crate::lexical::occurrences::Field;

    #[test]
    fn blocks_read_back_and_damage_is_found() {
        let mut occurrences = Occurrences::default();
        occurrences.add(PageId(3), Field::Text(Ordinal(2)), 1, 0);
        let placed = |form, families: &[u32], apart, vector| Placed {
            form,
            families: families.to_vec(),
            occurrences: &occurrences,
            apart,
            vector,
        };
        let terms = [
            placed("borrow", &[0], None, Some(1)),
            placed("borrowed", &[0, 1], Some(7), Some(1)),
            placed("bottle", &[], None, None),
        ];
        let vectors = [PlacedVector { weight: 0.0, row: b"row0" }, PlacedVector { weight: 2.5, row: b"row1" }];
        let (bytes, dense) = TermBlock::write(&[(0, "lent")], &vectors, &terms);
        assert!(bytes[..dense].ends_with(b"row0row1"));
        let block = TermBlock::open(&bytes).unwrap();
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
        let mut pages = Vec::new();
        let Some(Postings::Inline(list)) = block.postings(2) else { panic!("a list that is not there") };
        list.for_each(4, |posting| pages.push(posting.page)).unwrap();
        assert_eq!(pages, [PageId(3)]);
        for end in 0..bytes.len() {
            assert!(TermBlock::open(&bytes[..end]).is_err(), "truncated at {end}");
        }
    }
}
