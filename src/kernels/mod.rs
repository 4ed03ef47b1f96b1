//! Integer products for each instruction set: the only `unsafe` of this crate.
//!
//! Here, dot products of int8 rows with an i16 query; in [`matmul`], those of a network's matrices.
//!
//! All kernels give the same i32, equal to [`scalar`]'s to the bit: products of an i8 and an i16, taken in pairs, fit an
//! i32, and sums wrap around alike everywhere. (They do not wrap at all for codes within the bounds of
//! [`crate::vector::quantise`].) Rows are bytes in two's complement, because that is what an index holds.
//!
//! x86-64 is asked at run time whether it has AVX2 (the answer is cached by the standard library); simd128 and NEON are
//! decided when compiling.

pub mod matmul;
pub mod scalar;

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm32;
#[cfg(target_arch = "x86_64")]
mod x86_64;

/// The dot product of one row with a query.
///
/// # Panics
/// If they differ in length.
pub fn dot(row: &[u8], query: &[i16]) -> i32 {
    let mut sum = [0];
    dots(row, query, &mut sum);
    sum[0]
}

/// The dot product of each of `sums.len()` rows with a query, written to `sums`.
///
/// # Panics
/// If `rows` is not exactly that many rows of the query's length.
pub fn dots(rows: &[u8], query: &[i16], sums: &mut [i32]) {
    assert_eq!(Some(rows.len()), query.len().checked_mul(sums.len()), "rows must be of the query's length");
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: AVX2 was detected in this line's condition, and the assertion above holds.
        return unsafe { x86_64::dots(rows, query, sums) };
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: every aarch64 target of Rust's that has `std` has NEON, and the assertion above holds.
    return unsafe { aarch64::dots(rows, query, sums) };
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    // SAFETY: simd128 is on in this build, and the assertion above holds.
    return unsafe { wasm32::dots(rows, query, sums) };
    #[cfg(not(any(target_arch = "aarch64", all(target_arch = "wasm32", target_feature = "simd128"))))]
    scalar::dots(rows, query, sums)
}
