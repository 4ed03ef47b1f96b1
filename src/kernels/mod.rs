//! Integer products for each instruction set: the only `unsafe` of this crate.
//!
//! Here, dot products of int8 rows and of packed rows with an i16 query; in [`rowwise`], products with a network's
//! matrices; in [`float`], what it does in between.
//!
//! All kernels give the same i32, equal to [`scalar`]'s to the bit: products of an i8 and an i16, taken in pairs, fit an
//! i32, and sums wrap around alike everywhere. (They do not wrap at all for codes within the bounds of
//! [`crate::vector::quantise`].) Rows are bytes in two's complement, because that is what an index holds.
//!
//! x86-64 is asked at run time whether it has AVX2, and for a network's loops AVX-512 (the answers are cached by the standard
//! library); simd128 and NEON are decided when compiling.

pub mod float;
mod instructions;
pub mod rowwise;
pub mod scalar;

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm32;
#[cfg(target_arch = "x86_64")]
mod x86_64;

pub use instructions::Instructions;

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

/// The levels of 4-bit codes: those of least squared error for a normal distribution (J. Max, "Quantizing for minimum
/// distortion", 1960, table I, N = 16), in steps of σ / 46.47, so that the outermost is ±127.
pub const FINE_LEVELS: [i8; 16] = [-127, -96, -75, -58, -44, -31, -18, -6, 6, 18, 31, 44, 58, 75, 96, 127];

/// The levels of 2-bit codes (the same table, N = 4) in the same steps; the rest pads it to a register.
pub const COARSE_LEVELS: [i8; 16] = [-70, -21, 21, 70, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// Dimensions that share sixteen bytes of 4-bit codes: byte `i` has dimension `i` in its low half, `16 + i` in its high.
pub const FINE_BLOCK: usize = 32;

/// Dimensions that share sixteen bytes of 2-bit codes: byte `i` has dimensions `i`, `16 + i`, `32 + i`, `48 + i`, low
/// bits first.
pub const COARSE_BLOCK: usize = 64;

/// The bytes of a packed row of `fine` 4-bit and `coarse` 2-bit codes.
pub const fn packed_bytes(fine: usize, coarse: usize) -> usize {
    fine / 2 + coarse / 4
}

/// The dot product of each of `sums.len()` packed rows with a query, written to `sums`: the first `fine` numbers of the
/// query meet the levels of 4-bit codes, the others those of 2-bit codes, which follow them in each row.
///
/// # Panics
/// If `fine` or the rest is not whole blocks, if there is neither, or if `rows` is not exactly that many rows.
pub fn packed_dots(rows: &[u8], fine: usize, query: &[i16], sums: &mut [i32]) {
    let coarse = query.len().checked_sub(fine).expect("the fine codes are part of the query");
    assert!(!query.is_empty() && fine.is_multiple_of(FINE_BLOCK) && coarse.is_multiple_of(COARSE_BLOCK));
    assert_eq!(
        Some(rows.len()),
        packed_bytes(fine, coarse).checked_mul(sums.len()),
        "rows must be of the query's shape"
    );
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: AVX2 was detected in this line's condition.
        return unsafe { x86_64::packed_dots(rows, fine, query, sums) };
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: every aarch64 target of Rust's that has `std` has NEON.
    return unsafe { aarch64::packed_dots(rows, fine, query, sums) };
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    return wasm32::packed_dots(rows, fine, query, sums);
    #[cfg(not(any(target_arch = "aarch64", all(target_arch = "wasm32", target_feature = "simd128"))))]
    scalar::packed_dots(rows, fine, query, sums)
}
