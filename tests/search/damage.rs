//! Missing, damaged and hostile parts.

use bifocal::build::Options;
use bifocal::index::{Index, Kind, RawPart};
use bifocal::search::{LegStatus, Query, Run, Step};
use proptest::prelude::*;

use super::{BagOfWords, Memory, index_of, index_with, pages};

fn without(kind: Kind) -> Memory {
    let mut memory = Memory::new(index_of(pages()));
    memory.parts.retain(|id, _| id.kind != kind);
    memory
}

#[test]
fn without_vectors_words_answer() {
    let answer = without(Kind::Vectors).ask(Query { text: "honey".into(), ..Query::default() });
    assert_eq!(answer.hits[0].id, "honey.html");
    assert_eq!(answer.legs.semantic.status, LegStatus::Failed);
    assert!(answer.failures[0].contains("parts/vectors-"), "{:?}", answer.failures);
}

#[test]
fn without_the_projection_words_answer() {
    let answer = without(Kind::Projection).ask(Query { text: "honey".into(), ..Query::default() });
    assert_eq!(answer.hits[0].id, "honey.html");
    assert_eq!(answer.legs.semantic.status, LegStatus::Failed);
    assert!(answer.failures[0].contains("parts/projection-"), "{:?}", answer.failures);
}

#[test]
fn without_the_dictionary_meaning_answers() {
    let answer = without(Kind::Terms).ask(Query { text: "honey".into(), ..Query::default() });
    assert_eq!(answer.hits[0].id, "honey.html");
    assert_eq!(answer.legs.keyword.status, LegStatus::Failed);
}

#[test]
fn without_the_core_there_is_an_error() {
    let mut memory = without(Kind::Core);
    let mut run = Run::new(Query { text: "honey".into(), ..Query::default() });
    assert!(matches!(run.step(&memory.index), Ok(Step::Need { .. })));
    memory.index.fail(&memory.index.core_id().to_string(), "404").unwrap();
    let error = run.step(&memory.index).unwrap_err();
    assert!(error.to_string().ends_with(": 404") && error.way_out().is_some(), "{error}");
}

#[test]
fn a_part_in_place_of_another_is_found_out() {
    let mut memory = Memory::new(index_of(pages()));
    let core = memory.index.core_id();
    let others: Vec<_> = memory.parts.keys().copied().filter(|id| *id != core).collect();
    for other in &others {
        assert!(memory.index.supply(&core.to_string(), &memory.parts[other]).is_err());
    }
    assert!(memory.index.supply(&core.to_string(), b"<!doctype html><title>Not found</title>").is_err());
    memory.index.supply(&core.to_string(), &memory.parts[&core]).unwrap();
}

#[test]
fn searching_an_index_of_another_build_is_refused() {
    let mut memory = Memory::new(index_of(pages()));
    let other = Memory::new(index_of(pages().split_off(1)));
    let core = other.index.core_id();
    assert!(memory.index.supply(&core.to_string(), &other.parts[&core]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Someone who knows the format writes a part with a right checksum and wrong contents: an error, or an answer of some
    /// kind, but no panic.
    #[test]
    fn hostile_contents_never_panic(which in any::<prop::sample::Index>(), runs: bool, at in any::<prop::sample::Index>(), byte: u8, cut in prop::option::of(any::<prop::sample::Index>())) {
        let built = index_with(pages(), Options { runs: Some(runs), ..Options::default() });
        let mut parts = built.parts.clone();
        let part = &mut parts[which.index(built.parts.len())];
        let mut contents = part.bytes[12..].to_vec();
        let position = at.index(contents.len());
        contents[position] = byte;
        if let Some(cut) = cut {
            contents.truncate(cut.index(contents.len()));
        }
        let hostile = RawPart::new(part.id.kind, &contents).unwrap();
        let (id, was) = (hostile.id, part.id);
        let mut entry = built.entry.clone();
        if was.kind == Kind::Core {
            entry.core = id.to_string();
        } else {
            // Names in the core are fixed: put the hostile name where the true one was.
            let core = parts.iter_mut().find(|part| part.id.kind == Kind::Core).unwrap();
            let mut bytes = core.bytes[12..].to_vec();
            let [old, new] = [was.hash, id.hash].map(|hash| hash.to_le_bytes()[..6].to_vec());
            if let Some(at) = bytes.windows(6).position(|window| window == old) {
                bytes[at..at + 6].copy_from_slice(&new);
            }
            *core = RawPart::new(Kind::Core, &bytes).unwrap();
            entry.core = core.id.to_string();
        }
        let mut memory = Memory { parts: parts.into_iter().map(|part| (part.id, part.bytes)).collect(), index: Index::open(entry.open().unwrap()) };
        memory.parts.insert(id, hostile.bytes);
        for text in ["honey frames", "swar", "hive"] {
            let query = Query { text: text.into(), explain: true, ..Query::default() };
            let vector = Some((BagOfWords::new().vector(text), "bag of words"));
            let parts = &memory.parts;
            let _ = bifocal::search::complete(&mut memory.index, query, vector, |id| {
                parts.get(&id).cloned().ok_or_else(|| bifocal::Error::new(bifocal::ErrorKind::Missing, "gone"))
            });
        }
    }
}
