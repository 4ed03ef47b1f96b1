//! Search a body of pages by words and by meaning, wholly in the browser.

#[cfg(feature = "native")]
pub mod build;
mod bytes;
pub mod corpus;
pub mod encoder;
mod error;
pub mod index;
#[cfg(feature = "native")]
pub mod ingest;
pub mod lexical;
pub mod order;
pub mod search;
pub mod text;
pub mod vector;
#[cfg(target_arch = "wasm32")]
pub mod wasm;

pub use error::{Error, ErrorKind, Result};
