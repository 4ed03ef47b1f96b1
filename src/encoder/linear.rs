//! Matrices of the network: looked up in, and multiplied with.

use std::sync::Arc;

use candle_core::{CpuStorage, CustomOp1, Device, Layout, Result, Shape, Tensor, bail};

use crate::kernels::matmul::{ACTIVATION_BOUND, Activations, BLOCK, PANEL, Panels, matmul};

/// A matrix as it is held.
#[derive(Clone)]
pub(super) enum Matrix {
    /// In f32, multiplied by candle.
    Full(Tensor),
    /// Packed, multiplied as it is.
    Packed(Arc<Panels>),
}

impl Matrix {
    pub(super) fn dims(&self) -> Vec<usize> {
        match self {
            Self::Full(tensor) => tensor.dims().to_vec(),
            Self::Packed(panels) => vec![panels.rows(), panels.columns()],
        }
    }

    /// The matrix unpacked.
    pub(super) fn full(self) -> Result<Tensor> {
        match self {
            Self::Full(tensor) => Ok(tensor),
            Self::Packed(ref panels) => self.look_up(&(0..panels.rows() as u32).collect::<Vec<_>>()),
        }
    }

    /// The rows `ids`, of a matrix that has them all.
    pub(super) fn look_up(&self, ids: &[u32]) -> Result<Tensor> {
        match self {
            Self::Full(tensor) => tensor.index_select(&Tensor::new(ids, &Device::Cpu)?, 0),
            Self::Packed(panels) => {
                let mut rows = vec![0.0; ids.len() * panels.columns()];
                for (&id, row) in ids.iter().zip(rows.chunks_exact_mut(panels.columns())) {
                    panels.row(id as usize, row);
                }
                Tensor::from_vec(rows, (ids.len(), panels.columns()), &Device::Cpu)
            }
        }
    }
}

/// `x · Wᵀ + b`.
pub(super) struct Linear {
    weight: Matrix,
    bias: Tensor,
}

impl Linear {
    /// A layer of a matrix and a bias as long as it has rows.
    pub(super) fn new(weight: Matrix, bias: Tensor) -> Self {
        Self { weight, bias }
    }

    /// How many numbers come out for each row.
    pub(super) fn outputs(&self) -> usize {
        self.bias.dims()[0]
    }

    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let product = match &self.weight {
            Matrix::Full(weight) => x.matmul(&weight.t()?)?,
            Matrix::Packed(panels) => x.apply_op1(Product(panels.clone()))?,
        };
        product.broadcast_add(&self.bias)
    }
}

/// The product with a packed matrix.
struct Product(Arc<Panels>);

impl CustomOp1 for Product {
    fn name(&self) -> &'static str {
        "packed-matmul"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (CpuStorage::F32(x), Some((start, end))) = (storage, layout.contiguous_offsets()) else {
            bail!("activations of other than contiguous f32")
        };
        let (columns, rows) = (self.0.columns(), self.0.rows());
        let padded = rows.next_multiple_of(PANEL);
        let tokens = (end - start) / columns;
        let mut codes = Vec::with_capacity(end - start);
        let scales: Vec<f32> = x[start..end].as_chunks().0.iter().map(|x| quantise(x, &mut codes)).collect();
        let mut out = vec![0.0; tokens * padded];
        matmul(&self.0, Activations { codes: &codes, scales: &scales }, &mut out);
        if padded > rows {
            out = out.chunks_exact(padded).flat_map(|out| &out[..rows]).copied().collect();
        }
        Ok((CpuStorage::F32(out), (tokens, rows).into()))
    }
}

/// Appends the codes of a block of activations and returns what one step of them is worth: NaN if one of them is not finite,
/// so that damage is noticed at the end.
fn quantise(x: &[f32; BLOCK], codes: &mut Vec<i16>) -> f32 {
    let most = x.iter().fold(0f32, |most, x| most.max(x.abs()));
    let scale = if x.iter().all(|x| x.is_finite()) { most / f32::from(ACTIVATION_BOUND) } else { f32::NAN };
    let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
    // Adding 1.5·2²³ leaves the nearest whole number in the low bits.
    const ROUND: f32 = 12_582_912.0;
    codes.extend(x.iter().map(|x| (x * inverse + ROUND).to_bits() as i16));
    scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activations_come_back_to_half_a_step() {
        let x: [f32; BLOCK] = std::array::from_fn(|at| (at as f32 - 12.3) * (at as f32 + 0.7));
        let mut codes = Vec::new();
        let scale = quantise(&x, &mut codes);
        assert_eq!(codes.iter().map(|code| code.unsigned_abs()).max(), Some(ACTIVATION_BOUND as u16));
        for (x, &code) in x.iter().zip(&codes) {
            assert!((x - scale * f32::from(code)).abs() <= scale * 0.51, "{x} is not {code} steps of {scale}");
        }
        codes.clear();
        assert_eq!((quantise(&[0.0; BLOCK], &mut codes), &codes[..]), (0.0, [0; BLOCK].as_slice()));
        for odd in [f32::NAN, f32::INFINITY] {
            assert!(quantise(&[odd; BLOCK], &mut codes).is_nan());
        }
    }
}
