//! The index format: an entry, a core, and parts named by their contents.
//!
//! ```text
//! entry (bifocal.json) ─▶ core ─┬─▶ [blocks] ─▶ terms ─▶ postings     long lists, apart
//!                               ├─▶ places ─▶ positions
//!                               ├─▶ directory ─▶ general  words that the site does not use
//!                               ├─▶ spelling ─▶ words     words that misspelt ones may mean
//!                               ├─▶ rules                what the owner says about ranking
//!                               ├─▶ relations ─▶ related  which pages are like which
//!                               ├─▶ fields               columns, loaded when a query names them
//!                               ├─▶ projection, [region] ─▶ vectors (cells), graph
//!                               └─▶ [texts] ─▶ text
//! ```
//! Blocks, texts and regions name neighbours, on large sites only (`names`, `cells`). Everything below the entry is named by the hash of its contents, so the entry's checksum vouches for the whole tree: a
//! part of another build, a damaged one or a page of HTML in its place is found out before it is read. A part is a file, or
//! lies in a pack (`pack`): what it is called, and how it is checked, is the same.

mod cells;
mod column;
mod core;
mod entry;
mod fields;
mod firsts;
mod general;
#[cfg(feature = "native")]
mod gzip;
mod names;
#[cfg(feature = "native")]
pub mod pack;
mod part;
mod positions;
mod related;
mod rules;
mod spelling;
mod store;
mod vectors;

pub use self::core::Core;
pub use cells::{CellList, Cells, Grouping, RegionRef, Regions, VectorsRef};
#[cfg(feature = "native")]
pub use column::ColumnValues;
pub use column::{Chosen, Column, ValueId};
pub use entry::{Entry, FORMAT, Language, ModelFile, ModelRef, Packs};
pub use fields::{FieldKind, FieldRef, LANGUAGE};
pub use general::{Directory, GeneralBlock, is_general};
#[cfg(feature = "native")]
pub use gzip::{Packer, gunzip};
pub use names::{BlockNames, Place, TextNames, TextStart};
#[cfg(feature = "native")]
pub use names::{write_block_run, write_text_run};
pub use part::{Kind, PartId, RawPart};
pub use positions::{PositionPlaces, Positions, PositionsOf};
pub use related::{RelatedBlock, Relations, Relative, id_hash, related_block_of};
pub use rules::{Rules, Settled, Synonym};
pub use spelling::{Spelling, WordList};
pub use store::{Head, Index};
pub use vectors::{Owner, VectorPart};
