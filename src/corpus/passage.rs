//! Cuts a section into passages: windows of at most so many word pieces, ended where sentences end.

use std::ops::Range;

use crate::text;

/// How large passages are, in word pieces of the encoder.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Most pieces in one passage; smaller finds finer places, larger keeps more context. Default 200.
    pub pieces: usize,
    /// Pieces that a passage repeats of the one before, so that no statement is cut in two. Default 32.
    pub overlap: usize,
}

impl Default for Window {
    fn default() -> Self {
        Self { pieces: 200, overlap: 32 }
    }
}

/// Cuts `text` into passages, as byte ranges in order; `count` counts word pieces.
///
/// The ranges cover everything but white space. Passages of one text are of about equal length: 210 pieces become two of
/// 105 rather than 200 and a stump. A sentence longer than the window is cut between words.
pub fn cut(text: &str, window: Window, count: &dyn Fn(&str) -> usize) -> Vec<Range<usize>> {
    let units = units(text, window.pieces, count);
    let overlap = window.overlap.min(window.pieces / 2);
    let mut left: usize = units.iter().map(|&(_, pieces)| pieces).sum();
    let mut cuts: Vec<Range<usize>> = Vec::new();
    let mut first = 0;
    while first < units.len() {
        // Each passage but the first repeats `overlap` pieces, so it brings `pieces − overlap` new ones.
        let passages = left.saturating_sub(overlap).div_ceil((window.pieces - overlap).max(1)).max(1);
        let target = (left + (passages - 1) * overlap).div_ceil(passages);
        let (mut last, mut pieces) = (first, units[first].1);
        while last + 1 < units.len() && pieces < target && pieces + units[last + 1].1 <= window.pieces {
            last += 1;
            pieces += units[last].1;
        }
        cuts.push(units[first].0.start..units[last].0.end);
        if last + 1 == units.len() {
            break;
        }
        let (mut next, mut repeated) = (last + 1, 0);
        while next > first + 1 && repeated + units[next - 1].1 <= overlap {
            next -= 1;
            repeated += units[next].1;
        }
        left -= pieces - repeated;
        first = next;
    }
    cuts
}

/// What is embedded for a passage: the page's title, the headings above it and its text.
pub fn embedded_text(title: &str, path: &[&str], passage: &str) -> String {
    let mut text = String::with_capacity(title.len() + passage.len() + 64);
    for piece in std::iter::once(&title).chain(path) {
        let piece = shortened(piece.trim());
        if !piece.is_empty() {
            text.push_str(piece);
            text.push_str(if piece.ends_with(['.', '!', '?', ':']) { " " } else { ". " });
        }
    }
    text.push_str(passage);
    text
}

/// The offset at which to end a piece of `text` of at most `most` bytes: after a sentence, a word, or a character.
pub(super) fn break_before(text: &str, most: usize) -> usize {
    if text.len() <= most {
        return text.len();
    }
    let head = &text[..text.floor_char_boundary(most)];
    let sentence = text::sentences(head).map(|sentence| sentence.start).last().filter(|&start| start > most / 2);
    sentence
        .or_else(|| head.rfind(char::is_whitespace).map(|at| at + head[at..].chars().next().map_or(0, char::len_utf8)))
        .filter(|&at| at > most / 2)
        .unwrap_or(head.len().max(text.chars().next().map_or(0, char::len_utf8)))
}

/// Sentences with their pieces; one that is longer than a window is cut into runs of words.
fn units(text: &str, most: usize, count: &dyn Fn(&str) -> usize) -> Vec<(Range<usize>, usize)> {
    let mut units = Vec::new();
    for sentence in text::sentences(text) {
        let span = trimmed(text, sentence);
        if span.is_empty() {
            continue;
        }
        let pieces = count(&text[span.clone()]);
        if pieces <= most {
            units.push((span, pieces));
        } else {
            units.extend(runs(text, span, most, count));
        }
    }
    units
}

fn runs(text: &str, span: Range<usize>, most: usize, count: &dyn Fn(&str) -> usize) -> Vec<(Range<usize>, usize)> {
    let mut runs: Vec<(Range<usize>, usize)> = Vec::new();
    let mut words = Vec::new();
    let mut start = span.start;
    for word in text[span.clone()].split_inclusive(char::is_whitespace) {
        // A "word" without spaces for kilobytes (base64, Chinese) is cut by characters.
        let mut rest = start..start + word.len();
        while rest.len() > 256 {
            let end = text.floor_char_boundary(rest.start + 256);
            words.push(rest.start..end);
            rest.start = end;
        }
        words.push(rest);
        start += word.len();
    }
    for word in words {
        let pieces = count(&text[word.clone()]);
        match runs.last_mut() {
            Some((run, sum)) if *sum + pieces <= most / 4 => (run.end, *sum) = (word.end, *sum + pieces),
            _ => runs.push((word, pieces)),
        }
    }
    runs
}

fn trimmed(text: &str, span: Range<usize>) -> Range<usize> {
    let piece = &text[span.clone()];
    let start = span.start + (piece.len() - piece.trim_start().len());
    start..start + piece.trim().len()
}

/// Titles and headings are for context; a runaway one must not push the passage out of the encoder's window.
fn shortened(heading: &str) -> &str {
    &heading[..heading.floor_char_boundary(120)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> usize {
        text.split_whitespace().count()
    }

    #[test]
    fn passages_are_even_overlap_and_cover_the_text() {
        let text: String = (0..60).map(|i| format!("Sentence number {i} has six words. ")).collect();
        let cuts = cut(&text, Window { pieces: 100, overlap: 12 }, &words);
        assert_eq!(cuts.first().map(|c| c.start), Some(0));
        assert_eq!(cuts.last().map(|c| c.end), Some(text.trim_end().len()));
        for pair in cuts.windows(2) {
            assert!(pair[1].start < pair[0].end, "no overlap between {pair:?}");
        }
        for cut in &cuts {
            let size = words(&text[cut.clone()]);
            assert!((60..=100).contains(&size), "{size} words");
        }
    }

    #[test]
    fn short_texts_are_one_passage_and_empty_ones_none() {
        assert_eq!(cut("One sentence.", Window::default(), &words).first(), Some(&(0..13)));
        assert_eq!(cut("One sentence.", Window::default(), &words).len(), 1);
        assert!(cut(" \n ", Window::default(), &words).is_empty());
    }

    #[test]
    fn a_sentence_without_end_is_cut_between_words() {
        let text = "word ".repeat(1000);
        for span in cut(&text, Window::default(), &words) {
            assert!(words(&text[span]) <= 200);
        }
    }

    #[test]
    fn the_context_stands_before_the_passage() {
        assert_eq!(embedded_text("Title", &["Why?", "How"], "Text."), "Title. Why? How. Text.");
    }
}
