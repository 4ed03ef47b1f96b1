//! A model's tensors as they were read.

use crate::kernels::blockwise::{PANEL, Panels};

/// Numbers with their sizes.
#[derive(Clone)]
pub(super) enum Tensor {
    /// In f32, the last dimension's together.
    Numbers {
        /// Sizes, outermost first.
        dims: Vec<usize>,
        /// As many as the sizes say.
        numbers: Vec<f32>,
    },
    /// A matrix in blocks, packed as in its file.
    Blocks(Panels),
}

impl Tensor {
    /// Sizes, outermost first.
    pub(super) fn dims(&self) -> Vec<usize> {
        match self {
            Self::Numbers { dims, .. } => dims.clone(),
            Self::Blocks(panels) => vec![panels.rows(), panels.columns()],
        }
    }

    /// The numbers, unpacked.
    pub(super) fn numbers(self) -> Vec<f32> {
        match self {
            Self::Numbers { numbers, .. } => numbers,
            Self::Blocks(panels) => {
                let mut numbers = vec![0.0; panels.rows() * panels.columns()];
                let rows = numbers.chunks_exact_mut(panels.columns());
                rows.enumerate().for_each(|(row, out)| panels.row(row, out));
                numbers
            }
        }
    }

    /// Matrices of as many columns, one below another.
    ///
    /// # Panics
    /// If there are none or their columns differ.
    pub(super) fn stacked(matrices: Vec<Self>) -> Self {
        let stacked = matrices.into_iter().reduce(|upper, lower| match (upper, lower) {
            (Self::Blocks(upper), Self::Blocks(lower)) if upper.rows().is_multiple_of(PANEL) => {
                Self::Blocks(upper.above(&lower))
            }
            (upper, lower) => {
                let dims = vec![upper.dims()[0] + lower.dims()[0], upper.dims()[1]];
                Self::Numbers { dims, numbers: [upper.numbers(), lower.numbers()].concat() }
            }
        });
        stacked.expect("there is at least one")
    }

    /// Writes row `row` of a matrix to `out`.
    ///
    /// # Panics
    /// If there is no such row, or `out` is not as long as it.
    pub(super) fn row(&self, row: usize, out: &mut [f32]) {
        match self {
            Self::Numbers { numbers, .. } => out.copy_from_slice(&numbers[row * out.len()..][..out.len()]),
            Self::Blocks(panels) => panels.row(row, out),
        }
    }
}
