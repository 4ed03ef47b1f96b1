//! BERTs that llama.cpp's `convert_hf_to_gguf.py` made: GGUF files that do not name a vector space.
//!
//! What is missing is written into the file, so that whoever gets it from here, a browser too, reads it as one of our own.

use super::bert::Pooling;
use super::convert::weights_name;
use super::gguf::{self, Header, Metadata, Value};
use crate::Result;

/// The file with the name of its vector space in it: its own hash, the pooling that it states or the mean, no prefixes. None if it
/// names one already, in part or in whole, or is not a BERT that is read here; what is wrong with it is then said where it is read.
///
/// # Errors
/// [`crate::ErrorKind::Model`] if the file is not GGUF, or damaged.
pub fn named(file: &[u8]) -> Result<Option<Vec<u8>>> {
    let Some(Header { mut metadata, tensors }) = Header::read(file, file.len())? else { return Ok(None) };
    let has_space = metadata.keys().any(|key| key.starts_with("bifocal.space."));
    let pooling = match metadata.get("bert.pooling_type") {
        None => Some(Pooling::Mean),
        Some(&Value::Uint(number)) => Pooling::numbered(number),
        Some(_) => None,
    };
    let Some(pooling) = pooling.filter(|_| !has_space) else { return Ok(None) };
    let text = |text: &str| Value::Text(text.to_owned());
    metadata.entry("general.name".to_owned()).or_insert(text("unnamed"));
    metadata.extend([
        ("bert.pooling_type".to_owned(), Value::Uint(pooling.number())),
        ("bifocal.space.weights".to_owned(), text(&weights_name(file))),
        ("bifocal.space.pooling".to_owned(), text(pooling.name())),
        ("bifocal.space.prefix".to_owned(), text("")),
    ]);
    name_framing(&mut metadata);
    // Tensors are written as far apart as they are where a file doesn't say.
    metadata.remove("general.alignment");
    let tensors = tensors.into_iter().map(|tensor| {
        let bytes = file[tensor.start..tensor.start + tensor.bytes].to_vec();
        (tensor.name, tensor.dims, tensor.kind, bytes)
    });
    Ok(Some(gguf::write(&metadata, &tensors.collect::<Vec<_>>())))
}

/// Adds ids of the special tokens that are not told: newer files of WordPiece have no `cls_token_id`.
fn name_framing(metadata: &mut Metadata) {
    let key = |name: &str| format!("tokenizer.ggml.{name}_token_id");
    for (name, same, spelt) in [
        ("cls", "bos", ["[CLS]", "<s>"]),
        ("seperator", "eos", ["[SEP]", "</s>"]),
        ("unknown", "unknown", ["[UNK]", "<unk>"]),
        ("padding", "padding", ["[PAD]", "<pad>"]),
    ] {
        let by_text = match metadata.get("tokenizer.ggml.tokens") {
            Some(Value::Texts(pieces)) => (0..pieces.len()).find(|&id| spelt.contains(&pieces.get(id))),
            _ => None,
        };
        let by_text = by_text.map(|id| Value::Uint(id as u64));
        if let Some(id) = metadata.get(&key(same)).cloned().or(by_text) {
            metadata.entry(key(name)).or_insert(id);
        }
    }
}
