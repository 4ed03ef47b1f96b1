//! The table of int8 rows, and the exact scan over it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::quantise::{MAX_ROW_SCALE, check_dims, quantise_row};
use super::{Neighbour, QueryCodes, RowId};
use crate::kernels;
use crate::{Error, ErrorKind, Result};

/// How many rows are handed to a kernel at a time; their sums stay on the stack.
const BLOCK: usize = 64;

/// A table of quantised vectors, as a view over its bytes.
///
/// ```text
/// scales  count × f32, little-endian   0 for a row of zeros
/// codes   count × dims × i8            row after row
/// ```
/// Neither `count` nor `dims` is among the bytes: the part that holds them names both. Scales come first so that codes,
/// which need no alignment, can be cut at any row.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    dims: usize,
    scales: &'a [[u8; 4]],
    codes: &'a [u8],
}

impl<'a> Rows<'a> {
    /// Opens `count` rows of `dims` dimensions; costs one look at each scale.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] if the bytes are not exactly as many as that takes, or a scale is none that
    /// [`encode`] writes; [`ErrorKind::Input`] if `dims` is 0 or above [`super::MAX_DIMS`].
    pub fn parse(dims: usize, count: usize, bytes: &'a [u8]) -> Result<Self> {
        check_dims(dims)?;
        if count.checked_mul(dims + 4) != Some(bytes.len()) {
            let have = bytes.len();
            return Err(damaged(format!("{count} vector rows of {dims} dimensions cannot take {have} bytes")));
        }
        let (scales, codes) = bytes.split_at(count * 4);
        let (scales, _) = scales.as_chunks();
        match scales.iter().position(|&scale| !(0.0..=MAX_ROW_SCALE).contains(&f32::from_le_bytes(scale))) {
            None => Ok(Self { dims, scales, codes }),
            Some(row) => {
                let scale = f32::from_le_bytes(scales[row]);
                Err(damaged(format!("vector row {row} has scale {scale}, not within 0 to {MAX_ROW_SCALE}")))
            }
        }
    }

    /// How many dimensions each row has.
    pub fn dims(&self) -> usize {
        self.dims
    }

    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.scales.len()
    }

    /// The codes of one row, int8 in two's complement.
    ///
    /// # Panics
    /// If `row` is not below [`Rows::count`].
    pub fn codes(&self, row: RowId) -> &'a [u8] {
        let start = row.0 as usize * self.dims;
        &self.codes[start..start + self.dims]
    }

    /// What one step of a row's codes is worth.
    ///
    /// # Panics
    /// If `row` is not below [`Rows::count`].
    pub fn scale(&self, row: RowId) -> f32 {
        f32::from_le_bytes(self.scales[row.0 as usize])
    }

    /// Pairs the rows with a query, which checks once that their dimensions agree.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if they do not.
    pub fn against<'q>(self, query: &'q QueryCodes) -> Result<Scorer<'a, 'q>> {
        if query.dims() == self.dims {
            return Ok(Scorer { rows: self, query });
        }
        let (ours, theirs) = (self.dims, query.dims());
        Err(Error::new(
            ErrorKind::Usage,
            format!("the query's vector has {theirs} dimensions, the index's have {ours}"),
        )
        .hint("make the query's vector with the model that the index names"))
    }
}

/// Rows and a query of equal dimensions.
#[derive(Clone, Copy, Debug)]
pub struct Scorer<'a, 'q> {
    rows: Rows<'a>,
    query: &'q QueryCodes,
}

impl Scorer<'_, '_> {
    /// The cosine of one row with the query.
    ///
    /// # Panics
    /// If `row` is not below the rows' count. A graph opened for that count names no such row.
    pub fn cosine(&self, row: RowId) -> f32 {
        let sum = kernels::dot(self.rows.codes(row), self.query.codes());
        cosine(sum, self.rows.scale(row), self.query)
    }

    /// Appends the cosine of every row to `cosines`, in the order of the rows.
    pub fn scan(&self, cosines: &mut Vec<f32>) {
        cosines.reserve(self.rows.count());
        let mut sums = [0; BLOCK];
        for (codes, scales) in self.rows.codes.chunks(BLOCK * self.rows.dims).zip(self.rows.scales.chunks(BLOCK)) {
            let sums = &mut sums[..scales.len()];
            kernels::dots(codes, self.query.codes(), sums);
            let scales = scales.iter().map(|&scale| f32::from_le_bytes(scale));
            cosines.extend(sums.iter().zip(scales).map(|(&sum, scale)| cosine(sum, scale, self.query)));
        }
    }
}

/// The one place where a sum becomes a cosine, in one order of operations, so that all ways to it agree bit for bit.
fn cosine(sum: i32, scale: f32, query: &QueryCodes) -> f32 {
    sum as f32 * scale * query.scale()
}

/// Appends the cosine of every row with the query to `cosines`: call it for each part in turn, and a place in `cosines`
/// is a [`RowId`] of the whole table.
///
/// # Errors
/// [`ErrorKind::Usage`] if query and rows differ in dimensions; `cosines` is then unchanged.
pub fn scan(rows: &Rows, query: &QueryCodes, cosines: &mut Vec<f32>) -> Result<()> {
    rows.against(query)?.scan(cosines);
    Ok(())
}

/// The `k` nearest of all rows, nearest first; of rows equally near, the lower id first.
pub fn top_k(cosines: &[f32], k: usize) -> Vec<Neighbour> {
    let k = k.min(cosines.len());
    let mut nearest = BinaryHeap::with_capacity(k);
    for (row, &cosine) in (0..).zip(cosines) {
        let candidate = Reverse(Neighbour { row: RowId(row), cosine });
        if nearest.len() < k {
            nearest.push(candidate);
        } else if let Some(mut furthest) = nearest.peek_mut().filter(|furthest| candidate < **furthest) {
            *furthest = candidate;
        }
    }
    nearest.into_sorted_vec().into_iter().map(|Reverse(neighbour)| neighbour).collect()
}

/// Writes vectors as rows, in the layout that [`Rows`] reads.
///
/// # Errors
/// [`ErrorKind::Input`] naming the row, if a vector has not `dims` dimensions, holds NaN or an infinity, or is longer
/// than 1; or if `dims` is 0 or above [`super::MAX_DIMS`].
pub fn encode<V: AsRef<[f32]>>(vectors: &[V], dims: usize) -> Result<Vec<u8>> {
    check_dims(dims)?;
    let mut bytes = Vec::with_capacity(vectors.len() * (dims + 4));
    bytes.resize(vectors.len() * 4, 0);
    for (row, vector) in vectors.iter().map(AsRef::as_ref).enumerate() {
        if vector.len() != dims {
            let have = vector.len();
            return Err(Error::new(ErrorKind::Input, format!("vector {row} has {have} dimensions, not {dims}")));
        }
        let scale = quantise_row(vector, &mut bytes)
            .map_err(|e| Error::new(ErrorKind::Input, format!("vector {row} cannot be stored")).because(e))?;
        bytes[row * 4..row * 4 + 4].copy_from_slice(&scale.to_le_bytes());
    }
    Ok(bytes)
}

fn damaged(message: String) -> Error {
    Error::new(ErrorKind::Damaged, message).hint("rebuild the index, or copy it again")
}
