//! Passages and their vectors.

use std::collections::HashMap;

use rayon::prelude::*;

use super::Embedding;
use crate::Result;
use crate::corpus::{Ordinal, Page, PageId, Window, cut, embedded_text};
use crate::index::{Kind, Owner, RawPart, VectorPart, VectorsRef};
use crate::vector;

/// Rows in one part: at 384 dimensions some 800 KB, so that parts come side by side and a damaged one costs little.
const PART: usize = 2_048;

/// What the core says of the rows, and the vectors that they hold.
#[derive(Default)]
pub(super) struct Written {
    pub dims: u32,
    pub parts: Vec<VectorsRef>,
    pub passages: u32,
    pub count: u32,
    pub vectors: Vec<Vec<f32>>,
}

/// Cuts pages into passages, embeds each distinct text once, and writes the rows' parts.
pub(super) fn write(pages: &[Page], embedding: &Embedding, window: Window, parts: &mut Vec<RawPart>) -> Result<Written> {
    let count = |text: &str| embedding.encoder.count_tokens(text);
    let passages: Vec<Vec<(Owner, String)>> = pages
        .par_iter()
        .enumerate()
        .map(|(number, page)| {
            let paths = page.paths();
            let sections = page.sections.iter().enumerate().zip(&paths);
            let owned = sections.flat_map(|((ordinal, section), path)| {
                cut(&section.text, window, &count).into_iter().map(move |span| {
                    let owner = Owner {
                        page: PageId(number as u32),
                        section: Ordinal(ordinal as u32),
                        start: span.start as u32,
                        length: span.len() as u32,
                    };
                    (owner, embedded_text(&page.title, path, &section.text[span]))
                })
            });
            let mut owned: Vec<_> = owned.collect();
            if owned.is_empty() && !page.title.trim().is_empty() {
                // A page without text can still be found by what its title means.
                let owner = Owner { page: PageId(number as u32), section: Ordinal(0), start: 0, length: 0 };
                owned.push((owner, embedded_text(&page.title, &[], "")));
            }
            owned
        })
        .collect();

    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut texts: Vec<&str> = Vec::new();
    let mut owners: Vec<Vec<Owner>> = Vec::new();
    for (owner, text) in passages.iter().flatten() {
        let row = *numbers.entry(text).or_insert_with(|| {
            texts.push(text);
            owners.push(Vec::new());
            texts.len() - 1
        });
        owners[row].push(*owner);
    }
    let vectors = (embedding.embed)(&texts)?;
    let dims = embedding.encoder.space().dims;
    let mut written = Written {
        dims,
        passages: passages.iter().map(Vec::len).sum::<usize>() as u32,
        count: texts.len() as u32,
        vectors: Vec::new(),
        parts: Vec::new(),
    };
    for (vectors, owners) in vectors.chunks(PART).zip(owners.chunks(PART)) {
        let codes = vector::encode(vectors, dims as usize)?;
        let part = RawPart::new(Kind::Vectors, &VectorPart::write(dims, owners, &codes))?;
        written.parts.push(VectorsRef { rows: vectors.len() as u32, hash: part.id.hash });
        parts.push(part);
    }
    written.vectors = vectors;
    Ok(written)
}
