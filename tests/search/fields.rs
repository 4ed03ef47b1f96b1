//! Filters, facets, order and groups against a slow twin that reads every page.

use std::collections::BTreeMap;

use bifocal::build::{Options, build};
use bifocal::corpus::{Meta, Page, Value};
use bifocal::index::{FieldKind, Index, Kind};
use bifocal::search::{FacetRequest, Filters, Group, Mode, Order, Query, Relation, Sort};
use bifocal::{ErrorKind, text};
use proptest::prelude::*;

use super::{Memory, index_of, index_with, page};

/// What a page has in a field.
fn values(page: &Page, field: &str) -> Vec<Value> {
    let text = |text: &str| Value::Text(text.into());
    match (field, page.meta.get(field)) {
        (_, Some(Meta::Bool(value))) => vec![Value::Bool(*value)],
        (_, Some(Meta::Number(value))) => vec![Value::Number(*value)],
        (_, Some(Meta::Text(value))) => vec![text(value)],
        (_, Some(Meta::List(values))) => values.iter().map(|value| text(value)).collect(),
        ("section", None) => page.url.split_once('/').map(|(folder, _)| text(folder)).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Whether a page passes filters, read straight from their JSON; dates here are of days, so that they compare as texts.
fn passes(page: &Page, filters: &serde_json::Value) -> bool {
    filters.as_object().unwrap().iter().all(|(name, test)| match name.as_str() {
        "not" => !passes(page, test),
        "any" => test.as_array().unwrap().iter().any(|filters| passes(page, filters)),
        field => meets(&values(page, field), test),
    })
}

fn meets(values: &[Value], test: &serde_json::Value) -> bool {
    let has = |wanted: &serde_json::Value| values.iter().any(|value| serde_json::json!(value) == *wanted);
    let list = |test: &serde_json::Value| test.as_array().unwrap().clone();
    match test {
        serde_json::Value::Array(wanted) => wanted.iter().any(has),
        serde_json::Value::Object(parts) => {
            let ends: Vec<(&String, Value)> = parts
                .iter()
                .filter(|(name, _)| matches!(name.as_str(), "gt" | "gte" | "lt" | "lte"))
                .map(|(name, end)| (name, serde_json::from_value(end.clone()).unwrap()))
                .collect();
            let within = |value: &Value| ends.iter().all(|(name, end)| compare(value, name, end));
            let others = parts.iter().all(|(name, part)| match name.as_str() {
                "any" => list(part).iter().any(has),
                "all" => list(part).iter().all(has),
                "not" => !list(part).iter().any(has),
                "exists" => values.is_empty() != part.as_bool().unwrap(),
                _ => true,
            });
            others && (ends.is_empty() || values.iter().any(within))
        }
        single => has(single),
    }
}

fn compare(value: &Value, name: &str, end: &Value) -> bool {
    let order = match (value, end) {
        (Value::Number(a), Value::Number(b)) => a.total_cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        _ => panic!("{value:?} {name} {end:?}"),
    };
    match name {
        "gt" => order.is_gt(),
        "gte" => order.is_ge(),
        "lt" => order.is_lt(),
        _ => order.is_le(),
    }
}

fn facet(pages: &[Page], field: &str, filters: &serde_json::Value, word: &str) -> BTreeMap<String, usize> {
    let mut others = filters.clone();
    others.as_object_mut().unwrap().retain(|name, test| name != field || test.is_object());
    let mut counts = BTreeMap::new();
    for page in pages.iter().filter(|page| passes(page, &others) && holds(page, word)) {
        for value in values(page, field) {
            *counts.entry(serde_json::json!(value).to_string()).or_default() += 1;
        }
    }
    counts
}

fn holds(page: &Page, word: &str) -> bool {
    page.sections.iter().any(|section| text::words(&section.text).any(|found| found.term == word))
}

fn pages() -> impl Strategy<Value = Vec<Page>> {
    let words = prop::sample::select(vec!["fjord glyph", "glyph kiosk", "kiosk", "fjord kiosk"]);
    let tags = prop::collection::btree_set(prop::sample::select(vec!["a", "b", "c"]), 0..3);
    let fields = (
        prop::option::of(2018..2026u32),
        prop::option::of(any::<bool>()),
        tags,
        prop::option::of(1..29u32),
        prop::sample::select(vec!["", "guide/", "api/"]),
    );
    prop::collection::vec((words, fields), 2..14).prop_map(|pages| {
        let page = |(number, (words, (year, draft, tags, day, folder))): (usize, (&str, _))| {
            let mut page = page(&format!("{folder}{number:02}.html"), "", &[("", words)]);
            let mut add =
                |name: &str, value: Option<Meta>| value.and_then(|value| page.meta.insert(name.into(), value));
            add("year", Option::<u32>::map(year, |year| Meta::Number(year.into())));
            add("draft", Option::<bool>::map(draft, Meta::Bool));
            add("tags", Some(Meta::List(std::collections::BTreeSet::into_iter(tags).map(str::to_owned).collect())));
            add("day", Option::<u32>::map(day, |day| Meta::Text(format!("2024-02-{day:02}"))));
            page
        };
        pages.into_iter().enumerate().map(page).collect()
    })
}

fn filters() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        r#"{"section": ["api", "nowhere"]}"#,
        r#"{"year": {"gte": 2020, "lt": 2024}}"#,
        r#"{"year": {"gt": 2019.5, "lte": 2023}, "draft": false}"#,
        r#"{"tags": {"all": ["a", "b"]}}"#,
        r#"{"tags": {"not": ["a"]}, "year": {"exists": true}}"#,
        r#"{"tags": {"exists": false}}"#,
        r#"{"tags": []}"#,
        r#"{"day": {"gte": "2024-02-10", "lte": "2024-02-20"}}"#,
        r#"{"day": "2024-02-07", "tags": ["b", "c"]}"#,
        "{}",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(3, 8, 2, |inner| {
        let not = inner.clone().prop_map(|filters| format!(r#"{{"not": {filters}}}"#));
        let both = (inner.clone(), inner).prop_map(|(a, b)| format!(r#"{{"tags": ["a", "b"], "any": [{a}, {b}]}}"#));
        prop_oneof![not, both]
    })
}

/// All fields that the pages may have, so that a filter on one that none has is no error.
fn built(pages: Vec<Page>, vectors: bool) -> Memory {
    if vectors {
        return Memory::new(index_of(pages));
    }
    let fields = ["section", "year", "draft", "tags", "day"].map(str::to_owned).to_vec();
    Memory::new(build(pages, None, &Options { fields: Some(fields), ..Options::default() }, &|_| ()).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn what_passes_is_what_the_twin_lets_pass(mut pages in pages(), json in filters(), word in prop::sample::select(vec!["", "fjord", "kiosk"])) {
        // One page has everything, so that each field has its kind; it lies in no folder, so that pages share none.
        let mut whole = page("all.html", "", &[("", "glyph")]);
        whole.meta = BTreeMap::from([
            ("year".into(), Meta::Number(2021.0)),
            ("draft".into(), Meta::Bool(true)),
            ("tags".into(), Meta::List(vec!["a".into()])),
            ("day".into(), Meta::Text("2024-02-11".into())),
        ]);
        pages.push(whole);
        let twin: serde_json::Value = serde_json::from_str(&json).unwrap();
        let filters: Filters = serde_json::from_str(&json).unwrap();
        let mut expected: Vec<&str> = pages
            .iter()
            .filter(|page| passes(page, &twin) && (word.is_empty() || holds(page, word)))
            .map(|page| page.id.as_str())
            .collect();
        let facets: Vec<FacetRequest> =
            ["section", "tags", "year"].map(|field| FacetRequest { field: field.into(), limit: 100 }).to_vec();
        let query = Query { text: word.into(), mode: Mode::Keyword, prefix: false, limit: 100, filters, facets, ..Query::default() };
        let mut memory = built(pages.clone(), false);
        let answer = memory.ask(query.clone());
        let mut found: Vec<&str> = answer.hits.iter().map(|hit| hit.id.as_str()).collect();
        prop_assert_eq!((answer.total, answer.relation), (expected.len(), Relation::Eq));
        if word.is_empty() {
            prop_assert_eq!(&found, &expected, "pages are in their order");
        }
        found.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(found, expected);
        for facet in &answer.facets {
            let counted: BTreeMap<String, usize> =
                facet.values.iter().map(|found| (serde_json::json!(found.value).to_string(), found.count)).collect();
            let twin = if word.is_empty() {
                let mut pages = pages.clone();
                pages.iter_mut().for_each(|page| page.sections[0].text = "every".into());
                self::facet(&pages, &facet.field, &twin, "every")
            } else {
                self::facet(&pages, &facet.field, &twin, word)
            };
            prop_assert_eq!(&counted, &twin, "{}", facet.field);
            prop_assert!(facet.values.windows(2).all(|pair| pair[0].count >= pair[1].count));
        }
        for (order, sign) in [(Order::Asc, 1.0), (Order::Desc, -1.0)] {
            let sort = Some(Sort { field: "year".into(), order });
            let sorted = memory.ask(Query { sort, ..query.clone() });
            let year = |id: &str| match pages.iter().find(|page| page.id == id).unwrap().meta.get("year") {
                Some(Meta::Number(year)) => sign * year,
                _ => f64::INFINITY,
            };
            let place = |id: &str| answer.hits.iter().position(|hit| hit.id == id).unwrap();
            let keys: Vec<(f64, usize)> = sorted.hits.iter().map(|hit| (year(&hit.id), place(&hit.id))).collect();
            prop_assert!(keys.is_sorted(), "{keys:?}");
            prop_assert_eq!(sorted.hits.len(), answer.hits.len());
        }
        let group = Some(Group { field: "section".into(), limit: 1 });
        let grouped = memory.ask(Query { group, ..query });
        let twin: Vec<&str> = answer
            .hits
            .iter()
            .filter(|hit| {
                let page = pages.iter().find(|page| page.id == hit.id).unwrap();
                let first = values(page, "section").into_iter().next();
                first.is_none() || !grouped_before(&answer.hits, &pages, &hit.id, first.as_ref())
            })
            .map(|hit| hit.id.as_str())
            .collect();
        prop_assert_eq!(grouped.hits.iter().map(|hit| hit.id.as_str()).collect::<Vec<_>>(), twin);
        for hit in &grouped.hits {
            let page = pages.iter().find(|page| page.id == hit.id).unwrap();
            prop_assert_eq!(&hit.group, &values(page, "section").into_iter().next());
        }
    }
}

/// Whether a hit before the one of page `id` has the same section.
fn grouped_before(hits: &[bifocal::search::Hit], pages: &[Page], id: &str, section: Option<&Value>) -> bool {
    hits.iter().take_while(|hit| hit.id != id).any(|hit| {
        let page = pages.iter().find(|page| page.id == hit.id).unwrap();
        values(page, "section").first() == section
    })
}

/// A site on which one page in twenty is in the folder `rare`.
fn large() -> Vec<Page> {
    let words = ["bees", "hive", "honey", "swarm", "queen", "comb", "wax", "brood", "nectar", "pollen", "frame", "box"];
    (0..400)
        .map(|number: usize| {
            let text: Vec<&str> =
                (0..8).map(|at| words[(number * 7 + at * at * 5 + number / 3) % words.len()]).collect();
            let folder = if number.is_multiple_of(20) { "rare" } else { "usual" };
            let mut page =
                page(&format!("{folder}/{number:03}.html"), &format!("Page {number}"), &[("", &text.join(" "))]);
            page.meta.insert("year".into(), Meta::Number((2000 + number % 10) as f64));
            page
        })
        .collect()
}

#[test]
fn ten_wanted_hits_by_meaning_are_ten_hits() {
    let mut memory = built(large(), true);
    let mut whole = Memory { parts: memory.parts.clone(), index: Index::open(memory.index.head()) };
    whole.index.hold_whole();
    for filters in
        [r#"{"section": "rare"}"#, r#"{"not": {"section": "usual"}}"#, r#"{"section": "rare", "year": 2000}"#]
    {
        let filters: Filters = serde_json::from_str(filters).unwrap();
        let query = Query { text: "nectar in a hive".into(), mode: Mode::Semantic, filters, ..Query::default() };
        let answer = memory.ask(query.clone());
        assert_eq!(answer.hits.len(), 10);
        assert!(answer.hits.iter().all(|hit| hit.id.starts_with("rare/")), "{:?}", answer.hits);
        assert_eq!((answer.total, answer.relation), (0, Relation::Gte));
        assert_eq!(whole.ask(query).hits[0].id, answer.hits[0].id);
    }
}

#[test]
fn a_filter_takes_further_cells_as_long_as_they_may_hold_nearer_pages() {
    for regions in [false, true] {
        further_cells(Memory::new(index_with(large(), Options { regions: Some(regions), ..Options::default() })));
    }
}

/// Of the hits under filters, nineteen of twenty are as near as those of an exact scan.
fn further_cells(mut memory: Memory) {
    let mut whole = Memory { parts: memory.parts.clone(), index: Index::open(memory.index.head()) };
    whole.index.hold_whole();
    let (mut found, mut all) = (0, 0);
    for asked in large().iter().step_by(23) {
        for filters in [r#"{"section": "rare"}"#, r#"{"year": {"lt": 2003}}"#] {
            let filters: Filters = serde_json::from_str(filters).unwrap();
            let text = asked.sections[0].text.clone();
            let query = Query { text, mode: Mode::Semantic, filters, ..Query::default() };
            let near: Vec<f32> = memory.ask(query.clone()).hits.iter().map(|hit| hit.score).collect();
            let exact: Vec<f32> = whole.ask(query).hits.iter().map(|hit| hit.score).collect();
            all += exact.len();
            found += near.iter().zip(&exact).filter(|(near, exact)| near == exact).count();
        }
    }
    assert!(found * 20 >= all * 19, "{found} of {all} hits are as near as those of an exact scan");
}

#[test]
fn meaning_finds_only_what_passes() {
    let mut memory = built(large(), true);
    let filters: Filters = serde_json::from_str(r#"{"year": {"lt": 2003}}"#).unwrap();
    let query = Query { text: "apiary nectar".into(), filters, limit: 50, ..Query::default() };
    let year = |id: &str| id[id.len() - 8..id.len() - 5].parse::<usize>().unwrap() % 10;
    let answer = memory.ask(query.clone());
    assert!(!answer.hits.is_empty() && answer.hits.iter().all(|hit| year(&hit.id) < 3));
    let sort = Some(Sort { field: "year".into(), order: Order::Desc });
    let sorted = memory.ask(Query { sort, ..query });
    assert!(sorted.hits.iter().map(|hit| year(&hit.id)).rev().is_sorted());
}

#[test]
fn fields_that_are_not_there_and_values_of_other_kinds_are_errors() {
    let mut memory = built(large(), false);
    let mut refused = |filters: &str, hint: &str, expected: &str| {
        let filters: Filters = serde_json::from_str(filters).unwrap();
        let query = Query { text: "bees".into(), mode: Mode::Keyword, filters, ..Query::default() };
        let parts = memory.parts.clone();
        let answer = bifocal::search::complete(&mut memory.index, query, None, |id| Ok(parts[&id].clone()));
        let error = answer.unwrap_err();
        assert_eq!((error.kind(), error.message(), error.way_out()), (ErrorKind::Usage, expected, Some(hint)));
    };
    refused(r#"{"colour": 1}"#, "it has day, draft, section, tags, year", "the index has no field colour");
    refused(
        r#"{"section": {"gte": "a"}}"#,
        "list the values instead",
        "the field section holds texts, which have no range",
    );
    refused(r#"{"year": "2020"}"#, "give a number", "the field year holds numbers, not 2020");
    let deep = r#"{"not": "#.repeat(20) + "{}" + &"}".repeat(20);
    refused(&deep, "16 levels are possible; write it flatter", "the query's filters are nested too deep");
}

#[test]
fn a_column_is_loaded_only_where_it_is_named_and_its_loss_is_told() {
    let mut memory = built(large(), true);
    memory.ask(Query { text: "honey".into(), ..Query::default() });
    let columns: Vec<_> = memory.index.core().unwrap().fields.iter().map(|field| field.part()).collect();
    assert_eq!(columns.len(), 2);
    assert!(columns.iter().all(|&column| memory.index.wants(column)));
    memory.parts.retain(|id, _| id.kind != Kind::Field);
    let facets = vec![FacetRequest { field: "year".into(), limit: 3 }];
    let sort = Some(Sort { field: "year".into(), order: Order::Asc });
    let answer = memory.ask(Query { text: "honey".into(), facets, sort, ..Query::default() });
    assert!(answer.facets.is_empty() && answer.failures[0].contains("parts/field-"), "{:?}", answer.failures);
    assert!(!answer.hits.is_empty());
    let filters: Filters = serde_json::from_str(r#"{"year": 2001}"#).unwrap();
    let query = Query { text: "honey".into(), filters, mode: Mode::Keyword, ..Query::default() };
    let gone = |_| Err(bifocal::Error::new(ErrorKind::Missing, "404"));
    let error = bifocal::search::complete(&mut memory.index, query, None, gone).unwrap_err();
    assert!(error.message().starts_with("the field year can't be filtered by: parts/field-"), "{error}");
}

#[test]
fn facets_say_how_many_values_they_leave_out() {
    let facets = vec![FacetRequest { field: "year".into(), limit: 3 }];
    let answer = built(large(), true).ask(Query { facets, limit: 1, ..Query::default() });
    let facet = &answer.facets[0];
    assert_eq!((facet.kind, facet.values.len(), facet.more, answer.total), (FieldKind::Number, 3, 7, 400));
    assert_eq!(facet.values.iter().map(|found| found.count).collect::<Vec<_>>(), [40, 40, 40]);
    let json = serde_json::to_value(&answer).unwrap();
    assert_eq!(json["facets"]["year"]["values"][0], serde_json::json!({"value": 2000.0, "count": 40}));
    assert_eq!((json["relation"].as_str(), answer.hits.len()), (Some("eq"), 1));
}

#[test]
fn a_star_counts_every_field() {
    let request = |field: &str| FacetRequest { field: field.into(), limit: 3 };
    let mut memory = built(large(), true);
    let all = memory.ask(Query { facets: vec![request("*")], limit: 1, ..Query::default() }).facets;
    let names: Vec<&str> = all.iter().map(|facet| facet.field.as_str()).collect();
    assert!(names.contains(&"year") && names.len() > 1, "{names:?}");
    let facets: Vec<FacetRequest> = names.into_iter().map(request).collect();
    assert_eq!(memory.ask(Query { facets, limit: 1, ..Query::default() }).facets, all);
}
