//! Scalar quantisation: a vector as small integers and one scale.
//!
//! Symmetric, one scale to a vector: `x ≈ scale · code` with `scale = max|x| / BOUND` and codes rounded half away from
//! zero. Hence the law `|x − scale · code| ≤ scale / 2` for every component. Rows are bounded to ±127 because they are
//! what is stored and downloaded; a query exists once, so its codes get 12 bits and its error drowns in the rows'.

use crate::{Error, ErrorKind, Result};

/// The greatest code of a stored row: int8 without −128, so that the codes are symmetric.
pub const ROW_BOUND: i16 = 127;

/// The greatest code of a query.
pub const QUERY_BOUND: i16 = 2047;

/// The most dimensions that a vector may have.
///
/// A sum of products is held in an i32. Even a damaged row, whose codes may be −128, stays within
/// 4096 · 128 · 2047 = 1,073,217,536, half of `i32::MAX` = 2,147,483,647.
pub const MAX_DIMS: usize = 4096;

/// Vectors are of unit length or shorter; what rounding in an encoder adds is forgiven up to here.
const MAX_LENGTH: f32 = 1.01;

/// The greatest scale that a row can have: all of its length in one component.
pub(super) const MAX_ROW_SCALE: f32 = MAX_LENGTH / ROW_BOUND as f32;

/// A query's vector as integers, ready to be compared with rows.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryCodes {
    codes: Vec<i16>,
    scale: f32,
}

impl QueryCodes {
    /// Quantises a query's unit vector.
    ///
    /// A vector of zeros (a query without a known word) is allowed: its cosine with every row is 0.
    ///
    /// # Errors
    /// [`ErrorKind::Input`] if the vector is empty, has more than [`MAX_DIMS`] dimensions, holds NaN or an infinity,
    /// or is longer than 1.
    pub fn new(vector: &[f32]) -> Result<Self> {
        check_dims(vector.len())?;
        let mut codes = Vec::with_capacity(vector.len());
        let scale =
            quantise(vector, QUERY_BOUND, |code| codes.push(code)).map_err(|e| refuse("the query's vector", e))?;
        Ok(Self { codes, scale })
    }

    /// How many dimensions the vector has.
    pub fn dims(&self) -> usize {
        self.codes.len()
    }

    /// The codes, each within ±[`QUERY_BOUND`].
    pub fn codes(&self) -> &[i16] {
        &self.codes
    }

    /// What one step of a code is worth.
    pub fn scale(&self) -> f32 {
        self.scale
    }
}

/// Quantises one row: pushes its codes to `codes` as int8 in two's complement and returns its scale.
///
/// # Errors
/// [`ErrorKind::Input`] if the vector holds NaN or an infinity, or is longer than 1; `codes` is then unchanged.
pub fn quantise_row(vector: &[f32], codes: &mut Vec<u8>) -> Result<f32> {
    quantise(vector, ROW_BOUND, |code| codes.push(code as i8 as u8)).map_err(|e| refuse("a passage's vector", e))
}

/// Says whether vectors may have `dims` dimensions.
pub(super) fn check_dims(dims: usize) -> Result<()> {
    if (1..=MAX_DIMS).contains(&dims) {
        return Ok(());
    }
    let message = ["vectors of ", &dims.to_string(), " dimensions: 1 to ", &MAX_DIMS.to_string(), " are allowed"];
    Err(Error::new(ErrorKind::Input, message.concat()))
}

/// Hands each component's code to `push` and returns the scale, or says what is wrong before the first code.
fn quantise(vector: &[f32], bound: i16, mut push: impl FnMut(i16)) -> Result<f32, String> {
    if let Some(at) = vector.iter().position(|x| !x.is_finite()) {
        return Err("is not finite at dimension ".to_owned() + &at.to_string());
    }
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > MAX_LENGTH {
        return Err("is longer than 1".into());
    }
    let largest = vector.iter().fold(0f32, |largest, x| largest.max(x.abs()));
    let scale = largest / f32::from(bound);
    if scale < f32::MIN_POSITIVE {
        // Zeros, or so near to it that the scale would lose its digits.
        vector.iter().for_each(|_| push(0));
        return Ok(0.0);
    }
    // largest / scale may be a hair above the bound, but rounds to it.
    vector.iter().for_each(|x| push((x / scale).round() as i16));
    Ok(scale)
}

fn refuse(which: &str, problem: String) -> Error {
    Error::new(ErrorKind::Input, [which, " ", &problem].concat())
        .hint("an encoder must give finite vectors of unit length")
}
