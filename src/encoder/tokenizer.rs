//! Text into the ids that a network takes.

use super::texts::Texts;
use super::unigram::Unigram;
use super::vocabulary::{Special, Vocabulary};
use super::wordpiece::WordPiece;
use crate::Result;

/// Word pieces that a sequence may have, the two that frame it included, unless a caller asks for another bound: what
/// all-MiniLM-L6-v2 was trained with.
pub const DEFAULT_MAX_TOKENS: usize = 256;

/// Cuts text into the ids of word pieces, by the law that the model was trained with.
pub struct Tokenizer {
    law: Law,
    max_tokens: usize,
}

/// How words are spelt with pieces.
pub(super) enum Law {
    WordPiece(WordPiece),
    Unigram(Unigram),
}

impl Tokenizer {
    /// A tokenizer with sequences of at most [`DEFAULT_MAX_TOKENS`].
    pub(super) fn new(law: Law) -> Self {
        Self { law, max_tokens: DEFAULT_MAX_TOKENS }
    }

    /// SentencePiece's unigram model over `pieces` with a score each, of which those in `controls` are never spelt with.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Model`] if an id is beyond the pieces, or if there are not as many scores as pieces.
    pub fn unigram(pieces: Texts, scores: Vec<f32>, controls: Vec<u32>, special: Special) -> Result<Self> {
        Ok(Self::new(Law::Unigram(Unigram::new(Vocabulary::new(pieces, controls, special)?, scores)?)))
    }

    /// Bounds sequences to `max_tokens` ids, the two that frame them included; at least those two remain.
    pub fn with_max_tokens(self, max_tokens: usize) -> Self {
        Self { max_tokens: max_tokens.max(2), ..self }
    }

    /// The most ids that [`Tokenizer::encode`] gives.
    pub fn max_tokens(&self) -> usize {
        self.max_tokens
    }

    /// What the ids stand for.
    pub fn vocabulary(&self) -> &Vocabulary {
        match &self.law {
            Law::WordPiece(law) => &law.vocabulary,
            Law::Unigram(law) => &law.vocabulary,
        }
    }

    /// Whole words that the model knows as such, the most frequent first. None of a Unigram vocabulary, whose words are of a
    /// hundred languages at once.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let words = match &self.law {
            Law::WordPiece(law) => Some(law.vocabulary.words()),
            Law::Unigram(_) => None,
        };
        words.into_iter().flatten()
    }

    /// The ids of `text` between those that frame a sequence (`[CLS]` and `[SEP]` in BERT, `<s>` and `</s>` in XLM-R), cut
    /// off at the bound.
    ///
    /// Reads no further than the bound needs, so a long text costs no more than a passage.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let room = self.max_tokens - 2;
        let special = self.vocabulary().special();
        let mut ids = vec![special.begin];
        self.pieces(text, &mut |id| {
            if ids.len() <= room {
                ids.push(id);
            }
            ids.len() <= room
        });
        ids.push(special.end);
        ids
    }

    /// How many word pieces `text` has: without those that frame a sequence, and never cut off.
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
        match &self.law {
            Law::WordPiece(law) => law.pieces(text, emit),
            Law::Unigram(law) => law.pieces(text, emit),
        }
    }
}
