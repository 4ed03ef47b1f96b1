//! Parts of vector rows, one for each cell: packed codes, and which passages each row stands for.
//!
//! ```text
//! vectors := rows owner* codes…
//! owner   := page section [passage]       passages of the rows, row by row
//!   page    := 2 · (page − last) + more   more: 1 if this row has another owner; last: of this row, else the first of the row before
//!   section := 2 · section + later        later: 1 if the passage is not its section's first; then its number follows
//! codes   := as in `vector::PackedRows`
//! ```
//! A row is one distinct passage text; the same text on many pages is one row with many owners. Rows lie in the order of their
//! first owners' pages, and owners of a row in theirs, so that differences are small.

use std::ops::Range;

use crate::Result;
use crate::bytes::{Reader, Writer, damaged};
use crate::corpus::{Ordinal, PageId};
use crate::vector::{PackedRows, RowCode};

/// A passage: a window of a section's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    /// Its page.
    pub page: PageId,
    /// Its section.
    pub section: Ordinal,
    /// Its number among the passages of the section, from 0.
    pub passage: u32,
}

/// The vector rows of a cell, opened.
pub struct VectorPart {
    bytes: Vec<u8>,
    codes: Range<usize>,
    code: RowCode,
    ends: Vec<u32>,
    owners: Vec<Owner>,
}

impl VectorPart {
    /// Opens the contents of a part; `pages` is the number of pages in the index.
    pub fn open(bytes: Vec<u8>, code: RowCode, rows: u32, pages: u32) -> Result<Self> {
        let mut reader = Reader::new(&bytes);
        if reader.count(2)? != rows as usize {
            return Err(damaged("another number of vector rows than the core states"));
        }
        let (mut ends, mut owners) = (Vec::new(), Vec::<Owner>::new());
        let mut first = 0;
        for _ in 0..rows {
            let mut last = first;
            for number in 0.. {
                let page = reader.small()?;
                last = (page / 2).checked_add(last).filter(|&page| page < pages).ok_or_else(no_page)?;
                if number == 0 {
                    first = last;
                }
                let section = reader.small()?;
                let passage = if section % 2 == 1 { reader.small()? } else { 0 };
                owners.push(Owner { page: PageId(last), section: Ordinal(section / 2), passage });
                if page % 2 == 0 {
                    break;
                }
            }
            ends.push(owners.len() as u32);
        }
        let codes = bytes.len() - reader.left()..bytes.len();
        PackedRows::parse(code, rows as usize, &bytes[codes.clone()])?;
        Ok(Self { bytes, codes, code, ends, owners })
    }

    /// The rows' codes.
    pub fn rows(&self) -> PackedRows<'_> {
        let codes = &self.bytes[self.codes.clone()];
        PackedRows::parse(self.code, self.ends.len(), codes).expect("checked when it was opened")
    }

    /// The passages that a row of this part stands for.
    pub fn owners(&self, row: usize) -> &[Owner] {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.owners[start as usize..self.ends[row] as usize]
    }

    /// Writes the contents of a part from packed rows and their owners, both in the order of the first owners' pages.
    pub fn write<'o>(owners: impl ExactSizeIterator<Item = &'o [Owner]>, codes: &[u8]) -> Vec<u8> {
        let mut out = Writer::default();
        out.count(owners.len());
        let mut first = 0;
        for passages in owners {
            let mut last = first;
            for (number, owner) in passages.iter().enumerate() {
                let more = number + 1 < passages.len();
                out.number(u64::from(owner.page.0 - last) * 2 + u64::from(more));
                out.number(u64::from(owner.section.0) * 2 + u64::from(owner.passage > 0));
                if owner.passage > 0 {
                    out.number(u64::from(owner.passage));
                }
                last = owner.page.0;
            }
            first = passages.first().map_or(first, |owner| owner.page.0);
        }
        out.raw(codes);
        out.0
    }
}

fn no_page() -> crate::Error {
    damaged("a passage of a page that the index does not have")
}
