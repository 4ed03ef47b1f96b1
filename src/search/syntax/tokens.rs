//! What a query's text is made of: words, and operators that stand where they can.

use std::ops::Range;

use super::NEAR;
use crate::text;

/// The tokens of a text. Operators that stand where they join nothing are words.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    settled(read(text))
}

/// Whether there may be anything but words in a text, by a quick look; most texts are told from that.
pub fn may_hold_operators(text: &str) -> bool {
    let operators = ["\"", "“", "„", "«", "「", "|", "&&", "*", "OR", "AND", "NOT", "NEAR"];
    let mut before = ' ';
    let holds = |operator: &str| text.as_bytes().windows(operator.len()).any(|piece| piece == operator.as_bytes());
    operators.iter().chain(FIELDS.iter().map(|(name, _)| name)).any(|operator| holds(operator))
        || text.char_indices().any(|(at, c)| {
            let begins = matches!(c, '+' | '-') && !is_word(before) && begins_operand(&text[at + 1..]);
            before = c;
            begins
        })
}

/// A piece of a text, by its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
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

/// A field that a word may be asked for in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Field {
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

/// Reads a text into tokens.
fn read(text: &str) -> Vec<Token> {
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
            && rest[name.len()..].starts_with(|c: char| c == '"' || is_word(c))
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
    after.starts_with(|c: char| text::is_alphabetic(c) || matches!(c, '"' | '“' | '„' | '('))
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

/// Whether words are made of a character.
fn is_word(c: char) -> bool {
    text::is_alphabetic(c) || c.is_ascii_digit()
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
            let starred = chunk.strip_suffix('*').filter(|stem| stem.len() > 1 && stem.chars().all(is_word));
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
