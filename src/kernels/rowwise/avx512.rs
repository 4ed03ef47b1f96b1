//! AVX-512 with VNNI: sixteen rows of a matrix with six rows of activations at a time, two columns to a `vpdpwssd`.

use std::arch::x86_64::*;

use super::tiles::{self, InstructionSet, PanelPair, TilePair};
use super::{PANEL, Packed, Panels};

/// As [`super::matmul`].
///
/// # Safety
/// The machine has AVX-512 F and VNNI.
#[target_feature(enable = "avx512f,avx512vnni")]
pub unsafe fn matmul(weights: &Panels, x: &Packed, out: &mut [f32]) {
    // SAFETY: the caller's promise.
    unsafe { tiles::matmul::<Vnni>(weights, x, out) }
}

struct Vnni;

impl InstructionSet for Vnni {
    #[target_feature(enable = "avx512f,avx512vnni")]
    #[inline]
    unsafe fn sums<const T: usize>(panel: &[PanelPair], tile: &[TilePair]) -> [[i32; PANEL]; T] {
        // Every other pair is added up apart: a sum waits four cycles for the one before, and there may be few rows.
        let mut sums = [[_mm512_setzero_si512(); T]; 2];
        let ((panels, last_panel), (tiles, last_tile)) = (panel.as_chunks::<2>(), tile.as_chunks::<2>());
        for (panel, tile) in panels.iter().zip(tiles) {
            for (sums, (codes, x)) in sums.iter_mut().zip(panel.iter().zip(tile)) {
                add(sums, codes, x);
            }
        }
        for (codes, x) in last_panel.iter().zip(last_tile) {
            add(&mut sums[0], codes, x);
        }
        let mut numbers = [[0; PANEL]; T];
        for (numbers, (even, odd)) in numbers.iter_mut().zip(sums[0].iter().zip(&sums[1])) {
            // SAFETY: sixteen numbers are a register.
            unsafe { _mm512_storeu_si512(numbers.as_mut_ptr().cast(), _mm512_add_epi32(*even, *odd)) };
        }
        numbers
    }
}

/// Adds the products of one pair of columns.
#[target_feature(enable = "avx512f,avx512vnni")]
#[inline]
fn add<const T: usize>(sums: &mut [__m512i; T], codes: &PanelPair, x: &TilePair) {
    // SAFETY: two codes for each of sixteen rows are a register.
    let codes = unsafe { _mm512_loadu_si512(codes.as_ptr().cast()) };
    for (row, sum) in sums.iter_mut().enumerate() {
        // SAFETY: a pair of codes is as large as an i32.
        let x = unsafe { x[row].as_ptr().cast::<i32>().read_unaligned() };
        *sum = _mm512_dpwssd_epi32(*sum, codes, _mm512_set1_epi32(x));
    }
}
