//! BERT: token ids in, unit vectors out.
//!
//! Devlin et al. (2018), with the pooling of Reimers and Gurevych, "Sentence-BERT" (2019): the mean over the tokens of
//! the last layer, or the first of them, made unit length. Sequences of one batch are laid end to end without padding: the linear layers see
//! one long matrix, attention sees each sequence alone. So no mask is needed, and since a row's products are summed in
//! the same order however many rows there are, an embedding has the same bits in any batch.

use std::collections::BTreeMap;
use std::ops::Range;

use super::linear::Linear;
use super::tensor::Tensor;
use crate::kernels::float::{self, Rows, Sizes};
use crate::kernels::rowwise::Activations;
use crate::{Error, ErrorKind, Result};

/// The tensor with a row for each word piece.
pub(super) const TOKENS: &str = "token_embd.weight";

/// A model's tensors by llama.cpp's names.
pub(super) type Weights = BTreeMap<String, Tensor>;

/// The sizes that the tensors alone don't tell, and those that they must agree with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub dims: usize,
    pub layers: usize,
    pub heads: usize,
    /// Numbers between the two matrices of a feed-forward half, where a file says how many.
    pub inner: Option<usize>,
    /// Places that a token can have, where a file says how many.
    pub places: Option<usize>,
    pub epsilon: f64,
    pub pooling: Pooling,
}

/// How the vectors of a sequence's tokens become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pooling {
    /// Their mean.
    Mean,
    /// The first one, `[CLS]`'s.
    First,
}

impl Pooling {
    const ALL: [(Self, &'static str, u64); 2] = [(Self::Mean, "mean", 1), (Self::First, "cls", 2)];

    /// The pooling that llama.cpp has a number for: 0 none, 1 mean, 2 the first token, 3 the last one.
    pub fn numbered(number: u64) -> Option<Self> {
        Self::ALL.iter().find(|pooling| pooling.2 == number).map(|pooling| pooling.0)
    }

    /// Its name in a vector space.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// llama.cpp's number.
    #[cfg(feature = "native")]
    pub fn number(self) -> u64 {
        Self::ALL[self as usize].2
    }
}

/// What the linear layers of one layer of the network are given, a row for each token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Input {
    /// The layer's own input: for queries, keys and values.
    Layer,
    /// What attention gives.
    Attended,
    /// What is normalised between the layer's halves.
    Middle,
    /// What the feed-forward half makes of that.
    Inner,
}

/// Room for the numbers of a batch, kept from one batch to the next.
#[derive(Default)]
pub(super) struct Workspace {
    /// What goes from layer to layer: a row for each token, as in all others.
    x: Vec<f32>,
    /// Queries, keys and values, side by side.
    qkv: Vec<f32>,
    /// What attention, and then the whole layer, adds to `x`.
    change: Vec<f32>,
    attended: Vec<f32>,
    inner: Vec<f32>,
    packed: Activations,
    head: Head,
}

/// What attention needs for one head of one sequence, close together.
#[derive(Default)]
struct Head {
    /// A column for each token.
    keys: Vec<f32>,
    /// A row for each token.
    values: Vec<f32>,
    /// A row of scores for each token.
    scores: Vec<f32>,
}

/// The network.
pub(super) struct Bert {
    tokens: Tensor,
    /// A row for each place, the first token type's already added: there is never a second sentence.
    positions: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
    shape: Shape,
}

impl Bert {
    /// The network of `shape` with `weights`, for a vocabulary of `pieces`.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if a tensor is missing or of another size, or if there are layers beyond those of `shape`.
    pub(super) fn new(shape: Shape, pieces: usize, mut weights: Weights) -> Result<Self> {
        let Shape { dims, layers: count, heads, inner, places, epsilon, .. } = shape;
        if dims == 0 || heads == 0 || !dims.is_multiple_of(heads) {
            return Err(unusable(format!("{dims} dimensions in {heads} attention heads")));
        }
        // Each layer has tensors of its own, so a count beyond theirs is a lie.
        if count == 0 || count > weights.len() {
            return Err(unusable(format!("{count} layers in {} tensors", weights.len())));
        }
        let mut parts = Parts { weights: &mut weights, epsilon: epsilon as f32 };
        let tokens = parts.take(TOKENS, &[Some(pieces), Some(dims)])?;
        let mut positions = parts.numbers("position_embd.weight", &[places, Some(dims)])?;
        let types = parts.numbers("token_types.weight", &[None, Some(dims)])?;
        float::add_bias(&mut positions, &types[..dims]);
        let norm = parts.norm("token_embd_norm", dims)?;
        let layers = (0..count).map(|at| Layer::new(&mut parts, at, dims, inner)).collect::<Result<_>>()?;
        let mut left = weights.keys().filter(|name| name.starts_with("blk."));
        if let Some(name) = left.next() {
            let others = left.count();
            return Err(unusable(format!("{count} layers leave tensor {name} over, and {others} others of layers")));
        }
        Ok(Self { tokens, positions, norm, layers, shape })
    }

    /// The longest sequence that positions exist for.
    pub(super) fn max_tokens(&self) -> usize {
        self.positions.len() / self.shape.dims
    }

    /// Unit vectors of `sequences`, none of which may be empty or longer than [`Bert::max_tokens`].
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if a result is not a number: the weights are damaged.
    pub(super) fn embed(&self, sequences: &[Vec<u32>], room: &mut Workspace) -> Result<Vec<Vec<f32>>> {
        self.embed_observed(sequences, room, &mut |_, _, _| {})
    }

    /// The same, showing `observe` what the linear layers of each layer of the network are given.
    ///
    /// # Errors
    /// As [`Bert::embed`].
    pub(super) fn embed_observed(
        &self,
        sequences: &[Vec<u32>],
        room: &mut Workspace,
        observe: &mut impl FnMut(usize, Input, &[f32]),
    ) -> Result<Vec<Vec<f32>>> {
        let dims = self.shape.dims;
        let tokens = sequences.iter().map(Vec::len).sum::<usize>();
        room.x.resize(tokens * dims, 0.0);
        let places = sequences.iter().flat_map(|sequence| sequence.iter().zip(self.positions.chunks_exact(dims)));
        for (row, (&id, position)) in room.x.chunks_exact_mut(dims).zip(places) {
            self.tokens.row(id as usize, row);
            float::add(row, position);
        }
        self.norm.apply(&mut room.x);
        let spans = spans(sequences);
        for (at, layer) in self.layers.iter().enumerate() {
            layer.forward(&spans, self.shape, room, &mut |input, rows| observe(at, input, rows));
        }
        let pool = |span: Range<usize>| {
            let end = match self.shape.pooling {
                Pooling::Mean => span.end,
                Pooling::First => span.start + 1,
            };
            mean(&room.x[span.start * dims..end * dims], dims)
        };
        spans.into_iter().map(pool).collect()
    }
}

/// One transformer layer, normalised after each half as in the original.
struct Layer {
    qkv: Linear,
    output: Linear,
    output_norm: Norm,
    up: Linear,
    down: Linear,
    layer_norm: Norm,
}

impl Layer {
    fn new(parts: &mut Parts, at: usize, dims: usize, inner: Option<usize>) -> Result<Self> {
        let name = |part: &str| format!("blk.{at}.{part}");
        let up = parts.linear([name("ffn_up")], inner, dims)?;
        let inner = up.outputs();
        Ok(Self {
            qkv: parts.linear(["attn_q", "attn_k", "attn_v"].map(&name), Some(dims), dims)?,
            output: parts.linear([name("attn_output")], Some(dims), dims)?,
            output_norm: parts.norm(&name("attn_output_norm"), dims)?,
            up,
            down: parts.linear([name("ffn_down")], Some(dims), inner)?,
            layer_norm: parts.norm(&name("layer_output_norm"), dims)?,
        })
    }

    fn forward(
        &self,
        spans: &[Range<usize>],
        shape: Shape,
        room: &mut Workspace,
        observe: &mut impl FnMut(Input, &[f32]),
    ) {
        let Workspace { x, qkv, change, attended, inner, packed, head } = room;
        observe(Input::Layer, x);
        self.qkv.forward(x, packed, qkv);
        attended.resize(x.len(), 0.0);
        for span in spans {
            let [start, end] = [span.start, span.end].map(|row| row * shape.dims);
            attend(&qkv[start * 3..end * 3], shape, head, &mut attended[start..end]);
        }
        observe(Input::Attended, attended);
        self.output.forward(attended, packed, change);
        float::add(x, change);
        self.output_norm.apply(x);
        observe(Input::Middle, x);
        self.up.forward_gelu(x, packed, inner);
        observe(Input::Inner, inner);
        self.down.forward(inner, packed, change);
        float::add(x, change);
        self.layer_norm.apply(x);
    }
}

/// softmax(Q·Kᵀ / √d)·V of one sequence, head by head.
fn attend(qkv: &[f32], shape: Shape, head: &mut Head, out: &mut [f32]) {
    let Head { keys, values, scores } = head;
    let Shape { dims, heads, .. } = shape;
    let (length, width) = (out.len() / dims, dims / heads);
    // Whole vectors of scores are faster than the exact number; the last ones are of keys that are zero, and not looked at.
    let padded = length.next_multiple_of(float::LANES);
    keys.clear();
    keys.resize(width * padded, 0.0);
    values.resize(length * width, 0.0);
    scores.resize(length * padded, 0.0);
    let scale = 1.0 / (width as f32).sqrt();
    for start in (0..dims).step_by(width) {
        for (token, (row, value)) in qkv.chunks_exact(3 * dims).zip(values.chunks_exact_mut(width)).enumerate() {
            row[dims + start..][..width].iter().enumerate().for_each(|(at, &x)| keys[at * padded + token] = x);
            value.copy_from_slice(&row[2 * dims + start..][..width]);
        }
        let query = Rows { numbers: &qkv[start..], stride: 3 * dims };
        let sizes = Sizes { rows: length, inner: width, columns: padded };
        float::matmul(query, Rows { numbers: keys, stride: padded }, sizes, scores, padded);
        float::softmax(scores, padded, length, scale);
        let sizes = Sizes { rows: length, inner: length, columns: width };
        let (scores, values) = (Rows { numbers: scores, stride: padded }, Rows { numbers: values, stride: width });
        float::matmul(scores, values, sizes, &mut out[start..], dims);
    }
}

/// A layer norm.
struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
    epsilon: f32,
}

impl Norm {
    fn apply(&self, rows: &mut [f32]) {
        float::layer_norm(rows, &self.weight, &self.bias, self.epsilon);
    }
}

/// Tensors being handed out, each checked for its size.
struct Parts<'w> {
    weights: &'w mut Weights,
    epsilon: f32,
}

impl Parts<'_> {
    /// The tensor `name`; a size of none may be any but 0.
    fn take(&mut self, name: &str, sizes: &[Option<usize>]) -> Result<Tensor> {
        let weight = self.weights.remove(name).ok_or_else(|| unusable(format!("tensor {name} is missing")))?;
        let dims = weight.dims();
        let fits = dims.iter().zip(sizes).all(|(&dim, size)| dim > 0 && size.is_none_or(|size| size == dim));
        if dims.len() != sizes.len() || !fits {
            let wanted: Vec<_> = sizes.iter().map(|size| size.map_or("any".into(), |size| size.to_string())).collect();
            return Err(unusable(format!("tensor {name} is of {dims:?}, not of [{}]", wanted.join(", "))));
        }
        Ok(weight)
    }

    fn numbers(&mut self, name: &str, sizes: &[Option<usize>]) -> Result<Vec<f32>> {
        Ok(self.take(name, sizes)?.numbers())
    }

    /// One layer of all those of `names`, whose outputs stand side by side.
    fn linear<const N: usize>(&mut self, names: [String; N], rows: Option<usize>, columns: usize) -> Result<Linear> {
        let mut bias = Vec::new();
        let mut weights = Vec::new();
        for name in names {
            let part = self.numbers(&format!("{name}.bias"), &[rows])?;
            weights.push(self.take(&format!("{name}.weight"), &[Some(part.len()), Some(columns)])?);
            bias.extend(part);
        }
        Ok(Linear::new(Tensor::stacked(weights), bias))
    }

    fn norm(&mut self, name: &str, dims: usize) -> Result<Norm> {
        let weight = self.numbers(&format!("{name}.weight"), &[Some(dims)])?;
        let bias = self.numbers(&format!("{name}.bias"), &[Some(dims)])?;
        Ok(Norm { weight, bias, epsilon: self.epsilon })
    }
}

/// Where the rows of each sequence are among all.
fn spans(sequences: &[Vec<u32>]) -> Vec<Range<usize>> {
    let starts = sequences.iter().scan(0, |next, sequence| {
        let start = *next;
        *next += sequence.len();
        Some(start..*next)
    });
    starts.collect()
}

/// The mean of rows, made unit length.
fn mean(rows: &[f32], dims: usize) -> Result<Vec<f32>> {
    let mut vector = vec![0.0; dims];
    rows.chunks_exact(dims).for_each(|row| float::add(&mut vector, row));
    // A sum has the direction of the mean.
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if !length.is_normal() {
        return Err(unusable("an embedding has no direction: its weights are damaged".to_owned()));
    }
    vector.iter_mut().for_each(|x| *x /= length);
    Ok(vector)
}

fn unusable(what: String) -> Error {
    Error::new(ErrorKind::Model, format!("not a usable BERT model: {what}"))
        .hint("fetch the file again, or make it with `bifocal model convert`")
}
