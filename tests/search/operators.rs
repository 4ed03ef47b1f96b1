//! Operators of the query language against a slow, obvious twin, and what a reader would try.

use std::collections::BTreeSet;

use bifocal::corpus::Page;
use bifocal::search::{Expression, LegStatus, Mode, Query};
use bifocal::text::{self, Kind};
use proptest::prelude::*;

use super::{Memory, index_of, page, pages};

/// Words that no stemmer joins and none of which begins another.
const WORDS: [&str; 6] = ["bulb", "drum", "fjord", "glyph", "kiosk", "mango"];

/// The words of each field of a page, in order: title, then headings and texts.
fn fields(page: &Page) -> Vec<Vec<String>> {
    let texts = page.sections.iter().flat_map(|section| [&section.heading, &section.text]);
    let leaves = |text: &String| {
        text::words(text).filter(|word| word.kind != Kind::Compound).map(|word| word.term.into_owned()).collect()
    };
    std::iter::once(&page.title).chain(texts).map(leaves).collect()
}

/// Whether a page satisfies a condition, read word by word.
fn satisfies(page: &Page, condition: &Expression) -> bool {
    let fields = fields(page);
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let anywhere = |is: &dyn Fn(&str) -> bool| fields.iter().flatten().any(|word| is(word));
    match condition {
        Expression::All(parts) => parts.iter().all(|part| satisfies(page, part)),
        Expression::Any(parts) => parts.iter().any(|part| satisfies(page, part)),
        Expression::Not(part) => !satisfies(page, part),
        Expression::Word(wanted) => anywhere(&|word| word == wanted),
        Expression::Prefix(stem) => anywhere(&|word| word.starts_with(stem.as_str())),
        Expression::Title(wanted) => words(wanted).iter().all(|word| fields[0].contains(word)),
        Expression::Heading(wanted) => words(wanted)
            .iter()
            .all(|word| page.sections.iter().any(|section| section.heading.split(' ').any(|other| other == word))),
        Expression::Phrase(wanted) => {
            let wanted = words(wanted);
            fields.iter().any(|field| field.windows(wanted.len()).any(|window| window == wanted))
        }
        Expression::Near { words, within } => fields.iter().any(|field| {
            (0..field.len()).any(|start| {
                let window = &field[start..field.len().min(start + *within as usize)];
                words.iter().all(|word| window.contains(word))
            })
        }),
    }
}

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(WORDS.to_vec()).prop_map(str::to_owned)
}

fn line(least: usize, most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(word(), least..most).prop_map(|words| words.join(" "))
}

fn condition() -> impl Strategy<Value = Expression> {
    let leaf = prop_oneof![
        word().prop_map(Expression::Word),
        prop::sample::select(vec!["bul", "dr", "k"]).prop_map(|stem| Expression::Prefix(stem.to_owned())),
        line(1, 3).prop_map(Expression::Title),
        line(1, 3).prop_map(Expression::Heading),
        line(1, 4).prop_map(Expression::Phrase),
        (prop::collection::vec(word(), 2..4), 2u32..5).prop_map(|(words, within)| Expression::Near { words, within }),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Expression::All),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Expression::Any),
            inner.prop_map(|part| Expression::Not(Box::new(part))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn conditions_leave_the_pages_of_the_twin(
        texts in prop::collection::vec((line(0, 4), line(0, 3), line(0, 14), line(0, 3), line(0, 14)), 1..14),
        conditions in prop::collection::vec(condition(), 1..6),
    ) {
        let pages: Vec<Page> = texts
            .iter()
            .enumerate()
            .map(|(number, (title, first, one, second, two))| page(&format!("p{number:02}"), title, &[(first, one), (second, two)]))
            .collect();
        let mut memory = Memory::new(index_of(pages.clone()));
        for condition in conditions {
            let holds = |page: &Page| WORDS.iter().any(|word| satisfies(page, &Expression::Word((*word).into())));
            let expected: BTreeSet<String> = pages
                .iter()
                .filter(|page| holds(page) && satisfies(page, &condition))
                .map(|page| page.id.clone())
                .collect();
            let query = Query {
                text: WORDS.join(" "),
                expression: Some(condition.clone()),
                mode: Mode::Keyword,
                limit: 100,
                prefix: false,
                ..Query::default()
            };
            let answer = memory.ask(query);
            let found: BTreeSet<String> = answer.hits.iter().map(|hit| hit.id.clone()).collect();
            prop_assert_eq!(&found, &expected, "{:?}", condition);
            prop_assert_eq!(answer.total, expected.len());
        }
    }

    #[test]
    fn no_text_is_an_error(
        text in prop_oneof!["([a-z\"()+*:|-]|OR |AND |NEAR/2 |title:|\u{0}|[ .🦀\u{202e}é]){0,40}", any::<String>()],
    ) {
        let answer = Memory::new(index_of(pages())).ask(Query { text: text.clone(), ..Query::default() });
        prop_assert_eq!(answer.query, text);
    }
}

#[test]
fn a_beginning_asks_for_all_words_that_begin_so() {
    // More words than an unfinished one stands for, in more than one block.
    let words: Vec<String> = (0..900).map(|number| format!("st{number:03}x")).collect();
    let mut pages: Vec<Page> = words
        .iter()
        .enumerate()
        .map(|(at, word)| page(&format!("p{at:03}"), "", &[("", &format!("drum {word}"))]))
        .collect();
    pages.push(page("other", "", &[("", "drum alone")]));
    let mut memory = Memory::new(index_of(pages));
    let mut found = |text: &str| {
        let answer = memory.ask(Query { text: text.into(), mode: Mode::Keyword, ..Query::default() });
        (answer.total, answer.failures)
    };
    assert_eq!(found("drum +st*"), (words.len(), vec![]));
    assert_eq!(found("drum -st*"), (1, vec![]));
    assert_eq!(found("drum +st00*"), (10, vec![]));
}

#[test]
fn an_expression_that_is_nested_too_deep_says_so() {
    let deep = |levels: usize| {
        let inside = Expression::Word("hive".into());
        (0..levels).fold(inside, |inside, _| Expression::Not(Box::new(inside)))
    };
    let mut memory = Memory::new(index_of(pages()));
    let mut ask = |levels| {
        let query = Query { text: "hive".into(), expression: Some(deep(levels)), ..Query::default() };
        memory.try_ask(query).map(|answer| answer.hits.len())
    };
    assert!(ask(12).unwrap() > 0);
    assert!(ask(200).unwrap_err().to_string().contains("nested too deep"));
}

fn check(text: &str, expected: &[&str]) {
    let mut found = Memory::new(index_of(pages())).ids(text, Mode::Keyword);
    found.sort();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn a_text_asks_for_what_it_looks_like() {
    check("\"strong colony\"", &["split.html"]);
    check("frames -honey", &["hive.html", "split.html"]);
    check("+hive frames", &["hive.html", "split.html", "swarm.html"]);
    check("title:hive frames", &["hive.html"]);
    check("swarm AND hive", &["split.html", "swarm.html"]);
    check("roof OR glass", &["hive.html", "honey.html"]);
    check("roof OR glass OR may -storing", &["hive.html", "swarm.html"]);
    check("+bees may NEAR/3 bees", &["split.html", "swarm.html"]);
    check("bees NEAR/4 may", &["swarm.html"]);
    check("+swar* colony", &["split.html", "swarm.html"]);
    check("\"Hive::split\"", &["split.html"]);
    check("+--dry-run", &["split.html"]);
}

#[test]
fn where_no_page_satisfies_a_text_its_words_are_searched_for() {
    let mut memory = Memory::new(index_of(pages()));
    let mut ask = |text: &str| memory.ask(Query { text: text.into(), mode: Mode::Keyword, ..Query::default() });
    let answer = ask("\"honey roof\" -glass");
    assert!(answer.relaxed);
    assert_eq!(answer.hits.iter().map(|hit| hit.id.as_str()).collect::<Vec<_>>(), ["hive.html"]);
    assert!(!ask("\"strong colony\"").relaxed);
    // What a program asks for is meant.
    let expression = Some(Expression::Phrase("honey roof".into()));
    let answer = memory.ask(Query { text: "honey".into(), expression, ..Query::default() });
    assert_eq!((answer.hits.len(), answer.relaxed), (0, false));
}

#[test]
fn meaning_obeys_operators_too() {
    let mut memory = Memory::new(index_of(pages()));
    let ids = |memory: &mut Memory, text: &str| memory.ids(text, Mode::Semantic);
    assert_eq!(ids(&mut memory, "nectar")[0], "honey.html");
    assert!(!ids(&mut memory, "nectar -glass").contains(&"honey.html".to_owned()));
    assert_eq!(ids(&mut memory, "nectar title:harvesting"), ["honey.html"]);
}

#[test]
fn an_expression_alone_is_ranked_by_its_words() {
    let expression = Some(Expression::Any(vec![Expression::Word("glass".into()), Expression::Word("roof".into())]));
    let answer = Memory::new(index_of(pages())).ask(Query { expression, mode: Mode::Keyword, ..Query::default() });
    assert_eq!((answer.total, answer.legs.keyword.status), (2, LegStatus::Used));
}

#[test]
fn an_expression_is_read_from_json() {
    let text = r#"{"expression": {"all": [{"word": "hive"}, {"not": {"near": {"words": ["a", "b"], "within": 3}}}]}}"#;
    let query: Query = serde_json::from_str(text).unwrap();
    assert!(matches!(query.expression, Some(Expression::All(parts)) if parts.len() == 2));
}
