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
use crate::encoder::lexicon::{Distillation, Ridge, SparseRows};
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
    /// Most steps of the solver; default 20.
    pub steps: usize,
    /// Steps of the distillation, which teaches ranks on top of vectors. At 0 it is left out; default 150.
    pub distillation: usize,
    /// Its temperature `τ`. Near 0 only each text's nearest passage counts, when it is large all count alike; default
    /// 0.1.
    pub temperature: f32,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self {
            language: "en".into(),
            spans: None,
            passages: 10.0,
            ridge: 0.3,
            steps: 20,
            distillation: 150,
            temperature: 0.1,
        }
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
    pub embed: &'m Embed<'m>,
}

/// Embeds texts, in order.
pub type Embed<'e> = dyn Fn(&[&str]) -> Result<Vec<Vec<f32>>> + 'e;

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
/// `progress` is called from any thread with the share of the work after embedding that is done.
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
    let mut words = ridge.solve(&|share| progress(share / 2.0), cancel)?;
    let distillation = Distillation {
        rows: &rows,
        targets: &targets,
        passages: vectors,
        temperature: options.temperature,
        steps: options.distillation,
    };
    distillation.run(&mut words, &|share| progress((1.0 + share) / 2.0), cancel)?;
    Ok(Lexicon { unit_of: units.of, vectors: words, weights: units.idf })
}

/// Spans that a site of so many passages is worth.
fn spans_for(passages: usize) -> usize {
    (passages * 2).clamp(1_500, 20_000)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Section;
    use crate::lexical::invert;
    use crate::text::words;
    use xxhash_rust::xxh64::xxh64;

    const DIMS: u64 = 24;

    /// A teacher whose vectors are sums of its words' own, some words counting more than others.
    fn teach(texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        let number = |word: &str, at: u64| (xxh64(word.as_bytes(), at) % 2_000) as f32 / 1_000.0 - 1.0;
        let vector = |text: &&str| {
            let mut sum = vec![0.0f32; DIMS as usize];
            for word in words(text) {
                (0..DIMS)
                    .zip(&mut sum)
                    .for_each(|(at, sum)| *sum += number(&word.term, at) * (1.5 + number(&word.term, 99)));
            }
            let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-9);
            sum.into_iter().map(|x| x / length).collect()
        };
        Ok(texts.iter().map(vector).collect())
    }

    /// Pages whose only section is `texts`; each is its own passage.
    fn fitted(texts: &[&str]) -> (Lexicon, Inverted) {
        let section = |text: &str| Section { text: text.to_owned(), ..Section::default() };
        let pages: Vec<Page> =
            texts.iter().map(|text| Page { sections: vec![section(text)], ..Page::default() }).collect();
        let inverted = invert(&pages, "en");
        let families = Families::of(&inverted.terms, &inverted.languages);
        let material = Material {
            pages: &pages,
            inverted: &inverted,
            families: &families,
            passages: texts,
            vectors: &teach(texts).unwrap(),
            embed: &teach,
        };
        let options = FitOptions { spans: Some(400), ..FitOptions::default() };
        let lexicon = fit(&material, &options, &|_| (), &AtomicBool::new(false)).unwrap();
        (lexicon, inverted)
    }

    fn query(lexicon: &Lexicon, inverted: &Inverted, text: &str) -> Option<Vec<f32>> {
        let form = |term: &str| inverted.terms.iter().position(|known| known.form == term);
        let forms: Vec<u32> = words(text).filter_map(|word| form(&word.term)).map(|form| form as u32).collect();
        lexicon.query(&forms)
    }

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn sums_of_words_come_near_to_the_teacher() {
        let names =
            ["bee", "hive", "queen", "comb", "wax", "swarm", "drone", "honey", "brood", "smoker", "frame", "mite"];
        let text = |i: usize| {
            let word = |j: usize| names[xxh64(&[i as u8, j as u8], 0) as usize % names.len()];
            (0..12).map(word).collect::<Vec<_>>().join(" ")
        };
        let texts: Vec<String> = (0..40).map(text).collect();
        let (lexicon, inverted) = fitted(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        for asked in ["queen honey", "smoker frame mite", "wax"] {
            let found = query(&lexicon, &inverted, asked).unwrap();
            let expected = &teach(&[asked]).unwrap()[0];
            assert!(cosine(&found, expected) > 0.85, "{asked}: {}", cosine(&found, expected));
        }
        assert_eq!(query(&lexicon, &inverted, "nobody knows these"), None);
        assert_eq!(lexicon.query(&[u32::MAX]), None);
        assert_eq!(fitted(&texts.iter().map(String::as_str).collect::<Vec<_>>()).0, lexicon);
    }

    #[test]
    fn a_site_of_three_sentences_keeps_the_teachers_words() {
        let (lexicon, inverted) = fitted(&["Bees dance.", "A queen lays eggs.", "Smoke calms them."]);
        let found = query(&lexicon, &inverted, "queen").unwrap();
        assert!(cosine(&found, &teach(&["queen"]).unwrap()[0]) > 0.999);
    }

    #[test]
    fn a_site_without_passages_has_no_vectors() {
        let (lexicon, _) = fitted(&[]);
        assert_eq!((lexicon.vectors.len(), lexicon.query(&[0])), (0, None));
    }
}
