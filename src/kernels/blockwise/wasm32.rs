//! simd128: four rows of a matrix with up to four rows of activations at a time.

use std::arch::wasm32::*;

use super::{Activations, BLOCK, PANEL, Panels};

/// Rows of activations that share each load of the matrix: with twice as many, sums no longer fit the registers.
const TOGETHER: usize = 4;

/// As [`super::matmul`].
///
/// # Safety
/// `x` is whole rows of `weights.columns()` codes with a scale for each block, and `out` has `weights.rows()` numbers for each of them.
pub unsafe fn matmul(weights: &Panels, x: &Activations, out: &mut [f32]) {
    let tokens = out.len() / weights.rows.max(1);
    let whole = tokens - tokens % TOGETHER;
    for token in (0..whole).step_by(TOGETHER) {
        // SAFETY: TOGETHER rows of activations start here.
        unsafe { rows_of::<TOGETHER>(weights, x, out, token) };
    }
    for token in whole..tokens {
        // SAFETY: a row of activations starts here.
        unsafe { rows_of::<1>(weights, x, out, token) };
    }
}

/// The products of `T` rows of activations from row `first` on.
///
/// # Safety
/// As for [`matmul`]; there are `T` rows from `first` on.
#[inline]
unsafe fn rows_of<const T: usize>(weights: &Panels, x: &Activations, out: &mut [f32], first: usize) {
    let (columns, rows) = (weights.columns, weights.rows);
    let blocks = columns / BLOCK;
    for panel in 0..rows / PANEL {
        let mut sums = [f32x4_splat(0.0); T];
        for block in 0..blocks {
            let place = panel * blocks + block;
            let mut products = [i32x4_splat(0); T];
            // SAFETY: `place` is below the number of blocks, for each of which there are PANEL · BLOCK codes.
            let codes = unsafe { weights.codes.as_ptr().add(place * PANEL * BLOCK) };
            // SAFETY: row `first` and T - 1 after it have `columns` codes each, and this block's lie within them.
            let codes_of_x = unsafe { x.codes.as_ptr().add(first * columns + block * BLOCK) };
            for pair in 0..BLOCK / 2 {
                // SAFETY: `pair` is one of the block's pairs: eight codes, and two of each row of activations.
                let codes = unsafe { i16x8_load_extend_i8x8(codes.add(pair * 2 * PANEL)) };
                for (token, product) in products.iter_mut().enumerate() {
                    // SAFETY: as above.
                    let x = unsafe { v128_load32_splat(codes_of_x.add(token * columns + pair * 2).cast()) };
                    *product = i32x4_add(*product, i32x4_dot_i16x8(codes, x));
                }
            }
            // SAFETY: for each block there are PANEL scales.
            let scales = unsafe { v128_load(weights.scales.as_ptr().add(place * PANEL).cast()) };
            for (token, (sum, product)) in sums.iter_mut().zip(products).enumerate() {
                let step = f32x4_splat(x.scales[(first + token) * blocks + block]);
                *sum = f32x4_add(*sum, f32x4_mul(f32x4_convert_i32x4(product), f32x4_mul(scales, step)));
            }
        }
        for (token, sum) in sums.into_iter().enumerate() {
            let at = (first + token) * rows + panel * PANEL;
            // SAFETY: a row of results has `rows` numbers, of which these are the panel's.
            unsafe { v128_store(out.as_mut_ptr().add(at).cast(), sum) };
        }
    }
}
