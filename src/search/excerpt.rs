//! Excerpts: the piece of a section that shows why it was found, with what to mark in it.

use std::ops::Range;

use super::Excerpt;
use super::keyword::WordForms;
use crate::corpus::LONGEST_PIECE;
use crate::text;

/// How far before the first marked word an excerpt may begin, so that it begins with a sentence.
const LEAD: usize = 80;

/// Knows which words of a text answer the query.
pub(super) struct Marker<'w> {
    words: &'w [WordForms],
    /// A bit for each byte with which a word may begin that answers: most words of a text are passed over by it.
    firsts: [u64; 4],
}

/// A word of the text that answers the query: where it stands, and which word of the query it answers.
struct Mark {
    span: Range<usize>,
    word: usize,
}

impl<'w> Marker<'w> {
    pub fn new(words: &'w [WordForms]) -> Self {
        let mut firsts = [0; 4];
        for word in words {
            let forms = word.forms.iter().map(|form| &form.form);
            for first in forms.chain(&word.prefix).filter_map(|form| form.bytes().next()) {
                firsts[usize::from(first / 64)] |= 1 << (first % 64);
            }
        }
        Self { words, firsts }
    }

    /// The excerpt of `text` in which most of the query's words stand together; where none does, what begins at `focus`.
    pub fn excerpt(&self, text: &str, focus: &dyn Fn() -> Option<Range<usize>>) -> Excerpt {
        let marks = self.marks(text);
        let window = match densest(&marks) {
            Some(first) => around(text, first),
            None => around_focus(text, focus()),
        };
        let (before, after) = (window.start > 0, window.end < text.len());
        let mut shown = String::with_capacity(window.len() + 6);
        if before {
            shown.push('…');
        }
        let shift = shown.len();
        // One byte each, so that offsets stay.
        shown.extend(text[window.clone()].chars().map(|c| if matches!(c, '\n' | '\t') { ' ' } else { c }));
        let inside = marks.iter().filter(|mark| mark.span.start >= window.start && mark.span.end <= window.end);
        let spans =
            joined(inside.map(|mark| mark.span.start - window.start + shift..mark.span.end - window.start + shift));
        if after {
            shown.push('…');
        }
        let ranges = text::utf16_ranges(&shown, &spans);
        Excerpt { text: shown, ranges }
    }

    fn marks(&self, text: &str) -> Vec<Mark> {
        let may_answer = |word: &text::Word| {
            word.term.bytes().next().is_some_and(|first| self.firsts[usize::from(first / 64)] >> (first % 64) & 1 == 1)
        };
        text::words(text)
            .filter(may_answer)
            .filter_map(|word| {
                let answered = self.words.iter().position(|asked| {
                    let unfinished =
                        || asked.prefix.as_ref().is_some_and(|prefix| word.term.starts_with(prefix.as_str()));
                    !asked.common && (asked.forms.iter().any(|form| form.form == *word.term) || unfinished())
                })?;
                Some(Mark { span: word.span, word: answered })
            })
            .collect()
    }
}

/// The start of the window of [`LONGEST_PIECE`] bytes that holds most different words, then most marks; the first such.
fn densest(marks: &[Mark]) -> Option<usize> {
    let mut best: Option<((u32, usize), usize)> = None;
    for (at, first) in marks.iter().enumerate() {
        let inside = marks[at..].iter().take_while(|mark| mark.span.end <= first.span.start + LONGEST_PIECE - LEAD / 2);
        // A query has fewer than 64 words, so a bit for each.
        let (different, count) = inside.fold((0u64, 0), |(bits, count), mark| (bits | 1 << mark.word, count + 1));
        let score = (different.count_ones(), count);
        if best.is_none_or(|(known, _)| score > known) {
            best = Some((score, first.span.start));
        }
    }
    best.map(|(_, start)| start)
}

/// A window that begins with the sentence or word before `first`.
fn around(text: &str, first: usize) -> Range<usize> {
    let from = text.ceil_char_boundary(first.saturating_sub(LEAD));
    let sentence =
        text::sentences(&text[..text.floor_char_boundary(first + 1)]).last().map_or(0, |sentence| sentence.start);
    let start = if sentence >= from { sentence } else { word_start(text, from).min(first) };
    start..end(text, start)
}

fn around_focus(text: &str, focus: Option<Range<usize>>) -> Range<usize> {
    let start = focus.map_or(0, |focus| text.floor_char_boundary(focus.start.min(text.len())));
    start..end(text, start)
}

fn end(text: &str, start: usize) -> usize {
    let limit = text.floor_char_boundary(start + LONGEST_PIECE);
    if limit == text.len() {
        return limit;
    }
    let space = text[start..limit].rfind(char::is_whitespace).map(|at| start + at);
    space.filter(|&at| at > start + LONGEST_PIECE / 2).unwrap_or(limit)
}

fn word_start(text: &str, from: usize) -> usize {
    if from == 0 {
        return 0;
    }
    text[from..].find(char::is_whitespace).map_or(from, |at| {
        let space = from + at;
        space + text[space..].chars().next().map_or(0, char::len_utf8)
    })
}

/// Spans in order, those that touch or overlap (an identifier and its parts) as one.
fn joined(spans: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    for mut span in spans {
        // Words come in the order of the text, but for the parts of an identifier, which lie within it.
        while let Some(last) = joined.pop_if(|last| last.end >= span.start) {
            span = last.start.min(span.start)..last.end.max(span.end);
        }
        joined.push(span);
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::super::keyword::WordForms;
    use super::*;

    fn check(text: &str, words: &[&str], expected: &str) {
        let words: Vec<_> = words
            .iter()
            .map(|word| WordForms {
                word: (*word).into(),
                count: 1,
                place: 1,
                forms: Vec::new(),
                prefix: Some((*word).into()),
                open: false,
                common: false,
            })
            .collect();
        let excerpt = Marker::new(&words).excerpt(text, &|| None);
        let units: Vec<u16> = excerpt.text.encode_utf16().collect();
        let mut shown = String::new();
        let mut last = 0;
        for [start, end] in excerpt.ranges.iter().map(|range| range.map(|at| at as usize)) {
            shown += &String::from_utf16(&units[last..start]).unwrap();
            shown += &format!("[{}]", String::from_utf16(&units[start..end]).unwrap());
            last = end;
        }
        shown += &String::from_utf16(&units[last..]).unwrap();
        assert_eq!(shown, expected);
    }

    #[test]
    fn words_are_marked_in_the_original() {
        check("Bees dance. Drones don't.", &["dance"], "Bees [dance]. Drones don't.");
        check("🐝 Dancing bees", &["danc"], "🐝 [Dancing] bees");
        check("Nothing here", &["zebra"], "Nothing here");
    }

    #[test]
    fn long_texts_show_the_densest_place() {
        let text = format!(
            "A bee. {}Here a bee and honey stand together. {}",
            "Filler words follow. ".repeat(40),
            "More filler. ".repeat(40)
        );
        let words: Vec<_> = ["bee", "honey"]
            .iter()
            .map(|w| WordForms {
                word: (*w).into(),
                count: 1,
                place: 1,
                forms: Vec::new(),
                prefix: Some((*w).into()),
                open: false,
                common: false,
            })
            .collect();
        let excerpt = Marker::new(&words).excerpt(&text, &|| None);
        assert!(excerpt.text.starts_with("…Here a bee and honey"), "{}", excerpt.text);
        assert!(excerpt.text.len() < LONGEST_PIECE + 20);
        assert_eq!(excerpt.ranges.len(), 2);
    }
}
