//! How codes lie in the words that kernels multiply.

use super::{Digits, High, Precision, TOGETHER};
use crate::kernels::instructions::{Instructions, Set};

/// What a word of four bytes holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Two columns in i16, whose products are added in pairs. High digits are part of the codes.
    Pairs,
    /// Four columns, in i8 of a matrix and in 7 bits of activations.
    Quads,
}

impl Layout {
    /// The layout that there is a kernel for.
    pub fn of(instructions: Instructions, precision: Precision) -> Self {
        match (precision, instructions.set()) {
            (Precision::Fine, _) | (_, Set::Plain) => Self::Pairs,
            #[cfg(target_arch = "aarch64")]
            (_, Set::Neon) => Self::Pairs,
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(target_feature = "relaxed-simd")))]
            (_, Set::Simd128) => Self::Pairs,
            #[allow(unreachable_patterns, reason = "some targets have no others")]
            _ => Self::Quads,
        }
    }

    /// Columns that share a word.
    pub fn columns(self) -> usize {
        match self {
            Self::Pairs => 2,
            Self::Quads => 4,
        }
    }

    /// The word of the first codes of a matrix's row.
    pub fn word(self, codes: &[i16]) -> i32 {
        match self {
            Self::Pairs => pair([codes[0], codes[1]]),
            Self::Quads => quad([codes[0], codes[1], codes[2], codes[3]].map(|code| code as u8)),
        }
    }

    /// Code `at` of a word.
    pub fn code(self, word: i32, at: usize) -> i32 {
        match self {
            Self::Pairs => (word >> (16 * at)) as i16 as i32,
            Self::Quads => (word >> (8 * at)) as i8 as i32,
        }
    }

    /// Lays out the digits of a tile's rows.
    pub fn interleave(self, low: &[u8], high: &[i8], words: &mut [[i32; TOGETHER]], beside: &mut High) {
        let columns = low.len() / TOGETHER;
        let low_of: [&[u8]; TOGETHER] = std::array::from_fn(|row| &low[row * columns..][..columns]);
        match self {
            Self::Quads => {
                spread(low_of.map(|row| row.as_chunks().0), words, |&codes| quad(codes));
                high.chunks_exact(columns).enumerate().for_each(|(row, digits)| beside.take(row, digits));
            }
            Self::Pairs => {
                let high_of: [&[i8]; TOGETHER] = std::array::from_fn(|row| &high[row * columns..][..columns]);
                let code = |row: usize, at: usize| i16::from(low_of[row][at]) + 128 * i16::from(high_of[row][at]);
                for (group, words) in words.iter_mut().enumerate() {
                    for (row, word) in words.iter_mut().enumerate() {
                        *word = pair([code(row, group * 2), code(row, group * 2 + 1)]);
                    }
                }
            }
        }
    }
}

/// Lays out the codes of a tile's rows.
pub fn interleave_pairs(codes: &[i16], words: &mut [[i32; TOGETHER]]) {
    let columns = codes.len() / TOGETHER;
    let rows: [&[i16]; TOGETHER] = std::array::from_fn(|row| &codes[row * columns..][..columns]);
    spread(rows.map(|row| row.as_chunks().0), words, |&codes| pair(codes));
}

fn spread<G>(rows: [&[G]; TOGETHER], words: &mut [[i32; TOGETHER]], word: impl Fn(&G) -> i32) {
    let rows = rows.map(|row| &row[..words.len()]);
    for (group, words) in words.iter_mut().enumerate() {
        words.iter_mut().zip(rows).for_each(|(out, row)| *out = word(&row[group]));
    }
}

fn pair(codes: [i16; 2]) -> i32 {
    i32::from(codes[0] as u16) | i32::from(codes[1]) << 16
}

fn quad(codes: [u8; 4]) -> i32 {
    i32::from_le_bytes(codes)
}

impl High {
    /// Takes the high digits of a row.
    fn take(&mut self, row: usize, digits: &[i8]) {
        let [mut negative, mut positive] = [0; 2];
        // Nearly all are 0, which is seen faster in a number of sixteen bytes.
        for (block, digits) in digits.chunks(16).enumerate() {
            if digits.first_chunk() == Some(&[0; 16]) {
                continue;
            }
            for (column, &digit) in (block * 16..).zip(digits) {
                let (steps, next) = match digit {
                    0 => continue,
                    ..0 => (&mut self.negative, &mut negative),
                    1.. => (&mut self.positive, &mut positive),
                };
                if *next == steps.len() {
                    steps.push(Default::default());
                }
                let word = i32::from(digit.unsigned_abs()) << (8 * (column % 4));
                steps[*next][row] = Digits { group: (column / 4) as u32, word };
                *next += 1;
            }
        }
    }
}
