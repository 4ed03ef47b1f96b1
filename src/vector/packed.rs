//! The table of packed rows, and the exact scan over it.

use super::row::{from_bits, scale_bits};
use super::{QueryCodes, RowCode, RowId};
use crate::kernels;
use crate::{Error, ErrorKind, Result};

/// How many rows are handed to a kernel at a time; their sums stay on the stack.
const BLOCK: usize = 64;

/// The greatest scale of a row: more than any vector of length 2 can have.
const MAX_SCALE: f32 = 1.0;

/// A table of packed rows, as a view over its bytes.
///
/// ```text
/// scales  count × 2 bytes, little-endian      as `row::scale_bits`; 0 for a row of zeros
/// codes   count × code.bytes()                row after row
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PackedRows<'a> {
    code: RowCode,
    scales: &'a [[u8; 2]],
    codes: &'a [u8],
}

impl<'a> PackedRows<'a> {
    /// Opens `count` rows; costs one look at each scale.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] if the bytes are not exactly as many as that takes, or a scale is none.
    pub fn parse(code: RowCode, count: usize, bytes: &'a [u8]) -> Result<Self> {
        if count.checked_mul(code.bytes() + 2) != Some(bytes.len()) {
            return Err(damaged("vector rows of another length than their number takes"));
        }
        let (scales, codes) = bytes.split_at(count * 2);
        let (scales, _) = scales.as_chunks();
        if scales.iter().any(|&scale| !(0.0..=MAX_SCALE).contains(&from_bits(u16::from_le_bytes(scale)))) {
            return Err(damaged("a vector row whose scale is none"));
        }
        Ok(Self { code, scales, codes })
    }

    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.scales.len()
    }

    /// The vector that a row stands for.
    ///
    /// # Panics
    /// If `row` is not below [`PackedRows::count`].
    pub fn vector(&self, row: RowId) -> Vec<f32> {
        let row = row.0 as usize;
        self.code.decode(&self.codes[row * self.code.bytes()..][..self.code.bytes()], self.scale(row))
    }

    /// The dot product of one row with a query made by the same code.
    ///
    /// # Panics
    /// If `row` is not below [`PackedRows::count`], or the query is of other dimensions.
    pub fn dot(&self, row: RowId, query: &QueryCodes) -> f32 {
        let row = row.0 as usize;
        let mut sum = [0];
        let codes = &self.codes[row * self.code.bytes()..][..self.code.bytes()];
        kernels::packed_dots(codes, self.code.fine(), query.codes(), &mut sum);
        product(sum[0], self.scale(row), query)
    }

    /// Appends `base` plus the dot product of each row with a query made by the same code, in the order of the rows.
    ///
    /// # Panics
    /// If the query is of other dimensions.
    pub fn scan(&self, query: &QueryCodes, base: f32, scores: &mut Vec<f32>) {
        scores.reserve(self.count());
        let mut sums = [0; BLOCK];
        for (codes, scales) in self.codes.chunks(BLOCK * self.code.bytes()).zip(self.scales.chunks(BLOCK)) {
            let sums = &mut sums[..scales.len()];
            kernels::packed_dots(codes, self.code.fine(), query.codes(), sums);
            let scales = scales.iter().map(|&scale| from_bits(u16::from_le_bytes(scale)));
            scores.extend(sums.iter().zip(scales).map(|(&sum, scale)| base + product(sum, scale, query)));
        }
    }

    fn scale(&self, row: usize) -> f32 {
        from_bits(u16::from_le_bytes(self.scales[row]))
    }
}

/// The one place where a sum becomes a product of vectors, so that all ways to it agree bit for bit.
fn product(sum: i32, scale: f32, query: &QueryCodes) -> f32 {
    sum as f32 * scale * query.scale()
}

/// Writes vectors as packed rows, in the layout that [`PackedRows`] reads.
///
/// # Errors
/// As [`RowCode::encode`], naming the row.
pub fn pack<V: AsRef<[f32]>>(code: RowCode, vectors: &[V]) -> Result<Vec<u8>> {
    let (mut scales, mut codes) = (Vec::with_capacity(vectors.len() * 2), Vec::new());
    for (row, vector) in vectors.iter().enumerate() {
        let scale = code
            .encode(vector.as_ref(), &mut codes)
            .map_err(|e| Error::new(ErrorKind::Input, format!("vector {row} cannot be stored")).because(e))?;
        scales.extend_from_slice(&scale_bits(scale).to_le_bytes());
    }
    scales.append(&mut codes);
    Ok(scales)
}

#[cold]
#[inline(never)]
fn damaged(message: &str) -> Error {
    Error::new(ErrorKind::Damaged, message).hint("rebuild the index, or copy it again")
}
