//! What kernels share that take [`TOGETHER`] rows of activations to each load of the matrix: the order of a product, and how
//! sums of integers become its numbers.

use super::{PANEL, Packed, Panels, STRETCH, TOGETHER};

/// A pair of columns of a panel: two codes for each of its rows.
pub type PanelPair = [[i16; 2]; PANEL];

/// A pair of columns of a tile, which is rows of activations that lie interleaved.
pub type TilePair = [[i16; 2]; TOGETHER];

/// What differs from one instruction set to another.
pub trait InstructionSet {
    /// The sums of products of a panel's rows with the first `T` rows of a tile, pair by pair of columns.
    ///
    /// # Safety
    /// The machine has the instructions.
    unsafe fn sums<const T: usize>(panel: &[PanelPair], tile: &[TilePair]) -> [[i32; PANEL]; T];
}

/// As [`super::matmul`]. It is to be inlined where the instructions are enabled, so that all of it is compiled for them.
///
/// # Safety
/// The machine has the instructions of `I`.
#[inline(always)]
pub unsafe fn matmul<I: InstructionSet>(weights: &Panels, x: &Packed, out: &mut [f32]) {
    let columns = weights.columns;
    // A stretch of a panel stays in the first cache while all activations pass by it.
    for (panel, scales) in weights.scales.as_chunks::<PANEL>().0.iter().enumerate() {
        for start in (0..columns).step_by(STRETCH) {
            let end = columns.min(start + STRETCH);
            let codes = &weights.codes[panel * PANEL * columns..][start * PANEL..end * PANEL];
            let stretch = Stretch { panel, start, end, codes: codes.as_chunks().0.as_chunks().0, scales };
            for first in (0..x.scales.len()).step_by(TOGETHER) {
                // SAFETY: the caller's promise.
                unsafe {
                    match x.scales.len() - first {
                        1 => add::<I, 1>(stretch, weights, x, out, first),
                        2 => add::<I, 2>(stretch, weights, x, out, first),
                        3 => add::<I, 3>(stretch, weights, x, out, first),
                        4 => add::<I, 4>(stretch, weights, x, out, first),
                        5 => add::<I, 5>(stretch, weights, x, out, first),
                        _ => add::<I, TOGETHER>(stretch, weights, x, out, first),
                    }
                }
            }
        }
    }
}

/// Some columns of a panel.
#[derive(Clone, Copy)]
struct Stretch<'w> {
    panel: usize,
    start: usize,
    end: usize,
    codes: &'w [PanelPair],
    scales: &'w [f32; PANEL],
}

/// Adds a stretch's part of the products of its panel with the first `T` rows of the tile that starts with row `first`; after the
/// last stretch they are scaled.
///
/// # Safety
/// The machine has the instructions of `I`.
#[inline(always)]
unsafe fn add<I: InstructionSet, const T: usize>(
    at: Stretch,
    weights: &Panels,
    x: &Packed,
    out: &mut [f32],
    first: usize,
) {
    let (columns, rows) = (weights.columns, weights.rows());
    let tile = &x.codes[first * columns..][at.start * TOGETHER..at.end * TOGETHER];
    // SAFETY: the caller's promise.
    let sums = unsafe { I::sums::<T>(at.codes, tile.as_chunks().0.as_chunks().0) };
    for (row, sums) in (first..).zip(&sums) {
        let out: &mut [f32; PANEL] =
            out[row * rows + at.panel * PANEL..].first_chunk_mut().expect("room for the panel");
        let mut numbers = sums.map(|sum| sum as f32);
        if at.start > 0 {
            numbers.iter_mut().zip(&*out).for_each(|(number, before)| *number += before);
        }
        if at.end == columns {
            let scale = x.scales[row];
            numbers.iter_mut().zip(at.scales).for_each(|(number, of_row)| *number *= of_row * scale);
        }
        *out = numbers;
    }
}
