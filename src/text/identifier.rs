//! Identifiers: compounds and their parts.
//!
//! ```text
//! chain     std::sync::Arc   src/main.rs   3.11        segments joined by `::`, `.` or `/`
//! segment   error-handling   UTF-8   1,000             atoms joined by a hyphen, or by the comma of thousands
//! atom      camelCase   snake_case   utf8   l'été      what letters, digits, marks and underscores make
//! part      camel case  snake case   utf 8  été        cut at underscores, capitals, digits, apostrophes
//! ```
//!
//! The term of a chain keeps what joins its segments, the term of a segment drops it: `e-mail` is `email` and `UTF-8`
//! is `utf8`, however one writes them. Of long words with a hyphen (`error-handling`), which nobody writes as one, no
//! compound is made: they would be a quarter of a dictionary of abstracts, and moved nDCG@10 of five collections by
//! .004 at most, up or down. A chain of three or more segments has its last two as a compound as well, since `Arc::new`
//! is what one asks for of `std::sync::Arc::new`. Letters with dots between them are an abbreviation, and its term has
//! no dots. Signs that belong to a name make a compound with it: see [`signs`].

use super::segment::{Chunk, Class, Kind, Word, class};
use super::unicode;
use std::ops::Range;

/// What an English verb leaves after an apostrophe: no part of its own. The `s` of a possessive is dropped instead.
const CONTRACTIONS: [&str; 6] = ["t", "re", "ll", "ve", "d", "m"];

/// How many letters a word with a hyphen may have for people to write it without: `front-end`, `run-time`.
/// With a digit or an atom of one or two letters (`IL-6`, `re-evaluate`) it may have any number.
const LONGEST_JOINED: usize = 9;

/// An atom of this many bytes and fewer than three of them to a part is encoded data, and so is any longer than
/// [`LONGEST_ATOM`]: parts of it are nobody's words.
const DENSE_ATOM: usize = 24;
const LONGEST_ATOM: usize = 256;

/// Ranges of the plain form of a chunk, kept between chains so that their memory is.
#[derive(Default)]
pub(super) struct Chain {
    segments: Vec<Segment>,
    atoms: Vec<Atom>,
    parts: Vec<Range<usize>>,
}

/// Its atoms.
type Segment = Range<usize>;

struct Atom {
    piece: Range<usize>,
    /// Its parts; none if it is its only part.
    parts: Range<usize>,
}

impl Chain {
    /// Makes the words of the chain that the chunk has been read up to ready, and says where the chain ends.
    pub(super) fn words<'t>(&mut self, chunk: &Chunk<'t>, position: &mut u32, ready: &mut Vec<Word<'t>>) -> usize {
        let (text, start) = (chunk.text(), chunk.read());
        if !starts_atom(text, start) {
            return start + underscores(text, start);
        }
        let mut end = self.read(text, start);
        let last = self.atoms.last().map_or(start, |atom| atom.piece.end);
        let (before, after) = signs(text, start, last);
        let outer = start - before.sign..last + after.sign;
        end = end.max(outer.end);

        let count = self.segments.len();
        let signed = outer != (start..last);
        let abbreviation = count > 1 && self.is_abbreviation(text);
        if signed || count > 1 {
            let mut term = String::from(before.spelled);
            self.spell(text, 0..count, !abbreviation, &mut term);
            term.push_str(after.spelled);
            ready.extend(chunk.compound(term, outer, *position));
        }
        for (i, segment) in self.segments.iter().enumerate() {
            let atoms = &self.atoms[segment.clone()];
            let mut term = String::new();
            if i > 0 && i + 2 == count && !abbreviation && self.is_named(text, i) && self.is_named(text, i + 1) {
                self.spell(text, i..count, true, &mut term);
                ready.extend(chunk.compound(std::mem::take(&mut term), atoms[0].piece.start..last, *position));
            }
            let one = atoms.len() > 1 && is_written_as_one(text, atoms);
            if one {
                self.spell(text, i..i + 1, true, &mut term);
                let piece = atoms[0].piece.start..atoms[atoms.len() - 1].piece.end;
                ready.extend(chunk.compound(term, piece, *position));
            }
            let leaf = if signed || count > 1 || one { Kind::Part } else { Kind::Whole };
            for atom in atoms {
                let mut leaves = std::slice::from_ref(&atom.piece);
                let mut kind = leaf;
                if !atom.parts.is_empty() {
                    ready.push(chunk.word(atom.piece.clone(), *position, Kind::Compound));
                    leaves = &self.parts[atom.parts.clone()];
                    kind = Kind::Part;
                }
                for piece in leaves {
                    let word = chunk.word(piece.clone(), *position, kind);
                    ready.extend(chunk.marked(&word));
                    ready.push(word);
                    *position += 1;
                }
            }
        }
        end
    }

    /// Reads the segments of a chain, and says where it ends.
    fn read(&mut self, text: &[char], start: usize) -> usize {
        self.segments.clear();
        self.atoms.clear();
        self.parts.clear();
        let (mut at, mut first) = (start, 0);
        loop {
            let end = self.read_atom(text, at);
            if is_joined(text, at, end) {
                at = end + 1;
                continue;
            }
            self.segments.push(first..self.atoms.len());
            first = self.atoms.len();
            match connection(text, end) {
                0 => return end,
                length => at = end + length,
            }
        }
    }

    /// Appends the term of a run of segments, with what connects them or without.
    fn spell(&self, text: &[char], segments: Range<usize>, connected: bool, term: &mut String) {
        let mut end = None;
        for atoms in &self.segments[segments] {
            let atoms = &self.atoms[atoms.clone()];
            if let Some(end) = end.filter(|_| connected) {
                term.extend(&text[end..atoms[0].piece.start]);
            }
            for atom in atoms {
                term.extend(text[atom.piece.clone()].iter().map(|&c| unicode::lower(c)));
                end = Some(atom.piece.end);
            }
        }
    }

    /// Whether every segment is a single letter: `e.g`, `U.S.A`.
    fn is_abbreviation(&self, text: &[char]) -> bool {
        let is_letter = |atom: &Atom| atom.piece.len() == 1 && !text[atom.piece.start].is_ascii_digit();
        self.segments.len() == self.atoms.len() && self.atoms.iter().all(is_letter)
    }

    /// Whether a segment begins with a letter: the last two numbers of a version name nothing.
    fn is_named(&self, text: &[char], segment: usize) -> bool {
        !text[self.atoms[self.segments[segment].start].piece.start].is_ascii_digit()
    }

    /// Reads an atom with its parts, and says where it ends.
    fn read_atom(&mut self, text: &[char], start: usize) -> usize {
        // Where the tail after the last apostrophe begins.
        let (mut end, mut tail) = (start, None);
        loop {
            match class(at(text, end)) {
                Class::Letter | Class::Mark => {}
                _ if at(text, end) == '\'' && is_letter(at(text, end - 1)) && is_letter(at(text, end + 1)) => {
                    tail = Some(end + 1)
                }
                _ => break,
            }
            end += 1;
        }
        let (mut piece, first) = (start..end, self.parts.len());
        while tail == Some(piece.end - 1) && matches!(text[piece.end - 1], 's' | 'S') {
            piece.end -= 2;
            tail = text[piece.clone()].iter().rposition(|&c| c == '\'').map(|apostrophe| start + apostrophe + 1);
        }
        match tail {
            None => self.cut(text, piece.clone()),
            Some(tail) if is_contraction(&text[tail..piece.end]) => {}
            Some(_) => self.cut_at_apostrophes(text, piece.clone()),
        }
        if self.parts[first..] == [piece.clone()] {
            self.parts.truncate(first);
        }
        self.atoms.push(Atom { piece, parts: first..self.parts.len() });
        end
    }

    /// Parts of more than one letter: the `l` of `l'été` is no word.
    fn cut_at_apostrophes(&mut self, text: &[char], piece: Range<usize>) {
        let mut start = piece.start;
        for part in text[piece].split(|&c| c == '\'') {
            if part.len() > 1 {
                self.parts.push(start..start + part.len());
            }
            start += part.len() + 1;
        }
    }

    /// Parts at underscores, between digits and letters, and where capitals begin a word: `HTTPServer2` is
    /// `HTTP`, `Server`, `2`. The `s` of `URLs` belongs to its capitals.
    fn cut(&mut self, text: &[char], piece: Range<usize>) {
        let (first, mut start) = (self.parts.len(), piece.start);
        let (mut last, mut capitals) = (Case::None, 0);
        for i in piece.clone() {
            let case = Case::of(text[i], last);
            let cut = match (last, case) {
                (Case::Lower, Case::Upper) => i,
                (Case::Upper, Case::Lower) if capitals > 1 && !is_plural(&text[i..piece.end]) => i - 1,
                _ if (last == Case::Digit) != (case == Case::Digit) || case == Case::None => i,
                _ => start,
            };
            if cut > start {
                self.parts.push(start..cut);
                start = cut;
            }
            if case == Case::None {
                start = i + 1;
            }
            capitals = if case == Case::Upper { capitals + 1 } else { 0 };
            last = case;
        }
        if start < piece.end {
            self.parts.push(start..piece.end);
        }
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

/// Whether an atom goes on after its capitals with the `s` of a plural and nothing small.
fn is_plural(rest: &[char]) -> bool {
    rest[0] == 's' && Case::of(at(rest, 1), Case::None) != Case::Lower || rest == ['s']
}

fn is_contraction(tail: &[char]) -> bool {
    CONTRACTIONS.iter().any(|contraction| contraction.chars().eq(tail.iter().map(|&c| unicode::lower(c))))
}

/// The character at a place; a control character before the text and behind it.
fn at(text: &[char], place: usize) -> char {
    text.get(place).copied().unwrap_or('\0')
}

/// A letter: what a name begins with.
fn is_letter(c: char) -> bool {
    class(c) == Class::Letter && !c.is_ascii_digit() && c != '_'
}

fn underscores(text: &[char], start: usize) -> usize {
    text[start..].iter().take_while(|&&c| c == '_').count()
}

fn starts_atom(text: &[char], start: usize) -> bool {
    start < text.len() && class(at(text, start + underscores(text, start))) == Class::Letter
}

/// Whether people write the atoms of a segment as one word, too.
fn is_written_as_one(text: &[char], atoms: &[Atom]) -> bool {
    atoms.iter().map(|atom| atom.piece.len()).sum::<usize>() <= LONGEST_JOINED
        || atoms.iter().any(|atom| atom.piece.len() < 3 || text[atom.piece.clone()].iter().any(char::is_ascii_digit))
}

/// Whether the segment goes on after an atom and one more character.
fn is_joined(text: &[char], start: usize, end: usize) -> bool {
    let digits = |start: usize| text[start..].iter().take_while(|c| c.is_ascii_digit()).take(4).count();
    match at(text, end) {
        '-' => starts_atom(text, end + 1),
        ',' => end - start < 4 && digits(start) == end - start && digits(end + 1) == 3 && !is_letter(at(text, end + 4)),
        _ => false,
    }
}

/// How long what connects the chain to its next segment is; 0 if the chain ends.
fn connection(text: &[char], end: usize) -> usize {
    let length = match (at(text, end), at(text, end + 1)) {
        (':', ':') => 2,
        ('.' | '/', _) => 1,
        _ => 0,
    };
    if starts_atom(text, end + length) { length } else { 0 }
}

/// A sign that belongs to a name: how many characters it has, and how it is spelled in a term.
struct Sign {
    sign: usize,
    spelled: &'static str,
}

/// The signs around a chain.
///
/// Before it, where the sign stands free: `--flag`, `-v`, `.htaccess`, `#include`, `#42`, `@media`, `$HOME`, `&str`.
/// Behind it: `C++`, `C#`, `println!(`. Around it: `<T>`, `#[derive`, `#![no_std`.
fn signs(text: &[char], start: usize, end: usize) -> (Sign, Sign) {
    let none = || Sign { sign: 0, spelled: "" };
    let letter = is_letter(text[start]);
    let (first, second) = (at(text, end), at(text, end + 1));
    let before = match &text[..start] {
        [.., '#', '['] | [.., '#', '!', '['] if letter => {
            let sign = if text[start - 2] == '#' { 2 } else { 3 };
            return (Sign { sign, spelled: "#[" }, Sign { sign: usize::from(first == ']'), spelled: "]" });
        }
        [.., '<'] if first == '>' => return (Sign { sign: 1, spelled: "<" }, Sign { sign: 1, spelled: ">" }),
        [free @ .., '-', '-'] if letter && is_open(free) => Sign { sign: 2, spelled: "--" },
        [free @ .., sign] if (letter || *sign == '#' && text[start] != '_') && is_open(free) => {
            let signs = ["-", ".", "#", "@", "$", "&"];
            let spelled = signs.into_iter().find(|spelled| spelled.starts_with(*sign)).unwrap_or("");
            Sign { sign: spelled.len(), spelled }
        }
        _ => none(),
    };
    let spelled = match first {
        '+' if second == '+' && !is_letter(at(text, end + 2)) && at(text, end + 2) != '_' => "++",
        '#' if end - start < 3
            && text[start..end].iter().all(char::is_ascii_alphabetic)
            && class(second) != Class::Letter =>
        {
            "#"
        }
        '!' if matches!(second, '(' | '[' | '{') => "!",
        _ => "",
    };
    (before, Sign { sign: spelled.len(), spelled })
}

/// Whether what comes next stands free of what came before.
fn is_open(before: &[char]) -> bool {
    const OPENING: [char; 17] = ['(', '[', '{', '"', '\'', '`', ',', ';', '=', '|', '<', '>', '/', '*', '^', '~', '%'];
    before.last().is_none_or(|&c| {
        if c.is_ascii() { c <= ' ' || c == '\u{7f}' || OPENING.contains(&c) } else { class(c) == Class::Other }
    })
}
