//! WordPiece, as BERT cuts text: basic tokenisation, then the longest pieces of the vocabulary, greedily.
//!
//! Devlin et al., "BERT" (2018); the pieces' law is that of the original `tokenization.py` and of the `tokenizers` crate,
//! whose ids these are: controls dropped, Chinese characters set apart, accents stripped after canonical decomposition,
//! lower case, split at white space and around punctuation. A word that the vocabulary cannot spell, or of more than 100
//! characters, is one `[UNK]`. The special tokens written out in a text stand for themselves, as in the reference.

use unicode_normalization::UnicodeNormalization;

use super::classes::{is_dropped, is_ideograph, is_nonspacing_mark, is_punctuation};
use super::vocabulary::Vocabulary;

/// Word pieces that a sequence may have, `[CLS]` and `[SEP]` included, unless a caller asks for another bound: what
/// all-MiniLM-L6-v2 was trained with.
pub const DEFAULT_MAX_TOKENS: usize = 256;

/// Characters of the longest word that is looked up.
const MAX_WORD: usize = 100;

/// Cuts text into the ids of word pieces.
pub struct WordPiece {
    vocabulary: Vocabulary,
    max_tokens: usize,
}

impl WordPiece {
    /// A tokenizer over `vocabulary`, with sequences of at most [`DEFAULT_MAX_TOKENS`].
    pub fn new(vocabulary: Vocabulary) -> Self {
        Self { vocabulary, max_tokens: DEFAULT_MAX_TOKENS }
    }

    /// Bounds sequences to `max_tokens` ids, `[CLS]` and `[SEP]` included; at least those two remain.
    pub fn with_max_tokens(mut self, max_tokens: usize) -> Self {
        self.max_tokens = max_tokens.max(2);
        self
    }

    /// The most ids that [`WordPiece::encode`] gives.
    pub fn max_tokens(&self) -> usize {
        self.max_tokens
    }

    /// What the ids stand for.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The ids of `text` between `[CLS]` and `[SEP]`, cut off at the bound.
    ///
    /// Reads no further than the bound needs, so a long text costs no more than a passage.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let room = self.max_tokens - 2;
        let mut ids = vec![self.vocabulary.special().begin];
        self.pieces(text, &mut |id| {
            if ids.len() <= room {
                ids.push(id);
            }
            ids.len() <= room
        });
        ids.push(self.vocabulary.special().end);
        ids
    }

    /// How many word pieces `text` has: without `[CLS]` and `[SEP]`, and never cut off.
    pub fn count(&self, text: &str) -> usize {
        let mut count = 0;
        self.pieces(text, &mut |_| {
            count += 1;
            true
        });
        count
    }

    /// Gives the pieces of `text` to `emit` until that says no.
    fn pieces(&self, text: &str, emit: &mut dyn FnMut(u32) -> bool) {
        let mut rest = text;
        while let Some((at, length, id)) = self.vocabulary.find_control(rest) {
            if !self.plain_pieces(&rest[..at], emit) || !emit(id) {
                return;
            }
            rest = &rest[at + length..];
        }
        self.plain_pieces(rest, emit);
    }

    /// The pieces of a text without special tokens; false once `emit` has said no.
    fn plain_pieces(&self, text: &str, emit: &mut dyn FnMut(u32) -> bool) -> bool {
        let mut word = Word::default();
        for c in normalised(text) {
            let apart = is_punctuation(c);
            if (apart || c.is_whitespace()) && !self.finish(&mut word, emit) {
                return false;
            }
            if apart {
                word.push(c);
                if !self.finish(&mut word, emit) {
                    return false;
                }
            } else if !c.is_whitespace() {
                word.push(c);
            }
        }
        self.finish(&mut word, emit)
    }

    /// Spells `word` with pieces and empties it.
    fn finish(&self, word: &mut Word, emit: &mut dyn FnMut(u32) -> bool) -> bool {
        if word.chars == 0 {
            return true;
        }
        let mut spelling = [0; MAX_WORD];
        let pieces = if word.chars > MAX_WORD { None } else { self.spell(&word.text, &mut spelling) };
        word.text.clear();
        word.chars = 0;
        match pieces {
            Some(count) => spelling[..count].iter().all(|&id| emit(id)),
            None => emit(self.vocabulary.special().unknown),
        }
    }

    /// The longest piece that `word` begins with, then the longest that goes on from there, and so forth.
    fn spell(&self, word: &str, spelling: &mut [u32; MAX_WORD]) -> Option<usize> {
        let (mut start, mut count) = (0, 0);
        while start < word.len() {
            let (id, length) = self.vocabulary.longest(&word[start..], start == 0)?;
            spelling[count] = id;
            count += 1;
            start += length;
        }
        Some(count)
    }
}

/// A word under way. Its text stops growing beyond the length that is looked up.
#[derive(Default)]
struct Word {
    text: String,
    chars: usize,
}

impl Word {
    fn push(&mut self, c: char) {
        if self.chars < MAX_WORD {
            self.text.push(c);
        }
        self.chars += 1;
    }
}

/// `text` as BERT's basic tokenisation sees it before it splits.
fn normalised(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter(|&c| !is_dropped(c))
        .flat_map(|c| {
            let space = is_ideograph(c).then_some(' ');
            space.into_iter().chain([c]).chain(space)
        })
        .nfd()
        .filter(|&c| !is_nonspacing_mark(c))
        .flat_map(char::to_lowercase)
}
