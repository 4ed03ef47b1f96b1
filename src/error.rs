//! The one error type: what went wrong, with which value, and the way out.

use std::fmt;

/// What every fallible function of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error that names the problem and the value, and where there is one the way out.
///
/// `Display` is one line without the hint; the command prints the chain of [`std::error::Error::source`] and
/// then `hint: …`.
#[derive(Debug)]
pub struct Error(Box<Contents>);

/// Behind a pointer, so that every `?` hands on one word: by value, that was a tenth of the browser's module.
#[derive(Debug)]
struct Contents {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What a caller can do about an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request itself is wrong: an option, a configuration, a query.
    Usage,
    /// Content to be indexed cannot be used.
    Input,
    /// A model file is unusable, or is not the one that embedded the index.
    Model,
    /// Bytes of an index are not what they should be: rebuild, or fetch again.
    Damaged,
    /// A part of an index is not there: the index was rebuilt, or copied in part.
    Missing,
    /// The index is of a format that this build does not read.
    Version,
    /// The system refused: file, network.
    Io,
    /// The caller asked to stop.
    Cancelled,
}

impl Error {
    /// An error of `kind` that says `message`.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Contents { kind, message: message.into(), hint: None, source: None }))
    }

    /// Adds the way out.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Adds what caused it.
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What a caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What went wrong, without the way out.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The way out, if one is known.
    pub fn way_out(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as &(dyn std::error::Error + 'static))
    }
}
