//! Where words begin and end.
//!
//! The text is read in chunks that hold no white space; a chunk is brought into plain form (see `fold`) and read as
//! identifiers and as runs of scripts that have no spaces. A plain ASCII word, which most words are, skips all that.

use super::fold::{Plain, lower};
use super::identifier::Chain;
use super::pairs::{self, Script};
use super::unicode::{self, LETTER, MAPPED, MARK};
use std::borrow::Cow;
use std::ops::Range;

/// The most characters that a term has. A longer word (a key, encoded data) keeps its beginning, so that it can be found,
/// but is not split; a compound that would be longer is left out, and its parts stay.
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
    /// An identifier as a whole (`vec::push`, `snake_case`, `--flag`), or a part of one that has parts. Its parts follow.
    Compound,
    /// A part of a compound that has no parts itself. (The compound is left out if it is too long to be a term.)
    Part,
    /// Two neighbouring characters of a script that is written without spaces, or one that stands alone.
    Pair,
}

/// The words of a text, in order.
///
/// Any text will do, and gives the same words wherever it is read.
///
/// ```
/// use bifocal::text::words;
/// let terms = |text| words(text).map(|word| word.term.into_owned()).collect::<Vec<_>>();
/// assert_eq!(terms("Call Vec::push()."), ["call", "vec::push", "vec", "push"]);
/// assert_eq!(words("Über ÄRGER").map(|word| word.span).collect::<Vec<_>>(), [0..5, 6..12]);
/// ```
pub fn words(text: &str) -> Words<'_> {
    Words { text, at: 0, chunk: None, chain: Chain::default(), ready: Vec::new(), position: 0 }
}

/// The iterator that [`words`] gives.
pub struct Words<'t> {
    text: &'t str,
    at: usize,
    chunk: Option<Chunk<'t>>,
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
            self.chunk = Some(self.next_chunk());
        }
    }
}

impl<'t> Words<'t> {
    /// Skips what neither is in a word nor says anything about the word after it.
    fn skip_blank(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().position(|&byte| !is_blank(byte)).unwrap_or(rest.len());
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

    /// What stands from here to the next white space, or to a character that is in no word and has no other form.
    fn next_chunk(&mut self) -> Chunk<'t> {
        let rest = &self.text[self.at..];
        let length = rest.find(separates).unwrap_or(rest.len());
        let chunk = Chunk {
            original: self.text,
            start: self.at,
            end: self.at + length,
            plain: Plain::of(&rest[..length], self.at),
            read: 0,
        };
        self.at += length + rest[length..].chars().next().map_or(0, char::len_utf8);
        chunk
    }

    /// Makes the next words of the chunk ready; false if there are no more.
    fn read_chunk(&mut self) -> bool {
        let Some(chunk) = &mut self.chunk else { return false };
        while let Some(c) = chunk.text()[chunk.read..].chars().next() {
            match class(c) {
                Class::Letter => {
                    if self.chain.read(chunk.text(), chunk.read) {
                        chunk.read = self.chain.end();
                        self.chain.words(chunk, &mut self.position, &mut self.ready);
                        self.ready.reverse();
                        return true;
                    }
                    chunk.read = self.chain.end();
                }
                Class::Unspaced(script) => {
                    chunk.read = pairs::words(chunk, script, &mut self.position, &mut self.ready);
                    self.ready.reverse();
                    return true;
                }
                Class::Mark | Class::Other => chunk.read += c.len_utf8(),
            }
        }
        self.chunk = None;
        false
    }
}

/// White space, and what is in no word and has no other form.
fn separates(c: char) -> bool {
    if c.is_ascii() { c <= ' ' } else { unicode::flags(c) & (LETTER | MARK | MAPPED) == 0 }
}

/// White space, and punctuation of which no compound is made.
fn is_blank(byte: u8) -> bool {
    byte <= b' ' || matches!(byte, b'(' | b'{' | b'"' | b'`' | b',' | b';' | b'*' | b'=' | b'|' | b'^' | b'~' | b'%' | 127)
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
    start: usize,
    end: usize,
    /// The plain form, if the original is not plain.
    plain: Option<Plain>,
    /// How many bytes of the plain form have been read.
    read: usize,
}

impl<'t> Chunk<'t> {
    /// The plain form.
    pub(super) fn text(&self) -> &str {
        self.plain.as_ref().map_or(&self.original[self.start..self.end], |plain| &plain.text)
    }

    /// How far the plain form has been read.
    pub(super) fn read(&self) -> usize {
        self.read
    }

    /// Where a piece of the plain form is in the original.
    pub(super) fn span(&self, piece: Range<usize>) -> Range<usize> {
        match &self.plain {
            None => self.start + piece.start..self.start + piece.end,
            Some(plain) => plain.origin(piece),
        }
    }

    /// A piece of the plain form as a word.
    pub(super) fn word(&self, piece: Range<usize>, position: u32, kind: Kind) -> Word<'t> {
        let span = self.span(piece.clone());
        let kept = |text: &str| text.char_indices().nth(LONGEST_TERM).map_or(text.len(), |(end, _)| end);
        let term = match &self.plain {
            None => {
                let piece = &self.original[span.clone()];
                lower(&piece[..kept(piece)])
            }
            Some(plain) => {
                let (piece, original) = (&plain.text[piece], &self.original[span.clone()]);
                let term = lower(&piece[..kept(piece)]);
                if term == original { Cow::Borrowed(original) } else { Cow::Owned(term.into_owned()) }
            }
        };
        Word { term, span, position, kind }
    }
}
