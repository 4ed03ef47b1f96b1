//! A GGUF file into a transformer, as its bytes come in.
//!
//! A browser gets the file in chunks, and wasm memory never shrinks, so the file is never held whole beside its tensors:
//! bytes go into the tensor that they belong to at once, in the form that it is computed with.

use super::bert::{Bert, Pooling, Shape, TOKENS, Weights};
use super::blocks::Unpacking;
use super::gguf::{Header, Kind, Metadata, TensorInfo, Value};
use super::space::VectorSpace;
use super::tensor::Tensor;
use super::tokenizer::{Law, Tokenizer};
use super::transformer::Transformer;
use super::unigram::Unigram;
use super::vocabulary::{Special, Vocabulary};
use super::wordpiece::WordPiece;
use crate::kernels::rowwise::Precision;
use crate::{Error, ErrorKind, Result};

/// Takes the bytes of a GGUF file in order, in chunks of any size.
pub struct Loader {
    /// The file's length.
    total: usize,
    /// Bytes taken so far.
    taken: usize,
    /// The beginning of the file, until its header is whole.
    beginning: Vec<u8>,
    /// The length of the beginning at which to look again whether the header is whole.
    look_at: usize,
    metadata: Option<Metadata>,
    /// Tensors that are still to come, the next one last.
    queue: Vec<TensorInfo>,
    /// The next tensor, once its bytes are coming.
    next: Option<Unpacking>,
    /// Bytes of the next tensor that do not make a whole unit yet.
    rest: Vec<u8>,
    weights: Weights,
    packing: Option<Kind>,
}

impl Loader {
    /// A loader for a file of `total` bytes.
    pub fn new(total: usize) -> Self {
        Self {
            total,
            taken: 0,
            beginning: Vec::new(),
            look_at: 1 << 16,
            metadata: None,
            queue: Vec::new(),
            next: None,
            rest: Vec::new(),
            weights: Weights::new(),
            packing: None,
        }
    }

    /// Takes the next bytes of the file.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if the file is too long, not GGUF, or damaged.
    pub fn write(&mut self, chunk: &[u8]) -> Result<()> {
        if chunk.len() > self.total - self.taken {
            return Err(unusable(format!("it has more than the announced {} bytes", self.total)));
        }
        if self.metadata.is_some() {
            return self.fill(chunk);
        }
        self.beginning.extend_from_slice(chunk);
        // Looking at each chunk would read the vocabulary dozens of times.
        if self.beginning.len() < self.look_at.min(self.total) {
            self.taken = self.beginning.len();
            return Ok(());
        }
        self.look_at = self.beginning.len() * 2;
        self.taken = self.beginning.len();
        let Some(header) = Header::read(&self.beginning, self.total)? else { return Ok(()) };
        self.metadata = Some(header.metadata);
        self.queue = header.tensors;
        self.queue.reverse();
        self.taken = 0;
        let beginning = std::mem::take(&mut self.beginning);
        self.fill(&beginning)
    }

    /// The transformer, once the whole file has been taken.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if bytes are missing, or are not a BERT with the name of its space.
    pub fn finish(self) -> Result<Transformer> {
        if self.taken < self.total {
            return Err(unusable(format!("it ends after {} of {} bytes", self.taken, self.total)));
        }
        let metadata = self.metadata.ok_or_else(|| unusable("it has no header".into()))?;
        let packing = match metadata.get(PACKING) {
            Some(Value::Text(packing)) => packing.clone(),
            _ => self.packing.unwrap_or(Kind::F32).name().to_owned(),
        };
        assemble(metadata, self.weights, packing)
    }

    /// Takes bytes behind the header's place in the file, and those of the header itself, which it passes over.
    fn fill(&mut self, mut chunk: &[u8]) -> Result<()> {
        while let Some(info) = self.queue.last() {
            let gap = (info.start.saturating_sub(self.taken)).min(chunk.len());
            chunk = &chunk[gap..];
            self.taken += gap;
            if self.taken < info.start {
                return Ok(());
            }
            let next = match &mut self.next {
                Some(next) => next,
                None => {
                    let scales = if info.kind == Kind::I8 { scales(info, &mut self.weights)? } else { Vec::new() };
                    // Rows of this one are looked up, and are half of the file. All other matrices are multiplied with, those of
                    // whole numbers by the same codes.
                    let stays = info.name == TOKENS || info.kind == Kind::I8;
                    self.next.insert(Unpacking::new(info.kind, &info.dims, scales, stays))
                }
            };
            let (mut part, after) = chunk.split_at((info.start + info.bytes - self.taken).min(chunk.len()));
            chunk = after;
            self.taken += part.len();
            if !self.rest.is_empty() {
                let (head, tail) = part.split_at((next.unit() - self.rest.len()).min(part.len()));
                self.rest.extend_from_slice(head);
                part = tail;
                if self.rest.len() == next.unit() {
                    next.take(&self.rest);
                    self.rest.clear();
                }
            }
            let (whole, broken) = part.split_at(part.len() - part.len() % next.unit());
            next.take(whole);
            self.rest.extend_from_slice(broken);
            if self.taken < info.start + info.bytes {
                return Ok(());
            }
            self.keep();
        }
        self.taken += chunk.len();
        Ok(())
    }

    /// Keeps the next tensor, which is whole.
    fn keep(&mut self) {
        let info = self.queue.pop().expect("called for the next tensor");
        let tensor = self.next.take().expect("its bytes have been taken").finish();
        if info.name == "blk.0.attn_q.weight" {
            self.packing = Some(info.kind);
        }
        let tensor = tensor.coded(&info.name, Precision::Fine);
        self.weights.insert(info.name, tensor);
    }
}

/// The scales of a matrix of whole numbers, a tensor that comes before it in the file.
fn scales(info: &TensorInfo, weights: &mut Weights) -> Result<Vec<f32>> {
    let name = scales_of(&info.name);
    let scales = weights.remove(&name).map(Tensor::numbers);
    match (scales, &*info.dims) {
        (Some(scales), &[rows, _]) if scales.len() == rows => Ok(scales),
        (scales, dims) => {
            let found = scales.map_or("none".to_owned(), |scales| scales.len().to_string());
            Err(unusable(format!(
                "{} of {dims:?} needs {name} before it, a scale for each row; it has {found}",
                info.name
            )))
        }
    }
}

/// What the scales of the matrix `name` are called.
pub(super) fn scales_of(name: &str) -> String {
    format!("{}.scale", name.strip_suffix(".weight").unwrap_or(name))
}

/// A transformer out of a file's metadata and tensors.
pub(super) fn assemble(mut metadata: Metadata, weights: Weights, packing: String) -> Result<Transformer> {
    let (space, pooling) = space(&metadata)?;
    let shape = Shape {
        dims: uint(&metadata, "bert.embedding_length")?,
        layers: uint(&metadata, "bert.block_count")?,
        heads: uint(&metadata, "bert.attention.head_count")?,
        inner: uint_if_there(&metadata, "bert.feed_forward_length")?,
        places: uint_if_there(&metadata, "bert.context_length")?,
        epsilon: match metadata.get("bert.attention.layer_norm_epsilon") {
            Some(Value::Float(epsilon)) if (0.0..=0.1).contains(epsilon) => *epsilon,
            other => return Err(unusable(format!("bert.attention.layer_norm_epsilon is {other:?}"))),
        },
        pooling,
    };
    if shape.dims != space.dims as usize {
        return Err(unusable(format!("its space has {} dimensions, its network {}", space.dims, shape.dims)));
    }
    let tokens = tokenizer(&mut metadata)?;
    let bert = Bert::new(shape, tokens.vocabulary().len(), weights)?;
    let max_tokens = tokens.max_tokens().min(bert.max_tokens());
    if max_tokens < 3 {
        return Err(unusable(format!("it has positions for {max_tokens} tokens only")));
    }
    Ok(Transformer::new(space, packing, tokens.with_max_tokens(max_tokens), bert))
}

fn space(metadata: &Metadata) -> Result<(VectorSpace, Pooling)> {
    if !matches!(metadata.get("general.architecture"), Some(Value::Text(name)) if name == "bert") {
        return Err(unusable(format!("general.architecture is {:?}, not bert", metadata.get("general.architecture"))));
    }
    let pooling = match metadata.get("bert.pooling_type") {
        Some(&Value::Uint(number)) => Pooling::numbered(number),
        _ => None,
    };
    let pooling = pooling.ok_or_else(|| {
        unusable(format!("bert.pooling_type is {:?}, not 1 (mean) or 2 (cls)", metadata.get("bert.pooling_type")))
    })?;
    let text = |key: &str| match metadata.get(key) {
        Some(Value::Text(text)) => Ok(text.clone()),
        _ => Err(Error::new(ErrorKind::Model, format!("the GGUF file does not name its vector space: no {key}"))
            .hint("make the file from the source weights with `bifocal model convert`")),
    };
    let space = VectorSpace {
        model: text("general.name")?,
        weights: text("bifocal.space.weights")?,
        pooling: text("bifocal.space.pooling")?,
        prefix: text("bifocal.space.prefix")?,
        query_prefix: match metadata.contains_key(QUERY_PREFIX) {
            true => text(QUERY_PREFIX)?,
            false => String::new(),
        },
        dims: uint(metadata, "bert.embedding_length")? as u32,
    };
    match space.pooling == pooling.name() {
        true => Ok((space, pooling)),
        false => Err(unusable(format!("its space has {} pooling, its network {}", space.pooling, pooling.name()))),
    }
}

/// The key of the terms that a model may be passed on under, in full.
pub const LICENCE: &str = "bifocal.licence";

/// The key of what the packing is called, where ggml's kind of the numbers does not say all: such vectors are kept apart from others.
pub(super) const PACKING: &str = "bifocal.packing";

/// The key of what is put before queries; files of models without prefixes may lack it.
pub(super) const QUERY_PREFIX: &str = "bifocal.space.query_prefix";

/// The tokenizer that llama.cpp's name for its kind stands for.
fn tokenizer(metadata: &mut Metadata) -> Result<Tokenizer> {
    let vocabulary = vocabulary(metadata)?;
    let law = match metadata.get("tokenizer.ggml.model") {
        Some(Value::Text(name)) if name == "bert" => Law::WordPiece(WordPiece { vocabulary }),
        Some(Value::Text(name)) if name == "t5" => match metadata.remove("tokenizer.ggml.scores") {
            Some(Value::Floats(scores)) => Law::Unigram(Unigram::new(vocabulary, scores)?),
            _ => return Err(unusable("it has no tokenizer.ggml.scores".into())),
        },
        other => return Err(unusable(format!("tokenizer.ggml.model is {other:?}, not bert or t5"))),
    };
    Ok(Tokenizer::new(law))
}

fn vocabulary(metadata: &mut Metadata) -> Result<Vocabulary> {
    let special = Special {
        unknown: uint(metadata, "tokenizer.ggml.unknown_token_id")? as u32,
        begin: uint(metadata, "tokenizer.ggml.cls_token_id")? as u32,
        // So spelt in llama.cpp.
        end: uint(metadata, "tokenizer.ggml.seperator_token_id")? as u32,
        padding: uint(metadata, "tokenizer.ggml.padding_token_id")? as u32,
    };
    // llama.cpp's token types 2, unknown, and 3, control: no text is spelt with either.
    let is_control = |kind: &i32| matches!(kind, 2 | 3);
    let controls = match metadata.get("tokenizer.ggml.token_type") {
        Some(Value::Ints(types)) => (0..).zip(types).filter(|(_, kind)| is_control(kind)).map(|(id, _)| id).collect(),
        _ => return Err(unusable("it has no tokenizer.ggml.token_type".into())),
    };
    match metadata.remove("tokenizer.ggml.tokens") {
        Some(Value::Texts(pieces)) => Vocabulary::new(pieces, controls, special),
        _ => Err(unusable("it has no tokenizer.ggml.tokens".into())),
    }
}

/// An unsigned number of the metadata, below 2³¹.
fn uint(metadata: &Metadata, key: &str) -> Result<usize> {
    match metadata.get(key) {
        Some(Value::Uint(value)) if *value < 1 << 31 => Ok(*value as usize),
        other => Err(unusable(format!("{key} is {other:?}"))),
    }
}

fn uint_if_there(metadata: &Metadata, key: &str) -> Result<Option<usize>> {
    metadata.contains_key(key).then(|| uint(metadata, key)).transpose()
}

fn unusable(what: String) -> Error {
    Error::new(ErrorKind::Model, format!("not a usable model file: {what}"))
        .hint("fetch the file again, or make it with `bifocal model convert`")
}
