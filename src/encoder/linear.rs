//! Linear layers.

use super::tensor::Tensor;
use crate::kernels::float::{self, Rows, Sizes};
use crate::kernels::rowwise::{self, Activations, Panels};

/// `x · Wᵀ + b`.
pub(super) struct Linear {
    weight: Weight,
    bias: Vec<f32>,
}

enum Weight {
    Coded(Panels),
    /// Columns after one another, as the product reads them.
    Float(Vec<f32>),
}

impl Linear {
    /// A layer of a matrix and a bias as long as it has rows.
    pub(super) fn new(weight: Tensor, bias: Vec<f32>) -> Self {
        let columns = weight.dims()[1];
        let weight = match weight {
            Tensor::Coded(panels) => Weight::Coded(panels),
            other => Weight::Float(transposed(&other.numbers(), columns)),
        };
        Self { weight, bias }
    }

    /// How many numbers come out for each row.
    pub(super) fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// Writes the layer's output for each row of `x` to `out`, which grows to hold them. `packed` is room for coded rows.
    pub(super) fn forward(&self, x: &[f32], packed: &mut Activations, out: &mut Vec<f32>) {
        self.product(x, packed, out);
        float::add_bias(out, &self.bias);
    }

    /// The same, with GELU of each number.
    pub(super) fn forward_gelu(&self, x: &[f32], packed: &mut Activations, out: &mut Vec<f32>) {
        self.product(x, packed, out);
        float::gelu(out, &self.bias);
    }

    fn product(&self, x: &[f32], packed: &mut Activations, out: &mut Vec<f32>) {
        let columns = self.bias.len();
        match &self.weight {
            Weight::Coded(panels) => {
                packed.pack(x, panels.columns());
                out.resize(x.len() / panels.columns() * columns, 0.0);
                rowwise::matmul(panels, packed, out);
            }
            Weight::Float(weight) => {
                let inner = weight.len() / columns;
                let rows = x.len() / inner;
                out.resize(rows * columns, 0.0);
                let x = Rows { numbers: x, stride: inner };
                let weight = Rows { numbers: weight, stride: columns };
                float::matmul(x, weight, Sizes { rows, inner, columns }, out, columns);
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
