//! Parts: what they are called and how each begins.
//!
//! ```text
//! part := "BFCL" kind[1] version[1] 0[2] length[4] contents[length]
//! ```
//! A part's name is its kind and the first 48 bits of the xxh64 (seed 0) of the whole, header included, before compression: every
//! reader downloads the names of all parts, and 48 bits tell ten thousand parts apart but for one build in a million. The hash
//! guards against damage and mixed builds, not against someone who can write the site's files: they could write its scripts.

use std::fmt;

use xxhash_rust::xxh64::xxh64;

use super::FORMAT;
use crate::bytes::damaged;
use crate::{Error, ErrorKind, Result};

const MAGIC: &[u8; 4] = b"BFCL";
const HEADER: usize = 12;

/// What a part holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The directory of all the others.
    Core,
    /// A block of the dictionary with its postings.
    Terms,
    /// One long list of postings.
    Postings,
    /// The positions of a block's terms in some pages.
    Positions,
    /// Vector rows and the passages that they stand for.
    Vectors,
    /// The graph over all vector rows.
    Graph,
    /// Pages, or slices of them, with their text.
    Text,
    /// The map from the encoder's space to that of the rows.
    Projection,
    /// Where positions lie.
    Places,
    /// Where general words lie.
    Directory,
    /// A block of general words with their vectors.
    General,
    /// Where lists of words lie.
    Spelling,
    /// A list of words that may be meant by misspelt ones.
    Words,
    /// The column of a field.
    Field,
    /// Names of dictionary blocks.
    Blocks,
    /// Names of text parts.
    Texts,
    /// What the owner of the site says about ranking.
    Rules,
    /// Where it lies which pages are like which.
    Relations,
    /// A block of pages and those like them.
    Related,
    /// The cells of a region.
    Region,
}

const KINDS: [(Kind, &str); 20] = [
    (Kind::Core, "core"),
    (Kind::Terms, "terms"),
    (Kind::Postings, "postings"),
    (Kind::Positions, "positions"),
    (Kind::Vectors, "vectors"),
    (Kind::Graph, "graph"),
    (Kind::Text, "text"),
    (Kind::Projection, "projection"),
    (Kind::Places, "places"),
    (Kind::Directory, "directory"),
    (Kind::General, "general"),
    (Kind::Spelling, "spelling"),
    (Kind::Words, "words"),
    (Kind::Field, "field"),
    (Kind::Blocks, "blocks"),
    (Kind::Texts, "texts"),
    (Kind::Rules, "rules"),
    (Kind::Relations, "relations"),
    (Kind::Related, "related"),
    (Kind::Region, "region"),
];

impl Kind {
    /// The word for it in file names.
    pub fn name(self) -> &'static str {
        KINDS[self as usize].1
    }

    /// Whether few queries need such a part, so that the code that reads it is loaded as seldom.
    pub fn is_seldom(self) -> bool {
        !matches!(
            self,
            Kind::Core
                | Kind::Terms
                | Kind::Postings
                | Kind::Vectors
                | Kind::Region
                | Kind::Text
                | Kind::Blocks
                | Kind::Texts
        )
    }

    /// The kind of that number, if there is one.
    #[cfg(feature = "native")]
    pub fn from_number(number: u8) -> Option<Self> {
        KINDS.get(usize::from(number)).map(|&(kind, _)| kind)
    }
}

/// The name of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartId {
    /// What it holds.
    pub kind: Kind,
    /// The hash of its bytes.
    pub hash: u64,
}

impl PartId {
    /// The part that a path below the index folder names, such as `parts/terms-0123456789ab.bin`.
    pub fn from_path(path: &str) -> Result<Self> {
        let parse = || {
            let (kind, hash) = path.strip_prefix("parts/")?.strip_suffix(".bin")?.split_once('-')?;
            let kind = KINDS.iter().find(|(_, name)| *name == kind)?.0;
            (hash.len() == 12).then_some(())?;
            Some(Self { kind, hash: u64::from_str_radix(hash, 16).ok()? })
        };
        parse().ok_or_else(|| damaged(&["no part of an index is called ", path].concat()))
    }

    /// The path below the index folder.
    pub fn path(self) -> String {
        let digit = |at| char::from(b"0123456789abcdef"[(self.hash >> (44 - 4 * at)) as usize & 15]);
        let digits: String = (0..12).map(digit).collect();
        ["parts/", self.kind.name(), "-", &digits, ".bin"].concat()
    }
}

impl fmt::Display for PartId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path())
    }
}

/// The hash that names a part of these bytes.
fn hash_of(bytes: &[u8]) -> u64 {
    xxh64(bytes, 0) >> 16
}

/// A part as it is written: its name and its bytes before compression.
#[derive(Clone, Debug, PartialEq)]
pub struct RawPart {
    /// Its name.
    pub id: PartId,
    /// Header and contents.
    pub bytes: Vec<u8>,
    /// How many of the first bytes are as good as random, so that no code makes them smaller.
    pub dense: usize,
}

impl RawPart {
    /// Puts the header before `contents` and names the result.
    pub fn new(kind: Kind, contents: &[u8]) -> Result<Self> {
        let length = u32::try_from(contents.len()).map_err(|_| {
            Error::new(
                ErrorKind::Input,
                format!("a {} part of {} bytes: a part holds 4 GiB at most", kind.name(), contents.len()),
            )
        })?;
        let mut bytes = Vec::with_capacity(HEADER + contents.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&[kind as u8, FORMAT as u8, 0, 0]);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(contents);
        Ok(Self { id: PartId { kind, hash: hash_of(&bytes) }, bytes, dense: 0 })
    }

    /// The same with contents that begin with so many bytes that are as good as random: vectors and the like.
    pub fn with_dense(self, dense: usize) -> Self {
        Self { dense: if dense > 0 { HEADER + dense } else { 0 }, ..self }
    }

    /// The contents of the part that `id` names, if `bytes` are that part.
    pub fn contents(id: PartId, bytes: &[u8]) -> Result<&[u8]> {
        let fail = |what: &str| {
            let message = [&id.path(), ": ", what].concat();
            Err(Error::new(ErrorKind::Damaged, message).hint("fetch it again, or rebuild the index"))
        };
        let Some((header, contents)) = bytes.split_at_checked(HEADER) else {
            return fail("it ends within its header");
        };
        if &header[..4] != MAGIC {
            return fail("it is not a part of an index (an error page of the server?)");
        }
        if u32::from(header[5]) != FORMAT {
            return fail("it is of another format version than this build reads");
        }
        if header[4] != id.kind as u8 {
            return fail("it holds another kind of part");
        }
        let length = u32::from_le_bytes([header[8], header[9], header[10], header[11]]);
        if length as usize != contents.len() {
            return fail("its length is not the one that it states");
        }
        if hash_of(bytes) != id.hash {
            return fail("its contents do not match its name");
        }
        Ok(contents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_paths_agree() {
        for (position, (kind, _)) in KINDS.iter().enumerate() {
            assert_eq!(*kind as usize, position);
            let id = PartId { kind: *kind, hash: 0xabc };
            assert_eq!(PartId::from_path(&id.to_string()).unwrap(), id);
        }
        for path in ["", "parts/terms-1.bin", "parts/what-0123456789ab.bin", "../parts/core-0123456789ab.bin"] {
            assert!(PartId::from_path(path).is_err(), "{path}");
        }
    }

    #[test]
    fn every_damage_is_found() {
        let part = RawPart::new(Kind::Text, b"contents").unwrap();
        assert_eq!(RawPart::contents(part.id, &part.bytes).unwrap(), b"contents");
        for at in 0..part.bytes.len() {
            let mut bytes = part.bytes.clone();
            bytes[at] ^= 1;
            assert!(RawPart::contents(part.id, &bytes).is_err(), "byte {at}");
            assert!(RawPart::contents(part.id, &part.bytes[..at]).is_err(), "cut at {at}");
        }
    }
}
