//! An index as far as it has been loaded.

use std::collections::BTreeMap;

use super::{Core, Entry, Kind, PartId, RawPart, VectorPart};
use crate::bytes::damaged;
use crate::corpus::StoredPage;
use crate::lexical::{PostingList, Postings, TermBlock, read_positions};
use crate::vector::hnsw::Graph;
use crate::{Error, Result};

/// An index of which the host loads parts as they are needed.
///
/// It does no I/O: [`Index::supply`] takes a part's bytes, [`Index::fail`] the news that it can't be had. What a search needs
/// next is said by [`crate::search::Run::step`].
pub struct Index {
    entry: Entry,
    core_id: PartId,
    core: Option<Core>,
    terms: BTreeMap<u64, TermBlock>,
    postings: BTreeMap<u64, Vec<u8>>,
    positions: BTreeMap<u64, Positions>,
    vectors: BTreeMap<u64, VectorPart>,
    graph: Option<Graph>,
    text: BTreeMap<u64, Vec<StoredPage>>,
    failed: BTreeMap<PartId, String>,
}

/// The positions of a dictionary block's terms.
pub struct Positions(Vec<u8>);

impl Positions {
    /// Positions, page by page, of the block's term number `index`, which occurs in `pages` pages.
    pub fn of(&self, index: usize, pages: u32) -> Result<Vec<Vec<u32>>> {
        read_positions(&self.0, index, pages)
    }
}

impl Index {
    /// An index of which only the entry is known.
    pub fn open(entry: Entry) -> Result<Self> {
        let core_id = entry.core_part()?;
        Ok(Self {
            entry,
            core_id,
            core: None,
            terms: BTreeMap::new(),
            postings: BTreeMap::new(),
            positions: BTreeMap::new(),
            vectors: BTreeMap::new(),
            graph: None,
            text: BTreeMap::new(),
            failed: BTreeMap::new(),
        })
    }

    /// The entry.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// The name of the core part, which every search needs first.
    pub fn core_id(&self) -> PartId {
        self.core_id
    }

    /// The core, once it is loaded.
    pub fn core(&self) -> Option<&Core> {
        self.core.as_ref()
    }

    /// Takes the uncompressed bytes of the part that `path` names.
    ///
    /// # Errors
    /// The bytes are not that part; the index is as before, and the host should [`fail`](Index::fail) the part.
    pub fn supply(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        let id = PartId::from_path(path)?;
        let contents = RawPart::contents(id, bytes)?;
        self.load(id, contents).map_err(|source| {
            let hint = source.way_out().unwrap_or_default().to_owned();
            Error::new(source.kind(), [path, ": ", &source.to_string()].concat()).hint(hint)
        })
    }

    /// Notes that the part that `path` names can't be had; searches go on without it and say so.
    pub fn fail(&mut self, path: &str, reason: &str) -> Result<()> {
        self.failed.insert(PartId::from_path(path)?, reason.to_owned());
        Ok(())
    }

    /// Forgets which parts could not be had, so that they are asked for again.
    pub fn retry(&mut self) {
        self.failed.clear();
    }

    /// Why a part can't be had, if it was tried.
    pub fn failure(&self, id: PartId) -> Option<&str> {
        self.failed.get(&id).map(String::as_str)
    }

    /// Whether a part is neither loaded nor known to be missing.
    pub fn wants(&self, id: PartId) -> bool {
        let loaded = match id.kind {
            Kind::Core => self.core.is_some(),
            Kind::Terms => self.terms.contains_key(&id.hash),
            Kind::Postings => self.postings.contains_key(&id.hash),
            Kind::Positions => self.positions.contains_key(&id.hash),
            Kind::Vectors => self.vectors.contains_key(&id.hash),
            Kind::Graph => self.graph.is_some(),
            Kind::Text => self.text.contains_key(&id.hash),
        };
        !loaded && !self.failed.contains_key(&id)
    }

    /// A dictionary block, if it is loaded.
    pub fn terms(&self, id: PartId) -> Option<&TermBlock> {
        self.terms.get(&id.hash)
    }

    /// The postings of a block's term, or the part that must be loaded for them.
    pub fn postings<'i>(&'i self, block: &'i TermBlock, index: usize) -> Result<PostingList<'i>, Option<PartId>> {
        match block.postings(index).ok_or(None)? {
            Postings::Inline(list) => Ok(list),
            Postings::Apart(hash) => match self.postings.get(&hash) {
                Some(bytes) => Ok(PostingList::new(bytes, block.terms()[index].pages)),
                None => Err(Some(PartId { kind: Kind::Postings, hash })),
            },
        }
    }

    /// The positions of a block's terms, if they are loaded.
    pub fn positions(&self, block: &TermBlock) -> Option<&Positions> {
        self.positions.get(&block.positions())
    }

    /// A part of vector rows, if it is loaded.
    pub fn vectors(&self, hash: u64) -> Option<&VectorPart> {
        self.vectors.get(&hash)
    }

    /// The graph over the rows, if it is loaded.
    pub fn graph(&self) -> Option<&Graph> {
        self.graph.as_ref()
    }

    /// The pages of a text part, if it is loaded.
    pub fn text(&self, id: PartId) -> Option<&[StoredPage]> {
        self.text.get(&id.hash).map(Vec::as_slice)
    }

    fn load(&mut self, id: PartId, contents: &[u8]) -> Result<()> {
        if id.kind == Kind::Core {
            if id != self.core_id {
                return Err(damaged("the core of another build"));
            }
            let core = Core::read(contents)?;
            if core.collection.pages != self.entry.pages {
                return Err(damaged("a core that counts other pages than the entry"));
            }
            self.core = Some(core);
            return Ok(());
        }
        let core = self.core.as_ref().ok_or_else(|| damaged("a part that came before the core"))?;
        match id.kind {
            Kind::Core => {}
            Kind::Terms => {
                self.terms.insert(id.hash, TermBlock::open(contents.to_vec())?);
            }
            Kind::Postings => {
                self.postings.insert(id.hash, contents.to_vec());
            }
            Kind::Positions => {
                self.positions.insert(id.hash, Positions(contents.to_vec()));
            }
            Kind::Vectors => {
                let part = core.vectors.iter().find(|part| part.hash == id.hash);
                let rows = part.ok_or_else(|| damaged("vector rows that the core does not name"))?.rows;
                let part = VectorPart::open(contents.to_vec(), core.dims, rows, core.collection.pages)?;
                self.vectors.insert(id.hash, part);
            }
            Kind::Graph => self.graph = Some(Graph::open(contents, core.rows() as usize)?),
            Kind::Text => {
                self.text.insert(id.hash, StoredPage::read_block(contents)?);
            }
        }
        self.failed.remove(&id);
        Ok(())
    }
}
