//! Scripts that are written without spaces: their words are the overlapping pairs of characters.
//!
//! Chinese, Japanese and Korean (where particles cling to words), and the scripts of South-East Asia that have no
//! spaces. Two characters are enough to be a word, more are a phrase of pairs, and no dictionary is needed to find
//! them. A pair is of characters with their marks; one character alone between other scripts is a word.

use super::segment::{Chunk, Class, Kind, Word, class};

/// Scripts of which a run is one run: Japanese mixes Han and kana in a word, Korean does not mix Han and Hangul.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Script {
    /// Han, hiragana, katakana, bopomofo.
    Han,
    Hangul,
    /// Thai, Lao, Burmese, Khmer and their neighbours.
    SouthEast,
}

/// The script of a letter, if it is one without spaces.
pub(super) fn script(c: char) -> Option<Script> {
    Some(match c as u32 {
        0x1100..=0x11FF | 0x3131..=0x318E | 0xA960..=0xA97C | 0xAC00..=0xD7FB => Script::Hangul,
        0x2E80..=0x2FDF
        | 0x3005..=0x3007
        | 0x3021..=0x3130
        | 0x3190..=0x33FF
        | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF
        | 0xF900..=0xFAFF
        | 0x16FE2..=0x18DFF
        | 0x1AFF0..=0x1B2FF
        | 0x20000..=0x3FFFF => Script::Han,
        0x0E00..=0x0EFF
        | 0x1000..=0x109F
        | 0x1780..=0x17FF
        | 0x1950..=0x19FF
        | 0x1A20..=0x1AAF
        | 0x1B00..=0x1B7F
        | 0xA980..=0xA9FF
        | 0xAA00..=0xAADF => Script::SouthEast,
        _ => return None,
    })
}

/// Makes the pairs of the run that the chunk has been read up to ready, and says where the run ends.
pub(super) fn words<'t>(chunk: &Chunk<'t>, script: Script, position: &mut u32, ready: &mut Vec<Word<'t>>) -> usize {
    let mut end = chunk.read();
    // Where the last character with its marks begins, and the one before it.
    let (mut last, mut before) = (None, None);
    let mut pair = |before: Option<usize>, last: Option<usize>, end: usize| {
        if let Some(start) = before.or(last) {
            ready.push(chunk.word(start..end, *position, Kind::Pair));
            *position += 1;
        }
    };
    for &c in &chunk.text()[end..] {
        match class(c) {
            Class::Mark => {}
            Class::Unspaced(other) if other == script => {
                if before.is_some() {
                    pair(before, last, end);
                }
                before = last.replace(end);
            }
            _ => break,
        }
        end += 1;
    }
    pair(before, last, end);
    end
}
