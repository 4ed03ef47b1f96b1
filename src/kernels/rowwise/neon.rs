//! NEON: sixteen rows of a matrix with six rows of activations at a time, four products to an `smlal`.

use std::arch::aarch64::*;

use super::tiles::{self, InstructionSet, PanelPair, TilePair};
use super::{PANEL, Packed, Panels};

/// As [`super::matmul`].
///
/// # Safety
/// The machine has NEON.
#[target_feature(enable = "neon")]
pub unsafe fn matmul(weights: &Panels, x: &Packed, out: &mut [f32]) {
    // SAFETY: the caller's promise.
    unsafe { tiles::matmul::<Neon>(weights, x, out) }
}

struct Neon;

impl InstructionSet for Neon {
    #[target_feature(enable = "neon")]
    #[inline]
    unsafe fn sums<const T: usize>(panel: &[PanelPair], tile: &[TilePair]) -> [[i32; PANEL]; T] {
        // Those of six rows fill 24 registers of 32.
        let mut sums = [[vdupq_n_s32(0); 4]; T];
        for (codes, x) in panel.iter().zip(tile) {
            // SAFETY: two codes for each of eight rows are two registers, which take them apart by columns.
            let (upper, lower) = unsafe { (vld2q_s16(codes.as_ptr().cast()), vld2q_s16(codes[8..].as_ptr().cast())) };
            for (row, sums) in sums.iter_mut().enumerate() {
                // SAFETY: a pair of codes is as large as an i32.
                let x = unsafe { x[row].as_ptr().cast::<i32>().read_unaligned() };
                let x = vreinterpret_s16_s32(vdup_n_s32(x));
                sums[0] = vmlal_lane_s16::<0>(sums[0], vget_low_s16(upper.0), x);
                sums[1] = vmlal_high_lane_s16::<0>(sums[1], upper.0, x);
                sums[2] = vmlal_lane_s16::<0>(sums[2], vget_low_s16(lower.0), x);
                sums[3] = vmlal_high_lane_s16::<0>(sums[3], lower.0, x);
                sums[0] = vmlal_lane_s16::<1>(sums[0], vget_low_s16(upper.1), x);
                sums[1] = vmlal_high_lane_s16::<1>(sums[1], upper.1, x);
                sums[2] = vmlal_lane_s16::<1>(sums[2], vget_low_s16(lower.1), x);
                sums[3] = vmlal_high_lane_s16::<1>(sums[3], lower.1, x);
            }
        }
        let mut numbers = [[0; PANEL]; T];
        for (numbers, sum) in numbers.as_flattened_mut().as_chunks_mut::<4>().0.iter_mut().zip(sums.as_flattened()) {
            // SAFETY: four numbers are a register.
            unsafe { vst1q_s32(numbers.as_mut_ptr(), *sum) };
        }
        numbers
    }
}
