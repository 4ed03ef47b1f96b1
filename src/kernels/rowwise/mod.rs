//! Products of matrices of 12-bit codes: a network's linear layers.
//!
//! `y[t, r] = w[r] · s[t] · Σ_c W[r, c] · x[t, c]`, with one scale for each row of the matrix and one for each row of
//! activations. Codes of 12 bits on both sides are as exact as is of use: a vector of MiniLM's has a cosine of .99999 with
//! that of f32. They lie as i16, because `vpmaddwd` multiplies and adds sixteen pairs of them where f32 has eight, and because
//! [`STRETCH`] products add up within an i32, so that nothing is scaled or widened in between, as
//! blocks of 32 columns would need it.
//!
//! Sums of integers are exact, and the sums of stretches are added in order, so that all kernels give the same bits as
//! [`scalar`]. All but simd128's, which has registers for fewer rows, share what is in `tiles` and are a loop over pairs of columns.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
pub mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod tiles;

use super::float;
use super::instructions::{Instructions, Set};

/// Rows of a matrix that lie interleaved: those of two AVX2 registers, or of one of AVX-512.
pub const PANEL: usize = 16;

/// The greatest code.
pub const BOUND: i16 = 2047;

/// Rows of activations that lie interleaved: with AVX2, their sums fill twelve registers of sixteen.
pub const TOGETHER: usize = 6;

/// Columns whose products are added as integers: 512 · 2047² = 2,145,387,008, just within an i32.
pub const STRETCH: usize = 512;

/// A matrix laid out for the kernels.
///
/// ```text
/// codes   of panel p, pair j of columns:   32 × i16   r0c0 r0c1 r1c0 r1c1 … r15c0 r15c1
/// scales  of panel p:                      16 × f32   r0 r1 … r15
/// ```
#[derive(Clone, Debug)]
pub struct Panels {
    columns: usize,
    codes: Vec<i16>,
    scales: Vec<f32>,
}

impl Panels {
    /// Whether a matrix of that size can be packed.
    pub fn fits(rows: usize, columns: usize) -> bool {
        rows.is_multiple_of(PANEL) && columns.is_multiple_of(2) && columns > 0
    }

    /// Packs a matrix, row after row of `columns` numbers.
    ///
    /// # Panics
    /// If `numbers` is not whole rows, or their number does not fit.
    pub fn pack(numbers: &[f32], columns: usize) -> Self {
        let rows = numbers.len() / columns;
        assert!(Self::fits(rows, columns), "{rows} rows of {columns}");
        let mut packed = Packed::default();
        packed.pack::<PANEL>(numbers, columns);
        Self { columns, codes: packed.codes, scales: packed.scales }
    }

    /// Writes the numbers of row `row` to `out`.
    ///
    /// # Panics
    /// If there is no such row, or `out` is not as long as it.
    pub fn row(&self, row: usize, out: &mut [f32]) {
        assert_eq!(out.len(), self.columns, "room for another row");
        let panel = &self.codes[row / PANEL * PANEL * self.columns..][..PANEL * self.columns];
        for (column, out) in out.iter_mut().enumerate() {
            *out = self.scales[row] * f32::from(panel[(column / 2 * PANEL + row % PANEL) * 2 + column % 2]);
        }
    }

    /// The matrix with the rows of another below its own.
    ///
    /// # Panics
    /// If their columns differ.
    pub fn above(mut self, other: &Self) -> Self {
        assert_eq!(self.columns, other.columns, "columns of two matrices");
        self.codes.extend(&other.codes);
        self.scales.extend(&other.scales);
        self
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.scales.len()
    }

    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.columns
    }
}

/// Rows of activations, packed; they keep their room from one use to the next.
///
/// [`TOGETHER`] of them lie interleaved, pair of columns after pair of columns, and the last ones are filled up with zeros.
#[derive(Clone, Debug, Default)]
pub struct Activations(Packed);

impl Activations {
    /// Packs rows of `columns` numbers in place of those that were there. The scale of a row with a number that is not finite is
    /// NaN, so that damage is noticed at the end.
    ///
    /// # Panics
    /// If `columns` is 0 or odd, or `numbers` is not whole rows.
    pub fn pack(&mut self, numbers: &[f32], columns: usize) {
        self.0.pack::<TOGETHER>(numbers, columns);
    }
}

/// Rows of codes with a scale each, so many of them interleaved.
#[derive(Clone, Debug, Default)]
struct Packed {
    codes: Vec<i16>,
    scales: Vec<f32>,
    /// Codes of the rows that are being interleaved.
    rows: Vec<i16>,
}

impl Packed {
    fn pack<const ROWS: usize>(&mut self, numbers: &[f32], columns: usize) {
        assert!(columns.is_multiple_of(2) && numbers.len().is_multiple_of(columns), "rows of {columns} numbers");
        let count = numbers.len() / columns;
        self.scales.resize(count, 0.0);
        self.codes.resize(count.next_multiple_of(ROWS) * columns, 0);
        let tiles = self.codes.chunks_exact_mut(ROWS * columns).zip(self.scales.chunks_mut(ROWS));
        for ((codes, scales), numbers) in tiles.zip(numbers.chunks(ROWS * columns)) {
            self.rows.clear();
            self.rows.resize(ROWS * columns, 0);
            float::quantise(numbers, columns, BOUND, &mut self.rows, scales);
            let rows: [&[[i16; 2]]; ROWS] =
                std::array::from_fn(|row| self.rows[row * columns..][..columns].as_chunks().0);
            for (pair, codes) in codes.as_chunks_mut::<2>().0.as_chunks_mut::<ROWS>().0.iter_mut().enumerate() {
                codes.iter_mut().zip(rows).for_each(|(code, row)| *code = row[pair]);
            }
        }
    }
}

/// Multiplies each row of `x` with `weights`: `out[t · rows + r]`.
///
/// # Panics
/// If `x` is not rows of the matrix's columns, or `out` has not a number for each of them and each row.
pub fn matmul(weights: &Panels, x: &Activations, out: &mut [f32]) {
    matmul_by(Instructions::best(), weights, x, out);
}

/// As [`matmul`], by the kernel for `instructions`.
///
/// # Panics
/// As [`matmul`].
pub fn matmul_by(instructions: Instructions, weights: &Panels, Activations(x): &Activations, out: &mut [f32]) {
    let padded = x.scales.len().next_multiple_of(TOGETHER);
    assert_eq!(x.codes.len(), padded * weights.columns, "rows of another length");
    assert_eq!(out.len(), x.scales.len() * weights.rows(), "room for another number of results");
    match instructions.set() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: that there is such a value is proof that the machine has them, and the assertions above hold.
        Set::Avx512 => unsafe { avx512::matmul(weights, x, out) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Set::Avx2 => unsafe { avx2::matmul(weights, x, out) },
        #[cfg(target_arch = "aarch64")]
        // SAFETY: as above.
        Set::Neon => unsafe { neon::matmul(weights, x, out) },
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        // SAFETY: as above.
        Set::Simd128 => unsafe { simd128::matmul(weights, x, out) },
        Set::Plain => scalar::products(weights, x, out),
    }
}
