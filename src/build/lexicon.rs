//! Fits the lexicon encoder to a site: a vector for each word, taught by the transformer that embedded the passages.
//!
//! ```text
//! pages ─▶ spans, questions ─▶ embed ─┐
//!          passages, their vectors ───┼─▶ rows and targets ─▶ ridge ─▶ a vector for each unit
//!          the units' words ─▶ embed ─┘ (the prior)
//! ```
//! A query's vector is then `Σ tf · weight · vector` over its words, brought to unit length. docs/lexicon.md says what
//! was measured, and what was tried and left out.

use std::sync::atomic::AtomicBool;

use crate::Result;
use crate::corpus::Page;
use crate::encoder::lexicon::{Ridge, SparseRows};
use crate::lexical::{Families, Inverted};

use super::spans;
use super::units::Units;

/// How the lexicon encoder is fitted.
#[derive(Clone, Debug)]
pub struct FitOptions {
    /// The language of pages that state none; it decides which questions are made of spans.
    pub language: String,
    /// Spans drawn from the site; as many questions come on top. None (the default) takes a number that fits the site.
    pub spans: Option<usize>,
    /// What a passage counts as a target beside a span. At 0 passages teach nothing; default 10.
    pub passages: f32,
    /// Ridge weight `λ`. At 0 rare words follow the few texts that hold them, at infinity all words keep the prior's
    /// directions; default 0.3.
    pub ridge: f32,
    /// Most steps of the solver; default 60.
    pub steps: usize,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self { language: "en".into(), spans: None, passages: 10.0, ridge: 0.3, steps: 60 }
    }
}

/// What a fit is made from.
pub struct Material<'m> {
    /// The pages, divided as they were inverted.
    pub pages: &'m [Page],
    /// Their words.
    pub inverted: &'m Inverted,
    /// The families of those words.
    pub families: &'m Families,
    /// The distinct passages as they were embedded, title and headings included.
    pub passages: &'m [&'m str],
    /// The vector of each passage, by the same linear map as `embed`'s, and not centred.
    pub vectors: &'m [Vec<f32>],
    /// Embeds distinct texts, in order.
    pub embed: &'m dyn Fn(&[&str]) -> Result<Vec<Vec<f32>>>,
}

/// The fitted encoder.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lexicon {
    /// The unit of each form, by the form's number in the dictionary.
    pub unit_of: Vec<u32>,
    /// The vector of each unit.
    pub vectors: Vec<Vec<f32>>,
    /// What multiplies a unit's frequency in a query.
    pub weights: Vec<f32>,
}

/// Rows below which a fit would only repeat them: the words keep the vectors that the transformer gives them alone.
const LEAST_ROWS: usize = 24;

/// Fits the encoder. The same material gives the same bits on any number of threads.
///
/// A site with fewer than 24 spans and passages together is too small to fit: its lexicon is the prior, the transformer's
/// vector of each word alone. A site without passages has no units' vectors at all, and every query's vector is none.
///
/// `progress` is called from any thread with the share of the solver's work that is done.
///
/// # Errors
/// Those of `embed`, and [`crate::ErrorKind::Cancelled`] when `cancel` is set.
pub fn fit(
    material: &Material,
    options: &FitOptions,
    progress: &(dyn Fn(f32) + Sync),
    cancel: &AtomicBool,
) -> Result<Lexicon> {
    let Material { pages, inverted, families, passages, vectors, embed } = *material;
    let units = Units::of(inverted, families, pages.len());
    if passages.is_empty() {
        return Ok(Lexicon { unit_of: units.of, ..Lexicon::default() });
    }
    let prior = embed(&units.most_used)?;
    let count = options.spans.unwrap_or_else(|| spans_for(passages.len()));
    let spans = spans::draw(pages, &options.language, count);
    let spans: Vec<&str> = spans.iter().map(String::as_str).collect();
    if spans.len() + passages.len() < LEAST_ROWS {
        return Ok(Lexicon { unit_of: units.of, vectors: prior, weights: units.idf });
    }
    let taught = embed(&spans)?;

    let mut rows = SparseRows::new(prior.len());
    spans.iter().chain(passages).for_each(|text| units.push(&mut rows, text, &units.idf));
    let mut weights = vec![1.0; spans.len()];
    weights.resize(rows.len(), options.passages);
    let targets: Vec<&[f32]> = taught.iter().chain(vectors).map(Vec::as_slice).collect();
    let ridge = Ridge {
        rows: &rows,
        weights: &weights,
        targets: &targets,
        prior: &prior,
        lambda: options.ridge,
        steps: options.steps,
    };
    let vectors = ridge.solve(progress, cancel)?;
    Ok(Lexicon { unit_of: units.of, vectors, weights: units.idf })
}

/// Spans that a site of so many passages is worth.
fn spans_for(passages: usize) -> usize {
    (passages * 8).clamp(2_000, 20_000)
}

impl Lexicon {
    /// The unit vector of a query of these forms, by their numbers in the dictionary, repeated as they are in the query;
    /// none if it has no word that the site uses.
    pub fn query(&self, forms: &[u32]) -> Option<Vec<f32>> {
        let mut sum: Vec<f32> = Vec::new();
        for unit in forms.iter().filter_map(|&form| self.unit_of.get(form as usize)) {
            let (Some(vector), weight) = (self.vectors.get(*unit as usize), self.weights.get(*unit as usize)) else {
                continue;
            };
            let weight = weight.copied().unwrap_or(0.0);
            sum.resize(vector.len(), 0.0);
            sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += weight * x);
        }
        let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
        (length > 0.0).then(|| sum.into_iter().map(|x| x / length).collect())
    }
}
