//! Pages, sections and passages.

mod page;

pub use page::{Meta, Page, Section};
