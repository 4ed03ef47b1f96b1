//! WordPiece, as BERT cuts text: basic tokenisation, then the longest pieces of the vocabulary, greedily.
//!
//! Devlin et al., "BERT" (2018); the pieces' law is that of the original `tokenization.py` and of the `tokenizers` crate,
//! whose ids these are: controls dropped, Chinese characters set apart, accents stripped after canonical decomposition,
//! lower case, split at white space and around punctuation. A word that the vocabulary cannot spell, or of more than 100
//! characters, is one `[UNK]`. The special tokens written out in a text stand for themselves, as in the reference.

use unicode_normalization::UnicodeNormalization;

use super::classes::{is_dropped, is_ideograph, is_nonspacing_mark, is_punctuation};
use super::vocabulary::Vocabulary;

/// Characters of the longest word that is looked up.
const MAX_WORD: usize = 100;

/// WordPiece over a vocabulary.
pub(super) struct WordPiece {
    pub vocabulary: Vocabulary,
}

impl WordPiece {
    /// Gives the pieces of `text` to `emit` until that says no.
    pub fn pieces(&self, text: &str, emit: &mut dyn FnMut(u32) -> bool) {
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
