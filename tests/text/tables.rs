//! Writes `src/text/unicode.bin` and `common.bin` from the Unicode tables of the standard library and of the crate
//! unicode-normalization, and tests that the tokenizer's folding is what they say.

use bifocal::text::{fold, is_common};
use proptest::prelude::*;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, compose, is_combining_mark};

/// Which characters a table tells of.
type Of = fn(char) -> bool;

/// The files, and what each tells of.
fn files() -> [(&'static str, Of); 2] {
    [
        (concat!(env!("CARGO_MANIFEST_DIR"), "/src/text/unicode.bin"), |_| true),
        (concat!(env!("CARGO_MANIFEST_DIR"), "/src/text/common.bin"), is_common),
    ]
}

/// After a new edition of Unicode: `cargo test --release write_the_tables -- --ignored`.
#[test]
#[ignore = "writes src/text/unicode.bin and common.bin"]
fn write_the_tables() {
    for (file, of) in files() {
        std::fs::write(file, table(of)).expect("the source folder can be written");
    }
}

#[test]
fn the_tables_are_what_their_writer_writes() {
    for (file, of) in files().into_iter().filter(|_| is_same_edition()) {
        assert!(std::fs::read(file).unwrap() == table(of), "run: cargo test --release write_the_tables -- --ignored");
    }
}

#[test]
fn every_character_folds_as_unicode_says() {
    for c in characters().filter(|&c| is_same_edition() && !is_left_out(c)) {
        // With a letter before it, a mark shows what it does to one.
        for text in [format!("{c}"), format!("e{c}x"), format!("か{c}"), format!("{c}\u{301}\u{327}")] {
            assert_eq!(fold(&text), reference(&text), "{:?}", text.escape_unicode().to_string());
        }
    }
}

#[test]
fn halves_compose_as_unicode_says() {
    for (c, first, second) in characters().filter(|_| is_same_edition()).filter_map(composition) {
        assert_eq!(
            fold(&format!("{first}{second}")),
            reference(&c.to_string()),
            "{:?}",
            c.escape_unicode().to_string()
        );
    }
}

/// Characters that compose, reorder or disappear, where random text would seldom have two together.
fn busy() -> impl Strategy<Value = char> {
    let busy: Vec<char> = characters()
        .filter(|&c| !is_left_out(c) && !(0xAC00..0xD7A4).contains(&(c as u32)))
        .filter(|&c| is_combining_mark(c) || mapping(c) != c.to_string() || std::iter::once(c).nfd().nth(1).is_some())
        .chain("aZñåßяЙςΰあか゛ハㅎㅏᄒ ᅡᆫ각\u{9c7}\u{9be}\u{9d7}'".chars())
        .collect();
    prop_oneof![proptest::sample::select(busy), "[ -~]".prop_map(|s| s.chars().next().unwrap()), any::<char>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn texts_fold_as_unicode_says(text in proptest::collection::vec(busy(), 0..12)) {
        let text: String = text.into_iter().filter(|&c| !is_left_out(c)).collect();
        prop_assert!(fold(&text) == reference(&text) || !is_same_edition());
    }
}

/// Whether the references are of the editions of Unicode that the table was written from; later ones know more letters.
fn is_same_edition() -> bool {
    (char::UNICODE_VERSION.0, unicode_normalization::UNICODE_VERSION.0) == (17, 18)
}

fn characters() -> impl Iterator<Item = char> {
    (0..=0x10FFFF).filter_map(char::from_u32)
}

/// Compatibility ideographs of plane 2, which the table does without.
fn is_left_out(c: char) -> bool {
    matches!(c as u32, 0x2F800..=0x2FA1F)
}

/// Default ignorable code points, without the zero-width space: it separates words.
fn is_ignorable(c: char) -> bool {
    matches!(c as u32,
        0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F | 0x200C..=0x200F | 0x202A..=0x202E
        | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFF8 | 0x1BCA0..=0x1BCA3
        | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

/// The same ranges as in `src/text/unicode.rs`, where they are the rule.
fn drops_marks(c: char) -> bool {
    matches!(c as u32,
        0x41..=0x5A | 0x61..=0x7A | 0xAA | 0xBA | 0xC0..=0x2B8 | 0x370..=0x3E1 | 0x3F0..=0x52F | 0x1C80..=0x1C8F
        | 0x1D00..=0x1DBF | 0x1E00..=0x1FFF | 0x2C60..=0x2C7F | 0xA640..=0xA69F | 0xA722..=0xA7FF | 0xAB30..=0xAB6F
        | 0x10780..=0x107BF | 0x1DF00..=0x1DFFF | 0x1E030..=0x1E08F)
}

/// Strokes and ligatures that Unicode does not take apart, and one shape of apostrophe and hyphen.
fn respelled(c: char) -> Option<&'static str> {
    Some(match c {
        '‘' | '’' | '‛' | 'ʼ' => "'",
        '\u{2010}' => "-",
        'đ' => "d",
        'Đ' => "D",
        'ħ' => "h",
        'Ħ' => "H",
        'ı' => "i",
        'ł' => "l",
        'Ł' => "L",
        'ø' => "o",
        'Ø' => "O",
        'ŧ' => "t",
        'Ŧ' => "T",
        'æ' => "ae",
        'Æ' => "Ae",
        'œ' => "oe",
        'Œ' => "Oe",
        'ß' => "ss",
        'ẞ' => "SS",
        _ => return None,
    })
}

fn plain(text: &str) -> String {
    let seen: String = text.nfkd().filter(|&c| !is_ignorable(c)).collect();
    let (mut kept, mut base) = (String::new(), '\0');
    for c in seen.nfd() {
        if !is_combining_mark(c) {
            base = c;
        } else if drops_marks(base) {
            continue;
        }
        match respelled(c) {
            Some(respelled) => kept.push_str(respelled),
            None => kept.push(c),
        }
    }
    kept.nfc().collect()
}

fn mapping(c: char) -> String {
    plain(c.encode_utf8(&mut [0; 4]))
}

/// Lower case of the upper case, so that letters with two lower cases (`ς`, `ᲀ`) have one.
fn lower(c: char) -> char {
    let lower: Vec<char> = c.to_uppercase().flat_map(char::to_lowercase).collect();
    match lower[..] {
        ['ς'] => 'σ',
        [lower] => lower,
        _ => panic!("{c:?} has no single lower case"),
    }
}

fn reference(text: &str) -> String {
    let pointless: String = text.nfkd().filter(|&c| !is_point(c)).collect();
    plain(&pointless).chars().map(lower).collect()
}

/// The same ranges as in `src/text/unicode.rs`, where they are the rule.
fn is_point(c: char) -> bool {
    matches!(c as u32, 0x591..=0x5BD | 0x5BF | 0x5C1..=0x5C2 | 0x5C4..=0x5C5 | 0x5C7 | 0x610..=0x61A | 0x64B..=0x652
        | 0x656..=0x65F | 0x670 | 0x6D6..=0x6DC | 0x6DF..=0x6E4 | 0x6E7..=0x6E8 | 0x6EA..=0x6ED | 0x8D3..=0x8E1 | 0x8E3..=0x8FF)
}

/// The bytes of a table of some characters: its form is described in `src/text/unicode.rs`.
fn table(of: Of) -> Vec<u8> {
    let in_pages = |c: &char| (*c as u32) < 0x20000 && !(0xAC00..0xD7A4).contains(&(*c as u32)) && of(*c);
    let mappings: BTreeMap<char, String> = characters()
        .filter(in_pages)
        .map(|c| (c, mapping(c)))
        .filter(|(c, mapping)| *mapping != c.to_string())
        .collect();
    let foldings: BTreeMap<char, char> = characters()
        .filter(|c| in_pages(c) && !mappings.contains_key(c))
        .map(|c| (c, lower(c)))
        .filter(|(c, lower)| c != lower)
        .collect();
    let mut table = Columns::default();

    // What a mapped character is, is never asked: it prolongs the run before it.
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for code in 0..0x20000 {
        let class = match char::from_u32(code) {
            Some(c) if mappings.contains_key(&c) || !of(c) => runs.last().map_or(0, |run| run.1),
            Some(c) if is_combining_mark(c) => 2,
            Some(c) => c.is_alphanumeric().into(),
            None => 0,
        };
        match runs.last_mut() {
            Some((length, last)) if *last == class => *length += 1,
            _ => runs.push((1, class)),
        }
    }
    table.list(runs.iter().map(|&(length, class)| vec![length << 2 | class]));

    let mut orders: Vec<(u32, u32, u32)> = Vec::new();
    for c in characters().filter(in_pages).filter(|c| !mappings.contains_key(c)) {
        let class = u32::from(canonical_combining_class(c));
        match orders.last_mut() {
            Some((_, end, last)) if *end == c as u32 && *last == class => *end += 1,
            _ if class > 0 => orders.push((c as u32, c as u32 + 1, class)),
            _ => {}
        }
    }
    let mut at = 0;
    table.list(orders.iter().map(|&(start, end, class)| {
        let row = vec![start - at, end - start, class];
        at = end;
        row
    }));

    let mut gap = gaps();
    let gaps_of_mappings: Vec<u32> = mappings.keys().map(|&c| gap(c)).collect();
    let mut previous = 0;
    let contents = mappings.values().map(|mapping| {
        let mut last = previous;
        previous = mapping.chars().next().map_or(previous, u32::from);
        mapping.chars().map(|c| zigzag(c as u32, std::mem::replace(&mut last, c as u32))).collect()
    });
    table.list(gaps_of_mappings.into_iter().map(|gap| vec![gap]));
    table.column(mappings.values().map(|mapping| vec![mapping.chars().count() as u32]));
    table.column(contents);

    let mut gap = gaps();
    table.list(foldings.keys().map(|&c| vec![gap(c)]));
    table.column(foldings.iter().map(|(&c, &lower)| vec![zigzag(lower as u32, c as u32)]));

    let compositions: Vec<(char, char, char)> = characters().filter(in_pages).filter_map(composition).collect();
    let mut gap = gaps();
    table.list(compositions.iter().map(|&(c, ..)| vec![gap(c)]));
    table.column(compositions.iter().map(|&(c, first, _)| vec![zigzag(c as u32, first as u32)]));
    table.column(compositions.iter().map(|&(.., second)| vec![second as u32]));
    table.finish()
}

/// A composed character that a folded text may hold, with its two halves.
fn composition(c: char) -> Option<(char, char, char)> {
    let mut halves: Vec<char> = std::iter::once(c).nfd().collect();
    if halves.len() < 2 || drops_marks(halves[0]) || !std::iter::once(c).nfc().eq([c]) {
        return None;
    }
    let second = halves.pop()?;
    let first = halves.into_iter().nfc().next()?;
    assert_eq!(compose(first, second), Some(c));
    Some((c, first, second))
}

/// The difference of each code point to the one before it.
fn gaps() -> impl FnMut(char) -> u32 {
    let mut previous = 0;
    move |c| c as u32 - std::mem::replace(&mut previous, c as u32)
}

fn zigzag(value: u32, previous: u32) -> u32 {
    let difference = value as i32 - previous as i32;
    (difference << 1 ^ difference >> 31) as u32
}

/// Numbers as LEB128, after the counts of the lists.
#[derive(Default)]
struct Columns {
    counts: Vec<u8>,
    bytes: Vec<u8>,
}

impl Columns {
    fn list(&mut self, rows: impl Iterator<Item = Vec<u32>>) {
        let count = self.column(rows);
        leb128(count, &mut self.counts);
    }

    fn column(&mut self, rows: impl Iterator<Item = Vec<u32>>) -> u32 {
        rows.map(|row| row.into_iter().for_each(|number| leb128(number, &mut self.bytes))).count() as u32
    }

    fn finish(mut self) -> Vec<u8> {
        self.counts.append(&mut self.bytes);
        self.counts
    }
}

fn leb128(mut number: u32, bytes: &mut Vec<u8>) {
    while number > 127 {
        bytes.push(number as u8 | 128);
        number >>= 7;
    }
    bytes.push(number as u8);
}
