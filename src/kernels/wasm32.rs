//! simd128: eight products to an `i32x4.dot_i16x8_s`.

use std::arch::wasm32::*;

use super::{COARSE_BLOCK, COARSE_LEVELS, FINE_BLOCK, FINE_LEVELS, packed_bytes, scalar};

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

/// The dot product of each of `sums.len()` packed rows with the query, of whole blocks.
pub fn packed_dots(rows: &[u8], fine: usize, query: &[i16], sums: &mut [i32]) {
    let (fine_query, coarse_query) = query.split_at(fine);
    let rows = rows.chunks_exact(packed_bytes(fine, coarse_query.len()));
    for (row, sum) in rows.zip(sums) {
        let (nibbles, crumbs) = row.split_at(fine / 2);
        let fine = unpacked::<4, FINE_BLOCK>(nibbles, &FINE_LEVELS, fine_query);
        let coarse = unpacked::<2, COARSE_BLOCK>(crumbs, &COARSE_LEVELS, coarse_query);
        *sum = add_lanes(i32x4_add(fine, coarse));
    }
}

fn unpacked<const BITS: u32, const BLOCK: usize>(codes: &[u8], levels: &[i8; 16], query: &[i16]) -> v128 {
    // SAFETY: sixteen bytes.
    let levels = unsafe { v128_load(levels.as_ptr().cast()) };
    let mask = u8x16_splat((1 << BITS) - 1);
    let mut sum = i32x4_splat(0);
    for (codes, query) in codes.chunks_exact(16).zip(query.chunks_exact(BLOCK)) {
        // SAFETY: the chunk has sixteen bytes.
        let mut packed = unsafe { v128_load(codes.as_ptr().cast()) };
        for query in query.chunks_exact(16) {
            let y: *const v128 = query.as_ptr().cast();
            // SAFETY: the chunk has sixteen numbers of two bytes: two registers.
            let (low, high) = unsafe { (v128_load(y), v128_load(y.add(1))) };
            let x = i8x16_swizzle(levels, v128_and(packed, mask));
            sum = i32x4_add(sum, i32x4_dot_i16x8(i16x8_extend_low_i8x16(x), low));
            sum = i32x4_add(sum, i32x4_dot_i16x8(i16x8_extend_high_i8x16(x), high));
            packed = u8x16_shr(packed, BITS);
        }
    }
    sum
}
