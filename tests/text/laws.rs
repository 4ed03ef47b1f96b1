//! What holds for any text whatever.

use bifocal::text::{Kind, LONGEST_TERM, WRITTEN, Word, fold, sentences, utf16_ranges, words};
use proptest::prelude::*;
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;

/// Texts of pieces that mean something to the tokenizer, and of anything.
fn texts() -> impl Strategy<Value = String> {
    const PIECES: &str = "foo|Bar|HTTP|s|T|é|e\u{301}|ß|7|Ä|ü|É|Ő|Ё|ё|שׁ|ל|\u{5b8}|م|\u{64e}|42|000|_|__|::|.|/|-|--|,|'|’|'s|#|#[|]|<|>|!|(|+|++|@|$|&| |\n|\
        \u{3000}|語|カ|ｶﾞ|한|ᄒ\u{1161}|\u{11ab}|ไ|ที่|ก\u{e33}|हि|न्|Й|ς|İ|ﬁ|½|㎏|…|“|\u{ad}|\u{200d}|\u{301}|\u{93c}|\u{20dd}|🦀|ﷺ|\
        ，|：|ー|。|Ⱥ";
    let pieces: Vec<&str> = PIECES.split('|').collect();
    let piece = prop_oneof![
        6 => proptest::sample::select(pieces).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[a-zA-Z0-9_]{1,9}",
    ];
    proptest::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() }
}

/// The terms of a text, without those that hold marks: they tell apart what folding makes the same.
fn terms(text: &str) -> Vec<String> {
    words(text).filter(|word| word.kind != Kind::Marked).map(|word| word.term.into_owned()).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn leaves_are_numbered_and_compounds_hold_their_parts(text in texts()) {
        let (mut leaves, mut last, mut compounds) = (0, 0..0, Vec::<Word>::new());
        for word in words(&text) {
            prop_assert!(!word.term.is_empty() && word.term.chars().count() <= LONGEST_TERM);
            prop_assert!(word.term.chars().all(|c| c > ' '));
            prop_assert!(!text[word.span.clone()].is_empty());
            prop_assert_eq!(word.position, leaves);
            prop_assert!(word.span.start >= last.start, "{:?} after {:?}", word.span, last);
            if !word.kind.is_leaf() {
                compounds.push(word);
                continue;
            }
            for compound in compounds.drain(..) {
                prop_assert!(compound.span.start <= word.span.start && word.span.end <= compound.span.end);
            }
            last = word.span;
            leaves += 1;
        }
        prop_assert!(compounds.is_empty());
    }

    #[test]
    fn a_word_is_found_in_its_own_slice(text in texts()) {
        for word in words(&text).filter(|word| matches!(word.kind, Kind::Whole | Kind::Pair)) {
            let slice = &text[word.span.clone()];
            prop_assert!(terms(slice).contains(&word.term.into_owned()), "{slice:?}");
        }
    }

    #[test]
    fn folding_twice_is_folding_once(text in texts()) {
        let folded = fold(&text).into_owned();
        prop_assert_eq!(fold(&folded), &folded[..]);
    }

    #[test]
    fn a_folded_text_has_the_same_words_but_those_cut_by_case(text in texts()) {
        let folded = fold(&text).into_owned();
        // Full-width signs are no operators, their folded forms would be.
        let is_word = |term: &String| term.chars().any(char::is_alphanumeric);
        let terms = |text: &str| terms(text).into_iter().filter(is_word).collect::<Vec<_>>();
        let all = BTreeSet::from_iter(terms(&text));
        for word in words(&folded).filter(|word| !matches!(word.kind, Kind::Part | Kind::Marked)) {
            let term = word.term.into_owned();
            prop_assert!(all.contains(&term) || !is_word(&term), "{term:?}");
        }
        if !text.nfkd().any(char::is_uppercase) {
            prop_assert_eq!(terms(&text), terms(&folded));
        }
    }

    #[test]
    fn a_marked_word_stands_before_the_word_itself_and_folds_to_it(text in texts()) {
        let all: Vec<Word> = words(&text).collect();
        for (at, marked) in all.iter().enumerate().filter(|(_, word)| word.kind == Kind::Marked) {
            let word = &all[at + 1];
            prop_assert_eq!((&word.span, word.position), (&marked.span, marked.position));
            let (term, written) = marked.term.split_once(WRITTEN).unwrap();
            prop_assert_eq!(term, &*word.term);
            // A character such as `ŉ` or `ﷺ` stands for more than the word.
            prop_assert!(fold(written).contains(term), "{written:?}");
        }
    }

    #[test]
    fn words_do_not_depend_on_what_stands_beyond_a_space(a in texts(), b in texts()) {
        let both = terms(&format!("{a} {b}"));
        prop_assert_eq!(both, [terms(&a), terms(&b)].concat());
    }

    #[test]
    fn sentences_are_the_text(text in texts()) {
        let mut end = 0;
        for sentence in sentences(&text) {
            prop_assert!(sentence.start == end && !text[sentence.clone()].is_empty());
            end = sentence.end;
        }
        prop_assert_eq!(end, text.len());
    }

    #[test]
    fn utf16_counts_as_the_standard_library_does(text in texts()) {
        let ranges: Vec<_> = words(&text).map(|word| word.span).collect();
        let units = |end: usize| text[..end].encode_utf16().count() as u32;
        let expected: Vec<_> = ranges.iter().map(|range| [units(range.start), units(range.end)]).collect();
        prop_assert_eq!(utf16_ranges(&text, &ranges), expected);
    }
}
