//! The unigram language model of SentencePiece, as XLM-R cuts text: of all ways to spell a word with pieces, the likeliest.
//!
//! Kudo, "Subword Regularization" (2018): a spelling's probability is the product of its pieces' probabilities, so the best
//! one has the greatest sum of their logarithms, the scores, and Viterbi's algorithm finds it. A character that no piece
//! has costs more than any piece, and a run of such characters is one unknown piece.
//!
//! Before that a text is normalised as SentencePiece's rule `nmt_nfkc` does: NFKC, controls dropped, all kinds of white space
//! and invisible characters made spaces, runs of spaces merged, those at the ends dropped. A `▁` then stands for the space
//! before each word, the first one included. No piece goes beyond a word, so words are spelt one by one. The control
//! tokens written out in a text are text like any other.

use unicode_normalization::UnicodeNormalization;

use super::vocabulary::Vocabulary;
use crate::{Error, ErrorKind, Result};

/// How much less likely an unknown character is than the least likely piece, in logarithms.
const UNKNOWN_PENALTY: f64 = 10.0;

/// Bytes of a word that are spelt at once: a longer one is cut there, so that a file without white space needs no more memory
/// than a page.
const STRETCH: usize = 1 << 14;

/// The model over a vocabulary.
pub(super) struct Unigram {
    pub vocabulary: Vocabulary,
    /// The logarithm of each piece's probability.
    scores: Vec<f32>,
    /// That of a character that no piece has.
    unknown: f64,
}

impl Unigram {
    /// A model with a score for each piece.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if there are more scores or fewer, or if one is no number.
    pub fn new(vocabulary: Vocabulary, scores: Vec<f32>) -> Result<Self> {
        if scores.len() != vocabulary.len() || !scores.iter().all(|score| score.is_finite()) {
            let what = format!("vocabulary: {} pieces have no score of their own each", vocabulary.len());
            return Err(Error::new(ErrorKind::Model, what));
        }
        let least = scores.iter().copied().fold(0.0, f32::min);
        Ok(Self { vocabulary, scores, unknown: f64::from(least) - UNKNOWN_PENALTY })
    }

    /// Gives the pieces of `text` to `emit` until that says no.
    pub fn pieces(&self, text: &str, emit: &mut dyn FnMut(u32) -> bool) {
        let mut spelling = Spelling::default();
        let mut word = String::new();
        let mut starts = true;
        for c in normalised(text).chain([' ']) {
            if c != ' ' {
                word.push(c);
            }
            let ends = c == ' ' && !(word.is_empty() && starts);
            if ends || word.len() >= STRETCH {
                if !self.spell(&word, starts, &mut spelling).all(&mut *emit) {
                    return;
                }
                word.clear();
                starts = ends;
            }
        }
    }

    /// The pieces of the likeliest spelling of `word`, with the space before it if it `starts` here.
    fn spell<'s>(&self, word: &str, starts: bool, spelling: &'s mut Spelling) -> impl Iterator<Item = u32> + 's {
        let Spelling { best, pieces } = spelling;
        best.clear();
        best.resize(word.len() + 2, Best::NONE);
        // Place 0 is before the space, place 1 + n before byte n of the word.
        best[usize::from(!starts)].score = 0.0;
        if starts {
            self.steps(word, 0, 0, best);
        }
        for (at, c) in word.char_indices() {
            self.steps(&word[at..], 1 + at, c.len_utf8(), best);
        }
        let unknown = self.vocabulary.special().unknown;
        pieces.clear();
        let mut at = word.len() + 1;
        while at > usize::from(!starts) {
            let Best { piece, from, .. } = best[at];
            if piece != unknown || pieces.last() != Some(&unknown) {
                pieces.push(piece);
            }
            at = from as usize;
        }
        pieces.iter().rev().copied()
    }

    /// Goes on from place `at`, where `rest` follows, with each piece that it begins with, or with an unknown character of so
    /// many bytes.
    fn steps(&self, rest: &str, at: usize, character: usize, best: &mut [Best]) {
        let from = best[at].score;
        let mut reach = |place: usize, score: f64, piece: u32| {
            if score > best[place].score {
                best[place] = Best { score, piece, from: at as u32 };
            }
        };
        let starts = at == 0;
        let first = at.max(1);
        self.vocabulary.prefixes(rest, starts, &mut |piece, bytes| {
            if starts || bytes > 0 {
                reach(first + bytes, from + f64::from(self.scores[piece as usize]), piece);
            }
        });
        reach(first + character, from + self.unknown, self.vocabulary.special().unknown);
    }
}

/// Room for Viterbi's algorithm, kept from one word to the next.
#[derive(Default)]
struct Spelling {
    best: Vec<Best>,
    /// The last one first.
    pieces: Vec<u32>,
}

/// The best way to a place in a word.
#[derive(Clone, Copy)]
struct Best {
    score: f64,
    /// The piece that ends there.
    piece: u32,
    /// Where that begins.
    from: u32,
}

impl Best {
    const NONE: Self = Self { score: f64::NEG_INFINITY, piece: 0, from: 0 };
}

/// `text` as `nmt_nfkc` has it before spaces are merged.
fn normalised(text: &str) -> impl Iterator<Item = char> {
    text.split_inclusive(WAVE).flat_map(|part| {
        let (part, wave) = match part.strip_suffix(WAVE) {
            Some(part) => (part, Some(WAVE)),
            None => (part, None),
        };
        part.chars().filter_map(replaced).nfkc().chain(wave)
    })
}

/// The full-width tilde stays: it is how East Asian texts write ranges.
const WAVE: char = '～';

/// What stands for a character before NFKC, if anything does.
fn replaced(c: char) -> Option<char> {
    match c {
        '\t'
        | '\n'
        | '\u{c}'
        | '\r'
        | '\u{1680}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{2581}'
        | '\u{feff}'
        | '\u{fffd}' => Some(' '),
        '\0'..='\u{1f}' | '\u{7f}' | '\u{8f}' | '\u{9f}' => None,
        c => Some(c),
    }
}
