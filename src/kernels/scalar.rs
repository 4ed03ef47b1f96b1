//! The obvious loop: for machines without a kernel of their own, and the twin that kernels are tested against.

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
