//! One value of a field of pages.

use serde::{Deserialize, Serialize};

/// One value of a field: what a page has, a filter asks for, a facet counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// Any finite number.
    Number(f64),
    /// A text, compared as it is; in a field of dates, a date of [`Span::parse`](super::Span::parse).
    Text(String),
}
