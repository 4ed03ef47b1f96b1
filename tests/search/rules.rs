//! What the owner says about ranking: synonyms, stop words, settled answers, weights.

use bifocal::build::{FreshnessOptions, Options, RankingOptions, RuleOptions, SettledOptions, build};
use bifocal::corpus::{Meta, Page};
use bifocal::ingest::Config;
use bifocal::search::{Mode, Query, Sort};

use super::{Memory, index_with, page, pages};

fn memory(pages: Vec<Page>, rules: &str) -> Memory {
    let rules = Config::parse(rules).unwrap().rules;
    Memory::new(index_with(pages, Options { rules, ..Options::default() }))
}

fn query(text: &str, mode: Mode) -> Query {
    Query { text: text.into(), mode, prefix: false, explain: true, ..Query::default() }
}

fn refused(pages: Vec<Page>, rules: RuleOptions) -> String {
    let error = build(pages, None, &Options { rules, ..Options::default() }, &|_| ()).err().unwrap();
    format!("{error}; {}", error.way_out().unwrap_or_default())
}

#[test]
fn synonyms_find_what_they_stand_for() {
    let mut memory = memory(
        pages(),
        "synonyms = [['beehive', 'hive'], ['artificial swarm', 'split']]\none-way-synonyms = { insects = ['bees'] }",
    );
    // The site has no such words.
    assert_eq!(memory.ids("beehive", Mode::Keyword), memory.ids("hive", Mode::Keyword));
    let answer = memory.ask(query("insects", Mode::Keyword));
    assert_eq!(answer.hits.len(), memory.ids("bees", Mode::Keyword).len());
    assert!(answer.corrections.is_empty(), "a word with synonyms is not misspelt");
    assert!(answer.hits[0].explain.as_ref().unwrap().terms[0].forms.contains(&"bees".into()));
    // One way only.
    assert!(memory.ids("bees", Mode::Keyword).len() > 1);
    // A run of words, and only as a run.
    assert_eq!(memory.ids("artificial swarm", Mode::Keyword)[0], "swarm.html");
    assert!(memory.ids("artificial swarm", Mode::Keyword).contains(&"split.html".into()));
    assert_eq!(
        memory.ids("swarm artificial", Mode::Keyword),
        super::Memory::new(super::index_of(pages())).ids("swarm", Mode::Keyword)
    );
}

#[test]
fn a_word_that_the_site_uses_counts_more_than_what_stands_for_it() {
    let site = vec![
        page("a", "First", &[("", "The lorry is loaded by hand.")]),
        page("b", "Second", &[("", "The truck is loaded by hand.")]),
    ];
    let rules = "synonyms = [['truck', 'lorry']]";
    assert_eq!(memory(site.clone(), rules).ids("truck", Mode::Keyword), ["b", "a"]);
    assert_eq!(memory(site, rules).ids("lorry", Mode::Keyword), ["a", "b"]);
}

#[test]
fn meaning_sees_what_stands_for_an_unknown_word() {
    let mut memory = memory(pages(), "synonyms = [['skeppu', 'honey']]");
    let mut ask = |text: &str| {
        let query = Query { vector: bifocal::search::VectorPlan::Lexicon, ..query(text, Mode::Semantic) };
        let parts = memory.parts.clone();
        let fetch = |id| parts.get(&id).cloned().ok_or_else(|| bifocal::Error::new(bifocal::ErrorKind::Missing, ""));
        bifocal::search::complete(&mut memory.index, query, None, fetch).unwrap()
    };
    let (unknown, known) = (ask("skeppu"), ask("honey"));
    assert!(!known.hits.is_empty());
    assert_eq!(
        unknown.hits.iter().map(|hit| &hit.id).collect::<Vec<_>>(),
        known.hits.iter().map(|hit| &hit.id).collect::<Vec<_>>()
    );
}

#[test]
fn stop_words_are_passed_over_unless_there_are_no_others() {
    let mut with = memory(pages(), "stop-words = ['Bees', 'please']");
    let mut without = memory(pages(), "");
    assert_eq!(with.ids("please bees honey", Mode::Keyword), without.ids("honey", Mode::Keyword));
    assert_ne!(without.ids("please bees honey", Mode::Keyword), without.ids("honey", Mode::Keyword));
    assert_eq!(with.ids("bees", Mode::Keyword), without.ids("bees", Mode::Keyword));
}

#[test]
fn settled_answers_come_first_or_not_at_all() {
    let rules = "[[answers]]\nqueries = ['swarm', 'Swarming bees']\nfirst = ['honey.html', 'hive.html']\nnever = ['split.html']";
    let mut with = memory(pages(), rules);
    for mode in [Mode::Keyword, Mode::Semantic, Mode::Hybrid] {
        for text in ["swarm", "SWARM", "swarming BEES"] {
            let answer = with.ask(query(text, mode));
            let ids: Vec<&str> = answer.hits.iter().map(|hit| hit.id.as_str()).collect();
            assert_eq!(ids[..2], ["honey.html", "hive.html"], "{text} {mode:?}");
            assert!(!ids.contains(&"split.html"), "{text} {mode:?}");
            let settled = |at: usize| answer.hits[at].explain.as_ref().unwrap().settled;
            assert!(settled(0) && settled(1) && !settled(2));
            assert!(answer.hits.windows(2).all(|pair| pair[0].score >= pair[1].score));
        }
        let ids = with.ids("swarm season", mode);
        assert_ne!(ids[0], "honey.html", "another query");
    }
    let total = with.ask(query("swarm", Mode::Keyword)).total;
    assert_eq!(total, memory(pages(), "").ask(query("swarm", Mode::Keyword)).total - 1);
}

#[test]
fn what_is_settled_passes_filters_and_yields_to_an_order() {
    let mut pages = pages();
    for (number, page) in pages.iter_mut().enumerate() {
        page.meta.insert("year".into(), Meta::Number(2000.0 + number as f64));
    }
    let rules = "[[answers]]\nqueries = ['bees']\nfirst = ['honey.html', 'swarm.html']";
    let mut memory = memory(pages, rules);
    let filters = serde_json::from_value(serde_json::json!({ "year": { "gte": 2003 } })).unwrap();
    let answer = memory.ask(Query { filters, ..query("bees", Mode::Keyword) });
    assert_eq!(answer.hits.iter().map(|hit| hit.id.as_str()).collect::<Vec<_>>(), ["swarm.html"]);
    let sort = Some(Sort { field: "year".into(), order: Default::default() });
    let answer = memory.ask(Query { sort, ..query("bees", Mode::Keyword) });
    assert!(answer.hits.iter().all(|hit| hit.id != "honey.html" && !hit.explain.as_ref().unwrap().settled));
}

#[test]
fn pages_can_weigh_more_and_newer_ones_more_than_older_ones() {
    let site = |field: &str, values: [Meta; 3]| -> Vec<Page> {
        let names = ["a", "b", "c"];
        names
            .iter()
            .zip(values)
            .map(|(name, value)| {
                let mut page = page(name, name, &[("", "Bees make honey in summer.")]);
                page.meta.insert(field.into(), value);
                page
            })
            .collect()
    };
    let numbers = site("rank", [Meta::Number(0.5), Meta::Number(2.0), Meta::Number(1.0)]);
    let mut weighed = memory(numbers, "[ranking]\nweight = 'rank'");
    let answer = weighed.ask(query("honey", Mode::Keyword));
    assert_eq!(answer.hits.iter().map(|hit| hit.id.as_str()).collect::<Vec<_>>(), ["b", "c", "a"]);
    let prior = |at: usize| answer.hits[at].explain.as_ref().unwrap().prior;
    assert_eq!((prior(0), prior(1), prior(2)), (Some(2.0), None, Some(0.5)));
    assert!((answer.hits[0].score / answer.hits[2].score - 4.0).abs() < 1e-3);

    let dates = ["2020-01-01", "2024-01-01", "2022"].map(|date| Meta::Text(date.into()));
    let mut fresh = memory(site("date", dates), "[ranking]\nfreshness = { field = 'date', half-life = 365 }");
    let answer = fresh.ask(query("honey", Mode::Hybrid));
    assert_eq!(answer.hits.iter().map(|hit| hit.id.as_str()).collect::<Vec<_>>(), ["b", "c", "a"]);
    let prior = answer.hits[1].explain.as_ref().unwrap().prior.unwrap();
    assert!((prior - 0.625).abs() < 0.03, "two half-lives leave a quarter of one half: {prior}");
}

#[test]
fn fields_can_count_more() {
    let site = || {
        vec![
            page("title", "Honey", &[("", "Of bees, of their combs and of how these are emptied in late summer.")]),
            page("text", "Harvest", &[("", "Honey and honey and honey and honey and honey and honey.")]),
        ]
    };
    // The page whose title is the query comes first in any case, so the query is more than the title.
    assert_eq!(memory(site(), "ranking = { title = 20.0 }").ids("zzyzx honey", Mode::Keyword)[0], "title");
    assert_eq!(memory(site(), "ranking = { title = 0.1 }").ids("zzyzx honey", Mode::Keyword)[0], "text");
}

#[test]
fn wrong_rules_are_errors_of_the_build() {
    let settled = |first: &str, queries: &[&str]| RuleOptions {
        answers: vec![SettledOptions {
            queries: queries.iter().map(|&query| query.into()).collect(),
            first: vec![first.into()],
            never: Vec::new(),
        }],
        ..RuleOptions::default()
    };
    let ranking = |ranking| RuleOptions { ranking, ..RuleOptions::default() };
    let freshness = |field: &str, half_life, share| {
        ranking(RankingOptions {
            freshness: Some(FreshnessOptions { field: field.into(), half_life, share }),
            ..RankingOptions::default()
        })
    };
    let mut pages = pages();
    pages[0].meta.insert("date".into(), Meta::Text("2024".into()));
    pages[1].meta.insert("mood".into(), Meta::Text("blue".into()));
    let cases = [
        (settled("guide/hony.html", &["honey"]), "there is no page guide/hony.html; the nearest is honey.html"),
        (settled("hive.html", &[]), "no queries"),
        (settled("hive.html", &["…"]), "\"…\" holds no word"),
        (RuleOptions { stop_words: vec!["—".into()], ..RuleOptions::default() }, "stop-words: \"—\" holds no word"),
        (
            ranking(RankingOptions { title: Some(-1.0), ..RankingOptions::default() }),
            "ranking.title: -1 is out of its range",
        ),
        (ranking(RankingOptions { text: Some(f32::NAN), ..RankingOptions::default() }), "ranking.text: NaN"),
        (
            ranking(RankingOptions { proximity: 1.5, ..RankingOptions::default() }),
            "ranking.proximity: 1.5 is out of its range",
        ),
        (
            ranking(RankingOptions { weight: Some("rank".into()), ..RankingOptions::default() }),
            "no page has the field rank",
        ),
        (
            ranking(RankingOptions { weight: Some("mood".into()), ..RankingOptions::default() }),
            "the field mood of hive.html is",
        ),
        (freshness("mood", 30.0, 0.5), "dates are written as"),
        (freshness("date", 0.0, 0.5), "half-life: 0 is out of its range"),
        (freshness("date", 30.0, 1.5), "share: 1.5 is out of its range"),
    ];
    for (rules, expected) in cases {
        let got = refused(pages.clone(), rules);
        assert!(got.contains(expected), "{got} does not say {expected}");
    }
    for text in ["synonym = []", "[ranking]\nboost = 2", "[[answers]]\nquery = 'x'"] {
        assert!(Config::parse(text).unwrap_err().to_string().contains("unknown field"), "{text}");
    }
}

#[test]
fn words_close_together_count_as_the_owner_says() {
    let filler = "so it is told of those who keep them in the garden behind the house by the old wall ".repeat(3);
    let site = || {
        vec![
            page("far", "One", &[("", &format!("The queen was here. {filler} Then honey was there, and wax."))]),
            page("near", "Two", &[("", &format!("Here is honey of the queen. {filler} And also some more of it."))]),
            page("one", "Three", &[("", &format!("Only honey. {filler} Nothing else that anybody wants to know."))]),
        ]
    };
    let ask = |rules: &str| memory(site(), rules).ask(query("queen honey", Mode::Keyword)).hits;
    let plain = ask("stop-words = ['please']");
    let close = ask("[ranking]\nproximity = 0.5");
    let gain = |hits: &[bifocal::search::Hit], id: &str| {
        let hit = hits.iter().find(|hit| hit.id == id).unwrap();
        let explained = hit.explain.as_ref().unwrap();
        let sum = explained.keyword.unwrap() + explained.proximity.unwrap_or(0.0);
        assert!((hit.score - sum).abs() < 1e-5, "{id}: {} is not {sum}", hit.score);
        explained.proximity
    };
    assert!(plain.iter().all(|hit| hit.explain.as_ref().unwrap().proximity.is_none()));
    assert_eq!((close[0].id.as_str(), gain(&close, "one")), ("near", None));
    // Two words between them: a third of what neighbours gain, which is half of the best score.
    let best = plain[0].score;
    assert!((gain(&close, "near").unwrap() - best * 0.5 / 3.0).abs() < 1e-5);
    assert!(gain(&close, "far").unwrap() < best * 0.02);
}
