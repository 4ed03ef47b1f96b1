//! A small BERT as it is published, with random weights, whole and with what does not fit.

use std::collections::HashMap;

use bifocal::encoder::{Agreement, Packing, Precision, Source, SourceFiles, Transformer};
use candle_core::{Device, Tensor};
use serde_json::{Value as Json, json};

use super::Random;

pub const LAYERS: usize = 3;
const DIMS: usize = 32;
const PIECES: [&str; 8] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "hive", "##s", "bees"];

/// The files of a model.
pub struct Small {
    pub tensors: HashMap<String, Tensor>,
    pub tokenizer: String,
    pub config: Option<Json>,
}

impl Small {
    /// A model whose layers are so wide within.
    pub fn new(inner: usize) -> Self {
        let mut random = Random(0x5EED_000B);
        let mut tensors = HashMap::new();
        let mut put = |name: String, sizes: &[usize]| {
            let count = sizes.iter().product();
            let numbers: Vec<f32> = (0..count).map(|_| random.below(2001) as f32 / 1e3 - 1.0).collect();
            tensors.insert(name, Tensor::from_vec(numbers, sizes, &Device::Cpu).unwrap());
        };
        for (name, rows) in [("word", PIECES.len()), ("position", 24), ("token_type", 2)] {
            put(format!("embeddings.{name}_embeddings.weight"), &[rows, DIMS]);
        }
        let mut pair = |name: &str, sizes: &[usize]| {
            put(format!("{name}.weight"), sizes);
            put(format!("{name}.bias"), &sizes[..1]);
        };
        pair("embeddings.LayerNorm", &[DIMS]);
        for at in 0..LAYERS {
            for part in ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"]
            {
                pair(&format!("encoder.layer.{at}.{part}"), &[DIMS, DIMS]);
            }
            pair(&format!("encoder.layer.{at}.attention.output.LayerNorm"), &[DIMS]);
            pair(&format!("encoder.layer.{at}.intermediate.dense"), &[inner, DIMS]);
            pair(&format!("encoder.layer.{at}.output.dense"), &[DIMS, inner]);
            pair(&format!("encoder.layer.{at}.output.LayerNorm"), &[DIMS]);
        }
        let config = json!({
            "model_type": "bert", "hidden_act": "gelu", "num_attention_heads": 4, "layer_norm_eps": 1e-12,
            "num_hidden_layers": LAYERS, "hidden_size": DIMS, "intermediate_size": inner, "vocab_size": PIECES.len(),
        });
        Self { tensors, tokenizer: tokenizer(&PIECES), config: Some(config) }
    }

    /// `model.safetensors`.
    pub fn weights(&self) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        candle_core::safetensors::save(&self.tensors, &path).unwrap();
        std::fs::read(path).unwrap()
    }

    pub fn read(&self) -> bifocal::Result<Source> {
        let (weights, config) = (self.weights(), self.config.as_ref().map(Json::to_string));
        let files = SourceFiles::new("small", &weights, self.tokenizer.as_bytes());
        Source::read(&SourceFiles { config: config.as_deref().map(str::as_bytes), ..files })
    }
}

/// A tokenizer.json as text, since a map of values would hold no piece twice.
pub fn tokenizer(pieces: &[&str]) -> String {
    let ids: Vec<String> = pieces.iter().enumerate().map(|(id, piece)| format!("{piece:?}: {id}")).collect();
    let special: Vec<String> = (0..4).map(|id| format!(r#"{{"id": {id}, "special": true}}"#)).collect();
    format!(
        r###"{{"normalizer": {{"type": "BertNormalizer", "lowercase": true}}, "added_tokens": [{}],
           "model": {{"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                      "max_input_chars_per_word": 100, "vocab": {{{}}}}}}}"###,
        special.join(", "),
        ids.join(", ")
    )
}

/// Checks that the model with `change` is refused, with `why` among the reasons.
fn refused(change: impl FnOnce(&mut Small), why: &str) {
    let mut small = Small::new(64);
    change(&mut small);
    let error = small.read().and_then(|source| source.transformer()).err().expect("it was read");
    let mut reasons = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        reasons += &format!(": {error}");
        cause = error.source();
    }
    assert!(reasons.contains(why) && error.way_out().is_some(), "{reasons:?}, hint {:?}", error.way_out());
}

fn rename(from: &'static str, to: &'static str) -> impl FnOnce(&mut Small) {
    move |small| {
        let tensor = small.tensors.remove(from).unwrap();
        small.tensors.insert(to.to_owned(), tensor);
    }
}

fn say(key: &'static str, value: usize) -> impl FnOnce(&mut Small) {
    move |small| small.config.as_mut().unwrap()[key] = json!(value)
}

#[test]
fn layers_with_gaps_are_refused() {
    Small::new(64).read().unwrap().transformer().unwrap();
    let bias = "encoder.layer.1.output.dense.bias";
    refused(rename(bias, "other"), "has no tensor encoder.layer.1.output.dense.bias");
    refused(rename("encoder.layer.2.output.dense.bias", "other"), "has no tensor encoder.layer.2.output.dense.bias");
    refused(rename(bias, "encoder.layer.7.output.dense.bias"), "num_hidden_layers is 3, and model.safetensors has 8");
    refused(rename(bias, "encoder.layer.18446744073709551615.output.dense.bias"), "a layer 18446744073709551");
    let more = |small: &mut Small| {
        let bias = small.tensors[bias].clone();
        small.tensors.insert("encoder.layer.0.crossattention.output.dense.bias".into(), bias);
    };
    refused(more, "tensor encoder.layer.0.crossattention.output.dense.bias, which no layer");
}

#[test]
fn sizes_of_the_configuration_are_those_of_the_tensors() {
    refused(say("num_hidden_layers", 6), "num_hidden_layers is 6, and model.safetensors has 3");
    refused(say("num_hidden_layers", 2), "num_hidden_layers is 2, and model.safetensors has 3");
    refused(say("hidden_size", 64), "hidden_size is 64, and model.safetensors has 32");
    refused(say("intermediate_size", 32), "intermediate_size is 32, and model.safetensors has 64");
    refused(say("vocab_size", 9), "vocab_size is 9, and model.safetensors has 8");
    let mut small = Small::new(64);
    let keys = ["num_hidden_layers", "hidden_size", "intermediate_size", "vocab_size"];
    keys.iter().for_each(|&key| drop(small.config.as_mut().unwrap().as_object_mut().unwrap().remove(key)));
    small.read().unwrap().transformer().unwrap();
}

#[test]
fn a_piece_that_comes_twice_is_refused() {
    let twice = |piece: &'static str| {
        move |small: &mut Small| {
            let mut pieces = PIECES;
            pieces[7] = piece;
            small.tokenizer = tokenizer(&pieces);
        }
    };
    refused(twice("hive"), r#"word piece "hive" comes twice"#);
    refused(twice("[CLS]"), r#"word piece "[CLS]" comes twice"#);
    // Of another spelling in GGUF's files, which is a word's.
    refused(twice("##▁hive"), r#"piece "▁hive" comes twice"#);
    refused(|small| small.tokenizer = small.tokenizer.replace(": 7", ": 6"), "no word piece has id 7");
}

/// Layers too wide for sums of whole numbers to be exact are multiplied in f32 instead.
#[test]
fn layers_too_wide_for_whole_numbers_are_read() {
    let source = Small::new(8192).read().unwrap();
    let full = source.transformer().unwrap();
    let texts = ["hives", "a hive", "bees"];
    let q8 = Transformer::from_gguf(&source.pack(Packing::Q8_0).unwrap().to_bytes()).unwrap();
    let coded = [Precision::Fine, Precision::Coarse].map(|precision| source.coded(precision).unwrap());
    for model in coded.into_iter().chain([q8]) {
        let agreement = Agreement::measure(&full, &model, &texts).unwrap();
        assert!(agreement.min > 0.98, "{agreement:?}");
    }
}
