//! An index folder on disk, or a single file that holds an index, searched as a browser would: part by part.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use bifocal::corpus::{Ordinal, PageId, StoredPage};
use bifocal::index::pack::{Directory, Head, Place as PlaceInPacks};
use bifocal::index::{Core, Entry, Index, PartId, Place, RawPart, gunzip};
use bifocal::search::{Answer, Query, complete};
use bifocal::{Error, ErrorKind, Result};

/// An index, opened.
pub struct IndexFolder {
    /// The folder, or the single file.
    path: PathBuf,
    entry: Entry,
    index: Index,
    parts: Parts,
}

impl IndexFolder {
    /// Opens the index in `path`, or in its sub-folder `bifocal`, where `bifocal build` puts it; or the one that `path` holds
    /// as a single file.
    pub fn open(path: &Path) -> Result<Self> {
        let inner = path.join("bifocal");
        let path = if !path.join(ENTRY).exists() && inner.join(ENTRY).exists() { inner } else { path.to_owned() };
        let (entry, parts) = open(&path)?;
        Ok(Self { path, index: Index::open(entry.open()?), entry, parts })
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

    /// Where parts lie in packs, if they do.
    pub fn directory(&self) -> Option<&Directory> {
        match &self.parts {
            Parts::Files(_) => None,
            Parts::Packs(packs) => Some(&packs.directory),
        }
    }

    /// How many bytes a part takes as it is stored.
    pub fn bytes(&self, id: PartId) -> Option<u64> {
        match &self.parts {
            Parts::Files(folder) => std::fs::metadata(folder.join(id.to_string())).ok().map(|file| file.len()),
            Parts::Packs(packs) => packs.directory.find(id).map(|place| place.length),
        }
    }

    /// Loads a part.
    pub fn load(&mut self, id: PartId) -> Result<()> {
        let bytes = self.parts.read(id, self.entry.largest_part)?;
        self.index.supply(&id.to_string(), &bytes)
    }

    /// Calls `visit` for the beginning of each page, in their order.
    pub fn for_each_page(&mut self, mut visit: impl FnMut(&StoredPage)) -> Result<()> {
        self.load(self.index.core_id())?;
        for page in (0..self.entry.pages).map(PageId) {
            // The names of a large site's parts lie in parts themselves.
            while let Some(core) = self.index.core()
                && let Some(Place::Part(id) | Place::Named(id)) = self.index.text_for(core, page, Ordinal(0))
                && self.index.wants(id)
            {
                self.load(id)?;
            }
            let Some(core) = self.index.core() else { break };
            let Some(Place::Part(id)) = self.index.text_for(core, page, Ordinal(0)) else { continue };
            let stored = self.index.text(id).and_then(|pages| pages.iter().find(|stored| stored.page == page));
            stored.into_iter().for_each(&mut visit);
        }
        Ok(())
    }

    /// Answers a query. When parts are missing because the index was built anew meanwhile, it is opened once more.
    pub fn answer(&mut self, query: &Query, vector: Option<(&[f32], &str)>) -> Result<Answer> {
        let answer = self.ask(query, vector)?;
        if answer.failures.is_empty() {
            return Ok(answer);
        }
        let (entry, parts) = open(&self.path)?;
        if entry.generation == self.entry.generation {
            return Ok(answer);
        }
        self.index = Index::open(entry.open()?);
        (self.entry, self.parts) = (entry, parts);
        self.ask(query, vector)
    }

    fn ask(&mut self, query: &Query, vector: Option<(&[f32], &str)>) -> Result<Answer> {
        let (parts, most) = (&self.parts, self.entry.largest_part);
        let vector = vector.map(|(vector, encoder)| (vector.to_vec(), encoder));
        complete(&mut self.index, query.clone(), vector, |id| parts.read(id, most))
    }
}

/// The entry's file name.
pub const ENTRY: &str = "bifocal.json";

/// Reads the entry of the index in `folder`.
fn read_entry(folder: &Path) -> Result<Entry> {
    let path = folder.join(ENTRY);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Error::new(ErrorKind::Missing, format!("{} is not an index: {ENTRY} can't be read", folder.display()))
            .because(error)
            .hint("build one with `bifocal build FOLDER`, or name the folder that holds bifocal.json")
    })?;
    Entry::parse(&text)
}

/// Where the parts of an index are.
enum Parts {
    /// Each a file below this folder.
    Files(PathBuf),
    Packs(Packs),
}

struct Packs {
    paths: Vec<PathBuf>,
    /// The core is part of the head.
    core: (PartId, Vec<u8>),
    directory: Directory,
}

/// The entry and the parts of the index in the folder, or the file, at `path`.
fn open(path: &Path) -> Result<(Entry, Parts)> {
    if path.is_file() {
        let (entry, packs) = open_packs(vec![path.to_owned()])?;
        return Ok((entry, Parts::Packs(packs)));
    }
    let entry = read_entry(path)?;
    let parts = match &entry.packs {
        None => Parts::Files(path.to_owned()),
        Some(packs) => {
            Parts::Packs(open_packs((0..packs.files as usize).map(|at| path.join(packs.path(at))).collect())?.1)
        }
    };
    Ok((entry, parts))
}

fn open_packs(paths: Vec<PathBuf>) -> Result<(Entry, Packs)> {
    let first = &paths[0];
    let named = |error: Error| Error::new(error.kind(), format!("{} can't be opened", first.display())).because(error);
    let header = read_range(first, 0, 20)?;
    let length = Head::length(&header).unwrap_or(header.len() as u64);
    let head = Head::read(&read_range(first, 0, length)?).map_err(named)?;
    let id = PartId::from_path(&head.entry.core)?;
    let core = gunzip(&id.to_string(), &head.core, head.entry.largest_part).map_err(named)?;
    let directory = RawPart::contents(id, &core).and_then(Core::read).and_then(|core| head.directory(&core));
    let directory = directory.map_err(named)?;
    if directory.packs() != paths.len() {
        let message = format!("{} is one of {} packs", first.display(), directory.packs());
        return Err(Error::new(ErrorKind::Usage, message).hint("name the index folder"));
    }
    Ok((head.entry, Packs { paths, core: (id, head.core), directory }))
}

impl Parts {
    fn read(&self, id: PartId, most: u32) -> Result<Vec<u8>> {
        match self {
            Parts::Files(folder) => {
                let path = folder.join(id.to_string());
                let bytes = std::fs::read(&path).map_err(|error| refused(&path, "can't be opened", error))?;
                gunzip(&path.display().to_string(), &bytes, most)
            }
            Parts::Packs(Packs { core: (core, bytes), .. }) if *core == id => gunzip(&id.to_string(), bytes, most),
            Parts::Packs(packs) => {
                let place = packs.directory.find(id);
                let PlaceInPacks { pack, start, length } =
                    place.ok_or_else(|| Error::new(ErrorKind::Missing, format!("{id} is in none of the packs")))?;
                let path = &packs.paths[pack];
                gunzip(&format!("{id} in {}", path.display()), &read_range(path, start, length)?, most)
            }
        }
    }
}

/// `length` bytes of a file from `start` on, or as many as there are.
fn read_range(path: &Path, start: u64, length: u64) -> Result<Vec<u8>> {
    let mut file = File::open(path).map_err(|error| refused(path, "can't be opened", error))?;
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(start))
        .and_then(|_| file.take(length).read_to_end(&mut bytes))
        .map_err(|error| refused(path, "can't be read", error))?;
    Ok(bytes)
}

fn refused(path: &Path, what: &str, error: std::io::Error) -> Error {
    Error::new(ErrorKind::Missing, format!("{} {what}", path.display())).because(error)
}
