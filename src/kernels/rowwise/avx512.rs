//! AVX-512 with VNNI: 32 rows of a matrix with six rows of activations at a time, whose sums fill twelve registers, two columns to
//! a `vpdpwssd` or four to a `vpdpbusd`.

use std::arch::x86_64::*;

use super::tiles::{self, InstructionSet};
use super::{Activations, PANEL, Panels};

/// As [`super::matmul`].
///
/// # Safety
/// The machine has AVX-512 F and VNNI.
#[target_feature(enable = "avx512f,avx512vnni")]
pub unsafe fn matmul(weights: &Panels, x: &Activations, out: &mut [f32]) {
    // SAFETY: the caller's promise.
    unsafe { tiles::matmul::<Avx512>(weights, x, out) }
}

struct Avx512;

impl InstructionSet for Avx512 {
    type Sums = [__m512i; 2];
    const WIDTH: usize = PANEL;
    const ROWS: usize = 6;

    #[target_feature(enable = "avx512f,avx512vnni")]
    #[inline]
    unsafe fn zero() -> [__m512i; 2] {
        [_mm512_setzero_si512(); 2]
    }

    #[target_feature(enable = "avx512f,avx512vnni")]
    #[inline]
    unsafe fn pairs(mut sums: [__m512i; 2], words: &[i32], x: i32) -> [__m512i; 2] {
        let x = _mm512_set1_epi32(x);
        for (sums, words) in sums.iter_mut().zip(words.as_chunks::<16>().0) {
            // SAFETY: sixteen words are a register.
            let codes = unsafe { _mm512_loadu_si512(words.as_ptr().cast()) };
            *sums = _mm512_dpwssd_epi32(*sums, x, codes);
        }
        sums
    }

    #[target_feature(enable = "avx512f,avx512vnni")]
    #[inline]
    unsafe fn quads(mut sums: [__m512i; 2], words: &[i32], x: i32) -> [__m512i; 2] {
        let x = _mm512_set1_epi32(x);
        for (sums, words) in sums.iter_mut().zip(words.as_chunks::<16>().0) {
            // SAFETY: sixteen words are a register.
            let codes = unsafe { _mm512_loadu_si512(words.as_ptr().cast()) };
            *sums = _mm512_dpbusd_epi32(*sums, x, codes);
        }
        sums
    }

    #[target_feature(enable = "avx512f,avx512vnni")]
    #[inline]
    unsafe fn times(mut sums: [__m512i; 2], factor: i32) -> [__m512i; 2] {
        for sums in &mut sums {
            *sums = _mm512_mullo_epi32(*sums, _mm512_set1_epi32(factor));
        }
        sums
    }

    #[target_feature(enable = "avx512f,avx512vnni")]
    #[inline]
    unsafe fn write(sums: [__m512i; 2], numbers: &mut [i32]) {
        for (numbers, sums) in numbers.as_chunks_mut::<16>().0.iter_mut().zip(sums) {
            // SAFETY: sixteen numbers are a register.
            unsafe { _mm512_storeu_si512(numbers.as_mut_ptr().cast(), sums) };
        }
    }
}
