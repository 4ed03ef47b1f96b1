//! Folding: the one form in which a word is stored and looked up, however it was written.
//!
//! First the *plain form*: NFKC, without characters that are not to be seen (soft hyphen, joiners, selectors), with one
//! apostrophe and one hyphen, without marks on Latin, Greek and Cyrillic letters, where a stroke or a ligature
//! counts as a mark (`ø`, `ł`, `đ`, `ı`, `æ`, `ß`), and without the points of Hebrew and Arabic, which are seldom
//! written. Elsewhere marks make other letters, so `が`, `คำ` and `हिन्दी` stay whole. Then lower case, by character, so
//! that a word's folded form does not depend on its place: final sigma is a sigma. How a word is written with its marks is
//! a term besides, see [`Kind::Marked`](super::Kind::Marked).

use super::unicode::{self, MAPPED, MARK, SECOND};
use std::borrow::Cow;
use std::ops::Range;

/// Folds a text: compatibility forms, case, the marks of Latin, Greek and Cyrillic letters, the points of Hebrew and Arabic.
///
/// Folding twice changes nothing more. Words are folded by [`words`](super::words) already.
///
/// ```
/// assert_eq!(bifocal::text::fold("Straße, ＣＡＦＥ́, Ὀδυσσεύς, ﾊﾞﾅﾅ"), "strasse, cafe, οδυσσευσ, バナナ");
/// ```
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        let capital = text.bytes().any(|byte| byte.is_ascii_uppercase());
        return if capital { Cow::Owned(text.to_ascii_lowercase()) } else { Cow::Borrowed(text) };
    }
    let mut plain = Plain::default();
    plain.read(text, 0);
    plain.lowered(text, 0..plain.characters.len())
}

/// Characters in plain form, each with the bytes of the original that it came from.
#[derive(Default)]
pub(super) struct Plain {
    pub(super) characters: Vec<char>,
    origins: Vec<(usize, usize)>,
    /// Where the last cluster begins: a character and the marks that follow it, which are ordered and composed
    /// together, and have one origin.
    cluster: usize,
    /// The last character that was not a mark.
    base: char,
}

impl Plain {
    /// Becomes the plain form of a text that begins at byte `start` of the original.
    pub(super) fn read(&mut self, text: &str, start: usize) {
        self.characters.clear();
        self.origins.clear();
        (self.cluster, self.base) = (0, '\0');
        for (at, c) in text.char_indices() {
            let origin = (start + at, start + at + c.len_utf8());
            if unicode::flags(c) & MAPPED == 0 {
                self.push(c, origin);
            } else {
                for &c in unicode::mapping(c) {
                    self.push(c, origin);
                }
            }
        }
        self.close();
    }

    /// The bytes of the original that a piece came from: whole clusters.
    pub(super) fn origin(&self, piece: Range<usize>) -> Range<usize> {
        match &self.origins[piece] {
            [] => 0..0,
            [(start, end)] | [(start, _), .., (_, end)] => *start..*end,
        }
    }

    /// A piece in lower case; borrowed from its original, if that is the same.
    pub(super) fn lowered<'t>(&self, original: &'t str, piece: Range<usize>) -> Cow<'t, str> {
        let lowered = self.characters[piece].iter().map(|&c| unicode::lower(c));
        if original.chars().eq(lowered.clone()) { Cow::Borrowed(original) } else { Cow::Owned(lowered.collect()) }
    }

    fn push(&mut self, c: char, origin: (usize, usize)) {
        let flags = unicode::flags(c);
        match self.origins.get_mut(self.cluster) {
            Some(cluster) if flags & (MARK | SECOND) != 0 => cluster.1 = origin.1,
            _ => self.close(),
        }
        if flags & MARK == 0 {
            self.base = c;
        } else if unicode::drops_marks(self.base) || unicode::is_point(c) {
            return;
        }
        self.characters.push(c);
        self.origins.push(origin);
    }

    /// Ends the last cluster.
    fn close(&mut self) {
        if self.characters.len() > self.cluster + 1 {
            self.normalise();
            let origin = self.origins[self.cluster];
            self.origins.truncate(self.cluster);
            self.origins.resize(self.characters.len(), origin);
        }
        self.cluster = self.characters.len();
    }

    /// NFC of the last cluster: decomposes, orders the marks, composes again (Unicode Standard, 3.11).
    fn normalise(&mut self) {
        let mut parts = Vec::new();
        for &c in &self.characters[self.cluster..] {
            decompose(c, &mut parts);
        }
        for marks in parts.split_mut(|part| part.1 == 0) {
            order(marks);
        }
        self.characters.truncate(self.cluster);
        // `starter` is where the last composable character stands, `last` the class of the mark between it and `c`.
        let (mut starter, mut last) = (None, None);
        for (c, class) in parts {
            let blocked = last.is_some_and(|last| last >= class);
            let composed = starter
                .filter(|_| !blocked)
                .and_then(|at: usize| Some((at, unicode::compose(self.characters[at], c)?)));
            if let Some((at, composed)) = composed {
                self.characters[at] = composed;
                continue;
            }
            if class == 0 {
                starter = Some(self.characters.len());
            }
            last = (class != 0).then_some(class);
            self.characters.push(c);
        }
    }
}

/// Takes a character apart, each part with its combining class.
fn decompose(c: char, parts: &mut Vec<(char, u8)>) {
    let last = match unicode::decompose(c) {
        Some((first, second)) => {
            decompose(first, parts);
            second
        }
        None => c,
    };
    parts.push((last, unicode::combining_class(last)));
}

/// Orders marks by their class, those of one class as they were. By counting and not by the library's sort, which is
/// large in wasm, and is never needed for more than a few marks.
fn order(marks: &mut [(char, u8)]) {
    if marks.is_sorted_by_key(|mark| mark.1) {
        return;
    }
    let mut ordered = Vec::with_capacity(marks.len());
    for class in 1..=u8::MAX {
        ordered.extend(marks.iter().filter(|mark| mark.1 == class));
    }
    marks.copy_from_slice(&ordered);
}
