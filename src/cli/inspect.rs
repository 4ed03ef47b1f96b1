//! `bifocal inspect`: what an index holds.

use std::collections::BTreeMap;
use std::path::PathBuf;

use bifocal::Result;
use bifocal::corpus::PageId;
use bifocal::index::{Cells, Core, Directory, FieldRef, Grouping, Kind, PartId, Place};
use bifocal::lexical::PagePosting;
use clap::Args;
use indicatif::HumanBytes;

use super::folder::IndexFolder;
use super::{print, publish};

/// Shows what an index holds, its parts by bytes, or where a word occurs
#[derive(Args)]
#[command(after_help = "Examples:
  bifocal inspect public/
  bifocal inspect public/ --word borrow")]
pub struct InspectArgs {
    /// The index folder, the site folder that holds it as `bifocal/`, or the file of an index built with --single-file
    index: PathBuf,
    /// Shows this form's family, postings and positions
    #[arg(long, value_name = "WORD")]
    word: Option<String>,
}

/// Runs the command.
pub fn run(args: InspectArgs) -> Result<()> {
    let mut folder = IndexFolder::open(&args.index)?;
    folder.load(folder.index().core_id())?;
    let directory = folder.index().core().and_then(|core| core.general);
    let directory = directory.map(|hash| PartId { kind: Kind::Directory, hash });
    if let Some(directory) = directory.filter(|_| args.word.is_none()) {
        folder.load(directory)?;
    }
    let columns: Vec<PartId> = folder.index().core().iter().flat_map(|core| &core.fields).map(FieldRef::part).collect();
    if args.word.is_none() {
        columns.into_iter().try_for_each(|column| folder.load(column))?;
    }
    match &args.word {
        Some(word) => print(&show_word(&mut folder, &bifocal::text::fold(word))?),
        None => print(&show_index(&folder)),
    }
}

fn show_index(folder: &IndexFolder) -> String {
    let entry = folder.entry();
    let mut out = format!(
        "{}\nformat {}, generation {}\n{} pages, {} sections, {} passages, {} words\n",
        entry.title, entry.format, entry.generation, entry.pages, entry.sections, entry.passages, entry.words
    );
    let languages: Vec<String> = entry.languages.iter().map(|l| format!("{} {}", l.code, l.pages)).collect();
    out += &format!("pages by language: {}\n", languages.join(", "));
    match &entry.model {
        Some(model) => out += &format!("vectors of {}\n", model.space),
        None => out += "no vectors: searched by words alone\n",
    }
    if let Some(core) = folder.index().core() {
        out += &show_cells(&core.cells);
        out += &show_fields(folder, core);
    }
    let files = publish::sizes(folder.path());
    let packed = folder.directory().map(|directory| {
        let mut sizes = Sizes::new();
        for (kind, place) in directory.places() {
            let (count, bytes) = sizes.entry(kind.name().to_owned()).or_default();
            *count += 1;
            *bytes += place.length;
        }
        sizes
    });
    out += &files.as_ref().map(|sizes| show_sizes("files", sizes)).unwrap_or_default();
    out += &packed.as_ref().map(|sizes| show_sizes("parts in packs", sizes)).unwrap_or_default();
    let cells = folder.index().core().map(|core| &core.cells).filter(|cells| cells.count() > 0);
    let sizes = packed.or(files);
    out += &sizes.as_ref().map(show_spelling).unwrap_or_default();
    if let (Some(cells), Some(sizes)) = (cells, sizes) {
        out += &show_costs(cells, &sizes);
        let general = folder.index().core().and_then(|core| core.general);
        let directory = general.map(|hash| PartId { kind: Kind::Directory, hash });
        let directory = directory.and_then(|id| folder.index().directory(id));
        out += &directory.map(|directory| show_general(directory, &sizes)).unwrap_or_default();
    }
    out
}

/// How many there are of a kind, and their bytes.
type Sizes = BTreeMap<String, (usize, u64)>;

fn show_sizes(what: &str, sizes: &Sizes) -> String {
    let width = what.len();
    let line = |count, bytes, kind: &str| format!("{count:>width$}  {:<10}  {kind}\n", HumanBytes(bytes).to_string());
    let lines: String = sizes.iter().map(|(kind, &(count, bytes))| line(count, bytes, kind)).collect();
    let (count, bytes) = sizes.values().fold((0, 0), |(count, sum), (more, bytes)| (count + more, sum + bytes));
    format!("\n{what}  bytes       what\n{lines}{}", line(count, bytes, "all"))
}

fn show_cells(cells: &Cells) -> String {
    if cells.count() == 0 {
        return String::new();
    }
    let (code, count, rows) = (cells.code, cells.count(), cells.rows());
    let regions = match &cells.grouping {
        Grouping::Cells(_) => String::new(),
        Grouping::Regions(of) => {
            format!("{} regions, in the nearest {} of which a query looks for its cells\n", of.parts.len(), of.probes)
        }
    };
    format!(
        "{rows} distinct passages in rows of {} bytes: of {} dimensions {} in 4 bits and {} in 2 bits\n\
         {regions}{count} cells, of which a query is compared with the nearest {}\n\
         on texts of the site they hold {:.1} % of the ten nearest rows, {:.1} % of the ten nearest by the encoder's own vectors\n\
         {}\n",
        code.bytes() + 2,
        cells.source,
        code.fine(),
        code.coarse(),
        cells.probes,
        cells.recall * 100.0,
        cells.kept * 100.0,
        match cells.cut_off < f32::INFINITY {
            true => format!(
                "an answer by meaning counts from a cosine of {:.2} on, which nonsense doesn't reach",
                cells.cut_off
            ),
            false =>
                "search by meaning is switched off: the model tells this site's texts from nonsense too seldom".into(),
        },
    )
}

/// The fields that a query can name: what they hold, how many values, on how many pages, and their columns' bytes.
fn show_fields(folder: &IndexFolder, core: &Core) -> String {
    let mut out = String::new();
    for field in &core.fields {
        let Some(column) = folder.index().column(field.part()) else { continue };
        let pages = (0..core.collection.pages).filter(|&page| !column.of(PageId(page)).is_empty()).count();
        let bytes = folder.bytes(field.part()).map(|bytes| format!(", {}", HumanBytes(bytes))).unwrap_or_default();
        let (name, kind, count) = (&field.name, field.kind.name(), column.count());
        out += &format!("field {name}: {kind}, {count} values on {pages} pages{bytes}\n");
    }
    out
}

/// What the parts of a query by meaning weigh as they are fetched, on average.
fn show_costs(cells: &Cells, sizes: &Sizes) -> String {
    let bytes = |kind: Kind| sizes.get(kind.name()).map_or(0, |&(_, bytes)| bytes);
    let each = |all: u64, count: usize, visited: u32| {
        let one = all / count.max(1) as u64;
        format!("{} each, {}", HumanBytes(one), HumanBytes(one * u64::from(visited)))
    };
    let (centroids, regions) = match &cells.grouping {
        Grouping::Cells(list) => (&list.centroids, String::new()),
        Grouping::Regions(regions) => {
            let each = each(bytes(Kind::Region), regions.parts.len(), regions.probes);
            (&regions.centroids, format!("{} regions of {each}; ", regions.probes))
        }
    };
    format!(
        "\na query by meaning: {regions}{} cells of {}; with the transformer also the projection, once, {}\n\
         in the core: {} of centroids\n",
        cells.probes,
        each(bytes(Kind::Vectors), cells.count(), cells.probes),
        HumanBytes(bytes(Kind::Projection)),
        HumanBytes((centroids.bytes().len() + 2 * cells.code.dims()) as u64),
    )
}

/// What general words weigh as they are fetched.
fn show_general(directory: &Directory, sizes: &BTreeMap<String, (usize, u64)>) -> String {
    let of = |kind: Kind| sizes.get(kind.name()).copied().unwrap_or_default();
    let ((_, directory_bytes), (blocks, bytes)) = (of(Kind::Directory), of(Kind::General));
    let block = bytes / (blocks as u64).max(1);
    format!(
        "{} words that the site doesn't use have vectors, {}; a query with one of them loads {} more, with each further one {}\n",
        directory.words(),
        HumanBytes(directory_bytes + bytes),
        HumanBytes(directory_bytes + block),
        HumanBytes(block),
    )
}

/// What a misspelt word costs: what names the lists, and a list in each order, most often.
fn show_spelling(sizes: &Sizes) -> String {
    let of = |kind: Kind| sizes.get(kind.name()).copied().unwrap_or_default();
    let ((_, names), (lists, bytes)) = (of(Kind::Spelling), of(Kind::Words));
    if lists == 0 {
        return String::new();
    }
    let list = bytes / lists as u64;
    format!(
        "\n{lists} lists of words that misspelt ones may mean, {}; a query with one of these loads some {} more, {} at most\n",
        HumanBytes(names + bytes),
        HumanBytes(names + list * lists.min(2) as u64),
        HumanBytes(names + list * lists.min(6) as u64),
    )
}

fn show_word(folder: &mut IndexFolder, word: &str) -> Result<String> {
    let core = folder.index().core().cloned().unwrap_or_default();
    let unknown = || format!("{word}: the site doesn't use this form\n");
    let Some(id) = block_of(folder, &core, word)? else { return Ok(unknown()) };
    folder.load(id)?;
    let Some((at, apart)) = folder.index().terms(id).and_then(|block| {
        let at = block.find(word).ok()?;
        Some((at, folder.index().postings(block, at).err().flatten()))
    }) else {
        return Ok(unknown());
    };
    if let Some(apart) = apart {
        folder.load(apart)?;
    }
    let positions = positions_of(folder, &core, word, id, at)?;
    let index = folder.index();
    let (Some(block), mut out) = (index.terms(id), String::new()) else { return Ok(unknown()) };
    let term = &block.terms()[at];
    for &family in &term.families {
        let near =
            block.terms().iter().filter(|other| other.families.contains(&family)).map(|other| other.form.as_str());
        let forms: Vec<&str> = near.chain(block.remote(family)).collect();
        out += &format!("family: {}\n", forms.join(" "));
    }
    out += &format!("{word}: in {} pages\n", term.pages);
    let mut positions = positions.into_iter();
    if let Ok(list) = index.postings(block, at) {
        list.for_each(core.collection.pages, |posting| {
            out += &format!("page {}: title {}", posting.page.0, posting.title.count());
            for section in &posting.sections {
                let body = section.body as f32 / core.collection.unit as f32;
                out += &format!("; section {}: heading {}, text {body}", section.section.0, section.heading);
            }
            out += &format!("; at {:?}\n", positions.next().unwrap_or_default());
        })?;
    }
    Ok(out)
}

/// The block in which `word` is or would be; loads the run that names it, if there is one.
fn block_of(folder: &mut IndexFolder, core: &Core, word: &str) -> Result<Option<PartId>> {
    if let Some(Place::Named(run)) = folder.index().block_for(core, word) {
        folder.load(run)?;
    }
    Ok(folder.index().block_for(core, word).map(|(Place::Part(id) | Place::Named(id))| id))
}

/// The positions of the term number `at` of block `id`, page by page.
fn positions_of(folder: &mut IndexFolder, core: &Core, word: &str, id: PartId, at: usize) -> Result<Vec<Vec<u32>>> {
    folder.load(PartId { kind: Kind::Places, hash: core.positions })?;
    let index = folder.index();
    let (mut postings, Some(number)) = (Vec::new(), index.block_number(core, word)) else { return Ok(Vec::new()) };
    if let Some(Ok(list)) = index.terms(id).map(|block| index.postings(block, at)) {
        list.for_each(core.collection.pages, |posting| postings.push(posting.clone()))?;
    }
    let part_of = |posting: &PagePosting| index.places().and_then(|places| places.part(number, posting.page));
    let parts: Vec<Option<PartId>> = postings.iter().map(part_of).collect();
    let mut positions = Vec::new();
    for same in parts.chunk_by(|a, b| a == b) {
        let Some(Some(part)) = same.first() else { continue };
        folder.load(*part)?;
        if let Some(loaded) = folder.index().positions(*part) {
            let run = &postings[positions.len()..positions.len() + same.len()];
            positions.extend(loaded.of(at, run, core.collection.unit)?);
        }
    }
    Ok(positions)
}
