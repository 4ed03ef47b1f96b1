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

use std::ops::Range;

use super::expression::{DEEPEST, Expression, append};
use crate::text;

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
    let plain = || Parsed {
        text: text.to_owned(),
        open_ends: if unfinished { vec![text.len()] } else { Vec::new() },
        expression: None,
    };
    let tokens = settled(tokens(text));
    if tokens.iter().all(|token| matches!(token, Token::Words(_))) || tokens.len() > MOST_PIECES {
        return plain();
    }
    let mut parser = Parser { text, tokens: &tokens, at: 0, parsed: Parsed::default(), unfinished };
    let items = parser.items(0);
    let Parser { mut parsed, at, .. } = parser;
    // Too deep, or nothing but exclusions.
    if at < tokens.len() || parsed.text.is_empty() {
        return plain();
    }
    parsed.expression = Expression::all(items.into_iter().filter_map(Item::condition).collect());
    parsed
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Words(Range<usize>),
    Quoted(Range<usize>),
    Starred(Range<usize>),
    Field(Field),
    Open,
    Close,
    Plus,
    /// With the place of what it excludes, in case it turns out to exclude nothing.
    Minus,
    Not(Range<usize>),
    Or(Range<usize>),
    And(Range<usize>),
    Near(u32, Range<usize>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Field {
    Title,
    Heading,
}

const FIELDS: [(&str, Field); 3] = [("title:", Field::Title), ("intitle:", Field::Title), ("heading:", Field::Heading)];

impl Token {
    /// Whether it joins what stands on its two sides.
    fn joins(&self) -> Option<Range<usize>> {
        match self {
            Token::Or(span) | Token::And(span) | Token::Near(_, span) => Some(span.clone()),
            _ => None,
        }
    }

    /// Whether something that can be searched for begins with it.
    fn begins(&self) -> bool {
        !matches!(self, Token::Close) && self.joins().is_none()
    }

    /// Whether something that can be searched for ends with it.
    fn ends(&self) -> bool {
        matches!(self, Token::Words(_) | Token::Quoted(_) | Token::Starred(_) | Token::Close)
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let after = &rest[c.len_utf8()..];
        if c.is_whitespace() {
            at += c.len_utf8();
        } else if let Some(inside) = quoted(c, after) {
            let start = at + c.len_utf8();
            tokens.push(Token::Quoted(start..start + inside.len()));
            at = start + inside.len() + text[start + inside.len()..].chars().next().map_or(0, char::len_utf8);
        } else if c == '(' {
            tokens.push(Token::Open);
            at += 1;
        } else if c == ')' {
            tokens.push(Token::Close);
            at += 1;
        } else if c == '+' && begins_operand(after) {
            tokens.push(Token::Plus);
            at += 1;
        } else if c == '-' && begins_operand(after) && after.chars().nth(1).is_some_and(|c| !c.is_whitespace()) {
            tokens.push(Token::Minus);
            at += 1;
        } else if let Some((name, field)) = FIELDS.iter().find(|(name, _)| rest.starts_with(name))
            && rest[name.len()..].starts_with(|c: char| c == '"' || c.is_alphanumeric())
        {
            tokens.push(Token::Field(*field));
            at += name.len();
        } else {
            let end = at + chunk(rest);
            tokens.push(token(text, at..end));
            at = end;
        }
    }
    tokens
}

/// What stands within the quotation marks of which `open` may be the first, if there is something to search for.
fn quoted(open: char, after: &str) -> Option<&str> {
    let close: &[char] = match open {
        '"' => &['"'],
        '“' | '„' => &['”', '“'],
        '«' => &['»'],
        '「' => &['」'],
        _ => return None,
    };
    let inside = &after[..after.find(close)?];
    text::words(inside).next().map(|_| inside)
}

/// Whether an operator that stands before its operand has one.
fn begins_operand(after: &str) -> bool {
    after.starts_with(|c: char| c.is_alphabetic() || matches!(c, '"' | '“' | '„' | '('))
        || FIELDS.iter().any(|(name, _)| after.starts_with(name))
}

/// Bytes up to the next white space, without parentheses that were opened before.
fn chunk(rest: &str) -> usize {
    let mut open = 0;
    for (at, c) in rest.char_indices() {
        match c {
            '(' => open += 1,
            ')' if open == 0 => return at,
            ')' => open -= 1,
            c if c.is_whitespace() => return at,
            _ => {}
        }
    }
    rest.len()
}

fn token(text: &str, span: Range<usize>) -> Token {
    let chunk = &text[span.clone()];
    match chunk {
        "OR" | "|" | "||" => Token::Or(span),
        "AND" | "&&" => Token::And(span),
        "NOT" => Token::Not(span),
        "NEAR" => Token::Near(NEAR, span),
        _ => {
            let within = chunk.strip_prefix("NEAR/").and_then(|number| number.parse().ok());
            let starred =
                chunk.strip_suffix('*').filter(|stem| stem.len() > 1 && stem.chars().all(char::is_alphanumeric));
            match (within, starred) {
                (Some(within), _) => Token::Near(within, span),
                (None, Some(stem)) => Token::Starred(span.start..span.start + stem.len()),
                (None, None) => Token::Words(span),
            }
        }
    }
}

/// Leaves of the operators those that stand where they can: parentheses in pairs around something, the others beside what
/// they join. The rest are words.
fn settled(tokens: Vec<Token>) -> Vec<Token> {
    let tokens = paired(tokens);
    let mut settled: Vec<Token> = Vec::with_capacity(tokens.len());
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1).is_some_and(Token::begins);
        match token {
            Token::Not(span) if !next => settled.push(Token::Words(span.clone())),
            _ => match token.joins() {
                Some(span) if !(next && settled.last().is_some_and(Token::ends)) => settled.push(Token::Words(span)),
                _ => settled.push(token.clone()),
            },
        }
    }
    settled
}

/// Drops parentheses without fellows, with nothing between them, or around plain words alone.
fn paired(tokens: Vec<Token>) -> Vec<Token> {
    let mut keep = vec![true; tokens.len()];
    let mut open: Vec<usize> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Open => {
                keep[at] = false;
                open.push(at);
            }
            Token::Close => {
                keep[at] = false;
                if let Some(start) = open.pop()
                    && tokens[start + 1..at].iter().any(|token| matches!(token, Token::Words(_)) || token.ends())
                {
                    (keep[start], keep[at]) = (true, true);
                }
            }
            _ => {}
        }
    }
    let mut keep = keep.into_iter();
    let mut tokens = tokens;
    tokens.retain(|_| keep.next().unwrap_or(true));
    // Parentheses mean nothing where there are no operators.
    if !tokens.iter().any(|token| !matches!(token, Token::Words(_) | Token::Open | Token::Close)) {
        tokens.retain(|token| matches!(token, Token::Words(_)));
    }
    tokens
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
