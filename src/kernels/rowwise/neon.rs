//! NEON: 32 rows of a matrix with three rows of activations at a time, whose sums fill 24 registers of 32; two columns
//! to an `smlal`, or four to an `sdot`.

use std::arch::aarch64::*;
use std::arch::asm;

use super::tiles::{self, InstructionSet};
use super::{Activations, PANEL, Panels};

/// As [`super::matmul`].
///
/// # Safety
/// The machine has NEON, and its dot products if codes lie in quads.
#[target_feature(enable = "neon")]
pub unsafe fn matmul(weights: &Panels, x: &Activations, out: &mut [f32]) {
    // SAFETY: the caller's promise.
    unsafe { tiles::matmul::<Neon>(weights, x, out) }
}

struct Neon;

impl InstructionSet for Neon {
    type Sums = [int32x4_t; 8];
    const WIDTH: usize = PANEL;
    const ROWS: usize = 3;

    #[target_feature(enable = "neon")]
    #[inline]
    unsafe fn zero() -> [int32x4_t; 8] {
        [vdupq_n_s32(0); 8]
    }

    #[target_feature(enable = "neon")]
    #[inline]
    unsafe fn pairs(mut sums: [int32x4_t; 8], words: &[i32], x: i32) -> [int32x4_t; 8] {
        let x = vreinterpret_s16_s32(vdup_n_s32(x));
        for (sums, words) in sums.iter_mut().zip(words.as_chunks::<4>().0) {
            // SAFETY: two codes for each of four rows are two half registers, which take them apart by columns.
            let codes = unsafe { vld2_s16(words.as_ptr().cast()) };
            *sums = vmlal_lane_s16::<1>(vmlal_lane_s16::<0>(*sums, codes.0, x), codes.1, x);
        }
        sums
    }

    #[target_feature(enable = "neon")]
    #[inline]
    unsafe fn quads(mut sums: [int32x4_t; 8], words: &[i32], x: i32) -> [int32x4_t; 8] {
        let x = vdupq_n_s32(x);
        for (sums, words) in sums.iter_mut().zip(words.as_chunks::<4>().0) {
            // SAFETY: four words are a register, and where codes lie in quads the machine has the instruction, which reads and writes
            // registers alone. (The standard library's function for it is not stable yet.)
            unsafe {
                let codes = vld1q_s32(words.as_ptr());
                asm!(
                    ".arch_extension dotprod",
                    "sdot {sums:v}.4s, {codes:v}.16b, {x:v}.16b",
                    sums = inout(vreg) *sums,
                    codes = in(vreg) codes,
                    x = in(vreg) x,
                    options(pure, nomem, nostack, preserves_flags),
                );
            }
        }
        sums
    }

    #[target_feature(enable = "neon")]
    #[inline]
    unsafe fn times(mut sums: [int32x4_t; 8], factor: i32) -> [int32x4_t; 8] {
        for sums in &mut sums {
            *sums = vmulq_n_s32(*sums, factor);
        }
        sums
    }

    #[target_feature(enable = "neon")]
    #[inline]
    unsafe fn write(sums: [int32x4_t; 8], numbers: &mut [i32]) {
        for (numbers, sums) in numbers.as_chunks_mut::<4>().0.iter_mut().zip(sums) {
            // SAFETY: four numbers are a register.
            unsafe { vst1q_s32(numbers.as_mut_ptr(), sums) };
        }
    }
}
