//! Golden answers over the small site of `tests/site`, with the real model.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use bifocal::build::{Embedding, Options, build};
use bifocal::encoder::Encoder;
use bifocal::index::{Index, PartId};
use bifocal::ingest::{SiteOptions, read_site};
use bifocal::search::{Mode, Query, complete};

use crate::encoder::COARSE;

#[test]
fn the_small_site_answers_as_a_reader_expects() {
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/site");
    let (pages, _) = read_site(&site, &SiteOptions::default(), &site.join("bifocal"), &|_, _| ()).unwrap();
    let encoder = &*COARSE;
    let embed = |texts: &[&str], role| encoder.embed(texts, role, &|_| ());
    let embedding = Embedding { encoder, embed: &embed, cancel: &AtomicBool::new(false) };
    let built = build(pages, Some(embedding), &Options::default(), &|_| ()).unwrap();
    let parts: HashMap<PartId, Vec<u8>> = built.parts.into_iter().map(|part| (part.id, part.bytes)).collect();
    let mut index = Index::open(built.entry.open().unwrap());
    let mut wrong = Vec::new();
    for line in include_str!("golden.tsv").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [mode, text, expected] = fields[..] else { panic!("golden.tsv: {line:?} has not three fields") };
        let mode = match mode {
            "keyword" => Mode::Keyword,
            "semantic" => Mode::Semantic,
            _ => Mode::Hybrid,
        };
        let query = Query { text: text.into(), mode, ..Query::default() };
        let vector = mode.has_semantic().then(|| (encoder.embed_query(text).unwrap(), "transformer"));
        let answer = complete(&mut index, query, vector, |id| Ok(parts[&id].clone())).unwrap();
        let found =
            answer.hits.first().map_or("nothing", |hit| hit.sections.first().map_or(&hit.url, |section| &section.url));
        if found != expected {
            wrong.push(format!("{mode:?} {text:?}: {found}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
