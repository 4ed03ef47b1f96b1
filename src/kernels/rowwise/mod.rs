//! Products of matrices of small whole numbers: a network's linear layers.
//!
//! `y[t, r] = w[r] · s[t] · Σ_c W[r, c] · (X[t, c] − z[t])`: codes of 8 bits with a sign and a scale `w` for each row of the matrix,
//! codes of 7 bits without one, a scale `s` and a zero point `z` for each row of activations.
//!
//! Why 7 bits: two products of such codes add up within an i16, which is what `vpmaddubsw` and wasm's relaxed
//! `i32x4.relaxed_dot_i8x16_i7x16_add_s` need to be exact. They suffice because of the second digit: a transformer's activations have
//! a few numbers many times as large as all others, the same few columns for most tokens (Dettmers et al., "LLM.int8()", 2022).
//! Bounds that hold those leave the others few steps. So a row's bounds leave them out, and a code that is beyond the 7 bits has a high
//! digit, `X = low + 128 · high`. The products of high digits, a handful for each row, are added first, and times 128; then come those of
//! all low digits.
//!
//! Sums of whole numbers are exact, so that all kernels give the same bits as [`scalar`]. They share what is in `tiles`.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod avxvnni;
mod layout;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
mod relaxed;
mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;
mod tiles;

use self::layout::Layout;
use super::float;
use super::instructions::{Instructions, Set};

/// Rows of a matrix that lie interleaved: as many as with a few rows of activations fill the registers with sums, so that a load of
/// either serves several products.
pub const PANEL: usize = if cfg!(target_arch = "wasm32") { 16 } else { 32 };

/// What a matrix has a multiple of rows of: the largest panel, so that a matrix is laid out on every machine or on none.
pub const ROWS: usize = 32;

/// The greatest code of a matrix.
pub const BOUND: i8 = 127;

/// Columns whose codes lie together, at most.
pub const GROUP: usize = 4;

/// Rows of activations that lie interleaved.
const TOGETHER: usize = 6;

/// A matrix laid out for the kernels.
///
/// ```text
/// words   of panel p, group j of columns:  PANEL × 4 bytes   r0 r1 …, each with the codes of the group's columns
/// scales  of panel p:                      PANEL × f32       r0 r1 …
/// sums    of panel p:                      PANEL × i32       Σ_c W[r0, c] …
/// ```
#[derive(Clone, Debug)]
pub struct Panels {
    instructions: Instructions,
    columns: usize,
    words: Vec<i32>,
    scales: Vec<f32>,
    sums: Vec<i32>,
}

impl Panels {
    /// Whether a matrix of that size can be laid out.
    pub fn fits(rows: usize, columns: usize) -> bool {
        rows.is_multiple_of(ROWS) && columns.is_multiple_of(GROUP) && columns > 0
    }

    /// Codes a matrix, row after row of `columns` numbers, for this machine's best instructions.
    ///
    /// # Panics
    /// If `numbers` is not whole rows, or their number does not fit.
    pub fn pack(numbers: &[f32], columns: usize) -> Self {
        let mut codes = vec![0; numbers.len()];
        let mut scales = vec![0.0; numbers.len() / columns];
        float::quantise(numbers, columns, BOUND, &mut codes, &mut scales);
        Self::new(Instructions::best(), &codes, scales, columns)
    }

    /// Lays out a matrix of codes of at most [`BOUND`] with a scale for each row of `columns`.
    ///
    /// # Panics
    /// If there are not `columns` codes for each scale, or their number does not fit.
    pub fn new(instructions: Instructions, codes: &[i8], scales: Vec<f32>, columns: usize) -> Self {
        let rows = scales.len();
        assert!(Self::fits(rows, columns) && codes.len() == rows * columns, "{rows} rows of {columns}");
        let layout = Layout::of(instructions);
        let mut words = Vec::with_capacity(codes.len() / layout.columns());
        for panel in codes.chunks_exact(PANEL * columns) {
            for start in (0..columns).step_by(layout.columns()) {
                words.extend((0..PANEL).map(|row| layout.word(&panel[row * columns + start..])));
            }
        }
        let sums = codes.chunks_exact(columns).map(|row| row.iter().map(|&code| i32::from(code)).sum()).collect();
        Self { instructions, columns, words, scales, sums }
    }

    /// Writes the numbers of row `row` to `out`.
    ///
    /// # Panics
    /// If there is no such row, or `out` is not as long as it.
    pub fn row(&self, row: usize, out: &mut [f32]) {
        assert_eq!(out.len(), self.columns, "room for another row");
        for (column, out) in out.iter_mut().enumerate() {
            *out = self.scales[row] * self.code(row, column) as f32;
        }
    }

    fn code(&self, row: usize, column: usize) -> i32 {
        let layout = Layout::of(self.instructions);
        let groups = self.columns / layout.columns();
        let word = (row / PANEL * groups + column / layout.columns()) * PANEL + row % PANEL;
        layout.code(self.words[word], column % layout.columns())
    }

    /// The matrix with the rows of another below its own.
    ///
    /// # Panics
    /// If their columns or instructions differ.
    pub fn above(mut self, other: &Self) -> Self {
        let shape = |panels: &Self| (panels.columns, panels.instructions);
        assert_eq!(shape(&self), shape(other), "two matrices");
        self.words.extend(&other.words);
        self.scales.extend(&other.scales);
        self.sums.extend(&other.sums);
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

/// Rows of activations, coded; they keep their room from one use to the next.
///
/// [`TOGETHER`] of them lie interleaved, group of columns after group of columns, and the last ones are filled up with zeros.
#[derive(Clone, Debug, Default)]
pub struct Activations {
    words: Vec<i32>,
    scales: Vec<f32>,
    zeros: Vec<i32>,
    high: Vec<High>,
    /// Digits of the rows that are being interleaved.
    rows: (Vec<u8>, Vec<i8>),
}

/// What a group of columns has in high digits, for one row.
#[derive(Clone, Copy, Debug, Default)]
struct Digits {
    group: u32,
    word: i32,
}

/// The high digits of a tile, step by step, each with one group of columns for each row.
#[derive(Clone, Debug, Default)]
struct High {
    negative: Vec<[Digits; TOGETHER]>,
    positive: Vec<[Digits; TOGETHER]>,
}

impl Activations {
    /// Codes rows of numbers to be multiplied with `weights`, in place of those that were there. The scale of a row with a number
    /// that is not finite is NaN, so that damage is noticed at the end.
    ///
    /// # Panics
    /// If `numbers` is not whole rows of the matrix's columns.
    pub fn pack(&mut self, numbers: &[f32], weights: &Panels) {
        let columns = weights.columns;
        assert!(numbers.len().is_multiple_of(columns), "rows of {columns} numbers");
        let layout = Layout::of(weights.instructions);
        let (count, groups) = (numbers.len() / columns, columns / layout.columns());
        let tiles = count.div_ceil(TOGETHER);
        self.scales.resize(count, 0.0);
        self.zeros.resize(count, 0);
        self.words.resize(tiles * TOGETHER * groups, 0);
        self.high.resize_with(tiles, High::default);
        let scales = self.scales.chunks_mut(TOGETHER).zip(self.zeros.chunks_mut(TOGETHER));
        let tiles = self.words.chunks_exact_mut(TOGETHER * groups).zip(&mut self.high).zip(scales);
        for (((words, high), (scales, zeros)), numbers) in tiles.zip(numbers.chunks(TOGETHER * columns)) {
            let (low_digits, high_digits) = &mut self.rows;
            low_digits.resize(TOGETHER * columns, 0);
            high_digits.resize(TOGETHER * columns, 0);
            float::quantise_between(numbers, columns, low_digits, high_digits, scales, zeros);
            low_digits[numbers.len()..].fill(0);
            high_digits[numbers.len()..].fill(0);
            layout.interleave(low_digits, high_digits, words.as_chunks_mut().0, high);
        }
    }
}

/// Multiplies each row of `x` with `weights`: `out[t · rows + r]`.
///
/// # Panics
/// If `x` was not packed for a matrix of that shape, or `out` has not a number for each of its rows and each of the matrix's.
pub fn matmul(weights: &Panels, x: &Activations, out: &mut [f32]) {
    let layout = Layout::of(weights.instructions);
    let padded = x.scales.len().next_multiple_of(TOGETHER);
    assert_eq!(x.words.len(), padded * weights.columns / layout.columns(), "rows of another length");
    assert_eq!(out.len(), x.scales.len() * weights.rows(), "room for another number of results");
    match weights.instructions.set() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: that there is such a value is proof that the machine has them, and the assertions above hold.
        Set::Avx512 => unsafe { avx512::matmul(weights, x, out) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Set::AvxVnni => unsafe { avxvnni::matmul(weights, x, out) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Set::Avx2 => unsafe { avx2::matmul(weights, x, out) },
        #[cfg(target_arch = "aarch64")]
        // SAFETY: as above.
        Set::Dot => unsafe { neon::matmul_by_dots(weights, x, out) },
        #[cfg(target_arch = "aarch64")]
        // SAFETY: as above.
        Set::Neon => unsafe { neon::matmul(weights, x, out) },
        #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
        // SAFETY: as above.
        Set::Relaxed => unsafe { relaxed::matmul(weights, x, out) },
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        // SAFETY: as above.
        Set::Simd128 => unsafe { simd128::matmul(weights, x, out) },
        Set::Plain => scalar::matmul(weights, x, out),
    }
}
