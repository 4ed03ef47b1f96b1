//! An index as far as it has been loaded.

use super::firsts::Firsts;
use super::names::{read_block_run, read_text_run};
use super::{
    CellList, Column, Core, Directory, GeneralBlock, Grouping, Kind, PartId, PositionPlaces, Positions, RawPart,
    RelatedBlock, Relations, Rules, Spelling, TextStart, VectorPart, WordList,
};
use crate::bytes::{Reader, damaged};
use crate::corpus::StoredPage;
use crate::lexical::{PostingList, PostingReader, Postings, TermBlock};
use crate::vector::Projection;
use crate::vector::hnsw::Graph;
use crate::{Error, Result};

/// An index of which the host loads parts as they are needed.
///
/// It does no I/O: [`Index::supply`] takes a part's bytes, [`Index::fail`] the news that it can't be had. What a search needs
/// next is said by [`crate::search::Run::step`].
pub struct Index {
    head: Head,
    core: Option<Core>,
    /// In the order of their names.
    parts: Vec<(PartId, Loaded)>,
    graph: Option<Graph>,
    projection: Option<Projection>,
    places: Option<PositionPlaces>,
    rules: Option<Rules>,
    whole: bool,
}

/// What an index's entry says that searching needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The name of the core.
    pub core: PartId,
    /// How many pages there are.
    pub pages: u32,
}

/// The list of a postings part.
fn lay_list(contents: &[u8]) -> Result<Vec<u8>> {
    let (mut reader, mut list) = (Reader::new(contents), Vec::new());
    let pages = reader.small()?;
    let mut columns = PostingReader::new(&mut reader)?;
    columns.lay(pages, &mut list)?;
    columns.end()?;
    reader.end()?;
    Ok(list)
}

/// A part, opened, or why it can't be had.
enum Loaded {
    Terms(TermBlock),
    Postings(Vec<u8>),
    Positions(Positions),
    Vectors(VectorPart),
    Text(Vec<StoredPage>),
    Directory(Directory),
    General(GeneralBlock),
    Spelling(Spelling),
    Words(WordList),
    Field(Column),
    Blocks(Firsts),
    Texts(Vec<TextStart>),
    Relations(Relations),
    Related(RelatedBlock),
    Region(CellList),
    Failed(String),
}

impl Index {
    /// An index of which only the entry is known.
    pub fn open(head: Head) -> Self {
        Self {
            head,
            core: None,
            parts: Vec::new(),
            graph: None,
            projection: None,
            places: None,
            rules: None,
            whole: false,
        }
    }

    /// Says that the host holds all parts, so that none costs anything: every row is compared, or the graph walked.
    pub fn hold_whole(&mut self) {
        self.whole = true;
    }

    /// Whether the host holds all parts.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// What the entry says of it.
    pub fn head(&self) -> Head {
        self.head
    }

    /// The name of the core part, which every search needs first.
    pub fn core_id(&self) -> PartId {
        self.head.core
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
            Error::new(source.kind(), [path, ": ", source.message()].concat()).hint(hint)
        })
    }

    /// Notes that the part that `path` names can't be had; searches go on without it and say so.
    pub fn fail(&mut self, path: &str, reason: &str) -> Result<()> {
        self.put(PartId::from_path(path)?, Loaded::Failed(reason.to_owned()));
        Ok(())
    }

    /// Forgets which parts could not be had, so that they are asked for again.
    pub fn retry(&mut self) {
        self.parts.retain(|(_, part)| !matches!(part, Loaded::Failed(_)));
    }

    /// Why a part can't be had, if it was tried.
    pub fn failure(&self, id: PartId) -> Option<&str> {
        match self.part(id) {
            Some(Loaded::Failed(reason)) => Some(reason),
            _ => None,
        }
    }

    /// Whether a part is neither loaded nor known to be missing.
    pub fn wants(&self, id: PartId) -> bool {
        let loaded = match id.kind {
            Kind::Core => self.core.is_some(),
            Kind::Graph => self.graph.is_some(),
            Kind::Projection => self.projection.is_some(),
            Kind::Places => self.places.is_some(),
            Kind::Rules => self.rules.is_some(),
            _ => false,
        };
        !loaded && self.part(id).is_none()
    }

    /// A dictionary block, if it is loaded.
    pub fn terms(&self, id: PartId) -> Option<&TermBlock> {
        match self.part(id)? {
            Loaded::Terms(block) => Some(block),
            _ => None,
        }
    }

    /// The postings of a block's term, or the part that must be loaded for them.
    pub fn postings<'i>(&'i self, block: &'i TermBlock, index: usize) -> Result<PostingList<'i>, Option<PartId>> {
        match block.postings(index).ok_or(None)? {
            Postings::Inline(list) => Ok(list),
            Postings::Apart(hash) => {
                let id = PartId { kind: Kind::Postings, hash };
                match self.part(id) {
                    Some(Loaded::Postings(bytes)) => Ok(PostingList::new(bytes, block.terms()[index].pages)),
                    _ => Err(Some(id)),
                }
            }
        }
    }

    /// A part of positions, if it is loaded.
    pub fn positions(&self, id: PartId) -> Option<&Positions> {
        match self.part(id)? {
            Loaded::Positions(positions) => Some(positions),
            _ => None,
        }
    }

    /// Where positions lie, if that is loaded.
    pub fn places(&self) -> Option<&PositionPlaces> {
        self.places.as_ref()
    }

    /// A part of vector rows, if it is loaded.
    pub fn vectors(&self, hash: u64) -> Option<&VectorPart> {
        match self.part(PartId { kind: Kind::Vectors, hash })? {
            Loaded::Vectors(part) => Some(part),
            _ => None,
        }
    }

    /// The cells of a region, if they are loaded.
    pub fn region(&self, id: PartId) -> Option<&CellList> {
        match self.part(id)? {
            Loaded::Region(list) => Some(list),
            _ => None,
        }
    }

    /// How many rows the part of a cell holds, once the cell is known.
    fn rows_of(&self, core: &Core, hash: u64) -> Option<u32> {
        let listed = |list: &CellList| list.parts.iter().find(|part| part.hash == hash).map(|part| part.rows);
        match &core.cells.grouping {
            Grouping::Cells(list) => listed(list),
            Grouping::Regions(regions) => {
                regions.parts.iter().find_map(|region| self.region(region.part()).and_then(listed))
            }
        }
    }

    /// What the owner of the site says about ranking, if that is loaded.
    pub fn rules(&self) -> Option<&Rules> {
        self.rules.as_ref()
    }

    /// The graph over the rows, if it is loaded.
    pub fn graph(&self) -> Option<&Graph> {
        self.graph.as_ref()
    }

    /// The projection of the encoder's vectors, if it is loaded.
    pub fn projection(&self) -> Option<&Projection> {
        self.projection.as_ref()
    }

    /// The directory of general words, if it is loaded.
    pub fn directory(&self, id: PartId) -> Option<&Directory> {
        match self.part(id)? {
            Loaded::Directory(directory) => Some(directory),
            _ => None,
        }
    }

    /// A block of general words, if it is loaded.
    pub fn general(&self, id: PartId) -> Option<&GeneralBlock> {
        match self.part(id)? {
            Loaded::General(block) => Some(block),
            _ => None,
        }
    }

    /// Where lists of words lie, if that is loaded.
    pub fn spelling(&self, id: PartId) -> Option<&Spelling> {
        match self.part(id)? {
            Loaded::Spelling(spelling) => Some(spelling),
            _ => None,
        }
    }

    /// A list of words, if it is loaded.
    pub fn words(&self, id: PartId) -> Option<&WordList> {
        match self.part(id)? {
            Loaded::Words(list) => Some(list),
            _ => None,
        }
    }

    /// Where it lies which pages are like which, if that is loaded.
    pub fn relations(&self, id: PartId) -> Option<&Relations> {
        match self.part(id)? {
            Loaded::Relations(relations) => Some(relations),
            _ => None,
        }
    }

    /// A block of pages and those like them, if it is loaded.
    pub fn related(&self, id: PartId) -> Option<&RelatedBlock> {
        match self.part(id)? {
            Loaded::Related(block) => Some(block),
            _ => None,
        }
    }

    /// The column of a field, if it is loaded.
    pub fn column(&self, id: PartId) -> Option<&Column> {
        match self.part(id)? {
            Loaded::Field(column) => Some(column),
            _ => None,
        }
    }

    /// The pages of a text part, if it is loaded.
    pub fn text(&self, id: PartId) -> Option<&[StoredPage]> {
        match self.part(id)? {
            Loaded::Text(pages) => Some(pages),
            _ => None,
        }
    }

    /// A run of names of dictionary blocks, if it is loaded.
    pub(super) fn block_run(&self, id: PartId) -> Option<&[(String, u64)]> {
        match self.part(id)? {
            Loaded::Blocks(names) => Some(names),
            _ => None,
        }
    }

    /// A run of names of text parts, if it is loaded.
    pub(super) fn text_run(&self, id: PartId) -> Option<&[TextStart]> {
        match self.part(id)? {
            Loaded::Texts(names) => Some(names),
            _ => None,
        }
    }

    fn part(&self, id: PartId) -> Option<&Loaded> {
        let at = self.parts.binary_search_by_key(&id, |(other, _)| *other).ok()?;
        Some(&self.parts[at].1)
    }

    fn put(&mut self, id: PartId, part: Loaded) {
        match self.parts.binary_search_by_key(&id, |(other, _)| *other) {
            Ok(at) => self.parts[at].1 = part,
            Err(at) => self.parts.insert(at, (id, part)),
        }
    }

    fn load(&mut self, id: PartId, contents: &[u8]) -> Result<()> {
        if id.kind == Kind::Core {
            if id != self.head.core {
                return Err(damaged("the core of another build"));
            }
            let core = Core::read(contents)?;
            if core.collection.pages != self.head.pages {
                return Err(damaged("a core that counts other pages than the entry"));
            }
            self.core = Some(core);
            return Ok(());
        }
        let core = self.core.as_ref().ok_or_else(|| damaged("a part that came before the core"))?;
        let part = match id.kind {
            Kind::Terms => Loaded::Terms(TermBlock::open(contents)?),
            Kind::Postings => Loaded::Postings(lay_list(contents)?),
            Kind::Vectors => {
                let rows = self.rows_of(core, id.hash);
                let rows =
                    rows.ok_or_else(|| damaged("vector rows that neither the core nor a loaded region names"))?;
                Loaded::Vectors(VectorPart::open(contents.to_vec(), core.cells.code, rows, core.collection.pages)?)
            }
            Kind::Region => {
                let Grouping::Regions(regions) = &core.cells.grouping else {
                    return Err(damaged("a region of an index without regions"));
                };
                let at = regions.parts.iter().position(|region| region.hash == id.hash);
                Loaded::Region(
                    regions.open(at.ok_or_else(|| damaged("a region that the core does not name"))?, contents)?,
                )
            }
            Kind::Text => Loaded::Text(StoredPage::read_block(contents)?),
            Kind::Blocks => Loaded::Blocks(read_block_run(contents, id.hash, &core.terms)?),
            Kind::Texts => Loaded::Texts(read_text_run(contents, core.collection.pages)?),
            _ => return self.load_seldom(id, contents),
        };
        self.put(id, part);
        Ok(())
    }

    /// Loads a part of a kind that few queries need.
    #[inline(never)]
    fn load_seldom(&mut self, id: PartId, contents: &[u8]) -> Result<()> {
        let core = self.core.as_ref().ok_or_else(|| damaged("a part that came before the core"))?;
        let part = match id.kind {
            Kind::Graph => {
                self.graph = Some(Graph::open(contents, core.cells.rows() as usize)?);
                return Ok(());
            }
            Kind::Projection => {
                let (source, dims) = (core.cells.source as usize, core.cells.code.dims());
                self.projection = Some(Projection::read(contents, source, dims)?);
                return Ok(());
            }
            Kind::Places => {
                let (blocks, pages) = (core.terms.count(), core.collection.pages);
                self.places = Some(PositionPlaces::read(contents, blocks, pages)?);
                return Ok(());
            }
            Kind::Positions => Loaded::Positions(Positions::new(contents.to_vec())),
            Kind::Rules => {
                self.rules = Some(Rules::read(contents, core.collection.pages)?);
                return Ok(());
            }
            Kind::Relations => Loaded::Relations(Relations::read(contents)?),
            Kind::Related => Loaded::Related(RelatedBlock::read(contents, core.collection.pages)?),
            Kind::Directory => Loaded::Directory(Directory::read(contents)?),
            Kind::Spelling => Loaded::Spelling(Spelling::read(contents)?),
            Kind::Words => Loaded::Words(WordList::read(contents)?),
            Kind::General => {
                let code = core.words.ok_or_else(|| damaged("general words beside words without vectors"))?;
                Loaded::General(GeneralBlock::open(contents, code.bytes() + 2)?)
            }
            Kind::Field => {
                let cells = core.cells.count() as u32;
                Loaded::Field(Column::open(contents, core.collection.pages, cells)?)
            }
            // The others are needed often, and known to the caller.
            _ => return Err(damaged("a part of a kind that is out of place")),
        };
        self.put(id, part);
        Ok(())
    }
}
