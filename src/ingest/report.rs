//! What became of the files that were looked at.

use std::collections::BTreeMap;
use std::fmt;

use crate::corpus::Weighted;

/// How many pages that repeat others are named.
const MOST_NAMED: usize = 3;

/// What was read and what was not, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many pages were read.
    pub read: usize,
    /// The files that gave no page, in the order of their paths.
    pub skipped: Vec<Skipped>,
    /// Pages that were read, but with bytes that do not fit their encoding: each is a `�` in the text.
    pub damaged: Vec<String>,
    /// Pages with an attribute that should say what words count and doesn't, and the attribute as it is written.
    pub bad_weights: Vec<(String, String)>,
    /// Pages that consist of what other pages say, as where all of a book is on one page, and of how many; the most first.
    pub repeats: Vec<(String, usize)>,
}

/// A file that gave no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The file, relative to the site's folder.
    pub path: String,
    /// Why.
    pub reason: Reason,
}

/// Why a file gave no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its `<meta name="robots">` says `noindex`.
    NoIndex,
    /// It only sends the reader on.
    Redirect,
    /// It has neither headings nor text, or a script makes them.
    NoText,
    /// Other pages say in an attribute what their content is, and this one doesn't.
    Unsaid,
    /// Its canonical address is this other page, of the same title.
    SamePage(String),
    /// Its bytes are no text.
    NotText,
    /// It has this many bytes.
    TooLarge(u64),
    /// The system did not give its bytes, for this reason.
    Unreadable(String),
}

impl Reason {
    /// Whether something is wrong with the file, in contrast to one that is left out as it should be.
    pub fn is_trouble(&self) -> bool {
        matches!(self, Self::NotText | Self::TooLarge(_) | Self::Unreadable(_))
    }

    /// The reason without its particulars, for counting.
    fn summary(&self) -> &'static str {
        match self {
            Self::NoIndex => "noindex",
            Self::Redirect => "redirect",
            Self::NoText => "without text",
            Self::Unsaid => "without data-pagefind-body",
            Self::SamePage(_) => "same as another",
            Self::NotText => "not text",
            Self::TooLarge(_) => "too large",
            Self::Unreadable(_) => "unreadable",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoIndex => f.write_str("asks not to be indexed"),
            Self::Redirect => f.write_str("only redirects"),
            Self::NoText => f.write_str("has no text"),
            Self::Unsaid => f.write_str("has no data-pagefind-body, as other pages have"),
            Self::SamePage(other) => write!(f, "is the same page as {other}"),
            Self::NotText => f.write_str("is not a text file"),
            Self::TooLarge(bytes) => write!(f, "is too large: {} MiB", bytes >> 20),
            Self::Unreadable(why) => write!(f, "cannot be read: {why}"),
        }
    }
}

impl Report {
    /// The files with which something is wrong.
    pub fn troubles(&self) -> impl Iterator<Item = &Skipped> {
        self.skipped.iter().filter(|skipped| skipped.reason.is_trouble())
    }

    /// The files that gave no page, counted by reason: `12 noindex, 1 unreadable`.
    pub fn reasons(&self) -> String {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for skipped in &self.skipped {
            *counts.entry(skipped.reason.summary()).or_default() += 1;
        }
        counts.iter().map(|(reason, count)| format!("{count} {reason}")).collect::<Vec<_>>().join(", ")
    }
}

/// A line for each file with which something is wrong, and one that counts what is left out as it should be; nothing
/// when every file gave a page.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Skipped { path, reason } in self.troubles() {
            writeln!(f, "warning: {path} {reason}")?;
        }
        for path in &self.damaged {
            writeln!(f, "warning: {path} has bytes that do not fit its encoding; each is read as �")?;
        }
        for (path, written) in &self.bad_weights {
            writeln!(f, "warning: {path} has {written}, which is no number from 0 to {}: ignored", Weighted::MOST)?;
        }
        for (path, pages) in self.repeats.iter().take(MOST_NAMED) {
            writeln!(f, "{path} repeats {pages} other pages; --exclude {path} leaves it out")?;
        }
        if let Some(more) = self.repeats.len().checked_sub(MOST_NAMED).filter(|&more| more > 0) {
            writeln!(f, "{more} more consist of what other pages say")?;
        }
        if !self.skipped.is_empty() {
            let files = if self.skipped.len() == 1 {
                "1 file gives".into()
            } else {
                format!("{} files give", self.skipped.len())
            };
            writeln!(f, "{files} no page: {}", self.reasons())?;
        }
        Ok(())
    }
}
