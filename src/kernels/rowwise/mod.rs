//! Products of matrices of small whole numbers: a network's linear layers.
//!
//! `y[t, r] = w[r] · s[t] · Σ_c W[r, c] · (X[t, c] − z[t])`, with a scale `w` for each row of the matrix, and a scale `s` and a zero
//! point `z` for each row of activations. There are two precisions.
//!
//! *Fine*, for matrices of floats: codes on both sides are as fine as sums of them allow within an i32, 11 or 12 bits with the sign, and
//! there is no zero point. A vector of MiniLM's has a cosine of .99998 with that of f32.
//!
//! *Coarse*, for matrices of codes of 8 bits with a sign, as the files that browsers load have them: activations have 7 bits
//! without one. Two such products add up within an i16, which is what `vpmaddubsw` and wasm's relaxed
//! `i32x4.relaxed_dot_i8x16_i7x16_add_s` need to be exact. 7 bits suffice because of a second digit: a transformer's activations have
//! a few numbers many times as large as all others, in the same few columns for most tokens (Dettmers et al., "LLM.int8()", 2022), and
//! bounds that hold those leave the others few steps. So a row's bounds leave them out, and what is beyond has a high digit, `X = low +
//! 128 · high`. The products of high digits, a handful for each row, are added first, and times 128; then come those of all low
//! digits. A vector's cosine with that of exact activations is .9998.
//!
//! Sums of whole numbers are exact, so that all kernels give the same bits as [`scalar`]. They share what is in `tiles`.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod layout;
#[cfg(target_arch = "aarch64")]
mod neon;
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

/// The greatest code of a coarse matrix.
pub const BOUND: i8 = 127;

/// The greatest code on either side of a fine product: sums of so many stay within an i32, and pairs of codes within 12 bits.
pub fn fine_bound(columns: usize) -> i16 {
    (i32::MAX as usize / columns).isqrt().min(2047) as i16
}

/// The most columns of a matrix: sums of as many coarse products stay within an i32, as [`float::FARTHEST`] says. Those of fine ones
/// do so for any number, but their codes grow coarser with it, 10 bits with the sign here.
pub const MOST_COLUMNS: usize = 8_000;

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
    precision: Precision,
    columns: usize,
    words: Vec<i32>,
    scales: Vec<f32>,
    sums: Vec<i32>,
}

/// How exact products are, as above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Codes of 11 or 12 bits on both sides.
    Fine,
    /// Codes of 8 bits meet activations of 7, and a few numbers beyond those.
    Coarse,
}

impl Panels {
    /// Whether a matrix of that size can be laid out: whole panels, and rows of whole groups that are no longer than [`MOST_COLUMNS`],
    /// so that all sums are exact. Others are multiplied in f32.
    pub fn fits(rows: usize, columns: usize) -> bool {
        rows.is_multiple_of(ROWS) && columns.is_multiple_of(GROUP) && (1..=MOST_COLUMNS).contains(&columns)
    }

    /// A matrix of rows of `columns` numbers, coded for such products.
    ///
    /// # Panics
    /// If `numbers` is not whole rows, or their number does not fit.
    pub fn coding(instructions: Instructions, precision: Precision, numbers: &[f32], columns: usize) -> Self {
        let bound = match precision {
            Precision::Fine => fine_bound(columns),
            Precision::Coarse => BOUND.into(),
        };
        let mut codes = vec![0; numbers.len()];
        let mut scales = vec![0.0; numbers.len() / columns];
        float::quantise(numbers, columns, bound, &mut codes, &mut scales);
        Self::new(instructions, precision, &codes, scales, columns)
    }

    /// A coarse matrix: codes of at most [`BOUND`] with a scale for each row of `columns`.
    ///
    /// # Panics
    /// If there are not `columns` codes for each scale, or their number does not fit.
    pub fn coarse(instructions: Instructions, codes: &[i8], scales: Vec<f32>, columns: usize) -> Self {
        let codes: Vec<i16> = codes.iter().copied().map(i16::from).collect();
        Self::new(instructions, Precision::Coarse, &codes, scales, columns)
    }

    fn new(instructions: Instructions, precision: Precision, codes: &[i16], scales: Vec<f32>, columns: usize) -> Self {
        let rows = scales.len();
        assert!(Self::fits(rows, columns) && codes.len() == rows * columns, "{rows} rows of {columns}");
        let layout = Layout::of(instructions, precision);
        let mut words = Vec::with_capacity(codes.len() / layout.columns());
        for panel in codes.chunks_exact(PANEL * columns) {
            for start in (0..columns).step_by(layout.columns()) {
                words.extend((0..PANEL).map(|row| layout.word(&panel[row * columns + start..])));
            }
        }
        let sums = codes.chunks_exact(columns).map(|row| row.iter().map(|&code| i32::from(code)).sum()).collect();
        Self { instructions, precision, columns, words, scales, sums }
    }

    fn layout(&self) -> Layout {
        Layout::of(self.instructions, self.precision)
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
        let layout = self.layout();
        let groups = self.columns / layout.columns();
        let word = (row / PANEL * groups + column / layout.columns()) * PANEL + row % PANEL;
        layout.code(self.words[word], column % layout.columns())
    }

    /// The matrix with the rows of another below its own.
    ///
    /// # Panics
    /// If their columns, precision or instructions differ.
    pub fn above(mut self, other: &Self) -> Self {
        let shape = |panels: &Self| (panels.columns, panels.precision, panels.instructions);
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
    /// Codes of the rows that are being interleaved, and their digits.
    codes: Vec<i16>,
    digits: (Vec<u8>, Vec<i8>),
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
        let layout = weights.layout();
        let (count, groups) = (numbers.len() / columns, columns / layout.columns());
        let tiles = count.div_ceil(TOGETHER);
        self.scales.resize(count, 0.0);
        self.zeros.clear();
        self.zeros.resize(count, 0);
        self.words.resize(tiles * TOGETHER * groups, 0);
        self.high.resize_with(tiles, High::default);
        let scales = self.scales.chunks_mut(TOGETHER).zip(self.zeros.chunks_mut(TOGETHER));
        let tiles = self.words.chunks_exact_mut(TOGETHER * groups).zip(&mut self.high).zip(scales);
        for (((words, high), (scales, zeros)), numbers) in tiles.zip(numbers.chunks(TOGETHER * columns)) {
            high.clear();
            let words = words.as_chunks_mut().0;
            match weights.precision {
                Precision::Fine => {
                    self.codes.resize(TOGETHER * columns, 0);
                    float::quantise(numbers, columns, fine_bound(columns), &mut self.codes, scales);
                    self.codes[numbers.len()..].fill(0);
                    layout::interleave_pairs(&self.codes, words);
                }
                Precision::Coarse => {
                    let (low, beyond) = &mut self.digits;
                    low.resize(TOGETHER * columns, 0);
                    beyond.resize(TOGETHER * columns, 0);
                    float::quantise_between(numbers, columns, low, beyond, scales, zeros);
                    low[numbers.len()..].fill(0);
                    beyond[numbers.len()..].fill(0);
                    layout.interleave(low, beyond, words, high);
                }
            }
        }
    }
}

impl High {
    fn clear(&mut self) {
        self.negative.clear();
        self.positive.clear();
    }
}

/// Multiplies each row of `x` with `weights`: `out[t · rows + r]`.
///
/// # Panics
/// If `x` was not packed for a matrix of that shape, or `out` has not a number for each of its rows and each of the matrix's.
pub fn matmul(weights: &Panels, x: &Activations, out: &mut [f32]) {
    let layout = weights.layout();
    let padded = x.scales.len().next_multiple_of(TOGETHER);
    assert_eq!(x.words.len(), padded * weights.columns / layout.columns(), "rows of another length");
    assert_eq!(out.len(), x.scales.len() * weights.rows(), "room for another number of results");
    match weights.instructions.set() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: that there is such a value is proof that the machine has them, and the assertions above hold.
        Set::Avx512 => unsafe { avx512::matmul(weights, x, out) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Set::AvxVnni => unsafe { avx2::matmul_by_vnni(weights, x, out) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Set::Avx2 => unsafe { avx2::matmul(weights, x, out) },
        #[cfg(target_arch = "aarch64")]
        // SAFETY: as above.
        Set::Dot | Set::Neon => unsafe { neon::matmul(weights, x, out) },
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        Set::Simd128 => simd128::matmul(weights, x, out),
        Set::Plain => scalar::matmul(weights, x, out),
    }
}
