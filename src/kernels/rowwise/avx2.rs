//! AVX2: sixteen rows of a matrix with six rows of activations at a time, two columns to a `vpmaddwd`.

use std::arch::x86_64::*;

use super::tiles::{self, InstructionSet, PanelPair, TilePair};
use super::{PANEL, Packed, Panels};

/// As [`super::matmul`].
///
/// # Safety
/// The machine has AVX2.
#[target_feature(enable = "avx2")]
pub unsafe fn matmul(weights: &Panels, x: &Packed, out: &mut [f32]) {
    // SAFETY: the caller's promise.
    unsafe { tiles::matmul::<Avx2>(weights, x, out) }
}

struct Avx2;

impl InstructionSet for Avx2 {
    #[target_feature(enable = "avx2")]
    #[inline]
    unsafe fn sums<const T: usize>(panel: &[PanelPair], tile: &[TilePair]) -> [[i32; PANEL]; T] {
        let mut sums = [[_mm256_setzero_si256(); 2]; T];
        for (codes, x) in panel.iter().zip(tile) {
            // SAFETY: two codes for each of eight rows are a register.
            let (low, high) =
                unsafe { (_mm256_loadu_si256(codes.as_ptr().cast()), _mm256_loadu_si256(codes[8..].as_ptr().cast())) };
            for (row, sums) in sums.iter_mut().enumerate() {
                // SAFETY: a pair of codes is as large as an i32.
                let x = unsafe { x[row].as_ptr().cast::<i32>().read_unaligned() };
                let x = _mm256_set1_epi32(x);
                sums[0] = _mm256_add_epi32(sums[0], _mm256_madd_epi16(low, x));
                sums[1] = _mm256_add_epi32(sums[1], _mm256_madd_epi16(high, x));
            }
        }
        let mut numbers = [[0; PANEL]; T];
        for (numbers, sum) in numbers.as_flattened_mut().as_chunks_mut::<8>().0.iter_mut().zip(sums.as_flattened()) {
            // SAFETY: eight numbers are a register.
            unsafe { _mm256_storeu_si256(numbers.as_mut_ptr().cast(), *sum) };
        }
        numbers
    }
}
