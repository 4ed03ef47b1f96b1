//! Parts of vector rows, one for each cell: packed codes, and which passages each row stands for.
//!
//! ```text
//! vectors := table cells table            the cell's own rows; rows of other cells that are looked for here as well, and which cells
//! table   := rows owner* codes…
//! cells   := count cell*                  by their numbers
//! owner   := page section [passage]       passages of the rows, row by row
//!   page    := 2 · (page − last) + more   more: 1 if this row has another owner; last: of this row, else the first of the row before
//!   section := 2 · section + later        later: 1 if the passage is not its section's first; then its number follows
//! codes   := as in `vector::PackedRows`
//! ```
//! A row is one distinct passage text; the same text on many pages is one row with many owners. The rows of a table lie in the order
//! of their first owners' pages, and owners of a row in theirs, so that differences are small.

use std::ops::Range;

use crate::Result;
#[cfg(feature = "native")]
use crate::bytes::Writer;
use crate::bytes::{Reader, damaged};
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
    code: RowCode,
    own: Table,
    /// The cells of the other rows.
    cells: Vec<u32>,
    others: Table,
}

/// Rows with their owners.
struct Table {
    codes: Range<usize>,
    /// For each row, where its owners end among `owners`.
    ends: Vec<u32>,
    owners: Vec<Owner>,
}

impl VectorPart {
    /// Opens the contents of a part with so many rows of its cell; `pages` is the number of pages in the index.
    pub fn open(bytes: Vec<u8>, code: RowCode, rows: u32, pages: u32) -> Result<Self> {
        let mut reader = Reader::new(&bytes);
        let own = Table::read(&mut reader, code, pages, bytes.len())?;
        let cells = (0..reader.count(1)?).map(|_| reader.small()).collect::<Result<Vec<_>>>()?;
        let others = Table::read(&mut reader, code, pages, bytes.len())?;
        reader.end()?;
        if own.ends.len() != rows as usize || others.ends.len() != cells.len() {
            return Err(damaged("another number of vector rows than is stated"));
        }
        let part = Self { code, own, cells, others, bytes };
        for table in [&part.own, &part.others] {
            PackedRows::parse(code, table.ends.len(), &part.bytes[table.codes.clone()])?;
        }
        Ok(part)
    }

    /// The codes of the cell's own rows.
    pub fn rows(&self) -> PackedRows<'_> {
        self.view(&self.own)
    }

    /// The codes of rows of other cells, less those cells' centres, and the numbers of these cells.
    pub fn others(&self) -> (PackedRows<'_>, &[u32]) {
        (self.view(&self.others), &self.cells)
    }

    /// The passages that a row of this part stands for; the others are numbered after its own.
    pub fn owners(&self, row: usize) -> &[Owner] {
        match row.checked_sub(self.own.ends.len()) {
            None => self.own.owners(row),
            Some(other) => self.others.owners(other),
        }
    }

    /// Writes the contents of a part: of its own rows and of others the owners and the packed codes, both in the order of the first
    /// owners' pages, and of the others their cells.
    #[cfg(feature = "native")]
    pub fn write(own: (&[&[Owner]], &[u8]), cells: &[u32], others: (&[&[Owner]], &[u8])) -> Vec<u8> {
        let mut out = Writer::default();
        Table::write(own.0, own.1, &mut out);
        out.count(cells.len());
        cells.iter().for_each(|&cell| out.number(u64::from(cell)));
        Table::write(others.0, others.1, &mut out);
        out.0
    }

    fn view(&self, table: &Table) -> PackedRows<'_> {
        let codes = &self.bytes[table.codes.clone()];
        PackedRows::parse(self.code, table.ends.len(), codes).expect("checked when it was opened")
    }
}

impl Table {
    /// Reads the next table of a part of `length` bytes.
    #[inline(never)]
    fn read(reader: &mut Reader, code: RowCode, pages: u32, length: usize) -> Result<Self> {
        let rows = reader.count(2)?;
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
        let start = length - reader.left();
        let bytes = rows.checked_mul(code.bytes() + 2).ok_or_else(|| damaged("more vector rows than bytes"))?;
        reader.raw(bytes)?;
        Ok(Self { codes: start..start + bytes, ends, owners })
    }

    #[cfg(feature = "native")]
    fn write(owners: &[&[Owner]], codes: &[u8], out: &mut Writer) {
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
    }

    fn owners(&self, row: usize) -> &[Owner] {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.owners[start as usize..self.ends[row] as usize]
    }
}

fn no_page() -> crate::Error {
    damaged("a passage of a page that the index does not have")
}
