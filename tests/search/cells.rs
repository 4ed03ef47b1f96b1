//! Which rows a query by meaning loads: the nearest cells, or all if the host holds the whole index.

use std::sync::atomic::AtomicBool;

use bifocal::build::{Built, Embedding, Options, build};
use bifocal::corpus::Page;
use bifocal::encoder::Encoder;
use bifocal::index::Kind;
use bifocal::search::{Answer, Mode, Query, complete};

use super::{BagOfWords, Memory, page};

/// Pages about forty matters, ten on each.
fn many_pages() -> Vec<Page> {
    let word = |number: usize| {
        format!("{}o{}u", char::from(b'a' + (number % 20) as u8), char::from(b'b' + (number / 20) as u8))
    };
    let words = |seed: usize| (0..6).map(|at| word((seed * 7 + at * 13) % 97)).collect::<Vec<_>>().join(" ");
    let page_of = |number: usize| {
        let matter = words(number / 10);
        page(&format!("p{number:03}"), &matter, &[("", &format!("{matter} detail{number}"))])
    };
    (0..400).map(page_of).collect()
}

fn built(graph_above: usize) -> Built {
    let encoder = BagOfWords::new();
    let embed = |texts: &[&str], role| encoder.embed(texts, role, &|_| ());
    let options = Options { graph_above, ..Options::default() };
    build(
        many_pages(),
        Some(Embedding { encoder: &encoder, embed: &embed, cancel: &AtomicBool::new(false) }),
        &options,
        &|_| (),
    )
    .unwrap()
}

/// Answers by meaning, and tells how many parts of each kind were asked for.
fn ask(memory: &mut Memory, text: &str) -> (Answer, impl Fn(Kind) -> usize + use<>) {
    let query = Query { text: text.into(), mode: Mode::Semantic, ..Query::default() };
    let mut asked = Vec::new();
    let parts = &memory.parts;
    let vector = Some((BagOfWords::new().vector(text), "bag of words"));
    let answer = complete(&mut memory.index, query, vector, |id| {
        asked.push(id.kind);
        Ok(parts[&id].clone())
    });
    (answer.unwrap(), move |kind| asked.iter().filter(|&&other| other == kind).count())
}

#[test]
fn a_query_loads_the_nearest_cells_only() {
    let mut memory = Memory::new(built(0));
    let text = many_pages()[123].sections[0].text.clone();
    let (answer, asked) = ask(&mut memory, &text);
    let cells = &memory.index.core().unwrap().cells;
    assert!(cells.parts.len() > 1 && cells.graph.is_some() && cells.recall >= 0.95, "{cells:?}");
    assert_eq!((asked(Kind::Vectors), asked(Kind::Projection)), (cells.probes as usize, 1));
    assert!(asked(Kind::Vectors) < cells.parts.len());
    assert_eq!(asked(Kind::Graph), 0, "the graph is for hosts that hold everything");
    assert!(answer.hits[0].id.starts_with("p12"), "{:?}", answer.hits[0]);
}

#[test]
fn a_host_that_holds_everything_compares_everything() {
    for (graph_above, graphs) in [(usize::MAX, 0), (0, 1)] {
        let mut memory = Memory::new(built(graph_above));
        memory.index.hold_whole();
        let text = many_pages()[31].sections[0].text.clone();
        let (answer, asked) = ask(&mut memory, &text);
        let cells = &memory.index.core().unwrap().cells;
        assert_eq!((asked(Kind::Vectors), asked(Kind::Graph)), (cells.parts.len(), graphs));
        assert!(answer.hits[0].id.starts_with("p03"), "{:?}", answer.hits[0]);
    }
}
