//! `bifocal eval`: an owner's list of queries, and settings side by side.

use std::fs;
use std::path::Path;
use std::process::Command;

use bifocal::build::{Options, build};
use serde_json::Value;
use tempfile::TempDir;

use crate::search::{pages, write_index};

/// What the command printed, what it complained of, and its exit code.
struct Outcome {
    out: String,
    errors: String,
    code: Option<i32>,
}

fn eval(folder: &Path, args: &[&str]) -> Outcome {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bifocal"));
    let output = command.current_dir(folder).arg("eval").args(args).env_remove("BIFOCAL_MODEL").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome { out: text(output.stdout), errors: text(output.stderr), code: output.status.code() }
}

/// A folder with an index, by words alone, in `site/bifocal`, and the same pages as a collection in `collection`.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, bytes: &[u8]| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    let built = build(pages(), None, &Options::default(), &|_| ()).unwrap();
    write_index(&built, &folder.path().join("site/bifocal"));
    let mut corpus = String::new();
    for page in pages() {
        let text: Vec<&str> = page.sections.iter().map(|section| section.text.as_str()).collect();
        corpus += &serde_json::json!({"_id": page.id, "title": page.title, "text": text.join("\n")}).to_string();
        corpus.push('\n');
    }
    write("collection/corpus.jsonl", corpus.as_bytes());
    write(
        "collection/queries.jsonl",
        b"{\"_id\": \"1\", \"text\": \"hony \"}\n{\"_id\": \"2\", \"text\": \"swarms\"}\n",
    );
    write("collection/qrels.tsv", b"1\thoney.html\t1\n2\tswarm.html\t1\n");
    folder
}

#[test]
fn a_list_of_queries_is_kept_or_fails() {
    let folder = folder();
    let list = [
        r#"{"query": "honey", "pages": ["/honey.html"]}"#,
        r#"{"query": "swarms", "pages": ["hive.html", "split.html#when-to-split"]}"#,
        r#"{"query": "zebra", "pages": ["hive.html"]}"#,
    ];
    fs::write(folder.path().join("wanted.jsonl"), list.join("\n")).unwrap();
    let ask = |args: &[&str]| {
        eval(folder.path(), &[&["site", "--queries", "wanted.jsonl", "--mode", "keyword"], args].concat())
    };
    let kept = ask(&["--at-least", "0.5"]);
    assert_eq!(kept.code, Some(0), "{}", kept.errors);
    assert!(kept.out.contains("   1  honey  → honey.html\n   2  swarms  → split.html\n   –  zebra"), "{}", kept.out);
    assert!(kept.out.contains("MRR@10 0.5000, success@1 0.333, @3 0.667, @10 0.667"), "{}", kept.out);
    let failed = ask(&["--at-least", "0.6", "--json"]);
    assert_eq!(failed.code, Some(1));
    assert!(failed.errors.contains("MRR@10 is 0.5000, less than 0.6"), "{}", failed.errors);
    let found: Value = serde_json::from_str(&failed.out).unwrap();
    assert_eq!((&found["mrr@10"], &found["queries"][1]["rank"]), (&Value::from(0.5), &Value::from(2)));
    assert_eq!((&found["queries"][2]["line"], &found["queries"][2]["rank"]), (&Value::from("3"), &Value::Null));
}

#[test]
fn what_is_wrong_with_a_list_is_named_with_its_line() {
    let folder = folder();
    let refused = |list: &str, message: &str, hint: &str| {
        fs::write(folder.path().join("wanted.jsonl"), list).unwrap();
        let Outcome { errors, code, .. } =
            eval(folder.path(), &["site", "--queries", "wanted.jsonl", "--mode", "keyword"]);
        assert_eq!(code, Some(1), "{list}");
        assert!(errors.contains(message) && errors.contains(hint), "{list}: {errors}");
    };
    let good = r#"{"query": "honey", "pages": ["honey.html"]}"#;
    refused(
        &format!("{good}\n\n{{\"query\": \"x\"}}"),
        "wanted.jsonl, line 3: missing field `pages`",
        "a line is such as",
    );
    refused(r#"{"query": "x", "pages": "honey.html"}"#, "line 1: invalid type", "a line is such as");
    refused(r#"{"query": "x", "page": ["a"]}"#, "line 1: unknown field `page`", "a line is such as");
    refused(r#"{"query": " ", "pages": ["honey.html"]}"#, "line 1: the query is empty", "");
    refused(r#"{"query": "x", "pages": []}"#, "line 1: it names no page", "");
    refused(
        r#"{"query": "x", "pages": ["guide/hony.html"]}"#,
        "line 1: the index has no page `guide/hony.html`",
        "near it are honey.html",
    );
    refused("", "wanted.jsonl holds no queries", "");
    let missing = eval(folder.path(), &["site", "--queries", "nowhere.jsonl"]);
    assert!(missing.code == Some(1) && missing.errors.contains("nowhere.jsonl"), "{}", missing.errors);
    let lacking = eval(folder.path(), &["site", "--queries", "wanted.jsonl", "--at-least", "2"]);
    assert!(lacking.errors.contains("2 is not a number from 0 to 1"), "{}", lacking.errors);
}

#[test]
fn two_settings_are_set_side_by_side() {
    let folder = folder();
    let ask = |args: &[&str]| eval(folder.path(), args);
    let compared = ask(&["collection", "--compare", "mode=keyword,typos=never", "mode=keyword", "--json"]);
    assert_eq!(compared.code, Some(0), "{}", compared.errors);
    let found: Value = serde_json::from_str(&compared.out).unwrap();
    assert_eq!((&found["a"]["ndcg@10"], &found["b"]["ndcg@10"]), (&Value::from(0.5), &Value::from(1.0)));
    assert_eq!((&found["better"], &found["worse"], &found["p"]["mrr@10"]), (&1.into(), &0.into(), &1.0.into()));
    assert_eq!(found["changed"][0]["query"], "hony ");
    // An index in a folder stands in for one that is built of the collection.
    let compared =
        ask(&["collection", "--compare", "site,mode=keyword", "index=site/bifocal,mode=keyword,typos=never"]);
    assert!(compared.out.contains("worse on 1, the same on 1"), "{}{}", compared.out, compared.errors);
    assert!(compared.out.contains("1.000 → 0.000  1: hony\n"), "{}", compared.out);
    let lacking = ask(&["collection", "--compare", "site", "mode=keyword"]);
    assert_eq!(lacking.code, Some(1));
    assert!(lacking.errors.contains("the index in site holds no vectors of words"), "{}", lacking.errors);
    let wrong = ask(&["collection", "--compare", "mode=words", "mode=keyword"]);
    assert!(wrong.code == Some(2) && wrong.errors.contains("`keyword`"), "{}", wrong.errors);
}
