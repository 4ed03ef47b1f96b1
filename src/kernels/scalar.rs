//! The obvious loop: for machines without a kernel of their own, and the twin that kernels are tested against.

use super::{COARSE_LEVELS, FINE_LEVELS};

/// The dot product of each of `sums.len()` rows with the query.
///
/// # Panics
/// If there are fewer rows.
pub fn dots(rows: &[u8], query: &[i16], sums: &mut [i32]) {
    for (row, sum) in sums.iter_mut().enumerate() {
        *sum = dot(&rows[row * query.len()..(row + 1) * query.len()], query);
    }
}

/// The dot product of one row with a query, as far as the shorter goes.
pub fn dot(row: &[u8], query: &[i16]) -> i32 {
    let products = row.iter().zip(query).map(|(&x, &y)| i32::from(x as i8) * i32::from(y));
    products.fold(0, i32::wrapping_add)
}

/// The dot product of each of `sums.len()` packed rows with the query; [`super::packed_dots`] says how they are packed.
///
/// # Panics
/// If there are fewer rows.
pub fn packed_dots(rows: &[u8], fine: usize, query: &[i16], sums: &mut [i32]) {
    let bytes = super::packed_bytes(fine, query.len() - fine);
    for (row, sum) in sums.iter_mut().enumerate() {
        let (nibbles, crumbs) = rows[row * bytes..(row + 1) * bytes].split_at(fine / 2);
        *sum = unpacked::<4>(nibbles, &FINE_LEVELS, &query[..fine]).wrapping_add(unpacked::<2>(
            crumbs,
            &COARSE_LEVELS,
            &query[fine..],
        ));
    }
}

/// The dot product of codes of `BITS` bits each with as many numbers.
fn unpacked<const BITS: usize>(codes: &[u8], levels: &[i8; 16], query: &[i16]) -> i32 {
    let mut sum = 0i32;
    for (codes, query) in codes.chunks_exact(16).zip(query.chunks_exact(16 * (8 / BITS))) {
        for (at, &y) in query.iter().enumerate() {
            let code = codes[at % 16] >> (at / 16 * BITS) & ((1 << BITS) - 1);
            sum = sum.wrapping_add(i32::from(levels[code as usize]) * i32::from(y));
        }
    }
    sum
}
