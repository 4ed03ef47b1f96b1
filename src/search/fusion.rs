//! Puts the legs' rankings together, page by page.
//!
//! `rrf` and `normalization` have OpenSearch's names and definitions. The default, `convex`, is the convex combination with
//! theoretical minimum of Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (ACM TOIS 2023):
//! each score, counted from the least value it can take, over the greatest one observed. Unless one is given, the weight is the
//! query's own, which they leave open. And the least cosine is nearer to 1 for a model whose vectors all lie close together
//! ([`spread`]), since differences between its pages would else drown in those between their words.

use serde::{Deserialize, Serialize};

use crate::corpus::PageId;
use crate::lexical::PageScore;

/// Pages of each leg that rank-based and observed-range fusions look at.
const WINDOW: usize = 200;

/// How rankings are put together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "technique", rename_all = "snake_case")]
pub enum Fusion {
    /// `weight · (cos − least) / max(cos − least) + (1 − weight) · bm25 / max(bm25)`, where the least cosine is −1 for most models.
    Convex {
        /// What meaning counts: at 0 only words do, at 1 only meaning. None (the default) takes what suits the query: the
        /// more, the farther the nearest page stands out from the ten nearest.
        #[serde(default)]
        weight: Option<f32>,
    },
    /// Reciprocal rank fusion: the sum over legs of `1 / (rank_constant + rank)`.
    Rrf {
        /// The larger, the less the first ranks count above the others. Default 60.
        #[serde(default = "sixty")]
        rank_constant: f32,
    },
    /// Each leg's scores are normalised over its best pages, then combined.
    Normalization {
        /// How scores are made comparable.
        normalization: Normalization,
        /// How a page's normalised scores become one.
        combination: Combination,
        /// What words and meaning count.
        #[serde(default = "even")]
        weights: [f32; 2],
    },
}

/// How scores of different legs are made comparable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalization {
    /// `(score − min) / (max − min)`.
    MinMax,
    /// `score / √Σ score²`.
    L2,
    /// `(score − mean) / deviation`.
    ZScore,
}

impl Normalization {
    fn name(self) -> &'static str {
        match self {
            Normalization::MinMax => "min_max",
            Normalization::L2 => "l2",
            Normalization::ZScore => "z_score",
        }
    }
}

/// How normalised scores become one; a leg that lacks the page gives 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Combination {
    /// `Σ w·s / Σ w`.
    ArithmeticMean,
    /// `exp(Σ w·ln s / Σ w)` over positive scores.
    GeometricMean,
    /// `Σ w / Σ (w / s)` over positive scores.
    HarmonicMean,
}

fn sixty() -> f32 {
    60.0
}

fn even() -> [f32; 2] {
    [0.5, 0.5]
}

impl Default for Fusion {
    fn default() -> Self {
        Fusion::Convex { weight: None }
    }
}

/// Nearest pages of which the first may stand out.
const NEAREST: usize = 10;

/// The weight of meaning in a convex combination when no page stands out, what it gains with each unit of cosine by which one
/// does, and the most that it gets. Tuned on halves of six collections' queries: docs/lexicon.md.
const LEAST_WEIGHT: f32 = 0.75;
const WEIGHT_GAIN: f32 = 1.25;
const MOST_WEIGHT: f32 = 0.95;

/// The highest cut-off with which cosines count as they are. Those of the indexes that the weights were tuned on, all of one model,
/// are from .15 to .31: up to there they tell of the site, beyond it of the model.
const WIDE: f32 = 0.35;

/// How wide apart an index's cosines lie by its calibrated cut-off, the cosine of nonsense: 1 for most models, .23 for
/// multilingual-e5-small, where nonsense has a cosine of .85.
fn spread(cut_off: f32) -> f32 {
    ((1.0 - cut_off) / (1.0 - WIDE)).clamp(0.05, 1.0)
}

/// The weight that suits a query whose pages by meaning are these, best first.
fn weight_of(semantic: &[PageScore], spread: f32) -> f32 {
    let nearest = &semantic[..semantic.len().min(NEAREST)];
    let Some(first) = nearest.first() else { return LEAST_WEIGHT };
    let mean = nearest.iter().map(|near| near.score).sum::<f32>() / nearest.len() as f32;
    (LEAST_WEIGHT + WEIGHT_GAIN * (first.score - mean) / spread).min(MOST_WEIGHT)
}

/// The legs' scores of one query, normalised.
struct Comparable {
    /// Of each page what words and meaning gave it, where they ranked it.
    pages: Vec<[Option<f32>; 2]>,
    /// What meaning counts in a convex combination.
    weight: f32,
    /// What a page has by meaning in one that was not compared.
    typical: f32,
}

impl Fusion {
    /// What it is called, without its parameters.
    pub fn name(&self) -> &'static str {
        match self {
            Fusion::Convex { .. } => "convex",
            Fusion::Rrf { .. } => "rrf",
            Fusion::Normalization { normalization, .. } => normalization.name(),
        }
    }

    /// Fuses two rankings, each best first; equal scores are put in the order of pages. `cut_off` is the index's, the cosine from which
    /// on pages are found by meaning.
    pub fn fuse(&self, keyword: &[PageScore], semantic: &[PageScore], cut_off: f32) -> Vec<PageScore> {
        let comparable = self.comparable(keyword, semantic, cut_off);
        let score = |legs: &[Option<f32>; 2]| match legs {
            [None, None] => f32::NEG_INFINITY,
            &legs => self.combined(legs, &comparable),
        };
        let scores: Vec<f32> = comparable.pages.iter().map(score).collect();
        PageScore::best_first(&scores, |score| score != f32::NEG_INFINITY)
    }

    /// What words and meaning each give to the fused score of `page`, the two of which add up to it; none where they are combined
    /// by a mean that is no sum.
    #[inline(never)]
    pub fn shares(
        &self,
        keyword: &[PageScore],
        semantic: &[PageScore],
        cut_off: f32,
        page: PageId,
    ) -> Option<[f32; 2]> {
        if let Fusion::Normalization { combination: Combination::GeometricMean | Combination::HarmonicMean, .. } = self
        {
            return None;
        }
        let comparable = self.comparable(keyword, semantic, cut_off);
        let [words, meaning] = comparable.pages.get(page.0 as usize).copied().unwrap_or_default();
        Some([self.combined([words, Some(0.0)], &comparable), self.combined([None, meaning], &comparable)])
    }

    /// Scores that can be put together, page by page.
    fn comparable(&self, keyword: &[PageScore], semantic: &[PageScore], cut_off: f32) -> Comparable {
        let spread = spread(cut_off);
        let highest = keyword.iter().chain(semantic).map(|ranked| ranked.page.0).max();
        let mut pages: Vec<[Option<f32>; 2]> = vec![[None; 2]; highest.map_or(0, |page| page as usize + 1)];
        for (leg, ranking) in [keyword, semantic].into_iter().enumerate() {
            let used =
                if matches!(self, Fusion::Convex { .. }) { ranking } else { &ranking[..ranking.len().min(WINDOW)] };
            for (page, score) in self.normalised(leg, used, spread) {
                pages[page.0 as usize][leg] = Some(score);
            }
        }
        // A page that was not compared is taken to be as near as the middle one of those that were. To take it for as far as
        // the last one would punish what words find outside the nearest cells.
        let typical = match (self, semantic.get(semantic.len() / 2)) {
            (Fusion::Convex { .. }, Some(middle)) => pages[middle.page.0 as usize][1].unwrap_or(0.0),
            _ => 0.0,
        };
        let weight = match self {
            Fusion::Convex { weight } => weight.unwrap_or_else(|| weight_of(semantic, spread)),
            _ => 0.0,
        };
        Comparable { pages, weight, typical }
    }

    fn normalised(&self, leg: usize, ranking: &[PageScore], spread: f32) -> Vec<(PageId, f32)> {
        let scores = || ranking.iter().map(|ranked| ranked.score);
        let largest = scores().fold(f32::NEG_INFINITY, f32::max);
        let smallest = scores().fold(f32::INFINITY, f32::min);
        let count = ranking.len().max(1) as f32;
        let mean = scores().sum::<f32>() / count;
        let deviation = (scores().map(|s| (s - mean) * (s - mean)).sum::<f32>() / count).sqrt();
        let length = scores().map(|s| s * s).sum::<f32>().sqrt();
        let normalise = |rank: usize, score: f32| match self {
            Fusion::Convex { .. } => {
                let least = if leg == 1 { 1.0 - 2.0 * spread } else { 0.0 };
                divide(score - least, largest - least)
            }
            Fusion::Rrf { rank_constant } => 1.0 / (rank_constant + rank as f32 + 1.0),
            Fusion::Normalization { normalization, .. } => match normalization {
                Normalization::MinMax if largest == smallest => 1.0,
                // As in OpenSearch, the last page keeps a trace of a score, so that it still counts as found.
                Normalization::MinMax => divide(score - smallest, largest - smallest).max(0.001),
                Normalization::L2 => divide(score, length),
                Normalization::ZScore => divide(score - mean, deviation).max(0.001),
            },
        };
        ranking.iter().enumerate().map(|(rank, ranked)| (ranked.page, normalise(rank, ranked.score))).collect()
    }

    fn combined(&self, legs: [Option<f32>; 2], &Comparable { weight, typical, .. }: &Comparable) -> f32 {
        let [keyword, semantic] = legs;
        match self {
            Fusion::Convex { .. } => (1.0 - weight) * keyword.unwrap_or(0.0) + weight * semantic.unwrap_or(typical),
            Fusion::Rrf { .. } => keyword.unwrap_or(0.0) + semantic.unwrap_or(0.0),
            Fusion::Normalization { combination, weights, .. } => {
                let scored = || weights.iter().zip(legs).map(|(&weight, score)| (weight, score.unwrap_or(0.0)));
                let positive = || scored().filter(|&(weight, score)| weight > 0.0 && score > 0.0);
                let total: f32 = match combination {
                    Combination::ArithmeticMean => weights.iter().sum(),
                    _ => positive().map(|(weight, _)| weight).sum(),
                };
                match combination {
                    Combination::ArithmeticMean => divide(scored().map(|(weight, score)| weight * score).sum(), total),
                    Combination::GeometricMean if total > 0.0 => {
                        divide(positive().map(|(weight, score)| weight * score.ln()).sum(), total).exp()
                    }
                    Combination::GeometricMean => 0.0,
                    Combination::HarmonicMean => divide(total, positive().map(|(weight, score)| weight / score).sum()),
                }
            }
        }
    }
}

fn divide(a: f32, b: f32) -> f32 {
    if b == 0.0 { 0.0 } else { a / b }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranking(scores: &[(u32, f32)]) -> Vec<PageScore> {
        scores.iter().map(|&(page, score)| PageScore { page: PageId(page), score }).collect()
    }

    fn check(fusion: Fusion, expected: &[(u32, f32)]) {
        let (keyword, semantic) = (ranking(&[(1, 8.0), (2, 4.0), (3, 2.0)]), ranking(&[(3, 0.6), (1, 0.2), (4, -0.2)]));
        let fused = fusion.fuse(&keyword, &semantic, WIDE);
        let fused: Vec<_> = fused.iter().map(|ranked| (ranked.page.0, ranked.score)).collect();
        assert_eq!(fused.len(), expected.len(), "{fusion:?} gave {fused:?}");
        for (got, wanted) in fused.iter().zip(expected) {
            assert!(got.0 == wanted.0 && (got.1 - wanted.1).abs() < 1e-4, "{fusion:?} gave {fused:?}");
        }
    }

    #[test]
    fn each_technique_follows_its_definition() {
        check(
            Fusion::Convex { weight: Some(0.5) },
            &[(1, 0.5 + 0.5 * 0.75), (2, 0.25 + 0.5 * 0.75), (3, 0.125 + 0.5), (4, 0.25)],
        );
        check(
            Fusion::Rrf { rank_constant: 60.0 },
            &[(1, 1. / 61. + 1. / 62.), (3, 1. / 63. + 1. / 61.), (2, 1. / 62.), (4, 1. / 63.)],
        );
        let normalization = |combination| Fusion::Normalization {
            normalization: Normalization::MinMax,
            combination,
            weights: [0.5, 0.5],
        };
        check(normalization(Combination::ArithmeticMean), &[(1, 0.75), (3, 0.5005), (2, 1. / 6.), (4, 0.0005)]);
        check(normalization(Combination::HarmonicMean), &[(1, 2. / 3.), (2, 1. / 3.), (3, 0.001998), (4, 0.001)]);
    }

    #[test]
    fn shares_add_up_to_the_fused_score() {
        let (keyword, semantic) = (ranking(&[(1, 8.0), (2, 4.0), (3, 2.0)]), ranking(&[(3, 0.6), (1, 0.2), (4, -0.2)]));
        let weighed =
            |normalization, combination| Fusion::Normalization { normalization, combination, weights: [0.3, 0.6] };
        let sum = |scores| weighed(scores, Combination::ArithmeticMean);
        let sums = [
            Fusion::default(),
            Fusion::Rrf { rank_constant: 60.0 },
            sum(Normalization::MinMax),
            sum(Normalization::L2),
            sum(Normalization::ZScore),
        ];
        for fusion in sums {
            for fused in fusion.fuse(&keyword, &semantic, WIDE) {
                let shares = fusion.shares(&keyword, &semantic, WIDE, fused.page).unwrap();
                assert!((shares[0] + shares[1] - fused.score).abs() < 1e-6, "{fusion:?}: {fused:?} of {shares:?}");
            }
            assert_eq!(fusion.shares(&keyword, &semantic, WIDE, PageId(4)).unwrap()[0], 0.0);
        }
        for mean in [Combination::GeometricMean, Combination::HarmonicMean] {
            let fusion = weighed(Normalization::MinMax, mean);
            assert_eq!(fusion.shares(&keyword, &semantic, WIDE, PageId(1)), None);
        }
    }

    #[test]
    fn a_weight_of_nought_leaves_a_leg_out() {
        let fusion = Fusion::Convex { weight: Some(0.0) };
        let fused = fusion.fuse(&ranking(&[(1, 2.0)]), &ranking(&[(2, 0.9), (1, 0.1)]), 0.1);
        assert_eq!(fused[0].page, PageId(1));
        assert_eq!(fused[1].score, 0.0);
    }

    #[test]
    fn meaning_counts_more_where_one_page_stands_out() {
        let alike = ranking(&[(1, 0.5), (2, 0.5), (3, 0.5)]);
        let apart = ranking(&[(1, 0.7), (2, 0.5), (3, 0.5), (4, 0.5)]);
        assert_eq!(weight_of(&alike, 1.0), LEAST_WEIGHT);
        assert!((weight_of(&apart, 1.0) - (LEAST_WEIGHT + WEIGHT_GAIN * 0.15)).abs() < 1e-6);
        assert_eq!(weight_of(&ranking(&[(1, 0.9), (2, -0.9)]), 1.0), MOST_WEIGHT);
        assert_eq!(weight_of(&[], 1.0), LEAST_WEIGHT);
    }

    #[test]
    fn cosines_of_a_model_whose_vectors_lie_close_together_count_by_their_distance_from_nonsense() {
        let near = |distances: &[(u32, f32)]| -> Vec<PageScore> {
            distances.iter().map(|&(page, distance)| PageScore { page: PageId(page), score: 1.0 - distance }).collect()
        };
        let keyword = ranking(&[(1, 2.0), (2, 1.0)]);
        let wide = Fusion::default().fuse(&keyword, &near(&[(3, 0.5), (2, 0.6), (1, 0.9)]), WIDE);
        let narrow = 1.0 - 0.2 * (1.0 - WIDE);
        let close = Fusion::default().fuse(&keyword, &near(&[(3, 0.1), (2, 0.12), (1, 0.18)]), narrow);
        for (wide, close) in wide.iter().zip(&close) {
            assert!(wide.page == close.page && (wide.score - close.score).abs() < 1e-5, "{wide:?}, {close:?}");
        }
        // Below that, a cut-off changes nothing; nor does that of an index without meaning.
        assert_eq!([spread(0.1), spread(-0.2), spread(WIDE)], [1.0; 3]);
        assert!(spread(f32::INFINITY) > 0.0);
    }

    #[test]
    fn an_empty_leg_changes_nothing() {
        let keyword = ranking(&[(7, 3.0), (2, 1.0)]);
        for fusion in [Fusion::default(), Fusion::Rrf { rank_constant: 60.0 }] {
            let order: Vec<_> = fusion.fuse(&keyword, &[], 0.1).iter().map(|ranked| ranked.page.0).collect();
            assert_eq!(order, [7, 2]);
        }
    }
}
