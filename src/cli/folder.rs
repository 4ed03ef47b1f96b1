//! An index folder on disk, searched as a browser would: part by part.

use std::io::Read;
use std::path::{Path, PathBuf};

use bifocal::index::{Entry, Index, PartId};
use bifocal::search::{Answer, Query, complete};
use bifocal::{Error, ErrorKind, Result};
use flate2::read::GzDecoder;

/// An index folder, opened.
pub struct IndexFolder {
    path: PathBuf,
    entry: Entry,
    index: Index,
}

impl IndexFolder {
    /// Opens the index in `path`, or in its sub-folder `bifocal`, where `bifocal build` puts it.
    pub fn open(path: &Path) -> Result<Self> {
        let inner = path.join("bifocal");
        let path = if !path.join(ENTRY).exists() && inner.join(ENTRY).exists() { inner } else { path.to_owned() };
        let entry = read_entry(&path)?;
        let index = Index::open(entry.open()?);
        Ok(Self { path, entry, index })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its entry.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// What has been loaded of it.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Loads a part.
    pub fn load(&mut self, id: PartId) -> Result<()> {
        let bytes = read_part(&self.path, id, self.entry.largest_part)?;
        self.index.supply(&id.to_string(), &bytes)
    }

    /// Answers a query. When parts are missing because the index was built anew meanwhile, it is opened once more.
    pub fn answer(&mut self, query: &Query, vector: Option<(&[f32], &str)>) -> Result<Answer> {
        let answer = self.ask(query, vector)?;
        if answer.failures.is_empty() {
            return Ok(answer);
        }
        let entry = read_entry(&self.path)?;
        if entry.generation == self.entry.generation {
            return Ok(answer);
        }
        self.index = Index::open(entry.open()?);
        self.entry = entry;
        self.ask(query, vector)
    }

    fn ask(&mut self, query: &Query, vector: Option<(&[f32], &str)>) -> Result<Answer> {
        let most = self.entry.largest_part;
        let vector = vector.map(|(vector, encoder)| (vector.to_vec(), encoder));
        complete(&mut self.index, query.clone(), vector, |id| read_part(&self.path, id, most))
    }
}

/// The entry's file name.
pub const ENTRY: &str = "bifocal.json";

/// Reads the entry of the index in `folder`.
pub fn read_entry(folder: &Path) -> Result<Entry> {
    let path = folder.join(ENTRY);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Error::new(ErrorKind::Missing, format!("{} is not an index: {ENTRY} can't be read", folder.display()))
            .because(error)
            .hint("build one with `bifocal build FOLDER`, or name the folder that holds bifocal.json")
    })?;
    Entry::parse(&text)
}

fn read_part(folder: &Path, id: PartId, most: u32) -> Result<Vec<u8>> {
    let path = folder.join(id.to_string());
    let refused = |kind, what: &str, error| Error::new(kind, format!("{} {what}", path.display())).because(error);
    let file = std::fs::File::open(&path).map_err(|error| refused(ErrorKind::Missing, "can't be opened", error))?;
    let mut bytes = Vec::new();
    // One byte more than the bound, so that a part which unpacks to too much is noticed by its length.
    GzDecoder::new(file)
        .take(u64::from(most) + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| refused(ErrorKind::Damaged, "can't be unpacked", error))?;
    Ok(bytes)
}
