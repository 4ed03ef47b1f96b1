//! Names of programs and their signs: found whole, by their parts, and by what stands around them.

use bifocal::search::{Mode, Query};

use super::{Memory, index_of, page};

/// A site where each name is on a page of its own, among pages that hold its parts or something like it.
fn memory() -> Memory {
    let texts = [
        ("push", "Call Vec::push to append an element to the back."),
        ("arc", "A std::sync::Arc shares a value between threads. Arc::clone adds an owner."),
        ("snake", "The setting foo_bar decides how large a batch is."),
        ("camel", "The property fooBar decides what colour it has. Rename with getUserName."),
        ("flag", "Run it with --dry-run to see what it would do, or with --verbose."),
        ("derive", "Put #[derive(Debug)] above a struct, or #[test] above a function."),
        ("cpp", "Programs in C++ are compiled by g++, those in C# are not."),
        ("htaccess", "Rules of one folder go into .htaccess beside the files."),
        ("pg", "The view pg_stat_activity shows what each server process does."),
        ("generic", "A function over <T> works for any type, as Option<T> does."),
        ("question", "The ? operator returns early with the error. So `?` saves a match."),
        ("error", "error[E0382]: use of moved value. See E0382 in the index."),
        ("arrow", "In a match arm => stands between pattern and expression."),
        ("macro", "Print with println!(\"{}\", x) or with vec![1, 2]."),
        ("path", "The code lies in src/text/mod.rs and starts in main.rs."),
        ("scope", "Install @types/node and read process.env.HOME or $HOME."),
        ("prose", "Is a question an operator? No! The dry bar of a test runs a view on any server process."),
        ("parts", "Vec and push, std and sync, foo and bar, pg and stat and activity, e 0382, c and g."),
        ("other", "A plain page with types, functions, values, errors and folders."),
    ];
    let pages = texts.iter().map(|(id, text)| page(id, "A page", &[("", text)])).collect();
    Memory::new(index_of(pages))
}

/// Checks that a text, finished or still being typed, finds this page first.
#[track_caller]
fn check(memory: &mut Memory, text: &str, expected: &str) {
    for prefix in [false, true] {
        let query = Query { text: text.into(), mode: Mode::Keyword, prefix, ..Query::default() };
        let found: Vec<String> = memory.ask(query).hits.into_iter().map(|hit| hit.id).collect();
        assert_eq!(found.first().map(String::as_str), Some(expected), "{text} found {found:?}");
    }
}

#[test]
fn names_are_found_whole() {
    let mut memory = memory();
    for (text, expected) in [
        ("Vec::push", "push"),
        ("Vec::push()", "push"),
        ("std::sync::Arc", "arc"),
        ("sync::Arc", "arc"),
        ("foo_bar", "snake"),
        ("fooBar", "camel"),
        ("foobar", "camel"),
        ("getUserName", "camel"),
        ("--dry-run", "flag"),
        ("--verbose", "flag"),
        ("#[derive]", "derive"),
        ("#[derive(Debug)]", "derive"),
        ("#[test]", "derive"),
        ("C++", "cpp"),
        ("c++", "cpp"),
        ("C#", "cpp"),
        (".htaccess", "htaccess"),
        ("pg_stat_activity", "pg"),
        ("<T>", "generic"),
        ("Option<T>", "generic"),
        ("?", "question"),
        ("`?`", "question"),
        ("? operator", "question"),
        ("E0382", "error"),
        ("e0382", "error"),
        ("error[E0382]", "error"),
        ("=>", "arrow"),
        ("println!", "macro"),
        ("src/text/mod.rs", "path"),
        ("main.rs", "path"),
        ("@types/node", "scope"),
        ("$HOME", "scope"),
    ] {
        check(&mut memory, text, expected);
    }
}

#[test]
fn names_are_found_by_their_parts() {
    let mut memory = memory();
    for (text, expected) in [
        ("push append", "push"),
        ("arc threads", "arc"),
        ("bar batch", "snake"),
        ("user name", "camel"),
        ("colour bar", "camel"),
        ("verbose", "flag"),
        ("derive", "derive"),
        ("htaccess", "htaccess"),
        ("activity server", "pg"),
        ("0382 moved", "error"),
        ("println", "macro"),
        ("types node", "scope"),
    ] {
        check(&mut memory, text, expected);
    }
}

#[test]
fn names_are_found_by_what_stands_around_them() {
    let mut memory = memory();
    for (text, expected) in [
        ("append an element to the back", "push"),
        ("shares a value between threads", "arc"),
        ("see what it would do", "flag"),
        ("above a struct", "derive"),
        ("rules of one folder", "htaccess"),
        ("what each server process does", "pg"),
        ("returns early with the error", "question"),
        ("use of moved value", "error"),
        ("between pattern and expression", "arrow"),
        ("\"the ? operator\"", "question"),
        ("\"view pg_stat_activity shows\"", "pg"),
    ] {
        check(&mut memory, text, expected);
    }
}

#[test]
fn a_question_mark_after_a_space_ends_a_question() {
    let mut memory = memory();
    check(&mut memory, "is a question an operator ?", "prose");
    check(&mut memory, "returns early ! ", "question");
}

#[test]
fn a_name_that_is_required_or_excluded_is_one_word() {
    let mut memory = memory();
    let mut ids = |text: &str| {
        let query = Query { text: text.into(), mode: Mode::Keyword, prefix: false, ..Query::default() };
        memory.ask(query).hits.into_iter().map(|hit| hit.id).collect::<Vec<_>>()
    };
    assert_eq!(ids("+foo_bar"), ["snake"]);
    assert_eq!(ids("+Vec::push"), ["push"]);
    assert_eq!(ids("process -pg_stat_activity"), ["scope", "prose"]);
}
