//! What is answered: plain data, ready for a terminal or a page.

use serde::{Serialize, Serializer};

use super::{Facet, Mode};
use crate::corpus::{Meta, Value};

/// The answer to a query.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// The query's text.
    pub query: String,
    /// The lenses that were asked for.
    pub mode: Mode,
    /// Pages, best first.
    pub hits: Vec<Hit>,
    /// Whether no page satisfied the text's operators, so that its words were searched for without them; what they exclude is
    /// left out in any case.
    pub relaxed: bool,
    /// How many pages hold at least one of the words and pass the filters; exact. Of a query without words, how many pass.
    pub total: usize,
    /// Whether these are all that were found, or meaning found others, or words could not be looked for.
    pub relation: Relation,
    /// How many of `hits` were found by meaning alone; they are not in `total`.
    pub semantic_only: usize,
    /// The facets that were asked for, in the order of the query: of the pages that `total` counts; in a search by meaning alone,
    /// of the fifty nearest.
    #[serde(serialize_with = "by_field")]
    pub facets: Vec<Facet>,
    /// What made the query's vector, if anything did.
    pub encoder: Option<String>,
    /// How the legs were put together; empty if only one took part.
    pub fusion: &'static str,
    /// Words that the site does not use, and those that were searched for in their place.
    pub corrections: Vec<Correction>,
    /// The query with the likeliest of these, if there are any.
    pub did_you_mean: Option<String>,
    /// Words of the site that the last one may become that is still being typed, those on most pages first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub completions: Vec<Completion>,
    /// What each leg did.
    pub legs: Legs,
    /// Parts that could not be had, with reasons; the answer was made without them.
    pub failures: Vec<String>,
}

/// A word that was taken for others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Correction {
    /// The word as it was typed, folded.
    pub word: String,
    /// The site's words that it may mean, the likeliest first.
    pub meant: Vec<String>,
}

/// A query with its last word written out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Completion {
    /// The whole text; its last word folded, as the dictionary has it.
    pub text: String,
    /// How many pages hold the word.
    pub pages: u32,
}

/// What a count says of the number of all that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// There are as many.
    Eq,
    /// There are as many or more.
    Gte,
}

/// What each leg of a search did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Legs {
    /// Search by words.
    pub keyword: Leg,
    /// Search by meaning.
    pub semantic: Leg,
}

/// What one leg of a search did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Leg {
    /// Whether it took part.
    pub status: LegStatus,
    /// Why it didn't, or what was left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How many pages it ranked.
    pub matches: usize,
}

/// Whether a leg took part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LegStatus {
    /// Its ranking is in the answer.
    Used,
    /// It will be in a later answer of the same run.
    Pending,
    /// It wasn't asked for, or there is nothing to search with.
    Skipped,
    /// It could not be had.
    Failed,
}

/// A page that was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hit {
    /// The page's id.
    pub id: String,
    /// Where it is, relative to the site's root or absolute.
    pub url: String,
    /// Its title.
    pub title: String,
    /// Its language as a tag, if it states one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Its score; comparable within one answer.
    pub score: f32,
    /// Its rank in each leg.
    pub lenses: Lenses,
    /// A piece of its best section.
    pub excerpt: Excerpt,
    /// Its best sections, best first.
    pub sections: Vec<SectionHit>,
    /// Its value in the field that hits are grouped by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Value>,
    /// Its metadata.
    #[serde(serialize_with = "as_object")]
    pub meta: Vec<(String, Meta)>,
    /// How its score came about, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explain: Option<Explanation>,
}

/// Ranks from 1, where a leg ranked the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Lenses {
    /// Rank by words.
    pub keyword: Option<usize>,
    /// Rank by meaning; only among the nearest pages.
    pub semantic: Option<usize>,
}

/// A section of a page that was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SectionHit {
    /// Its heading; empty before the first one.
    pub heading: String,
    /// The headings above it, outermost first.
    pub path: Vec<String>,
    /// The anchor of its heading.
    pub anchor: Option<String>,
    /// The page's address with the anchor.
    pub url: String,
    /// Its score; comparable within the page.
    pub score: f32,
    /// A piece of its text.
    pub excerpt: Excerpt,
}

/// A piece of text and what to mark in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Excerpt {
    /// Plain text, never markup.
    pub text: String,
    /// What to mark, in order, as offsets in UTF-16 code units.
    pub ranges: Vec<[u32; 2]>,
}

/// How a hit's score came about: `(fused + title + language + proximity) × prior`, where what is none counts nothing; the best
/// page's for one that is `settled`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The score by words: the sum of the terms' scores.
    pub keyword: Option<f32>,
    /// Each word's part of it.
    pub terms: Vec<TermExplanation>,
    /// The cosine of the page's nearest passage.
    pub cosine: Option<f32>,
    /// How both were put together.
    pub fusion: &'static str,
    /// What they came to; of a search through one lens what that gave.
    pub fused: f32,
    /// What words gave of that; none where both are combined by a mean that is no sum.
    pub words: Option<f32>,
    /// What meaning gave of that, in the same way. A page that was not compared has what one half as near as all others has.
    pub meaning: Option<f32>,
    /// What it gained by the words that its title and headings share with the query ([`crate::lexical::Ranking::named`]).
    pub title: Option<f32>,
    /// What it gained because it is in the reader's language.
    pub language: Option<f32>,
    /// What it gained because it has the query's words close together (`ranking.proximity` in `bifocal.toml`).
    pub proximity: Option<f32>,
    /// What the score was multiplied by, as the owner says (`ranking` in `bifocal.toml`).
    pub prior: Option<f32>,
    /// Whether the owner put the page first for this query (`answers` in `bifocal.toml`).
    pub settled: bool,
}

/// What one word of the query gave.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TermExplanation {
    /// The word.
    pub word: String,
    /// The dictionary's forms that stood for it; `st=` stands for titles in which a word begins so.
    pub forms: Vec<String>,
    /// In how many pages they occur.
    pub document_frequency: u32,
    /// What knowing that it occurs says.
    pub idf: f32,
    /// Its weighted, length-normalised frequency in the page.
    pub frequency: f32,
    /// Its part of the score.
    pub score: f32,
}

fn as_object<S: Serializer>(fields: &[(String, Meta)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(fields.iter().map(|(name, value)| (name, value)))
}

fn by_field<S: Serializer>(facets: &[Facet], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(facets.iter().map(|facet| (&facet.field, facet)))
}
