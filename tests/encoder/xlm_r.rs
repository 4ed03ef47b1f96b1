//! A model with XLM-R's vocabulary out of its published files: a small one with random weights, against candle-transformers' own.

use bifocal::encoder::{Encoder, Packing, Precision, Role, Source, SourceFiles, Transformer};
use candle_core::{DType, Device, Tensor};
use candle_nn::{VarBuilder, VarMap};
use candle_transformers::models::xlm_roberta::{Config, XLMRobertaModel};
use serde_json::{Value as Json, json};

use super::unigram::{Pair, made_up_pieces};
use super::{Random, sentences};

/// A tokenizer.json as the hub has it, but for the table of its normaliser, which is not looked into.
fn tokenizer(pieces: &[(String, f32)]) -> Json {
    let special = |id: usize| json!({"id": id, "content": pieces[id].0, "special": true});
    json!({
        "version": "1.0",
        "added_tokens": [special(0), special(1), special(2), special(3), special(pieces.len() - 1)],
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "Precompiled", "precompiled_charsmap": ""},
            {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
        ]},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "add_prefix_space": true},
        "model": {"type": "Unigram", "unk_id": 3, "vocab": pieces},
    })
}

fn config(pieces: usize) -> Json {
    json!({
        "model_type": "xlm-roberta", "hidden_act": "gelu", "position_embedding_type": "absolute", "pad_token_id": 1,
        "hidden_size": 64, "num_attention_heads": 4, "num_hidden_layers": 2, "intermediate_size": 96,
        // Two rows that no piece has, and no place.
        "vocab_size": pieces + 2, "max_position_embeddings": 260, "type_vocab_size": 1, "layer_norm_eps": 1e-5,
        "attention_probs_dropout_prob": 0.1, "hidden_dropout_prob": 0.1,
    })
}

#[test]
fn published_files_give_the_ids_and_vectors_of_the_references() {
    let pieces = made_up_pieces();
    let (tokenizer, config) = (tokenizer(&pieces).to_string(), config(pieces.len()));
    let sizes: Config = serde_json::from_value(config.clone()).unwrap();
    let variables = VarMap::new();
    let theirs = XLMRobertaModel::new(&sizes, VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu)).unwrap();
    let mut random = Random(0x5EED_0008);
    let mut named: Vec<_> = variables.data().lock().unwrap().clone().into_iter().collect();
    named.sort_by(|(one, _), (other, _)| one.cmp(other));
    for (_, variable) in &named {
        let numbers: Vec<f32> = (0..variable.elem_count()).map(|_| random.below(2001) as f32 / 1e3 - 1.0).collect();
        variable.set(&Tensor::from_vec(numbers, variable.dims(), &Device::Cpu).unwrap()).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    variables.save(&path).unwrap();

    let (weights, config) = (std::fs::read(&path).unwrap(), config.to_string());
    let prompts = br#"{"prompts": {"query": "query: ", "document": "passage: "}}"#;
    let files = SourceFiles {
        config: Some(config.as_bytes()),
        prompts: Some(prompts),
        ..SourceFiles::new("small", &weights, tokenizer.as_bytes())
    };
    let source = Source::read(&files).unwrap();
    let ours = source.transformer().unwrap();
    assert_eq!([ours.space().prefix(Role::Passage), ours.space().prefix(Role::Query)], ["passage: ", "query: "]);

    let pair = Pair::new(&pieces);
    for text in sentences() {
        let ids = ours.tokens().encode(text);
        pair.agree(text, &ids);
        let ids = ours.tokens().encode(&format!("passage: {text}"));
        let ids = Tensor::new(vec![ids], &Device::Cpu).unwrap();
        let rows =
            theirs.forward(&ids, &ids.ones_like().unwrap(), &ids.zeros_like().unwrap(), None, None, None).unwrap();
        let mean: Vec<f32> = rows.squeeze(0).unwrap().mean(0).unwrap().to_vec1().unwrap();
        let length = mean.iter().map(|x| x * x).sum::<f32>().sqrt();
        let vector = ours.embed(&[text], Role::Passage, &|_| {}).unwrap().swap_remove(0);
        for (a, b) in vector.iter().zip(&mean) {
            assert!((a - b / length).abs() < 1e-5, "{text:?}: {a} against {}", b / length);
        }
    }

    // What is written is what was read.
    let file = Transformer::from_gguf(&source.pack(Packing::F32).unwrap().to_bytes()).unwrap();
    assert_eq!(file.space(), ours.space());
    let embed = |model: &Transformer| model.embed(&["one for both"], Role::Query, &|_| {}).unwrap();
    assert_eq!(embed(&file), embed(&source.coded(Precision::Fine).unwrap()));
}

#[test]
fn other_unigram_tokenizers_say_why_they_are_not_read() {
    let pieces = made_up_pieces();
    let check = |change: &dyn Fn(&mut Json), why: &str| {
        let mut json = tokenizer(&pieces);
        change(&mut json);
        let error = Source::read(&SourceFiles::new("m", &[], json.to_string().as_bytes())).err().expect("it was read");
        assert!(error.to_string().contains(why), "{error}");
    };
    check(&|json| json["normalizer"] = json!({"type": "NFKC"}), "normalizer");
    check(&|json| json["normalizer"]["normalizers"][1] = json!({"type": "Lowercase"}), "normalizer");
    check(&|json| json["model"]["byte_fallback"] = json!(true), "in bytes");
    check(&|json| json["model"]["unk_id"] = json!(pieces.len()), "for the unknown");
    check(&|json| json["model"]["vocab"][2][0] = json!("</t>"), "no word piece </s>");
    check(&|json| json["model"]["vocab"] = json!(7), "not as expected");
    check(&|json| json["model"]["type"] = json!("BPE"), "its model is BPE");
    let folded = |json: &mut Json| {
        for piece in json["model"]["vocab"].as_array_mut().unwrap() {
            piece[0] = json!(piece[0].as_str().unwrap().to_lowercase());
        }
    };
    check(&folded, "normalizer");
}

/// With the wrong first place every vector is another, and nothing else tells a BERT with this vocabulary from an XLM-RoBERTa.
#[test]
fn what_begins_places_has_to_be_told() {
    let pieces = made_up_pieces();
    let tokenizer = tokenizer(&pieces).to_string();
    let read = |config: Option<&Json>| {
        let config = config.map(Json::to_string);
        let files = SourceFiles::new("m", &[], tokenizer.as_bytes());
        let read = Source::read(&SourceFiles { config: config.as_deref().map(str::as_bytes), ..files });
        let error = read.err().expect("there are no weights");
        (error.to_string(), error.way_out().unwrap_or_default().to_owned())
    };
    let mut config = config(pieces.len());
    config.as_object_mut().unwrap().remove("model_type");
    for (config, what) in [(None, "no config.json"), (Some(&config), "no model_type")] {
        let (error, hint) = read(config);
        assert!(error.contains(what) && hint.contains("xlm-roberta") && hint.contains("\"bert\""), "{error}: {hint}");
    }
    for name in ["bert", "xlm-roberta"] {
        config["model_type"] = json!(name);
        assert!(read(Some(&config)).0.contains("model.safetensors does not open"));
    }
}

#[test]
fn a_piece_that_comes_twice_is_refused() {
    let mut pieces = made_up_pieces();
    pieces[20].0 = pieces[10].0.clone();
    let [tokenizer, config] = [tokenizer(&pieces), config(pieces.len())].map(|json| json.to_string());
    let files = SourceFiles::new("m", &[], tokenizer.as_bytes());
    let error = Source::read(&SourceFiles { config: Some(config.as_bytes()), ..files }).err().unwrap();
    assert!(error.to_string().contains(&format!("{:?} comes twice", pieces[10].0)), "{error}");
}
