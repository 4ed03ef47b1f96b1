//! Packed numbers: GGML's blocks of 32 small codes with a scale, rows of them with a scale, and half floats.
//!
//! ```text
//! q8_0   d[f16] code[32 × i8]                          x = d · code
//! q4_0   d[f16] nibbles[16]                            x = d · (code − 8)
//! q4_1   d[f16] m[f16] nibbles[16]                     x = d · code + m
//! q5_0   d[f16] fifth[u32] nibbles[16]                 x = d · (code − 16)
//! q5_1   d[f16] m[f16] fifth[u32] nibbles[16]          x = d · code + m
//! i8     code[i8]                                      x = d · code, with the row's d in another tensor
//! ```
//! The low nibble of byte `j` is number `j`, the high one number `j + 16`; bit `j` of `fifth` is the fifth bit of number `j`.

use super::gguf::Kind;
use super::tensor::Tensor;
use crate::kernels::Instructions;
use crate::kernels::rowwise::{BOUND, Panels};

/// Numbers that share a scale.
const BLOCK: usize = 32;

/// A matrix in codes of up to 8 bits, so many of which share a scale: less than a third of its numbers' size, for looking up rows.
pub(super) struct Blocks {
    columns: usize,
    /// Columns that share a scale: 32 of them or all.
    sharing: usize,
    codes: Vec<i8>,
    scales: Vec<f32>,
}

impl Blocks {
    pub(super) fn rows(&self) -> usize {
        self.codes.len() / self.columns
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// The matrix for products with the same codes, if each row has one scale and they fit.
    ///
    /// # Errors
    /// The same matrix, if not.
    pub(super) fn coded(self) -> Result<Panels, Self> {
        let fits = self.sharing == self.columns
            && Panels::fits(self.rows(), self.columns)
            && self.codes.iter().all(|code| code.unsigned_abs() <= BOUND as u8);
        match fits {
            true => Ok(Panels::coarse(Instructions::best(), &self.codes, self.scales, self.columns)),
            false => Err(self),
        }
    }

    /// Writes row `row` to `out`.
    ///
    /// # Panics
    /// If there is no such row, or `out` is not as long as it.
    pub(super) fn row(&self, row: usize, out: &mut [f32]) {
        assert_eq!(out.len(), self.columns, "room for another row");
        let codes = self.codes[row * self.columns..][..self.columns].chunks_exact(self.sharing);
        let scales = &self.scales[row * (self.columns / self.sharing)..];
        for ((out, codes), scale) in out.chunks_exact_mut(self.sharing).zip(codes).zip(scales) {
            out.iter_mut().zip(codes).for_each(|(out, &code)| *out = scale * f32::from(code));
        }
    }
}

/// Codes of 32 numbers: `x = scale · code + offset`.
struct Block {
    scale: f32,
    offset: f32,
    codes: [i8; BLOCK],
}

/// A tensor that is being read from its bytes, piece by piece.
pub(super) struct Unpacking {
    kind: Kind,
    dims: Vec<usize>,
    /// Those of its rows, where the bytes have none.
    scales: Vec<f32>,
    into: Form,
}

/// What a tensor becomes.
enum Form {
    Numbers(Vec<f32>),
    /// The same codes and scales as in the file.
    Blocks(Blocks),
}

impl Unpacking {
    /// Begins a tensor of `dims` numbers of `kind`, which is unpacked into numbers unless it is a matrix that `stays` packed. Blocks
    /// with minima are always unpacked. `scales` are those of the rows of whole numbers ([`Kind::I8`]), which are a matrix.
    pub(super) fn new(kind: Kind, dims: &[usize], mut scales: Vec<f32>, stays: bool) -> Self {
        let count = dims.iter().product();
        let into = match (dims, kind) {
            (&[_, columns], Kind::I8) if stays => {
                let (codes, scales) = (Vec::with_capacity(count), std::mem::take(&mut scales));
                Form::Blocks(Blocks { columns, sharing: columns, codes, scales })
            }
            (&[_, columns], Kind::Q8_0 | Kind::Q5_0 | Kind::Q4_0) if stays => {
                let (codes, scales) = (Vec::with_capacity(count), Vec::with_capacity(count / BLOCK));
                Form::Blocks(Blocks { columns, sharing: BLOCK, codes, scales })
            }
            _ => Form::Numbers(Vec::with_capacity(count)),
        };
        Self { kind, dims: dims.to_vec(), scales, into }
    }

    /// Bytes that belong together.
    pub(super) fn unit(&self) -> usize {
        self.kind.bytes()
    }

    /// Takes the next bytes, whole units; what goes beyond the tensor is the caller's fault.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        let units = bytes.chunks_exact(self.unit());
        match &mut self.into {
            Form::Blocks(blocks) if self.kind == Kind::I8 => {
                blocks.codes.extend(bytes.iter().map(|&byte| byte as i8));
            }
            Form::Blocks(blocks) => {
                for bytes in units {
                    let Block { scale, codes, .. } = block(self.kind, bytes);
                    blocks.codes.extend(codes);
                    blocks.scales.push(scale);
                }
            }
            Form::Numbers(numbers) => match self.kind {
                Kind::F32 => numbers.extend(bytes.as_chunks().0.iter().map(|&four| f32::from_le_bytes(four))),
                Kind::F16 => numbers.extend(bytes.as_chunks().0.iter().map(|&two| half(two))),
                Kind::BF16 => {
                    let upper = |&[low, high]: &[u8; 2]| f32::from_le_bytes([0, 0, low, high]);
                    numbers.extend(bytes.as_chunks().0.iter().map(upper));
                }
                Kind::I8 => {
                    for &byte in bytes {
                        let row = numbers.len() / self.dims[1];
                        numbers.push(self.scales[row] * f32::from(byte as i8));
                    }
                }
                kind => units.map(|bytes| block(kind, bytes)).for_each(|Block { scale, offset, codes }| {
                    numbers.extend(codes.map(|code| scale * f32::from(code) + offset));
                }),
            },
        }
    }

    /// The tensor, all of which has been taken.
    pub(super) fn finish(self) -> Tensor {
        match self.into {
            Form::Blocks(blocks) => Tensor::Blocks(blocks),
            Form::Numbers(numbers) => Tensor::Numbers { dims: self.dims, numbers },
        }
    }
}

fn block(kind: Kind, bytes: &[u8]) -> Block {
    let scale = half([bytes[0], bytes[1]]);
    if kind == Kind::Q8_0 {
        return Block { scale, offset: 0.0, codes: std::array::from_fn(|at| bytes[2 + at] as i8) };
    }
    let has_offset = matches!(kind, Kind::Q4_1 | Kind::Q5_1);
    let has_fifth = matches!(kind, Kind::Q5_0 | Kind::Q5_1);
    let offset = if has_offset { half([bytes[2], bytes[3]]) } else { 0.0 };
    let rest = if has_offset { &bytes[4..] } else { &bytes[2..] };
    let (fifth, nibbles) = match has_fifth {
        true => (u32::from_le_bytes([rest[0], rest[1], rest[2], rest[3]]), &rest[4..]),
        false => (0, rest),
    };
    // Without an offset, codes are counted from the middle.
    let middle = match (has_offset, has_fifth) {
        (true, _) => 0,
        (false, true) => 16,
        (false, false) => 8,
    };
    let code = |at: usize| {
        let nibble = if at < 16 { nibbles[at] & 15 } else { nibbles[at - 16] >> 4 };
        (nibble | ((fifth >> at & 1) << 4) as u8) as i8 - middle
    };
    Block { scale, offset, codes: std::array::from_fn(code) }
}

/// A half float (IEEE 754 binary16).
fn half(bytes: [u8; 2]) -> f32 {
    let bits = u32::from(u16::from_le_bytes(bytes));
    let (sign, exponent, fraction) = (bits >> 15 << 31, bits >> 10 & 31, bits & 0x3ff);
    let size = match exponent {
        0 => fraction as f32 / (1 << 24) as f32,
        31 => f32::from_bits(0x7f80_0000 | fraction << 13),
        _ => f32::from_bits((exponent + 112) << 23 | fraction << 13),
    };
    f32::from_bits(size.to_bits() | sign)
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use candle_core::quantized::{GgmlDType, QTensor};
    use candle_core::{Device, Tensor};

    use super::{Kind, Unpacking, half};

    /// Numbers of many sizes, that are the same each time.
    fn numbers(rows: usize, columns: usize) -> Tensor {
        let number = |at: usize| ((at * 7919 % 1009) as f32 - 500.0) * (1.0 + (at / columns) as f32) / 300.0;
        let numbers: Vec<f32> = (0..rows * columns).map(number).collect();
        Tensor::from_vec(numbers, (rows, columns), &Device::Cpu).unwrap()
    }

    /// The numbers of a tensor that comes in pieces of so many units.
    fn read(kind: Kind, bytes: &[u8], stays: bool, pieces: usize) -> Vec<f32> {
        let mut unpacking = Unpacking::new(kind, &[6, 96], Vec::new(), stays);
        bytes.chunks(unpacking.unit() * pieces).for_each(|bytes| unpacking.take(bytes));
        unpacking.finish().numbers()
    }

    #[test]
    fn all_kinds_unpack_as_candle_has_them() {
        for (kind, theirs) in [
            (Kind::F32, GgmlDType::F32),
            (Kind::F16, GgmlDType::F16),
            (Kind::BF16, GgmlDType::BF16),
            (Kind::Q4_0, GgmlDType::Q4_0),
            (Kind::Q4_1, GgmlDType::Q4_1),
            (Kind::Q5_0, GgmlDType::Q5_0),
            (Kind::Q5_1, GgmlDType::Q5_1),
            (Kind::Q8_0, GgmlDType::Q8_0),
        ] {
            let packed = QTensor::quantize(&numbers(6, 96), theirs).unwrap();
            let expected: Vec<f32> = packed.dequantize(&Device::Cpu).unwrap().flatten_all().unwrap().to_vec1().unwrap();
            let bytes = packed.data().unwrap();
            for (stays, pieces) in [(false, 1), (false, 5), (true, 5)] {
                assert_eq!(read(kind, &bytes, stays, pieces), expected, "{kind:?}, in pieces of {pieces} units");
            }
            assert_eq!((kind.numbers(), kind.bytes()), (theirs.block_size(), theirs.type_size()), "{kind:?}");
        }
    }

    #[test]
    fn whole_numbers_have_the_scales_of_their_rows() {
        let bytes = [1u8, 255, 127, 128, 0, 3];
        let expected = [0.5, -0.5, 63.5, -256.0, 0.0, 6.0];
        for (stays, pieces) in [(false, 1), (true, 1), (true, 4)] {
            let mut unpacking = Unpacking::new(Kind::I8, &[2, 3], vec![0.5, 2.0], stays);
            bytes.chunks(pieces).for_each(|bytes| unpacking.take(bytes));
            assert_eq!(unpacking.finish().numbers(), expected, "in pieces of {pieces}");
        }
    }

    #[test]
    fn halves_are_read_to_the_last() {
        for (bits, expected) in
            [(0x3c00, 1.0), (0xc000, -2.0), (0x0001, 5.960_464_5e-8), (0x7bff, 65_504.0), (0x8000, -0.0)]
        {
            assert_eq!(half(u16::to_le_bytes(bits)).to_bits(), f32::to_bits(expected), "{bits:#x}");
        }
        assert_eq!(half(u16::to_le_bytes(0x7c00)), f32::INFINITY);
        assert!(half(u16::to_le_bytes(0x7e00)).is_nan());
    }
}
