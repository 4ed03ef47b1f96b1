//! Families: forms of the dictionary that share a stem, found once, at build time.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::dictionary::shared_prefix;
use super::invert::InvertedTerm;
use crate::text;

/// Fewest families that must show an ending before unseen words may be read by it.
const LEAST_EVIDENCE: usize = 2;
/// Most endings that an index keeps.
const MOST_ENDINGS: usize = 96;

/// Which forms belong together.
#[derive(Debug, Default)]
pub struct Families {
    /// For each form, the families that it belongs to.
    pub of: Vec<Vec<u32>>,
    /// For each family, its forms' numbers in order.
    pub members: Vec<Vec<u32>>,
}

impl Families {
    /// Groups forms by stem, in each language that they are used in; a form alone has no family.
    pub fn of(terms: &[InvertedTerm], languages: &[String]) -> Self {
        let stems_of = |term: &InvertedTerm| -> Vec<(u16, String)> {
            let stem = |&language: &u16| {
                let stem = text::stem(&languages[usize::from(language)], &term.written);
                (language, text::fold(&stem).into_owned())
            };
            term.languages.iter().map(stem).collect()
        };
        let stems: Vec<Vec<(u16, String)>> = terms.par_iter().map(stems_of).collect();
        let mut by_stem: BTreeMap<(u16, String), Vec<u32>> = BTreeMap::new();
        for (number, stems) in (0..).zip(stems) {
            stems.into_iter().for_each(|stem| by_stem.entry(stem).or_default().push(number));
        }
        let mut members: Vec<Vec<u32>> = by_stem.into_values().filter(|members| members.len() > 1).collect();
        members.sort();
        members.dedup();
        let mut of = vec![Vec::new(); terms.len()];
        for (family, members) in members.iter().enumerate() {
            for &member in members {
                of[member as usize].push(family as u32);
            }
        }
        Self { of, members }
    }
}

/// Endings that the forms of families show after what they share, the most frequent first.
pub fn learned_endings(terms: &[InvertedTerm], families: &Families) -> Vec<String> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for members in &families.members {
        let forms: Vec<&str> = members.iter().map(|&number| terms[number as usize].form.as_str()).collect();
        let shared = forms.iter().map(|form| shared_prefix(forms[0], form)).min().unwrap_or(0);
        for form in forms {
            *seen.entry(&form[shared..]).or_default() += 1;
        }
    }
    let mut endings: Vec<_> = seen.into_iter().filter(|&(_, families)| families >= LEAST_EVIDENCE).collect();
    endings.sort_by_key(|&(ending, families)| (std::cmp::Reverse(families), ending));
    endings.into_iter().take(MOST_ENDINGS).map(|(ending, _)| ending.to_owned()).collect()
}
