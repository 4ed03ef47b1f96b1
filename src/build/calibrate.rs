//! Finds how near a passage must be for an answer by meaning to count.
//!
//! An encoder gives every text a vector, so something is always nearest. What nonsense reaches on this site is measured,
//! and only queries that get nearer are answered by meaning. Where the site's own texts reach no more than nonsense
//! does (a model of another language), the leg is of no use and is switched off.

use rayon::prelude::*;

use crate::random::Random;
use crate::vector::cluster::dot;

/// The share of nonsense that the cut-off keeps out.
const KEPT_OUT: f64 = 0.95;

/// The share of the site's own texts that the cut-off may keep out at most; where it would, it is lowered.
const LOST: f64 = 0.02;

/// Texts that mean nothing, in several scripts; the same each time.
pub(super) fn nonsense() -> Vec<String> {
    let mut random = Random(0x6e6f_6e73);
    let latin: Vec<char> = ('a'..='z').collect();
    let cyrillic: Vec<char> = ('а'..='я').collect();
    let hangul: Vec<char> = ('가'..='힣').collect();
    let han: Vec<char> = ('一'..='龥').collect();
    let mut texts = Vec::new();
    for (letters, count, length) in [(&latin, 32, 4), (&latin, 32, 8), (&cyrillic, 8, 7), (&hangul, 8, 3), (&han, 8, 3)]
    {
        for _ in 0..count {
            let words: Vec<String> = (0..1 + random.below(5))
                .map(|_| {
                    let letter = |_| letters[random.below(letters.len())];
                    (0..length).map(letter).collect()
                })
                .collect();
            texts.push(words.join(" "));
        }
    }
    texts
}

/// The least cosine of the nearest row with which an answer counts, given the vectors of nonsense and those of some of the
/// site's own texts; infinite if the leg is of no use.
pub(super) fn cut_off(rows: &[Vec<f32>], nonsense: &[Vec<f32>], own: &[Vec<f32>]) -> f32 {
    let (nonsense, own) = (nearest(rows, nonsense), nearest(rows, own));
    let reached = quantile(&nonsense, KEPT_OUT);
    match own.is_empty() || quantile(&own, 0.5) > reached {
        true => reached.min(quantile(&own, LOST)),
        false => f32::INFINITY,
    }
}

/// For each vector whether any row is as near as `cosine`.
pub(super) fn reach(rows: &[Vec<f32>], vectors: &[Vec<f32>], cosine: f32) -> Vec<bool> {
    vectors.par_iter().map(|vector| rows.iter().any(|row| dot(row, vector) >= cosine)).collect()
}

/// The cosine of the nearest row to each query, in order.
fn nearest(rows: &[Vec<f32>], queries: &[Vec<f32>]) -> Vec<f32> {
    let nearest = |query: &Vec<f32>| rows.iter().map(|row| dot(row, query)).fold(f32::NEG_INFINITY, f32::max);
    let mut cosines: Vec<f32> = queries.par_iter().map(nearest).collect();
    cosines.sort_by(f32::total_cmp);
    cosines
}

/// The value below which a share of sorted values lies.
fn quantile(sorted: &[f32], share: f64) -> f32 {
    let at = (sorted.len().saturating_sub(1) as f64 * share).round() as usize;
    sorted.get(at).copied().unwrap_or(f32::NEG_INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Unit vectors at so many degrees from the first axis.
    fn at(degrees: &[f32]) -> Vec<Vec<f32>> {
        degrees.iter().map(|degrees| vec![degrees.to_radians().cos(), degrees.to_radians().sin()]).collect()
    }

    #[test]
    fn nonsense_is_kept_out_and_the_sites_own_texts_are_not() {
        let rows = at(&[0.0, 10.0]);
        let cosine = cut_off(&rows, &at(&[70.0, 75.0, 80.0]), &at(&[12.0, 20.0, 30.0]));
        assert!((cosine - 60f32.to_radians().cos()).abs() < 1e-5, "{cosine}");
        let lowered = cut_off(&rows, &at(&[50.0]), &at(&[12.0, 15.0, 70.0]));
        assert!((lowered - 60f32.to_radians().cos()).abs() < 1e-5, "{lowered}");
    }

    #[test]
    fn an_encoder_that_tells_nothing_apart_is_switched_off() {
        assert_eq!(cut_off(&at(&[0.0]), &at(&[5.0, 6.0]), &at(&[5.0, 9.0, 9.0])), f32::INFINITY);
    }

    #[test]
    fn nonsense_is_the_same_each_time_and_in_several_scripts() {
        let texts = nonsense();
        assert_eq!(texts, nonsense());
        assert_eq!(texts.len(), 88);
        assert!(texts.iter().all(|text| !text.trim().is_empty()));
    }
}
