//! Linear layers.

use super::tensor::Tensor;
use crate::kernels::float::{self, LANES, Rows, Sizes};
use crate::kernels::rowwise::{self, Activations, Panels};

/// `x · Wᵀ + b`.
pub(super) struct Linear {
    weight: Weight,
    bias: Vec<f32>,
}

enum Weight {
    Coded(Panels),
    /// In panels of [`LANES`] rows, each column by column: what a product reads lies together.
    Float(Vec<f32>),
}

impl Linear {
    /// A layer of a matrix and a bias as long as it has rows.
    pub(super) fn new(weight: Tensor, bias: Vec<f32>) -> Self {
        let columns = weight.dims()[1];
        let weight = match weight {
            Tensor::Coded(panels) => Weight::Coded(panels),
            other => Weight::Float(panels(&other.numbers(), columns)),
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
                packed.pack(x, panels);
                out.resize(x.len() / panels.columns() * columns, 0.0);
                rowwise::matmul(panels, packed, out);
            }
            Weight::Float(weight) => {
                let inner = weight.len() / columns.next_multiple_of(LANES);
                let rows = x.len() / inner;
                out.resize(rows * columns, 0.0);
                let x = Rows { numbers: x, stride: inner };
                for (first, panel) in (0..columns).step_by(LANES).zip(weight.chunks_exact(inner * LANES)) {
                    let panel = Rows { numbers: panel, stride: LANES };
                    let sizes = Sizes { rows, inner, columns: LANES.min(columns - first) };
                    float::matmul(x, panel, sizes, &mut out[first..], columns);
                }
            }
        }
    }
}

fn panels(numbers: &[f32], columns: usize) -> Vec<f32> {
    let rows = numbers.len() / columns;
    let mut out = vec![0.0; rows.next_multiple_of(LANES) * columns];
    for (row, numbers) in numbers.chunks_exact(columns).enumerate() {
        let panel = &mut out[row / LANES * LANES * columns..];
        numbers.iter().enumerate().for_each(|(column, &x)| panel[column * LANES + row % LANES] = x);
    }
    out
}
