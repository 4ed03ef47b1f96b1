//! The lexicon encoder: answers by meaning out of the words' own parts.

use bifocal::corpus::Page;
use bifocal::index::{Kind, PartId};
use bifocal::search::{Answer, LegStatus, Mode, Query, Run, Step, VectorPlan};

use super::steps::rounds;
use super::{Memory, index_of, page, pages};

/// The small site with a page that uses another word for a hive.
fn site() -> Vec<Page> {
    let mut pages = pages();
    pages.push(page("visits.html", "Visits", &[("", "The apiary is open to visitors on Sundays.")]));
    pages
}

/// The answer, and the kinds of parts that were asked for, round by round.
fn ask(memory: &mut Memory, text: &str, mode: Mode) -> (Answer, Vec<Vec<Kind>>) {
    let query = Query { text: text.into(), mode, prefix: false, vector: VectorPlan::Lexicon, ..Query::default() };
    let (kinds, step) = rounds(memory, &mut Run::new(query));
    let Step::Done(answer) = step else { panic!("{step:?}") };
    (*answer, kinds)
}

#[test]
fn a_words_vector_comes_with_its_postings() {
    let (answer, kinds) = ask(&mut Memory::new(index_of(site())), "apiary", Mode::Hybrid);
    assert_eq!(kinds, [vec![Kind::Core], vec![Kind::Terms], vec![Kind::Vectors], vec![Kind::Text]]);
    assert_eq!(answer.encoder.as_deref(), Some("lexicon"));
    assert_eq!((answer.legs.keyword.matches, answer.legs.semantic.status), (1, LegStatus::Used));
    let ids: Vec<&str> = answer.hits.iter().map(|hit| hit.id.as_str()).collect();
    assert!(ids[0] == "visits.html" && ids[1..3].contains(&"hive.html"), "{ids:?}");
}

#[test]
fn meaning_alone_needs_no_postings_but_marks_the_words() {
    let (answer, _) = ask(&mut Memory::new(index_of(site())), "apiary", Mode::Semantic);
    assert_eq!((answer.legs.keyword.status, answer.total), (LegStatus::Skipped, 0));
    let visits = answer.hits.iter().find(|hit| hit.id == "visits.html").unwrap();
    assert_eq!(visits.excerpt.ranges, [[4, 10]]);
}

#[test]
fn a_page_without_the_words_shows_the_piece_that_is_nearest() {
    let filler =
        |about: &str| format!("In this part of the year {about}, and nothing else is worth telling. ").repeat(4);
    let near = "Whoever keeps hives looks into all of their hives once a week. ";
    let text = [&filler("rain falls on roofs"), near, &filler("the harvest is sold")].concat();
    let mut pages = site();
    pages.push(page("year.html", "The year", &[("", &text)]));
    let (answer, _) = ask(&mut Memory::new(index_of(pages)), "apiary", Mode::Hybrid);
    let year = answer.hits.iter().find(|hit| hit.id == "year.html").unwrap();
    assert_eq!((year.lenses.keyword, &year.excerpt.ranges), (None, &Vec::new()));
    assert!(year.excerpt.text.starts_with('…') && year.excerpt.text.contains(near.trim()), "{:?}", year.excerpt.text);
}

#[test]
fn words_that_nobody_knows_have_no_meaning() {
    let mut memory = Memory::new(index_of(site()));
    for text in ["zzyzx", "zzyzx blorpt vleen hive", "한국어"] {
        let (answer, _) = ask(&mut memory, text, Mode::Hybrid);
        let semantic = &answer.legs.semantic;
        assert_eq!(semantic.status, LegStatus::Skipped, "{text:?}");
        assert_eq!(semantic.reason.as_deref(), Some("too few of these words are known"), "{text:?}");
        assert_eq!((answer.encoder, answer.semantic_only), (None, 0), "{text:?}");
    }
}

#[test]
fn an_index_without_an_encoder_says_so() {
    let built = bifocal::build::build(site(), None, &Default::default(), &|_| ()).unwrap();
    assert!(!built.entry.lexicon);
    let (answer, _) = ask(&mut Memory::new(built), "honey", Mode::Hybrid);
    assert_eq!(answer.hits[0].id, "honey.html");
    assert_eq!(answer.legs.semantic.reason.as_deref(), Some("the index was built without an encoder"));
}

#[test]
fn a_cell_that_cannot_be_had_leaves_the_words() {
    let mut memory = Memory::new(index_of(site()));
    let cells: Vec<PartId> = memory.parts.keys().copied().filter(|id| id.kind == Kind::Vectors).collect();
    memory.index.supply(&memory.index.core_id().to_string(), &memory.parts[&memory.index.core_id()]).unwrap();
    for cell in cells {
        memory.index.fail(&cell.to_string(), "404").unwrap();
    }
    let (answer, _) = ask(&mut memory, "honey", Mode::Hybrid);
    assert_eq!((answer.hits[0].id.as_str(), answer.legs.semantic.status), ("honey.html", LegStatus::Failed));
    assert!(answer.failures.iter().all(|failure| failure.contains("404")), "{:?}", answer.failures);
}

#[test]
fn a_site_of_one_short_page_can_be_searched() {
    let built = index_of(vec![page("a.html", "Bees", &[("", "Bees fly.")])]);
    let (answer, _) = ask(&mut Memory::new(built), "bees", Mode::Hybrid);
    assert_eq!(answer.hits.len(), 1);
}
