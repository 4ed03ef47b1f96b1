//! AVX2: sixteen rows of a matrix with six rows of activations at a time, whose sums fill twelve registers of sixteen. (So do 32 rows with
//! three, but four registers of codes beside them are too many.) Two columns to a `vpmaddwd`, or four to a `vpmaddubsw` and a `vpmaddwd`.
//! With AVX-VNNI, to a `vpdpwssd` or a `vpdpbusd`.

use std::arch::x86_64::*;
use std::marker::PhantomData;

use super::tiles::{self, InstructionSet};
use super::{Activations, Panels};

/// As [`super::matmul`].
///
/// # Safety
/// The machine has AVX2.
#[target_feature(enable = "avx2")]
pub unsafe fn matmul(weights: &Panels, x: &Activations, out: &mut [f32]) {
    // SAFETY: the caller's promise.
    unsafe { tiles::matmul::<By<Multiplied>>(weights, x, out) }
}

/// The same.
///
/// # Safety
/// The machine has AVX2 and AVX-VNNI.
#[target_feature(enable = "avx2,avxvnni")]
pub unsafe fn matmul_by_vnni(weights: &Panels, x: &Activations, out: &mut [f32]) {
    // SAFETY: the caller's promise.
    unsafe { tiles::matmul::<By<Vnni>>(weights, x, out) }
}

/// How the products of a register of codes are added to its sums.
trait Dot {
    /// Of two columns.
    ///
    /// # Safety
    /// The machine has the instructions, as for what follows.
    unsafe fn pairs(sums: __m256i, x: __m256i, codes: __m256i) -> __m256i;

    /// Of four columns.
    unsafe fn quads(sums: __m256i, x: __m256i, codes: __m256i) -> __m256i;
}

struct Multiplied;

impl Dot for Multiplied {
    #[target_feature(enable = "avx2")]
    #[inline]
    unsafe fn pairs(sums: __m256i, x: __m256i, codes: __m256i) -> __m256i {
        _mm256_add_epi32(sums, _mm256_madd_epi16(x, codes))
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    unsafe fn quads(sums: __m256i, x: __m256i, codes: __m256i) -> __m256i {
        // Two products of 7 and 8 bits fit an i16, so that nothing is cut off.
        let pairs = _mm256_maddubs_epi16(x, codes);
        _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
    }
}

struct Vnni;

impl Dot for Vnni {
    #[target_feature(enable = "avx2,avxvnni")]
    #[inline]
    unsafe fn pairs(sums: __m256i, x: __m256i, codes: __m256i) -> __m256i {
        _mm256_dpwssd_avx_epi32(sums, x, codes)
    }

    #[target_feature(enable = "avx2,avxvnni")]
    #[inline]
    unsafe fn quads(sums: __m256i, x: __m256i, codes: __m256i) -> __m256i {
        _mm256_dpbusd_avx_epi32(sums, x, codes)
    }
}

/// The rest is the same for both.
struct By<D>(PhantomData<D>);

impl<D: Dot> InstructionSet for By<D> {
    type Sums = [__m256i; 2];
    const WIDTH: usize = 16;
    const ROWS: usize = 6;

    #[target_feature(enable = "avx2")]
    #[inline]
    unsafe fn zero() -> [__m256i; 2] {
        [_mm256_setzero_si256(); 2]
    }

    #[inline(always)]
    unsafe fn pairs(mut sums: [__m256i; 2], words: &[i32], x: i32) -> [__m256i; 2] {
        for (sums, words) in sums.iter_mut().zip(words.as_chunks::<8>().0) {
            // SAFETY: the caller's promise, and eight words are a register.
            *sums = unsafe { D::pairs(*sums, _mm256_set1_epi32(x), _mm256_loadu_si256(words.as_ptr().cast())) };
        }
        sums
    }

    #[inline(always)]
    unsafe fn quads(mut sums: [__m256i; 2], words: &[i32], x: i32) -> [__m256i; 2] {
        for (sums, words) in sums.iter_mut().zip(words.as_chunks::<8>().0) {
            // SAFETY: the caller's promise, and eight words are a register.
            *sums = unsafe { D::quads(*sums, _mm256_set1_epi32(x), _mm256_loadu_si256(words.as_ptr().cast())) };
        }
        sums
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    unsafe fn times(mut sums: [__m256i; 2], factor: i32) -> [__m256i; 2] {
        for sums in &mut sums {
            *sums = _mm256_mullo_epi32(*sums, _mm256_set1_epi32(factor));
        }
        sums
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    unsafe fn write(sums: [__m256i; 2], numbers: &mut [i32]) {
        for (numbers, sums) in numbers.as_chunks_mut::<8>().0.iter_mut().zip(sums) {
            // SAFETY: eight numbers are a register.
            unsafe { _mm256_storeu_si256(numbers.as_mut_ptr().cast(), sums) };
        }
    }
}
