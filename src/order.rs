//! Puts scores in order: the one sort of the engine, so that the browser downloads the code of one.

/// The places of `scores` from the greatest to the least; equal scores in the order in which they came.
///
/// ```
/// assert_eq!(bifocal::order::best_first([0.5, 2.0, 0.5, -1.0]), [1, 0, 2, 3]);
/// ```
pub fn best_first(scores: impl IntoIterator<Item = f32>) -> Vec<usize> {
    let mut keys: Vec<u64> = Vec::new();
    for (place, score) in scores.into_iter().enumerate() {
        keys.push(u64::from(!ascending(score)) << 32 | place as u64);
    }
    sort(&mut keys);
    keys.into_iter().map(|key| key as u32 as usize).collect()
}

/// Sorts numbers, the least first.
pub fn sort(numbers: &mut [u64]) {
    numbers.sort_unstable();
}

/// A number that orders as the score does, by `f32::total_cmp`.
fn ascending(score: f32) -> u32 {
    let bits = score.to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_a_stable_sort() {
        let scores = [0.0, -0.0, 3.5, f32::MIN, 3.5, f32::MAX, 1e-20, -1e-20, 3.5, f32::NEG_INFINITY];
        let mut expected: Vec<usize> = (0..scores.len()).collect();
        expected.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
        assert_eq!(best_first(scores), expected);
    }
}
