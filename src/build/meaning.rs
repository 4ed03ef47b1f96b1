//! What passages and words mean: rows in cells and vectors of words, fitted to the site or kept from an earlier build.

use std::collections::BTreeSet;

use super::cells::{Laid, Layout};
use super::fit::{Fitted, FittedVectors};
use super::general;
use super::lexicon::{self, FitOptions, Material};
use super::rows::Passages;
use super::units::Units;
use super::words::WordRows;
use super::{Embedding, Options, Stage, calibrate};
use crate::Result;
use crate::corpus::{Page, PageId};
use crate::index::{Cells, Kind, RawPart};
use crate::lexical::{Families, Inverted};
use crate::vector::{self, hnsw};

/// What a site's vectors are made from.
pub(super) struct Site<'s> {
    /// The language of pages that state none.
    pub language: &'s str,
    pub pages: &'s [Page],
    pub inverted: &'s Inverted,
    pub families: &'s Families,
    pub passages: &'s Passages,
}

/// A site's vectors.
pub(super) struct Meaning {
    pub cells: Cells,
    pub words: WordRows,
    /// The vectors of the rows, in the order in which they are stored.
    pub rows: Vec<Vec<f32>>,
    /// The pages whose passages lie in each cell.
    pages: Vec<BTreeSet<PageId>>,
    /// What to keep for the next build.
    pub vectors: FittedVectors,
    pub fitted: Fitted,
}

impl Meaning {
    /// Lays out the rows and finds the words' vectors, with what an earlier build was fitted to unless the site has drifted
    /// from it.
    pub fn of(
        site: &Site,
        embedding: &Embedding,
        options: &Options,
        stage: &(dyn Fn(Stage) + Sync),
        parts: &mut Vec<RawPart>,
    ) -> Result<Self> {
        let former = options.fit.as_ref().and_then(|fit| Some((fit, fit.vectors.as_ref()?)));
        let fitted = match former {
            None => Fitted::New,
            Some((_, vectors)) if vectors.space.accept(embedding.encoder.space()).is_err() => {
                Fitted::Anew(format!("vectors were fitted to {}", vectors.space))
            }
            Some((fit, _)) if fit.language != site.language => {
                Fitted::Anew(format!("vectors were fitted to pages in {:?}", fit.language))
            }
            Some((_, vectors)) => match Self::kept(site, vectors, embedding, options, stage, parts)? {
                Ok(meaning) => return Ok(meaning),
                Err(drift) => Fitted::Anew(drift),
            },
        };
        stage(Stage::Cells);
        let layout = Layout::choose(site.passages, embedding.encoder.space().dims as usize, options.regions)?;
        let mut laid = layout.write(site.passages, parts)?;
        finish(&mut laid, &layout, site.passages, embedding, options, stage, parts)?;
        let Laid { cells, vectors: rows, pages } = laid;
        stage(Stage::Lexicon(0.0));
        let material = Material {
            pages: site.pages,
            inverted: site.inverted,
            families: site.families,
            passages: &site.passages.texts.iter().map(String::as_str).collect::<Vec<_>>(),
            vectors: &layout.projection.apply_all(&site.passages.vectors)?,
            embed: &|texts| layout.projection.apply_all(&embedding.queries(texts)?),
        };
        let how = FitOptions { language: site.language.to_owned(), ..FitOptions::default() };
        let lexicon = lexicon::fit(&material, &how, &|share| stage(Stage::Lexicon(share)), embedding.cancel)?;
        let units = Units::of(site.inverted, site.families, site.pages.len());
        let map = general::map(&units, &(material.embed)(&units.most_used)?, &lexicon);
        let words = WordRows::pack(&lexicon, cells.code)?;
        let vectors = FittedVectors {
            space: embedding.encoder.space().clone(),
            layout,
            rows: cells.rows(),
            kept: cells.kept,
            map,
            words: words.clone().fitted(&site.inverted.terms),
        };
        Ok(Self { cells, words, rows, pages, vectors, fitted })
    }

    /// The vectors with what an earlier build was fitted to, or why it no longer serves.
    fn kept(
        site: &Site,
        former: &FittedVectors,
        embedding: &Embedding,
        options: &Options,
        stage: &(dyn Fn(Stage) + Sync),
        parts: &mut Vec<RawPart>,
    ) -> Result<Result<Self, String>> {
        let terms = &site.inverted.terms;
        let units = Units::of(site.inverted, site.families, site.pages.len());
        let places = former.words.places(terms, &units);
        if let Some(drift) = former.drift(site.passages.texts.len(), terms, &units, &places) {
            return Ok(Err(drift));
        }
        stage(Stage::Cells);
        let mut written = Vec::new();
        let mut laid = former.layout.write(site.passages, &mut written)?;
        if let Some(drift) = former.worn(laid.cells.kept) {
            return Ok(Err(drift));
        }
        parts.append(&mut written);
        finish(&mut laid, &former.layout, site.passages, embedding, options, stage, parts)?;
        let Laid { cells, vectors: rows, pages } = laid;
        let new: Vec<&str> =
            units.most_used.iter().zip(&places).filter(|(_, place)| place.is_none()).map(|(&form, _)| form).collect();
        let alone = former.layout.projection.apply_all(&embedding.queries(&new)?)?;
        let newcomers: Vec<Vec<f32>> = alone.iter().map(|vector| former.map.apply(vector)).collect();
        let words = former.words.apply(units, &places, &newcomers)?;
        Ok(Ok(Self { cells, words, rows, pages, vectors: former.clone(), fitted: Fitted::Kept }))
    }

    /// The cells in which the passages of each of so many pages lie, ascending.
    pub fn cells_of_pages(&self, pages: usize) -> Vec<Vec<u32>> {
        let mut cells = vec![Vec::new(); pages];
        for (cell, pages) in self.pages.iter().enumerate() {
            pages.iter().for_each(|page| cells[page.0 as usize].push(cell as u32));
        }
        cells
    }
}

/// Adds to laid out rows what is measured over all of them: the cut-off, and where there are many the graph.
fn finish(
    laid: &mut Laid,
    layout: &Layout,
    passages: &Passages,
    embedding: &Embedding,
    options: &Options,
    stage: &(dyn Fn(Stage) + Sync),
    parts: &mut Vec<RawPart>,
) -> Result<()> {
    let Laid { cells, vectors, .. } = laid;
    let nonsense = calibrate::nonsense();
    let nonsense = embedding.queries(&nonsense.iter().map(String::as_str).collect::<Vec<_>>())?;
    let [nonsense, own] = [&nonsense, &passages.samples].map(|texts| layout.projection.apply_all(texts));
    cells.cut_off = calibrate::cut_off(vectors, &nonsense?, &own?);
    if vectors.len() > options.graph_above {
        stage(Stage::Graph);
        cells.graph = Some(graph(vectors, cells.code.dims(), parts)?);
    }
    Ok(())
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
