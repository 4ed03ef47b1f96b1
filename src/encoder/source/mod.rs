//! The JSON files beside a published model's weights.

mod tokenizer;

use std::collections::BTreeMap;

use serde::Deserialize;

pub(super) use self::tokenizer::{unigram, vocabulary};
use super::bert::Pooling;
use super::gguf::{Metadata, Value};
use crate::{Error, ErrorKind, Result};

/// What of `config.json` the tensors don't tell, and what they must agree with where it is given.
#[derive(Default)]
pub(super) struct Config {
    pub heads: u64,
    pub epsilon: f64,
    /// The row of a sequence's first place.
    pub first_place: usize,
    pub layers: Option<usize>,
    pub dims: Option<usize>,
    pub inner: Option<usize>,
    /// Rows of the embedding, of which the vocabulary may use fewer.
    pub pieces: Option<usize>,
}

/// Reads `config.json`, or what BERT base and MiniLM have where there is none. `vocabulary` is what the tokenizer says: BERTs and
/// RoBERTas are made with a unigram model, and only `config.json` tells where the places of such a model begin.
pub(super) fn config(json: Option<&[u8]>, vocabulary: &Metadata) -> Result<Config> {
    #[derive(Deserialize)]
    struct File {
        model_type: Option<String>,
        hidden_act: Option<String>,
        position_embedding_type: Option<String>,
        num_attention_heads: u64,
        layer_norm_eps: f64,
        pad_token_id: Option<u32>,
        num_hidden_layers: Option<usize>,
        hidden_size: Option<usize>,
        intermediate_size: Option<usize>,
        vocab_size: Option<usize>,
    }
    let is_unigram = vocabulary.get("tokenizer.ggml.model") == Some(&Value::Text("t5".into()));
    let Some(json) = json else {
        return match is_unigram {
            true => Err(typeless("there is no config.json")),
            false => Ok(Config { heads: 12, epsilon: 1e-12, ..Config::default() }),
        };
    };
    let mut file: File = parse("config.json", json)?;
    if is_unigram && file.model_type.is_none() {
        return Err(typeless("config.json has no model_type"));
    }
    // RoBERTa's places are counted from behind that of padding.
    let first_place = match file.model_type.as_deref() {
        Some("xlm-roberta") => file.pad_token_id.map_or(2, |padding| padding as usize + 1),
        _ => 0,
    };
    file.model_type.take_if(|name| name == "xlm-roberta");
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
    Ok(Config {
        heads: file.num_attention_heads,
        epsilon: file.layer_norm_eps,
        first_place,
        layers: file.num_hidden_layers,
        dims: file.hidden_size,
        inner: file.intermediate_size,
        pieces: file.vocab_size,
    })
}

/// `what` leaves open where the places of a model with XLM-R's vocabulary begin.
fn typeless(what: &str) -> Error {
    let message = format!("{what}, and a model with a Unigram tokenizer may be a BERT or an XLM-RoBERTa");
    Error::new(ErrorKind::Model, message).hint(
        "take the model's own config.json; its model_type is \"xlm-roberta\" where places are counted from behind the padding's, \
         and \"bert\" where they are counted from 0, as in multilingual-e5-small",
    )
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

/// What `config_sentence_transformers.json` says is put before passages and before queries; nothing where it doesn't, or is not there.
pub(super) fn prompts(json: Option<&[u8]>) -> Result<[String; 2]> {
    #[derive(Deserialize)]
    struct File {
        #[serde(default)]
        prompts: BTreeMap<String, String>,
    }
    let Some(json) = json else { return Ok(Default::default()) };
    let File { mut prompts } = parse("config_sentence_transformers.json", json)?;
    let passage = prompts.remove("document").or_else(|| prompts.remove("passage"));
    Ok([passage, prompts.remove("query")].map(Option::unwrap_or_default))
}

fn parse<'j, T: Deserialize<'j>>(name: &str, json: &'j [u8]) -> Result<T> {
    serde_json::from_slice(json).map_err(|error| unread(format!("{name} is not as expected")).because(error))
}

fn unread(what: String) -> Error {
    Error::new(ErrorKind::Model, what).hint("bifocal reads uncased BERT models, such as all-MiniLM-L6-v2, and those with XLM-R's vocabulary, such as multilingual-e5-small")
}
