//! The build pipeline: pages in, parts out.
//!
//! ```text
//! pages ─▶ divided ─┬─▶ invert ─▶ families ──────────────────┬─▶ dictionary blocks ─┐
//!                   ├─▶ passages ─▶ embed ─┬─▶ words' vectors ┘                      ├─▶ core ─▶ entry
//!                   │                      ├─▶ words of others ─▶ general blocks ────┤
//!                   │                      └─▶ projection, cells ───────────────────┤
//!                   └─▶ text blocks ────────────────────────────────────────────────┘
//! ```
//! A library: it reads no files and writes none, and the same input, [`Fit`] included, gives the same bytes.

mod calibrate;
mod cells;
mod dictionary;
mod fields;
mod fit;
mod general;
mod grouping;
mod languages;
pub mod lexicon;
mod likeness;
mod meaning;
mod names;
mod recall;
mod related;
mod rows;
mod rules;
mod sketches;
mod spans;
mod spelling;
mod texts;
mod units;
mod visits;
mod words;

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use crate::corpus::{Page, Window};
use crate::encoder::{Encoder, Role, VectorSpace};
use crate::index::pack::Bounds;
use crate::index::{Core, Entry, FORMAT, Kind, ModelFile, ModelRef, RawPart};
use crate::lexical::{Collection, Families, PageLengths, invert};
use crate::vector::hnsw;
use crate::{Error, ErrorKind, Result};

pub use fit::{Fit, Fitted};
pub use general::GeneralOptions;
pub use languages::Unstated;
pub use likeness::likest;
use meaning::{Meaning, Site};
pub use rules::{FreshnessOptions, RankingOptions, RuleOptions, SettledOptions};
use words::WordRows;

/// How an index is built.
#[derive(Clone, Debug)]
pub struct Options {
    /// The site's name.
    pub title: String,
    /// The site's root, relative to the index folder (`../`) or absolute.
    pub site: String,
    /// The language of pages that state none, which decides how words are stemmed; unless it is given, their text tells it.
    pub language: Option<String>,
    /// How large passages are.
    pub window: Window,
    /// Which words that the site does not use get vectors.
    pub general: GeneralOptions,
    /// The fields by which pages can be filtered, counted, sorted and grouped: these, or where none are named all that pages share
    /// values of.
    pub fields: Option<Vec<String>>,
    /// What the owner says about ranking.
    pub rules: RuleOptions,
    /// Within which bounds parts become files: where they are packed, a reader has the names of all of them in any case.
    pub bounds: Bounds,
    /// Whether names of parts lie in runs, which cost a first answer a round trip and save it bytes; none leaves that to the
    /// size of the site.
    pub runs: Option<bool>,
    /// Whether cells of vector rows are listed region by region, for the same reasons; none leaves that to what a query costs.
    pub regions: Option<bool>,
    /// Rows above which a graph is built for them; below it comparing with every row is faster.
    pub graph_above: usize,
    /// The browser runtime that lies in the index folder: what each file is for, and its path.
    pub runtime: BTreeMap<String, String>,
    /// The model file that lies in the index folder.
    pub model_file: Option<ModelFile>,
    /// What an earlier build of the same site was fitted to, so that this one changes little; none fits the site anew.
    pub fit: Option<Fit>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            title: String::new(),
            site: "../".into(),
            language: None,
            window: Window::default(),
            general: GeneralOptions::default(),
            fields: None,
            rules: RuleOptions::default(),
            bounds: Bounds::default(),
            runs: None,
            regions: None,
            graph_above: hnsw::HNSW_ABOVE,
            runtime: BTreeMap::new(),
            model_file: None,
            fit: None,
        }
    }
}

/// What puts passages into a vector space: an encoder, and a way to embed many texts that may remember some.
pub struct Embedding<'e> {
    /// Names the space and counts word pieces.
    pub encoder: &'e dyn Encoder,
    /// Embeds distinct texts in a role, in order.
    pub embed: &'e EmbedAs<'e>,
    /// Set by another thread to stop the build.
    pub cancel: &'e AtomicBool,
}

/// Embeds texts in a role, in order.
pub type EmbedAs<'e> = dyn Fn(&[&str], Role) -> Result<Vec<Vec<f32>>> + 'e;

impl Embedding<'_> {
    /// Vectors of texts that stand for queries: those that words are fitted to and cut-offs are measured with. What they are
    /// compared with, or what is learnt from them, is how readers' queries meet passages.
    fn queries(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        (self.embed)(texts, Role::Query)
    }

    fn passages(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        (self.embed)(texts, Role::Passage)
    }
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
    /// The pages that state no language, and what their text told.
    pub unstated: Unstated,
    /// What it was fitted to; hand it to the next build.
    pub fit: Fit,
    /// Whether that is what an earlier build was fitted to.
    pub fitted: Fitted,
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
/// There are no pages, a field is of different kinds on different pages, or an error of the encoder.
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
    let pages: Vec<Page> = pages.into_par_iter().map(Page::divided).collect();
    let former = options.fit.as_ref();
    let mut pages = match former {
        Some(fit) => fit.order(pages),
        None => pages,
    };
    let (language, unstated) = match &options.language {
        Some(language) => (language.clone(), Unstated::default()),
        None => languages::tell(&mut pages),
    };
    let mut parts = Vec::new();

    stage(Stage::Words);
    let inverted = invert(&pages, &language);
    let families = Families::of(&inverted.terms, &inverted.languages);

    stage(Stage::Passages);
    let passages = match &embedding {
        Some(embedding) => rows::embed(&pages, embedding, options.window)?,
        None => rows::Passages::default(),
    };
    let site =
        Site { language: &language, pages: &pages, inverted: &inverted, families: &families, passages: &passages };
    let embedding = embedding.as_ref();
    let meaning = match embedding.filter(|_| !passages.vectors.is_empty()) {
        Some(embedding) => Some(Meaning::of(&site, embedding, options, stage, &mut parts)?),
        None => None,
    };
    // The entry is small; a site in more languages than this names those that most pages are in.
    let mut languages = languages::count(&pages, &language);
    languages.truncate(16);
    let without = WordRows::default();
    let words = meaning.as_ref().map_or(&without, |meaning| &meaning.words);
    let dictionary = dictionary::write(&inverted, &families, words, pages.len() as u32, former, &mut parts)?;
    let spelling = spelling::write(&inverted.terms, &mut parts)?;
    let mut general = None;
    if let (Some(meaning), Some(embedding)) = (&meaning, embedding)
        && let Some(code) = words.code().filter(|_| meaning.cells.cut_off < f32::INFINITY)
    {
        stage(Stage::General);
        let material = general::Material {
            words: &embedding.encoder.words(),
            language: &languages[0].code,
            pages: pages.len(),
            own: words.units(),
            map: &meaning.vectors.map,
            code,
            dictionary: &dictionary,
            rows: &meaning.rows,
            cut_off: meaning.cells.cut_off,
            embed: &|texts| meaning.vectors.layout.projection.apply_all(&embedding.queries(texts)?),
        };
        general = general::write(&material, &options.general, &mut parts)?;
    }
    let of_pages = meaning.as_ref().map_or(Vec::new(), |meaning| meaning.cells_of_pages(pages.len()));
    let fields = fields::write(&pages, options.fields.as_deref(), &language, &of_pages, &mut parts)?;
    let related = match &meaning {
        Some(meaning) => related::write(&pages, &passages, &of_pages, meaning.cells.cut_off, &mut parts)?,
        None => None,
    };
    let rules = rules::write(&options.rules, &pages, &mut parts)?;
    let sketches = sketches::of(&pages, &inverted.terms, words)?;
    let (words, has_lexicon) = (words.code(), words.units() > 0);
    let (cells, vectors, fitted) = match meaning {
        Some(Meaning { cells, vectors, fitted, .. }) => (cells, Some(vectors), fitted),
        // A build by words alone does not throw away what vectors were fitted to.
        None => {
            let vectors = former.and_then(|fit| fit.vectors.clone());
            (Default::default(), vectors, former.map_or(Fitted::New, |_| Fitted::Kept))
        }
    };

    stage(Stage::Text);
    let text = texts::write(&pages, &passages.windows, &sketches, former, &mut parts)?;
    let mut fit = Fit { language, vectors, ..Fit::default() };
    fit.pages = pages.iter().map(|page| page.id.clone()).collect();
    fit.note_cuts(&dictionary.blocks, &text);
    let sections: usize = pages.iter().map(|page| page.sections.len()).sum();
    // Names of packed parts would have to stand in the packs' directory besides.
    let packed = options.bounds.need_packs(parts.len() + 1);
    let runs = if packed { Some(false) } else { options.runs };
    let core = Core {
        collection: Collection { pages: pages.len() as u32, average: inverted.average, unit: inverted.unit },
        lengths: PageLengths::new(&inverted.lengths),
        sections: sections as u32,
        passages: passages.count,
        endings: dictionary.endings,
        terms: names::of_blocks(dictionary.blocks, runs, &mut parts)?,
        positions: dictionary.positions,
        words,
        general,
        spelling,
        rules,
        related,
        text: names::of_texts(text, runs, &mut parts)?,
        cells,
        fields,
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
        packs: None,
        lexicon: has_lexicon,
        model: embedding.map(|e| ModelRef { space: space(e), file: options.model_file.clone() }),
        runtime: options.runtime.clone(),
    };
    entry.stamp()?;
    Ok(Built { entry, parts, rows: passages.owners.len() as u32, unstated, fit, fitted })
}

fn space(embedding: &Embedding) -> VectorSpace {
    embedding.encoder.space().clone()
}
