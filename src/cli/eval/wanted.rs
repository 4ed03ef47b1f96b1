//! An owner's own list of queries and the pages that he wants found: JSON lines such as
//! `{"query": "share data between threads", "pages": ["ch16-03-shared-state.html"]}`.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use bifocal::build::likest;
use bifocal::ingest::for_each_line;
use bifocal::search::Answer;
use bifocal::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use super::collection::{Judged, broken};
use super::settings::{DEPTH, Settings};
use super::source::Source;
use super::{EvalArgs, as_json, metrics, ranking};
use crate::cli::folder::IndexFolder;

/// Pages named as near to one that the index lacks.
const NEAR: usize = 3;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    query: String,
    pages: Vec<String>,
}

/// Reads the list in `path`; pages are named by their ids or their addresses in the index in `folder`. A query is called by the
/// number of its line.
///
/// # Errors
/// [`ErrorKind::Input`] naming the line and what is wrong with it; a page that the index lacks is named with those near it.
pub fn read(path: &Path, folder: &Path) -> Result<Vec<Judged>> {
    let names = Names::read(folder)?;
    let mut queries = Vec::new();
    for_each_line(path, |number, line| {
        let wrong = |what: &str| {
            broken(path, number, what)
                .hint("a line is such as {\"query\": \"share data\", \"pages\": [\"guide/sharing.html\"]}")
        };
        let Line { query, pages } = serde_json::from_str(line).map_err(|error| wrong(&error.to_string()))?;
        if query.trim().is_empty() {
            return Err(wrong("the query is empty"));
        }
        if pages.is_empty() {
            return Err(wrong("it names no page"));
        }
        let mut grades = BTreeMap::new();
        for page in &pages {
            let id = names.find(page).ok_or_else(|| {
                broken(path, number, &format!("the index has no page `{page}`")).hint(match names.near(page)[..] {
                    [] => "name pages by their paths in the site, or by their addresses".to_owned(),
                    ref near => format!("near it are {}", near.join(", ")),
                })
            })?;
            grades.insert(id.to_owned(), 1);
        }
        queries.push(Judged { id: number.to_string(), text: query, kind: None, grades });
        Ok(())
    })?;
    if queries.is_empty() {
        return Err(Error::new(ErrorKind::Input, format!("{} holds no queries", path.display())));
    }
    Ok(queries)
}

/// What pages are called.
struct Names {
    /// Ids by ids and by addresses.
    ids: HashMap<String, String>,
}

impl Names {
    fn read(folder: &Path) -> Result<Self> {
        let mut ids = HashMap::new();
        IndexFolder::open(folder)?.for_each_page(|page| {
            ids.insert(page.url.clone(), page.id.clone());
            ids.insert(page.id.clone(), page.id.clone());
        })?;
        Ok(Self { ids })
    }

    /// The id of a page, by its path or its address; what follows a `#` names a section of it.
    fn find(&self, page: &str) -> Option<&str> {
        let whole = page.split('#').next().unwrap_or_default();
        let bare = whole.trim_start_matches("./").trim_start_matches('/');
        [page, whole, bare].into_iter().find_map(|name| self.ids.get(name)).map(String::as_str)
    }

    /// Ids of pages that are called much the same, the likest first.
    fn near(&self, page: &str) -> Vec<&str> {
        likest(page, self.ids.values().map(String::as_str), NEAR)
    }
}

/// What was found.
#[derive(Serialize)]
struct Report<'q> {
    settings: &'q str,
    queries: Vec<Row<'q>>,
    #[serde(rename = "mrr@10")]
    mrr: f64,
    #[serde(rename = "success@1")]
    first: f64,
    #[serde(rename = "success@3")]
    third: f64,
    #[serde(rename = "success@10")]
    tenth: f64,
}

#[derive(Serialize)]
struct Row<'q> {
    line: &'q str,
    query: &'q str,
    /// The rank of the first wanted page, and its id; none among the first hundred.
    rank: Option<usize>,
    page: Option<String>,
}

/// Asks all queries, and says at which rank each finds the first page that is wanted; besides the text, MRR@10.
pub fn report(queries: &[Judged], source: &Source, settings: &Settings, args: &EvalArgs) -> Result<(String, f64)> {
    let first = |query: &Judged, answer: Answer| {
        let ranking = ranking(&answer);
        let rank = ranking.iter().position(|page| query.grades.contains_key(*page));
        (rank.map(|rank| (rank + 1, ranking[rank].to_owned())), metrics::mrr(&ranking, &query.grades, 10))
    };
    let found = source.ask(queries, settings, first)?;
    let count = queries.len() as f64;
    let mrr = found.iter().map(|(_, mrr)| mrr).sum::<f64>() / count;
    let rows: Vec<Row> = queries
        .iter()
        .zip(found)
        .map(|(Judged { id, text, .. }, (first, _))| {
            let (rank, page) = first.unzip();
            Row { line: id, query: text, rank, page }
        })
        .collect();
    let success = |k: usize| rows.iter().filter(|row| row.rank.is_some_and(|rank| rank <= k)).count() as f64 / count;
    let (first, third, tenth) = (success(1), success(3), success(10));
    let report = Report { settings: &settings.text, queries: rows, mrr, first, third, tenth };
    Ok((if args.json { as_json(&report)? } else { report.layout() }, mrr))
}

impl Report<'_> {
    fn layout(&self) -> String {
        let mut out = String::from("rank  query\n");
        for Row { query, rank, page, .. } in &self.queries {
            let rank = rank.map_or("–".to_owned(), |rank| rank.to_string());
            out += &format!("{rank:>4}  {query}");
            out += &page.as_ref().map_or(format!("  (not among the first {DEPTH})"), |page| format!("  → {page}"));
            out.push('\n');
        }
        let Self { queries, mrr, first, third, tenth, settings } = self;
        let count = queries.len();
        out += &format!(
            "\n{count} queries, {settings}: MRR@10 {mrr:.4}, success@1 {first:.3}, @3 {third:.3}, @10 {tenth:.3}\n"
        );
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(ids: &[(&str, &str)]) -> Names {
        let both = ids.iter().flat_map(|&(id, url)| [(id.to_owned(), id.to_owned()), (url.to_owned(), id.to_owned())]);
        Names { ids: both.collect() }
    }

    #[test]
    fn pages_are_found_by_path_and_by_address() {
        let names = names(&[("guide/index.html", "guide/"), ("a.html", "https://x.example/a.html")]);
        for page in ["guide/index.html", "guide/", "/guide/", "./guide/", "guide/#top"] {
            assert_eq!(names.find(page), Some("guide/index.html"), "{page}");
        }
        assert_eq!(names.find("https://x.example/a.html#b"), Some("a.html"));
        assert_eq!(names.find("guides/"), None);
    }

    #[test]
    fn pages_near_a_missing_one_are_named() {
        let names = names(&[("ch16-03-shared-state.html", "a"), ("ch16-01-threads.html", "b"), ("old/std.html", "c")]);
        assert_eq!(names.near("ch16-3-shared-state.html")[0], "ch16-03-shared-state.html");
        assert_eq!(names.near("new/std.html")[0], "old/std.html");
        assert!(names.near("zzzzzzzzzzzz").is_empty());
    }
}
