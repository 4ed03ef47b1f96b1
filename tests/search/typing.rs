//! A title that is being typed, on a site of so many words that a letter may become any of hundreds.

use bifocal::corpus::Page;
use bifocal::search::{Mode, Query};

use super::{Memory, index_of, page};

const LETTERS: std::ops::RangeInclusive<char> = 'a'..='z';

/// Pages with these titles, and some that hold hundreds of words beginning with each of some letters.
fn site(titles: &[&str]) -> Vec<Page> {
    let mut pages: Vec<Page> = titles.iter().map(|title| page(title, title, &[("", "Nothing else.")])).collect();
    for first in "gst".chars() {
        let words = LETTERS.flat_map(|second| LETTERS.map(move |third| format!("{first}{second}{third}q")));
        let text = words.collect::<Vec<_>>().join(" ");
        pages.push(page(&format!("glossary-{first}"), "Index", &[("", &text)]));
        // Whose text says more of the letter than a title does.
        pages.push(page(&format!("letter-{first}"), "Letter", &[("", &format!("getting data {first} ").repeat(9))]));
    }
    pages
}

#[test]
fn a_letter_finds_the_titles_in_which_a_word_begins_so() {
    let mut memory =
        Memory::new(index_of(site(&["Getting started", "Getting things done", "Types of data", "Data types"])));
    for (typed, wanted) in [
        ("g", "Getting started"),
        ("getting s", "Getting started"),
        ("getting st", "Getting started"),
        ("getting t", "Getting things done"),
        ("data t", "Data types"),
        ("t", "Types of data"),
        ("ty", "Types of data"),
    ] {
        for mode in [Mode::Keyword, Mode::Hybrid] {
            assert_eq!(memory.ids(typed, mode)[0], wanted, "{typed:?} {mode:?}");
        }
    }
}

#[test]
fn titles_that_begin_with_the_query_come_before_those_that_hold_it() {
    let mut memory = Memory::new(index_of(site(&["Generic data types", "Data types of old", "Data types"])));
    for typed in ["data t", "data typ", "data types", "data types "] {
        let found = memory.ids(typed, Mode::Keyword);
        assert_eq!(found[..3], ["Data types", "Data types of old", "Generic data types"], "{typed:?}");
    }
    assert_eq!(memory.ids("generic d", Mode::Keyword)[0], "Generic data types");
}

#[test]
fn words_that_most_pages_hold_are_known_by_their_places_in_titles() {
    let mut pages = site(&["Futures, tasks", "Futures and the syntax", "On and on"]);
    pages[0].sections[0].text += " Futures of futures.";
    pages.extend(
        (0..80).map(|number| page(&format!("page-{number}"), "Page", &[("", "On the one hand and on the other.")])),
    );
    let mut memory = Memory::new(index_of(pages));
    for typed in ["futures and ", "futures and the", "futures and the s"] {
        let answer = memory.ask(Query { text: typed.into(), mode: Mode::Keyword, ..Query::default() });
        assert!(
            answer.legs.keyword.reason.is_some_and(|reason| reason.contains("and")),
            "{typed:?} passes over a word"
        );
        assert_eq!(answer.hits[0].id, "Futures and the syntax", "{typed:?}");
    }
}

#[test]
fn a_word_is_found_by_its_neighbour_in_the_next_block() {
    let known = |word: &str| format!("{word}s");
    let words: Vec<String> = LETTERS.flat_map(|a| LETTERS.map(move |b| format!("{a}{b}om"))).collect();
    let mut pages: Vec<Page> = words.iter().map(|word| page(word, "Page", &[("", &known(word))])).collect();
    // Families that show that a word may end so.
    pages.push(page("endings", "Endings", &[("", "hive hives frame frames queen queens")]));
    let mut memory = Memory::new(index_of(pages));
    let lost: Vec<&String> =
        words.iter().filter(|word| memory.ids(&format!("{word} "), Mode::Keyword).first() != Some(word)).collect();
    assert!(lost.is_empty(), "{lost:?}");
}
