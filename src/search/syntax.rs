//! The query language that one guesses: what a query's text asks for besides words.
//!
//! | text | asks for |
//! |---|---|
//! | `borrow checker` | pages that hold any of the words, those first that hold more of them |
//! | `"borrow checker"` | pages that hold the words as they are, one after the other |
//! | `+borrow` | pages that hold the word |
//! | `-checker`, `NOT checker` | pages that don't |
//! | `mutex OR lock`, `mutex \| lock` | pages that hold either |
//! | `mutex AND lock` | pages that hold both |
//! | `mutex NEAR lock`, `mutex NEAR/4 lock` | pages where they stand within 8, or 4, words |
//! | `(mutex OR lock) AND poison` | parentheses as one expects |
//! | `title:mutex`, `heading:mutex` | pages whose title, or a heading, holds the word |
//! | `mut*` | words that begin so |
//!
//! Operators are written in capitals and stand between two things. Reading never fails: whatever isn't one of these, such as
//! `--flag`, `-v`, `a -> b`, a quotation mark without its fellow or a query of exclusions alone, is words like any others.

mod tokens;

use std::ops::Range;

pub use self::tokens::may_hold_operators;
use self::tokens::{Field, Token, tokens};
use super::expression::{Expression, append};
use super::query::DEEPEST;

/// Most words from the first to the last of what is `NEAR`, unless a number says otherwise.
const NEAR: u32 = 8;
/// Most pieces of a text that is read as more than words.
const MOST_PIECES: usize = 128;

/// A query's text, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Parsed {
    /// What is ranked by and embedded: the text without its operators and without what it excludes.
    pub text: String,
    /// Ends of words in it of which only the beginning is written.
    pub open_ends: Vec<usize>,
    /// What pages must satisfy.
    pub expression: Option<Expression>,
}

/// Reads a text; `unfinished` says that its last word is still being typed.
pub(super) fn parse(text: &str, unfinished: bool) -> Parsed {
    let operators = if may_hold_operators(text) { read_operators(text, unfinished) } else { None };
    operators.unwrap_or_else(|| Parsed {
        text: text.to_owned(),
        open_ends: if unfinished { vec![text.len()] } else { Vec::new() },
        expression: None,
    })
}

/// Reads a text with its operators; none if it is nothing but words.
#[inline(never)]
fn read_operators(text: &str, unfinished: bool) -> Option<Parsed> {
    let tokens = tokens(text);
    if tokens.iter().all(|token| matches!(token, Token::Words(_))) || tokens.len() > MOST_PIECES {
        return None;
    }
    let mut parser = Parser { text, tokens: &tokens, at: 0, parsed: Parsed::default(), unfinished };
    let items = parser.items(0);
    let Parser { mut parsed, at, .. } = parser;
    // Too deep, or nothing but exclusions.
    if at < tokens.len() || parsed.text.is_empty() {
        return None;
    }
    parsed.expression = Expression::all(items.into_iter().filter_map(Item::condition).collect());
    Some(parsed)
}

/// A thing of a list: what it asks for when nothing is said about it, and when it is required.
enum Item {
    /// Words that are welcome; required, all of them.
    Words(Expression),
    /// What is required in any case.
    Condition(Expression),
    /// A group in parentheses.
    Group(Vec<Item>),
}

impl Item {
    /// What it requires of pages where it stands among others.
    fn condition(self) -> Option<Expression> {
        match self {
            Item::Words(_) => None,
            Item::Condition(expression) => Some(expression),
            Item::Group(items) => Expression::all(items.into_iter().filter_map(Item::condition).collect()),
        }
    }

    /// What it requires as an operand.
    fn required(self) -> Expression {
        match self {
            Item::Words(expression) | Item::Condition(expression) => expression,
            Item::Group(items) => {
                let all: Vec<Expression> = items.into_iter().map(Item::required).collect();
                Expression::all(all).unwrap_or(Expression::All(Vec::new()))
            }
        }
    }
}

struct Parser<'t> {
    text: &'t str,
    tokens: &'t [Token],
    at: usize,
    parsed: Parsed,
    unfinished: bool,
}

impl Parser<'_> {
    /// Things up to a closing parenthesis or the end; stops short of the end where they are nested too deep.
    fn items(&mut self, depth: usize) -> Vec<Item> {
        let mut items = Vec::new();
        while depth < DEEPEST / 2 && !matches!(self.tokens.get(self.at), None | Some(Token::Close)) {
            let before = self.at;
            items.extend(self.either(depth));
            if self.at == before {
                break;
            }
        }
        items
    }

    fn either(&mut self, depth: usize) -> Option<Item> {
        self.joined(depth, Self::both, |token| matches!(token, Token::Or(_)), |all, _| Expression::Any(all))
    }

    fn both(&mut self, depth: usize) -> Option<Item> {
        self.joined(depth, Self::near, |token| matches!(token, Token::And(_)), |all, _| Expression::All(all))
    }

    fn near(&mut self, depth: usize) -> Option<Item> {
        self.joined(
            depth,
            Self::one,
            |token| matches!(token, Token::Near(..)),
            |all, within| {
                let words = all.into_iter().map(|part| {
                    let mut words = String::new();
                    part.words(&mut words);
                    words
                });
                Expression::Near { words: words.collect(), within }
            },
        )
    }

    /// Operands of one kind of operator; a single one stays what it is.
    fn joined(
        &mut self,
        depth: usize,
        operand: fn(&mut Self, usize) -> Option<Item>,
        is_operator: fn(&Token) -> bool,
        join: fn(Vec<Expression>, u32) -> Expression,
    ) -> Option<Item> {
        let first = operand(self, depth)?;
        let mut within = NEAR;
        let mut operands = Vec::new();
        while let Some(token) = self.tokens.get(self.at).filter(|token| is_operator(token)) {
            if let Token::Near(words, _) = token {
                within = *words;
            }
            self.at += 1;
            operands.extend(operand(self, depth));
        }
        if operands.is_empty() {
            return Some(first);
        }
        operands.insert(0, first);
        Some(Item::Condition(join(operands.into_iter().map(Item::required).collect(), within)))
    }

    fn one(&mut self, depth: usize) -> Option<Item> {
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        match token {
            Token::Words(span) => Some(Item::Words(Expression::Word(self.take(span)))),
            Token::Quoted(span) => Some(Item::Condition(Expression::Phrase(self.take(span)))),
            Token::Starred(span) => {
                let stem = self.take(span);
                self.parsed.open_ends.push(self.parsed.text.len());
                Some(Item::Words(Expression::Prefix(stem)))
            }
            Token::Field(field) => {
                let words = self.one(depth)?.required();
                let mut text = String::new();
                words.words(&mut text);
                Some(Item::Condition(match field {
                    Field::Title => Expression::Title(text),
                    Field::Heading => Expression::Heading(text),
                }))
            }
            Token::Plus => Some(Item::Condition(self.one(depth)?.required())),
            Token::Minus | Token::Not(_) => {
                let (length, ends) = (self.parsed.text.len(), self.parsed.open_ends.len());
                let excluded = self.one(depth);
                self.parsed.text.truncate(length);
                self.parsed.open_ends.truncate(ends);
                Some(Item::Condition(Expression::Not(Box::new(excluded?.required()))))
            }
            Token::Open => {
                let items = self.items(depth + 1);
                if self.tokens.get(self.at) == Some(&Token::Close) {
                    self.at += 1;
                    return Some(Item::Group(items));
                }
                None
            }
            Token::Close | Token::Or(_) | Token::And(_) | Token::Near(..) => None,
        }
    }

    /// Adds a piece of the text to what is ranked by.
    fn take(&mut self, span: &Range<usize>) -> String {
        append(&mut self.parsed.text, &self.text[span.clone()]);
        if self.unfinished && span.end == self.text.len() {
            self.parsed.open_ends.push(self.parsed.text.len());
        }
        self.text[span.clone()].to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text;

    /// A short form of what a text is read as: `words | condition`.
    fn read(text: &str) -> String {
        fn show(expression: &Expression) -> String {
            let list = |parts: &[Expression]| parts.iter().map(show).collect::<Vec<_>>().join(" ");
            match expression {
                Expression::All(parts) => format!("all({})", list(parts)),
                Expression::Any(parts) => format!("any({})", list(parts)),
                Expression::Not(part) => format!("not({})", show(part)),
                Expression::Word(word) => word.clone(),
                Expression::Prefix(stem) => format!("{stem}*"),
                Expression::Title(words) => format!("title:{words}"),
                Expression::Heading(words) => format!("heading:{words}"),
                Expression::Phrase(words) => format!("\"{words}\""),
                Expression::Near { words, within } => format!("near/{within}({})", words.join(" ")),
            }
        }
        let parsed = parse(text, false);
        match parsed.expression {
            Some(expression) => format!("{} | {}", parsed.text, show(&expression)),
            None => parsed.text,
        }
    }

    #[test]
    fn operators_are_read() {
        for (text, expected) in [
            ("borrow checker", "borrow checker"),
            ("\"borrow checker\" error", "borrow checker error | \"borrow checker\""),
            ("„borrow checker“", "borrow checker | \"borrow checker\""),
            ("+borrow checker", "borrow checker | borrow"),
            ("borrow -checker", "borrow | not(checker)"),
            ("borrow -\"borrow checker\"", "borrow | not(\"borrow checker\")"),
            ("borrow NOT checker", "borrow | not(checker)"),
            ("mutex OR lock", "mutex lock | any(mutex lock)"),
            ("mutex | lock | cell guard", "mutex lock cell guard | any(mutex lock cell)"),
            ("mutex AND lock OR cell", "mutex lock cell | any(all(mutex lock) cell)"),
            ("(mutex OR lock) poison", "mutex lock poison | any(mutex lock)"),
            ("(mutex OR lock) AND (poison -panic)", "mutex lock poison | all(any(mutex lock) all(poison not(panic)))"),
            ("-(mutex OR lock) cell", "cell | not(any(mutex lock))"),
            ("mutex NEAR lock", "mutex lock | near/8(mutex lock)"),
            ("mutex NEAR/3 lock", "mutex lock | near/3(mutex lock)"),
            ("title:mutex lock", "mutex lock | title:mutex"),
            ("heading:\"poisoned mutex\"", "poisoned mutex | heading:poisoned mutex"),
            ("-title:mutex lock", "lock | not(title:mutex)"),
            ("+mut* lock", "mut lock | mut*"),
            ("a OR b OR", "a b OR | any(a b)"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_operator_is_words() {
        for text in [
            "--flag",
            "gcc -v",
            "-checker",
            "-a -b",
            "a -> b",
            "C++",
            "a + b",
            "x - y",
            "OR",
            "OR mutex",
            "AND AND AND",
            "\"borrow checker",
            "\"\"",
            "\" \" mutex",
            "println!(\"hello\")",
            "foo(bar)",
            "(mutex",
            "mutex)",
            ")(",
            "()",
            "(mutex lock) cell",
            "std::title:x",
            "title:",
            "title::x",
            "a*b",
            "* mutex",
            "well-known",
            "to be or not to be",
            "🦀 -🦀",
        ] {
            let parsed = parse(text, false);
            assert_eq!(parsed.expression, None, "{text}");
            let words = |text: &str| text::words(text).map(|word| word.term.into_owned()).collect::<Vec<_>>();
            assert_eq!(words(&parsed.text), words(text), "{text}");
        }
    }

    #[test]
    fn the_last_word_stays_open_where_it_ends_the_text() {
        let ends = |text| parse(text, true).open_ends;
        assert_eq!(ends("borrow che"), [10]);
        assert_eq!(ends("+borrow che"), [10]);
        assert_eq!(ends("\"borrow che\""), [0usize; 0]);
        assert_eq!(ends("mut* \"lock\""), [3]);
        assert_eq!(ends("borrow -che"), [0usize; 0]);
    }

    #[test]
    fn deep_and_long_texts_are_read_in_bounds() {
        let deep = ["(".repeat(5_000), "a OR b".into(), ")".repeat(5_000)].concat();
        assert_eq!(parse(&deep, false).expression, None);
        let long = "a OR ".repeat(5_000);
        assert_eq!(parse(&long, false).expression, None);
        let nested = ["(a OR ".repeat(6), "b".into(), ")".repeat(6)].concat();
        assert!(parse(&nested, false).expression.is_some_and(|expression| expression.depth() <= DEEPEST));
    }
}
