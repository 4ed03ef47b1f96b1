//! Embeddings that have been made before, so that a rebuild or an interrupted build embeds only what is new.
//!
//! One store holds the vectors of one encoder. It only ever grows at its end:
//!
//! ```text
//! row: key, 16 bytes · dims f32 · check u64                         all little-endian, rows of one size, no header
//! key:   the first half of the SHA-256 of encoder, prefix and text
//! check: xxh64 of key and numbers, seeded by the encoder
//! ```
//! A row whose check fails is not there: what a crash left half written at the end is written over, and damage elsewhere,
//! or a row of another encoder, costs one embedding. Rows are f32, so that a vector from the cache has the bits that it
//! had when it was new, and an index does not depend on what was cached.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use sha2::{Digest, Sha256};
use xxhash_rust::xxh64::xxh64;

use super::space::{Encoder, Role};
use crate::{Error, ErrorKind, Result};

/// How far an embedding has come. A caller with a clock makes rate and time left of it: texts come in the caller's order,
/// so that what is still to come is like what has been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// New texts embedded so far.
    pub done: usize,
    /// New texts in all.
    pub new: usize,
    /// Distinct texts that the cache had.
    pub reused: usize,
}

/// A store of one encoder's vectors. The store is a file, or memory in tests.
pub struct Cache<S> {
    store: S,
    encoder: String,
    dims: usize,
    /// Where each key's row starts.
    rows: HashMap<Key, u64>,
    /// Where the next row goes.
    end: u64,
}

type Key = [u8; 16];

/// Texts that are embedded between two looks at the cancel flag and two writes: a few seconds' work.
const STRETCH: usize = 128;

impl<S: Read + Write + Seek> Cache<S> {
    /// Reads which texts `store` has vectors of, made by an encoder such as `encoder`.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if the store cannot be read.
    pub fn open(store: S, encoder: &dyn Encoder) -> Result<Self> {
        let dims = encoder.space().dims as usize;
        let mut cache = Self { store, encoder: identity(encoder), dims, rows: HashMap::new(), end: 0 };
        cache.scan().map_err(refused)?;
        Ok(cache)
    }

    /// How many vectors there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Unit vectors of `texts` in `role`, in their order: those that the store has, and new ones, which it has afterwards.
    ///
    /// `progress` is called from any thread. When `cancel` is set, the embedding stops within seconds, and what is done
    /// is kept.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`] if cancelled, [`ErrorKind::Io`] if the store cannot be read or written,
    /// [`ErrorKind::Model`] if `encoder` fails or is not the one that the cache was opened for.
    pub fn embed(
        &mut self,
        encoder: &dyn Encoder,
        texts: &[&str],
        role: Role,
        progress: &(dyn Fn(Progress) + Sync),
        cancel: &AtomicBool,
    ) -> Result<Vec<Vec<f32>>> {
        if identity(encoder) != self.encoder {
            let what = format!("the embedding cache is for {}, not for {}", self.encoder, identity(encoder));
            return Err(Error::new(ErrorKind::Model, what));
        }
        let prefix = encoder.space().prefix(role);
        let keys: Vec<Key> = texts.iter().map(|text| key(&self.encoder, prefix, text)).collect();
        let mut known = HashMap::new();
        let mut new = Vec::new();
        for (key, text) in keys.iter().zip(texts) {
            if let std::collections::hash_map::Entry::Vacant(place) = known.entry(*key) {
                place.insert(());
                if !self.rows.contains_key(key) {
                    new.push((*key, *text));
                }
            }
        }
        let reused = known.len() - new.len();
        let done = AtomicUsize::new(0);
        let report = |more: usize| {
            let done = done.fetch_add(more, Ordering::Relaxed) + more;
            progress(Progress { done, new: new.len(), reused });
        };
        report(0);
        for stretch in new.chunks(STRETCH) {
            if cancel.load(Ordering::Relaxed) {
                let what = format!("stopped after {} of {} new texts", done.load(Ordering::Relaxed), new.len());
                return Err(Error::new(ErrorKind::Cancelled, what).hint("what is done is kept: run the same again"));
            }
            let texts: Vec<&str> = stretch.iter().map(|(_, text)| *text).collect();
            let vectors = encoder.embed(&texts, role, &report)?;
            self.append(stretch.iter().map(|(key, _)| *key).zip(&vectors)).map_err(refused)?;
        }
        keys.iter().map(|key| self.row(key).map_err(refused)).collect()
    }

    fn width(&self) -> usize {
        16 + self.dims * 4 + 8
    }

    fn scan(&mut self) -> io::Result<()> {
        self.store.seek(SeekFrom::Start(0))?;
        let mut reader = io::BufReader::with_capacity(1 << 20, &mut self.store);
        let width = 16 + self.dims * 4 + 8;
        let mut row = vec![0; width];
        loop {
            match reader.read_exact(&mut row) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
                Err(error) => return Err(error),
            }
            if sound(&self.encoder, &row) {
                self.rows.insert(row[..16].try_into().expect("a row begins with 16 bytes"), self.end);
            }
            self.end += width as u64;
        }
    }

    fn append<'v>(&mut self, vectors: impl Iterator<Item = (Key, &'v Vec<f32>)>) -> io::Result<()> {
        let mut bytes = Vec::new();
        let mut added = Vec::new();
        for (key, vector) in vectors {
            added.push((key, self.end + bytes.len() as u64));
            let start = bytes.len();
            bytes.extend(key);
            vector.iter().for_each(|x| bytes.extend(x.to_le_bytes()));
            let check = xxh64(&bytes[start..], seed(&self.encoder));
            bytes.extend(check.to_le_bytes());
        }
        self.store.seek(SeekFrom::Start(self.end))?;
        self.store.write_all(&bytes)?;
        self.store.flush()?;
        self.end += bytes.len() as u64;
        self.rows.extend(added);
        Ok(())
    }

    fn row(&mut self, key: &Key) -> io::Result<Vec<f32>> {
        let mut row = vec![0; self.width()];
        self.store.seek(SeekFrom::Start(self.rows[key]))?;
        self.store.read_exact(&mut row)?;
        if !sound(&self.encoder, &row) {
            return Err(io::Error::other("a vector changed while it was in use"));
        }
        let numbers = row[16..row.len() - 8].chunks_exact(4);
        Ok(numbers.map(|x| f32::from_le_bytes([x[0], x[1], x[2], x[3]])).collect())
    }
}

/// The name of the file that keeps the vectors of `encoder`, in a folder that may keep others'.
pub fn cache_file_name(encoder: &dyn Encoder) -> String {
    format!("embeddings-{:016x}.bin", seed(&identity(encoder)))
}

/// Everything that shapes an encoder's vectors, but for what is put before a text: that goes into its key.
fn identity(encoder: &dyn Encoder) -> String {
    let space = encoder.space();
    let variant = encoder.variant();
    format!("{} in {variant}, {} pooling, {} dimensions", space.weights, space.pooling, space.dims)
}

fn key(encoder: &str, prefix: &str, text: &str) -> Key {
    let hash = Sha256::new().chain_update(encoder).chain_update([0]);
    let digest = hash.chain_update(prefix).chain_update(text).finalize();
    digest[..16].try_into().expect("SHA-256 has 32 bytes")
}

fn seed(encoder: &str) -> u64 {
    xxh64(encoder.as_bytes(), 0)
}

fn sound(encoder: &str, row: &[u8]) -> bool {
    let (row, check) = row.split_at(row.len() - 8);
    xxh64(row, seed(encoder)).to_le_bytes() == check
}

fn refused(error: io::Error) -> Error {
    Error::new(ErrorKind::Io, "the embedding cache cannot be read or written").because(error)
}
