//! Searches a body of pages by words and by meaning, wholly in the browser.
//!
//! Pages become an *index*: a small entry and many parts, named by their contents. A *run* of a query says which parts it
//! needs, the host gets them, and the run goes on. The library itself reads no file and opens no connection, so that the
//! same code serves the `bifocal` command, a browser's worker and a test:
//!
//! ```
//! use std::collections::HashMap;
//!
//! use bifocal::build::{Options, build};
//! use bifocal::corpus::{Page, Section};
//! use bifocal::index::Index;
//! use bifocal::search::{Query, complete};
//!
//! let page = |id: &str, title: &str, text: &str| Page {
//!     id: id.into(),
//!     url: id.into(),
//!     title: title.into(),
//!     sections: vec![Section { text: text.into(), ..Section::default() }],
//!     ..Page::default()
//! };
//! let pages = vec![
//!     page("honey.html", "Honey", "Spin the frames to extract honey."),
//!     page("swarm.html", "Swarms", "In May a colony may leave its hive."),
//! ];
//!
//! // Without an encoder the index is searched by words alone.
//! let built = build(pages, None, &Options::default(), &|_| ())?;
//! let parts: HashMap<_, _> = built.parts.into_iter().map(|part| (part.id, part.bytes)).collect();
//!
//! let mut index = Index::open(built.entry.open()?);
//! let query = Query { text: "extracting honey".into(), ..Query::default() };
//! let answer = complete(&mut index, query, None, |id| Ok(parts[&id].clone()))?;
//! assert_eq!(answer.hits[0].url, "honey.html");
//! assert_eq!(answer.hits[0].excerpt.text, "Spin the frames to extract honey.");
//! # Ok::<(), bifocal::Error>(())
//! ```
//!
//! ARCHITECTURE.md says which module does what and how a query travels through them.

#![warn(missing_docs)]

#[cfg(feature = "native")]
pub mod build;
mod bytes;
pub mod corpus;
pub mod encoder;
mod error;
pub mod index;
#[cfg(feature = "native")]
pub mod ingest;
pub mod kernels;
pub mod lexical;
pub mod order;
#[cfg(feature = "native")]
pub mod random;
pub mod search;
pub mod text;
pub mod vector;
#[cfg(target_arch = "wasm32")]
pub mod wasm;

pub use error::{Error, ErrorKind, Result};
