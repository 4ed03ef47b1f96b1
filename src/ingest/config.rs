//! What to take from a site: the command's options and `bifocal.toml`, which have the same names.

use crate::build::{RankingOptions, RuleOptions, SettledOptions};
use crate::{Error, ErrorKind, Result};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The metadata fields that are kept unless others are named.
pub const DEFAULT_METADATA: [&str; 3] = ["description", "author", "date"];

/// Which pages of a site are read, and what of each.
///
/// Every field has the same name as an option (`--exclude-selectors`) and as a key of `bifocal.toml`.
#[derive(clap::Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(next_help_heading = "What to read")]
pub struct SiteOptions {
    /// Reads only pages whose path matches this glob (repeatable); a pattern without `/` matches a name in any folder
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,

    /// Leaves out pages and folders whose path matches this glob, such as `print.html` or `2018-edition/**`
    /// (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    /// Takes a page's content from what this CSS selector matches, instead of <main>, <article> and the like
    #[arg(long, value_name = "SELECTOR")]
    pub content: Option<String>,

    /// Leaves out of the content what this CSS selector matches (repeatable)
    #[arg(long, value_name = "SELECTOR")]
    pub exclude_selectors: Vec<String>,

    /// Makes the hits' links absolute: the address where the folder is published
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,

    /// The language of pages that name none, such as `en` or `pt-br` [default: what their text tells]
    #[arg(long, value_name = "TAG")]
    pub lang: Option<String>,

    /// Keeps these <meta> fields with each page, separated by commas [default: description,author,date]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub metadata: Option<Vec<String>>,

    /// Links to `guide/` instead of `guide/index.html`
    #[arg(long)]
    pub strip_index: bool,
}

impl SiteOptions {
    /// These options, and those of `config` where these say nothing.
    ///
    /// A list given here replaces the configuration's; it is not added to it.
    pub fn or(self, config: &SiteOptions) -> SiteOptions {
        let list = |own: Vec<String>, other: &Vec<String>| if own.is_empty() { other.clone() } else { own };
        SiteOptions {
            include: list(self.include, &config.include),
            exclude: list(self.exclude, &config.exclude),
            content: self.content.or_else(|| config.content.clone()),
            exclude_selectors: list(self.exclude_selectors, &config.exclude_selectors),
            base_url: self.base_url.or_else(|| config.base_url.clone()),
            lang: self.lang.or_else(|| config.lang.clone()),
            metadata: self.metadata.or_else(|| config.metadata.clone()),
            strip_index: self.strip_index || config.strip_index,
        }
    }
}

/// The contents of `bifocal.toml`: options of `bifocal build` that are the site's own.
///
/// ```
/// let config = bifocal::ingest::Config::parse(r#"
///     output = "public/search"
///     content = "article"
///     exclude = ["drafts/**", "print.html"]
/// "#)?;
/// assert_eq!(config.site.content.as_deref(), Some("article"));
/// # Ok::<(), bifocal::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// Which pages are read, and what of each.
    pub site: SiteOptions,
    /// The folder that the index is written to.
    pub output: Option<PathBuf>,
    /// The model that embeds passages: a GGUF file, or a folder with `model.safetensors` and `tokenizer.json`.
    pub model: Option<PathBuf>,
    /// Whether the transformer is put into the index folder; `false` is `--no-transformer`.
    pub transformer: Option<bool>,
    /// How many vectors the model's own words get that the site does not use.
    pub general_words: Option<usize>,
    /// A list of further words that the site does not use, one a line.
    pub words: Option<PathBuf>,
    /// The fields by which pages can be filtered; none chooses them by what pages have.
    pub fields: Option<Vec<String>>,
    /// What the owner says about ranking: `stop-words`, `synonyms`, `one-way-synonyms`, `answers`, `ranking`.
    pub rules: RuleOptions,
    /// How many former generations of the index stay readable.
    pub keep: Option<u32>,
    /// The file that keeps what the index is fitted to.
    pub fit: Option<PathBuf>,
    /// Whether all parts go into one file.
    pub single_file: bool,
    /// Whether there is a script that holds all, for pages that are opened from disk.
    pub file_script: bool,
    /// At most so many files of parts.
    pub max_files: Option<u32>,
    /// At most so many bytes in a file.
    pub max_file_size: Option<u64>,
}

/// The file's keys, in one flat table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Keys {
    #[serde(default)]
    include: Vec<String>,
    #[serde(default)]
    exclude: Vec<String>,
    content: Option<String>,
    #[serde(default)]
    exclude_selectors: Vec<String>,
    base_url: Option<String>,
    lang: Option<String>,
    metadata: Option<Vec<String>>,
    #[serde(default)]
    strip_index: bool,
    output: Option<PathBuf>,
    model: Option<PathBuf>,
    transformer: Option<bool>,
    general_words: Option<usize>,
    words: Option<PathBuf>,
    fields: Option<Vec<String>>,
    #[serde(default)]
    stop_words: Vec<String>,
    #[serde(default)]
    synonyms: Vec<Vec<String>>,
    #[serde(default)]
    one_way_synonyms: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    answers: Vec<SettledOptions>,
    #[serde(default)]
    ranking: RankingOptions,
    keep: Option<u32>,
    fit: Option<PathBuf>,
    #[serde(default)]
    single_file: bool,
    #[serde(default)]
    file_script: bool,
    max_files: Option<std::num::NonZeroU32>,
    #[serde(default, deserialize_with = "size")]
    max_file_size: Option<u64>,
}

/// Reads a size that is written as a number of bytes or with a unit.
fn size<'de, D: Deserializer<'de>>(value: D) -> std::result::Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Size {
        Bytes(u64),
        Text(String),
    }
    match Size::deserialize(value)? {
        Size::Bytes(bytes) => Ok(Some(bytes)),
        Size::Text(text) => parse_size(&text).map(Some).map_err(serde::de::Error::custom),
    }
}

/// The bytes that `text` names, such as `25000000`, `25MB` or `25 MiB`.
pub fn parse_size(text: &str) -> std::result::Result<u64, String> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return Err(format!("\"{text}\" is no size: 25000000, 25MB or 25MiB, say")),
    };
    let bytes = number.parse().ok().and_then(|number: u64| number.checked_mul(factor)).filter(|&bytes| bytes > 0);
    bytes.ok_or_else(|| format!("\"{text}\" is no size: 25000000, 25MB or 25MiB, say"))
}

impl Config {
    /// The file's usual name.
    pub const FILE: &str = "bifocal.toml";

    /// Reads a configuration's text.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] with the line, for what is not TOML, a key that does not exist or a value of the wrong
    /// type.
    pub fn parse(text: &str) -> Result<Self> {
        let keys: Keys = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            let place = line.map(|line| format!(", line {line}")).unwrap_or_default();
            Error::new(ErrorKind::Usage, format!("configuration{place}: {}", error.message()))
                .hint("its keys are the options of `bifocal build` without the dashes, such as `base-url`")
        })?;
        Ok(Self {
            site: SiteOptions {
                include: keys.include,
                exclude: keys.exclude,
                content: keys.content,
                exclude_selectors: keys.exclude_selectors,
                base_url: keys.base_url,
                lang: keys.lang,
                metadata: keys.metadata,
                strip_index: keys.strip_index,
            },
            output: keys.output,
            model: keys.model,
            transformer: keys.transformer,
            general_words: keys.general_words,
            words: keys.words,
            fields: keys.fields,
            rules: RuleOptions {
                stop_words: keys.stop_words,
                synonyms: keys.synonyms,
                one_way_synonyms: keys.one_way_synonyms,
                answers: keys.answers,
                ranking: keys.ranking,
            },
            keep: keys.keep,
            fit: keys.fit,
            single_file: keys.single_file,
            file_script: keys.file_script,
            max_files: keys.max_files.map(u32::from),
            max_file_size: keys.max_file_size,
        })
    }

    /// Reads a configuration file; the paths in it are relative to its folder.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when the file cannot be read, else as [`Config::parse`], with the file's name.
    pub fn read(path: &Path) -> Result<Self> {
        let name = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::new(ErrorKind::Io, format!("{name}: cannot be read")).because(error))?;
        let mut config = Self::parse(&text)
            .map_err(|error| Error::new(ErrorKind::Usage, format!("{name} is not usable")).because(error))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let paths = [&mut config.output, &mut config.model, &mut config.fit, &mut config.words];
        for path in paths.into_iter().flatten() {
            *path = folder.join(&*path);
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_wins_over_the_file() {
        let config =
            Config::parse("lang = 'de'\nexclude = ['a/**']\nbase-url = 'https://x.example/'\nkeep = 2").unwrap();
        let options = SiteOptions { exclude: vec!["b/**".into()], ..SiteOptions::default() }.or(&config.site);
        assert_eq!(options.exclude, ["b/**"]);
        assert_eq!(options.lang.as_deref(), Some("de"));
        assert_eq!((config.keep, config.output), (Some(2), None));
    }

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in [("700", 700), ("25MB", 25_000_000), ("25 MiB", 25 << 20), ("1gib", 1 << 30)] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in ["", "0", "MB", "-1", "1.5MB", "3 parsecs", "99999999999GB"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
        let size = |value| Config::parse(&format!("max-file-size = {value}")).map(|config| config.max_file_size);
        assert_eq!((size("1000").unwrap(), size("'1 KB'").unwrap()), (Some(1000), Some(1000)));
        assert!(size("'large'").is_err());
    }

    #[test]
    fn a_wrong_key_is_named_with_its_line() {
        let error = Config::parse("lang = 'de'\nexclude-selector = ['nav']").unwrap_err();
        let message = error.to_string();
        assert!(message.contains("line 2") && message.contains("`exclude-selector`"), "{message}");
        assert!(message.contains("`exclude-selectors`"), "{message}");
    }
}
