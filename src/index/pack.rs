//! Packs: files that hold many parts each, of which a reader takes ranges.
//!
//! ```text
//! first     := "BFPK" version[1] 0[3] core[4] directory[4] entry[4] core directory entry part*
//! other     := part*
//! directory := packs parts*  named length*  key-bytes apart (kind[1] key[key-bytes] length)*
//! ```
//! The three numbers of the first pack's head are lengths. Core, directory and parts are gzip, each of its own; the entry is the
//! text of `bifocal.json` but for the packs' hash, so that a first pack that is alone is a whole index. `parts` counts
//! the parts of each pack. The parts lie in the order of [`Core::named`], which a reader has from the core anyway, so that
//! most of the directory is lengths alone; after them those that only dictionary blocks and the places of positions name, with the first bytes of their
//! hashes as keys.
//!
//! Nothing of this is trusted: a range that is not the part that was looked for does not have its hash.

use std::collections::{BTreeMap, BTreeSet};

use xxhash_rust::xxh64::Xxh64;

use super::gzip::{Packer, gunzip};
use super::{Core, Entry, Kind, Packs, PartId};
use crate::bytes::{Reader, Writer, damaged};
use crate::{Error, ErrorKind, Result};

const MAGIC: &[u8; 4] = b"BFPK";
const VERSION: u8 = 1;
const HEADER: usize = 20;

/// How many bytes of positions weigh as much as one of other parts where packs are to be small: no ranking reads them.
const LIGHTNESS: u64 = 8;

/// More bytes than any directory has: some ten million parts' worth.
const LONGEST_DIRECTORY: u32 = 64 << 20;

/// How many files parts may take, and how large these may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// At most so many.
    pub files: usize,
    /// At most so many bytes each.
    pub bytes: u64,
    /// Whether the files are to be as few as `bytes` allows.
    pub fewest: bool,
}

impl Bounds {
    /// Whether so many parts must share files.
    pub fn need_packs(&self, parts: usize) -> bool {
        self.fewest || parts > self.files
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self { files: usize::MAX, bytes: u64::MAX, fewest: false }
    }
}

/// A file to be written: its path below the index folder, and its bytes.
pub type File = (String, Vec<u8>);

/// Lays the gzipped `parts` out as files: one each where `bounds` allow, else in packs, of which the entry then tells.
///
/// # Errors
/// The bounds can't be met.
pub fn lay_out(parts: Vec<(PartId, Vec<u8>)>, core: &Core, entry: &mut Entry, bounds: Bounds) -> Result<Vec<File>> {
    if let Some((id, part)) = parts.iter().find(|(_, part)| part.len() as u64 > bounds.bytes) {
        return Err(unmet(format!("{id} takes {} bytes, --max-file-size is {}", part.len(), bounds.bytes))
            .hint("a part can't be divided: allow larger files"));
    }
    if !bounds.need_packs(parts.len()) {
        return Ok(parts.into_iter().map(|(id, bytes)| (id.to_string(), bytes)).collect());
    }
    let mut parts: BTreeMap<PartId, Vec<u8>> = parts.into_iter().collect();
    let core_id = PartId::from_path(&entry.core)?;
    let core_bytes = parts.remove(&core_id).ok_or_else(|| damaged("an index without its core"))?;
    let mut order = core.named();
    let named: BTreeSet<PartId> = order.iter().copied().collect();
    let apart: Vec<PartId> = parts.keys().copied().filter(|id| !named.contains(id)).collect();
    order.extend(&apart);
    let missing = |id: &PartId| damaged(&format!("an index without {id}"));
    let bytes: Vec<&[u8]> =
        order.iter().map(|id| Ok(parts.get(id).ok_or_else(|| missing(id))?.as_slice())).collect::<Result<_>>()?;
    let sizes: Vec<(Kind, u64)> = order.iter().zip(&bytes).map(|(id, part)| (id.kind, part.len() as u64)).collect();

    // What lies before the parts of a lone pack, at most.
    let before = (HEADER + core_bytes.len() + Entry::MOST_BYTES) as u64 + 12 * sizes.len() as u64;
    let whole = before + sizes.iter().map(|(_, size)| size).sum::<u64>();
    let counts = match bounds.fewest || bounds.files == 1 {
        true if whole <= bounds.bytes => vec![sizes.len()],
        _ => divide(&sizes, bounds)?,
    };
    let directory = Packer::new().gzip(&write_directory(&counts, &sizes, &apart));
    let head = (HEADER + core_bytes.len() + directory.len()) as u32;
    // What is within a pack can't name its hash.
    entry.packs = Some(Packs { hash: String::new(), files: counts.len() as u32, head });
    entry.stamp()?;
    let inner = entry.seal()?;
    let mut packs = vec![Vec::new(); counts.len()];
    packs[0] = write_head(&core_bytes, &directory, &inner);
    let mut rest = bytes.into_iter();
    for (pack, &count) in packs.iter_mut().zip(&counts) {
        rest.by_ref().take(count).for_each(|part| pack.extend_from_slice(part));
    }
    if let Some(pack) = packs.iter().find(|pack| pack.len() as u64 > bounds.bytes) {
        let message =
            format!("the directory and the core take {} bytes, --max-file-size is {}", pack.len(), bounds.bytes);
        return Err(unmet(message).hint("allow larger files"));
    }
    let mut hash = Xxh64::new(0);
    packs.iter().for_each(|pack| hash.update(pack));
    let told = Packs { hash: format!("{:016x}", hash.digest()), files: packs.len() as u32, head };
    let files = packs.into_iter().enumerate().map(|(number, bytes)| (told.path(number), bytes)).collect();
    entry.packs = Some(told);
    entry.stamp()?;
    Ok(files)
}

/// How many parts go into each pack, the first of which holds none: the smallest packs that are few enough.
fn divide(sizes: &[(Kind, u64)], bounds: Bounds) -> Result<Vec<usize>> {
    let count = |capacity| greedy(sizes, capacity, bounds.bytes);
    let fewest = count(u64::MAX);
    if fewest.len() > bounds.files {
        let bytes: u64 = sizes.iter().map(|(_, size)| size).sum();
        let message = format!(
            "the index takes {bytes} bytes in at least {} files; --max-files is {}, --max-file-size {}",
            fewest.len(),
            bounds.files,
            if bounds.bytes == u64::MAX { "not set".to_owned() } else { bounds.bytes.to_string() }
        );
        return Err(unmet(message).hint("allow more files, or larger ones"));
    }
    if bounds.fewest {
        return Ok(fewest);
    }
    let (mut below, mut enough) = (0, sizes.iter().map(|(_, size)| size).sum::<u64>().min(bounds.bytes));
    while enough - below > 1 {
        let middle = below + (enough - below) / 2;
        if count(middle).len() <= bounds.files { enough = middle } else { below = middle }
    }
    Ok(count(enough))
}

/// Fills packs one after the other up to `capacity`, in which positions count for less, and never above `bytes`.
fn greedy(sizes: &[(Kind, u64)], capacity: u64, bytes: u64) -> Vec<usize> {
    let mut counts = vec![0];
    let (mut weight, mut length) = (0, 0);
    for &(kind, size) in sizes {
        let light = if kind == Kind::Positions { size / LIGHTNESS } else { size };
        if counts.len() == 1 || weight + light > capacity || length + size > bytes {
            counts.push(0);
            (weight, length) = (0, 0);
        }
        weight += light;
        length += size;
        *counts.last_mut().expect("the first is there") += 1;
    }
    counts
}

fn unmet(message: String) -> Error {
    Error::new(ErrorKind::Usage, message)
}

fn write_head(core: &[u8], directory: &[u8], entry: &str) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&[VERSION, 0, 0, 0]);
    let pieces = [core, directory, entry.as_bytes()];
    pieces.iter().for_each(|piece| out.extend_from_slice(&(piece.len() as u32).to_le_bytes()));
    pieces.iter().for_each(|piece| out.extend_from_slice(piece));
    out
}

fn write_directory(counts: &[usize], sizes: &[(Kind, u64)], apart: &[PartId]) -> Vec<u8> {
    let mut out = Writer::default();
    out.count(counts.len());
    counts.iter().for_each(|&count| out.count(count));
    let (named, others) = sizes.split_at(sizes.len() - apart.len());
    out.count(named.len());
    named.iter().for_each(|&(_, size)| out.number(size));
    let distinct = apart.iter().map(|id| id.hash >> 16).collect::<BTreeSet<_>>().len() == apart.len();
    let key = if distinct { 4 } else { 6 };
    out.count(key);
    out.count(apart.len());
    for (id, &(_, size)) in apart.iter().zip(others) {
        out.0.push(id.kind as u8);
        out.raw(&id.hash.to_be_bytes()[2..2 + key]);
        out.number(size);
    }
    out.0
}

/// What stands at the start of a first pack.
pub struct Head {
    /// The core, gzipped.
    pub core: Vec<u8>,
    /// The entry.
    pub entry: Entry,
    directory: Vec<u8>,
    /// Where the parts of the first pack begin.
    start: u64,
}

impl Head {
    /// Reads a first pack as far as its parts.
    ///
    /// # Errors
    /// It is no first pack, or `bytes` do not hold all of the head.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let short = || damaged("a pack that ends within its head");
        let (header, rest) = bytes.split_at_checked(HEADER).ok_or_else(short)?;
        if &header[..4] != MAGIC {
            return Err(Error::new(ErrorKind::Damaged, "it is not the first pack of an index")
                .hint("name the index folder, or the file parts/pack0-….bin of an index built with --single-file"));
        }
        if header[4] != VERSION {
            return Err(Error::new(
                ErrorKind::Version,
                format!("packs of version {}, this build reads {VERSION}", header[4]),
            )
            .hint("rebuild the index with this version of bifocal"));
        }
        let length = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let [core, directory, entry] = [8, 12, 16].map(|at| length(at) as usize);
        let (core, rest) = rest.split_at_checked(core).ok_or_else(short)?;
        let (directory, rest) = rest.split_at_checked(directory).ok_or_else(short)?;
        let entry = rest.get(..entry).ok_or_else(short)?;
        let start = (HEADER + core.len() + directory.len() + entry.len()) as u64;
        let entry = Entry::parse(std::str::from_utf8(entry).map_err(|_| damaged("an entry that is not text"))?)?;
        Ok(Self { core: core.to_vec(), entry, directory: directory.to_vec(), start })
    }

    /// The most bytes that a head with this beginning can take, or `None` if it is not one of a first pack.
    pub fn length(header: &[u8]) -> Option<u64> {
        let lengths = header.strip_prefix(MAGIC)?.get(4..16)?.as_chunks::<4>().0;
        Some(HEADER as u64 + lengths.iter().map(|&four| u64::from(u32::from_le_bytes(four))).sum::<u64>())
    }

    /// Where each part lies; `core` is the one in this head.
    pub fn directory(&self, core: &Core) -> Result<Directory> {
        let bytes = gunzip("the directory of the packs", &self.directory, LONGEST_DIRECTORY)?;
        Directory::read(&bytes, &core.named(), self.start)
    }
}

/// Where a part lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// In the pack of this number,
    pub pack: usize,
    /// from this byte on,
    pub start: u64,
    /// so many bytes.
    pub length: u64,
}

/// Where each part of packs lies.
#[derive(Debug, PartialEq)]
pub struct Directory {
    named: BTreeMap<PartId, Place>,
    /// Kind, first bytes of the hash, place.
    apart: Vec<(u8, Vec<u8>, Place)>,
    packs: usize,
}

impl Directory {
    /// Reads a directory; `start` is where parts begin in the first pack.
    fn read(bytes: &[u8], order: &[PartId], start: u64) -> Result<Self> {
        let mut reader = Reader::new(bytes);
        let counts = (0..reader.count(1)?).map(|_| reader.small()).collect::<Result<Vec<_>>>()?;
        let mut places = places(&counts, start);
        let mut place =
            |length: u64| places(length).ok_or_else(|| damaged("a directory that counts its parts wrongly"));
        if reader.count(1)? != order.len() {
            return Err(damaged("a directory of other parts than the core names"));
        }
        let named = order.iter().map(|&id| Ok((id, place(reader.number()?)?))).collect::<Result<_>>()?;
        let key = reader.count(1)?.min(6);
        let apart = (0..reader.count(key + 2)?)
            .map(|_| Ok((reader.byte()?, reader.raw(key)?.to_vec(), place(reader.number()?)?)))
            .collect::<Result<_>>()?;
        reader.end()?;
        Ok(Self { named, apart, packs: counts.len() })
    }

    /// Where a part lies, if it is in the packs.
    pub fn find(&self, id: PartId) -> Option<Place> {
        let apart = || self.apart.iter().find(|(_, key, _)| id.hash.to_be_bytes()[2..].starts_with(key));
        self.named.get(&id).copied().or_else(|| Some(apart()?.2))
    }

    /// How many packs there are.
    pub fn packs(&self) -> usize {
        self.packs
    }

    /// The kind of each part and where it lies.
    pub fn places(&self) -> impl Iterator<Item = (Kind, Place)> + '_ {
        let apart = self.apart.iter().filter_map(|&(kind, _, place)| Some((Kind::from_number(kind)?, place)));
        self.named.iter().map(|(id, &place)| (id.kind, place)).chain(apart)
    }
}

/// Gives the places of parts by their lengths, one after the other, until the packs are full.
fn places(counts: &[u32], start: u64) -> impl FnMut(u64) -> Option<Place> + '_ {
    let (mut pack, mut left, mut at) = (0, counts.first().copied().unwrap_or(0), start);
    move |length| {
        while left == 0 {
            pack += 1;
            left = *counts.get(pack)?;
            at = 0;
        }
        left -= 1;
        let place = Place { pack, start: at, length };
        at = at.checked_add(length)?;
        Some(place)
    }
}
