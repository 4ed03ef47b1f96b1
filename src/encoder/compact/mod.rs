//! A model in few bytes, for those who download it.
//!
//! What comes out is a GGUF file of whole numbers ([`Kind::I8`]) with a scale for each row, whose steps are as wide as a wanted
//! agreement with the source allows. So most codes are small, and gzip leaves little more than half of the file. Four things
//! make the steps wide:
//! - All rows of a matrix have one step, but for those with an outlier. A uniform quantiser with an entropy coder behind it
//!   needs a quarter of a bit more than the best there can be (Gish and Pierce, "Asymptotically efficient quantizing", 1968),
//!   and gzip's Huffman codes come near to the entropy.
//! - The loss is shared out between matrices so that each number causes as much of it as any other: reverse water-filling
//!   (Cover and Thomas, *Elements of Information Theory*, 10.3.3), with the loss that a step causes measured for each matrix.
//! - A layer's numbers are rounded one after the other, each making up for what those before did to the layer's outputs
//!   ([`rounding`]). What the layers are given is seen over some texts and over words drawn from the vocabulary ([`calibration`]).
//! - Word pieces that no text leads to have no vector.

mod calibration;
mod rounding;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::prelude::*;

use self::calibration::{Calibration, Seen};
use self::rounding::{Factor, Rounded};
use super::bert::{Input, TOKENS};
use super::convert::{Packed, Packing, Source};
use super::gguf::Value;
use super::kind::Kind;
use super::loader::{PACKING, assemble, scales_of};
use super::tensor::Tensor;
use crate::{Error, ErrorKind, Result};

/// What a compact model's packing is called.
pub const COMPACT: &str = "compact";

/// The step at which a matrix's loss is measured, by the deviation of its numbers: about 4 bits.
const TRIED: f64 = 0.25;

/// How much wider or finer than that a matrix's step may be.
const RANGE: (f64, f64) = (1.0 / 16.0, 4.0);

/// How a compact model is made.
#[derive(Clone, Copy, Debug)]
pub struct Compacting<'t> {
    /// How far the mean cosine with the source's vectors may be from 1, about.
    pub loss: f64,
    /// Texts of the kind that the model is for; a hundred sentences do.
    pub texts: &'t [&'t str],
}

impl Source {
    /// Packs the model for download: `progress` is told the share that is done.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if the weights give no vectors; [`ErrorKind::Cancelled`] once `cancel` is set.
    pub fn compact(&self, how: Compacting, progress: &(dyn Fn(f32) + Sync), cancel: &AtomicBool) -> Result<Packed> {
        let calibration = Calibration::new(self.transformer()?, how.texts);
        let matrices = self.matrices(&calibration)?;
        // Three steps: what layers see, what a step costs each matrix, and the rounding.
        let rounds = 2 * matrices.len();
        let total = calibration.rounds() + rounds;
        let done = AtomicUsize::new(0);
        let tick = || {
            progress((done.fetch_add(1, Ordering::Relaxed) + 1) as f32 / total as f32);
            match cancel.load(Ordering::Relaxed) {
                true => Err(Error::new(ErrorKind::Cancelled, "stopped before the model was packed")),
                false => Ok(()),
            }
        };
        let seen = calibration.observe(&tick)?;
        let expected = calibration.vectors(None)?;
        let try_one = |matrix: &Matrix| {
            let factor = matrix.factor(&seen);
            let step = TRIED * deviation(&matrix.numbers);
            let mut weights = self.weights()?;
            weights.insert(matrix.name.clone(), matrix.unpacked(matrix.rounded(factor.as_ref(), step)));
            let model = assemble(self.metadata.clone(), weights, COMPACT.to_owned())?;
            let loss = calibration.loss(&model, &expected)?;
            tick()?;
            Ok(Tried { factor, step, loss })
        };
        let tried: Vec<Tried> = matrices.par_iter().map(try_one).collect::<Result<_>>()?;

        let numbers: usize = matrices.iter().map(|matrix| matrix.numbers.len()).sum();
        let round = |(matrix, Tried { factor, step, loss }): (&Matrix, &Tried)| {
            // Loss grows as the square of the step: this is the one at which each number causes as much as all others do.
            let share = how.loss * matrix.numbers.len() as f64 / numbers as f64;
            let step = step * (share / loss.max(f64::MIN_POSITIVE)).sqrt().clamp(RANGE.0, RANGE.1);
            let rounded = matrix.rounded(factor.as_ref(), step);
            tick()?;
            Ok(rounded)
        };
        let rounded: Vec<Rounded> = matrices.par_iter().zip(&tried).map(round).collect::<Result<_>>()?;
        let mut rounded: BTreeMap<&str, Rounded> =
            matrices.iter().map(|matrix| matrix.name.as_str()).zip(rounded).collect();

        let Packed { mut metadata, tensors } = self.pack(Packing::F32)?;
        metadata.remove("general.file_type");
        metadata.insert(PACKING.to_owned(), Value::Text(COMPACT.to_owned()));
        let mut coded = Vec::new();
        for tensor in tensors {
            match rounded.remove(tensor.0.as_str()) {
                Some(Rounded { codes, scales }) => {
                    let (name, dims, ..) = tensor;
                    let bytes = scales.iter().flat_map(|scale| scale.to_le_bytes()).collect();
                    coded.push((scales_of(&name), vec![scales.len()], Kind::F32, bytes));
                    coded.push((name, dims, Kind::I8, codes.into_iter().map(|code| code as u8).collect()));
                }
                None => coded.push(tensor),
            }
        }
        Ok(Packed { metadata, tensors: coded })
    }

    /// All that is rounded. Norms and biases are few, and so is what tells the first sentence from the second.
    fn matrices(&self, calibration: &Calibration) -> Result<Vec<Matrix>> {
        let weights = self.weights()?.into_iter().filter(|(name, _)| name != "token_types.weight");
        let matrix = |(name, tensor): (String, Tensor)| {
            let [_, columns] = *tensor.dims() else { return None };
            let mut numbers = tensor.numbers();
            if name == TOKENS {
                calibration.unspelt().iter().for_each(|row| numbers[row * columns..][..columns].fill(0.0));
            }
            Some(Matrix { name, columns, numbers })
        };
        Ok(weights.filter_map(matrix).collect())
    }
}

/// A matrix to be rounded.
struct Matrix {
    name: String,
    columns: usize,
    numbers: Vec<f32>,
}

impl Matrix {
    /// The shape of what it is multiplied with; none for a matrix whose rows are looked up.
    fn factor(&self, seen: &Seen) -> Option<Factor> {
        let (layer, part) = self.name.strip_prefix("blk.")?.split_once('.')?;
        let input = match part.strip_suffix(".weight")? {
            "attn_q" | "attn_k" | "attn_v" => Input::Layer,
            "attn_output" => Input::Attended,
            "ffn_up" => Input::Middle,
            "ffn_down" => Input::Inner,
            _ => return None,
        };
        Some(Factor::new(seen.get(&(layer.parse().ok()?, input))?, self.columns))
    }

    fn rounded(&self, factor: Option<&Factor>, step: f64) -> Rounded {
        rounding::round(&self.numbers, self.columns, factor, step)
    }

    /// What is read of it when it is rounded.
    fn unpacked(&self, Rounded { codes, scales }: Rounded) -> Tensor {
        let rows = codes.chunks_exact(self.columns).zip(&scales);
        let numbers = rows.flat_map(|(codes, scale)| codes.iter().map(move |&code| f32::from(code) * scale)).collect();
        Tensor::Numbers { dims: vec![scales.len(), self.columns], numbers }
    }
}

/// What a step does to a matrix.
struct Tried {
    factor: Option<Factor>,
    step: f64,
    loss: f64,
}

/// The root of the mean square.
fn deviation(numbers: &[f32]) -> f64 {
    let squares: f64 = numbers.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
    (squares / numbers.len() as f64).sqrt()
}
