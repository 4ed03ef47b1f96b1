//! A model's tensors, in the form that they are used in.

use super::blocks::Blocks;
use crate::kernels::Instructions;
use crate::kernels::rowwise::{Panels, Precision};

/// Numbers with their sizes.
pub(super) enum Tensor {
    /// In f32, the last dimension's together.
    Numbers {
        /// Sizes, outermost first.
        dims: Vec<usize>,
        /// As many as the sizes say.
        numbers: Vec<f32>,
    },
    /// A matrix whose rows are looked up, packed as in its file.
    Blocks(Blocks),
    /// A matrix that is multiplied with.
    Coded(Panels),
}

impl Tensor {
    /// Sizes, outermost first.
    pub(super) fn dims(&self) -> Vec<usize> {
        match self {
            Self::Numbers { dims, .. } => dims.clone(),
            Self::Blocks(blocks) => vec![blocks.rows(), blocks.columns()],
            Self::Coded(panels) => vec![panels.rows(), panels.columns()],
        }
    }

    /// The numbers, one after another.
    pub(super) fn numbers(self) -> Vec<f32> {
        match self {
            Self::Numbers { numbers, .. } => numbers,
            Self::Blocks(blocks) => rows(blocks.rows(), blocks.columns(), |row, out| blocks.row(row, out)),
            Self::Coded(panels) => rows(panels.rows(), panels.columns(), |row, out| panels.row(row, out)),
        }
    }

    /// Writes row `row` of a matrix to `out`.
    ///
    /// # Panics
    /// If there is no such row, or `out` is not as long as it.
    pub(super) fn row(&self, row: usize, out: &mut [f32]) {
        match self {
            Self::Numbers { numbers, .. } => out.copy_from_slice(&numbers[row * out.len()..][..out.len()]),
            Self::Blocks(blocks) => blocks.row(row, out),
            Self::Coded(panels) => panels.row(row, out),
        }
    }

    /// Matrices of as many columns, one below another.
    ///
    /// # Panics
    /// If there are none or their columns differ.
    pub(super) fn stacked(matrices: Vec<Self>) -> Self {
        let stacked = matrices.into_iter().reduce(|upper, lower| match (upper, lower) {
            (Self::Coded(upper), Self::Coded(lower)) => Self::Coded(upper.above(&lower)),
            (upper, lower) => {
                let dims = vec![upper.dims()[0] + lower.dims()[0], upper.dims()[1]];
                Self::Numbers { dims, numbers: [upper.numbers(), lower.numbers()].concat() }
            }
        });
        stacked.expect("there is at least one")
    }

    /// Codes the tensor `name` for products of that precision, if it is a layer's matrix of a size that fits them; one of codes with a
    /// scale for each row keeps these.
    pub(super) fn coded(self, name: &str, precision: Precision) -> Self {
        match self {
            Self::Numbers { dims, numbers }
                if name.starts_with("blk.") && matches!(*dims, [rows, columns] if Panels::fits(rows, columns)) =>
            {
                Self::Coded(Panels::coding(Instructions::best(), precision, &numbers, dims[1]))
            }
            Self::Blocks(blocks) if name.starts_with("blk.") => match blocks.coded() {
                Ok(panels) => Self::Coded(panels),
                Err(blocks) => Self::Blocks(blocks),
            },
            other => other,
        }
    }
}

fn rows(rows: usize, columns: usize, row: impl Fn(usize, &mut [f32])) -> Vec<f32> {
    let mut numbers = vec![0.0; rows * columns];
    numbers.chunks_exact_mut(columns).enumerate().for_each(|(at, out)| row(at, out));
    numbers
}
