//! AVX2: 32 rows of a matrix with three rows of activations at a time, whose sums fill twelve registers of
//! sixteen, four columns to a `vpmaddubsw` and a `vpmaddwd`.

use std::arch::x86_64::*;

use super::tiles::{self, InstructionSet};
use super::{Activations, PANEL, Panels};

/// As [`super::matmul`].
///
/// # Safety
/// The machine has AVX2.
#[target_feature(enable = "avx2")]
pub unsafe fn matmul(weights: &Panels, x: &Activations, out: &mut [f32]) {
    // SAFETY: the caller's promise.
    unsafe { tiles::matmul::<Avx2>(weights, x, out) }
}

struct Avx2;

impl InstructionSet for Avx2 {
    type Sums = [__m256i; 4];
    const ROWS: usize = 3;

    #[target_feature(enable = "avx2")]
    #[inline]
    unsafe fn zero() -> [__m256i; 4] {
        [_mm256_setzero_si256(); 4]
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    unsafe fn pairs(mut sums: [__m256i; 4], panel: &[i32; PANEL], x: i32) -> [__m256i; 4] {
        let x = _mm256_set1_epi32(x);
        for (sums, words) in sums.iter_mut().zip(panel.as_chunks::<8>().0) {
            // SAFETY: eight words are a register.
            let codes = unsafe { _mm256_loadu_si256(words.as_ptr().cast()) };
            *sums = _mm256_add_epi32(*sums, _mm256_madd_epi16(x, codes));
        }
        sums
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    unsafe fn quads(mut sums: [__m256i; 4], panel: &[i32; PANEL], x: i32) -> [__m256i; 4] {
        let x = _mm256_set1_epi32(x);
        for (sums, words) in sums.iter_mut().zip(panel.as_chunks::<8>().0) {
            // SAFETY: eight words are a register.
            let codes = unsafe { _mm256_loadu_si256(words.as_ptr().cast()) };
            // Two products of 7 and 8 bits fit an i16, so that nothing is cut off.
            let pairs = _mm256_maddubs_epi16(x, codes);
            *sums = _mm256_add_epi32(*sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
        }
        sums
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    unsafe fn times(mut sums: [__m256i; 4], factor: i32) -> [__m256i; 4] {
        for sums in &mut sums {
            *sums = _mm256_mullo_epi32(*sums, _mm256_set1_epi32(factor));
        }
        sums
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    unsafe fn numbers(sums: [__m256i; 4]) -> [i32; PANEL] {
        let mut numbers = [0; PANEL];
        for (numbers, sums) in numbers.as_chunks_mut::<8>().0.iter_mut().zip(sums) {
            // SAFETY: eight numbers are a register.
            unsafe { _mm256_storeu_si256(numbers.as_mut_ptr().cast(), sums) };
        }
        numbers
    }
}
