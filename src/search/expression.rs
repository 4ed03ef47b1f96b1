//! What a query requires of pages: operators as a typed object, which a text's own operators become as well.

use serde::{Deserialize, Serialize};

/// A condition on pages. It decides which pages may be answered with; how these are ranked is up to the query's words.
///
/// As JSON: `{"all": [{"word": "borrow"}, {"not": {"phrase": "borrow checker"}}]}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expression {
    /// All of these hold; always true of none.
    All(Vec<Expression>),
    /// At least one of these holds; never true of none.
    Any(Vec<Expression>),
    /// This doesn't hold.
    Not(Box<Expression>),
    /// The page holds the word, or a word of its family. Several words are asked for as a phrase.
    Word(String),
    /// The page holds a word that begins so.
    Prefix(String),
    /// The page's title holds all these words.
    Title(String),
    /// Headings of the page hold all these words.
    Heading(String),
    /// The page holds these words as they are, one after the other.
    Phrase(String),
    /// The page holds these words, or words of their families, close together in any order.
    Near {
        /// The words.
        words: Vec<String>,
        /// Most words from the first of them to the last, both counted.
        within: u32,
    },
}

impl Expression {
    /// This, or nothing if there is nothing in it, or the one thing if there is one.
    pub(super) fn all(mut parts: Vec<Expression>) -> Option<Self> {
        match parts.len() {
            0 | 1 => parts.pop(),
            _ => Some(Expression::All(parts)),
        }
    }

    /// What only leaves pages out: the rest may be given up where no page satisfies it.
    pub(super) fn exclusions(&self) -> Option<Self> {
        match self {
            Expression::Not(_) => Some(self.clone()),
            Expression::All(parts) => Self::all(parts.iter().filter_map(Self::exclusions).collect()),
            _ => None,
        }
    }

    /// Adds the words that a page must or may hold to `text`, so that an expression alone can be ranked by.
    pub(super) fn words(&self, text: &mut String) {
        match self {
            Expression::All(parts) | Expression::Any(parts) => parts.iter().for_each(|part| part.words(text)),
            Expression::Not(_) => {}
            Expression::Near { words, .. } => words.iter().for_each(|word| append(text, word)),
            Expression::Word(words)
            | Expression::Prefix(words)
            | Expression::Title(words)
            | Expression::Heading(words)
            | Expression::Phrase(words) => append(text, words),
        }
    }

    /// Levels of nesting, from 1.
    pub(super) fn depth(&self) -> usize {
        match self {
            Expression::All(parts) | Expression::Any(parts) => 1 + parts.iter().map(Self::depth).fold(0, usize::max),
            Expression::Not(part) => 1 + part.depth(),
            _ => 1,
        }
    }
}

/// Adds words to a text after a space.
pub(super) fn append(text: &mut String, words: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(words);
}
