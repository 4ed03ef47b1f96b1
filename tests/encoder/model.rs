//! Model files: what is in them, and what damaged ones do.

use bifocal::ErrorKind;
use bifocal::encoder::gguf::{Header, Value};
use bifocal::encoder::{Agreement, Encoder, Loader, Packing, Source, SourceFiles, Transformer, VectorSpace};

use super::{FULL, Q8, Random, SOURCE, file, pack};

/// The error that `bytes` give as a model, or the error of its first vector, or none.
fn check(bytes: &[u8], what: &str) -> Option<bifocal::Error> {
    let embedded = Transformer::from_gguf(bytes).and_then(|model| model.embed_query("Does it compute?"));
    let error = embedded.err()?;
    assert_eq!(error.kind(), ErrorKind::Model, "{what}: {error}");
    Some(error)
}

#[test]
fn a_file_names_its_space_and_its_agreement() {
    let mut packed = pack(Packing::Q8_0);
    packed.state(&Agreement { mean: 0.9996, min: 0.999, farthest: 0 });
    let bytes = packed.to_bytes();
    let metadata = Header::read(&bytes, bytes.len()).unwrap().unwrap().metadata;
    let text = |key: &str| match &metadata[key] {
        Value::Text(text) => text.clone(),
        other => panic!("{key} is {other:?}"),
    };
    assert_eq!(text("general.architecture"), "bert");
    assert_eq!(text("tokenizer.ggml.model"), "bert");
    assert_eq!(text("bifocal.space.weights"), "53aa51172d142c89");
    assert_eq!(metadata["bert.pooling_type"], Value::Uint(1));
    assert_eq!(metadata["bert.block_count"], Value::Uint(6));
    assert_eq!(metadata["bert.feed_forward_length"], Value::Uint(1536));
    assert_eq!(metadata["general.file_type"], Value::Uint(7));
    assert_eq!(metadata["bifocal.cosine.mean"], Value::Float(0.9996f32 as f64));
    let Value::Texts(tokens) = &metadata["tokenizer.ggml.tokens"] else { panic!("no tokens") };
    let tokens: Vec<&str> = [101, 100, 2003, 2015].map(|id| tokens.get(id)).to_vec();
    assert_eq!(tokens, ["[CLS]", "[UNK]", "▁is", "s"]);
    println!("q8_0 file: {} bytes", bytes.len());
    assert!(bytes.len() < 25_400_000);
}

#[test]
fn another_space_is_refused_with_both_names() {
    let ours = FULL.space();
    let other = VectorSpace { model: "another".into(), weights: "0123456789abcdef".into(), ..ours.clone() };
    let error = ours.accept(&other).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Model);
    for name in ["all-MiniLM-L6-v2", "53aa51172d142c89", "another", "0123456789abcdef"] {
        assert!(error.to_string().contains(name), "{error}");
    }
    assert!(ours.accept(&VectorSpace { model: "the same under another name".into(), ..ours.clone() }).is_ok());
}

#[test]
fn a_file_may_come_in_chunks_of_any_size() {
    let expected = Transformer::from_gguf(&Q8).unwrap().embed_query("chunks").unwrap();
    for size in [997, 65_536, 5_000_011] {
        let mut loader = Loader::new(Q8.len());
        Q8.chunks(size).for_each(|chunk| loader.write(chunk).unwrap());
        assert_eq!(loader.finish().unwrap().embed_query("chunks").unwrap(), expected, "in chunks of {size}");
    }
    let mut loader = Loader::new(Q8.len());
    loader.write(&Q8).unwrap();
    assert!(loader.write(b"more").is_err());
}

#[test]
fn a_truncated_file_is_an_error() {
    for part in 0..64 {
        let bytes = &Q8[..Q8.len() * part / 64];
        assert!(check(bytes, "truncated").is_some(), "{part}/64 of the file opened");
        let mut loader = Loader::new(Q8.len());
        loader.write(bytes).unwrap();
        assert_eq!(loader.finish().err().unwrap().kind(), ErrorKind::Model, "{part}/64 of the file opened");
    }
}

#[test]
fn flipped_bits_never_panic() {
    let seed = 0x5EED_0003;
    println!("seed {seed:#x}");
    let mut random = Random(seed);
    let data = Header::read(&Q8, Q8.len()).unwrap().unwrap().tensors[0].start;
    let mut bytes = Q8.clone();
    let mut refused = 0;
    for round in 0..400 {
        // Half of them where the sizes are: the first kilobyte, and the tensors' entries at the header's end.
        let at = match round % 4 {
            0 => random.below(1024),
            1 => data - 1 - random.below(8 * 1024),
            2 => random.below(data),
            _ => random.below(bytes.len()),
        };
        let bit = 1 << random.below(8);
        bytes[at] ^= bit;
        refused += check(&bytes, &format!("bit {bit} of byte {at}")).is_some() as u32;
        bytes[at] ^= bit;
    }
    assert!(refused > 100, "only {refused} of 400 flipped bits were noticed");
}

#[test]
fn absurd_numbers_are_errors() {
    let header = |version: u32, tensors: u64, entries: u64| {
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(version.to_le_bytes());
        bytes.extend(tensors.to_le_bytes());
        bytes.extend(entries.to_le_bytes());
        bytes
    };
    let entry = |mut bytes: Vec<u8>, key: &str, kind: u32, value: &[u8]| {
        bytes.extend((key.len() as u64).to_le_bytes());
        bytes.extend(key.as_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(value);
        bytes.resize(bytes.len() + 256, 0);
        bytes
    };
    let array = |kind: u32, count: u64| [kind.to_le_bytes().as_slice(), &count.to_le_bytes()].concat();
    let tensor = |dims: &[u64], kind: u32, offset: u64| {
        let mut bytes = header(3, 1, 0);
        bytes.extend(1u64.to_le_bytes());
        bytes.extend(b"t");
        bytes.extend((dims.len() as u32).to_le_bytes());
        dims.iter().for_each(|dim| bytes.extend(dim.to_le_bytes()));
        bytes.extend(kind.to_le_bytes());
        bytes.extend(offset.to_le_bytes());
        bytes.resize(bytes.len() + 256, 0);
        bytes
    };
    let cases = [
        ("empty", Vec::new()),
        ("not GGUF", b"<!DOCTYPE html>".to_vec()),
        ("version", header(4, 0, 0)),
        ("tensors", header(3, u64::MAX, 0)),
        ("entries", header(3, 0, u64::MAX)),
        ("a string", entry(header(3, 0, 1), "k", 8, &u64::MAX.to_le_bytes())),
        ("an array", entry(header(3, 0, 1), "k", 9, &array(8, u64::MAX / 8))),
        ("arrays in arrays", entry(header(3, 0, 1), "k", 9, &array(9, 4))),
        ("a type", entry(header(3, 0, 1), "k", 13, &[])),
        ("alignment", entry(header(3, 0, 1), "general.alignment", 4, &0u32.to_le_bytes())),
        ("dimensions", tensor(&[u64::MAX, u64::MAX], 0, 0)),
        ("no numbers", tensor(&[0, 4], 0, 0)),
        ("half a block", tensor(&[31], 8, 0)),
        ("offset", tensor(&[4], 0, u64::MAX - 8)),
        ("five dimensions", tensor(&[1; 5], 0, 0)),
        ("a tensor's type", tensor(&[4], 99, 0)),
        ("nothing inside", header(3, 0, 0)),
    ];
    for (what, bytes) in cases {
        assert!(check(&bytes, what).is_some(), "{what} opened");
    }
}

#[test]
fn weights_that_are_no_numbers_are_an_error() {
    let header = Header::read(&Q8, Q8.len()).unwrap().unwrap();
    let norm = header.tensors.iter().find(|tensor| tensor.name == "blk.5.layer_output_norm.weight").unwrap();
    let mut bytes = Q8.clone();
    bytes[norm.start..norm.start + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    let error = check(&bytes, "NaN").unwrap();
    assert!(error.to_string().contains("damaged"), "{error}");
}

#[test]
fn sources_that_are_not_read_say_why() {
    let read = |weights: &[u8], tokenizer: &[u8], config: Option<&[u8]>, pooling: Option<&[u8]>| {
        let files = SourceFiles { name: "m", weights, tokenizer, config, pooling, prompts: None, prefixes: [None; 2] };
        Source::read(&files).err().expect("it was read").to_string()
    };
    let tokenizer = file("tokenizer.json");
    assert!(read(b"not safetensors", &tokenizer, None, None).contains("model.safetensors"));
    assert!(read(&[], b"{}", None, None).contains("tokenizer.json"));
    let relu = br#"{"hidden_act": "relu", "num_attention_heads": 12, "layer_norm_eps": 1e-12}"#;
    assert!(read(&[], &tokenizer, Some(relu), None).contains("hidden_act is relu"));
    let first = br#"{"pooling_mode_max_tokens": true, "pooling_mode_mean_tokens": false}"#;
    assert!(read(&[], &tokenizer, None, Some(first)).contains("pooling_mode_max_tokens"));
    let cased = String::from_utf8(tokenizer).unwrap().replace("\"lowercase\":true", "\"lowercase\":false");
    assert!(read(&[], cased.as_bytes(), None, None).contains("uncased"));
    // The same with the true files.
    assert_eq!(SOURCE.transformer().unwrap().packing(), "f32");
}
