//! Pages like a page.

use bifocal::corpus::{Meta, Page};
use bifocal::search::{Query, complete};
use bifocal::{Error, ErrorKind};

use super::{BagOfWords, Memory, index_of, page, pages};

fn like(memory: &mut Memory, query: Query) -> Result<Vec<String>, Error> {
    let parts = memory.parts.clone();
    let fetch = |id| parts.get(&id).cloned().ok_or_else(|| Error::new(ErrorKind::Missing, "it is not there"));
    Ok(complete(&mut memory.index, query, None, fetch)?.hits.into_iter().map(|hit| hit.id).collect())
}

fn query(id: &str) -> Query {
    Query { similar: Some(id.into()), ..Query::default() }
}

/// Pages of a few words each, of which many share some.
fn site(count: usize) -> Vec<Page> {
    let words = ["hive", "honey", "swarm", "frame", "queen", "smoke", "wax", "comb", "drone", "veil"];
    let text = |at: usize| (0..6).map(|n| words[(at * (n + 3) + n * n) % words.len()]).collect::<Vec<_>>().join(" ");
    (0..count).map(|at| page(&format!("{at}.html"), words[at % 10], &[("", &text(at))])).collect()
}

#[test]
fn they_are_the_nearest_by_the_mean_of_their_passages() {
    let pages = site(300);
    let mut memory = Memory::new(index_of(pages.clone()));
    // Each page is one passage, which is embedded below its title.
    let vectors: Vec<Vec<f32>> = pages
        .iter()
        .map(|page| BagOfWords::new().vector(&format!("{}\n{}", page.title, page.sections[0].text)))
        .collect();
    for at in [0, 7, 150, 299] {
        let found = like(&mut memory, query(&pages[at].id)).unwrap();
        assert_eq!(found.len(), 10);
        let cosine = |other: usize| vectors[at].iter().zip(&vectors[other]).map(|(x, y)| x * y).sum::<f32>();
        let mut cosines: Vec<f32> = (0..300).filter(|&other| other != at).map(cosine).collect();
        cosines.sort_by(|a, b| b.total_cmp(a));
        for (id, expected) in found.iter().zip(cosines) {
            let other: usize = id.trim_end_matches(".html").parse().unwrap();
            assert!(
                other != at && (cosine(other) - expected).abs() < 1e-4,
                "{at}: {id} has {}, not {expected}",
                cosine(other)
            );
        }
    }
}

#[test]
fn filters_and_limits_hold() {
    let mut pages = site(40);
    for (at, page) in pages.iter_mut().enumerate() {
        page.meta.insert("odd".into(), Meta::Bool(at % 2 == 1));
    }
    let mut memory = Memory::new(index_of(pages));
    let all = like(&mut memory, query("3.html")).unwrap();
    let filters = serde_json::from_value(serde_json::json!({ "odd": true })).unwrap();
    let odd = like(&mut memory, Query { filters, ..query("3.html") }).unwrap();
    let is_odd = |id: &&String| id.trim_end_matches(".html").parse::<usize>().unwrap() % 2 == 1;
    assert_eq!(odd, all.iter().filter(is_odd).cloned().collect::<Vec<_>>());
    assert_eq!(like(&mut memory, Query { limit: 2, offset: 1, ..query("3.html") }).unwrap(), all[1..3]);
}

#[test]
fn what_cannot_be_answered_is_an_error() {
    let mut memory = Memory::new(index_of(pages()));
    let error = like(&mut memory, query("nowhere.html")).unwrap_err();
    assert!(error.to_string().contains("no page has the id nowhere.html"), "{error}");
    let keyword_only = bifocal::build::build(pages(), None, &Default::default(), &|_| ()).unwrap();
    let error = like(&mut Memory::new(keyword_only), query("hive.html")).unwrap_err();
    assert!(error.to_string().contains("doesn't know which pages are like which"), "{error}");
}
