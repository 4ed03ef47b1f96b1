//! Folding: the one form in which a word is stored and looked up, however it was written.
//!
//! First the *plain form*: NFKC, without characters that are not to be seen (soft hyphen, joiners, selectors), with one
//! apostrophe and one hyphen, and without marks on Latin, Greek and Cyrillic letters, where a stroke or a ligature counts
//! as a mark (`ø`, `ł`, `đ`, `ı`, `æ`, `ß`). Elsewhere marks make other letters, so `が`, `คำ` and `हिन्दी` stay whole.
//! Then lower case, by character, so that a word's folded form does not depend on its place: final sigma is a sigma.

use super::unicode::{self, MAPPED, MARK, SECOND};
use std::borrow::Cow;
use std::ops::Range;

/// Folds a text: compatibility forms, case, and the marks of Latin, Greek and Cyrillic letters.
///
/// Folding twice changes nothing more. Words are folded by [`words`](super::words) already.
///
/// ```
/// assert_eq!(bifocal::text::fold("Straße, ＣＡＦＥ́, Ὀδυσσεύς, ﾊﾞﾅﾅ"), "strasse, cafe, οδυσσευσ, バナナ");
/// ```
pub fn fold(text: &str) -> Cow<'_, str> {
    match Plain::of(text, 0) {
        None => lower(text),
        Some(plain) => Cow::Owned(lower(&plain.text).into_owned()),
    }
}

/// Lower case of a text in plain form.
pub(super) fn lower(plain: &str) -> Cow<'_, str> {
    if plain.is_ascii() {
        let capital = plain.bytes().any(|byte| byte.is_ascii_uppercase());
        return if capital { Cow::Owned(plain.to_ascii_lowercase()) } else { Cow::Borrowed(plain) };
    }
    match plain.char_indices().find(|&(_, c)| unicode::lower(c) != c) {
        None => Cow::Borrowed(plain),
        Some((at, _)) => {
            let mut lowered = String::with_capacity(plain.len());
            lowered.push_str(&plain[..at]);
            lowered.extend(plain[at..].chars().map(unicode::lower));
            Cow::Owned(lowered)
        }
    }
}

/// A text in plain form, with the place in the original of each of its bytes.
pub(super) struct Plain {
    pub(super) text: String,
    /// Of each byte of `text`, the bytes of the original that its character came from.
    origins: Vec<(u32, u32)>,
}

impl Plain {
    /// The plain form of a text that begins at byte `start` of the original; none if the text is plain already.
    pub(super) fn of(text: &str, start: usize) -> Option<Self> {
        if text.is_ascii() || !text.chars().any(|c| unicode::flags(c) & (MAPPED | MARK | SECOND) != 0) {
            return None;
        }
        let mut plain = Plain { text: String::with_capacity(text.len()), origins: Vec::with_capacity(text.len()) };
        let mut cluster = Cluster::default();
        for (at, c) in text.char_indices() {
            let origin = ((start + at) as u32, (start + at + c.len_utf8()) as u32);
            if unicode::flags(c) & MAPPED == 0 {
                cluster.push(c, origin, &mut plain);
            } else {
                for c in unicode::mapping(c).chars() {
                    cluster.push(c, origin, &mut plain);
                }
            }
        }
        cluster.flush(&mut plain);
        Some(plain)
    }

    /// The bytes of the original that a piece of `text` came from; whole characters, marks included.
    pub(super) fn origin(&self, piece: Range<usize>) -> Range<usize> {
        match self.origins.get(piece) {
            Some([(start, end)]) => *start as usize..*end as usize,
            Some([(start, _), .., (_, end)]) => *start as usize..*end as usize,
            _ => 0..0,
        }
    }

    fn push(&mut self, c: char, origin: (u32, u32)) {
        self.text.push(c);
        self.origins.resize(self.text.len(), origin);
    }
}

/// A character and the marks that follow it: what is ordered and composed together, and has one origin.
#[derive(Default)]
struct Cluster {
    characters: Vec<char>,
    /// The last character that is not a mark.
    base: char,
    origin: (u32, u32),
}

impl Cluster {
    fn push(&mut self, c: char, origin: (u32, u32), plain: &mut Plain) {
        let flags = unicode::flags(c);
        if flags & (MARK | SECOND) == 0 || self.characters.is_empty() {
            self.flush(plain);
            self.origin = origin;
        }
        self.origin.1 = origin.1;
        if flags & MARK == 0 {
            self.base = c;
        } else if unicode::drops_marks(self.base) {
            return;
        }
        self.characters.push(c);
    }

    fn flush(&mut self, plain: &mut Plain) {
        if self.characters.len() > 1 {
            self.normalise();
        }
        for c in self.characters.drain(..) {
            plain.push(c, self.origin);
        }
    }

    /// NFC: decomposes, orders the marks, composes again (Unicode Standard, 3.11).
    fn normalise(&mut self) {
        let mut parts = Vec::with_capacity(self.characters.len() + 2);
        for &c in &self.characters {
            decompose(c, &mut parts);
        }
        for marks in parts.split_mut(|&c| unicode::combining_class(c) == 0) {
            order(marks);
        }
        self.characters.clear();
        // `starter` is where the last composable character stands, `last` the class of the mark between it and `c`.
        let (mut starter, mut last) = (None, None);
        for c in parts {
            let class = unicode::combining_class(c);
            let blocked = last.is_some_and(|last| last >= class);
            let composed = starter
                .filter(|_| !blocked)
                .and_then(|at: usize| Some((at, unicode::compose(self.characters[at], c)?)));
            match composed {
                Some((at, composed)) => self.characters[at] = composed,
                None => {
                    if class == 0 {
                        starter = Some(self.characters.len());
                    }
                    last = (class != 0).then_some(class);
                    self.characters.push(c);
                }
            }
        }
    }
}

/// Orders marks by their class, those of one class as they were. By counting and not by the library's sort, which is large
/// in wasm, and is never needed for more than a few marks.
fn order(marks: &mut [char]) {
    let classes: Vec<u8> = marks.iter().map(|&c| unicode::combining_class(c)).collect();
    if classes.is_sorted() {
        return;
    }
    let mut ordered = Vec::with_capacity(marks.len());
    for class in 1..=u8::MAX {
        ordered.extend(marks.iter().zip(&classes).filter(|&(_, other)| *other == class).map(|(&c, _)| c));
    }
    marks.copy_from_slice(&ordered);
}

fn decompose(c: char, parts: &mut Vec<char>) {
    match unicode::decompose(c) {
        Some((first, second)) => {
            decompose(first, parts);
            parts.push(second);
        }
        None => parts.push(c),
    }
}
