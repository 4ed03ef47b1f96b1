//! The JSON files beside a published model's weights.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::bert::Pooling;
use super::gguf::{Metadata, Value};
use super::texts::Texts;
use crate::{Error, ErrorKind, Result};

/// What of `config.json` the tensors don't tell.
pub(super) struct Config {
    pub heads: u64,
    pub epsilon: f64,
}

/// Reads `config.json`, or what BERT base and MiniLM have where there is none.
pub(super) fn config(json: Option<&[u8]>) -> Result<Config> {
    #[derive(Deserialize)]
    struct File {
        model_type: Option<String>,
        hidden_act: Option<String>,
        position_embedding_type: Option<String>,
        num_attention_heads: u64,
        layer_norm_eps: f64,
    }
    let Some(json) = json else { return Ok(Config { heads: 12, epsilon: 1e-12 }) };
    let file: File = parse("config.json", json)?;
    let expected = [
        ("model_type", file.model_type, "bert"),
        ("hidden_act", file.hidden_act, "gelu"),
        ("position_embedding_type", file.position_embedding_type, "absolute"),
    ];
    for (key, found, wanted) in expected {
        if let Some(found) = found.filter(|found| found != wanted) {
            return Err(unread(format!("config.json: {key} is {found}, and only {wanted} is read")));
        }
    }
    Ok(Config { heads: file.num_attention_heads, epsilon: file.layer_norm_eps })
}

/// The pooling of `1_Pooling/config.json`, or the mean where there is none.
pub(super) fn pooling(json: Option<&[u8]>) -> Result<Pooling> {
    let Some(json) = json else { return Ok(Pooling::Mean) };
    let file: BTreeMap<String, serde_json::Value> = parse("1_Pooling/config.json", json)?;
    let modes = file.iter().filter(|(key, on)| key.starts_with("pooling_mode_") && **on == true);
    let modes: Vec<&str> = modes.map(|(key, _)| key.as_str()).collect();
    match modes[..] {
        ["pooling_mode_mean_tokens"] => Ok(Pooling::Mean),
        ["pooling_mode_cls_token"] => Ok(Pooling::First),
        _ => {
            Err(unread(format!("1_Pooling/config.json: it pools by {modes:?}, and only mean or first token are read")))
        }
    }
}

/// The vocabulary of `tokenizer.json` in llama.cpp's spelling and keys.
pub(super) fn vocabulary(json: &[u8]) -> Result<Metadata> {
    let file: Tokenizer = parse("tokenizer.json", json)?;
    file.check()?;
    let mut pieces = vec![None; file.model.vocab.len()];
    for (piece, id) in &file.model.vocab {
        match pieces.get_mut(*id as usize) {
            Some(place) => *place = Some(piece.as_str()),
            None => return Err(unread(format!("tokenizer.json: id {id} of only {} word pieces", pieces.len()))),
        }
    }
    let mut types = vec![NORMAL; pieces.len()];
    for token in file.added_tokens.iter().filter(|token| token.special) {
        if let Some(kind) = types.get_mut(token.id as usize) {
            *kind = CONTROL;
        }
    }
    let mut spelt = Texts::default();
    for (id, piece) in pieces.iter().enumerate() {
        let piece = piece.ok_or_else(|| unread(format!("tokenizer.json: no word piece has id {id}")))?;
        match piece.strip_prefix("##") {
            _ if types[id] == CONTROL => spelt.push(piece),
            Some(rest) => spelt.push(rest),
            None => spelt.push(&format!("▁{piece}")),
        }
    }
    let id = |token: &str| match file.model.vocab.get(token) {
        Some(&id) => Ok(Value::Uint(id as u64)),
        None => Err(unread(format!("tokenizer.json: no word piece {token}"))),
    };
    Ok(Metadata::from([
        ("tokenizer.ggml.model".to_owned(), Value::Text("bert".into())),
        ("tokenizer.ggml.unknown_token_id".to_owned(), id(&file.model.unk_token)?),
        ("tokenizer.ggml.cls_token_id".to_owned(), id("[CLS]")?),
        // So spelt in llama.cpp.
        ("tokenizer.ggml.seperator_token_id".to_owned(), id("[SEP]")?),
        ("tokenizer.ggml.padding_token_id".to_owned(), id("[PAD]")?),
        ("tokenizer.ggml.tokens".to_owned(), Value::Texts(spelt)),
        ("tokenizer.ggml.token_type".to_owned(), Value::Ints(types)),
    ]))
}

/// llama.cpp's token types.
const NORMAL: i32 = 1;
const CONTROL: i32 = 3;

/// What of `tokenizer.json` matters here. Its truncation and padding do not: they are an export's leftovers.
#[derive(Deserialize)]
struct Tokenizer {
    normalizer: Normalizer,
    #[serde(default)]
    added_tokens: Vec<Added>,
    model: Model,
}

#[derive(Deserialize)]
struct Normalizer {
    r#type: String,
    clean_text: Option<bool>,
    handle_chinese_chars: Option<bool>,
    strip_accents: Option<bool>,
    lowercase: Option<bool>,
}

#[derive(Deserialize)]
struct Added {
    id: u32,
    special: bool,
}

#[derive(Deserialize)]
struct Model {
    r#type: Option<String>,
    unk_token: String,
    continuing_subword_prefix: String,
    max_input_chars_per_word: u32,
    vocab: BTreeMap<String, u32>,
}

impl Tokenizer {
    /// Checks that the tokenizer is the one of uncased BERT, which is all that is read.
    fn check(&self) -> Result<()> {
        let Normalizer { r#type, clean_text, handle_chinese_chars, strip_accents, lowercase } = &self.normalizer;
        let on = [clean_text, handle_chinese_chars, strip_accents, lowercase];
        if r#type != "BertNormalizer" || on.contains(&&Some(false)) {
            return Err(unread("tokenizer.json: its normalizer is not that of uncased BERT".into()));
        }
        let Model { r#type, continuing_subword_prefix, max_input_chars_per_word, .. } = &self.model;
        let word_piece = r#type.as_deref().unwrap_or("WordPiece") == "WordPiece";
        if !word_piece || continuing_subword_prefix != "##" || *max_input_chars_per_word != 100 {
            return Err(unread("tokenizer.json: its model is not BERT's WordPiece".into()));
        }
        Ok(())
    }
}

fn parse<'j, T: Deserialize<'j>>(name: &str, json: &'j [u8]) -> Result<T> {
    serde_json::from_slice(json).map_err(|error| unread(format!("{name} is not as expected")).because(error))
}

fn unread(what: String) -> Error {
    Error::new(ErrorKind::Model, what).hint("bifocal reads uncased BERT models, such as all-MiniLM-L6-v2")
}
