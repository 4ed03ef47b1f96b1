//! How far two words are apart, in slips of the hand.
//!
//! The restricted edit distance of Damerau and Levenshtein (each pair of neighbours is exchanged at most once), in tenths: an
//! insertion, a deletion or another letter is 10; less where people slip more often, more at the first letter, where they
//! seldom do.

/// Any slip.
const SLIP: u32 = 10;
/// Two neighbours exchanged, or one vowel for another.
const LIGHT: u32 = 8;
/// A letter once where it should be twice, or twice where once.
const DOUBLED: u32 = 7;
/// What a slip at the first letter is dearer.
const FIRST: u32 = 4;

/// A word of so many characters keeps its first.
const SHORT: usize = 5;

/// Longest word, in characters, that is compared: longer ones are data or identifiers that nobody types.
pub const LONGEST_COMPARED: usize = 32;

/// How many slips a word of so many characters may hold: none below four, one below eight, then two.
pub fn slips(characters: usize) -> u32 {
    match characters {
        4..=7 => 1,
        8..=LONGEST_COMPARED => 2,
        _ => 0,
    }
}

/// The distance from what was `typed` to `meant`, in tenths of a slip, if it is at most what `slips` slips may cost; `unfinished`
/// says that `meant` may go on where `typed` ends.
pub fn distance(typed: &[char], meant: &[char], slips: u32, unfinished: bool) -> Option<u32> {
    // Of a short word, another first letter makes another word.
    let most = slips * SLIP + if typed.len() > SHORT { FIRST } else { 0 };
    let longer = meant.len().saturating_sub(typed.len()) as u32;
    let shorter = typed.len().saturating_sub(meant.len()) as u32;
    if shorter > slips || longer > slips && !unfinished || typed.len().max(1) > LONGEST_COMPARED {
        return None;
    }
    // No prefix of `meant` that is longer can be near.
    let meant = &meant[..meant.len().min(typed.len() + slips as usize)];
    let mut rows = [[u32::MAX / 2; LONGEST_COMPARED + 3]; 3];
    for (to, cost) in rows[0].iter_mut().take(meant.len() + 1).enumerate() {
        *cost = if to == 0 { 0 } else { to as u32 * SLIP + FIRST };
    }
    for (from, &a) in typed.iter().enumerate() {
        let [before, last, row] = turned(&mut rows, from);
        let first = |to: usize| if from == 0 || to == 0 { FIRST } else { 0 };
        row[0] = last[0] + SLIP + if from == 0 { FIRST } else { 0 };
        let mut least = row[0];
        for (to, &b) in meant.iter().enumerate() {
            let mut cost = last[to] + if a == b { 0 } else { other(a, b) + first(to) };
            let doubled = |same: bool| if same { DOUBLED } else { SLIP };
            cost = cost.min(last[to + 1] + doubled(from > 0 && typed[from - 1] == a) + first(to + 1).min(first(from)));
            cost = cost.min(row[to] + doubled(to > 0 && meant[to - 1] == b) + if to == 0 { FIRST } else { 0 });
            if from > 0 && to > 0 && a != b && a == meant[to - 1] && typed[from - 1] == b {
                cost = cost.min(before[to - 1] + LIGHT + if from == 1 && to == 1 { FIRST } else { 0 });
            }
            row[to + 1] = cost;
            least = least.min(cost);
        }
        if least > most {
            return None;
        }
    }
    let row = &rows[typed.len() % 3];
    let cost = match unfinished {
        true => row[..=meant.len()].iter().copied().fold(u32::MAX, u32::min),
        false => row[meant.len()],
    };
    Some(cost).filter(|&cost| cost <= most)
}

/// The rows of the character before the last, of the last, and of the one at `from`.
fn turned<const N: usize>(rows: &mut [[u32; N]; 3], from: usize) -> [&mut [u32; N]; 3] {
    let [a, b, c] = rows;
    match from % 3 {
        0 => [c, a, b],
        1 => [a, b, c],
        _ => [b, c, a],
    }
}

fn other(a: char, b: char) -> u32 {
    let is_vowel = |c| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    if is_vowel(a) && is_vowel(b) { LIGHT } else { SLIP }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cost(typed: &str, meant: &str, slips: u32, unfinished: bool) -> Option<u32> {
        let [typed, meant] = [typed, meant].map(|word| word.chars().collect::<Vec<_>>());
        distance(&typed, &meant, slips, unfinished)
    }

    #[test]
    fn slips_are_counted() {
        assert_eq!(cost("receive", "receive", 1, false), Some(0));
        assert_eq!(cost("recieve", "receive", 1, false), Some(8), "exchanged");
        assert_eq!(cost("recieve", "relieve", 1, false), Some(10), "another letter");
        assert_eq!(cost("borow", "borrow", 1, false), Some(7), "not doubled");
        assert_eq!(cost("borroww", "borrow", 1, false), Some(7), "doubled");
        assert_eq!(cost("brow", "borrow", 1, false), None, "two missing");
        assert_eq!(cost("lifetme", "lifetime", 1, false), Some(10), "one missing");
        assert_eq!(cost("kifetime", "lifetime", 1, false), Some(14), "the first letter");
        assert_eq!(cost("ilfetime", "lifetime", 1, false), Some(12), "the first two");
        assert_eq!(cost("borrwo", "borrowing", 1, true), Some(8), "unfinished");
        assert_eq!(cost("borrwo", "borrowing", 1, false), None);
        assert_eq!(cost("book", "cook", 1, false), None, "the first letter of a short word");
    }

    /// The plain distance of Levenshtein, by recursion over all ways.
    fn plain(a: &[char], b: &[char]) -> u32 {
        match (a, b) {
            ([], rest) | (rest, []) => rest.len() as u32,
            ([x, a @ ..], [y, b @ ..]) if x == y => plain(a, b),
            ([_, shorter_a @ ..], [_, shorter_b @ ..]) => {
                1 + plain(shorter_a, b).min(plain(a, shorter_b)).min(plain(shorter_a, shorter_b))
            }
        }
    }

    proptest! {
        #[test]
        fn it_is_within_what_the_plain_distance_allows(typed in "[abe]{0,6}", meant in "[abe]{0,6}") {
            let [from, to] = [&typed, &meant].map(|word| word.chars().collect::<Vec<_>>());
            let plain = plain(&from, &to);
            match distance(&from, &to, 6, false) {
                // An exchange is two plain slips; every slip costs at least 7 and at most 14.
                Some(cost) => prop_assert!(cost <= plain * 14 && 2 * cost >= plain * 7, "{typed} {meant}: {cost}, {plain} slips"),
                None => prop_assert!(plain > 4, "{typed} {meant}: none, {plain} slips"),
            }
            prop_assert_eq!(distance(&from, &to, 6, false) == Some(0), typed == meant);
        }
    }
}
