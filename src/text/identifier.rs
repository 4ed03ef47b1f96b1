//! Identifiers: compounds and their parts.
//!
//! ```text
//! chain     std::sync::Arc   src/main.rs   3.11        segments joined by `::`, `.` or `/`
//! segment   error-handling   UTF-8   1,000             atoms joined by a hyphen, or by the comma of thousands
//! atom      camelCase   snake_case   utf8   l'été      what letters, digits, marks and underscores make
//! part      camel case  snake case   utf 8  été        cut at underscores, capitals, digits, apostrophes
//! ```
//!
//! The term of a chain keeps what joins its segments, the term of a segment drops it: `e-mail` is `email` and `UTF-8` is
//! `utf8`, however one writes them. Of long words with a hyphen (`error-handling`), which nobody writes as one, no compound
//! is made: they would be a quarter of a dictionary, and on no collection of ours do they help. A chain of three or more
//! segments has its last two as a compound as well, since `Arc::new` is what one asks for of `std::sync::Arc::new`. Letters
//! with dots between them are an abbreviation, and its term has no dots. Signs that belong to a name make a compound with
//! it: see [`prefix`] and [`suffix`].

use super::fold::lower;
use super::segment::{Chunk, Class, Kind, LONGEST_TERM, Word, class};
use super::unicode;
use std::ops::Range;

/// What an English verb leaves after an apostrophe: no part of its own. The `s` of a possessive is dropped instead.
const CONTRACTIONS: [&str; 6] = ["t", "re", "ll", "ve", "d", "m"];

/// How many characters a word with a hyphen may have for people to write it without: `front-end`, `e-mail`, `lifetime`.
/// With a digit or an atom of one or two letters (`IL-6`, `re-evaluate`) it may have any number.
const LONGEST_JOINED: usize = 9;

/// An atom of this many bytes and fewer than three of them to a part is encoded data, and so is any longer than
/// [`LONGEST_ATOM`]: parts of it are nobody's words.
const DENSE_ATOM: usize = 24;
const LONGEST_ATOM: usize = 256;

/// Ranges of the plain text of a chunk, kept between chains so that their memory is.
#[derive(Default)]
pub(super) struct Chain {
    prefix: &'static str,
    suffix: &'static str,
    /// The chain with its signs.
    outer: Range<usize>,
    /// Where reading goes on.
    end: usize,
    /// Of each segment its atoms.
    segments: Vec<Range<usize>>,
    atoms: Vec<Atom>,
    parts: Vec<Range<usize>>,
}

struct Atom {
    piece: Range<usize>,
    /// Its parts; none if it is its only part.
    parts: Range<usize>,
}

impl Chain {
    /// Reads the chain that begins at a letter, digit or underscore; false if there are only underscores.
    pub(super) fn read(&mut self, text: &str, start: usize) -> bool {
        self.segments.clear();
        self.atoms.clear();
        self.parts.clear();
        let mut at = start;
        if !starts_atom(text, at) {
            self.end = at + text[at..].find(|c| c != '_').unwrap_or(text.len() - at);
            return false;
        }
        loop {
            let first = self.atoms.len();
            at = self.read_atom(text, at);
            while let Some(next) = joined(text, at, self.atoms[self.atoms.len() - 1].piece.clone()) {
                at = self.read_atom(text, next);
            }
            self.segments.push(first..self.atoms.len());
            match connected(text, at) {
                Some(next) => at = next,
                None => break,
            }
        }
        self.outer = start..self.atoms[self.atoms.len() - 1].piece.end;
        self.end = at;
        if at == self.outer.end {
            self.suffix = suffix(text, self.outer.clone());
            self.outer.end += self.suffix.len();
            self.end = self.outer.end;
        } else {
            self.suffix = "";
        }
        self.prefix = prefix(text, start, self.end);
        self.outer.start -= self.prefix.len();
        (self.prefix, self.suffix) = match self.prefix {
            "<" => ("<", ">"),
            "#[" | "#![" => ("#[", "]"),
            prefix => (prefix, self.suffix),
        };
        true
    }

    /// Where reading goes on after the chain.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// Makes the words of the chain ready.
    pub(super) fn words<'t>(&self, chunk: &Chunk<'t>, position: &mut u32, ready: &mut Vec<Word<'t>>) {
        let (text, count) = (chunk.text(), self.segments.len());
        let signed = !(self.prefix.is_empty() && self.suffix.is_empty());
        let compound = |term: String, piece: Range<usize>, position| {
            let fits = term.len() <= LONGEST_TERM || term.chars().nth(LONGEST_TERM).is_none();
            fits.then(|| Word { term: term.into(), span: chunk.span(piece), position, kind: Kind::Compound })
        };
        let abbreviation = count > 1 && self.is_abbreviation(text);
        if signed || count > 1 {
            let mut term = String::from(self.prefix);
            self.spell(text, 0..count, !abbreviation, &mut term);
            term.push_str(self.suffix);
            ready.extend(compound(term, self.outer.clone(), *position));
        }
        for (i, segment) in self.segments.iter().enumerate() {
            let mut term = String::new();
            if i > 0 && i + 2 == count && !abbreviation && self.is_named(text, i) && self.is_named(text, i + 1) {
                self.spell(text, i..count, true, &mut term);
                let piece = self.atoms[segment.start].piece.start..self.atoms[self.atoms.len() - 1].piece.end;
                ready.extend(compound(std::mem::take(&mut term), piece, *position));
            }
            let atoms = &self.atoms[segment.clone()];
            let one = atoms.len() > 1 && is_written_as_one(text, atoms);
            if one {
                self.spell(text, i..i + 1, true, &mut term);
                let piece = atoms[0].piece.start..atoms[atoms.len() - 1].piece.end;
                ready.extend(compound(term, piece, *position));
            }
            let leaf = if signed || count > 1 || one { Kind::Part } else { Kind::Whole };
            for atom in atoms {
                let parts = &self.parts[atom.parts.clone()];
                if !parts.is_empty() {
                    ready.push(chunk.word(atom.piece.clone(), *position, Kind::Compound));
                }
                let leaves = if parts.is_empty() { std::slice::from_ref(&atom.piece) } else { parts };
                for piece in leaves {
                    let kind = if parts.is_empty() { leaf } else { Kind::Part };
                    ready.push(chunk.word(piece.clone(), *position, kind));
                    *position += 1;
                }
            }
        }
    }

    /// Appends the term of a run of segments, with what connects them or without.
    fn spell(&self, text: &str, segments: Range<usize>, connected: bool, term: &mut String) {
        let mut end = None;
        for atoms in &self.segments[segments] {
            let atoms = &self.atoms[atoms.clone()];
            if let Some(end) = end.filter(|_| connected) {
                term.push_str(&text[end..atoms[0].piece.start]);
            }
            for atom in atoms {
                term.push_str(&lower(&text[atom.piece.clone()]));
                end = Some(atom.piece.end);
            }
        }
    }

    /// Whether every segment is a single letter: `e.g`, `U.S.A`.
    fn is_abbreviation(&self, text: &str) -> bool {
        self.segments.len() == self.atoms.len()
            && self.atoms.iter().all(|Atom { piece, .. }| {
                let atom = &text[piece.clone()];
                atom.chars().nth(1).is_none() && !atom.starts_with(|c: char| c.is_ascii_digit())
            })
    }

    /// Whether a segment begins with a letter: the last two numbers of a version name nothing.
    fn is_named(&self, text: &str, segment: usize) -> bool {
        let start = self.atoms[self.segments[segment].start].piece.start;
        !text[start..].starts_with(|c: char| c.is_ascii_digit())
    }

    /// Reads an atom with its parts, and says where it ends.
    fn read_atom(&mut self, text: &str, start: usize) -> usize {
        // Small letters alone, but for the first, are not cut.
        let (mut end, mut apostrophe, mut letter, mut small) = (start, None, false, true);
        for c in text[start..].chars() {
            match class(c) {
                Class::Letter => {
                    letter = !c.is_ascii_digit() && c != '_';
                    small &= c.is_ascii_lowercase() || letter && end == start;
                }
                Class::Mark => small = false,
                _ if c == '\'' && letter && starts_with_letter(&text[end + 1..]) => apostrophe = Some(end),
                _ => break,
            }
            end += c.len_utf8();
        }
        let (mut piece, first) = (start..end, self.parts.len());
        let mut tail = apostrophe.map_or("", |at| &text[at + 1..end]);
        while tail.eq_ignore_ascii_case("s") {
            piece.end -= 2;
            apostrophe = text[piece.clone()].rfind('\'').map(|at| start + at);
            tail = apostrophe.map_or("", |at| &text[at + 1..piece.end]);
        }
        if small && apostrophe.is_none() {
            // Nothing to cut.
        } else if apostrophe.is_none() {
            self.cut(text, piece.clone());
        } else if !CONTRACTIONS.iter().any(|contraction| tail.eq_ignore_ascii_case(contraction)) {
            self.cut_at_apostrophes(text, piece.clone());
        }
        if self.parts[first..] == [piece.clone()] {
            self.parts.truncate(first);
        }
        self.atoms.push(Atom { piece, parts: first..self.parts.len() });
        end
    }

    /// Parts of more than one letter: the `l` of `l'été` is no word.
    fn cut_at_apostrophes(&mut self, text: &str, piece: Range<usize>) {
        let mut start = piece.start;
        for part in text[piece].split('\'') {
            if part.chars().nth(1).is_some() {
                self.parts.push(start..start + part.len());
            }
            start += part.len() + 1;
        }
    }

    /// Parts at underscores, between digits and letters, and where capitals begin a word: `HTTPServer2` is
    /// `HTTP`, `Server`, `2`. The `s` of `URLs` belongs to its capitals.
    fn cut(&mut self, text: &str, piece: Range<usize>) {
        let (first, mut start) = (self.parts.len(), piece.start);
        let (mut last, mut capitals, mut last_start) = (Case::None, 0, piece.start);
        let mut push = |part: Range<usize>| if !part.is_empty() { self.parts.push(part) };
        for (at, c) in text[piece.clone()].char_indices() {
            let (at, case) = (piece.start + at, Case::of(c, last));
            match (last, case) {
                (_, Case::None) => {
                    push(start..at);
                    start = at + c.len_utf8();
                }
                (Case::Digit, Case::Upper | Case::Lower) | (Case::Upper | Case::Lower, Case::Digit) | (Case::Lower, Case::Upper) => {
                    push(start..at);
                    start = at;
                }
                (Case::Upper, Case::Lower) if capitals > 1 && !is_plural(c, &text[at + c.len_utf8()..piece.end]) => {
                    push(start..last_start);
                    start = last_start;
                }
                _ => {}
            }
            capitals = if case == Case::Upper { capitals + 1 } else { 0 };
            (last, last_start) = (case, at);
        }
        push(start..piece.end);
        let count = self.parts.len() - first;
        if piece.len() > LONGEST_ATOM || piece.len() >= DENSE_ATOM && 3 * count > piece.len() {
            self.parts.truncate(first);
        }
    }
}

/// What a character is to the cutting of an atom.
#[derive(Clone, Copy, PartialEq)]
enum Case {
    None,
    Lower,
    Upper,
    Digit,
}

impl Case {
    /// Letters without case are lower case; a mark is what stands before it.
    fn of(c: char, last: Case) -> Self {
        match c {
            '_' => Case::None,
            '0'..='9' => Case::Digit,
            'a'..='z' => Case::Lower,
            _ if class(c) == Class::Mark => last,
            _ if unicode::is_upper(c) => Case::Upper,
            _ => Case::Lower,
        }
    }
}

/// Whether `c` is the `s` after an acronym.
fn is_plural(c: char, rest: &str) -> bool {
    c == 's' && !rest.starts_with(|c: char| c != '_' && !c.is_ascii_digit() && !unicode::is_upper(c))
}

fn starts_with_letter(text: &str) -> bool {
    text.starts_with(|c: char| class(c) == Class::Letter && !c.is_ascii_digit() && c != '_')
}

fn starts_atom(text: &str, at: usize) -> bool {
    text[at..].trim_start_matches('_').starts_with(|c| class(c) == Class::Letter)
}

/// Whether people write the atoms of a segment as one word, too.
fn is_written_as_one(text: &str, atoms: &[Atom]) -> bool {
    let lengths = atoms.iter().map(|atom| text[atom.piece.clone()].chars().count());
    lengths.clone().sum::<usize>() <= LONGEST_JOINED
        || lengths.clone().any(|length| length < 3)
        || atoms.iter().any(|atom| text[atom.piece.clone()].contains(|c: char| c.is_ascii_digit()))
}

/// Where the next atom of the segment begins.
fn joined(text: &str, at: usize, last: Range<usize>) -> Option<usize> {
    let joins = match text.as_bytes().get(at)? {
        b'-' => true,
        b',' => {
            let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
            (1..4).contains(&last.len())
                && digits(&text[last.clone()]) == last.len()
                && digits(&text[at + 1..]) == 3
                && !text[at + 4..].starts_with(|c| class(c) == Class::Letter)
        }
        _ => false,
    };
    (joins && starts_atom(text, at + 1)).then_some(at + 1)
}

/// Where the next segment of the chain begins.
fn connected(text: &str, at: usize) -> Option<usize> {
    let next = match text.as_bytes()[at..] {
        [b':', b':', ..] => at + 2,
        [b'.' | b'/', ..] => at + 1,
        _ => return None,
    };
    starts_atom(text, next).then_some(next)
}

/// The sign before a chain, where nothing but an opening stands before the sign: `--flag`, `-v`, `.htaccess`, `#include`,
/// `@media`, `$HOME`, `&str`; and `<T>`, `#[derive`, `#![no_std`.
fn prefix(text: &str, start: usize, end: usize) -> &'static str {
    let before = &text[..start];
    let letter = starts_with_letter(&text[start..]);
    for sign in ["#![", "#["] {
        if before.ends_with(sign) && letter {
            return sign;
        }
    }
    if before.ends_with('<') && text[end..].starts_with('>') {
        return "<";
    }
    let free = |sign: &str| before.strip_suffix(sign).is_some_and(ends_open);
    if text[start..].starts_with('_') {
        return "";
    }
    let signs: &[&str] = if letter { &["--", "-", ".", "#", "@", "$", "&"] } else { &["#"] };
    signs.iter().find(|sign| free(sign)).copied().unwrap_or("")
}

/// Whether what comes next stands free of what came before.
fn ends_open(before: &str) -> bool {
    before.chars().next_back().is_none_or(|c| match c {
        '(' | '[' | '{' | '"' | '\'' | '`' | ',' | ';' | '=' | '|' | '<' | '>' | '/' | '*' | '^' | '~' | '%' | ' ' => true,
        _ if c.is_ascii() => c.is_ascii_control(),
        _ => class(c) == Class::Other,
    })
}

/// The sign after a chain: `C++`, `C#`, `println!(`.
fn suffix(text: &str, chain: Range<usize>) -> &'static str {
    let (name, rest) = (&text[chain.clone()], &text[chain.end..]);
    let is_short = |name: &str| name.len() < 3 && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    let goes_on = |rest: &str| rest.starts_with(|c: char| class(c) == Class::Letter && !c.is_ascii_digit());
    match rest.as_bytes() {
        [b'+', b'+', ..] if !goes_on(&rest[2..]) => "++",
        [b'#', ..] if is_short(name) && !rest[1..].starts_with(|c| class(c) == Class::Letter) => "#",
        [b'!', b'(' | b'[' | b'{', ..] => "!",
        _ => "",
    }
}
