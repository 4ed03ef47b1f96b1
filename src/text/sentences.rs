//! Sentences, for cutting passages and excerpts.

use super::unicode;
use std::ops::Range;

/// Words whose full stop ends no sentence: names and numbers follow them.
const ABBREVIATIONS: [&str; 20] = [
    "mr", "mrs", "ms", "dr", "prof", "st", "vs", "cf", "fig", "figs", "eq", "eqs", "vol", "pp", "eds", "approx",
    "resp", "nr", "bzw", "incl",
];

/// The sentences of a text, as ranges of its bytes.
///
/// A sentence ends at a line's end; after `。！？` and their kin; and after `.`, `!`, `?` or `…`, with closing quotes and
/// brackets, where white space and no small letter follow. So numbers, versions, paths and most abbreviations hold
/// together in any language, and a wrong end costs little. White space belongs to the sentence before it: the ranges
/// follow each other without gaps from the text's beginning to its end.
///
/// ```
/// let text = "See e.g. `Vec::push`. It grows 1.5 times!";
/// let found: Vec<&str> = bifocal::text::sentences(text).map(|range| &text[range]).collect();
/// assert_eq!(found, ["See e.g. `Vec::push`. ", "It grows 1.5 times!"]);
/// ```
pub fn sentences(text: &str) -> Sentences<'_> {
    Sentences { text, at: 0 }
}

/// The iterator that [`sentences`] gives.
pub struct Sentences<'t> {
    text: &'t str,
    at: usize,
}

impl Iterator for Sentences<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        if start == self.text.len() {
            return None;
        }
        self.at = start + end_of_sentence(&self.text[start..]);
        Some(start..self.at)
    }
}

fn end_of_sentence(text: &str) -> usize {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let after = at + c.len_utf8();
        match c {
            '\n' => return skip(text, after, char::is_whitespace),
            '。' | '！' | '？' | '．' | '｡' | '।' | '॥' | '۔' | '؟' | '።' | '။' | '។' => {
                return skip(text, skip(text, after, |c| is_stop(c) || is_closing(c)), char::is_whitespace);
            }
            '.' | '!' | '?' | '…' => {
                let closed = skip(text, skip(text, after, is_stop), is_closing);
                let next = skip(text, closed, char::is_whitespace);
                let first = text[next..].chars().take(8).find(|&c| unicode::is_letter(c));
                let continues = first.is_some_and(unicode::is_small) && !text[closed..next].contains('\n');
                if next == text.len() || next > closed && !continues && !(c == '.' && is_abbreviated(&text[..at])) {
                    return next;
                }
                at = closed;
            }
            _ => at = after,
        }
    }
    text.len()
}

/// Whether the last word before a full stop is an abbreviation: a single letter, or one of a few that names follow.
fn is_abbreviated(before: &str) -> bool {
    let word = before.rsplit(|c| !unicode::is_letter(c)).next().unwrap_or_default();
    let mut letters = word.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) => !letter.is_ascii_digit(),
        _ => ABBREVIATIONS.iter().any(|abbreviation| word.eq_ignore_ascii_case(abbreviation)),
    }
}

fn is_stop(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？')
}

fn is_closing(c: char) -> bool {
    matches!(c, ')' | ']' | '}' | '"' | '\'' | '`' | '”' | '’' | '»' | '」' | '』' | '）' | '】' | '》')
}

fn skip(text: &str, at: usize, what: impl Fn(char) -> bool) -> usize {
    at + text[at..].find(|c| !what(c)).unwrap_or(text.len() - at)
}
