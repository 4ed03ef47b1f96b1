//! Which rows a query by meaning loads: the nearest cells, or all if the host holds the whole index.

use bifocal::build::{Built, Options};
use bifocal::corpus::Page;
use bifocal::index::{Grouping, Kind, Regions};
use bifocal::search::{Answer, Mode, Query, QueryVector, Run, Step, complete};

use super::steps::rounds;
use super::{BagOfWords, Memory, index_with, page};

/// Words on one of many matters.
fn matter(number: usize) -> String {
    let word = |number: usize| {
        format!("{}o{}u", char::from(b'a' + (number % 20) as u8), char::from(b'b' + (number / 20) as u8))
    };
    (0..6).map(|at| word((number * 7 + at * 13) % 97)).collect::<Vec<_>>().join(" ")
}

/// Pages about forty matters, ten on each.
fn many_pages() -> Vec<Page> {
    let page_of = |number: usize| {
        let matter = matter(number / 10);
        page(&format!("p{number:03}"), &matter, &[("", &format!("{matter} detail{number}"))])
    };
    (0..400).map(page_of).collect()
}

/// Pages about two matters each, so that those nearest to one lie on many sides.
fn mixed_pages() -> Vec<Page> {
    let page_of = |number: usize| {
        let (one, other) = (matter(number / 10), matter(number * 7 % 40));
        page(&format!("p{number:03}"), &one, &[("", &format!("{one} {other} detail{number}"))])
    };
    (0..400).map(page_of).collect()
}

fn built(graph_above: usize) -> Built {
    index_with(many_pages(), Options { graph_above, ..Options::default() })
}

fn in_regions(graph_above: usize) -> Built {
    index_with(many_pages(), Options { graph_above, regions: Some(true), ..Options::default() })
}

fn regions(memory: &Memory) -> &Regions {
    match &memory.index.core().unwrap().cells.grouping {
        Grouping::Regions(regions) => regions,
        Grouping::Cells(_) => panic!("cells in one list"),
    }
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
    assert!(cells.count() > 1 && cells.graph.is_some() && cells.recall >= 0.95, "{cells:?}");
    assert_eq!((asked(Kind::Vectors), asked(Kind::Projection)), (cells.probes as usize, 1));
    assert!(asked(Kind::Vectors) < cells.count());
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
        assert_eq!((asked(Kind::Vectors), asked(Kind::Graph)), (cells.count(), graphs));
        assert!(answer.hits[0].id.starts_with("p03"), "{:?}", answer.hits[0]);
    }
}

#[test]
fn a_query_looks_for_its_cells_in_the_nearest_regions() {
    let mut memory = Memory::new(in_regions(usize::MAX));
    let text = many_pages()[123].sections[0].text.clone();
    let (answer, asked) = ask(&mut memory, &text);
    let regions = regions(&memory);
    let cells = &memory.index.core().unwrap().cells;
    assert!(regions.parts.len() > regions.probes as usize && cells.count() > regions.parts.len(), "{cells:?}");
    assert_eq!((asked(Kind::Region), asked(Kind::Vectors)), (regions.probes as usize, cells.probes as usize));
    assert!(asked(Kind::Vectors) < cells.count() && cells.recall >= 0.93, "{cells:?}");
    assert!(answer.hits[0].id.starts_with("p12"), "{:?}", answer.hits[0]);
}

#[test]
fn regions_come_before_their_cells() {
    let mut memory = Memory::new(in_regions(usize::MAX));
    let text = many_pages()[77].sections[0].text.clone();
    let (expected, _) = ask(&mut memory, &text);
    let projected = projected(&memory, &text);
    let mut fresh = Memory::new(in_regions(usize::MAX));
    let mut run = Run::new(Query { text, mode: Mode::Semantic, ..Query::default() });
    run.give(QueryVector::Projected(projected), "bag of words");
    let (kinds, step) = rounds(&mut fresh, &mut run);
    let Step::Done(answer) = step else { panic!("{step:?}") };
    assert_eq!(answer.hits, expected.hits);
    let first: Vec<Kind> = kinds.iter().map(|round| round[0]).collect();
    assert_eq!(first, [Kind::Core, Kind::Region, Kind::Vectors, Kind::Text]);
}

#[test]
fn a_host_that_holds_all_regions_compares_everything() {
    for (graph_above, graphs) in [(usize::MAX, 0), (0, 1)] {
        let mut memory = Memory::new(in_regions(graph_above));
        memory.index.hold_whole();
        let text = many_pages()[31].sections[0].text.clone();
        let (answer, asked) = ask(&mut memory, &text);
        let (cells, regions) = (&memory.index.core().unwrap().cells, regions(&memory));
        assert_eq!((asked(Kind::Region), asked(Kind::Vectors)), (regions.parts.len(), cells.count()));
        assert_eq!(asked(Kind::Graph), graphs);
        let mut flat = Memory::new(built(graph_above));
        flat.index.hold_whole();
        let (expected, _) = ask(&mut flat, &text);
        let matter = |answer: &Answer| answer.hits.iter().filter(|hit| hit.id.starts_with("p03")).count();
        assert_eq!((matter(&answer), matter(&expected)), (10, 10), "{:?}", answer.hits);
    }
}

#[test]
fn a_region_that_is_lost_is_told_and_the_others_answer() {
    let built = || index_with(mixed_pages(), Options { regions: Some(true), ..Options::default() });
    let mut memory = Memory::new(built());
    let text = mixed_pages()[123].sections[0].text.clone();
    let (whole, asked) = ask(&mut memory, &text);
    assert!(asked(Kind::Region) > 1);
    let mut nearest = regions(&memory).centroids.nearest(&projected(&memory, &text)).unwrap().into_iter();
    let lost = regions(&memory).parts[nearest.next().unwrap().cell as usize].part();
    let mut memory = Memory::new(built());
    let query = Query { text: text.clone(), mode: Mode::Semantic, ..Query::default() };
    let vector = Some((BagOfWords::new().vector(&text), "bag of words"));
    let parts = memory.parts.clone();
    let answer = complete(&mut memory.index, query.clone(), vector.clone(), |id| match id == lost {
        true => Err(bifocal::Error::new(bifocal::ErrorKind::Missing, "no network")),
        false => Ok(parts[&id].clone()),
    });
    let answer = answer.unwrap();
    assert_eq!(answer.failures, [format!("{lost}: no network")]);
    assert!(!answer.hits.is_empty() && answer.hits != whole.hits);
    memory.index.retry();
    let again = complete(&mut memory.index, query, vector, |id| Ok(parts[&id].clone())).unwrap();
    assert_eq!((again.hits, again.failures), (whole.hits, whole.failures));
}

/// The vector of a text in the space of the rows; the projection is loaded.
fn projected(memory: &Memory, text: &str) -> Vec<f32> {
    memory.index.projection().unwrap().apply(&BagOfWords::new().vector(text)).unwrap()
}
