//! How queries are asked, as a short text: `mode=hybrid,encoder=lexicon,fusion=rrf`.

use std::path::PathBuf;

use bifocal::search::{Mode, Query};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::cli::search::parse_fusion;

/// How deep rankings are looked at.
pub const DEPTH: usize = 100;

/// How queries are asked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The text that says it.
    pub text: String,
    /// The index to ask, unless it is built for the purpose.
    pub index: Option<PathBuf>,
    /// What makes the queries' vectors.
    pub encoder: Maker,
    /// A query without text.
    pub query: Query,
}

/// What makes queries' vectors.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Maker {
    /// The model that embedded the passages
    Transformer,
    /// The vectors that the words carry in the index
    Lexicon,
}

impl Settings {
    /// The settings that queries are asked with unless something is said of them: as a reader's first answer is made.
    pub fn new(text: String) -> Self {
        let query = Query { limit: DEPTH, ..Query::default() };
        Self { text, index: None, encoder: Maker::Lexicon, query }
    }

    /// Reads settings, separated by commas; one without a name is an index.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut settings = Self::new(text.to_owned());
        let query = &mut settings.query;
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match part.split_once('=').unwrap_or(("index", part)) {
                ("mode", value) => query.mode = named(value)?,
                ("encoder", value) => settings.encoder = named(value)?,
                ("fusion", value) => query.fusion = parse_fusion(value)?,
                ("typos", value) => query.typos = named(value)?,
                ("prefix", value) => {
                    query.prefix = value.parse().map_err(|_| format!("prefix={value}: true or false"))?
                }
                ("language", value) => query.language = Some(value.to_owned()),
                ("index", value) => settings.index = Some(value.into()),
                (name, _) => {
                    let known = "mode, encoder, fusion, typos, prefix, language, index";
                    return Err(format!("there is no setting `{name}`: there are {known}"));
                }
            }
        }
        Ok(settings)
    }

    /// Whether a query's vector is to be made, and by that.
    pub fn has_vector_of(&self, maker: Maker) -> bool {
        self.query.mode.has_semantic() && self.encoder == maker
    }

    /// What makes the queries' vectors, if there are to be any.
    pub fn maker(&self) -> Option<Maker> {
        self.query.mode.has_semantic().then_some(self.encoder)
    }

    /// What the mode is called.
    pub fn mode(&self) -> &'static str {
        match self.query.mode {
            Mode::Keyword => "keyword",
            Mode::Semantic => "semantic",
            Mode::Hybrid => "hybrid",
        }
    }
}

impl Maker {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Maker::Transformer => "transformer",
            Maker::Lexicon => "lexicon",
        }
    }
}

/// The value of that name; the error lists those that there are.
fn named<T: DeserializeOwned>(name: &str) -> Result<T, String> {
    serde_json::from_value(name.into()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bifocal::search::{Fusion, Typos};

    #[test]
    fn settings_are_read_as_they_are_written() {
        let settings = Settings::parse("mode=keyword, typos=never,prefix=false").unwrap();
        assert_eq!(
            (settings.query.mode, settings.query.typos, settings.query.prefix),
            (Mode::Keyword, Typos::Never, false)
        );
        assert!(!settings.has_vector_of(Maker::Lexicon) && settings.maker().is_none());
        let settings = Settings::parse("public/,fusion=rrf,encoder=transformer").unwrap();
        assert_eq!(
            (settings.index, settings.query.fusion),
            (Some("public/".into()), Fusion::Rrf { rank_constant: 60.0 })
        );
        assert_eq!(Settings::parse("index=a=b").unwrap().index, Some("a=b".into()));
        let settings = Settings::parse("").unwrap();
        assert!(settings.has_vector_of(Maker::Lexicon) && settings.query.mode == Mode::Hybrid);
    }

    #[test]
    fn what_is_wrong_is_named_and_what_there_is() {
        let error = |text: &str| Settings::parse(text).unwrap_err();
        assert!(error("modes=keyword").starts_with("there is no setting `modes`: there are mode, encoder"));
        assert!(error("mode=words").contains("`words`") && error("mode=words").contains("`keyword`"));
        assert!(error("encoder=gpt").contains("`lexicon`"));
        assert!(error("prefix=perhaps").ends_with("true or false"));
        assert!(error("fusion=sum").contains("rrf"));
    }
}
