//! Products of int8 matrices with i16 activations: a network's linear layers.
//!
//! `y[r] = Σ_b w[r, b] · s[b] · (Σ_c∈b W[r, c] · x[c])`: codes `W` in blocks of [`BLOCK`] columns with a scale `w` each, as
//! GGML's q8_0 has them, and activations `x` in 15 bits, in the same blocks with scales `s`. The inner sum is one of
//! integers, the outer one is taken in f32 block by block, so all kernels give the same bits as [`scalar`]: no order of
//! adding is left open, and nothing is fused.
//!
//! Activations have 15 bits rather than q8_0's 8 because a code that rounds to its neighbour on another machine then moves
//! a result by 3·10⁻⁵ of the block's largest activation and not by 8·10⁻³.

pub mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm32;
#[cfg(target_arch = "x86_64")]
mod x86_64;

use super::float;

/// Columns that share a scale.
pub const BLOCK: usize = 32;

/// Rows of a matrix that lie interleaved.
pub const PANEL: usize = 4;

/// The greatest code of an activation.
///
/// A block's sum then stays within 32 · 128 · 32,767 = 134,213,632, a sixteenth of `i32::MAX`.
pub const ACTIVATION_BOUND: i16 = 32_767;

/// A matrix laid out for the kernels.
///
/// ```text
/// codes   of panel p, block b, pair j of columns:   8 × i8   r0c0 r0c1 r1c0 r1c1 r2c0 r2c1 r3c0 r3c1
/// scales  of panel p, block b:                      4 × f32  r0 r1 r2 r3
/// ```
/// Four rows lie interleaved, so that the lanes of a sum are rows and nothing is added across lanes. Rows are filled up
/// to a multiple of [`PANEL`] with zeros.
#[derive(Clone, Debug)]
pub struct Panels {
    rows: usize,
    columns: usize,
    codes: Vec<i8>,
    scales: Vec<f32>,
}

impl Panels {
    /// A matrix of zeros.
    ///
    /// # Panics
    /// If `columns` is no multiple of [`BLOCK`].
    pub fn zeros(rows: usize, columns: usize) -> Self {
        assert!(columns.is_multiple_of(BLOCK), "{columns} columns are no multiple of {BLOCK}");
        let padded = rows.next_multiple_of(PANEL);
        Self { rows, columns, codes: vec![0; padded * columns], scales: vec![0.0; padded * (columns / BLOCK)] }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Sets block `block` of row `row`.
    ///
    /// # Panics
    /// If there is no such block.
    pub fn set(&mut self, row: usize, block: usize, scale: f32, codes: &[i8; BLOCK]) {
        let start = self.start(row, block);
        for (pair, codes) in codes.as_chunks::<2>().0.iter().enumerate() {
            let at = start * BLOCK * PANEL + pair * 2 * PANEL + row % PANEL * 2;
            self.codes[at..at + 2].copy_from_slice(codes);
        }
        self.scales[start * PANEL + row % PANEL] = scale;
    }

    /// Writes the numbers of row `row` to `out`.
    ///
    /// # Panics
    /// If there is no such row, or `out` is not as long as it.
    pub fn row(&self, row: usize, out: &mut [f32]) {
        assert!(row < self.rows && out.len() == self.columns, "row {row} of {} × {}", self.rows, self.columns);
        for (block, out) in out.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
            let start = self.start(row, block);
            let scale = self.scales[start * PANEL + row % PANEL];
            for (pair, out) in out.as_chunks_mut::<2>().0.iter_mut().enumerate() {
                let at = start * BLOCK * PANEL + pair * 2 * PANEL + row % PANEL * 2;
                *out = [self.codes[at], self.codes[at + 1]].map(|code| scale * f32::from(code));
            }
        }
    }

    /// The matrix with the rows of another below its own.
    ///
    /// # Panics
    /// If their columns differ, or this one's rows are no multiple of [`PANEL`].
    pub fn above(mut self, other: &Self) -> Self {
        assert!(self.columns == other.columns && self.rows.is_multiple_of(PANEL), "matrices that do not fit");
        self.rows += other.rows;
        self.codes.extend(&other.codes);
        self.scales.extend(&other.scales);
        self
    }

    /// The number of a block among all, panel after panel.
    fn start(&self, row: usize, block: usize) -> usize {
        assert!(row < self.rows && block < self.columns / BLOCK, "block {block} of row {row}");
        row / PANEL * (self.columns / BLOCK) + block
    }
}

/// Rows of activations, packed; they keep their room from one use to the next.
#[derive(Clone, Debug, Default)]
pub struct Activations {
    codes: Vec<i16>,
    /// What a step of a code is worth, block after block.
    scales: Vec<f32>,
}

impl Activations {
    /// Packs `numbers` in place of those that were there. The scale of a block with a number that is not finite is NaN, so that
    /// damage is noticed at the end.
    ///
    /// # Panics
    /// If `numbers` is not whole blocks.
    pub fn pack(&mut self, numbers: &[f32]) {
        assert!(numbers.len().is_multiple_of(BLOCK), "{} numbers are not whole blocks", numbers.len());
        self.codes.resize(numbers.len(), 0);
        self.scales.resize(numbers.len() / BLOCK, 0.0);
        float::quantise(numbers, BLOCK, ACTIVATION_BOUND, &mut self.codes, &mut self.scales);
    }

    /// The number that stands for number `at` of those that were packed.
    ///
    /// # Panics
    /// If there were fewer.
    pub fn number(&self, at: usize) -> f32 {
        self.scales[at / BLOCK] * f32::from(self.codes[at])
    }
}

/// Multiplies each row of `x` with `weights`: `out[t · rows + r]`.
///
/// # Panics
/// If the matrix's rows are no multiple of [`PANEL`], `x` is not whole rows of its columns, or `out` has not a number for each
/// of them and each row.
pub fn matmul(weights: &Panels, x: &Activations, out: &mut [f32]) {
    let tokens = x.codes.len() / weights.columns.max(1);
    assert!(weights.rows.is_multiple_of(PANEL), "{} rows are not whole panels", weights.rows);
    assert!(x.codes.len() == tokens * weights.columns, "rows of another length");
    assert!(out.len() == tokens * weights.rows, "room for another number of results");
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: AVX2 was detected in this line's condition, and the assertions above hold.
        return unsafe { x86_64::matmul(weights, x, out) };
    }
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    // SAFETY: simd128 is on in this build, and the assertions above hold.
    return unsafe { wasm32::matmul(weights, x, out) };
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    scalar::matmul(weights, x, out)
}
