//! What a reader finds: a page, its sections, its metadata.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One page: the unit that is found, ranked, filtered and counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// Names the page within its body of pages: the file's path relative to the site's root, or the JSON line's `id`.
    pub id: String,
    /// Where a link to the page leads: relative to the site's root without a leading slash (`guide/start.html`),
    /// or absolute when a base URL is configured.
    pub url: String,
    /// The page's own title, without the site's name.
    pub title: String,
    /// The language tag in lower case (`en`, `pt-br`), when the page or the configuration says one.
    pub lang: Option<String>,
    /// Further fields, by name.
    pub meta: BTreeMap<String, Meta>,
    /// The page's text in reading order, cut at its headings.
    pub sections: Vec<Section>,
}

/// A heading's part of a page: what a link lands on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// The fragment that leads to the heading, without `#` and as the page's markup has it; none where the markup
    /// offers none.
    pub anchor: Option<String>,
    /// The heading's text; empty for the text before the first heading.
    pub heading: String,
    /// The heading's level, 1 to 6; 0 for the text before the first heading.
    pub level: u8,
    /// Plain text. Blocks are separated by `\n`; white space inside a block is one space (a tab between table cells),
    /// except that preformatted text keeps its line breaks and indentation.
    pub text: String,
}

/// The value of a metadata field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Meta {
    /// Yes or no.
    Bool(bool),
    /// Any finite number.
    Number(f64),
    /// A text, shown and compared as it is.
    Text(String),
    /// Several texts, such as tags.
    List(Vec<String>),
}
