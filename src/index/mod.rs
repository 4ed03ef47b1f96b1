//! The index format: an entry, a core, and parts named by their contents.
//!
//! ```text
//! entry (bifocal.json) ─▶ core ─┬─▶ terms ─┬─▶ postings   long lists, apart
//!                               │          └─▶ positions
//!                               ├─▶ directory ─▶ general   words that the site does not use
//!                               ├─▶ projection, vectors (cells), graph
//!                               └─▶ text
//! ```
//! Everything below the entry is named by the hash of its contents, so the entry's checksum vouches for the whole tree: a
//! part of another build, a damaged one or a page of HTML in its place is found out before it is read.

mod cells;
mod core;
mod entry;
mod firsts;
mod general;
mod part;
mod store;
mod vectors;

pub use self::core::{Core, TextStart};
#[cfg(feature = "native")]
pub use cells::halved;
pub use cells::{Cells, VectorsRef};
pub use entry::{Entry, FORMAT, Language, ModelFile, ModelRef};
pub use general::{Directory, GeneralBlock, is_general};
pub use part::{Kind, PartId, RawPart};
pub use store::{Head, Index, Positions};
pub use vectors::{Owner, VectorPart};
