//! NEON: four products to an `smlal`.

use std::arch::aarch64::*;

use super::scalar;

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
