//! How good a ranking is, in the definitions of trec_eval and BEIR.

use std::collections::BTreeMap;

/// The discounted cumulative gain of the first `k` pages, over that of the best order there is; 0 to 1.
///
/// `DCG = Σ grade / log2(rank + 1)` (trec_eval's `ndcg_cut`, which BEIR reports; the gain is the grade itself, not
/// `2^grade − 1`).
pub fn ndcg(ranking: &[&str], grades: &BTreeMap<String, u32>, k: usize) -> f64 {
    let mut best: Vec<u32> = grades.values().copied().collect();
    best.sort_unstable_by(|a, b| b.cmp(a));
    let ideal = dcg(best.into_iter().take(k));
    if ideal == 0.0 { 0.0 } else { dcg(ranking.iter().take(k).map(|page| grade(page, grades))) / ideal }
}

/// One over the rank of the first page that answers, if it is among the first `k`; else 0.
pub fn mrr(ranking: &[&str], grades: &BTreeMap<String, u32>, k: usize) -> f64 {
    let first = ranking.iter().take(k).position(|page| grade(page, grades) > 0);
    first.map_or(0.0, |at| 1.0 / (at + 1) as f64)
}

/// The share of the pages that answer which are among the first `k`.
pub fn recall(ranking: &[&str], grades: &BTreeMap<String, u32>, k: usize) -> f64 {
    let relevant = grades.values().filter(|&&grade| grade > 0).count();
    let found = ranking.iter().take(k).filter(|page| grade(page, grades) > 0).count();
    if relevant == 0 { 0.0 } else { found as f64 / relevant as f64 }
}

fn dcg(grades: impl Iterator<Item = u32>) -> f64 {
    // An empty sum is −0, which would be shown so.
    grades.enumerate().map(|(at, grade)| f64::from(grade) / ((at + 2) as f64).log2()).sum::<f64>() + 0.0
}

fn grade(page: &str, grades: &BTreeMap<String, u32>) -> u32 {
    grades.get(page).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ranking: &str, grades: &[(&str, u32)], expected: [f64; 3]) {
        let ranking: Vec<&str> = ranking.split_whitespace().collect();
        let grades = grades.iter().map(|&(page, grade)| (page.to_owned(), grade)).collect();
        let found = [ndcg(&ranking, &grades, 3), mrr(&ranking, &grades, 3), recall(&ranking, &grades, 4)];
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-4, "{ranking:?}: {found} instead of {expected}");
        }
    }

    #[test]
    fn values_worked_out_by_hand() {
        check("a b c", &[("a", 1)], [1.0, 1.0, 1.0]);
        // 1 / log2 3
        check("b a c", &[("a", 1)], [0.63093, 0.5, 1.0]);
        // (1 + 2 / log2 4) / (2 + 1 / log2 3)
        check("b x a", &[("a", 2), ("b", 1)], [0.76019, 1.0, 1.0]);
        // The fourth is too late for the first two; two of four are found among the first four.
        check("x y z a", &[("a", 1), ("b", 1)], [0.0, 0.0, 0.5]);
        // (1 + 1 / log2 3) / (1 + 1 / log2 3 + 1 / 2): the ideal holds three of the four.
        check("a b x y", &[("a", 1), ("b", 1), ("c", 1), ("d", 1)], [0.76536, 1.0, 0.5]);
        check("", &[("a", 1)], [0.0, 0.0, 0.0]);
        check("a", &[], [0.0, 0.0, 0.0]);
    }
}
