//! The order of a run's steps, as a host sees it.

use bifocal::index::Kind;
use bifocal::search::{LegStatus, Mode, Query, QueryVector, Run, Step, VectorPlan};

use super::{BagOfWords, Memory, index_of, pages};

/// Steps until something else than parts is needed, and returns the kinds of the parts asked for, round by round.
pub fn rounds(memory: &mut Memory, run: &mut Run) -> (Vec<Vec<Kind>>, Step) {
    let mut rounds = Vec::new();
    loop {
        match run.step(&memory.index).unwrap() {
            Step::Need { parts, vector: false } => {
                rounds.push(parts.iter().map(|part| part.kind).collect());
                for id in parts {
                    memory.index.supply(&id.to_string(), &memory.parts[&id]).unwrap();
                }
            }
            other => return (rounds, other),
        }
    }
}

#[test]
fn words_come_before_meaning() {
    let mut memory = Memory::new(index_of(pages()));
    let mut run = Run::new(Query { text: "honey".into(), vector: VectorPlan::Later, ..Query::default() });
    let (kinds, step) = rounds(&mut memory, &mut run);
    assert_eq!(kinds, [vec![Kind::Core], vec![Kind::Terms], vec![Kind::Text]]);
    let Step::Partial(answer) = step else { panic!("{step:?}") };
    assert_eq!(answer.hits[0].id, "honey.html");
    assert_eq!((answer.legs.keyword.status, answer.legs.semantic.status), (LegStatus::Used, LegStatus::Pending));

    let Step::Need { parts, vector: true } = run.step(&memory.index).unwrap() else {
        panic!("no vector was asked for")
    };
    assert_eq!(parts.iter().map(|part| part.kind).collect::<Vec<_>>(), [Kind::Projection]);
    run.give_vector(BagOfWords::new().vector("honey"), "bag of words");
    let (kinds, step) = rounds(&mut memory, &mut run);
    assert_eq!(kinds[..2], [vec![Kind::Projection], vec![Kind::Vectors]]);
    let Step::Done(answer) = step else { panic!("{step:?}") };
    assert_eq!((answer.hits[0].id.as_str(), answer.legs.semantic.status), ("honey.html", LegStatus::Used));
    assert_eq!(answer.encoder.as_deref(), Some("bag of words"));
}

#[test]
fn a_projected_vector_needs_no_projection() {
    let mut memory = Memory::new(index_of(pages()));
    let mut run = Run::new(Query { text: "honey".into(), mode: Mode::Semantic, ..Query::default() });
    let answer = memory.ask(Query { text: "honey".into(), mode: Mode::Semantic, ..Query::default() });
    let projected = memory.index.projection().unwrap().apply(&BagOfWords::new().vector("honey")).unwrap();
    let mut fresh = Memory::new(index_of(pages()));
    run.give(QueryVector::Projected(projected), "bag of words");
    let (kinds, step) = rounds(&mut fresh, &mut run);
    assert_eq!(kinds, [vec![Kind::Core], vec![Kind::Vectors], vec![Kind::Text]]);
    assert_eq!(step, Step::Done(Box::new(answer)));
}

#[test]
fn without_a_vector_the_answer_says_why() {
    let mut memory = Memory::new(index_of(pages()));
    let query =
        Query { text: "honey".into(), vector_reason: Some("the model is not loaded".into()), ..Query::default() };
    let (_, step) = rounds(&mut memory, &mut Run::new(query));
    let Step::Done(answer) = step else { panic!("{step:?}") };
    assert_eq!(answer.hits[0].id, "honey.html");
    assert_eq!(answer.legs.semantic.status, LegStatus::Skipped);
    assert_eq!(answer.legs.semantic.reason.as_deref(), Some("the model is not loaded"));
}

#[test]
fn an_encoder_that_fails_leaves_the_words() {
    let mut memory = Memory::new(index_of(pages()));
    let mut run = Run::new(Query { text: "honey".into(), vector: VectorPlan::Later, ..Query::default() });
    let (_, step) = rounds(&mut memory, &mut run);
    assert!(matches!(step, Step::Partial(_)));
    run.fail_vector("out of memory");
    let (_, step) = rounds(&mut memory, &mut run);
    let Step::Done(answer) = step else { panic!("{step:?}") };
    assert_eq!(answer.hits[0].id, "honey.html");
    assert_eq!(answer.legs.semantic.status, LegStatus::Failed);
}

#[test]
fn a_vector_of_another_model_is_refused() {
    let mut memory = Memory::new(index_of(pages()));
    let mut run = Run::new(Query { text: "honey".into(), mode: Mode::Semantic, ..Query::default() });
    run.give_vector(vec![1.0; 3], "another model");
    let error = loop {
        match run.step(&memory.index) {
            Ok(Step::Need { parts, .. }) => {
                for id in parts {
                    memory.index.supply(&id.to_string(), &memory.parts[&id]).unwrap();
                }
            }
            Ok(step) => panic!("{step:?}"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.to_string(), "a vector of 3 dimensions, the index has 64");
}
