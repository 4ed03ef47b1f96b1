//! Linear layers, in the form that suits what goes through them.

use super::tensor::Tensor;
use crate::kernels::{blockwise, float, rowwise};

/// How the matrices of a network are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Precision {
    /// As they were read: blocks as blocks, for which a file's bytes are all the memory, and everything else in f32.
    Stored,
    /// In codes of 12 bits, with a scale for each row: several times as fast for passages, at four times a file's memory.
    Coded,
}

/// Room for packed activations.
#[derive(Default)]
pub(super) struct Packed {
    blocks: blockwise::Activations,
    rows: rowwise::Activations,
}

/// `x · Wᵀ + b`.
pub(super) struct Linear {
    weight: Weight,
    bias: Vec<f32>,
}

enum Weight {
    /// Columns after one another, as the product reads them.
    Float(Vec<f32>),
    Blocks(blockwise::Panels),
    Rows(rowwise::Panels),
}

impl Linear {
    /// A layer of a matrix and a bias as long as it has rows.
    pub(super) fn new(weight: Tensor, bias: Vec<f32>, precision: Precision) -> Self {
        let columns = weight.dims()[1];
        let weight = match weight {
            Tensor::Blocks(panels)
                if precision == Precision::Stored && panels.rows().is_multiple_of(blockwise::PANEL) =>
            {
                Weight::Blocks(panels)
            }
            weight if precision == Precision::Coded && rowwise::Panels::fits(bias.len(), columns) => {
                Weight::Rows(rowwise::Panels::pack(&weight.numbers(), columns))
            }
            weight => Weight::Float(transposed(&weight.numbers(), columns)),
        };
        Self { weight, bias }
    }

    /// How many numbers come out for each row.
    pub(super) fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// Writes the layer's output for each row of `x` to `out`, which grows to hold them.
    pub(super) fn forward(&self, x: &[f32], packed: &mut Packed, out: &mut Vec<f32>) {
        self.product(x, packed, out);
        float::add_bias(out, &self.bias);
    }

    /// The same, with GELU of each number.
    pub(super) fn forward_gelu(&self, x: &[f32], packed: &mut Packed, out: &mut Vec<f32>) {
        self.product(x, packed, out);
        float::gelu(out, &self.bias);
    }

    fn product(&self, x: &[f32], packed: &mut Packed, out: &mut Vec<f32>) {
        let columns = self.bias.len();
        match &self.weight {
            Weight::Float(weight) => {
                let inner = weight.len() / columns;
                let rows = x.len() / inner;
                out.resize(rows * columns, 0.0);
                let (x, weight) =
                    (float::Rows { numbers: x, stride: inner }, float::Rows { numbers: weight, stride: columns });
                float::matmul(x, weight, float::Sizes { rows, inner, columns }, out, columns);
            }
            Weight::Blocks(panels) => {
                packed.blocks.pack(x);
                out.resize(x.len() / panels.columns() * columns, 0.0);
                blockwise::matmul(panels, &packed.blocks, out);
            }
            Weight::Rows(panels) => {
                packed.rows.pack(x, panels.columns());
                out.resize(x.len() / panels.columns() * columns, 0.0);
                rowwise::matmul(panels, &packed.rows, out);
            }
        }
    }
}

fn transposed(numbers: &[f32], columns: usize) -> Vec<f32> {
    let rows = numbers.len() / columns;
    let mut out = vec![0.0; numbers.len()];
    for (row, numbers) in numbers.chunks_exact(columns).enumerate() {
        numbers.iter().enumerate().for_each(|(column, &x)| out[column * rows + row] = x);
    }
    out
}
