//! The units that get a vector: forms that stand for one another share one.
//!
//! A unit is a connected component of forms under the dictionary's families; a form without family is a unit of its own.
//! So a query's word finds the vector of its family in whichever block its form lies.

use std::collections::{BTreeMap, HashMap};

use crate::encoder::lexicon::SparseRows;
use crate::lexical::{Bm25f, Families, Inverted};
use crate::text;

/// The units of a site.
pub(super) struct Units<'i> {
    /// The unit of each form, by the form's number in the dictionary.
    pub of: Vec<u32>,
    /// The form of each unit that the site uses most.
    pub most_used: Vec<&'i str>,
    /// How often the site uses each unit.
    pub uses: Vec<usize>,
    /// How much each unit says: BM25's idf over the pages that hold any of its forms.
    pub idf: Vec<f32>,
    numbers: HashMap<&'i str, u32>,
}

impl<'i> Units<'i> {
    /// Finds the units of a site of `pages` pages.
    pub fn of(inverted: &'i Inverted, families: &Families, pages: usize) -> Self {
        let of = components(inverted.terms.len(), families);
        let count = of.iter().max().map_or(0, |&last| last as usize + 1);
        let mut forms: Vec<Vec<usize>> = vec![Vec::new(); count];
        of.iter().enumerate().for_each(|(form, &unit)| forms[unit as usize].push(form));
        let (mut most_used, mut all_uses, mut idf) = (Vec::new(), Vec::new(), Vec::with_capacity(count));
        for forms in &forms {
            let mut on: Vec<u32> = Vec::new();
            let (mut best, mut all) = ((0, ""), 0);
            for term in forms.iter().map(|&form| &inverted.terms[form]) {
                let uses = term.occurrences.uses();
                all += uses;
                if uses > best.0 {
                    best = (uses, &term.form);
                }
                on.extend(term.occurrences.pages().map(|posting| posting.page.0));
            }
            on.sort_unstable();
            on.dedup();
            most_used.push(best.1);
            all_uses.push(all);
            idf.push(Bm25f::idf(pages as u32, on.len() as u32));
        }
        let numbers = inverted.terms.iter().zip(&of).map(|(term, &unit)| (term.form.as_str(), unit)).collect();
        Self { of, most_used, uses: all_uses, idf, numbers }
    }

    /// The units of a text's words, in order; words that the site doesn't use are left out. A compound counts, and so
    /// do its parts.
    pub fn read(&self, text: &str) -> Vec<u32> {
        text::words(text).filter_map(|word| self.numbers.get(&*word.term).copied()).collect()
    }

    /// Adds a text to `rows`: each word counts its weight.
    pub fn push(&self, rows: &mut SparseRows, text: &str, weights: &[f32]) {
        rows.push_shares(self.read(text).into_iter().map(|unit| (unit, weights[unit as usize])).collect());
    }
}

/// Numbers the connected components of forms in the order of their first forms.
fn components(forms: usize, families: &Families) -> Vec<u32> {
    let mut parent: Vec<u32> = (0..forms as u32).collect();
    for members in &families.members {
        for pair in members.windows(2) {
            let (a, b) = (root(&mut parent, pair[0]), root(&mut parent, pair[1]));
            parent[a.max(b) as usize] = a.min(b);
        }
    }
    let mut numbers: BTreeMap<u32, u32> = BTreeMap::new();
    (0..forms as u32)
        .map(|form| {
            let next = numbers.len() as u32;
            *numbers.entry(root(&mut parent, form)).or_insert(next)
        })
        .collect()
}

fn root(parent: &mut [u32], mut form: u32) -> u32 {
    while parent[form as usize] != form {
        let above = parent[parent[form as usize] as usize];
        parent[form as usize] = above;
        form = above;
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_that_share_a_form_are_one_unit() {
        let families = Families { of: Vec::new(), members: vec![vec![0, 3], vec![2, 4], vec![3, 5]] };
        assert_eq!(components(7, &families), [0, 1, 2, 0, 2, 0, 3]);
    }
}
