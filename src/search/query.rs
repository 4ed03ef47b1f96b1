//! What can be asked.

use serde::{Deserialize, Serialize};

use super::syntax::parse;
use super::{Expression, FacetRequest, Filters, Fusion, Group, Sort};

/// How deep conditions may lie within each other, in an expression as in filters.
pub const DEEPEST: usize = 16;

/// What to do about one that lies deeper.
pub(super) const TOO_DEEP: &str = "16 levels are possible; write it flatter";

/// A question to an index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Query {
    /// What was typed: words, and operators such as `"a phrase"`, `-without`, `+must`, `OR`, `title:word` (see
    /// [`Expression`]).
    pub text: String,
    /// The id of a page, in place of a text: pages like it are found, as many as were kept when the index was built.
    pub similar: Option<String>,
    /// What pages must satisfy besides what the text asks for.
    pub expression: Option<Expression>,
    /// What pages must have in their fields. With an empty text, or one of operators alone, all pages that pass are found.
    pub filters: Filters,
    /// Fields whose values are counted over the pages that hold the text's words.
    pub facets: Vec<FacetRequest>,
    /// The field to sort by, in place of the score.
    pub sort: Option<Sort>,
    /// The field of whose values few pages each are wanted.
    pub group: Option<Group>,
    /// Which lenses to look through.
    pub mode: Mode,
    /// Most hits to answer with. Default 10.
    pub limit: usize,
    /// Hits to pass over first. Default 0.
    pub offset: usize,
    /// Most sections to show of one page; each beyond the best may cost the reader one more part. Default 1.
    pub sections: usize,
    /// Whether the last word may be the beginning of a longer one, as it is while one types; text that ends with a space is
    /// finished in any case. Default true.
    pub prefix: bool,
    /// Most words to answer with that the last one may become. Default 0.
    pub completions: usize,
    /// The reader's language, as a tag such as `de` or `pt-br`: a page in it gains, the more the better it answers (beside the
    /// best page; see `explain`). It only matters where pages are in several languages. Default none.
    pub language: Option<String>,
    /// Whether a word may be meant that is not the one that was typed. Default auto.
    pub typos: Typos,
    /// Whether each hit says how its score came about. Default false.
    pub explain: bool,
    /// How the two legs are put together.
    pub fusion: Fusion,
    /// Whether the host will give the query's vector.
    pub vector: VectorPlan,
    /// Why there is no vector, for the answer to say.
    pub vector_reason: Option<String>,
}

impl Query {
    /// Whether it asks something of fields, so that without words it finds pages all the same.
    pub(super) fn names_fields(&self) -> bool {
        !self.filters.0.is_empty() || !self.facets.is_empty() || self.sort.is_some() || self.group.is_some()
    }

    /// What to make the query's vector of: the text without operators and without what it excludes.
    pub fn plain_text(&self) -> String {
        parse(&self.text, false).text
    }
}

impl Default for Query {
    fn default() -> Self {
        Self {
            text: String::new(),
            similar: None,
            expression: None,
            filters: Filters::default(),
            facets: Vec::new(),
            sort: None,
            group: None,
            mode: Mode::Hybrid,
            limit: 10,
            offset: 0,
            sections: 1,
            prefix: true,
            completions: 0,
            language: None,
            typos: Typos::Auto,
            explain: false,
            fusion: Fusion::default(),
            vector: VectorPlan::None,
            vector_reason: None,
        }
    }
}

/// Which lenses a search looks through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Words and meaning.
    #[default]
    Hybrid,
    /// Words alone.
    Keyword,
    /// Meaning alone.
    Semantic,
}

impl Mode {
    /// Whether words take part.
    pub fn has_keyword(self) -> bool {
        self != Mode::Semantic
    }

    /// Whether meaning takes part.
    pub fn has_semantic(self) -> bool {
        self != Mode::Keyword
    }
}

/// When words count that were not typed, but may be meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Typos {
    /// Never.
    Never,
    /// Where the site does not use the word that was typed.
    #[default]
    Auto,
    /// In any case; a word that the site uses counts more than those that it may stand for.
    Always,
}

/// Whether the host has an encoder to make the query's vector with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VectorPlan {
    /// There is none: search by words alone.
    #[default]
    None,
    /// The lexicon encoder makes it out of the vectors of the query's words; if the index has none, search is by words
    /// alone.
    Lexicon,
    /// It will give the vector when the run asks for it; hits by words are answered before.
    Later,
}
