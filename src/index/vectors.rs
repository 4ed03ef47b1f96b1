//! Parts of vector rows: codes, and which passages each row stands for.
//!
//! ```text
//! vectors := dims rows owners* codes…
//! owners  := count (page section start length)*     passages of one row; offsets in bytes of the section's text
//! codes   := as in `vector::Rows`
//! ```
//! A row is one distinct passage text; the same text on many pages is one row with many owners.

use std::ops::Range;

use crate::Result;
use crate::bytes::{Reader, Writer, damaged};
use crate::corpus::{Ordinal, PageId};
use crate::vector::Rows;

/// A passage: a window of a section's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    /// Its page.
    pub page: PageId,
    /// Its section.
    pub section: Ordinal,
    /// Where it starts in the section's text, in bytes.
    pub start: u32,
    /// How long it is, in bytes.
    pub length: u32,
}

/// Vector rows in a row, opened.
pub struct VectorPart {
    bytes: Vec<u8>,
    codes: Range<usize>,
    dims: usize,
    ends: Vec<u32>,
    owners: Vec<Owner>,
}

impl VectorPart {
    /// Opens the contents of a part; `pages` is the number of pages in the index.
    pub fn open(bytes: Vec<u8>, dims: u32, rows: u32, pages: u32) -> Result<Self> {
        let mut reader = Reader::new(&bytes);
        if reader.small()? != dims || reader.small()? != rows {
            return Err(damaged("vector rows of another shape than the core states"));
        }
        let (mut ends, mut owners) = (Vec::new(), Vec::new());
        for _ in 0..rows {
            for _ in 0..reader.count(4)? {
                let owner = Owner {
                    page: PageId(reader.small()?),
                    section: Ordinal(reader.small()?),
                    start: reader.small()?,
                    length: reader.small()?,
                };
                if owner.page.0 >= pages {
                    return Err(damaged("a passage of a page that the index does not have"));
                }
                owners.push(owner);
            }
            ends.push(owners.len() as u32);
        }
        let codes = bytes.len() - reader.left()..bytes.len();
        let dims = dims as usize;
        Rows::parse(dims, rows as usize, &bytes[codes.clone()])?;
        Ok(Self { bytes, codes, dims, ends, owners })
    }

    /// The rows' codes.
    pub fn rows(&self) -> Rows<'_> {
        Rows::parse(self.dims, self.ends.len(), &self.bytes[self.codes.clone()]).expect("checked when it was opened")
    }

    /// The passages that a row of this part stands for.
    pub fn owners(&self, row: usize) -> &[Owner] {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.owners[start as usize..self.ends[row] as usize]
    }

    /// Writes the contents of a part from encoded rows and their owners.
    pub fn write(dims: u32, owners: &[Vec<Owner>], codes: &[u8]) -> Vec<u8> {
        let mut out = Writer::default();
        out.number(u64::from(dims));
        out.count(owners.len());
        for passages in owners {
            out.count(passages.len());
            for owner in passages {
                for number in [owner.page.0, owner.section.0, owner.start, owner.length] {
                    out.number(u64::from(number));
                }
            }
        }
        out.raw(codes);
        out.0
    }
}
