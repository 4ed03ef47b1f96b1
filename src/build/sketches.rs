//! What the pieces of sections mean, by the lexicon: so that a hit without the query's words shows the piece that is nearest.

use std::collections::HashMap;

use rayon::prelude::*;

use super::words::WordRows;
use crate::Result;
use crate::corpus::{Page, pieces};
use crate::lexical::InvertedTerm;
use crate::text;
use crate::vector::{PackedRows, RowId, sketch};

/// The sketches of each section of each page; none of a section of one piece, and none at all if words have no vectors.
///
/// They depend on the section's text and on the words' vectors alone, so that they stay when other pages change.
pub(super) fn of(pages: &[Page], terms: &[InvertedTerm], words: &WordRows) -> Result<Vec<Vec<Vec<u8>>>> {
    let Some(code) = words.code() else { return Ok(Vec::new()) };
    let bits = sketch::bits(code);
    let mut leading: Vec<Vec<f32>> = vec![Vec::new(); words.units()];
    let mut unit_of: HashMap<&str, usize> = HashMap::new();
    for (form, term) in terms.iter().enumerate() {
        let Some((unit, weight, row)) = words.of(form) else { continue };
        let unit = unit as usize;
        unit_of.insert(&term.form, unit);
        if leading[unit].is_empty() {
            let vector = PackedRows::parse(code, 1, row)?.vector(RowId(0));
            leading[unit] = vector[..bits].iter().map(|x| weight * x).collect();
        }
    }
    let of_piece = |text: &str| {
        let mut sum = vec![0.0; bits];
        for unit in text::words(text).filter_map(|word| unit_of.get(&*word.term)) {
            sum.iter_mut().zip(&leading[*unit]).for_each(|(sum, x)| *sum += x);
        }
        let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        sum.iter().map(|x| x / length).collect()
    };
    let of_section = |text: &str| {
        let pieces = pieces(text);
        if pieces.len() < 2 {
            return Vec::new();
        }
        let vectors: Vec<Vec<f32>> = pieces.into_iter().map(|piece| of_piece(&text[piece])).collect();
        sketch::write(&vectors, bits)
    };
    Ok(pages.par_iter().map(|page| page.sections.iter().map(|section| of_section(&section.text)).collect()).collect())
}
