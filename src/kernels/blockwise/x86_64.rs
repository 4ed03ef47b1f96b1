//! AVX2: four rows of a matrix with up to four rows of activations at a time, four columns to a `vpmaddwd`.

use std::arch::x86_64::*;

use super::{Activations, BLOCK, PANEL, Panels};

/// Rows of activations that share each load of the matrix: with twice as many, sums no longer fit the registers.
const TOGETHER: usize = 4;

/// As [`super::matmul`].
///
/// # Safety
/// The machine has AVX2; `x` is whole rows of `weights.columns()` codes with a scale for each block, and `out` has `weights.rows()` numbers for each of them.
#[target_feature(enable = "avx2")]
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
#[target_feature(enable = "avx2")]
unsafe fn rows_of<const T: usize>(weights: &Panels, x: &Activations, out: &mut [f32], first: usize) {
    let (columns, rows) = (weights.columns, weights.rows);
    let blocks = columns / BLOCK;
    // Two columns to the lower four lanes, the next two to the upper ones.
    let spread = _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1);
    for panel in 0..rows / PANEL {
        let mut sums = [_mm_setzero_ps(); T];
        for block in 0..blocks {
            let place = panel * blocks + block;
            let mut products = [_mm256_setzero_si256(); T];
            // SAFETY: `place` is below the number of blocks, for each of which there are PANEL · BLOCK codes.
            let codes = unsafe { weights.codes.as_ptr().add(place * PANEL * BLOCK) };
            // SAFETY: row `first` and T - 1 after it have `columns` codes each, and this block's lie within them.
            let codes_of_x = unsafe { x.codes.as_ptr().add(first * columns + block * BLOCK) };
            for four in (0..BLOCK).step_by(4) {
                // SAFETY: these four columns are within the block: sixteen codes, and four of each row of activations.
                let codes = unsafe { _mm256_cvtepi8_epi16(_mm_loadu_si128(codes.add(four * PANEL).cast())) };
                for (token, product) in products.iter_mut().enumerate() {
                    // SAFETY: as above.
                    let x = unsafe { _mm_loadl_epi64(codes_of_x.add(token * columns + four).cast()) };
                    let x = _mm256_permutevar8x32_epi32(_mm256_castsi128_si256(x), spread);
                    *product = _mm256_add_epi32(*product, _mm256_madd_epi16(codes, x));
                }
            }
            // SAFETY: for each block there are PANEL scales.
            let scales = unsafe { _mm_loadu_ps(weights.scales.as_ptr().add(place * PANEL)) };
            for (token, (sum, product)) in sums.iter_mut().zip(products).enumerate() {
                let step = _mm_set1_ps(x.scales[(first + token) * blocks + block]);
                let product = _mm_add_epi32(_mm256_castsi256_si128(product), _mm256_extracti128_si256::<1>(product));
                *sum = _mm_add_ps(*sum, _mm_mul_ps(_mm_cvtepi32_ps(product), _mm_mul_ps(scales, step)));
            }
        }
        for (token, sum) in sums.into_iter().enumerate() {
            let at = (first + token) * rows + panel * PANEL;
            // SAFETY: a row of results has `rows` numbers, of which these are the panel's.
            unsafe { _mm_storeu_ps(out.as_mut_ptr().add(at), sum) };
        }
    }
}
