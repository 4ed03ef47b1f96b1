//! HTML text into a tree, as a browser would read it, in time and depth that have a bound.

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, TreeSink};
use html5ever::{LocalName, local_name};
use scraper::{ElementRef, Html, HtmlTreeSink};
use std::cell::RefCell;
use std::ops::Deref;

/// A node of the tree, of any kind.
pub(super) type Node<'a> = <ElementRef<'a> as Deref>::Target;

type Handle = <HtmlTreeSink as TreeSink>::Handle;

/// How many elements may be open inside each other. Browsers stop at 512; pages that people write stay below 100.
const DEEPEST: usize = 256;
/// How many formatting elements (`<b>`, `<font>`, …) may be open: the parser opens each of them anew in every block.
const MOST_FORMATTING: usize = 32;

/// Parses a whole document.
///
/// The standard's parser looks through all open elements at each tag, so that a page of a hundred thousand nested
/// `<div>` costs the square of it; deeper than [`DEEPEST`] a tag is therefore read as white space.
pub(super) fn parse(html: &str) -> Html {
    let builder = TreeBuilder::new(HtmlTreeSink::new(Html::new_document()), TreeBuilderOpts::default());
    let tokenizer = Tokenizer::new(Shallow { builder, open: RefCell::default() }, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    // The tokenizer pauses after each script, where a browser would run it.
    while !input.is_empty() {
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    tokenizer.sink.builder.sink.finish()
}

/// Passes tokens on to the tree builder until they nest too deep.
struct Shallow {
    builder: TreeBuilder<Handle, HtmlTreeSink>,
    open: RefCell<Open>,
}

/// What is open, as far as tags alone tell.
#[derive(Default)]
struct Open {
    elements: Vec<LocalName>,
    formatting: Vec<LocalName>,
    /// Start tags that were left out, whose end tags are too.
    left_out: Vec<LocalName>,
}

impl TokenSink for Shallow {
    type Handle = Handle;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Handle> {
        match &token {
            Token::TagToken(tag) if !self.open.borrow_mut().admits(tag) => {
                let space = Token::CharacterTokens(StrTendril::from_slice(" "));
                self.builder.process_token(space, line)
            }
            _ => self.builder.process_token(token, line),
        }
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

impl Open {
    fn admits(&mut self, tag: &Tag) -> bool {
        if is_formatting(&tag.name) {
            return self.admits_formatting(tag);
        }
        if closes_itself(&tag.name) || tag.self_closing && self.is_foreign() {
            return true;
        }
        match tag.kind {
            TagKind::StartTag if self.elements.len() < DEEPEST => self.elements.push(tag.name.clone()),
            TagKind::StartTag => {
                self.left_out.push(tag.name.clone());
                return false;
            }
            TagKind::EndTag if self.left_out.last() == Some(&tag.name) => {
                self.left_out.pop();
                return false;
            }
            TagKind::EndTag => {
                if let Some(at) = self.elements.iter().rposition(|name| *name == tag.name) {
                    self.elements.truncate(at);
                    self.left_out.clear();
                }
            }
        }
        true
    }

    /// Whether `<x/>` closes itself here; in HTML proper the slash means nothing.
    fn is_foreign(&self) -> bool {
        self.elements.iter().any(|name| matches!(*name, local_name!("svg") | local_name!("math")))
    }

    fn admits_formatting(&mut self, tag: &Tag) -> bool {
        match tag.kind {
            TagKind::StartTag if self.formatting.len() < MOST_FORMATTING => self.formatting.push(tag.name.clone()),
            TagKind::StartTag => return false,
            TagKind::EndTag => {
                if let Some(at) = self.formatting.iter().rposition(|name| *name == tag.name) {
                    self.formatting.remove(at);
                }
            }
        }
        true
    }
}

fn is_formatting(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("b")
            | local_name!("big")
            | local_name!("code")
            | local_name!("em")
            | local_name!("font")
            | local_name!("i")
            | local_name!("nobr")
            | local_name!("s")
            | local_name!("small")
            | local_name!("strike")
            | local_name!("strong")
            | local_name!("tt")
            | local_name!("u")
    )
}

/// Elements that hold none, that the next of their kind closes, or whose content the tokenizer reads by other rules:
/// they cannot nest in themselves without something that is counted between.
fn closes_itself(name: &LocalName) -> bool {
    matches!(
        name.as_ref(),
        "html"
            | "head"
            | "body"
            | "a"
            | "p"
            | "li"
            | "dt"
            | "dd"
            | "tr"
            | "td"
            | "th"
            | "thead"
            | "tbody"
            | "tfoot"
            | "col"
            | "colgroup"
            | "option"
            | "optgroup"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "area"
            | "base"
            | "basefont"
            | "bgsound"
            | "br"
            | "embed"
            | "frame"
            | "hr"
            | "img"
            | "image"
            | "input"
            | "keygen"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
            | "script"
            | "style"
            | "title"
            | "textarea"
            | "xmp"
            | "iframe"
            | "noembed"
            | "noframes"
            | "noscript"
            | "plaintext"
    )
}
