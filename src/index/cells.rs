//! What the core says of the vector rows.
//!
//! ```text
//! cells := 0 | count source code projection[6] probes reach[4] recall[4] kept[4] cut-off[4] centroids (rows hash[6])* graph
//! graph := 0 | 1 hash[6]
//! ```
//! `code` and `centroids` are as in `vector::RowCode` and `vector::Centroids`.

use crate::Result;
use crate::bytes::{Reader, Writer, damaged};
use crate::vector::{Centroids, RowCode};

/// The rows' shape, their cells, and the names of their parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cells {
    /// Dimensions of the encoder's vectors, from which rows are projected.
    pub source: u32,
    /// How rows are packed.
    pub code: RowCode,
    /// The hash of the projection.
    pub projection: u64,
    /// Where the cells' rows lie.
    pub centroids: Centroids,
    /// How many of the nearest cells a query is compared with.
    pub probes: u32,
    /// How much of the room beside its cell's centre ([`crate::vector::Probe`]) a row adds at most, if it is among the nearest: cells
    /// that can't get as near with it are passed over under a filter.
    pub reach: f32,
    /// The share of the ten nearest rows that lie in so many cells, as measured when the index was built.
    pub recall: f32,
    /// The share of the ten nearest passages, by the encoder's own vectors, that are found so: what projection, packing and
    /// cells leave.
    pub kept: f32,
    /// The least cosine of the nearest row with which an answer by meaning counts: what nonsense doesn't reach. Infinite
    /// where the vectors tell nothing apart on this site.
    pub cut_off: f32,
    /// The parts that hold the cells' rows, in order.
    pub parts: Vec<VectorsRef>,
    /// The hash of the graph over the rows, if there is one.
    pub graph: Option<u64>,
}

/// A part of vector rows: one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VectorsRef {
    /// How many rows it holds.
    pub rows: u32,
    /// Its hash.
    pub hash: u64,
}

impl Cells {
    /// How many vector rows there are.
    pub fn rows(&self) -> u32 {
        self.parts.iter().map(|part| part.rows).sum()
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.count(self.parts.len());
        if self.parts.is_empty() {
            return;
        }
        out.number(u64::from(self.source));
        self.code.write(out);
        out.hash(self.projection);
        out.number(u64::from(self.probes));
        [self.reach, self.recall, self.kept, self.cut_off].into_iter().for_each(|share| out.float(share));
        self.centroids.write(out);
        for part in &self.parts {
            out.number(u64::from(part.rows));
            out.hash(part.hash);
        }
        out.0.push(u8::from(self.graph.is_some()));
        if let Some(hash) = self.graph {
            out.hash(hash);
        }
    }

    pub(super) fn read(reader: &mut Reader) -> Result<Self> {
        let count = reader.count(7)?;
        if count == 0 {
            return Ok(Self::default());
        }
        let source = reader.small()?;
        let code = RowCode::read(reader)?;
        let projection = reader.hash()?;
        let probes = reader.small()?;
        let [reach, recall, kept, cut_off] = [reader.float()?, reader.float()?, reader.float()?, reader.float()?];
        let centroids = Centroids::read(reader, count, code.dims())?;
        let parts = (0..count)
            .map(|_| Ok(VectorsRef { rows: reader.small()?, hash: reader.hash()? }))
            .collect::<Result<Vec<_>>>()?;
        if parts.iter().map(|part| u64::from(part.rows)).sum::<u64>() > u64::from(u32::MAX) {
            return Err(damaged("more vector rows than can be numbered"));
        }
        let graph = if reader.byte()? == 1 { Some(reader.hash()?) } else { None };
        Ok(Self { source, code, projection, centroids, probes, reach, recall, kept, cut_off, parts, graph })
    }
}
