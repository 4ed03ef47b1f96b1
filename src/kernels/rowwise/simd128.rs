//! simd128: sixteen rows of a matrix with two rows of activations at a time, two columns to an `i32x4.dot_i16x8_s`.

use std::arch::wasm32::*;
use std::ops::Range;

use super::{PANEL, Packed, Panels, STRETCH, TOGETHER};

/// Rows of activations that share each load of the matrix: with one more, sums no longer fit the registers. With so few, a tile's
/// frame counts: that of the other kernels was 3 % slower here.
const ROWS: usize = 2;

/// As [`super::matmul`].
///
/// # Safety
/// `x` has rows of `weights.columns` codes, filled up to a multiple of [`TOGETHER`] rows, and `out` has `weights.rows()` numbers for
/// each of its scales.
pub unsafe fn matmul(weights: &Panels, x: &Packed, out: &mut [f32]) {
    let columns = weights.columns;
    let rows = x.scales.len();
    // A stretch of a panel stays in the first cache while all activations pass by it.
    for panel in 0..weights.rows() / PANEL {
        for start in (0..columns).step_by(STRETCH) {
            let stretch = start..columns.min(start + STRETCH);
            for first in (0..rows - rows % ROWS).step_by(ROWS) {
                // SAFETY: ROWS rows of activations start here, in one tile, and the stretch lies within them.
                unsafe { rows_of::<ROWS>(weights, x, out, panel, first, stretch.clone()) };
            }
            if rows % ROWS > 0 {
                // SAFETY: this is the last row of activations, and the stretch lies within it.
                unsafe { rows_of::<1>(weights, x, out, panel, rows - 1, stretch.clone()) };
            }
        }
    }
}

/// Adds a stretch's part of the products of a panel with `T` rows from row `first` on; after the last stretch they are scaled.
///
/// # Safety
/// As for [`matmul`]; there is such a panel, the rows are of one tile, and `stretch` is a range of whole pairs of columns.
#[inline]
unsafe fn rows_of<const T: usize>(
    weights: &Panels,
    x: &Packed,
    out: &mut [f32],
    panel: usize,
    first: usize,
    stretch: Range<usize>,
) {
    let columns = weights.columns;
    let (tile, place) = (first / TOGETHER * TOGETHER, first % TOGETHER);
    // SAFETY: a panel has PANEL codes for each column, a tile TOGETHER, and `stretch` is within the columns.
    let sums = unsafe {
        let codes = weights.codes.as_ptr().add(panel * PANEL * columns + stretch.start * PANEL);
        let x = x.codes.as_ptr().add(tile * columns + stretch.start * TOGETHER + place * 2);
        products::<T>(codes, x, stretch.len() / 2)
    };
    let scales = &weights.scales[panel * PANEL..][..PANEL];
    for (token, sums) in sums.into_iter().enumerate() {
        let out = &mut out[(first + token) * weights.rows() + panel * PANEL..][..PANEL];
        let quarters = out.as_chunks_mut::<4>().0.iter_mut().zip(sums).zip(scales.as_chunks::<4>().0);
        for ((out, sum), scales) in quarters {
            let mut numbers = f32x4_convert_i32x4(sum);
            // SAFETY: four numbers are a register.
            let (before, scales) = unsafe { (v128_load(out.as_ptr().cast()), v128_load(scales.as_ptr().cast())) };
            if stretch.start > 0 {
                numbers = f32x4_add(numbers, before);
            }
            if stretch.end == columns {
                numbers = f32x4_mul(numbers, f32x4_mul(scales, f32x4_splat(x.scales[first + token])));
            }
            // SAFETY: as above.
            unsafe { v128_store(out.as_mut_ptr().cast(), numbers) };
        }
    }
}

/// The sums of products of `pairs` pairs of columns of a panel with `T` rows of a tile.
///
/// # Safety
/// There are `pairs` · 2 · PANEL codes at `codes`, and `pairs` times those of `T` rows at `x`, one pair's every 2 · TOGETHER.
#[inline]
unsafe fn products<const T: usize>(codes: *const i16, x: *const i16, pairs: usize) -> [[v128; 4]; T] {
    let mut sums = [[i32x4_splat(0); 4]; T];
    for pair in 0..pairs {
        // SAFETY: `pair` is one of the pairs.
        let (codes, x) = unsafe { (codes.add(pair * 2 * PANEL), x.add(pair * 2 * TOGETHER)) };
        // SAFETY: a pair has four registers of codes.
        let codes = [0, 1, 2, 3].map(|at| unsafe { v128_load(codes.add(at * 8).cast()) });
        for (token, sums) in sums.iter_mut().enumerate() {
            // SAFETY: each of the T rows has this pair.
            let x = unsafe { v128_load32_splat(x.add(token * 2).cast()) };
            for (sum, codes) in sums.iter_mut().zip(codes) {
                *sum = i32x4_add(*sum, i32x4_dot_i16x8(codes, x));
            }
        }
    }
    sums
}
