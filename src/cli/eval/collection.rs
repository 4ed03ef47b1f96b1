//! A test collection in BEIR's form: a folder with `corpus.jsonl`, `queries.jsonl` and `qrels.tsv`.

use bifocal::corpus::Page;
use bifocal::ingest::{for_each_line, read_jsonl};
use bifocal::{Error, ErrorKind, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use xxhash_rust::xxh64::xxh64;

/// A query with its judgments.
pub struct Judged {
    /// Its id in the collection.
    pub id: String,
    /// What is asked.
    pub text: String,
    /// What kind of a query it is, if the collection has several.
    pub kind: Option<String>,
    /// Page ids with their grades; what is not named has grade 0.
    pub grades: BTreeMap<String, u32>,
}

#[derive(Deserialize)]
struct QueryLine {
    #[serde(rename = "_id", alias = "id")]
    id: String,
    text: String,
    kind: Option<String>,
}

impl Judged {
    /// Whether the query is in the half on which constants may be chosen, rather than in the one held back to report on.
    pub fn is_tuned(&self) -> bool {
        xxh64(self.id.as_bytes(), 0).is_multiple_of(2)
    }
}

/// The pages of the collection in `folder`, in the file's order; like each of its files it may be gzipped.
///
/// # Errors
/// [`ErrorKind::Input`] naming the file that is missing, or the line that is broken.
pub fn pages(folder: &Path) -> Result<Vec<Page>> {
    read_jsonl(&find(folder, &["corpus.jsonl", "corpus.jsonl.gz"])?)
}

/// The queries that have judgments, in the file's order; the judgments may lie in `qrels/test.tsv` as BEIR packs them.
///
/// # Errors
/// As [`pages`].
pub fn queries(folder: &Path) -> Result<Vec<Judged>> {
    let mut grades = read_judgments(&find(folder, &["qrels.tsv", "qrels/test.tsv", "qrels.tsv.gz"])?)?;
    let mut queries = Vec::new();
    let path = find(folder, &["queries.jsonl", "queries.jsonl.gz"])?;
    for_each_line(&path, |number, line| {
        let QueryLine { id, text, kind } =
            serde_json::from_str(line).map_err(|error| broken(&path, number, &error.to_string()))?;
        if let Some(grades) = grades.remove(&id) {
            queries.push(Judged { id, text, kind, grades });
        }
        Ok(())
    })?;
    if queries.is_empty() {
        return Err(Error::new(ErrorKind::Input, format!("{}: no query has a judgment", folder.display()))
            .hint("the first column of qrels.tsv holds the `_id`s of queries.jsonl"));
    }
    Ok(queries)
}

fn find(folder: &Path, names: &[&str]) -> Result<PathBuf> {
    names.iter().map(|name| folder.join(name)).find(|path| path.is_file()).ok_or_else(|| {
        Error::new(ErrorKind::Input, format!("{} holds no {}", folder.display(), names[0]))
            .hint("a collection in BEIR's form has corpus.jsonl, queries.jsonl and qrels.tsv")
    })
}

/// Judgments by query: `query-id`, `corpus-id`, `score` in columns, with or without a line that says so.
///
/// Grades of 0 and below say that a page does not answer, which is what no judgment says too.
fn read_judgments(path: &Path) -> Result<BTreeMap<String, BTreeMap<String, u32>>> {
    let mut judgments: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
    for_each_line(path, |number, line| {
        let columns: Vec<&str> = line.split('\t').map(str::trim).collect();
        // TREC's own form has a column of zeros in between.
        let (query, page, grade) = match columns[..] {
            [query, page, grade] | [query, _, page, grade] => (query, page, grade),
            _ => return Err(broken(path, number, "three columns are needed, separated by tabs")),
        };
        match grade.parse::<i64>() {
            Ok(grade) if grade > 0 => {
                let grade = u32::try_from(grade).map_err(|_| broken(path, number, "the grade is too large"))?;
                judgments.entry(query.to_owned()).or_default().insert(page.to_owned(), grade);
            }
            Ok(_) => {}
            Err(_) if number == 1 => {}
            Err(_) => return Err(broken(path, number, &format!("grade `{grade}` is not a whole number"))),
        }
        Ok(())
    })?;
    Ok(judgments)
}

/// An error that names a line of a file.
pub fn broken(path: &Path, number: usize, what: &str) -> Error {
    Error::new(ErrorKind::Input, format!("{}, line {number}: {what}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn judged(qrels: &str) -> Result<Vec<Judged>> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            folder.path().join("queries.jsonl"),
            "{\"_id\": \"q1\", \"text\": \"what\", \"kind\": \"question\"}\n{\"_id\": \"q2\", \"text\": \"why\"}\n",
        )
        .unwrap();
        fs::write(folder.path().join("qrels.tsv"), qrels).unwrap();
        queries(folder.path())
    }

    fn check(qrels: &str, expected: &[(&str, u32)]) {
        let found = judged(qrels).unwrap();
        let grades: Vec<_> = found[0].grades.iter().map(|(page, grade)| (page.as_str(), *grade)).collect();
        assert_eq!((found.len(), found[0].text.as_str(), &grades[..]), (1, "what", expected), "{qrels:?}");
        assert_eq!(found[0].kind.as_deref(), Some("question"));
    }

    #[test]
    fn judgments_of_either_form_are_read() {
        check("query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\n", &[("d1", 2)]);
        check("q1\td1\t1\n", &[("d1", 1)]);
        check("q1\t0\td1\t1\r\nq2\t0\td1\t-1\r\n", &[("d1", 1)]);
    }

    #[test]
    fn what_is_broken_is_named() {
        let error = |qrels| judged(qrels).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error("q1\td1\t1\nq1\td1\tgood\n").ends_with("qrels.tsv, line 2: grade `good` is not a whole number"));
        assert!(error("q1 d1 1\n").ends_with("qrels.tsv, line 1: three columns are needed, separated by tabs"));
        assert!(error("q9\td1\t1\n").ends_with("no query has a judgment"));
    }
}
