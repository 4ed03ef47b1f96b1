//! Whether a difference between two settings may be chance.

use bifocal::random::Random;

/// Up to so many queries that differ, all ways of exchanging them are gone through.
const ALL_WAYS: usize = 16;
/// Of more queries, so many ways are drawn; the seed is fixed, so that a figure can be had again.
pub const DRAWN: usize = 100_000;
const SEED: u64 = 2007;

/// The two-sided p of Fisher's paired randomisation test, which M. D. Smucker, J. Allan and B. Carterette, "A Comparison of
/// Statistical Significance Tests for Information Retrieval Evaluation" (CIKM 2007) recommend: if it were all the same which of
/// the settings gave which of a query's two scores, how often the mean would differ by at least as much as it does.
///
/// `differences` has one for each query. Of drawn ways the one that is there counts as well, so that p is never 0.
pub fn randomisation(differences: &[f64]) -> f64 {
    let differences: Vec<f64> = differences.iter().copied().filter(|&difference| difference != 0.0).collect();
    let count = differences.len();
    // Sums of the same numbers in another order may differ in the last digits.
    let least = differences.iter().sum::<f64>().abs() - 1e-9;
    if count <= ALL_WAYS {
        let reached = (0..1u64 << count).filter(|&signs| signed(&differences, signs).abs() >= least).count();
        return reached as f64 / (1u64 << count) as f64;
    }
    let mut random = Random(SEED);
    let mut way = || differences.chunks(64).map(|chunk| signed(chunk, random.bits())).sum::<f64>();
    let reached = (0..DRAWN).filter(|_| way().abs() >= least).count();
    (reached + 1) as f64 / (DRAWN + 1) as f64
}

/// The sum of at most 64 numbers, each negated where its bit is set.
fn signed(numbers: &[f64], signs: u64) -> f64 {
    numbers.iter().enumerate().map(|(at, &number)| if signs >> at & 1 == 1 { -number } else { number }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_queries_are_gone_through_one_by_one() {
        assert_eq!(randomisation(&[]), 1.0);
        assert_eq!(randomisation(&[0.0, 0.0]), 1.0);
        assert_eq!(randomisation(&[0.5]), 1.0);
        // Of eight ways only the two in which all go one way reach the sum.
        assert_eq!(randomisation(&[0.1, 0.2, 0.0, 0.3]), 0.25);
        // 3, 1 and −1 sum to 3: reached by 3+1+1, 3+1−1, 3−1+1 and their opposites.
        assert_eq!(randomisation(&[0.3, 0.1, -0.1]), 0.75);
        assert_eq!(randomisation(&[-0.3, 0.1, -0.1]), 0.75);
    }

    #[test]
    fn drawn_ways_come_near_to_all_ways() {
        let all: Vec<f64> = (0..ALL_WAYS).map(|at| f64::from(at as u32 % 5) / 10.0 - 0.12).collect();
        let exact = randomisation(&all);
        // Differences too small to matter make it draw.
        let drawn = randomisation(&[&all[..], &[1e-12]].concat());
        assert!((exact - drawn).abs() < 0.01, "{exact} {drawn}");
        assert_eq!(drawn, randomisation(&[&all[..], &[1e-12]].concat()), "the same each time");
    }

    #[test]
    fn clear_differences_are_told_from_chance() {
        assert!(randomisation(&[0.2; 200]) < 0.0001);
        let even: Vec<f64> = (0..200).map(|at| if at % 2 == 0 { 0.2 } else { -0.2 }).collect();
        assert!(randomisation(&even) > 0.9);
    }
}
