//! BERT on candle: token ids in, unit vectors out.
//!
//! Devlin et al. (2018), with the pooling of Reimers and Gurevych, "Sentence-BERT" (2019): the mean over the tokens of
//! the last layer, made unit length. Sequences of one batch are laid end to end without padding: the linear layers see
//! one long matrix, attention sees each sequence alone. So no mask is needed, and since a row's products are summed in
//! the same order however many rows there are, an embedding has the same bits in any batch.

use std::collections::BTreeMap;

use candle_core::{Device, Module, Tensor};
use candle_nn::LayerNorm;

use super::activation::{Gelu, Softmax};
use super::linear::{Linear, Matrix};
use crate::{Error, ErrorKind, Result};

/// A model's tensors by llama.cpp's names.
pub(super) type Weights = BTreeMap<String, Matrix>;

/// The sizes that the tensors alone don't tell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub dims: usize,
    pub layers: usize,
    pub heads: usize,
    pub epsilon: f64,
}

/// The network.
pub(super) struct Bert {
    tokens: Matrix,
    positions: Tensor,
    /// The first token type's row: there is never a second sentence.
    sentence: Tensor,
    norm: LayerNorm,
    layers: Vec<Layer>,
    shape: Shape,
}

impl Bert {
    /// The network of `shape` with `weights`, for a vocabulary of `pieces`.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if a tensor is missing or of another size.
    pub(super) fn new(shape: Shape, pieces: usize, mut weights: Weights) -> Result<Self> {
        let Shape { dims, layers, heads, epsilon } = shape;
        if dims == 0 || heads == 0 || !dims.is_multiple_of(heads) {
            return Err(unusable(format!("{dims} dimensions in {heads} attention heads")));
        }
        // Each layer has tensors of its own, so a count beyond theirs is a lie.
        if layers == 0 || layers > weights.len() {
            return Err(unusable(format!("{layers} layers in {} tensors", weights.len())));
        }
        let mut parts = Parts { weights: &mut weights, epsilon };
        let tokens = parts.take("token_embd.weight", &[Some(pieces), Some(dims)])?;
        let positions = parts.full("position_embd.weight", &[None, Some(dims)])?;
        let types = parts.full("token_types.weight", &[None, Some(dims)])?;
        let sentence = types.narrow(0, 0, 1).map_err(impossible)?;
        let norm = parts.norm("token_embd_norm", dims)?;
        let layers = (0..layers).map(|at| Layer::new(&mut parts, at, dims)).collect::<Result<_>>()?;
        Ok(Self { tokens, positions, sentence, norm, layers, shape })
    }

    /// The longest sequence that positions exist for.
    pub(super) fn max_tokens(&self) -> usize {
        self.positions.dims()[0]
    }

    /// Unit vectors of `sequences`, none of which may be empty or longer than [`Bert::max_tokens`].
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if a result is not a number: the weights are damaged.
    pub(super) fn embed(&self, sequences: &[Vec<u32>]) -> Result<Vec<Vec<f32>>> {
        let vectors = self.forward(sequences).map_err(impossible)?;
        vectors.into_iter().map(unit).collect()
    }

    fn forward(&self, sequences: &[Vec<u32>]) -> candle_core::Result<Vec<Vec<f32>>> {
        let ids: Vec<u32> = sequences.concat();
        let places: Vec<u32> = sequences.iter().flat_map(|sequence| 0..sequence.len() as u32).collect();
        let places = Tensor::new(places, &Device::Cpu)?;
        let x = (self.tokens.look_up(&ids)? + self.positions.index_select(&places, 0)?)?;
        let mut x = self.norm.forward(&x.broadcast_add(&self.sentence)?)?;
        let spans = spans(sequences);
        for layer in &self.layers {
            x = layer.forward(&x, &spans, self.shape.heads)?;
        }
        spans.iter().map(|&(start, length)| x.narrow(0, start, length)?.mean(0)?.to_vec1()).collect()
    }
}

/// One transformer layer, normalised after each half as in the original.
struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    output_norm: LayerNorm,
    up: Linear,
    down: Linear,
    layer_norm: LayerNorm,
}

impl Layer {
    fn new(parts: &mut Parts, at: usize, dims: usize) -> Result<Self> {
        let name = |part: &str| format!("blk.{at}.{part}");
        let up = parts.linear(&name("ffn_up"), None, dims)?;
        let inner = up.outputs();
        Ok(Self {
            query: parts.linear(&name("attn_q"), Some(dims), dims)?,
            key: parts.linear(&name("attn_k"), Some(dims), dims)?,
            value: parts.linear(&name("attn_v"), Some(dims), dims)?,
            output: parts.linear(&name("attn_output"), Some(dims), dims)?,
            output_norm: parts.norm(&name("attn_output_norm"), dims)?,
            up,
            down: parts.linear(&name("ffn_down"), Some(dims), inner)?,
            layer_norm: parts.norm(&name("layer_output_norm"), dims)?,
        })
    }

    fn forward(&self, x: &Tensor, spans: &[(usize, usize)], heads: usize) -> candle_core::Result<Tensor> {
        let (query, key, value) = (self.query.forward(x)?, self.key.forward(x)?, self.value.forward(x)?);
        let attended = spans.iter().map(|&(start, length)| {
            let of = |all: &Tensor| all.narrow(0, start, length);
            attend(&of(&query)?, &of(&key)?, &of(&value)?, heads)
        });
        let attended = Tensor::cat(&attended.collect::<candle_core::Result<Vec<_>>>()?, 0)?;
        let x = self.output_norm.forward(&(self.output.forward(&attended)? + x)?)?;
        let inner = self.up.forward(&x)?;
        inner.inplace_op1(&Gelu)?;
        self.layer_norm.forward(&(self.down.forward(&inner)? + x)?)
    }
}

/// softmax(Q·Kᵀ / √d)·V of one sequence, head by head.
fn attend(query: &Tensor, key: &Tensor, value: &Tensor, heads: usize) -> candle_core::Result<Tensor> {
    let (length, dims) = query.dims2()?;
    let split = |all: &Tensor| all.reshape((length, heads, dims / heads))?.transpose(0, 1);
    let scores = split(query)?.matmul(&split(key)?.transpose(1, 2)?)?;
    scores.inplace_op1(&Softmax { scale: 1.0 / (dims as f32 / heads as f32).sqrt() })?;
    scores.matmul(&split(value)?)?.transpose(0, 1)?.reshape((length, dims))
}

/// Tensors being handed out, each checked for its size.
struct Parts<'w> {
    weights: &'w mut Weights,
    epsilon: f64,
}

impl Parts<'_> {
    /// The tensor `name`; a size of none may be any but 0.
    fn take(&mut self, name: &str, sizes: &[Option<usize>]) -> Result<Matrix> {
        let weight = self.weights.remove(name).ok_or_else(|| unusable(format!("tensor {name} is missing")))?;
        let dims = weight.dims();
        let fits = dims.iter().zip(sizes).all(|(&dim, size)| dim > 0 && size.is_none_or(|size| size == dim));
        if dims.len() != sizes.len() || !fits {
            let wanted: Vec<_> = sizes.iter().map(|size| size.map_or("any".into(), |size| size.to_string())).collect();
            return Err(unusable(format!("tensor {name} is of {dims:?}, not of [{}]", wanted.join(", "))));
        }
        Ok(weight)
    }

    /// The same, unpacked.
    fn full(&mut self, name: &str, sizes: &[Option<usize>]) -> Result<Tensor> {
        self.take(name, sizes)?.full().map_err(impossible)
    }

    fn linear(&mut self, name: &str, rows: Option<usize>, columns: usize) -> Result<Linear> {
        let bias = self.full(&format!("{name}.bias"), &[rows])?;
        let weight = self.take(&format!("{name}.weight"), &[Some(bias.dims()[0]), Some(columns)])?;
        Ok(Linear::new(weight, bias))
    }

    fn norm(&mut self, name: &str, dims: usize) -> Result<LayerNorm> {
        let weight = self.full(&format!("{name}.weight"), &[Some(dims)])?;
        let bias = self.full(&format!("{name}.bias"), &[Some(dims)])?;
        Ok(LayerNorm::new(weight, bias, self.epsilon))
    }
}

/// Where each sequence starts among all rows, and how many rows it has.
fn spans(sequences: &[Vec<u32>]) -> Vec<(usize, usize)> {
    let starts = sequences.iter().scan(0, |next, sequence| {
        let start = *next;
        *next += sequence.len();
        Some(start)
    });
    starts.zip(sequences.iter().map(Vec::len)).collect()
}

fn unit(mut vector: Vec<f32>) -> Result<Vec<f32>> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if !length.is_normal() {
        return Err(unusable(format!("an embedding has length {length}: its weights are damaged")));
    }
    vector.iter_mut().for_each(|x| *x /= length);
    Ok(vector)
}

fn unusable(what: String) -> Error {
    Error::new(ErrorKind::Model, format!("not a usable BERT model: {what}"))
        .hint("fetch the file again, or make it with `bifocal model convert`")
}

/// candle refuses shapes and ids; all of them have been checked before it sees them.
fn impossible(error: candle_core::Error) -> Error {
    unusable("the network does not compute".into()).because(error)
}
