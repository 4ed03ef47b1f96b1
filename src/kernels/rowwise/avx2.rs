//! AVX2: sixteen rows of a matrix with six rows of activations at a time, two columns to a `vpmaddwd`.

use std::arch::x86_64::*;
use std::ops::Range;

use super::{PANEL, Packed, Panels, STRETCH, TOGETHER};

/// As [`super::matmul`].
///
/// # Safety
/// The machine has AVX2; `x` has rows of `weights.columns` codes, filled up to a multiple of [`TOGETHER`] rows, and `out` has
/// `weights.rows()` numbers for each of its scales.
#[target_feature(enable = "avx2")]
pub unsafe fn matmul(weights: &Panels, x: &Packed, out: &mut [f32]) {
    let columns = weights.columns;
    // A stretch of a panel stays in the first cache while all activations pass by it.
    for panel in 0..weights.rows() / PANEL {
        for start in (0..columns).step_by(STRETCH) {
            let stretch = start..columns.min(start + STRETCH);
            for first in (0..x.scales.len()).step_by(TOGETHER) {
                // SAFETY: a tile of as many rows as are left, at most TOGETHER, starts here, and the stretch lies within them.
                unsafe {
                    match x.scales.len() - first {
                        1 => tile::<1>(weights, x, out, panel, first, stretch.clone()),
                        2 => tile::<2>(weights, x, out, panel, first, stretch.clone()),
                        3 => tile::<3>(weights, x, out, panel, first, stretch.clone()),
                        4 => tile::<4>(weights, x, out, panel, first, stretch.clone()),
                        5 => tile::<5>(weights, x, out, panel, first, stretch.clone()),
                        _ => tile::<TOGETHER>(weights, x, out, panel, first, stretch.clone()),
                    }
                }
            }
        }
    }
}

/// Adds a stretch's part of the products of a panel with the first `T` rows of the tile that starts with row `first`; after
/// the last stretch they are scaled.
///
/// # Safety
/// As for [`matmul`]; there are such a panel and such a tile, and `stretch` is a range of whole pairs of columns.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn tile<const T: usize>(
    weights: &Panels,
    x: &Packed,
    out: &mut [f32],
    panel: usize,
    first: usize,
    stretch: Range<usize>,
) {
    let columns = weights.columns;
    // SAFETY: a panel has PANEL codes for each column, a tile TOGETHER, and `stretch` is within the columns.
    let sums = unsafe {
        let codes = weights.codes.as_ptr().add(panel * PANEL * columns + stretch.start * PANEL);
        let x = x.codes.as_ptr().add(first * columns + stretch.start * TOGETHER);
        products::<T>(codes, x, stretch.len() / 2)
    };
    // SAFETY: a panel has PANEL scales, two registers of them.
    let scales = [0, 8].map(|at| unsafe { _mm256_loadu_ps(weights.scales.as_ptr().add(panel * PANEL + at)) });
    for (token, sums) in sums.into_iter().enumerate() {
        let out = &mut out[(first + token) * weights.rows() + panel * PANEL..][..PANEL];
        for ((out, sum), scale) in out.as_chunks_mut::<8>().0.iter_mut().zip(sums).zip(scales) {
            let mut numbers = _mm256_cvtepi32_ps(sum);
            if stretch.start > 0 {
                // SAFETY: eight numbers are a register.
                numbers = _mm256_add_ps(numbers, unsafe { _mm256_loadu_ps(out.as_ptr()) });
            }
            if stretch.end == columns {
                numbers = _mm256_mul_ps(numbers, _mm256_mul_ps(scale, _mm256_set1_ps(x.scales[first + token])));
            }
            // SAFETY: as above.
            unsafe { _mm256_storeu_ps(out.as_mut_ptr(), numbers) };
        }
    }
}

/// The sums of products of `pairs` pairs of columns of a panel with the first `T` rows of a tile.
///
/// # Safety
/// The machine has AVX2. There are `pairs` · 2 · PANEL codes at `codes`, and `pairs` · 2 · TOGETHER at `x`.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn products<const T: usize>(codes: *const i16, x: *const i16, pairs: usize) -> [[__m256i; 2]; T] {
    let mut sums = [[_mm256_setzero_si256(); 2]; T];
    for pair in 0..pairs {
        // SAFETY: `pair` is one of the pairs, for which there are two registers of codes and TOGETHER pairs of activations.
        let (low, high, x) = unsafe {
            let codes = codes.add(pair * 2 * PANEL);
            let (low, high) = (_mm256_loadu_si256(codes.cast()), _mm256_loadu_si256(codes.add(PANEL).cast()));
            (low, high, x.add(pair * 2 * TOGETHER).cast::<i32>())
        };
        for (token, sums) in sums.iter_mut().enumerate() {
            // SAFETY: T is at most TOGETHER.
            let x = _mm256_set1_epi32(unsafe { x.add(token).read_unaligned() });
            sums[0] = _mm256_add_epi32(sums[0], _mm256_madd_epi16(low, x));
            sums[1] = _mm256_add_epi32(sums[1], _mm256_madd_epi16(high, x));
        }
    }
    sums
}
