//! Files with a record in each line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde_json::Value;

use crate::{Error, ErrorKind, Result};

/// The lines of a text that are not empty, with their numbers from 1; gzip is undone.
///
/// # Errors
/// [`ErrorKind::Io`] when a line cannot be read, or is not UTF-8.
pub struct Lines {
    name: String,
    lines: io::Lines<BufReader<Box<dyn Read>>>,
    number: usize,
}

impl Lines {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when it cannot be opened or read.
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) => Self::read(name, file),
            Err(error) => Err(unreadable(&name, error)),
        }
    }

    /// Begins to read `text`, which errors call `name`.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn read(name: impl Into<String>, text: impl Read + 'static) -> Result<Self> {
        let name = name.into();
        let mut text = BufReader::new(text);
        let is_gzip = text.fill_buf().map_err(|error| unreadable(&name, error))?.starts_with(&[0x1f, 0x8b]);
        let text: Box<dyn Read> = if is_gzip { Box::new(MultiGzDecoder::new(text)) } else { Box::new(text) };
        Ok(Self { name, lines: BufReader::new(text).lines(), number: 0 })
    }

    /// What errors call the text.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Iterator for Lines {
    type Item = Result<(usize, String)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = self.lines.next()?;
            self.number += 1;
            let line = match line {
                Ok(line) => line,
                Err(error) => return Some(Err(unreadable(&format!("{}, line {}", self.name, self.number), error))),
            };
            let line = line.trim_start_matches('\u{feff}').trim();
            if !line.is_empty() {
                return Some(Ok((self.number, line.to_owned())));
            }
        }
    }
}

/// Calls `read` with each line of the file at `path` that is not empty, and its number from 1.
///
/// # Errors
/// Those of `read`, and of [`Lines`].
pub fn for_each_line(path: &Path, mut read: impl FnMut(usize, &str) -> Result<()>) -> Result<()> {
    for line in Lines::open(path)? {
        let (number, line) = line?;
        read(number, &line)?;
    }
    Ok(())
}

fn unreadable(what: &str, error: io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("{what}: cannot be read")).because(error)
}

/// Says which line of what an error is about.
pub(super) fn at_line(name: &str, number: usize, error: Error) -> Error {
    let hint = error.way_out().map(str::to_owned);
    let error = Error::new(ErrorKind::Input, format!("{name}, line {number}: {error}"));
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// The fields of a line that is one JSON object, such as `example`.
pub(super) fn object<'l, Fields: Deserialize<'l>>(line: &'l str, example: &str) -> Result<Fields> {
    serde_json::from_str(line).map_err(|error| {
        // The line is always the first, so that the message needs the column only.
        let message = error.to_string().replace(" at line 1 column 0", "").replace(" at line 1 column ", " at column ");
        Error::new(ErrorKind::Input, format!("not a JSON object: {message}"))
            .hint(format!("each line is one object: {example}"))
    })
}

/// An error that shows the beginning of a field's value, and says what was wanted.
pub(super) fn wrong(field: &str, value: &Value, wanted: &str) -> Error {
    let mut shown: String = value.to_string().chars().take(40).collect();
    if shown.len() < value.to_string().len() {
        shown.push('…');
    }
    Error::new(ErrorKind::Input, format!("field `{field}` is {shown}, not {wanted}"))
}
