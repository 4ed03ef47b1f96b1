//! The only tokenizer: what a word is, for documents and for queries, in the native command and in wasm.
//!
//! [`words`] reads a text and gives its words in order, each folded, with its place in the text:
//!
//! | text | words |
//! |---|---|
//! | `The Straße, don't` | `the` `strasse` `don't` |
//! | `Vec::withCapacity(8)` | `vec::withcapacity`: `vec`, `withcapacity`: `with` `capacity`, `8` |
//! | `snake_case`, `UTF-8` | `snake_case`: `snake` `case`; `utf8`: `utf` `8` |
//! | `#[derive(Debug)] --flag C++` | `#[derive]`: `derive`; `debug`; `--flag`: `flag`; `c++`: `c` |
//! | `全文検索 Rust의` | `全文` `文検` `検索` `rust` `의` |
//! | `the ? operator, a => b` | `the` `?` `operator` `a` `=>` `b` |
//! | `un café` | `un` `cafe=café`: `cafe` |
//!
//! An identifier is a [`Kind::Compound`], followed by its parts, so that it is found whole (and then best), and by any
//! of its parts. The text may be written in any way that [`fold`] knows to be the same. A word that is written with marks
//! is preceded by a [`Kind::Marked`], which has them.
//!
//! **Positions.** Words that are neither compounds nor marked are the *leaves*. They have the positions 0, 1, 2, … in the order of the
//! text, without gaps; the others have the position of the leaf that follows. So the number of leaves is the length of a text,
//! and a phrase is a run of positions: `vec with capacity` finds `Vec::withCapacity`.
//!
//! **Spans** are bytes of the original text, on character boundaries, in order; the span of a compound holds those of
//! its parts, and pairs of characters overlap by one character. Marking a word is slicing.
//!
//! Files: `unicode` (what a character is), [`fold`], `segment` (where words begin and end), `identifier` (compounds and
//! their parts), `pairs` (scripts without spaces), [`stem`], [`sentences`], `utf16`.

mod fold;
mod identifier;
mod pairs;
mod segment;
mod sentences;
#[cfg(feature = "native")]
mod stem;
mod unicode;
mod utf16;

pub use fold::fold;
pub use segment::{Kind, LONGEST_TERM, WRITTEN, Word, Words, words};
pub use sentences::{Sentences, sentences};
#[cfg(feature = "native")]
pub use stem::stem;
pub use unicode::{is_alphabetic, is_common};
pub use utf16::utf16_ranges;
