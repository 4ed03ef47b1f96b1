//! Packed rows: a projected vector in 4 bits for its leading dimensions, 2 bits for the others, and one scale.
//!
//! A [`Projection`](super::Projection) puts most of the variance into the leading (*fine*) dimensions and turns both groups at
//! random, so that within a group all dimensions have like variance and a nearly normal distribution. Hence one scale to a
//! row, one fixed `ratio` between the groups, and the levels that are best for a normal distribution
//! ([`kernels::FINE_LEVELS`], [`kernels::COARSE_LEVELS`]). How the bits came to be spread so: docs/vectors.md.
//!
//! `x ≈ scale · level` in the fine dimensions and `ratio · scale · level` in the coarse ones. The query's numbers are
//! multiplied by `ratio` instead ([`RowCode::query`]), so that one integer sum serves both.

use super::QueryCodes;
use crate::bytes::{Reader, Writer};
use crate::kernels::{self, COARSE_BLOCK, COARSE_LEVELS, FINE_BLOCK, FINE_LEVELS};
use crate::{Error, ErrorKind, Result};

/// Levels' steps in one standard deviation.
const STEPS: f32 = 46.47;

/// Rounds of choosing codes for a scale and the best scale for the codes; the error hardly falls after the third.
const ROUNDS: usize = 4;

/// How rows are packed: how many dimensions get how many bits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RowCode {
    fine: usize,
    coarse: usize,
    ratio: f32,
}

impl RowCode {
    /// The code of `fine` dimensions in 4 bits, then `coarse` in 2 bits, whose deviation is `ratio` times the fine ones'.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] if `fine` is not a multiple of 32, `coarse` not one of 64, there are none or more than
    /// [`super::MAX_DIMS`], or `ratio` is not above 0 and at most 1.
    pub fn new(fine: usize, coarse: usize, ratio: f32) -> Result<Self> {
        let dims = fine.saturating_add(coarse);
        let whole = fine.is_multiple_of(FINE_BLOCK) && coarse.is_multiple_of(COARSE_BLOCK);
        let shaped = whole && (1..=super::MAX_DIMS).contains(&dims);
        if !(shaped && ratio > 0.0 && ratio <= 1.0) {
            return Err(damaged("rows are packed in a way that this build doesn't know"));
        }
        Ok(Self { fine, coarse, ratio })
    }

    /// The code of that shape whose ratio is that of the deviations in `vectors`.
    #[cfg(feature = "native")]
    pub fn fit<V: AsRef<[f32]>>(fine: usize, coarse: usize, vectors: &[V]) -> Result<Self> {
        let mean_square = |range: std::ops::Range<usize>| {
            let count = (vectors.len() * range.len()).max(1) as f64;
            let squares = vectors.iter().flat_map(|vector| &vector.as_ref()[range.clone()]);
            squares.map(|&x| f64::from(x) * f64::from(x)).sum::<f64>() / count
        };
        let ratio = (mean_square(fine..fine + coarse) / mean_square(0..fine).max(f64::MIN_POSITIVE)).sqrt() as f32;
        Self::new(fine, coarse, ratio.clamp(0.01, 1.0))
    }

    /// How many dimensions a vector has.
    pub fn dims(&self) -> usize {
        self.fine + self.coarse
    }

    /// How many of them have 4 bits.
    pub fn fine(&self) -> usize {
        self.fine
    }

    /// How many have 2 bits.
    pub fn coarse(&self) -> usize {
        self.coarse
    }

    /// What the coarse dimensions' deviation is of the fine ones'.
    pub fn ratio(&self) -> f32 {
        self.ratio
    }

    /// The bytes of one row's codes, without its scale.
    pub fn bytes(&self) -> usize {
        kernels::packed_bytes(self.fine, self.coarse)
    }

    /// Appends a vector's codes and returns their scale, which has at most 16 significant bits ([`scale_bits`]).
    ///
    /// Codes and scale are chosen in turn so that the squared error is least (Lloyd's iteration).
    ///
    /// # Errors
    /// [`ErrorKind::Input`] if the vector has other dimensions, or holds NaN or an infinity.
    pub fn encode(&self, vector: &[f32], codes: &mut Vec<u8>) -> Result<f32> {
        if vector.len() != self.dims() {
            let message = format!("a vector of {} dimensions, rows have {}", vector.len(), self.dims());
            return Err(Error::new(ErrorKind::Input, message));
        }
        if let Some(at) = vector.iter().position(|x| !x.is_finite()) {
            let message = format!("a vector holds {} at dimension {at}", vector[at]);
            return Err(Error::new(ErrorKind::Input, message).hint("an encoder must give finite vectors"));
        }
        let weights = |at: usize| if at < self.fine { 1.0 } else { self.ratio };
        let levels = |at: usize| if at < self.fine { &FINE_LEVELS[..] } else { &COARSE_LEVELS[..4] };
        let square: f32 = vector.iter().enumerate().map(|(at, x)| (x / weights(at)).powi(2)).sum();
        let mut scale = (square / vector.len() as f32).sqrt() / STEPS;
        if scale < 1e-12 {
            scale = 0.0;
        }
        let choose = |scale: f32, at: usize| {
            if scale > 0.0 { nearest(levels(at), vector[at] / (weights(at) * scale)) } else { 0 }
        };
        for _ in 0..ROUNDS {
            let (mut product, mut square) = (0.0, 0.0);
            for (at, x) in vector.iter().enumerate() {
                let level = f32::from(levels(at)[choose(scale, at)]) * weights(at);
                product += x * level;
                square += level * level;
            }
            scale = from_bits(scale_bits(if scale > 0.0 { (product / square).max(0.0) } else { 0.0 }));
        }
        let start = codes.len();
        codes.resize(start + self.bytes(), 0);
        for at in 0..vector.len() {
            let (byte, shift) = self.place(at);
            codes[start + byte] |= (choose(scale, at) as u8) << shift;
        }
        Ok(scale)
    }

    /// The vector that codes and scale stand for.
    ///
    /// # Panics
    /// If `codes` is not one row's.
    pub fn decode(&self, codes: &[u8], scale: f32) -> Vec<f32> {
        assert_eq!(codes.len(), self.bytes(), "one row's codes");
        let level = |at: usize| {
            let (byte, shift) = self.place(at);
            let code = codes[byte] >> shift;
            match at < self.fine {
                true => f32::from(FINE_LEVELS[usize::from(code & 15)]) * scale,
                false => f32::from(COARSE_LEVELS[usize::from(code & 3)]) * (scale * self.ratio),
            }
        };
        (0..self.dims()).map(level).collect()
    }

    /// A query's projected vector, ready to be compared with rows of this code.
    ///
    /// # Errors
    /// As [`QueryCodes::new`]; [`ErrorKind::Usage`] if it has other dimensions.
    pub fn query(&self, vector: &[f32]) -> Result<QueryCodes> {
        if vector.len() != self.dims() {
            let (theirs, ours) = (vector.len().to_string(), self.dims().to_string());
            let message = ["a query's vector of ", &theirs, " dimensions, rows have ", &ours];
            return Err(Error::new(ErrorKind::Usage, message.concat()).hint("project it as the index says"));
        }
        let mut weighted = vector.to_vec();
        weighted[self.fine..].iter_mut().for_each(|x| *x *= self.ratio);
        QueryCodes::new(&weighted)
    }

    /// Writes what says how rows are packed.
    ///
    /// ```text
    /// code := fine coarse ratio[4]      dimensions in 4 and in 2 bits, ratio of the deviations (f32)
    /// ```
    pub(crate) fn write(self, out: &mut Writer) {
        out.count(self.fine);
        out.count(self.coarse);
        out.float(self.ratio);
    }

    /// Reads what [`RowCode::write`] wrote.
    pub(crate) fn read(reader: &mut Reader) -> Result<Self> {
        let [fine, coarse] = [reader.small()? as usize, reader.small()? as usize];
        Self::new(fine, coarse, reader.float()?)
    }

    /// The byte of a dimension's code within its row, and the code's lowest bit there.
    fn place(&self, at: usize) -> (usize, usize) {
        match at.checked_sub(self.fine) {
            None => (at / FINE_BLOCK * 16 + at % 16, at % FINE_BLOCK / 16 * 4),
            Some(at) => (self.fine / 2 + at / COARSE_BLOCK * 16 + at % 16, at % COARSE_BLOCK / 16 * 2),
        }
    }
}

/// The place of the level nearest to `x`.
fn nearest(levels: &[i8], x: f32) -> usize {
    levels.windows(2).filter(|pair| x > (f32::from(pair[0]) + f32::from(pair[1])) / 2.0).count()
}

/// A scale in 16 bits: an f32 without its sign and the last 15 bits of its fraction, rounded.
pub fn scale_bits(scale: f32) -> u16 {
    ((scale.to_bits() + 0x4000) >> 15) as u16
}

/// The scale that 16 bits stand for.
pub fn from_bits(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 15)
}

#[cold]
#[inline(never)]
fn damaged(message: &str) -> Error {
    Error::new(ErrorKind::Damaged, message).hint("rebuild the index with this version of bifocal")
}
