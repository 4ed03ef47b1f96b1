//! What a reader finds: a page, its sections, its metadata.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;

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
    /// The heading's level, from 1, and below that of its section for a term of a list; 0 for the text before the first heading.
    pub level: u8,
    /// Plain text. Blocks are separated by `\n`; white space inside a block is one space (a tab between table cells),
    /// except that preformatted text keeps its line breaks and indentation.
    pub text: String,
    /// Whether its text is little but links, as a table of contents or an index is: it is found by words alone, and they count
    /// less there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub links: bool,
    /// What a word in the heading counts, where the page's author says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading_weight: Option<f32>,
    /// Stretches of the text whose words count more or less than once, in order and apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weights: Vec<Weighted>,
}

/// A stretch of a text whose words count more or less than once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weighted {
    /// Bytes of the text; a word belongs to where it begins.
    pub range: Range<usize>,
    /// How often a word in it counts; 0 to [`Weighted::MOST`].
    pub weight: f32,
}

impl Weighted {
    /// The most that a word can count.
    pub const MOST: f32 = 10.0;
}

impl Section {
    /// The section with a part of its text, which begins and ends between characters.
    pub fn with_part(&self, part: Range<usize>) -> Self {
        let weights = self.weights.iter().filter_map(|Weighted { range, weight }| {
            let (start, end) = (range.start.max(part.start), range.end.min(part.end));
            (start < end).then(|| Weighted { range: start - part.start..end - part.start, weight: *weight })
        });
        Self {
            anchor: self.anchor.clone(),
            heading: self.heading.clone(),
            text: self.text[part.clone()].to_owned(),
            weights: weights.collect(),
            ..*self
        }
    }

    /// Adds the text of another section, as a further block.
    pub fn append(&mut self, other: Self) {
        if other.text.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let start = self.text.len();
        self.text.push_str(&other.text);
        self.links &= other.links;
        let moved = |Weighted { range, weight }| Weighted { range: range.start + start..range.end + start, weight };
        self.weights.extend(other.weights.into_iter().map(moved));
    }

    /// How often a word counts that begins at this byte of the text.
    pub fn weight_at(&self, start: usize) -> f32 {
        let at = self.weights.partition_point(|weighted| weighted.range.end <= start);
        self.weights.get(at).filter(|weighted| weighted.range.start <= start).map_or(1.0, |weighted| weighted.weight)
    }
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
