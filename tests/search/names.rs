//! Names of parts in runs, as on large sites: the same answers, loaded with fewer names.

use bifocal::build::{Built, Options};
use bifocal::index::Kind;
use bifocal::search::{LegStatus, Query, Run, Step, VectorPlan};

use super::steps::rounds;
use super::{Memory, index_of, index_with, page, pages};

/// Pages enough for several dictionary blocks and text parts.
fn many() -> Vec<bifocal::corpus::Page> {
    let words = |number: usize| (0..300).map(|at| format!("word{} ", number * 37 + at * 11)).collect::<String>();
    let more =
        (0..60).map(|number| page(&format!("{number}.html"), "A page", &[("One", &words(number)), ("Two", "bees")]));
    pages().into_iter().chain(more).collect()
}

fn in_runs(pages: Vec<bifocal::corpus::Page>) -> Built {
    index_with(pages, Options { title: "Bees".into(), runs: Some(true), ..Options::default() })
}

fn count(built: &Built, kind: Kind) -> usize {
    built.parts.iter().filter(|part| part.id.kind == kind).count()
}

#[test]
fn answers_are_the_same_with_names_in_runs() {
    let built = in_runs(many());
    assert!(count(&built, Kind::Terms) > count(&built, Kind::Blocks) && count(&built, Kind::Blocks) > 1);
    assert!(count(&built, Kind::Text) > count(&built, Kind::Texts) && count(&built, Kind::Texts) > 0);
    let (mut runs, mut plain) = (Memory::new(built), Memory::new(index_of(many())));
    for text in ["honey frames", "swarming", "word3", "word370 word11 hive", "nothing", "Hive::split", ""] {
        for prefix in [false, true] {
            let query = Query { text: text.into(), prefix, explain: true, ..Query::default() };
            assert_eq!(runs.ask(query.clone()), plain.ask(query), "{text:?}");
        }
    }
}

#[test]
fn names_come_before_what_they_name() {
    let mut memory = Memory::new(in_runs(many()));
    let query = Query { text: "honey frames".into(), vector: VectorPlan::Lexicon, ..Query::default() };
    let (kinds, step) = rounds(&mut memory, &mut Run::new(query.clone()));
    assert!(matches!(step, Step::Done(_)), "{step:?}");
    let first: Vec<Kind> = kinds.iter().map(|round| round[0]).collect();
    assert_eq!(first[..4], [Kind::Core, Kind::Blocks, Kind::Terms, Kind::Vectors]);
    assert!(kinds[3].contains(&Kind::Texts), "names of text come with the cells: {kinds:?}");
    assert_eq!(kinds.last().unwrap()[0], Kind::Text);
    let (kinds, _) = rounds(&mut memory, &mut Run::new(query));
    assert!(kinds.is_empty(), "the next time all is there: {kinds:?}");
}

#[test]
fn long_postings_come_with_the_cells() {
    let often = vec![("Again", "Honey."); 600];
    let more = ["Combs", "Wax", "Smoke"].map(|title| page(&format!("{title}.html"), title, &often));
    let mut memory = Memory::new(index_of(pages().into_iter().chain(more).collect()));
    let query = Query { text: "honey".into(), vector: VectorPlan::Lexicon, ..Query::default() };
    let (kinds, _) = rounds(&mut memory, &mut Run::new(query));
    assert_eq!(kinds.len(), 4, "{kinds:?}");
    assert!(kinds[2].contains(&Kind::Postings) && kinds[2].contains(&Kind::Vectors), "{kinds:?}");
}

#[test]
fn without_names_the_other_leg_answers() {
    let without = |kind| {
        let mut memory = Memory::new(in_runs(many()));
        memory.parts.retain(|id, _| id.kind != kind);
        memory.ask(Query { text: "honey".into(), ..Query::default() })
    };
    let answer = without(Kind::Blocks);
    assert_eq!((answer.hits[0].id.as_str(), answer.legs.keyword.status), ("honey.html", LegStatus::Failed));
    assert!(answer.failures[0].contains("parts/blocks-"), "{:?}", answer.failures);
    let answer = without(Kind::Texts);
    assert!(answer.hits.is_empty() && answer.failures[0].contains("parts/texts-"), "{:?}", answer.failures);
}
