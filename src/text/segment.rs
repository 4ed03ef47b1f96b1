//! Where words begin and end.
//!
//! The text is read in chunks that hold no white space; a chunk is brought into plain form (see `fold`) and read as
//! identifiers and as runs of scripts that have no spaces. A plain ASCII word, which most words are, skips all that.

use super::fold::Plain;
use super::identifier::Chain;
use super::pairs::{self, Script};
use super::unicode::{self, LETTER, MAPPED, MARK};
use std::borrow::Cow;
use std::ops::Range;

/// The most characters that a term has. A longer word (a key, encoded data) keeps its beginning, so that it can be
/// found, but is not split; a compound that would be longer is left out, and its parts stay.
pub const LONGEST_TERM: usize = 64;

/// One word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word<'t> {
    /// The form to store and to look up: folded, at most [`LONGEST_TERM`] characters.
    pub term: Cow<'t, str>,
    /// The bytes of the original text that this word is.
    pub span: Range<usize>,
    /// How many leaves stand before this word, or before its first part.
    pub position: u32,
    /// What kind of word this is.
    pub kind: Kind,
}

/// What kind of word a [`Word`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A plain word.
    Whole,
    /// An identifier as a whole (`vec::push`, `snake_case`, `--flag`), or a part of one that has parts. Its parts
    /// follow.
    Compound,
    /// A part of a compound that has no parts itself. (The compound is left out if it is too long to be a term.)
    Part,
    /// Two neighbouring characters of a script that is written without spaces, or one that stands alone.
    Pair,
    /// How the word that follows is written, where its term has lost marks: `resume=résumé`, followed by `resume`. So
    /// marks are optional, and what has them as they were typed is found best. The plain term comes first in it, so that
    /// both are neighbours in a dictionary.
    Marked,
}

impl Kind {
    /// Whether the word counts in the length of a text: it is not made of the words that follow.
    pub fn is_leaf(self) -> bool {
        !matches!(self, Kind::Compound | Kind::Marked)
    }
}

/// Stands between a term and how it is written in a [`Kind::Marked`].
pub const WRITTEN: char = '=';

/// The words of a text, in order.
///
/// Any text will do, and gives the same words wherever it is read.
///
/// ```
/// use bifocal::text::words;
/// let terms = |text| words(text).map(|word| word.term.into_owned()).collect::<Vec<_>>();
/// assert_eq!(terms("Call Vec::push()."), ["call", "vec::push", "vec", "push"]);
/// assert_eq!(words("Über uns").map(|word| (word.term.into_owned(), word.span)).last(), Some(("uns".into(), 6..9)));
/// ```
pub fn words(text: &str) -> Words<'_> {
    let chunk = Chunk { original: text, plain: Plain::default(), read: 0 };
    Words { text, at: 0, chunk, chain: Chain::default(), ready: Vec::new(), position: 0 }
}

/// The iterator that [`words`] gives.
pub struct Words<'t> {
    text: &'t str,
    at: usize,
    chunk: Chunk<'t>,
    chain: Chain,
    /// Words that are read and not yet given, last first.
    ready: Vec<Word<'t>>,
    position: u32,
}

impl<'t> Iterator for Words<'t> {
    type Item = Word<'t>;

    fn next(&mut self) -> Option<Word<'t>> {
        loop {
            if let Some(word) = self.ready.pop() {
                return Some(word);
            }
            if self.read_chunk() {
                continue;
            }
            self.skip_blank();
            if self.at == self.text.len() {
                return None;
            }
            if let Some(word) = self.plain_word() {
                return Some(word);
            }
            self.next_chunk();
        }
    }
}

impl<'t> Words<'t> {
    /// Skips what neither is in a word nor says anything about the word after it.
    fn skip_blank(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let next = |at: usize| rest.get(at + 1).is_some_and(|&byte| is_sign(byte));
        let begins = |(at, &byte): (usize, &u8)| !is_blank(byte) || is_sign(byte) && next(at);
        self.at += rest.iter().enumerate().position(begins).unwrap_or(rest.len());
    }

    /// The shortcut: an ASCII word of letters, at most its first a capital, with nothing attached to it.
    fn plain_word(&mut self) -> Option<Word<'t>> {
        let rest = &self.text.as_bytes()[self.at..];
        let capital = rest[0].is_ascii_uppercase();
        let tail = rest[usize::from(capital)..].iter().position(|byte| !byte.is_ascii_lowercase());
        let length = tail.map_or(rest.len(), |tail| tail + usize::from(capital));
        let attached = match &rest[length..] {
            [] | [b')' | b']' | b'}' | b'?', ..] => false,
            [b'.' | b':' | b'!' | b'\'', next, ..] => !next.is_ascii_whitespace(),
            [byte, ..] if byte.is_ascii() => !is_blank(*byte),
            _ => self.text[self.at + length..].starts_with(|c| !separates(c)),
        };
        if length == 0 || length > LONGEST_TERM || attached {
            return None;
        }
        let span = self.at..self.at + length;
        self.at = span.end;
        self.position += 1;
        let piece = &self.text[span.clone()];
        let term = if capital { Cow::Owned(piece.to_ascii_lowercase()) } else { Cow::Borrowed(piece) };
        Some(Word { term, span, position: self.position - 1, kind: Kind::Whole })
    }

    /// Goes on with what stands from here to the next white space, or to a character that is in no word and has no
    /// other form.
    fn next_chunk(&mut self) {
        let rest = &self.text[self.at..];
        let length = rest.find(separates).unwrap_or(rest.len());
        if let Some(span) = operator(self.text.as_bytes(), self.at..self.at + length) {
            let term = Cow::Borrowed(&self.text[span.clone()]);
            self.ready.push(Word { term, span, position: self.position, kind: Kind::Whole });
            self.position += 1;
        }
        self.chunk.plain.read(&rest[..length], self.at);
        self.chunk.read = 0;
        self.at += length + rest[length..].chars().next().map_or(0, char::len_utf8);
    }

    /// Makes the next words of the chunk ready; false if there are no more.
    fn read_chunk(&mut self) -> bool {
        let chunk = &mut self.chunk;
        while self.ready.is_empty() {
            let Some(&c) = chunk.text().get(chunk.read) else { return false };
            chunk.read = match class(c) {
                Class::Letter => self.chain.words(chunk, &mut self.position, &mut self.ready),
                Class::Unspaced(script) => pairs::words(chunk, script, &mut self.position, &mut self.ready),
                Class::Mark | Class::Other => chunk.read + 1,
            };
        }
        self.ready.reverse();
        true
    }
}

/// White space, and what is in no word and has no other form.
fn separates(c: char) -> bool {
    if c.is_ascii() { c <= ' ' } else { unicode::flags(c) & (LETTER | MARK | MAPPED) == 0 }
}

/// White space, and punctuation of which no compound is made.
fn is_blank(byte: u8) -> bool {
    byte <= b' '
        || matches!(byte, b'(' | b'{' | b'"' | b'`' | b',' | b';' | b'*' | b'=' | b'|' | b'^' | b'~' | b'%' | 127)
}

/// What operators are made of.
fn is_sign(byte: u8) -> bool {
    matches!(byte, b'!' | b'#'..=b'&' | b'*' | b'+' | b'-'..=b'/' | b':' | b'<'..=b'@' | b'^' | b'|' | b'~')
}

/// What may enclose an operator.
fn is_around(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b',' | b';')
}

/// The operator that a chunk of the text is, perhaps in quotation marks or brackets, where white space or nothing stands before
/// it: `?`, `!`, or two or three signs such as `=>`, `&&`, `..=`. Of other single signs, dashes, dots, rulers and beginnings
/// of comments too many stand in a text to be worth a term.
fn operator(text: &[u8], chunk: Range<usize>) -> Option<Range<usize>> {
    const NONE: [&[u8]; 8] = [b"--", b"...", b"//", b"/*", b"*/", b"##", b"**", b">>>"];
    let Range { mut start, mut end } = chunk;
    while start < end && is_around(text[start]) {
        start += 1;
    }
    while start < end && is_around(text[end - 1]) {
        end -= 1;
    }
    let signs = &text[start..end];
    let is_operator = match signs.len() {
        1 => matches!(signs[0], b'?' | b'!'),
        2 | 3 => signs.iter().all(|&sign| is_sign(sign)) && !NONE.iter().any(|none| signs.starts_with(none)),
        _ => false,
    };
    let before = text[..start].iter().rev().find(|&&byte| !is_around(byte));
    (is_operator && before.is_none_or(|&byte| byte <= b' ')).then_some(start..end)
}

/// What a character of a plain text is in a word.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Class {
    /// A letter, a digit or an underscore.
    Letter,
    /// A letter of a script without spaces.
    Unspaced(Script),
    /// Belongs to the character before it.
    Mark,
    /// Anything else.
    Other,
}

/// The class of a character.
#[inline]
pub(super) fn class(c: char) -> Class {
    if c.is_ascii() {
        return if c.is_ascii_alphanumeric() || c == '_' { Class::Letter } else { Class::Other };
    }
    match unicode::flags(c) {
        flags if flags & MARK != 0 => Class::Mark,
        flags if flags & LETTER == 0 => Class::Other,
        _ => pairs::script(c).map_or(Class::Letter, Class::Unspaced),
    }
}

/// A piece of the text without white space, in plain form.
pub(super) struct Chunk<'t> {
    original: &'t str,
    plain: Plain,
    /// How many characters of the plain form have been read.
    read: usize,
}

impl<'t> Chunk<'t> {
    /// The plain form.
    pub(super) fn text(&self) -> &[char] {
        &self.plain.characters
    }

    /// How far the plain form has been read.
    pub(super) fn read(&self) -> usize {
        self.read
    }

    /// A piece of the plain form as a word.
    pub(super) fn word(&self, piece: Range<usize>, position: u32, kind: Kind) -> Word<'t> {
        let span = self.plain.origin(piece.clone());
        let kept = piece.start..piece.end.min(piece.start + LONGEST_TERM);
        Word { term: self.plain.lowered(&self.original[span.clone()], kept), span, position, kind }
    }

    /// A word of the chunk as it is written, if it has marks that its term lacks.
    pub(super) fn marked(&self, word: &Word<'t>) -> Option<Word<'t>> {
        let written = &self.original[word.span.clone()];
        if written.is_ascii() {
            return None;
        }
        let (mut term, mut has_marks) = (word.term.clone().into_owned(), false);
        term.push(WRITTEN);
        let plain = term.len();
        for c in written.chars() {
            has_marks |=
                !c.is_ascii() && unicode::drops_marks(c) || unicode::is_point(c) || ('\u{300}'..'\u{370}').contains(&c);
            // Characters that are not to be seen are no marks.
            if unicode::flags(c) & MAPPED == 0 || !unicode::mapping(c).is_empty() {
                term.push(unicode::lower_marked(c));
            }
        }
        if !has_marks || term[plain..] == word.term {
            return None;
        }
        let fits = term.chars().nth(LONGEST_TERM).is_none();
        fits.then(|| Word {
            term: Cow::Owned(term),
            span: word.span.clone(),
            position: word.position,
            kind: Kind::Marked,
        })
    }

    /// A piece of the plain form as a compound, if its term is not too long.
    pub(super) fn compound(&self, term: String, piece: Range<usize>, position: u32) -> Option<Word<'t>> {
        let fits = term.chars().nth(LONGEST_TERM).is_none();
        fits.then(|| Word { term: Cow::Owned(term), span: self.plain.origin(piece), position, kind: Kind::Compound })
    }
}
