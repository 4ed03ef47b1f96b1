//! A published model's own files into a transformer, and into one GGUF file.
//!
//! safetensors and tokenizer.json go in; the names of keys and tensors that come out are llama.cpp's for BERT, so that
//! its tools read the file too, and beside them stands the name of the vector space.

use std::collections::HashMap;
use std::ops::Range;

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{DType, Device, Tensor};
use sha2::{Digest, Sha256};

use super::bert::{TOKENS, Weights};
use super::gguf::{self, Kind, Metadata, Value};
use super::loader::{QUERY_PREFIX, assemble};
use super::source::{self, Config};
use super::space::{Encoder, Role};
use super::tensor::Tensor as Weight;
use super::transformer::Transformer;
use crate::kernels::rowwise::Precision;
use crate::{Error, ErrorKind, Result};

/// The files of a published model, as bytes.
pub struct SourceFiles<'f> {
    /// What the model is called.
    pub name: &'f str,
    /// `model.safetensors`.
    pub weights: &'f [u8],
    /// `tokenizer.json`.
    pub tokenizer: &'f [u8],
    /// `config.json`. Without it the network has 12 attention heads and a norm's epsilon of 1e-12, as BERT base and all
    /// MiniLM have.
    pub config: Option<&'f [u8]>,
    /// `1_Pooling/config.json`. Without it the mean is taken.
    pub pooling: Option<&'f [u8]>,
    /// `config_sentence_transformers.json`, which may say what the model wants before queries and passages.
    pub prompts: Option<&'f [u8]>,
    /// What it wants before passages and before queries, in place of what that file says.
    pub prefixes: [Option<&'f str>; 2],
}

impl<'f> SourceFiles<'f> {
    /// The two files that every model has, without the others.
    pub fn new(name: &'f str, weights: &'f [u8], tokenizer: &'f [u8]) -> Self {
        Self { name, weights, tokenizer, config: None, pooling: None, prompts: None, prefixes: [None; 2] }
    }
}

/// A model as it was published, in f32.
pub struct Source {
    pub(super) metadata: Metadata,
    /// By llama.cpp's names, in the order of its files: the largest, `token_embd`, first.
    tensors: Vec<(String, Tensor)>,
}

impl Source {
    /// Reads a model's own files.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if a file is damaged, or the model is of a kind that is not read here.
    pub fn read(files: &SourceFiles) -> Result<Self> {
        let mut metadata = source::vocabulary(files.tokenizer)?;
        let config = source::config(files.config, &metadata)?;
        let pooling = source::pooling(files.pooling)?;
        let prompts = source::prompts(files.prompts)?;
        let [passage, query] = [0, 1].map(|at| files.prefixes[at].unwrap_or(&prompts[at]));
        let pieces = match metadata.get("tokenizer.ggml.tokens") {
            Some(Value::Texts(pieces)) => pieces.len(),
            _ => 0,
        };
        let mut found = candle_core::safetensors::load_buffer(files.weights, &Device::Cpu)
            .map_err(|error| unusable("model.safetensors does not open".into()).because(error))?;
        let prefix = if found.contains_key("bert.embeddings.word_embeddings.weight") { "bert." } else { "" };
        let layers = layers(&found, prefix)?;
        agree(&config, &found, prefix, layers)?;
        let mut tensors = Vec::new();
        for (name, published) in names(layers) {
            let tensor = found.remove(&format!("{prefix}{published}"));
            let tensor = tensor.ok_or_else(|| unusable(format!("model.safetensors has no tensor {published}")))?;
            let rows = match name.as_str() {
                // Rows beyond the pieces are there to make their number even.
                TOKENS => 0..pieces,
                "position_embd.weight" => config.first_place..usize::MAX,
                _ => 0..usize::MAX,
            };
            let tensor = tensor.to_dtype(DType::F32).and_then(|tensor| cut(tensor, rows));
            tensors.push((name, tensor.map_err(|error| unusable(format!("tensor {published}")).because(error))?));
        }
        if let Some(name) = found.keys().filter(|name| name.starts_with(&layer_start(prefix))).min() {
            return Err(unusable(format!("model.safetensors has tensor {name}, which no layer of BERT has")));
        }
        let size = |name: &str, axis: usize| {
            let tensor = tensors.iter().find(|tensor| tensor.0 == name);
            tensor.and_then(|(_, tensor)| tensor.dims().get(axis)).map_or(0, |&dim| dim as u64)
        };
        let text = |text: &str| Value::Text(text.to_owned());
        metadata.extend([
            ("general.architecture".to_owned(), text("bert")),
            ("general.name".to_owned(), text(files.name)),
            ("bert.attention.causal".to_owned(), Value::Bool(false)),
            ("bert.attention.head_count".to_owned(), Value::Uint(config.heads)),
            ("bert.attention.layer_norm_epsilon".to_owned(), Value::Float(config.epsilon)),
            ("bert.block_count".to_owned(), Value::Uint(layers as u64)),
            ("bert.context_length".to_owned(), Value::Uint(size("position_embd.weight", 0))),
            ("bert.embedding_length".to_owned(), Value::Uint(size("token_embd.weight", 1))),
            ("bert.feed_forward_length".to_owned(), Value::Uint(size("blk.0.ffn_up.weight", 0))),
            ("bert.pooling_type".to_owned(), Value::Uint(pooling.number())),
            ("tokenizer.ggml.token_type_count".to_owned(), Value::Uint(size("token_types.weight", 0))),
            ("bifocal.space.weights".to_owned(), text(&weights_name(files.weights))),
            ("bifocal.space.pooling".to_owned(), text(pooling.name())),
            ("bifocal.space.prefix".to_owned(), text(passage)),
        ]);
        if !query.is_empty() {
            metadata.insert(QUERY_PREFIX.to_owned(), text(query));
        }
        Ok(Self { metadata, tensors })
    }

    /// The transformer with its weights as they were published, in f32: what others are compared with.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if the tensors do not fit each other.
    pub fn transformer(&self) -> Result<Transformer> {
        self.assembled(self.weights()?, "f32")
    }

    /// The transformer whose products are of codes: many times as fast.
    ///
    /// # Errors
    /// As [`Source::transformer`].
    pub fn coded(&self, precision: Precision) -> Result<Transformer> {
        let coded = |(name, weight): (String, Weight)| {
            let weight = weight.coded(&name, precision);
            (name, weight)
        };
        let packing = match precision {
            Precision::Fine => "f32, fine",
            Precision::Coarse => "f32, coarse",
        };
        self.assembled(self.weights()?.into_iter().map(coded).collect(), packing)
    }

    fn assembled(&self, weights: Weights, packing: &str) -> Result<Transformer> {
        assemble(self.metadata.clone(), weights, packing.to_owned()).map_err(|error| error.hint(ONE_MODEL))
    }

    /// The tensors in f32.
    pub(super) fn weights(&self) -> Result<Weights> {
        let weight = |(name, tensor): &(String, Tensor)| {
            let numbers = tensor.flatten_all().and_then(|numbers| numbers.to_vec1());
            let numbers = numbers.map_err(|error| unusable(format!("tensor {name}")).because(error))?;
            Ok((name.clone(), Weight::Numbers { dims: tensor.dims().to_vec(), numbers }))
        };
        self.tensors.iter().map(weight).collect()
    }

    /// Packs the matrices; norms, biases and positions stay f32, as in llama.cpp's files.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if a matrix's rows are no multiple of the packing's block of 32.
    pub fn pack(&self, packing: Packing) -> Result<Packed> {
        let pack = |(name, tensor): &(String, Tensor)| {
            let stays = tensor.rank() < 2 || name.starts_with("position_embd") || name.starts_with("token_types");
            let (kind, ggml) = if stays { (Kind::F32, GgmlDType::F32) } else { packing.kinds() };
            let packed = QTensor::quantize(tensor, ggml);
            let bytes = packed.and_then(|packed| Ok(packed.data()?.into_owned()));
            let bytes = bytes.map_err(|error| unusable(format!("{name} cannot be packed")).because(error))?;
            Ok((name.clone(), tensor.dims().to_vec(), kind, bytes))
        };
        let tensors = self.tensors.iter().map(pack).collect::<Result<_>>()?;
        let mut metadata = self.metadata.clone();
        metadata.insert("general.file_type".into(), Value::Uint(packing.file_type()));
        metadata.insert("general.quantization_version".into(), Value::Uint(2));
        Ok(Packed { metadata, tensors })
    }
}

/// How many layers tensors are named of, whether or not all of a layer's are there.
fn layers(tensors: &HashMap<String, Tensor>, prefix: &str) -> Result<usize> {
    let start = layer_start(prefix);
    let number = |name: &String| name.strip_prefix(&start)?.split('.').next()?.parse::<usize>().ok();
    let layers = tensors.keys().filter_map(number).max().map_or(0, |last| last.saturating_add(1));
    // Each layer has tensors of its own, so a number beyond theirs is a lie.
    if layers > tensors.len() {
        return Err(unusable(format!("model.safetensors has a layer {} in {} tensors", layers - 1, tensors.len())));
    }
    Ok(layers)
}

fn layer_start(prefix: &str) -> String {
    format!("{prefix}encoder.layer.")
}

/// Checks that the sizes `config.json` gives are those of the tensors.
fn agree(config: &Config, tensors: &HashMap<String, Tensor>, prefix: &str, layers: usize) -> Result<()> {
    let size = |name: &str, axis: usize| tensors.get(&format!("{prefix}{name}"))?.dims().get(axis).copied();
    let words = "embeddings.word_embeddings.weight";
    for (key, said, found) in [
        ("num_hidden_layers", config.layers, Some(layers)),
        ("hidden_size", config.dims, size(words, 1)),
        ("intermediate_size", config.inner, size("encoder.layer.0.intermediate.dense.weight", 0)),
        ("vocab_size", config.pieces, size(words, 0)),
    ] {
        // What is missing is named where it is taken.
        if let (Some(said), Some(found)) = (said, found)
            && said != found
        {
            return Err(unusable(format!("config.json says that {key} is {said}, and model.safetensors has {found}")));
        }
    }
    Ok(())
}

/// Those `rows` of a tensor that it has.
fn cut(tensor: Tensor, rows: Range<usize>) -> candle_core::Result<Tensor> {
    let all = tensor.dim(0)?;
    match rows.start.min(all)..rows.end.min(all) {
        rows if rows.len() == all => Ok(tensor),
        // Copied, because what packs a tensor takes all that lies in its place.
        rows => tensor.narrow(0, rows.start, rows.len())?.force_contiguous(),
    }
}

/// A model ready to be written.
pub struct Packed {
    pub(super) metadata: Metadata,
    pub(super) tensors: Vec<(String, Vec<usize>, Kind, Vec<u8>)>,
}

impl Packed {
    /// Writes into the model how well its vectors agree with those of its source.
    pub fn state(&mut self, agreement: &Agreement) {
        let cosines = [("bifocal.cosine.mean", agreement.mean), ("bifocal.cosine.min", agreement.min)];
        self.metadata.extend(cosines.map(|(key, cosine)| (key.to_owned(), Value::Float(cosine as f64))));
    }

    /// The GGUF file.
    pub fn to_bytes(&self) -> Vec<u8> {
        gguf::write(&self.metadata, &self.tensors)
    }
}

/// How the numbers of a model's matrices are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// As published: 4 bytes a number.
    F32,
    /// Half precision: 2 bytes.
    F16,
    /// Blocks of 32 bytes with a scale: 1.06 bytes. The default: its vectors have a cosine of .9996 with the source's.
    Q8_0,
    /// Blocks of 5 bits with scale and minimum: 0.75 bytes.
    Q5_1,
    /// Blocks of 5 bits with a scale: 0.69 bytes.
    Q5_0,
    /// Blocks of 4 bits with scale and minimum: 0.63 bytes.
    Q4_1,
    /// Blocks of 4 bits with a scale: 0.56 bytes; a cosine of .97.
    Q4_0,
}

impl Packing {
    /// All of them, with candle's names and llama.cpp's numbers for files of that type.
    const ALL: [(Self, Kind, GgmlDType, u64); 7] = [
        (Self::F32, Kind::F32, GgmlDType::F32, 0),
        (Self::F16, Kind::F16, GgmlDType::F16, 1),
        (Self::Q8_0, Kind::Q8_0, GgmlDType::Q8_0, 7),
        (Self::Q5_1, Kind::Q5_1, GgmlDType::Q5_1, 9),
        (Self::Q5_0, Kind::Q5_0, GgmlDType::Q5_0, 8),
        (Self::Q4_1, Kind::Q4_1, GgmlDType::Q4_1, 3),
        (Self::Q4_0, Kind::Q4_0, GgmlDType::Q4_0, 2),
    ];

    /// The names that [`Packing::named`] knows.
    pub fn names() -> [&'static str; 7] {
        Self::ALL.map(|packing| packing.1.name())
    }

    /// The packing of llama.cpp's `name`, such as `q8_0`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|packing| packing.1.name() == name).map(|packing| packing.0)
    }

    fn kinds(self) -> (Kind, GgmlDType) {
        let (_, kind, ggml, _) = Self::ALL[self as usize];
        (kind, ggml)
    }

    pub(super) fn file_type(self) -> u64 {
        Self::ALL[self as usize].3
    }
}

/// How well two encoders of one space agree: cosines of their vectors over some texts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// The mean cosine.
    pub mean: f32,
    /// The lowest.
    pub min: f32,
    /// The place of the text that has it.
    pub farthest: usize,
}

impl Agreement {
    /// Compares `one` and `other` over `texts`, of which there is one at least.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if their spaces differ or one of them gives no vector, [`ErrorKind::Usage`] if there are no texts.
    pub fn measure(one: &dyn Encoder, other: &dyn Encoder, texts: &[&str]) -> Result<Self> {
        one.space().accept(other.space())?;
        let (ones, others) = (one.embed(texts, Role::Passage, &|_| {})?, other.embed(texts, Role::Passage, &|_| {})?);
        let cosine = |(one, other): (&Vec<f32>, &Vec<f32>)| one.iter().zip(other).map(|(a, b)| a * b).sum::<f32>();
        let cosines: Vec<f32> = ones.iter().zip(&others).map(cosine).collect();
        let mean = cosines.iter().sum::<f32>() / cosines.len().max(1) as f32;
        let lowest = cosines.into_iter().enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b));
        let (farthest, min) = lowest.ok_or_else(|| Error::new(ErrorKind::Usage, "no texts to compare models over"))?;
        Ok(Self { mean, min, farthest })
    }
}

/// What the weights of a file are called in a vector space.
pub(super) fn weights_name(file: &[u8]) -> String {
    Sha256::digest(file)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Each tensor's name in llama.cpp's files and in the published ones.
fn names(layers: usize) -> Vec<(String, String)> {
    const EMBEDDINGS: [(&str, &str); 4] = [
        ("token_embd", "embeddings.word_embeddings"),
        ("position_embd", "embeddings.position_embeddings"),
        ("token_types", "embeddings.token_type_embeddings"),
        ("token_embd_norm", "embeddings.LayerNorm"),
    ];
    const LAYER: [(&str, &str); 8] = [
        ("attn_q", "attention.self.query"),
        ("attn_k", "attention.self.key"),
        ("attn_v", "attention.self.value"),
        ("attn_output", "attention.output.dense"),
        ("attn_output_norm", "attention.output.LayerNorm"),
        ("ffn_up", "intermediate.dense"),
        ("ffn_down", "output.dense"),
        ("layer_output_norm", "output.LayerNorm"),
    ];
    let mut names = Vec::new();
    for (name, published) in EMBEDDINGS {
        let kinds: &[&str] = if name.ends_with("norm") { &["weight", "bias"] } else { &["weight"] };
        names.extend(kinds.iter().map(|kind| (format!("{name}.{kind}"), format!("{published}.{kind}"))));
    }
    for at in 0..layers {
        for (name, published) in LAYER {
            let pair = |kind| (format!("blk.{at}.{name}.{kind}"), format!("encoder.layer.{at}.{published}.{kind}"));
            names.extend(["weight", "bias"].map(pair));
        }
    }
    names
}

fn unusable(what: String) -> Error {
    Error::new(ErrorKind::Model, format!("not a usable BERT model: {what}")).hint(ONE_MODEL)
}

/// The way out where files don't fit each other.
const ONE_MODEL: &str = "see that model.safetensors, tokenizer.json and config.json are those of one model, and whole";
