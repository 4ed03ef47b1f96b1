//! NEON: 32 rows of a matrix with three rows of activations at a time, whose sums fill 24 registers of 32.

use std::arch::aarch64::*;
use std::arch::asm;
use std::marker::PhantomData;

use super::tiles::{self, InstructionSet};
use super::{Activations, PANEL, Panels};

/// As [`super::matmul`], two columns to an `smlal`.
///
/// # Safety
/// The machine has NEON.
#[target_feature(enable = "neon")]
pub unsafe fn matmul(weights: &Panels, x: &Activations, out: &mut [f32]) {
    // SAFETY: the caller's promise.
    unsafe { tiles::matmul::<By<Neon>>(weights, x, out) }
}

/// As [`super::matmul`], four columns to an `sdot`.
///
/// # Safety
/// The machine has NEON and its dot products.
#[target_feature(enable = "neon,dotprod")]
pub unsafe fn matmul_by_dots(weights: &Panels, x: &Activations, out: &mut [f32]) {
    // SAFETY: the caller's promise.
    unsafe { tiles::matmul::<By<Dot>>(weights, x, out) }
}

/// What an instruction makes of four rows' groups of columns.
trait Group {
    /// The sums and the products of sixteen bytes of codes with one row's.
    unsafe fn add(sums: int32x4_t, words: &[i32; 4], x: i32) -> int32x4_t;
}

struct Neon;

impl Group for Neon {
    #[target_feature(enable = "neon")]
    #[inline]
    unsafe fn add(sums: int32x4_t, words: &[i32; 4], x: i32) -> int32x4_t {
        // SAFETY: two codes for each of four rows are two half registers, which take them apart by columns.
        let codes = unsafe { vld2_s16(words.as_ptr().cast()) };
        let x = vreinterpret_s16_s32(vdup_n_s32(x));
        vmlal_lane_s16::<1>(vmlal_lane_s16::<0>(sums, codes.0, x), codes.1, x)
    }
}

struct Dot;

impl Group for Dot {
    #[target_feature(enable = "neon,dotprod")]
    #[inline]
    unsafe fn add(mut sums: int32x4_t, words: &[i32; 4], x: i32) -> int32x4_t {
        // SAFETY: four words are a register, and the machine has the instruction, which reads and writes registers alone. (The
        // standard library's function for it is not stable yet.)
        unsafe {
            let codes = vld1q_s32(words.as_ptr());
            asm!(
                "sdot {sums:v}.4s, {codes:v}.16b, {x:v}.16b",
                sums = inout(vreg) sums,
                codes = in(vreg) codes,
                x = in(vreg) vdupq_n_s32(x),
                options(pure, nomem, nostack, preserves_flags),
            );
        }
        sums
    }
}

/// The rest is the same for both.
struct By<G>(PhantomData<G>);

impl<G: Group> InstructionSet for By<G> {
    type Sums = [int32x4_t; 8];
    const ROWS: usize = 3;

    #[target_feature(enable = "neon")]
    #[inline]
    unsafe fn zero() -> [int32x4_t; 8] {
        [vdupq_n_s32(0); 8]
    }

    #[inline(always)]
    unsafe fn add(mut sums: [int32x4_t; 8], panel: &[i32; PANEL], x: i32) -> [int32x4_t; 8] {
        for (sums, words) in sums.iter_mut().zip(panel.as_chunks::<4>().0) {
            // SAFETY: the caller's promise.
            *sums = unsafe { G::add(*sums, words, x) };
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
    unsafe fn numbers(sums: [int32x4_t; 8]) -> [i32; PANEL] {
        let mut numbers = [0; PANEL];
        for (numbers, sums) in numbers.as_chunks_mut::<4>().0.iter_mut().zip(sums) {
            // SAFETY: four numbers are a register.
            unsafe { vst1q_s32(numbers.as_mut_ptr(), sums) };
        }
        numbers
    }
}
