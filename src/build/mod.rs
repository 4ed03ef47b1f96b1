//! The build pipeline: pages in, parts out.
//!
//! ```text
//! pages ─▶ divided ─┬─▶ invert ─▶ families ──────────────────┬─▶ dictionary blocks ─┐
//!                   ├─▶ passages ─▶ embed ─┬─▶ words' vectors ┘                      ├─▶ core ─▶ entry
//!                   │                      ├─▶ words of others ─▶ general blocks ────┤
//!                   │                      └─▶ projection, cells ───────────────────┤
//!                   └─▶ text blocks ────────────────────────────────────────────────┘
//! ```
//! A library: it reads no files and writes none, and the same input gives the same bytes.

mod calibrate;
mod cells;
mod dictionary;
mod general;
pub mod lexicon;
mod rows;
mod spans;
mod texts;
mod units;
mod words;

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use xxhash_rust::xxh64::xxh64;

use crate::corpus::{Page, Window};
use crate::encoder::{Encoder, VectorSpace};
use crate::index::{Cells, Core, Entry, FORMAT, Kind, Language, ModelFile, ModelRef, RawPart};
use crate::lexical::{Collection, Families, invert};
use crate::vector::{self, hnsw};
use crate::{Error, ErrorKind, Result};

pub use general::GeneralOptions;
use lexicon::{FitOptions, Material};
use words::WordRows;

/// How an index is built.
#[derive(Clone, Debug)]
pub struct Options {
    /// The site's name.
    pub title: String,
    /// The site's root, relative to the index folder (`../`) or absolute.
    pub site: String,
    /// The language of pages that state none; it decides how words are stemmed.
    pub language: String,
    /// How large passages are.
    pub window: Window,
    /// Which words that the site does not use get vectors.
    pub general: GeneralOptions,
    /// Rows above which a graph is built for them; below it comparing with every row is faster.
    pub graph_above: usize,
    /// The browser runtime that lies in the index folder: what each file is for, and its path.
    pub runtime: BTreeMap<String, String>,
    /// The model file that lies in the index folder.
    pub model_file: Option<ModelFile>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            title: String::new(),
            site: "../".into(),
            language: "en".into(),
            window: Window::default(),
            general: GeneralOptions::default(),
            graph_above: hnsw::HNSW_ABOVE,
            runtime: BTreeMap::new(),
            model_file: None,
        }
    }
}

/// What puts passages into a vector space: an encoder, and a way to embed many texts that may remember some.
pub struct Embedding<'e> {
    /// Names the space and counts word pieces.
    pub encoder: &'e dyn Encoder,
    /// Embeds distinct texts, in order.
    pub embed: &'e lexicon::Embed<'e>,
    /// Set by another thread to stop the build.
    pub cancel: &'e AtomicBool,
}

/// A finished index.
#[derive(Clone)]
pub struct Built {
    /// Its entry; write it last.
    pub entry: Entry,
    /// Its parts.
    pub parts: Vec<RawPart>,
    /// Vector rows: distinct passage texts.
    pub rows: u32,
}

/// Steps of a build, for showing progress.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stage {
    /// Reading the words of all pages.
    Words,
    /// Cutting and embedding passages.
    Passages,
    /// Projecting the rows and putting them into cells.
    Cells,
    /// Building the graph over the rows.
    Graph,
    /// Fitting vectors of words, of which this share is done.
    Lexicon(f32),
    /// Giving vectors to words that the site does not use.
    General,
    /// Laying out text.
    Text,
}

/// Builds an index of `pages`; without `embedding` it is searched by words alone.
///
/// # Errors
/// There are no pages, or an error of the encoder.
pub fn build(
    pages: Vec<Page>,
    embedding: Option<Embedding>,
    options: &Options,
    stage: &(dyn Fn(Stage) + Sync),
) -> Result<Built> {
    if pages.is_empty() {
        return Err(Error::new(ErrorKind::Input, "there are no pages to index")
            .hint("point to the folder that the site generator wrote, or check what is left out"));
    }
    let pages: Vec<Page> = pages.into_iter().map(Page::divided).collect();
    let mut parts = Vec::new();

    stage(Stage::Words);
    let inverted = invert(&pages, &options.language);
    let families = Families::of(&inverted.terms, &inverted.languages);

    stage(Stage::Passages);
    let passages = match &embedding {
        Some(embedding) => rows::embed(&pages, embedding, options.window)?,
        None => rows::Passages::default(),
    };
    let (mut cells, mut words, mut fitted) = (Cells::default(), WordRows::default(), None);
    if let Some(embedding) = embedding.as_ref().filter(|_| !passages.vectors.is_empty()) {
        stage(Stage::Cells);
        let source = embedding.encoder.space().dims as usize;
        let laid = cells::write(&passages, source, &mut parts)?;
        cells = laid.cells;
        let nonsense = calibrate::nonsense();
        let nonsense = (embedding.embed)(&nonsense.iter().map(String::as_str).collect::<Vec<_>>())?;
        let [nonsense, own] = [&nonsense, &passages.samples].map(|texts| laid.projection.apply_all(texts));
        cells.cut_off = calibrate::cut_off(&laid.vectors, &nonsense?, &own?);
        if laid.vectors.len() > options.graph_above {
            stage(Stage::Graph);
            cells.graph = Some(graph(&laid.vectors, cells.code.dims(), &mut parts)?);
        }
        stage(Stage::Lexicon(0.0));
        let material = Material {
            pages: &pages,
            inverted: &inverted,
            families: &families,
            passages: &passages.texts.iter().map(String::as_str).collect::<Vec<_>>(),
            vectors: &laid.projection.apply_all(&passages.vectors)?,
            embed: &|texts| laid.projection.apply_all(&(embedding.embed)(texts)?),
        };
        let fit = FitOptions { language: options.language.clone(), ..FitOptions::default() };
        let lexicon = lexicon::fit(&material, &fit, &|share| stage(Stage::Lexicon(share)), embedding.cancel)?;
        words = WordRows::pack(&lexicon, cells.code)?;
        fitted = Some((embedding, lexicon, laid.projection, laid.vectors));
    }
    let dictionary = dictionary::write(&inverted, &families, &words, &mut parts)?;
    let languages = languages(&pages, &options.language);
    let mut general = None;
    if let Some((embedding, lexicon, projection, rows)) = &fitted
        && let Some(code) = words.code().filter(|_| cells.cut_off < f32::INFINITY)
    {
        stage(Stage::General);
        let material = general::Material {
            words: &embedding.encoder.words(),
            language: &languages[0].code,
            inverted: &inverted,
            families: &families,
            pages: pages.len(),
            lexicon,
            code,
            dictionary: &dictionary,
            rows,
            cut_off: cells.cut_off,
            embed: &|texts| projection.apply_all(&(embedding.embed)(texts)?),
        };
        general = general::write(&material, &options.general, &mut parts)?;
    }

    stage(Stage::Text);
    let text = texts::write(&pages, &passages.windows, &mut parts)?;
    let sections: usize = pages.iter().map(|page| page.sections.len()).sum();
    let core = Core {
        collection: Collection { pages: pages.len() as u32, average: inverted.average },
        sections: sections as u32,
        passages: passages.count,
        endings: dictionary.endings,
        terms: dictionary.blocks,
        words: words.code(),
        general,
        text,
        cells,
    };
    let core_part = RawPart::new(Kind::Core, &core.write())?;
    let core_path = core_part.id.to_string();
    parts.push(core_part);
    parts.sort_by_key(|part| part.id);
    parts.dedup_by_key(|part| part.id);
    let largest = parts.iter().map(|part| part.bytes.len()).max().unwrap_or(0);
    let mut entry = Entry {
        format: FORMAT,
        generation: String::new(),
        title: options.title.clone(),
        site: options.site.clone(),
        languages,
        pages: pages.len() as u32,
        sections: sections as u32,
        passages: passages.count,
        words: inverted.terms.len() as u32,
        largest_part: largest as u32,
        core: core_path,
        lexicon: words.units() > 0,
        model: embedding.map(|e| ModelRef { space: space(&e), file: options.model_file.clone() }),
        runtime: options.runtime.clone(),
    };
    entry.generation = format!("{:016x}", xxh64(entry.seal()?.as_bytes(), 0));
    Ok(Built { entry, parts, rows: passages.owners.len() as u32 })
}

/// Writes a graph over the rows, in the order in which they are stored, and returns its hash.
fn graph(vectors: &[Vec<f32>], dims: usize, parts: &mut Vec<RawPart>) -> Result<u64> {
    let table = vector::encode(vectors, dims)?;
    let table = vector::Rows::parse(dims, vectors.len(), &table)?;
    let part = RawPart::new(Kind::Graph, &hnsw::build(&table)?)?;
    let hash = part.id.hash;
    parts.push(part);
    Ok(hash)
}

fn space(embedding: &Embedding) -> VectorSpace {
    embedding.encoder.space().clone()
}

fn languages(pages: &[Page], otherwise: &str) -> Vec<Language> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for page in pages {
        *counts.entry(page.lang.as_deref().unwrap_or(otherwise)).or_default() += 1;
    }
    let mut languages: Vec<Language> =
        counts.into_iter().map(|(code, pages)| Language { code: code.to_owned(), pages }).collect();
    languages.sort_by_key(|language| std::cmp::Reverse(language.pages));
    // The entry is small; a site in more languages than this names those that most pages are in.
    languages.truncate(16);
    languages
}
