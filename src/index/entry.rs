//! The entry: `bifocal.json`, the one file of an index that is not named by its contents.
//!
//! JSON of at most [`Entry::MOST_BYTES`], whose last field `check` is the xxh64 of all the text before that field, so that
//! half an upload or an error page is found out. The checksum is over text, not over values: a reader needs no canonical
//! JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh64::xxh64;

use super::{Head, PartId};
use crate::encoder::VectorSpace;
use crate::{Error, ErrorKind, Result};

/// The version of the format that this build writes and reads.
pub const FORMAT: u32 = 10;

/// What an index is and where its core lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The version of the format.
    pub format: u32,
    /// Differs between any two builds that differ.
    pub generation: String,
    /// The name of the site.
    pub title: String,
    /// The site's root, relative to the index folder, or absolute.
    pub site: String,
    /// Languages of the pages, the most frequent first.
    pub languages: Vec<Language>,
    /// How many pages.
    pub pages: u32,
    /// How many sections.
    pub sections: u32,
    /// How many passages.
    pub passages: u32,
    /// How many forms the dictionary holds.
    pub words: u32,
    /// Bytes of the largest part before compression: no reader needs to unpack more.
    pub largest_part: u32,
    /// Path of the core part.
    pub core: String,
    /// The packs that hold the parts, unless each is a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packs: Option<Packs>,
    /// Whether words have vectors, so that meaning can be searched for without a model.
    pub lexicon: bool,
    /// The encoder of the vector rows, if there are any.
    pub model: Option<ModelRef>,
    /// The browser runtime: what each file is for, and its path.
    pub runtime: BTreeMap<String, String>,
}

/// The packs that hold an index's parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Packs {
    /// The hash of all of them, in their names.
    pub hash: String,
    /// How many there are.
    pub files: u32,
    /// Bytes at the start of the first that every reader needs: up to the end of the directory.
    pub head: u32,
}

impl Packs {
    /// The path of pack `number` below the index folder.
    #[cfg(feature = "native")]
    pub fn path(&self, number: usize) -> String {
        format!("parts/pack{number}-{}.bin", self.hash)
    }
}

/// A language and how many pages are in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Language {
    /// The language's tag, such as `en` or `pt-br`.
    pub code: String,
    /// Pages in it.
    pub pages: u32,
}

/// The encoder that embedded the passages, and the file from which a browser may load it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelRef {
    /// The vector space of the rows; any encoder of that space may answer.
    pub space: VectorSpace,
    /// The file, if the index folder holds one.
    pub file: Option<ModelFile>,
}

/// A model file in the index folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelFile {
    /// The paths of its pieces below the index folder, with `*` for a piece's number.
    pub path: String,
    /// How many pieces it is cut into, from 0 on.
    pub pieces: u32,
    /// Its length.
    pub bytes: u32,
    /// The length of what gzip packed into it; none if it is GGUF as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpacked: Option<u32>,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}

#[cfg(feature = "native")]
impl ModelFile {
    /// The path of piece `number` below the index folder.
    pub fn piece(&self, number: u32) -> String {
        self.path.replace('*', &number.to_string())
    }

    /// Cuts `file`, the model `name`, into pieces of `size` bytes, with their paths. `unpacked` is the length of what gzip packed
    /// into it.
    ///
    /// # Panics
    /// If `size` is 0.
    pub fn cut(name: &str, file: &[u8], unpacked: Option<u32>, size: usize) -> (Self, Vec<(String, Vec<u8>)>) {
        use sha2::{Digest, Sha256};

        let path = format!("model/{name}-*-{:016x}.bin", xxh64(file, 0));
        let sha256 = Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect();
        let pieces = file.chunks(size).enumerate();
        let pieces: Vec<_> = pieces.map(|(at, piece)| (path.replace('*', &at.to_string()), piece.to_vec())).collect();
        (Self { path, pieces: pieces.len() as u32, bytes: file.len() as u32, unpacked, sha256 }, pieces)
    }
}

const CHECK: &str = ",\"check\":\"";

impl Entry {
    /// Longest text of an entry.
    pub const MOST_BYTES: usize = 2_048;

    /// The language of most pages; empty where none says its own.
    pub fn main_language(&self) -> &str {
        self.languages.first().map_or("", |language| &language.code)
    }

    /// Confirms that `text` is whole: the checksum that it carries is that of the rest.
    pub fn verify(text: &str) -> Result<()> {
        let broken = |what: &str| {
            Err(Error::new(ErrorKind::Damaged, ["bifocal.json: ", what].concat())
                .hint("upload the whole index folder again, or rebuild the index"))
        };
        let Some((body, check)) = text.trim_end().rsplit_once(CHECK) else {
            return broken("it is not an entry of an index");
        };
        let Some(check) = check.strip_suffix("\"}") else {
            return broken("it ends too early");
        };
        if u64::from_str_radix(check, 16) != Ok(xxh64(body.as_bytes(), 0)) {
            return broken("its checksum does not match");
        }
        Ok(())
    }

    /// What searching needs of an entry, if this build reads its format.
    pub fn head(format: u32, core: &str, pages: u32) -> Result<Head> {
        if format != FORMAT {
            let message = ["index format ", &format.to_string(), ", this build reads ", &FORMAT.to_string()];
            return Err(
                Error::new(ErrorKind::Version, message.concat()).hint("rebuild the index with this version of bifocal")
            );
        }
        Ok(Head { core: PartId::from_path(core)?, pages })
    }

    /// Reads an entry.
    #[cfg(feature = "native")]
    pub fn parse(text: &str) -> Result<Self> {
        Self::verify(text)?;
        let unreadable = |e| Error::new(ErrorKind::Damaged, "bifocal.json cannot be read").because(e);
        let value: serde_json::Value = serde_json::from_str(text).map_err(unreadable)?;
        // Another format may have other fields: its version is looked at first.
        let format = value["format"].as_u64().unwrap_or_default() as u32;
        Self::head(format, value["core"].as_str().unwrap_or_default(), 0)?;
        serde_json::from_value(value).map_err(unreadable)
    }

    /// What searching needs of it.
    #[cfg(feature = "native")]
    pub fn open(&self) -> Result<Head> {
        Self::head(self.format, &self.core, self.pages)
    }

    /// Names the generation by all that the entry says otherwise.
    #[cfg(feature = "native")]
    pub fn stamp(&mut self) -> Result<()> {
        self.generation.clear();
        self.generation = format!("{:016x}", xxh64(self.seal()?.as_bytes(), 0));
        Ok(())
    }

    /// The text of `bifocal.json`.
    #[cfg(feature = "native")]
    pub fn seal(&self) -> Result<String> {
        let mut text = serde_json::to_string(self)
            .map_err(|e| Error::new(ErrorKind::Input, "the entry cannot be written").because(e))?;
        text.pop();
        text = format!("{text}{CHECK}{:016x}\"}}\n", xxh64(text.as_bytes(), 0));
        if text.len() > Self::MOST_BYTES {
            let message = format!("the entry takes {} bytes, {} at most", text.len(), Self::MOST_BYTES);
            return Err(Error::new(ErrorKind::Input, message).hint("give the site a shorter title"));
        }
        Ok(text)
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn an_entry_carries_its_own_proof() {
        let entry = Entry {
            format: FORMAT,
            generation: "1".into(),
            title: "A \"site\"".into(),
            site: "../".into(),
            languages: vec![Language { code: "en".into(), pages: 3 }],
            pages: 3,
            sections: 4,
            passages: 5,
            words: 6,
            largest_part: 7,
            core: "parts/core-0123456789ab.bin".into(),
            packs: None,
            lexicon: false,
            model: None,
            runtime: BTreeMap::new(),
        };
        let text = entry.seal().unwrap();
        assert_eq!(Entry::parse(&text).unwrap(), entry);
        assert!(Entry::parse(&text.replace(":3", ":4")).is_err());
        assert!(Entry::parse(&text[..text.len() - 3]).is_err());
        assert!(Entry::parse("<!doctype html>").is_err());
        let future = Entry { format: FORMAT + 1, ..entry };
        assert_eq!(future.open().unwrap_err().kind(), ErrorKind::Version);
    }
}
