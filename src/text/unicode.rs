//! What Unicode says about a character, from a small table of our own.
//!
//! The table is a file, `unicode.bin`, and not a crate nor the standard library, for two reasons. Documents are folded
//! by the native command and queries by the wasm module, which may come from different compilers with different
//! editions of Unicode: a letter that only one of them knows would be found by nobody. And it is small, because it
//! leaves out what no word needs: the compositions of Latin, Greek and Cyrillic letters (their marks are dropped) and
//! the compatibility ideographs of plane 2 (duplicates kept for round trips to old encodings).
//!
//! Most texts need little of it: Latin letters, punctuation and symbols have a table of their own, `common.bin`, so that the other may
//! be loaded by those who need it (`src/wasm/seldom.txt`).
//!
//! `tests/text/tables.rs` writes the files, and tests them against the crate unicode-normalization.
//!
//! ```text
//! table         count·5, then five lists of so many items; all numbers are LEB128, "zigzag" is signed
//!   classes       (length << 2 | class)             runs from U+0000; 0 other, 1 letter or digit, 2 mark
//!   orders        gap, length, combining class      runs of marks with a canonical combining class that is not 0
//!   mappings      gap* , length* , zigzag*          compatibility forms, their characters as differences
//!   foldings      gap* , zigzag*                    upper case to lower, as differences to the character itself
//!   compositions  gap* , zigzag* , second*          composed, its first half as a difference to it, its second
//! ```

use std::sync::OnceLock;

static COMMON: &[u8] = include_bytes!("common.bin");
static ALL: &[u8] = include_bytes!("unicode.bin");

/// A letter or a digit.
pub(super) const LETTER: u8 = 1;
/// A mark: belongs to the character before it.
pub(super) const MARK: u8 = 2;
/// Has a compatibility form, see [`mapping`].
pub(super) const MAPPED: u8 = 4;
/// Has a lower-case form, see [`lower`].
pub(super) const CASED: u8 = 8;
/// May compose with the character before it.
pub(super) const SECOND: u8 = 16;

/// Planes 0 and 1 have pages; beyond them there are only ideographs, and characters that are dropped.
const PAGES: usize = 0x200;
/// Pages up to the last common character.
const COMMON_PAGES: usize = 0x2C;
const HANGUL: u32 = 0xAC00;
const HANGUL_COUNT: u32 = 11_172;

struct Tables {
    /// Block number of each page of 256 code points.
    pages: Vec<u8>,
    /// Flags of the code points of each distinct block.
    blocks: Vec<[u8; 256]>,
    /// First and last code point of a run, and its combining class.
    orders: Vec<(u32, u32, u8)>,
    mapped: Vec<(u32, u32)>,
    mappings: Vec<char>,
    foldings: Vec<(u32, char)>,
    /// Sorted by the composed character: it, first, second.
    compositions: Vec<(char, char, char)>,
}

/// The flags of a character: any of [`LETTER`], [`MARK`], [`MAPPED`], [`CASED`], [`SECOND`].
#[inline]
pub(super) fn flags(c: char) -> u8 {
    if is_picture(c) {
        return 0;
    }
    let tables = tables(c);
    match tables.pages.get(c as usize >> 8) {
        Some(&block) => tables.blocks[block as usize][c as usize & 255],
        None if (c as u32) < 0x40000 => LETTER,
        None if is_ignorable(c) => MAPPED,
        None => 0,
    }
}

/// The compatibility form of a character that is [`MAPPED`]: decomposed by NFKD, marks dropped after Latin, Greek and
/// Cyrillic letters, composed again. Empty for characters that are not to be seen (soft hyphen, joiners, selectors).
pub(super) fn mapping(c: char) -> &'static [char] {
    let tables = tables(c);
    match tables.mapped.binary_search_by_key(&(c as u32), |&(c, _)| c) {
        Ok(at) => {
            let end = tables.mapped.get(at + 1).map_or(tables.mappings.len(), |&(_, start)| start as usize);
            &tables.mappings[tables.mapped[at].1 as usize..end]
        }
        Err(_) => &[],
    }
}

/// Lower case of one character in its compatibility form; final sigma is a sigma.
#[inline]
pub(super) fn lower(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    if flags(c) & CASED == 0 {
        return c;
    }
    let foldings = &tables(c).foldings;
    foldings.binary_search_by_key(&(c as u32), |&(c, _)| c).map_or(c, |at| foldings[at].1)
}

/// Whether a character has a lower-case form of its own.
pub(super) fn is_upper(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_uppercase() } else { flags(c) & CASED != 0 && c != 'ς' }
}

/// Whether a character, of any text, is a letter or a digit.
pub(super) fn is_letter(c: char) -> bool {
    let flags = flags(c);
    flags & LETTER != 0 || flags & MAPPED != 0 && mapping(c).first().is_some_and(|&c| self::flags(c) & LETTER != 0)
}

/// Whether a character, of any text, is a letter: by the table of this module, since the standard library's would be a second one
/// in every reader's download.
pub fn is_alphabetic(c: char) -> bool {
    is_letter(c) && !c.is_ascii_digit()
}

/// Whether a character, of any text, is a small letter of a script that has capitals, for all that matters: Latin,
/// Greek or Cyrillic.
pub(super) fn is_small(c: char) -> bool {
    let c = if flags(c) & MAPPED == 0 { c } else { mapping(c).first().copied().unwrap_or(c) };
    drops_marks(c) && !is_upper(c)
}

/// The canonical combining class: marks of different classes may stand in any order.
pub(super) fn combining_class(c: char) -> u8 {
    let orders = &tables(c).orders;
    let at = orders.partition_point(|&(_, last, _)| last < c as u32);
    orders.get(at).map_or(0, |&(first, _, class)| if first <= c as u32 { class } else { 0 })
}

/// The two halves of a composed character, if it is one (Latin, Greek and Cyrillic ones are mapped instead).
pub(super) fn decompose(c: char) -> Option<(char, char)> {
    let syllable = (c as u32).wrapping_sub(HANGUL);
    if syllable < HANGUL_COUNT {
        let tail = syllable % 28;
        return Some(if tail > 0 {
            (jamo(HANGUL + syllable - tail), jamo(0x11A7 + tail))
        } else {
            (jamo(0x1100 + syllable / 588), jamo(0x1161 + syllable % 588 / 28))
        });
    }
    let compositions = &tables(c).compositions;
    let at = compositions.binary_search_by_key(&c, |&(c, ..)| c).ok()?;
    Some((compositions[at].1, compositions[at].2))
}

/// The character that two compose to.
pub(super) fn compose(first: char, second: char) -> Option<char> {
    let (a, b) = (first as u32, second as u32);
    if (0x1100..0x1113).contains(&a) && (0x1161..0x1176).contains(&b) {
        return Some(jamo(HANGUL + (a - 0x1100) * 588 + (b - 0x1161) * 28));
    }
    let syllable = a.wrapping_sub(HANGUL);
    if syllable < HANGUL_COUNT && syllable % 28 == 0 && (0x11A8..0x11C3).contains(&b) {
        return Some(jamo(a + b - 0x11A7));
    }
    let tables = if is_common(first) { tables(second) } else { all() };
    tables.compositions.iter().find(|&&(_, x, y)| (x, y) == (first, second)).map(|&(composed, ..)| composed)
}

fn jamo(code: u32) -> char {
    char::from_u32(code).expect("Hangul lies below the surrogates")
}

/// Latin, Greek or Cyrillic: the scripts whose letters are the same with and without their marks for one who searches.
pub(super) fn drops_marks(c: char) -> bool {
    matches!(c as u32,
        0x41..=0x5A | 0x61..=0x7A | 0xAA | 0xBA | 0xC0..=0x2B8 | 0x370..=0x3E1 | 0x3F0..=0x52F | 0x1C80..=0x1C8F
        | 0x1D00..=0x1DBF | 0x1E00..=0x1FFF | 0x2C60..=0x2C7F | 0xA640..=0xA69F | 0xA722..=0xA7FF | 0xAB30..=0xAB6F
        | 0x10780..=0x107BF | 0x1DF00..=0x1DFFF | 0x1E030..=0x1E08F)
}

/// The vowel signs and other points of Hebrew and Arabic: Hebrew accents and points, Arabic signs from fathatan to sukun and
/// those of the Koran. Madda and hamza, which make other letters, are none.
pub(super) fn is_point(c: char) -> bool {
    matches!(c as u32, 0x591..=0x5C7 | 0x610..=0x61A | 0x64B..=0x652 | 0x656..=0x65F | 0x670 | 0x6D6..=0x6ED | 0x8D3..=0x8FF)
        && flags(c) & MARK != 0
}

/// Lower case of a Latin, Greek or Cyrillic letter, its marks kept. A [`MAPPED`] letter is not in the table of lower cases:
/// its lower case is the letter with the same marks some places farther on, which is known by what it maps to. `Ÿ`, `ẞ`,
/// digraphs and Greek capitals with breathings stay as they are.
pub(super) fn lower_marked(c: char) -> char {
    if flags(c) & MAPPED == 0 {
        return lower(c);
    }
    let plain = mapping(c);
    let is_lower = |other: &char| {
        flags(*other) & MAPPED != 0 && mapping(*other).iter().copied().eq(plain.iter().map(|&c| lower(c)))
    };
    if is_lower(&c) {
        return c;
    }
    // Latin in pairs; Latin-1 and most Cyrillic; other Cyrillic; Greek.
    let places = [1, 32, 80, 37, 38, 63, 64];
    let at = |place| char::from_u32(c as u32 + place).filter(is_lower);
    places.into_iter().find_map(at).unwrap_or(c)
}

/// Tags and selectors of plane 14, of which the table has no page.
fn is_ignorable(c: char) -> bool {
    matches!(c as u32, 0xE0000..=0xE0FFF)
}

/// Whether a character is one of those that most texts are made of: Latin, Greek and Cyrillic letters, punctuation, symbols, pictures.
pub fn is_common(c: char) -> bool {
    matches!(c as u32, 0..=0x52F | 0x1E00..=0x2BFF) || is_picture(c)
}

/// Pictures, which the tables need not tell of: they are no letters and have no other forms.
fn is_picture(c: char) -> bool {
    matches!(c as u32, 0x1F300..=0x1FAFF)
}

fn tables(c: char) -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    if is_common(c) { TABLES.get_or_init(|| read(Numbers(COMMON.iter()), COMMON_PAGES)) } else { all() }
}

#[inline(never)]
fn all() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| read(Numbers(ALL.iter()), PAGES))
}

/// The numbers of the table, one after the other.
struct Numbers(std::slice::Iter<'static, u8>);

impl Numbers {
    fn next(&mut self) -> u32 {
        let (mut value, mut shift) = (0, 0);
        for &byte in self.0.by_ref() {
            value |= u32::from(byte & 127) << shift;
            shift += 7;
            if byte & 128 == 0 {
                break;
            }
        }
        value
    }

    /// A signed number, to be added with wrapping.
    fn difference(&mut self) -> u32 {
        let value = self.next();
        (value >> 1) ^ (value & 1).wrapping_neg()
    }

    /// Code points written as gaps.
    fn ascending(&mut self, count: u32) -> Vec<u32> {
        let mut code = 0;
        (0..count)
            .map(|_| {
                code += self.next();
                code
            })
            .collect()
    }
}

fn character(code: u32) -> char {
    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Reads a table of so many pages.
fn read(mut table: Numbers, pages: usize) -> Tables {
    let [classes, orders, mapped, foldings, compositions] = [(); 5].map(|()| table.next());

    let mut flags = Vec::with_capacity(pages << 8);
    for _ in 0..classes {
        let run = table.next();
        flags.resize(flags.len() + (run >> 2) as usize, run as u8 & 3);
    }
    flags.resize(pages << 8, 0);

    let mut at = 0;
    let mut runs = Vec::new();
    for _ in 0..orders {
        let first = at + table.next();
        at = first + table.next();
        runs.push((first, at - 1, table.next() as u8));
    }

    let mut mapped: Vec<(u32, u32)> = table.ascending(mapped).into_iter().map(|code| (code, 0)).collect();
    // First the lengths of the mappings, then where they begin.
    for mapping in &mut mapped {
        mapping.1 = table.next();
    }
    let (mut mappings, mut previous) = (Vec::new(), 0);
    for (code, place) in &mut mapped {
        flags[*code as usize] |= MAPPED;
        let (length, mut last) = (*place, previous);
        *place = mappings.len() as u32;
        for i in 0..length {
            last = table.difference().wrapping_add(last);
            mappings.push(character(last));
            if i == 0 {
                previous = last;
            }
        }
    }

    let mut cased = Vec::new();
    for code in table.ascending(foldings) {
        flags[code as usize] |= CASED;
        cased.push((code, character(table.difference().wrapping_add(code))));
    }

    let mut composed = Vec::new();
    for code in table.ascending(compositions) {
        composed.push((character(code), '\0', '\0'));
    }
    for (composed, first, _) in &mut composed {
        *first = character((*composed as u32).wrapping_sub(table.difference()));
    }
    for (.., second) in &mut composed {
        *second = character(table.next());
        if let Some(flags) = flags.get_mut(*second as usize) {
            *flags |= SECOND;
        }
    }
    for second in (0x1161..0x1176).chain(0x11A8..0x11C3).filter(|_| pages == PAGES) {
        flags[second] |= SECOND;
    }

    let (mut pages, mut blocks) = (Vec::with_capacity(pages), Vec::<[u8; 256]>::new());
    for page in flags.as_chunks().0 {
        let block = blocks.iter().rposition(|block| block == page).unwrap_or(blocks.len());
        if block == blocks.len() {
            blocks.push(*page);
        }
        pages.push(block as u8);
    }
    Tables { pages, blocks, orders: runs, mapped, mappings, foldings: cased, compositions: composed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_with_marks_have_the_lower_case_that_unicode_says() {
        let letters = (0..0x20000).filter_map(char::from_u32).filter(|&c| drops_marks(c) && flags(c) & MAPPED != 0);
        let mut wrong = String::new();
        for c in letters {
            let mut lower = c.to_lowercase();
            let single = lower.next().filter(|_| lower.next().is_none());
            let left_out = matches!(c, '\u{1f00}'..='\u{1fff}') || "ŸǄǇǊǱϓϴϹẞ".contains(c);
            if single.is_some_and(|lower| lower != lower_marked(c)) && !left_out {
                wrong.push(c);
            }
        }
        assert_eq!(wrong, "");
    }
}
