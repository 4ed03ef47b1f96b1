//! Which pages are like which, found when the index is built.
//!
//! ```text
//! relations := bits hash[6]^(2^bits)        the blocks, each of the ids whose hashes begin with so many bits
//! related   := count (gap page count (page cosine)*)*   ids by their hashes, whose differences are written; pages like them, the
//!                                           likest first, with cosines in 1/255
//! ```
//! An id is known by the first 48 bits of its xxh64, so that a page is found by its id alone. A page that is added changes its own block
//! and those of the pages that it is like.

use xxhash_rust::xxh64::xxh64;

use super::{Kind, PartId};
use crate::Result;
use crate::bytes::{Reader, Writer, damaged};
use crate::corpus::PageId;
use crate::lexical::PageScore;

/// Most bits that tell blocks apart: 65,536 blocks.
const MOST_BITS: u8 = 16;
/// Bits of an id's hash.
const HASH_BITS: u8 = 48;
/// Steps of a cosine.
const STEPS: f32 = 255.0;

/// Where relations lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Relations {
    bits: u8,
    blocks: Vec<u64>,
}

/// What an id is known by.
pub fn id_hash(id: &str) -> u64 {
    xxh64(id.as_bytes(), 0) >> (64 - HASH_BITS)
}

/// The block that a hash lies in, of 2^`bits`.
pub fn related_block_of(hash: u64, bits: u8) -> usize {
    (hash >> (HASH_BITS - bits)) as usize
}

impl Relations {
    /// Names blocks by their hashes; there are 2^`bits` of them.
    #[cfg(feature = "native")]
    pub fn new(bits: u8, blocks: Vec<u64>) -> Self {
        assert!(bits <= MOST_BITS && blocks.len() == 1 << bits, "{} blocks are not 2^{bits}", blocks.len());
        Self { bits, blocks }
    }

    /// How many bits of ids' hashes tell the blocks of `pages` pages apart, of which each has some `in_block` at most.
    #[cfg(feature = "native")]
    pub fn bits_for(pages: usize, in_block: usize) -> u8 {
        pages.div_ceil(in_block).next_power_of_two().ilog2().min(MOST_BITS.into()) as u8
    }

    /// The block of a page's id.
    pub fn block_for(&self, id: &str) -> PartId {
        PartId { kind: Kind::Related, hash: self.blocks[related_block_of(id_hash(id), self.bits)] }
    }

    /// The names of all blocks.
    pub fn blocks(&self) -> impl Iterator<Item = PartId> {
        self.blocks.iter().map(|&hash| PartId { kind: Kind::Related, hash })
    }

    /// Writes the contents of a part.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.0.push(self.bits);
        self.blocks.iter().for_each(|&hash| out.hash(hash));
        out.0
    }

    /// Reads the contents of a part.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Damaged`] if it ends early or late, or tells more blocks apart than there can be.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes);
        let bits = reader.byte()?;
        if bits > MOST_BITS {
            return Err(damaged("too many blocks of related pages"));
        }
        let mut blocks = Vec::new();
        for _ in 0..1u32 << bits {
            blocks.push(reader.hash()?);
        }
        reader.end()?;
        Ok(Self { bits, blocks })
    }
}

/// A page and those like it.
#[derive(Clone, Debug, PartialEq)]
pub struct Relative {
    /// What the page's id is known by.
    pub hash: u64,
    /// The page.
    pub page: PageId,
    /// Pages like it, the likest first, with their cosines.
    pub like: Vec<PageScore>,
}

/// A block of related pages, opened: sorted by the hashes of ids.
#[derive(Clone, Debug, PartialEq)]
pub struct RelatedBlock(pub Vec<Relative>);

impl RelatedBlock {
    /// The page of that id, and those like it.
    pub fn find(&self, id: &str) -> Option<&Relative> {
        self.0.binary_search_by_key(&id_hash(id), |relative| relative.hash).ok().map(|at| &self.0[at])
    }

    /// Writes the contents of a part.
    #[cfg(feature = "native")]
    pub fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.count(self.0.len());
        let mut last = 0;
        for Relative { hash, page, like } in &self.0 {
            out.number(hash - last);
            last = *hash;
            out.number(page.0.into());
            out.count(like.len());
            for PageScore { page, score } in like {
                out.number(page.0.into());
                out.0.push((score * STEPS).round().clamp(0.0, 255.0) as u8);
            }
        }
        out.0
    }

    /// Reads the contents of a part, of an index with `pages` pages.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Damaged`] if it ends early or late, ids are out of order, or a page is none of the index.
    pub fn read(bytes: &[u8], pages: u32) -> Result<Self> {
        let mut reader = Reader::new(bytes);
        let mut relatives: Vec<Relative> = Vec::new();
        let page = |reader: &mut Reader| match reader.small()? {
            page if page < pages => Ok(PageId(page)),
            _ => Err(damaged("a related page that there is not")),
        };
        for _ in 0..reader.count(3)? {
            let last = relatives.last().map_or(0, |relative| relative.hash);
            let gap = reader.number()?;
            let hash = last.checked_add(gap).filter(|hash| hash >> HASH_BITS == 0 && (gap > 0 || relatives.is_empty()));
            let hash = hash.ok_or_else(|| damaged("ids of pages out of order"))?;
            let its = page(&mut reader)?;
            let mut like = Vec::new();
            for _ in 0..reader.count(2)? {
                like.push(PageScore { page: page(&mut reader)?, score: f32::from(reader.byte()?) / STEPS });
            }
            relatives.push(Relative { hash, page: its, like });
        }
        reader.end()?;
        Ok(Self(relatives))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_read_back_and_damage_is_found() {
        let like = vec![PageScore { page: PageId(2), score: 1.0 }, PageScore { page: PageId(0), score: 51.0 / 255.0 }];
        let ids = ["a.html", "b.html", "c.html"];
        let relative =
            |page: usize| Relative { hash: id_hash(ids[page]), page: PageId(page as u32), like: like.clone() };
        let mut relatives: Vec<Relative> = (0..3).map(relative).collect();
        relatives.sort_by_key(|relative| relative.hash);
        let block = RelatedBlock(relatives);
        let bytes = block.write();
        assert_eq!(RelatedBlock::read(&bytes, 3).unwrap(), block);
        assert_eq!(block.find("b.html").unwrap().page, PageId(1));
        assert!(block.find("d.html").is_none());
        assert!(RelatedBlock::read(&bytes, 2).is_err(), "a page too many");
        for end in 0..bytes.len() {
            assert!(RelatedBlock::read(&bytes[..end], 3).is_err(), "cut at {end}");
        }
        let mut twice = block.clone();
        twice.0[1].hash = twice.0[0].hash;
        assert!(RelatedBlock::read(&twice.write(), 3).is_err());

        let relations = Relations::new(2, vec![5, 6, 7, 8]);
        let bytes = relations.write();
        assert_eq!(Relations::read(&bytes).unwrap(), relations);
        assert_eq!(relations.block_for("a.html").hash, 5 + (id_hash("a.html") >> 46));
        for end in 0..bytes.len() {
            assert!(Relations::read(&bytes[..end]).is_err(), "cut at {end}");
        }
        assert!(Relations::read(&[40]).is_err());
        assert_eq!([1, 256, 257, 4000, usize::MAX].map(|pages| Relations::bits_for(pages / 2, 128)), [0, 0, 0, 4, 16]);
    }
}
