//! A model's file: GGUF, as it is or packed with gzip.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use bifocal::encoder::gguf::Header;
use bifocal::encoder::{self, Loader, Transformer};
use bifocal::{Error, ErrorKind, Result};
use flate2::read::GzDecoder;

/// How a gzip file begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// No model is larger than this when un-gzipped.
const LARGEST: usize = 1 << 30;

/// Bytes that are unpacked and read at a time.
const CHUNK: usize = 1 << 16;

/// A model's file, held as it lies on disk.
pub struct File {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl File {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if it cannot be read.
    pub fn read(path: &Path) -> Result<Self> {
        Ok(Self::new(path, read(path)?))
    }

    /// The file of these bytes, which errors call `path`.
    pub fn new(path: &Path, bytes: Vec<u8>) -> Self {
        Self { path: path.to_owned(), bytes }
    }

    /// What an error calls it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether it was packed with gzip.
    pub fn is_packed(&self) -> bool {
        self.bytes.starts_with(&GZIP)
    }

    /// The length of the GGUF file; of one that was packed, as gzip states it.
    pub fn length(&self) -> usize {
        match self.bytes.last_chunk() {
            Some(&length) if self.is_packed() => u32::from_le_bytes(length) as usize,
            _ => self.bytes.len(),
        }
    }

    /// The model. It is unpacked as it is read, so that what is no model is not unpacked whole.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if it is not a model that is read here.
    pub fn load(&self) -> Result<Transformer> {
        let mut loader = Loader::new(self.checked_length()?);
        self.for_each_chunk(|chunk| loader.write(chunk).map(|()| true))?;
        loader.finish()
    }

    /// What the file says of itself.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if it is not GGUF, or its header is not whole.
    pub fn header(&self) -> Result<Header> {
        let length = self.checked_length()?;
        let (mut beginning, mut header) = (Vec::new(), None);
        let mut look_at = CHUNK.min(length);
        self.for_each_chunk(|chunk| {
            beginning.extend_from_slice(chunk);
            // Looking at each chunk would read the vocabulary dozens of times.
            if beginning.len() >= look_at {
                look_at = (beginning.len() * 2).min(length);
                header = Header::read(&beginning, length)?;
            }
            Ok(header.is_none())
        })?;
        header.ok_or_else(|| Error::new(ErrorKind::Model, "not a usable model file: its header is not whole"))
    }

    /// The file, or one with the name of a vector space in it if it has none.
    ///
    /// # Errors
    /// As [`File::header`].
    pub fn named(self) -> Result<Self> {
        if self.header()?.metadata.keys().any(|key| key.starts_with("bifocal.space.")) {
            return Ok(self);
        }
        let mut whole = Vec::new();
        self.for_each_chunk(|chunk| {
            whole.extend_from_slice(chunk);
            Ok(true)
        })?;
        Ok(match encoder::named(&whole)? {
            Some(bytes) => Self { bytes, ..self },
            None => self,
        })
    }

    /// The length, if a model may have it.
    fn checked_length(&self) -> Result<usize> {
        let length = self.length();
        if length > LARGEST {
            let message = format!("it unpacks to {length} bytes, no model that is read here has more than {LARGEST}");
            return Err(Error::new(ErrorKind::Model, message));
        }
        Ok(length)
    }

    /// Shows `see` the GGUF file's bytes in order, as long as it wants more.
    fn for_each_chunk(&self, mut see: impl FnMut(&[u8]) -> Result<bool>) -> Result<()> {
        if !self.is_packed() {
            for chunk in self.bytes.chunks(CHUNK) {
                if !see(chunk)? {
                    break;
                }
            }
            return Ok(());
        }
        let mut unpacking = GzDecoder::new(self.bytes.as_slice());
        let mut chunk = vec![0; CHUNK];
        loop {
            let length = unpacking
                .read(&mut chunk)
                .map_err(|error| Error::new(ErrorKind::Model, "gzip can't unpack it").because(error))?;
            if length == 0 || !see(&chunk[..length])? {
                return Ok(());
            }
        }
    }
}

/// Reads a model's file, or one of its folder's.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| {
        Error::new(ErrorKind::Io, format!("{} can't be read", path.display()))
            .because(error)
            .hint("a model is a .gguf (or .gguf.gz) file, or a folder with model.safetensors and tokenizer.json: `bifocal model get`")
    })
}

#[cfg(test)]
mod tests {
    use bifocal::index::Packer;

    use super::*;

    fn refused(bytes: Vec<u8>) -> String {
        let file = File::new(Path::new("model.gguf.gz"), bytes);
        let error = file.load().err().expect("it is no model");
        assert!(file.header().is_err());
        assert_eq!(error.kind(), ErrorKind::Model);
        error.message().to_owned()
    }

    #[test]
    fn what_is_no_model_is_not_unpacked_whole() {
        let mut bytes = Packer::new().gzip(&vec![0; 64 << 20]);
        let middle = bytes.len() / 2;
        bytes[middle..][..64].fill(0xff);
        assert!(refused(bytes).contains("GGUF"), "its beginning tells, not the damage behind it");
    }

    #[test]
    fn damage_to_a_packed_file_is_found() {
        let packed = Packer::new().gzip(b"GGUF");
        for end in 2..packed.len() {
            refused(packed[..end].to_vec());
        }
        let mut more = packed;
        let length = more.len() - 4;
        more[length..].copy_from_slice(&(LARGEST as u32 + 1).to_le_bytes());
        assert!(refused(more).contains("1073741825"));
    }
}
