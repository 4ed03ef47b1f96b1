//! Passages and their vectors.

use std::collections::HashMap;
use std::ops::Range;

use rayon::prelude::*;
use xxhash_rust::xxh64::xxh64;

use super::Embedding;
use crate::Result;
use crate::corpus::{Ordinal, Page, PageId, Section, Window, cut, embedded_text};
use crate::index::Owner;
use crate::text;

/// Texts of the site that stand for queries when cells are calibrated.
const SAMPLES: usize = 300;

/// The passages of each section of a page, in bytes of its text.
pub(super) type Windows = Vec<Vec<Range<usize>>>;

/// A site's passages and what the encoder made of them.
#[derive(Default)]
pub(super) struct Passages {
    /// How many there are.
    pub count: u32,
    /// Where they lie: for each page, for each of its sections.
    pub windows: Vec<Windows>,
    /// For each distinct text, the passages that have it, in order; the texts in the order of their first passages.
    pub owners: Vec<Vec<Owner>>,
    /// The distinct texts.
    pub texts: Vec<String>,
    /// Their vectors.
    pub vectors: Vec<Vec<f32>>,
    /// Vectors of some short texts of the site, which stand for queries.
    pub samples: Vec<Vec<f32>>,
}

/// Cuts pages into passages and embeds each distinct text once.
pub(super) fn embed(pages: &[Page], embedding: &Embedding, window: Window) -> Result<Passages> {
    let count = |text: &str| embedding.encoder.count_tokens(text);
    let cuts_of = |section: &Section| if section.links { Vec::new() } else { cut(&section.text, window, &count) };
    let cuts = |page: &Page| page.sections.iter().map(cuts_of).collect();
    let windows: Vec<Windows> = pages.par_iter().map(cuts).collect();
    let texts: Vec<Vec<(Owner, String)>> = pages
        .par_iter()
        .zip(&windows)
        .enumerate()
        .map(|(number, (page, windows))| texts(number, page, windows))
        .collect();

    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut distinct: Vec<&str> = Vec::new();
    let mut owners: Vec<Vec<Owner>> = Vec::new();
    for (owner, text) in texts.iter().flatten() {
        let row = *numbers.entry(text).or_insert_with(|| {
            distinct.push(text);
            owners.push(Vec::new());
            distinct.len() - 1
        });
        owners[row].push(*owner);
    }
    let vectors = embedding.passages(&distinct)?;
    let samples = samples(pages);
    let samples = embedding.queries(&samples)?;
    let count = texts.iter().map(Vec::len).sum::<usize>() as u32;
    let texts = distinct.into_iter().map(str::to_owned).collect();
    Ok(Passages { count, windows, owners, texts, vectors, samples })
}

/// What is embedded for each passage of a page.
fn texts(number: usize, page: &Page, windows: &Windows) -> Vec<(Owner, String)> {
    let page_id = PageId(number as u32);
    let paths = page.paths();
    let mut texts = Vec::new();
    for (ordinal, ((section, path), windows)) in page.sections.iter().zip(&paths).zip(windows).enumerate() {
        for (passage, window) in windows.iter().enumerate() {
            let owner = Owner { page: page_id, section: Ordinal(ordinal as u32), passage: passage as u32 };
            texts.push((owner, embedded_text(&page.title, path, &section.text[window.clone()])));
        }
    }
    if texts.is_empty() && !page.title.trim().is_empty() {
        // A page without text can still be found by what its title means.
        let owner = Owner { page: page_id, section: Ordinal(0), passage: 0 };
        texts.push((owner, embedded_text(&page.title, &[], "")));
    }
    texts
}

/// Titles, headings and sentences' beginnings, chosen by their hashes, so that most stay when a page changes.
fn samples(pages: &[Page]) -> Vec<&str> {
    let mut candidates: Vec<&str> = Vec::new();
    for page in pages {
        candidates.push(page.title.trim());
        for section in &page.sections {
            candidates.push(section.heading.trim());
            let first = text::sentences(&section.text).next().unwrap_or_default();
            let sentence = &section.text[first];
            candidates.push(sentence[..sentence.floor_char_boundary(160)].trim());
        }
    }
    candidates.retain(|text| !text.is_empty());
    candidates.sort_by_key(|text| (xxh64(text.as_bytes(), 0), *text));
    candidates.dedup();
    candidates.truncate(SAMPLES);
    candidates
}
