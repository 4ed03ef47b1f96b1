//! `tokenizer.json` in llama.cpp's keys.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::{parse, unread};
use crate::Result;
use crate::encoder::gguf::{Metadata, Value};
use crate::encoder::texts::Texts;
use crate::encoder::vocabulary::Special;

/// llama.cpp's token types.
const NORMAL: i32 = 1;
const UNKNOWN: i32 = 2;
const CONTROL: i32 = 3;

/// What of `tokenizer.json` matters here. Its truncation and padding do not: they are an export's leftovers.
#[derive(Deserialize)]
struct Tokenizer<'j> {
    normalizer: Json,
    #[serde(default)]
    added_tokens: Vec<Added>,
    /// As it is written: a piece that comes twice would come once in a map of values.
    #[serde(borrow)]
    model: &'j RawValue,
}

/// What kind a model is.
#[derive(Deserialize)]
struct Model {
    r#type: Option<String>,
}

#[derive(Deserialize)]
struct Added {
    id: u32,
    special: bool,
}

/// The vocabulary of `tokenizer.json`, WordPiece's or the unigram model's.
pub(in crate::encoder) fn vocabulary(json: &[u8]) -> Result<Metadata> {
    let Tokenizer { normalizer, added_tokens, model } = parse("tokenizer.json", json)?;
    let controls: Vec<usize> =
        added_tokens.iter().filter(|token| token.special).map(|token| token.id as usize).collect();
    let model = model.get().as_bytes();
    match parse::<Model>("tokenizer.json", model)?.r#type.as_deref() {
        Some("Unigram") => read_unigram(&normalizer, &controls, parse("tokenizer.json", model)?),
        Some("WordPiece") | None => {
            let normalizer = Normalizer::deserialize(normalizer)
                .map_err(|error| unread("tokenizer.json: its normalizer is not as expected".into()).because(error))?;
            word_pieces(normalizer, &controls, parse("tokenizer.json", model)?)
        }
        Some(other) => {
            Err(unread(format!("tokenizer.json: its model is {other}, and only WordPiece and Unigram are read")))
        }
    }
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
struct WordPiece {
    unk_token: String,
    continuing_subword_prefix: String,
    max_input_chars_per_word: u32,
    #[serde(deserialize_with = "once_each")]
    vocab: BTreeMap<String, u32>,
}

/// A map whose keys come once each.
fn once_each<'j, D: Deserializer<'j>>(json: D) -> Result<BTreeMap<String, u32>, D::Error> {
    struct Pieces;

    impl<'j> Visitor<'j> for Pieces {
        type Value = BTreeMap<String, u32>;

        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("word pieces with their ids")
        }

        fn visit_map<A: MapAccess<'j>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            let mut pieces = BTreeMap::new();
            while let Some((piece, id)) = entries.next_entry::<String, u32>()? {
                if pieces.insert(piece.clone(), id).is_some() {
                    return Err(A::Error::custom(format!("word piece {piece:?} comes twice")));
                }
            }
            Ok(pieces)
        }
    }

    json.deserialize_map(Pieces)
}

/// The tokenizer of uncased BERT; pieces get llama.cpp's spelling.
fn word_pieces(normalizer: Normalizer, controls: &[usize], model: WordPiece) -> Result<Metadata> {
    let Normalizer { r#type, clean_text, handle_chinese_chars, strip_accents, lowercase } = normalizer;
    if r#type != "BertNormalizer" || [clean_text, handle_chinese_chars, strip_accents, lowercase].contains(&Some(false))
    {
        return Err(unread("tokenizer.json: its normalizer is not that of uncased BERT".into()));
    }
    if model.continuing_subword_prefix != "##" || model.max_input_chars_per_word != 100 {
        return Err(unread("tokenizer.json: its model is not BERT's WordPiece".into()));
    }
    let mut pieces = vec![None; model.vocab.len()];
    for (piece, id) in &model.vocab {
        match pieces.get_mut(*id as usize) {
            Some(place) => *place = Some(piece.as_str()),
            None => return Err(unread(format!("tokenizer.json: id {id} of only {} word pieces", pieces.len()))),
        }
    }
    let types = types(pieces.len(), controls);
    let mut spelt = Texts::default();
    for (id, piece) in pieces.iter().enumerate() {
        let piece = piece.ok_or_else(|| unread(format!("tokenizer.json: no word piece has id {id}")))?;
        match piece.strip_prefix("##") {
            _ if types[id] == CONTROL => spelt.push(piece),
            Some(rest) => spelt.push(rest),
            None => spelt.push(&format!("▁{piece}")),
        }
    }
    let id = |token: &str| named(token, model.vocab.get(token).copied());
    let special =
        Special { unknown: id(&model.unk_token)?, begin: id("[CLS]")?, end: id("[SEP]")?, padding: id("[PAD]")? };
    Ok(metadata("bert", spelt, types, special))
}

#[derive(Deserialize)]
struct Unigram {
    unk_id: Option<u32>,
    vocab: Vec<(String, f32)>,
    #[serde(default)]
    byte_fallback: bool,
}

/// The unigram model of SentencePiece, as XLM-R has it.
fn read_unigram(normalizer: &Json, controls: &[usize], model: Unigram) -> Result<Metadata> {
    // What a table does is not looked into; one that folds case leaves no piece with a capital.
    let capitals =
        model.vocab.iter().any(|(piece, _)| piece.contains('▁') && piece.contains(|c: char| c.is_ascii_uppercase()));
    if !has_table(normalizer) || !capitals {
        return Err(unread("tokenizer.json: its normalizer is not SentencePiece's nmt_nfkc".into()));
    }
    if model.byte_fallback {
        return Err(unread("tokenizer.json: its model spells unknown characters in bytes".into()));
    }
    let mut seen = BTreeSet::new();
    if let Some((piece, _)) = model.vocab.iter().find(|(piece, _)| !seen.insert(piece)) {
        return Err(unread(format!("tokenizer.json: piece {piece:?} comes twice")));
    }
    let id =
        |token: &str| named(token, (0..).zip(&model.vocab).find(|(_, (piece, _))| piece == token).map(|(id, _)| id));
    let unknown = named("for the unknown", model.unk_id.filter(|&id| (id as usize) < model.vocab.len()))?;
    let special = Special { unknown, begin: id("<s>")?, end: id("</s>")?, padding: id("<pad>")? };
    let pieces = model.vocab.iter().map(|(piece, _)| piece.as_str()).collect();
    Ok(unigram(pieces, model.vocab.iter().map(|(_, score)| *score).collect(), controls, special))
}

/// Whether a normaliser is SentencePiece's table, with nothing beside it but what that rule does anyway.
fn has_table(normalizer: &Json) -> bool {
    let kinds = match normalizer["normalizers"].as_array() {
        Some(parts) => parts.iter().collect(),
        None => vec![normalizer],
    };
    let kind = |part: &Json| part["type"].as_str().map(str::to_owned);
    let merges_spaces = |part: &Json| part["pattern"]["Regex"] == " {2,}";
    kinds.iter().any(|part| kind(part).as_deref() == Some("Precompiled"))
        && kinds
            .iter()
            .all(|part| matches!(kind(part).as_deref(), Some("Precompiled" | "Strip")) || merges_spaces(part))
}

/// What a file says of a unigram model, some of whose pieces are `controls`.
pub(in crate::encoder) fn unigram(pieces: Texts, scores: Vec<f32>, controls: &[usize], special: Special) -> Metadata {
    let mut types = types(pieces.len(), controls);
    types[special.unknown as usize] = UNKNOWN;
    // llama.cpp's name for every unigram model.
    let mut metadata = metadata("t5", pieces, types, special);
    metadata.extend([
        ("tokenizer.ggml.pre".to_owned(), Value::Text("default".into())),
        ("tokenizer.ggml.scores".to_owned(), Value::Floats(scores)),
        ("tokenizer.ggml.add_space_prefix".to_owned(), Value::Bool(true)),
        ("tokenizer.ggml.remove_extra_whitespaces".to_owned(), Value::Bool(true)),
    ]);
    metadata
}

fn metadata(
    model: &str,
    pieces: Texts,
    types: Vec<i32>,
    Special { unknown, begin, end, padding }: Special,
) -> Metadata {
    let id = |id: u32| Value::Uint(id.into());
    let entries = [
        ("model", Value::Text(model.into())),
        ("bos_token_id", id(begin)),
        ("eos_token_id", id(end)),
        ("unknown_token_id", id(unknown)),
        ("cls_token_id", id(begin)),
        // So spelt in llama.cpp.
        ("seperator_token_id", id(end)),
        ("padding_token_id", id(padding)),
        ("tokens", Value::Texts(pieces)),
        ("token_type", Value::Ints(types)),
    ];
    entries.map(|(key, value)| (format!("tokenizer.ggml.{key}"), value)).into()
}

/// llama.cpp's type of each piece.
fn types(pieces: usize, controls: &[usize]) -> Vec<i32> {
    (0..pieces).map(|id| if controls.contains(&id) { CONTROL } else { NORMAL }).collect()
}

fn named(token: &str, id: Option<u32>) -> Result<u32> {
    id.ok_or_else(|| unread(format!("tokenizer.json: no word piece {token}")))
}
