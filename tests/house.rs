//! The invariants of ARCHITECTURE.md, as far as a text search can see them.
//!
//! What is searched is the code of `src/` without comments and without `#[cfg(test)]` modules, which stand last in
//! their files and may import what they like.

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms and their floors; a room may import from lower floors and from itself. All stand on `error`, `bytes`, `order` and `random`.
const FLOORS: &[(&str, i8)] = &[
    ("error", -1),
    ("bytes", -1),
    ("order", -1),
    ("random", -1),
    ("text", 0),
    ("kernels", 0),
    ("vector", 1),
    ("encoder", 1),
    ("corpus", 1),
    ("lexical", 2),
    ("index", 3),
    ("build", 4),
    ("search", 4),
    ("wasm", 5),
    ("ingest", 5),
    ("cli", 6),
];

/// The lowest floor that may touch files, terminal, environment, clock and network.
const DOORS: i8 = 5;

#[test]
fn every_room_has_a_floor() {
    for entry in fs::read_dir(source_folder()).unwrap() {
        let path = entry.unwrap().path();
        let room = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if room != "lib" && room != "main" {
            floor(&room);
        }
    }
}

#[test]
fn imports_go_to_lower_floors_only() {
    check(|file| {
        let mut wrong = Vec::new();
        for (line, imported) in file.imports() {
            if imported != file.room() && floor(&imported) >= floor(file.room()) {
                wrong.push((line, format!("{} imports {imported}, which is not on a lower floor", file.room())));
            }
        }
        wrong
    });
}

#[test]
fn dependencies_stay_in_their_rooms() {
    confine(&["candle_core", "candle_nn"], "encoder/");
    confine(&["instant_distance"], "vector/hnsw");
    confine(&["arrow_array", "arrow_ipc", "arrow_schema"], "cli/embed/arrow");
    confine(&["wasm_bindgen", "js_sys", "serde_wasm_bindgen"], "wasm/");
}

#[test]
fn unsafe_is_in_the_kernels_alone() {
    confine(&["unsafe"], "kernels/");
}

#[test]
fn the_library_has_no_side_effects() {
    let effects = [
        "std::fs",
        "fs::",
        "File::",
        "std::env",
        "env::",
        "std::net",
        "std::process",
        "std::time",
        "Instant::now",
        "SystemTime",
        "stdin",
        "stdout",
        "stderr",
        "println",
        "eprintln",
        "print",
        "eprint",
        "dbg",
    ];
    check(|file| {
        if floor(file.room()) >= DOORS {
            return Vec::new();
        }
        file.naming(&effects).map(|(line, word)| (line, format!("{word} belongs to a door"))).collect()
    });
}

/// Fails if any of `words` is in a file whose path does not start with `home`.
fn confine(words: &[&str], home: &str) {
    check(|file| {
        if file.path.starts_with(home) {
            return Vec::new();
        }
        file.naming(words).map(|(line, word)| (line, format!("{word} belongs to {home}"))).collect()
    });
}

/// Runs `law` over every source file of a room, and fails with all that it finds.
fn check(law: impl Fn(&Source) -> Vec<(usize, String)>) {
    let mut broken = Vec::new();
    for file in sources() {
        broken.extend(law(&file).into_iter().map(|(line, what)| format!("src/{}:{line}: {what}", file.path)));
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

struct Source {
    /// Below `src/`, `/` between the names.
    path: String,
    /// Without comments; test modules cut off.
    code: Vec<String>,
}

impl Source {
    fn room(&self) -> &str {
        let first = self.path.split('/').next().unwrap();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Where any of `words` stands as a whole word.
    fn naming<'a>(&'a self, words: &'a [&'a str]) -> impl Iterator<Item = (usize, &'a str)> {
        let lines = self.code.iter().enumerate();
        lines.flat_map(|(i, line)| words.iter().filter(|word| names(line, word)).map(move |word| (i + 1, *word)))
    }

    /// The rooms that are named by `crate::` or `super::super::…`, with their lines.
    fn imports(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        let whole = self.code.join("\n");
        let mut depth = self.path.split('/').count();
        if self.path.ends_with("/mod.rs") {
            depth -= 1;
        }
        for root in ["crate::".to_owned(), "super::".repeat(depth)] {
            for (at, _) in whole.match_indices(&root) {
                let before = whole[..at].chars().next_back();
                if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                    continue;
                }
                let line = whole[..at].matches('\n').count() + 1;
                found.extend(first_names(&whole[at + root.len()..]).into_iter().map(|name| (line, name)));
            }
        }
        found.retain(|(_, name)| name.starts_with(|c: char| c.is_lowercase()));
        found
    }
}

/// The first names of a path: `a` of `a::b`, `a` and `c` of `{a::b, c::{d, e}}`.
fn first_names(path: &str) -> Vec<String> {
    let name = |path: &str| path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(group) = path.strip_prefix('{') else { return vec![name(path)] };
    let mut names = vec![name(group.trim_start())];
    let mut open = 1;
    for (i, c) in group.char_indices() {
        match c {
            '{' => open += 1,
            '}' => open -= 1,
            ',' if open == 1 => names.push(name(group[i + 1..].trim_start())),
            _ => {}
        }
        if open == 0 {
            break;
        }
    }
    names
}

/// Whether `word` is in `line` and is not a piece of a longer word.
fn names(line: &str, word: &str) -> bool {
    let part_of_a_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + word.len()..]);
        !before.ends_with(part_of_a_word) && (word.ends_with(':') || !after.starts_with(part_of_a_word))
    })
}

fn floor(room: &str) -> i8 {
    let found = FLOORS.iter().find(|(name, _)| *name == room);
    found.unwrap_or_else(|| panic!("{room} has no floor: give it one in ARCHITECTURE.md and in tests/house.rs")).1
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    for entry in walkdir::WalkDir::new(source_folder()).sort_by_file_name() {
        let entry = entry.unwrap();
        let path = entry.path().strip_prefix(source_folder()).unwrap();
        let path = path.to_str().unwrap().replace('\\', "/");
        if path.ends_with(".rs") && path != "lib.rs" && path != "main.rs" {
            sources.push(Source { code: code(&fs::read_to_string(entry.path()).unwrap()), path });
        }
    }
    assert!(sources.len() >= 10, "there is more than this in src/");
    sources
}

/// The lines up to the test module, each without its comment.
fn code(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let test_module = lines.windows(2).position(|pair| pair[0].trim() == "#[cfg(test)]" && pair[1].starts_with("mod "));
    let without_comment = |line: &&str| match line.trim_start().starts_with("//") {
        true => String::new(),
        false => line.split(" // ").next().expect("split gives at least one").to_owned(),
    };
    lines[..test_module.unwrap_or(lines.len())].iter().map(without_comment).collect()
}

#[test]
fn reads_paths_as_rust_does() {
    assert_eq!(first_names("a::b;"), ["a"]);
    assert_eq!(first_names("{a::{b, c}, Error, d::e};"), ["a", "Error", "d"]);
    assert!(names("let x = unsafe { y };", "unsafe"));
    assert!(!names("#![deny(unsafe_code)]", "unsafe"));
}
