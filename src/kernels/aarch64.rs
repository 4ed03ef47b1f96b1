//! NEON: four products to an `smlal`.

use std::arch::aarch64::*;

use super::{COARSE_BLOCK, COARSE_LEVELS, FINE_BLOCK, FINE_LEVELS, packed_bytes, scalar};

/// Components taken at a time.
const LANES: usize = 16;

/// The dot product of each of `sums.len()` rows with the query.
///
/// # Safety
/// The machine has NEON, and `rows.len()` is `query.len() * sums.len()`.
#[target_feature(enable = "neon")]
pub unsafe fn dots(rows: &[u8], query: &[i16], sums: &mut [i32]) {
    let dims = query.len();
    for (row, sum) in sums.iter_mut().enumerate() {
        *sum = dot(&rows[row * dims..(row + 1) * dims], query);
    }
}

#[target_feature(enable = "neon")]
fn dot(row: &[u8], query: &[i16]) -> i32 {
    let whole = query.len() - query.len() % LANES;
    let mut low = vdupq_n_s32(0);
    let mut high = vdupq_n_s32(0);
    for (x, y) in row.chunks_exact(LANES).zip(query.chunks_exact(LANES)) {
        // SAFETY: both chunks have LANES components: 16 bytes, and two times 16 bytes.
        let (x, y0, y1) = unsafe { (vld1q_s8(x.as_ptr().cast()), vld1q_s16(y.as_ptr()), vld1q_s16(y[8..].as_ptr())) };
        let (x0, x1) = (vmovl_s8(vget_low_s8(x)), vmovl_high_s8(x));
        low = vmlal_s16(low, vget_low_s16(x0), vget_low_s16(y0));
        high = vmlal_high_s16(high, x0, y0);
        low = vmlal_s16(low, vget_low_s16(x1), vget_low_s16(y1));
        high = vmlal_high_s16(high, x1, y1);
    }
    vaddvq_s32(vaddq_s32(low, high)).wrapping_add(scalar::dot(&row[whole..], &query[whole..]))
}

/// The dot product of each of `sums.len()` packed rows with the query, of whole blocks.
///
/// # Safety
/// The machine has NEON.
#[target_feature(enable = "neon")]
pub unsafe fn packed_dots(rows: &[u8], fine: usize, query: &[i16], sums: &mut [i32]) {
    let (fine_query, coarse_query) = query.split_at(fine);
    let rows = rows.chunks_exact(packed_bytes(fine, coarse_query.len()));
    for (row, sum) in rows.zip(sums) {
        let (nibbles, crumbs) = row.split_at(fine / 2);
        let fine = unpacked::<4, FINE_BLOCK>(nibbles, &FINE_LEVELS, fine_query);
        let coarse = unpacked::<2, COARSE_BLOCK>(crumbs, &COARSE_LEVELS, coarse_query);
        *sum = vaddvq_s32(vaddq_s32(fine, coarse));
    }
}

#[target_feature(enable = "neon")]
fn unpacked<const BITS: i32, const BLOCK: usize>(codes: &[u8], levels: &[i8; 16], query: &[i16]) -> int32x4_t {
    // SAFETY: sixteen bytes.
    let levels = unsafe { vld1q_s8(levels.as_ptr()) };
    let mask = vdupq_n_u8((1 << BITS) - 1);
    let mut sum = vdupq_n_s32(0);
    for (codes, query) in codes.chunks_exact(16).zip(query.chunks_exact(BLOCK)) {
        // SAFETY: the chunk has sixteen bytes.
        let mut packed = unsafe { vld1q_u8(codes.as_ptr()) };
        for query in query.chunks_exact(16) {
            // SAFETY: the chunk has two times eight numbers.
            let (y0, y1) = unsafe { (vld1q_s16(query.as_ptr()), vld1q_s16(query[8..].as_ptr())) };
            let x = vqtbl1q_s8(levels, vandq_u8(packed, mask));
            let (x0, x1) = (vmovl_s8(vget_low_s8(x)), vmovl_high_s8(x));
            sum = vmlal_s16(sum, vget_low_s16(x0), vget_low_s16(y0));
            sum = vmlal_high_s16(sum, x0, y0);
            sum = vmlal_s16(sum, vget_low_s16(x1), vget_low_s16(y1));
            sum = vmlal_high_s16(sum, x1, y1);
            packed = vshrq_n_u8::<BITS>(packed);
        }
    }
    sum
}
