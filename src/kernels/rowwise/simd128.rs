//! simd128: sixteen rows of a matrix with two rows of activations at a time, two columns to an `i32x4.dot_i16x8_s`. With
//! relaxed SIMD, four columns to an `i32x4.relaxed_dot_i8x16_i7x16_add_s`, which is exact for codes of 7 bits on every machine.

use std::arch::wasm32::*;

use super::tiles::{self, InstructionSet};
use super::{Activations, PANEL, Panels};

/// As [`super::matmul`].
pub fn matmul(weights: &Panels, x: &Activations, out: &mut [f32]) {
    // SAFETY: the instructions are on in this build.
    unsafe { tiles::matmul::<Simd128>(weights, x, out) }
}

struct Simd128;

impl InstructionSet for Simd128 {
    type Sums = [v128; 4];
    const WIDTH: usize = PANEL;
    const ROWS: usize = 2;

    #[inline(always)]
    unsafe fn zero() -> [v128; 4] {
        [i32x4_splat(0); 4]
    }

    #[inline(always)]
    unsafe fn pairs(mut sums: [v128; 4], words: &[i32], x: i32) -> [v128; 4] {
        let x = i32x4_splat(x);
        for (sums, words) in sums.iter_mut().zip(words.as_chunks::<4>().0) {
            // SAFETY: four words are a register.
            let codes = unsafe { v128_load(words.as_ptr().cast()) };
            *sums = i32x4_add(*sums, i32x4_dot_i16x8(codes, x));
        }
        sums
    }

    #[cfg(target_feature = "relaxed-simd")]
    #[inline(always)]
    unsafe fn quads(mut sums: [v128; 4], words: &[i32], x: i32) -> [v128; 4] {
        let x = i32x4_splat(x);
        for (sums, words) in sums.iter_mut().zip(words.as_chunks::<4>().0) {
            // SAFETY: four words are a register.
            let codes = unsafe { v128_load(words.as_ptr().cast()) };
            *sums = i32x4_relaxed_dot_i8x16_i7x16_add(codes, x, *sums);
        }
        sums
    }

    #[cfg(not(target_feature = "relaxed-simd"))]
    unsafe fn quads(_: [v128; 4], _: &[i32], _: i32) -> [v128; 4] {
        unreachable!("codes lie in pairs")
    }

    #[inline(always)]
    unsafe fn times(sums: [v128; 4], factor: i32) -> [v128; 4] {
        sums.map(|sums| i32x4_mul(sums, i32x4_splat(factor)))
    }

    #[inline(always)]
    unsafe fn write(sums: [v128; 4], numbers: &mut [i32]) {
        for (numbers, sums) in numbers.as_chunks_mut::<4>().0.iter_mut().zip(sums) {
            // SAFETY: four numbers are a register.
            unsafe { v128_store(numbers.as_mut_ptr().cast(), sums) };
        }
    }
}
