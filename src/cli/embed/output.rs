//! Where vectors go.

use std::fs::File;
use std::io::{self, IsTerminal, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use bifocal::{Error, ErrorKind, Result};
use tempfile::NamedTempFile;

use super::Format;
use crate::cli::replace::{beside, publish};

/// Where the bytes of a form go. They can be sought in, unless they stream.
pub enum Output {
    /// To standard output as they come.
    Stream(io::Stdout),
    /// To standard output once all are there.
    Spool(File),
    /// To a file that takes its place once it is whole.
    File(NamedTempFile, PathBuf),
}

impl Output {
    /// Makes a place beside `path`, or for standard output where there is none.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if the form is no text and standard output is a terminal, [`ErrorKind::Io`] if no file can be made.
    pub fn open(path: Option<&Path>, format: Format) -> Result<Self> {
        let stdout = io::stdout();
        match (path, format) {
            (Some(path), _) => Ok(Self::File(beside(path)?, path.to_owned())),
            (None, Format::Npy | Format::Arrow) if stdout.is_terminal() => {
                Err(Error::new(ErrorKind::Usage, "vectors in this form are no text for a terminal")
                    .hint("name a file with --output, or send standard output to one"))
            }
            (None, Format::Npy) => tempfile::tempfile().map(Self::Spool).map_err(|error| {
                Error::new(
                    ErrorKind::Io,
                    format!("no temporary file can be made in {}", std::env::temp_dir().display()),
                )
                .because(error)
                .hint("name a file with --output, or another folder in TMPDIR")
            }),
            (None, Format::Jsonl | Format::Arrow) => Ok(Self::Stream(stdout)),
        }
    }

    /// Whether rows appear on a terminal.
    pub fn is_shown(&self) -> bool {
        matches!(self, Self::Stream(stdout) if stdout.is_terminal())
    }

    /// Brings what was written to its place.
    pub fn finish(self) -> io::Result<()> {
        match self {
            Self::Stream(mut stdout) => stdout.flush(),
            Self::Spool(mut file) => {
                file.rewind()?;
                let mut stdout = io::stdout();
                io::copy(&mut file, &mut stdout)?;
                stdout.flush()
            }
            Self::File(file, path) => publish(file, &path),
        }
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Stream(stdout) => stdout,
            Self::Spool(file) => file,
            Self::File(file, _) => file,
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer().flush()
    }
}

impl Seek for Output {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::Stream(_) => Err(io::ErrorKind::NotSeekable.into()),
            Self::Spool(file) => file.seek(to),
            Self::File(file, _) => file.seek(to),
        }
    }
}
