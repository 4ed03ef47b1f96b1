//! Vectors: quantisation, dot products, flat and graph search.
//!
//! A passage's vector is stored as one *row* of int8 codes with a scale ([`quantise`], [`flat::Rows`]). A query's vector
//! becomes [`QueryCodes`]: wider codes, but still integers, so that every dot product is an exact integer sum. Sums of
//! integers do not depend on the order of adding, hence the command, the browser and every instruction set rank alike,
//! bit for bit.
//!
//! ```
//! use bifocal::vector::{QueryCodes, Rows, encode, scan, top_k};
//!
//! let bytes = encode(&[vec![1.0, 0.0], vec![0.6, 0.8]], 2)?;
//! let rows = Rows::parse(2, 2, &bytes)?;
//! let mut cosines = Vec::new();
//! scan(&rows, &QueryCodes::new(&[0.0, 1.0])?, &mut cosines)?;
//! let nearest = top_k(&cosines, 1);
//! assert_eq!(nearest[0].row.0, 1);
//! assert!((nearest[0].cosine - 0.8).abs() < 0.01);
//! # Ok::<(), bifocal::Error>(())
//! ```
//!
//! **Invariants.** No I/O, no clock, no randomness but fixed seeds. Only [`hnsw`]
//! names instant-distance, and only to build: searching a stored graph is code of our own.

use std::cmp::Ordering;

pub mod cells;
#[cfg(feature = "native")]
pub mod cluster;
#[cfg(feature = "native")]
mod eigen;
pub mod flat;
mod graph;
pub mod hnsw;
pub mod packed;
pub mod projection;
pub mod quantise;
pub mod row;
pub mod sketch;

pub use cells::{Centroids, Probe};
pub use flat::{Rows, Scorer, encode, scan, top_k};
pub use packed::{PackedRows, pack};
pub use projection::Projection;
pub use quantise::{MAX_DIMS, QueryCodes};
pub use row::RowCode;

/// A vector row: the place of one distinct passage text in the index's table of vectors.
///
/// Rows that are stored in several parts are numbered through, in the order of the parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(pub u32);

/// A row and how near it is to the query.
#[derive(Clone, Copy, Debug)]
pub struct Neighbour {
    /// Which row.
    pub row: RowId,
    /// The cosine of the angle between row and query, −1 to 1 but for the quantiser's error.
    pub cosine: f32,
}

/// The greater is the nearer; of two rows equally near, the one with the lower id.
impl Ord for Neighbour {
    fn cmp(&self, other: &Self) -> Ordering {
        self.cosine.total_cmp(&other.cosine).then(other.row.cmp(&self.row))
    }
}

impl PartialOrd for Neighbour {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Neighbour {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Neighbour {}
