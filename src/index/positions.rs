//! Where the positions of forms lie: apart from the dictionary, which ranking reads without them, and cut by pages, so that a
//! phrase reads those of the pages in question alone and a page that changes takes few others along.
//!
//! ```text
//! places := block*            one for each dictionary block, in order
//! block  := shift hash[6]*    the part of the pages `n << shift` and after it, for each `n` that there is; 0 if there is none
//! ```
//! The parts themselves are as in `lexical::positions`.

use super::{Kind, PartId};
use crate::Result;
#[cfg(feature = "native")]
use crate::bytes::Writer;
use crate::bytes::{Reader, damaged};
use crate::corpus::PageId;
use crate::lexical::{PagePosting, read_positions};

/// The positions of the terms of one dictionary block in some pages.
pub struct Positions(Vec<u8>);

impl Positions {
    /// The contents of a part of positions.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Positions, page by page, of the block's term number `index`, of which these are the postings in the part's pages, on a site
    /// where words count in parts of `unit`.
    pub fn of(&self, index: usize, postings: &[PagePosting], unit: u32) -> Result<Vec<Vec<u32>>> {
        read_positions(&self.0, index, postings, unit)
    }
}

/// Names the parts that hold positions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PositionPlaces {
    blocks: Vec<PositionsOf>,
}

/// The positions of one block's terms.
#[derive(Clone, Debug, PartialEq)]
pub struct PositionsOf {
    /// A page lies in the part of number `page >> shift`.
    pub shift: u8,
    /// The hash of each part; 0 where no term of the block occurs.
    pub hashes: Vec<u64>,
}

impl PositionsOf {
    /// How many parts `pages` pages lie in.
    pub fn parts(shift: u8, pages: u32) -> usize {
        pages.checked_sub(1).map_or(0, |last| (last >> shift) as usize + 1)
    }
}

impl PositionPlaces {
    /// The places of these blocks, which are in the order of the dictionary.
    pub fn new(blocks: Vec<PositionsOf>) -> Self {
        Self { blocks }
    }

    /// The part that holds positions of the terms of block number `block` in `page`.
    pub fn part(&self, block: usize, page: PageId) -> Option<PartId> {
        let block = self.blocks.get(block)?;
        let hash = *block.hashes.get((page.0 >> block.shift) as usize)?;
        (hash != 0).then_some(PartId { kind: Kind::Positions, hash })
    }

    /// Writes the contents of a part.
    #[cfg(feature = "native")]
    pub fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        for block in &self.blocks {
            out.0.push(block.shift);
            block.hashes.iter().for_each(|&hash| out.hash(hash));
        }
        out.0
    }

    /// Reads the contents of a part, for so many dictionary blocks and pages.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Damaged`] if they are no such places.
    pub fn read(bytes: &[u8], blocks: usize, pages: u32) -> Result<Self> {
        let mut reader = Reader::new(bytes);
        let block = |_| {
            let shift = reader.byte()?;
            if shift > 31 {
                return Err(damaged("positions cut at more pages than can be numbered"));
            }
            let hashes = (0..PositionsOf::parts(shift, pages)).map(|_| reader.hash()).collect::<Result<_>>()?;
            Ok(PositionsOf { shift, hashes })
        };
        let blocks = (0..blocks).map(block).collect::<Result<_>>()?;
        reader.end()?;
        Ok(Self { blocks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_finds_its_part() {
        let block = |shift, hashes: &[u64]| PositionsOf { shift, hashes: hashes.to_vec() };
        let places = PositionPlaces::new(vec![block(31, &[7]), block(1, &[1, 0, 3])]);
        let bytes = places.write();
        assert_eq!(PositionPlaces::read(&bytes, 2, 5).unwrap(), places);
        assert!(PositionPlaces::read(&bytes, 2, 7).is_err(), "a page more than there are parts");
        assert!(PositionPlaces::read(&bytes, 1, 5).is_err());
        let hash = |block, page| places.part(block, PageId(page)).map(|part| part.hash);
        assert_eq!(
            [hash(0, 4), hash(1, 1), hash(1, 2), hash(1, 4), hash(1, 6), hash(2, 0)].map(Option::unwrap_or_default),
            [7, 1, 0, 3, 0, 0]
        );
    }
}
