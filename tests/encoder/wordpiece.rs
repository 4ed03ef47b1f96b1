//! The same ids as the `tokenizers` crate.

use std::sync::LazyLock;

use tokenizers::Tokenizer;

use super::{FULL, Random, file, sentences};

/// The reference, with the padding and truncation that its file carries switched off.
static REFERENCE: LazyLock<Tokenizer> = LazyLock::new(|| {
    let mut tokenizer = Tokenizer::from_bytes(file("tokenizer.json")).unwrap();
    tokenizer.with_padding(None);
    tokenizer.with_truncation(None).unwrap();
    tokenizer
});

fn check(text: &str) {
    let encoding = REFERENCE.encode(text, true).unwrap();
    let mut expected = encoding.get_ids().to_vec();
    assert_eq!(FULL.tokens().count(text), expected.len() - 2, "pieces of {text:?}");
    if expected.len() > 256 {
        expected.drain(255..expected.len() - 1);
    }
    assert_eq!(FULL.tokens().encode(text), expected, "ids of {text:?}");
}

#[test]
fn sentences_have_the_ids_of_the_reference() {
    sentences().into_iter().for_each(check);
}

#[test]
fn chosen_texts_have_the_ids_of_the_reference() {
    let long = "pneumonoultramicroscopicsilicovolcanoconiosis".repeat(3);
    let boundary = ["a".repeat(99), "a".repeat(100), "a".repeat(101), "é".repeat(100), "é".repeat(101)];
    let longest = format!("{} tail", "word ".repeat(400));
    for text in [
        "",
        " ",
        "\t\n\r",
        "\0",
        "\u{FFFD}",
        "[CLS]",
        "[MASK] and [UNK]",
        "[SEP][SEP]",
        "[cls] [ CLS ]",
        "[CLS",
        "x[PAD]y",
    ] {
        check(text);
    }
    for text in
        ["İstanbul ΣΊΣΥΦΟΣ ß ẞ ŉ ǰ ΐ", "e\u{301}\u{327} \u{301}", "한국어 조선글", "日本語テキスト漢字", "नमस्ते", "สวัสดี"]
    {
        check(text);
    }
    for text in
        ["👩‍👩‍👧‍👦 🏳️‍🌈 ☃️", "a\u{200B}b\u{FEFF}c\u{AD}d", "\u{2028}\u{2029}\u{85}\u{A0}x", "C++ --flag #[derive] <T> a_b a-b"]
    {
        check(text);
    }
    boundary.iter().chain([&long, &longest]).for_each(|text| check(text));
}

#[test]
fn every_character_has_the_ids_of_the_reference() {
    // A hundred at a time, each alone, inside a word and before an accent.
    let characters: Vec<char> = (0..=0x10FFFF).filter_map(char::from_u32).collect();
    for some in characters.chunks(100) {
        let text: String =
            some.iter().flat_map(|c| format!("{c} a{c}b {c}\u{301} ").chars().collect::<Vec<_>>()).collect();
        check(&text);
    }
}

#[test]
fn ten_thousand_strings_have_the_ids_of_the_reference() {
    let seed = 0x5EED_0001;
    println!("seed {seed:#x}");
    let mut random = Random(seed);
    (0..10_000).for_each(|_| check(&varied(&mut random)));
}

/// A string of one to thirty bits of many kinds.
pub fn varied(random: &mut Random) -> String {
    const SCRIPTS: [(u32, u32); 19] = [
        (0x20, 0x7E),
        (0x61, 0x7A),
        (0xA0, 0x24F),
        (0x300, 0x36F),
        (0x370, 0x3FF),
        (0x400, 0x52F),
        (0x5D0, 0x5EA),
        (0x600, 0x6FF),
        (0x900, 0x97F),
        (0xE00, 0xE7F),
        (0x1E00, 0x1EFF),
        (0x2000, 0x206F),
        (0x2190, 0x23FF),
        (0x3040, 0x30FF),
        (0x4E00, 0x9FFF),
        (0xAC00, 0xD7A3),
        (0xF900, 0xFAFF),
        (0x1F300, 0x1F6FF),
        (0x0, 0x1F),
    ];
    let words: Vec<&str> = sentences().iter().flat_map(|sentence| sentence.split(' ')).collect();
    let mut text = String::new();
    for _ in 0..1 + random.below(30) {
        match random.below(10) {
            0..=3 => text.push_str(random.pick(&words)),
            4..=6 => {
                let (first, last) = random.pick(&SCRIPTS);
                for _ in 0..1 + random.below(8) {
                    text.extend(char::from_u32(first + random.below((last - first + 1) as usize) as u32));
                }
            }
            7 => text.push_str(&random.pick(&words).repeat(1 + random.below(40))),
            8 => text.push_str(random.pick(&["[SEP]", "##ing", "…", "::", "\u{301}", "\u{200D}", "'s", "\r\n"])),
            _ => text.extend(char::from_u32(random.below(0x11_0000) as u32)),
        }
        if random.below(3) > 0 {
            text.push(' ');
        }
    }
    text
}
