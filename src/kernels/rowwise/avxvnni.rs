//! AVX-VNNI, for machines without AVX-512: as AVX2, four columns to a `vpdpbusd`.

use std::arch::x86_64::*;

use super::tiles::{self, InstructionSet};
use super::{Activations, PANEL, Panels};

/// As [`super::matmul`].
///
/// # Safety
/// The machine has AVX2 and AVX-VNNI.
#[target_feature(enable = "avx2,avxvnni")]
pub unsafe fn matmul(weights: &Panels, x: &Activations, out: &mut [f32]) {
    // SAFETY: the caller's promise.
    unsafe { tiles::matmul::<AvxVnni>(weights, x, out) }
}

struct AvxVnni;

impl InstructionSet for AvxVnni {
    type Sums = [__m256i; 4];
    const ROWS: usize = 3;

    #[target_feature(enable = "avx2,avxvnni")]
    #[inline]
    unsafe fn zero() -> [__m256i; 4] {
        [_mm256_setzero_si256(); 4]
    }

    #[target_feature(enable = "avx2,avxvnni")]
    #[inline]
    unsafe fn pairs(mut sums: [__m256i; 4], panel: &[i32; PANEL], x: i32) -> [__m256i; 4] {
        let x = _mm256_set1_epi32(x);
        for (sums, words) in sums.iter_mut().zip(panel.as_chunks::<8>().0) {
            // SAFETY: eight words are a register.
            let codes = unsafe { _mm256_loadu_si256(words.as_ptr().cast()) };
            *sums = _mm256_dpwssd_avx_epi32(*sums, x, codes);
        }
        sums
    }

    #[target_feature(enable = "avx2,avxvnni")]
    #[inline]
    unsafe fn quads(mut sums: [__m256i; 4], panel: &[i32; PANEL], x: i32) -> [__m256i; 4] {
        let x = _mm256_set1_epi32(x);
        for (sums, words) in sums.iter_mut().zip(panel.as_chunks::<8>().0) {
            // SAFETY: eight words are a register.
            let codes = unsafe { _mm256_loadu_si256(words.as_ptr().cast()) };
            *sums = _mm256_dpbusd_avx_epi32(*sums, x, codes);
        }
        sums
    }

    #[target_feature(enable = "avx2,avxvnni")]
    #[inline]
    unsafe fn times(mut sums: [__m256i; 4], factor: i32) -> [__m256i; 4] {
        for sums in &mut sums {
            *sums = _mm256_mullo_epi32(*sums, _mm256_set1_epi32(factor));
        }
        sums
    }

    #[target_feature(enable = "avx2,avxvnni")]
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
