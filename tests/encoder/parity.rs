//! The network against candle-transformers' own, and against itself in other batches and threads.

use bifocal::encoder::{Agreement, Encoder, Packing, Role, Source, SourceFiles, Transformer};
use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};

use super::{COARSE, FINE, FULL, Q8, Random, file, pack, sentences};

/// MiniLM by the reference, one text at a time, pooled and made unit length.
fn reference(texts: &[&str]) -> Vec<Vec<f32>> {
    let config: Config = serde_json::from_str(
        r#"{"vocab_size": 30522, "hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12,
            "intermediate_size": 1536, "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "max_position_embeddings": 512,
            "type_vocab_size": 2, "initializer_range": 0.02, "layer_norm_eps": 1e-12, "pad_token_id": 0,
            "model_type": "bert"}"#,
    )
    .unwrap();
    let weights = VarBuilder::from_buffered_safetensors(file("model.safetensors"), DType::F32, &Device::Cpu).unwrap();
    let model = BertModel::load(weights, &config).unwrap();
    let embed = |text: &&str| {
        let ids = Tensor::new(vec![FULL.tokens().encode(text)], &Device::Cpu).unwrap();
        let rows = model.forward(&ids, &ids.zeros_like().unwrap(), None).unwrap();
        let mean: Vec<f32> = rows.squeeze(0).unwrap().mean(0).unwrap().to_vec1().unwrap();
        let length = mean.iter().map(|x| x * x).sum::<f32>().sqrt();
        mean.into_iter().map(|x| x / length).collect()
    };
    texts.iter().map(embed).collect()
}

fn furthest(ones: &[Vec<f32>], others: &[Vec<f32>]) -> f32 {
    let differences =
        ones.iter().zip(others).flat_map(|(one, other)| one.iter().zip(other).map(|(a, b)| (a - b).abs()));
    differences.fold(0.0, f32::max)
}

#[test]
fn vectors_are_those_of_candle_transformers() {
    let texts = sentences();
    let ours = FULL.embed(&texts, Role::Query, &|_| {}).unwrap();
    let furthest = furthest(&ours, &reference(&texts));
    println!("furthest number: {furthest:e}");
    assert!(furthest < 1e-5, "a number differs by {furthest:e}");
}

#[test]
fn packed_weights_agree_with_the_source() {
    let q8 = Transformer::from_gguf(&Q8).unwrap();
    let agreement = Agreement::measure(&*FULL, &q8, &sentences()).unwrap();
    println!("q8_0: {agreement:?}");
    assert!(agreement.mean >= 0.999 && agreement.min >= 0.998, "{agreement:?}");

    let f16 = Transformer::from_gguf(&pack(Packing::F16).to_bytes()).unwrap();
    // What the file keeps is nearer than this; its layers are then coded, as all are.
    let agreement = Agreement::measure(&*FULL, &f16, &sentences()).unwrap();
    assert!(agreement.min >= 0.9999, "{agreement:?}");
}

#[test]
fn fine_products_agree_with_the_source() {
    let agreement = Agreement::measure(&*FULL, &*FINE, &sentences()).unwrap();
    println!("fine: {agreement:?}");
    assert!(agreement.min >= 0.9999, "{agreement:?}");
}

#[test]
fn coarse_products_agree_with_the_source() {
    let agreement = Agreement::measure(&*FULL, &*COARSE, &sentences()).unwrap();
    println!("coarse: {agreement:?}");
    assert!(agreement.mean >= 0.999 && agreement.min >= 0.997, "{agreement:?}");
}

#[test]
fn a_file_in_f32_gives_the_bits_of_the_source() {
    let file = Transformer::from_gguf(&pack(Packing::F32).to_bytes()).unwrap();
    let texts = &sentences()[..20];
    assert_eq!(file.embed(texts, Role::Passage, &|_| {}).unwrap(), FINE.embed(texts, Role::Passage, &|_| {}).unwrap());
    assert_eq!(file.space(), FULL.space());
}

/// Texts of all lengths, from empty to beyond the cut.
fn of_all_lengths() -> Vec<String> {
    let words: Vec<&str> = sentences().iter().flat_map(|sentence| sentence.split(' ')).collect();
    let mut random = Random(0x5EED_0002);
    (0..64).map(|at| (0..at * 5).map(|_| random.pick(&words)).collect::<Vec<_>>().join(" ")).collect()
}

fn check_independence(encoder: &Transformer) {
    let texts = of_all_lengths();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let alone: Vec<Vec<f32>> = texts.iter().map(|text| encoder.embed_query(text).unwrap()).collect();
    assert_eq!(encoder.embed(&texts, Role::Query, &|_| {}).unwrap(), alone, "in batches");
    for threads in [1, 2, 3, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let vectors = pool.install(|| encoder.embed(&texts[..40], Role::Query, &|_| {})).unwrap();
        assert_eq!(vectors, alone[..40], "in batches, on {threads} threads");
    }
    let reversed: Vec<&str> = texts.iter().rev().copied().collect();
    let mut vectors = encoder.embed(&reversed, Role::Query, &|_| {}).unwrap();
    vectors.reverse();
    assert_eq!(vectors, alone, "in another order");
}

#[test]
fn a_vector_depends_neither_on_its_batch_nor_on_threads() {
    check_independence(&FULL);
}

#[test]
fn a_coded_vector_depends_neither_on_its_batch_nor_on_threads() {
    check_independence(&FINE);
    check_independence(&COARSE);
}

#[test]
fn progress_counts_every_text() {
    let counted = std::sync::atomic::AtomicUsize::new(0);
    let texts = &sentences()[..30];
    let count = |done| {
        counted.fetch_add(done, std::sync::atomic::Ordering::Relaxed);
    };
    FULL.embed(texts, Role::Query, &count).unwrap();
    assert_eq!(counted.into_inner(), 30);
    assert!(FULL.embed(&[], Role::Query, &|_| {}).unwrap().is_empty());
}

#[test]
fn vectors_are_of_unit_length_even_of_nothing() {
    for text in ["", " ", "\0", "x"] {
        let vector = FULL.embed_query(text).unwrap();
        let length: f32 = vector.iter().map(|x| x * x).sum();
        assert!((length - 1.0).abs() < 1e-5, "{text:?} has length {length}");
    }
}

#[test]
fn the_first_tokens_vector_may_be_a_texts() {
    let (weights, tokenizer) = (file("model.safetensors"), file("tokenizer.json"));
    let pooling = br#"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"#;
    let prompts = br#"{"prompts": {"query": "seek: "}, "default_prompt_name": null}"#;
    let files = SourceFiles {
        name: "m",
        weights: &weights,
        tokenizer: &tokenizer,
        config: None,
        pooling: Some(pooling),
        prompts: Some(prompts),
        prefixes: [None, Some("find: ")],
    };
    let source = Source::read(&files).unwrap();
    let model = Transformer::from_gguf(&source.pack(Packing::F32).unwrap().to_bytes()).unwrap();
    assert_eq!(model.space().pooling, "cls");
    assert!(FULL.space().accept(model.space()).is_err());
    let embed = |text: &str, role| model.embed(&[text], role, &|_| {}).unwrap().swap_remove(0);
    assert_ne!(embed("hives", Role::Passage), FULL.embed_query("hives").unwrap());
    assert_eq!(embed("hives", Role::Query), embed("find: hives", Role::Passage));
}
