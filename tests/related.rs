//! `bifocal related`: lists for a site's own markup.

use std::path::Path;
use std::process::{Command, Output};

use bifocal::build::{Options, build};
use serde_json::Value;

use crate::search::{Memory, index_of, pages, write_index};

fn related(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bifocal")).current_dir(folder).arg("related").args(args).output().unwrap()
}

#[test]
fn each_page_has_a_line_with_what_is_like_it() {
    let folder = tempfile::tempdir().unwrap();
    let built = index_of(pages());
    write_index(&built, &folder.path().join("site/bifocal"));
    let output = related(folder.path(), &["site", "--limit", "2"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids = |list: &[Value]| list.iter().map(|page| page["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(ids(&lines), pages().into_iter().map(|page| page.id).collect::<Vec<_>>());
    let mut memory = Memory::new(built);
    for line in &lines {
        let query =
            bifocal::search::Query { similar: line["id"].as_str().map(str::to_owned), limit: 2, ..Default::default() };
        let expected: Vec<String> = memory.ask(query).hits.into_iter().map(|hit| hit.id).collect();
        assert_eq!(ids(line["related"].as_array().unwrap()), expected, "{line}");
    }
    assert!(lines.iter().any(|line| !line["related"].as_array().unwrap().is_empty()));
}

#[test]
fn an_index_by_words_alone_knows_none() {
    let folder = tempfile::tempdir().unwrap();
    write_index(&build(pages(), None, &Options::default(), &|_| ()).unwrap(), &folder.path().join("site/bifocal"));
    let output = related(folder.path(), &["site"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    assert!(String::from_utf8(output.stderr).unwrap().contains("build it with an encoder"));
}
