//! `bifocal watch`: what saved queries find anew.

use std::fs;
use std::path::Path;
use std::process::Command;

use bifocal::build::{Options, build};
use bifocal::corpus::Page;
use serde_json::Value;

use crate::search::{page, pages, write_index};

/// Runs the profiles over an index of these pages, with the state that earlier runs left.
fn watch(folder: &Path, pages: Vec<Page>, more: &[&str]) -> String {
    write_index(&build(pages, None, &Options::default(), &|_| ()).unwrap(), &folder.join("site/bifocal"));
    let output = Command::new(env!("CARGO_BIN_EXE_bifocal"))
        .current_dir(folder)
        .args(["watch", "site", "--profiles", "profiles.jsonl", "--state", "seen.json"])
        .args(more)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn only_pages_that_came_since_are_told_and_each_once() {
    let folder = tempfile::tempdir().unwrap();
    let profiles = [
        r#"{"name": "on swarms", "query": "swarms", "mode": "keyword"}"#,
        r#"{"name": "on wasps", "query": "wasps", "mode": "keyword"}"#,
    ];
    fs::write(folder.path().join("profiles.jsonl"), profiles.join("\n")).unwrap();
    let first = watch(folder.path(), pages(), &[]);
    assert!(first.starts_with("on swarms: noted ") && first.contains("on wasps: noted 0 pages"), "{first}");
    assert_eq!(watch(folder.path(), pages(), &[]), "on swarms: 0 new\non wasps: 0 new\n");

    let mut more = pages();
    more.push(page("wasps.html", "Wasps", &[("", "Wasps follow swarms.")]));
    more.push(page("moths.html", "Moths", &[("", "Moths eat wax.")]));
    let news = watch(folder.path(), more.clone(), &["--json"]);
    let news: Vec<Value> = news.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = |news: &Value| (news["profile"].as_str().unwrap().to_owned(), news["id"].as_str().unwrap().to_owned());
    let expected = ["on swarms", "on wasps"].map(|profile| (profile.to_owned(), "wasps.html".to_owned()));
    assert_eq!(news.iter().map(told).collect::<Vec<_>>(), expected);
    assert_eq!(watch(folder.path(), more, &["--json"]), "");
}
