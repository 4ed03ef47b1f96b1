//! What kernels share: the order of a product, and how sums of whole numbers become its numbers.

use std::ops::Range;

use super::layout::Layout;
use super::{Activations, High, PANEL, Panels, TOGETHER};

/// What differs from one instruction set to another. All of it is to be inlined where the instructions are enabled.
pub trait InstructionSet {
    /// Sums of some rows of a panel, in registers.
    type Sums: Copy;

    /// Rows of a panel that are summed side by side: all of them, or a part.
    const WIDTH: usize;

    /// Rows of activations whose sums fit the registers: [`TOGETHER`], or a part of it.
    const ROWS: usize;

    /// Sums of nothing.
    ///
    /// # Safety
    /// The machine has the instructions, here as in all that follow.
    unsafe fn zero() -> Self::Sums;

    /// The sums and the products of two columns of [`Self::WIDTH`] rows with those of one row of activations.
    unsafe fn pairs(sums: Self::Sums, words: &[i32], x: i32) -> Self::Sums;

    /// The sums and the products of four columns with those of one row of activations.
    unsafe fn quads(sums: Self::Sums, words: &[i32], x: i32) -> Self::Sums;

    /// The sums, `factor` times.
    unsafe fn times(sums: Self::Sums, factor: i32) -> Self::Sums;

    /// Writes the sums to `numbers`, row by row of the panel.
    unsafe fn write(sums: Self::Sums, numbers: &mut [i32]);
}

/// As [`super::matmul`]. It is to be inlined where the instructions are enabled, so that all of it is compiled for them.
///
/// # Safety
/// The machine has the instructions of `I`.
#[inline(always)]
pub unsafe fn matmul<I: InstructionSet>(weights: &Panels, x: &Activations, out: &mut [f32]) {
    // SAFETY: the caller's promise.
    unsafe {
        match weights.layout() {
            Layout::Pairs => matmul_of::<I, false>(weights, x, out),
            Layout::Quads => matmul_of::<I, true>(weights, x, out),
        }
    }
}

/// The same, in quads or in pairs of columns.
///
/// # Safety
/// As for [`matmul`].
#[inline(always)]
unsafe fn matmul_of<I: InstructionSet, const QUADS: bool>(weights: &Panels, x: &Activations, out: &mut [f32]) {
    let groups = weights.columns / weights.layout().columns();
    let panels = weights.words.as_chunks::<PANEL>().0.chunks_exact(groups);
    let stretches = |panel| (0..groups).step_by(STRETCH).map(move |start| (panel, start..groups.min(start + STRETCH)));
    for ((panel, words), stretch) in panels.enumerate().flat_map(stretches) {
        let tiles = x.words.as_chunks::<TOGETHER>().0.chunks_exact(groups).zip(&x.high);
        for (tile, (rows, high)) in tiles.enumerate() {
            let tile = Tile { panel, words, stretch: &stretch, start: tile * TOGETHER, rows, high };
            let count = TOGETHER.min(x.scales.len() - tile.start);
            let parts = (0..PANEL).step_by(I::WIDTH);
            for (part, first) in parts.flat_map(|part| (0..count).step_by(I::ROWS).map(move |first| (part, first))) {
                // SAFETY: the caller's promise, that many rows are left, and WIDTH divides PANEL.
                unsafe {
                    match I::ROWS.min(count - first) {
                        1 => rows_of::<I, QUADS, 1>(tile, part, first, weights, x, out),
                        2 => rows_of::<I, QUADS, 2>(tile, part, first, weights, x, out),
                        3 if I::ROWS >= 3 => rows_of::<I, QUADS, 3>(tile, part, first, weights, x, out),
                        4 if I::ROWS >= 4 => rows_of::<I, QUADS, 4>(tile, part, first, weights, x, out),
                        5 if I::ROWS >= 5 => rows_of::<I, QUADS, 5>(tile, part, first, weights, x, out),
                        6 if I::ROWS >= 6 => rows_of::<I, QUADS, 6>(tile, part, first, weights, x, out),
                        _ => unreachable!("no more than {} rows", I::ROWS),
                    }
                }
            }
        }
    }
}

/// Groups of a panel that all rows pass by before it goes on with the next ones: what stays in the first cache.
const STRETCH: usize = 192;

/// A panel, and rows of activations to be multiplied with it.
#[derive(Clone, Copy)]
struct Tile<'n> {
    panel: usize,
    words: &'n [[i32; PANEL]],
    /// The groups that it is about.
    stretch: &'n Range<usize>,
    /// Its first row among all.
    start: usize,
    rows: &'n [[i32; TOGETHER]],
    high: &'n High,
}

/// The products of a panel's rows from its row `part` on with `T` rows of a tile from its row `first` on.
///
/// # Safety
/// The machine has the instructions of `I`, the tile has that many rows, and `part` is a multiple of [`InstructionSet::WIDTH`] below
/// [`PANEL`].
#[inline(always)]
unsafe fn rows_of<I: InstructionSet, const QUADS: bool, const T: usize>(
    tile: Tile,
    part: usize,
    first: usize,
    weights: &Panels,
    x: &Activations,
    out: &mut [f32],
) {
    // SAFETY: the caller's promise.
    let sums = unsafe { sums::<I, QUADS, T>(tile, part, first) };
    let start = tile.panel * PANEL + part;
    let scales = &weights.scales[start..][..I::WIDTH];
    let of_codes = &weights.sums[start..][..I::WIDTH];
    for (row, sums) in (tile.start + first..).zip(sums) {
        let out = &mut out[row * weights.rows() + start..][..I::WIDTH];
        let (zero, scale) = (x.zeros[row], x.scales[row]);
        let mut numbers = [0; PANEL];
        // SAFETY: the caller's promise.
        unsafe { I::write(sums, &mut numbers[..I::WIDTH]) };
        // Sums are left in the place of results, as bits, until they are whole.
        let (first, last) = (tile.stretch.start == 0, tile.stretch.end == tile.words.len());
        for at in 0..I::WIDTH {
            let before = if first { 0 } else { out[at].to_bits() as i32 };
            let sum = numbers[at].wrapping_add(before);
            let whole = sum.wrapping_sub(zero.wrapping_mul(of_codes[at])) as f32 * (scales[at] * scale);
            out[at] = if last { whole } else { f32::from_bits(sum as u32) };
        }
    }
}

/// The sums of products of those rows: 128 times those of high digits, then those of low ones.
///
/// # Safety
/// As for [`rows_of`].
#[inline(always)]
unsafe fn sums<I: InstructionSet, const QUADS: bool, const T: usize>(
    tile: Tile,
    part: usize,
    first: usize,
) -> [I::Sums; T] {
    let Tile { words, rows, high, stretch, .. } = tile;
    // SAFETY: the caller's promise; `first + T` is at most TOGETHER, and `part + WIDTH` at most PANEL, the lengths of what these and what
    // follows them are places in.
    unsafe {
        let mut sums = [I::zero(); T];
        if QUADS && stretch.start == 0 {
            for (steps, factor) in [(&high.negative, -1), (&high.positive, 128)] {
                for step in steps {
                    for (t, sums) in sums.iter_mut().enumerate() {
                        let digits = step.get_unchecked(first + t);
                        *sums = I::quads(*sums, &words[digits.group as usize][part..][..I::WIDTH], digits.word);
                    }
                }
                for sums in &mut sums {
                    *sums = I::times(*sums, factor);
                }
            }
        }
        for (words, rows) in words[stretch.clone()].iter().zip(&rows[stretch.clone()]) {
            let words = words.get_unchecked(part..part + I::WIDTH);
            for (t, sums) in sums.iter_mut().enumerate() {
                let x = *rows.get_unchecked(first + t);
                *sums = if QUADS { I::quads(*sums, words, x) } else { I::pairs(*sums, words, x) };
            }
        }
        sums
    }
}
