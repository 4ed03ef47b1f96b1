//! Positions of forms in pages, apart from the postings because ranking doesn't need them.
//!
//! ```text
//! part := (page-list)*            one list a term, in the order of the block
//! list := length page*            length in bytes
//! page := count Δposition*        pages as in the term's postings
//! ```
//! Positions run through the page: title, then each section's heading and text, with a gap between fields, so that a
//! phrase never spans two of them.

use crate::Result;
use crate::bytes::{Reader, Writer};

/// Encodes the positions of a block's terms: for each term, for each of its pages, ascending positions.
pub fn write_positions(terms: &[&[Vec<u32>]]) -> Vec<u8> {
    let mut out = Writer::default();
    for pages in terms {
        let mut list = Writer::default();
        for positions in pages.iter() {
            list.count(positions.len());
            let mut last = 0;
            for &position in positions {
                list.number(u64::from(position - last));
                last = position;
            }
        }
        out.count(list.0.len());
        out.raw(&list.0);
    }
    out.0
}

/// The positions of the block's term number `index`, which occurs in `pages` pages.
pub fn read_positions(bytes: &[u8], index: usize, pages: u32) -> Result<Vec<Vec<u32>>> {
    let mut reader = Reader::new(bytes);
    for _ in 0..index {
        let length = reader.count(1)?;
        reader.raw(length)?;
    }
    let length = reader.count(1)?;
    let mut list = Reader::new(reader.raw(length)?);
    let mut all = Vec::new();
    for _ in 0..pages {
        let mut last = 0u32;
        let mut positions = Vec::new();
        for _ in 0..list.count(1)? {
            last = last.saturating_add(list.small()?);
            positions.push(last);
        }
        all.push(positions);
    }
    list.end()?;
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_read_back() {
        let (first, second) = (vec![vec![0, 3, 90_000], vec![]], vec![vec![7]]);
        let bytes = write_positions(&[&first, &second]);
        assert_eq!(read_positions(&bytes, 0, 2).unwrap(), first);
        assert_eq!(read_positions(&bytes, 1, 1).unwrap(), second);
        assert!(read_positions(&bytes, 1, 2).is_err());
        assert!(read_positions(&bytes, 2, 1).is_err());
    }
}
