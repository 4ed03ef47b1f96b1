//! What makes two vectors comparable.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Error, ErrorKind, Result};

/// The name of a vector space: which model, pooled how, on which prefixes.
///
/// Files that quantise the same weights differently share the space, so that an index whose passages were embedded in
/// f32 can be asked with an 8-bit file. An index stores the space of its rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VectorSpace {
    /// The model's name, for people; it takes no part in comparing.
    pub model: String,
    /// The source weights: the first 16 hexadecimal digits of the SHA-256 of the file that they were published in.
    pub weights: String,
    /// How a text's token vectors become one: `mean`, or `cls` for the first one's.
    pub pooling: String,
    /// What is put before each passage, such as `passage: `; empty for most models.
    pub prefix: String,
    /// What is put before each query, such as `query: `. Left out where empty, so that spaces of models without prefixes are
    /// written as they were before there were two.
    #[serde(rename = "queryPrefix", default, skip_serializing_if = "String::is_empty")]
    pub query_prefix: String,
    /// Numbers in a vector.
    pub dims: u32,
}

impl VectorSpace {
    /// What is put before a text in `role`.
    pub fn prefix(&self, role: Role) -> &str {
        match role {
            Role::Query => &self.query_prefix,
            Role::Passage => &self.prefix,
        }
    }

    /// Checks that vectors of `other` may be compared with those of this space.
    ///
    /// # Errors
    /// [`ErrorKind::Model`], naming both spaces, if they may not.
    pub fn accept(&self, other: &Self) -> Result<()> {
        // The model's name takes no part.
        if *self == (Self { model: self.model.clone(), ..other.clone() }) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Model, format!("vectors are of {self}, and the model's are of {other}"))
            .hint("use a file made from the same weights, or build the index again with this model"))
    }
}

/// What a text is to be compared as; some models put different prefixes before the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It asks.
    Query,
    /// It answers.
    Passage,
}

impl fmt::Display for VectorSpace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { model, weights, pooling, prefix, query_prefix, dims } = self;
        write!(f, "{model} (weights {weights}, {pooling} pooling, {dims} dimensions")?;
        if !prefix.is_empty() {
            write!(f, ", prefix {prefix:?}")?;
        }
        if !query_prefix.is_empty() {
            write!(f, ", before queries {query_prefix:?}")?;
        }
        f.write_str(")")
    }
}

/// Puts texts into a vector space.
pub trait Encoder: Sync {
    /// The space that the vectors lie in.
    fn space(&self) -> &VectorSpace;

    /// What besides the space shapes a vector, such as the weights' packing and where texts are cut off; part of a
    /// cache's key.
    fn variant(&self) -> String {
        String::new()
    }

    /// How many word pieces `text` has, special tokens not counted, never cut off.
    fn count_tokens(&self, text: &str) -> usize;

    /// Whole words that the model knows as such, the most frequent first; lower case. None by default.
    fn words(&self) -> Vec<String> {
        Vec::new()
    }

    /// Unit vectors of `texts` in `role`, in their order; a vector doesn't depend on the other texts.
    ///
    /// `progress` is told after each batch how many texts it finished, from any thread.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if the model gives something that is no vector.
    fn embed(&self, texts: &[&str], role: Role, progress: &(dyn Fn(usize) + Sync)) -> Result<Vec<Vec<f32>>>;
}
