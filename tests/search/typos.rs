//! Misspelt words.

use bifocal::index::Kind;
use bifocal::search::{Mode, Query, Run, Step, Typos};

use super::steps::rounds;
use super::{Memory, index_of, page, pages};

fn ask(memory: &mut Memory, text: &str, typos: Typos) -> bifocal::search::Answer {
    memory.ask(Query { text: text.into(), mode: Mode::Keyword, prefix: false, typos, ..Query::default() })
}

#[test]
fn a_misspelt_word_finds_what_was_meant() {
    let mut memory = Memory::new(index_of(pages()));
    for (typed, meant, first) in [
        ("swarmnig", "swarming", "swarm.html"),
        ("hony", "honey", "honey.html"),
        ("coloyn", "colony", "split.html"),
        ("extrating honey", "extracting honey", "honey.html"),
        ("comand", "command", "split.html"),
        ("wplitting", "splitting", "split.html"),
    ] {
        let answer = ask(&mut memory, typed, Typos::Auto);
        assert_eq!(answer.did_you_mean.as_deref(), Some(meant), "{typed}");
        assert_eq!(answer.hits.first().map(|hit| hit.id.as_str()), Some(first), "{typed}");
        let never = ask(&mut memory, typed, Typos::Never);
        assert_eq!((never.did_you_mean, never.corrections.len()), (None, 0), "{typed}");
    }
}

#[test]
fn words_that_are_right_are_left_alone() {
    let mut memory = Memory::new(index_of(pages()));
    for text in ["frames", "combs", "floor", "bee", "the", "dry-run", "--dry-rnu", "may", "xyzzyplugh", "E0382"] {
        let answer = ask(&mut memory, text, Typos::Auto);
        assert_eq!(answer.did_you_mean, None, "{text}");
    }
    // Asked for, a word that the site uses may stand for others, too, but counts more.
    let pages = vec![page("a.html", "Form", &[("", "form")]), page("b.html", "From", &[("", "from")])];
    let mut memory = Memory::new(index_of(pages));
    assert_eq!(ask(&mut memory, "form", Typos::Auto).total, 1);
    let answer = ask(&mut memory, "form", Typos::Always);
    assert_eq!(answer.hits.iter().map(|hit| hit.id.as_str()).collect::<Vec<_>>(), ["a.html", "b.html"]);
    assert_eq!(answer.did_you_mean, None);
}

#[test]
fn a_word_still_being_typed_may_be_misspelt() {
    let mut memory = Memory::new(index_of(pages()));
    let answer = memory.ask(Query { text: "extarc".into(), mode: Mode::Keyword, ..Query::default() });
    assert_eq!(answer.hits.first().map(|hit| hit.id.as_str()), Some("honey.html"));
}

#[test]
fn lists_are_loaded_for_unknown_words_alone() {
    let kinds = |text: &str| {
        let mut memory = Memory::new(index_of(pages()));
        let query = Query { text: text.into(), mode: Mode::Keyword, prefix: false, ..Query::default() };
        let (kinds, step) = rounds(&mut memory, &mut Run::new(query));
        assert!(matches!(step, Step::Done(_)));
        kinds
    };
    let common = [vec![Kind::Core], vec![Kind::Terms]];
    assert_eq!(kinds("honey"), [&common[..], &[vec![Kind::Text]]].concat());
    assert_eq!(kinds("hony"), [&common[..], &[vec![Kind::Spelling], vec![Kind::Words], vec![Kind::Text]]].concat());
}

/// One slip of the hand: the letter at a place left out, doubled, exchanged with the next, or another.
fn slip(word: &str, place: usize, how: u8) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = place % letters.len();
    match how % 4 {
        0 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letters[at]),
        2 if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ => letters[at] = if letters[at] == 'q' { 'z' } else { 'q' },
    }
    letters.into_iter().collect()
}

/// Some thousand words of six letters or more, of which none is one slip from another.
fn words() -> Vec<String> {
    let syllables = ["ba", "ke", "mo", "ri", "su", "ta", "vo", "li", "ne", "du", "fe", "go"];
    let mut words = Vec::new();
    for (a, first) in syllables.iter().enumerate() {
        for (b, second) in syllables.iter().enumerate() {
            for c in 0..12 {
                let checked = (a + 2 * b + 3 * c) % 12;
                words.push([first, second, syllables[c], syllables[checked]].concat());
            }
        }
    }
    words
}

#[test]
fn one_slip_anywhere_is_forgiven_on_a_site_of_many_lists() {
    let words = words();
    let text = |words: &[String]| words.join(" ");
    let pages = words.chunks(100).enumerate();
    let pages = pages.map(|(number, words)| page(&format!("{number}.html"), "Words", &[("", &text(words))])).collect();
    let mut memory = Memory::new(index_of(pages));
    assert!(memory.parts.keys().filter(|id| id.kind == Kind::Words).count() > 2, "one list would need no second order");
    for (number, word) in words.iter().enumerate().step_by(13) {
        for place in 0..word.len() {
            let typed = slip(word, place, number as u8);
            let answer = ask(&mut memory, &typed, Typos::Auto);
            let meant = answer.corrections.first().map(|correction| correction.meant.clone()).unwrap_or_default();
            assert!(meant.contains(word), "{typed} for {word} was taken for {meant:?}");
        }
    }
}
