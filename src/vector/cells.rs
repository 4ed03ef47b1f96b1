//! Cells: rows grouped about centroids, of which a query compares the nearest few.
//!
//! The inverted file of H. Jégou, M. Douze and C. Schmid, "Product Quantization for Nearest Neighbor Search" (2011), IVFADC:
//! a row is stored as its difference from its cell's centroid, so that its few bits describe less. The product of a query
//! with a row is `q · mean + q · centroid + q · row`; the first two are known from the choice of cells.

use super::packed::PackedRows;
use super::{RowCode, RowId};
use crate::Result;
use crate::bytes::{Reader, Writer, damaged};
use crate::order::best_first;

/// What is common to all vectors, and the centroids about which they are grouped.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Centroids {
    /// The mean of all vectors; the centroids are stored less it.
    mean: Vec<f32>,
    code: RowCode,
    count: usize,
    rows: Vec<u8>,
    /// The length of each cell's centre.
    lengths: Vec<f32>,
}

/// A cell to compare a query with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probe {
    /// Which cell.
    pub cell: u32,
    /// The product of the query with the cell's centre: what the cell's rows add to.
    pub base: f32,
    /// The cosine of the angle between the query and the cell's centre, but for the query's length.
    ///
    /// Cells are put in order by the angle and not by the product, which prefers long centres, those of narrow cells: it needs a
    /// fifth fewer rows for the same recall.
    pub nearness: f32,
    /// What is left of a unit vector beside the cell's centre, about as long as its rows: the longer, the more they add.
    pub room: f32,
}

impl Centroids {
    /// Opens `count` centroids packed by `code`, about `mean`.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Damaged`] if the bytes are not so many rows, or the mean is of other dimensions.
    pub fn open(mean: Vec<f32>, code: RowCode, count: usize, rows: Vec<u8>) -> Result<Self> {
        if mean.len() != code.dims() || mean.iter().any(|x| !x.is_finite()) {
            return Err(damaged("a mean of other dimensions than the rows"));
        }
        PackedRows::parse(code, count, &rows)?;
        let mut centroids = Self { mean, code, count, rows, lengths: Vec::new() };
        centroids.lengths = (0..count as u32).map(|cell| length(&centroids.centre(cell))).collect();
        Ok(centroids)
    }

    /// Writes them.
    ///
    /// ```text
    /// centroids := mean[2]* code row*      for each dimension the first half of an f32; rows as in `vector::PackedRows`
    /// ```
    pub(crate) fn write(&self, out: &mut Writer) {
        self.mean.iter().for_each(|x| out.raw(&x.to_le_bytes()[2..]));
        self.code.write(out);
        out.raw(&self.rows);
    }

    /// Reads `count` centroids of vectors of `dims` dimensions.
    pub(crate) fn read(reader: &mut Reader, count: usize, dims: usize) -> Result<Self> {
        let mean = reader.raw(dims * 2)?.as_chunks().0.iter();
        let mean = mean.map(|&[low, high]| f32::from_le_bytes([0, 0, low, high])).collect();
        let code = RowCode::read(reader)?;
        let length = count.checked_mul(code.bytes() + 2).ok_or_else(|| damaged("more centroids than bytes"))?;
        Self::open(mean, code, count, reader.raw(length)?.to_vec())
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The mean of all vectors.
    pub fn mean(&self) -> &[f32] {
        &self.mean
    }

    /// How the centroids are packed.
    pub fn code(&self) -> RowCode {
        self.code
    }

    /// The centroids' bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.rows
    }

    /// How near each cell is to a projected query, in the order of the cells.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Usage`] if the query is of other dimensions.
    pub fn probes(&self, query: &[f32]) -> Result<Vec<Probe>> {
        let codes = self.code.query(query)?;
        let base: f32 = query.iter().zip(&self.mean).map(|(q, m)| q * m).sum();
        let mut bases = Vec::new();
        self.view().scan(&codes, base, &mut bases);
        let probe = |(cell, (base, &length)): (usize, (f32, &f32))| Probe {
            cell: cell as u32,
            base,
            nearness: if length > 0.0 { base / length } else { 0.0 },
            room: (1.0 - length * length).max(0.0).sqrt(),
        };
        Ok(bases.into_iter().zip(&self.lengths).enumerate().map(probe).collect())
    }

    /// All cells, the nearest to a projected query first; equal ones in their order.
    ///
    /// # Errors
    /// As [`Centroids::probes`].
    pub fn nearest(&self, query: &[f32]) -> Result<Vec<Probe>> {
        let probes = self.probes(query)?;
        let order = best_first(probes.iter().map(|probe| probe.nearness));
        Ok(order.into_iter().map(|at| probes[at]).collect())
    }

    /// A cell's centre: the mean and what the centroid's bytes say.
    ///
    /// # Panics
    /// If there is no such cell.
    pub fn centre(&self, cell: u32) -> Vec<f32> {
        let centroid = self.view().vector(RowId(cell));
        centroid.iter().zip(&self.mean).map(|(c, m)| c + m).collect()
    }

    fn view(&self) -> PackedRows<'_> {
        PackedRows::parse(self.code, self.count, &self.rows).expect("checked when it was opened")
    }
}

fn length(vector: &[f32]) -> f32 {
    vector.iter().map(|x| x * x).sum::<f32>().sqrt()
}

/// The first half of an f32, rounded towards zero: what is kept of a mean.
#[cfg(feature = "native")]
pub fn halved(x: f32) -> f32 {
    f32::from_bits(x.to_bits() & 0xffff_0000)
}
