//! simd128: eight products to an `i32x4.dot_i16x8_s`.

use std::arch::wasm32::*;

use super::scalar;

/// Rows that share each load of the query. Four are a third slower once the table is out of the cache.
const TOGETHER: usize = 2;

/// Components taken at a time.
const LANES: usize = 16;

/// The dot product of each of `sums.len()` rows with the query.
///
/// # Safety
/// `rows.len()` is `query.len() * sums.len()`.
pub unsafe fn dots(rows: &[u8], query: &[i16], sums: &mut [i32]) {
    let dims = query.len();
    let (blocks, rest) = sums.as_chunks_mut();
    for (block, sums) in blocks.iter_mut().enumerate() {
        // SAFETY: block < blocks.len(), so TOGETHER rows start here.
        *sums = unsafe { block_of::<TOGETHER>(&rows[block * TOGETHER * dims..], query) };
    }
    let done = blocks.len() * TOGETHER;
    for (row, sum) in (done..).zip(rest) {
        // SAFETY: row < sums.len(), so a row starts here.
        [*sum] = unsafe { block_of::<1>(&rows[row * dims..], query) };
    }
}

/// The dot products of the first `R` rows.
///
/// # Safety
/// `rows.len()` is at least `R * query.len()`.
#[inline]
unsafe fn block_of<const R: usize>(rows: &[u8], query: &[i16]) -> [i32; R] {
    let dims = query.len();
    let whole = dims - dims % LANES;
    let mut sums = [i32x4_splat(0); R];
    for at in (0..whole).step_by(LANES) {
        let y: *const v128 = query[at..].as_ptr().cast();
        // SAFETY: at + LANES <= whole <= dims, the length of the query.
        let (low, high) = unsafe { (v128_load(y), v128_load(y.add(1))) };
        for (row, sum) in sums.iter_mut().enumerate() {
            // SAFETY: row < R and at + LANES <= dims, so this is within the R rows that the caller promises.
            let x = unsafe { v128_load(rows.as_ptr().add(row * dims + at).cast()) };
            *sum = i32x4_add(*sum, i32x4_dot_i16x8(i16x8_extend_low_i8x16(x), low));
            *sum = i32x4_add(*sum, i32x4_dot_i16x8(i16x8_extend_high_i8x16(x), high));
        }
    }
    let mut row = 0;
    sums.map(|sum| {
        let tail = scalar::dot(&rows[row * dims + whole..(row + 1) * dims], &query[whole..]);
        row += 1;
        add_lanes(sum).wrapping_add(tail)
    })
}

fn add_lanes(sum: v128) -> i32 {
    let two = i32x4_add(sum, i32x4_shuffle::<2, 3, 0, 1>(sum, sum));
    i32x4_extract_lane::<0>(two).wrapping_add(i32x4_extract_lane::<1>(two))
}
