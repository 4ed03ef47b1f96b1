//! Puts found pages in the order of a field, and keeps few of each value of a field.

use serde::{Deserialize, Serialize};

use crate::corpus::PageId;
use crate::index::Column;
use crate::lexical::PageScore;
use crate::order;

/// Pages that meaning alone finds, the nearest, which are sorted by a field or counted as facets beside those that words find.
/// The farther ones are in the ranking of a hybrid search, at its end; in the midst of another order they would be noise.
pub(super) const NEAREST: usize = 50;

/// A field to sort by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sort {
    /// The field; pages without it come last, equal ones in the order of their scores.
    pub field: String,
    /// Which values come first. Default `asc`.
    #[serde(default)]
    pub order: Order,
}

/// Which values come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// The least, the earliest, the first in the alphabet (by bytes); of several values on a page, the first counts.
    #[default]
    Asc,
    /// The greatest, the latest, the last in the alphabet; of several values on a page, the last counts.
    Desc,
}

/// A field of whose values few pages each are wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The field; of several values on a page the first counts, and a page without one is in no group and kept.
    pub field: String,
    /// Most pages of one value: the best, or the first in the order that was asked for. Default 1.
    #[serde(default = "one")]
    pub limit: usize,
}

fn one() -> usize {
    1
}

/// Sorts pages by their values; those without one last, equal ones as they were.
pub(super) fn sort(pages: &mut Vec<PageScore>, column: &Column, order: Order) {
    let mut keys: Vec<u64> = Vec::new();
    for (place, ranked) in pages.iter().enumerate() {
        let values = column.of(ranked.page);
        let key = match order {
            Order::Asc => values.first().map(|value| value.0),
            Order::Desc => values.last().map(|value| !value.0 - 1),
        };
        keys.push(u64::from(key.unwrap_or(u32::MAX)) << 32 | place as u64);
    }
    order::sort(&mut keys);
    *pages = keys.into_iter().map(|key| pages[key as u32 as usize]).collect();
}

/// Leaves at most `limit` pages of each value.
pub(super) fn group(pages: &mut Vec<PageScore>, column: &Column, limit: usize) {
    let mut counts = vec![0usize; column.count()];
    pages.retain(|ranked| match column.of(ranked.page).first() {
        Some(value) => {
            counts[value.0 as usize] += 1;
            counts[value.0 as usize] <= limit
        }
        None => true,
    });
}

/// All of these pages in their order, with a score of 0.
pub(super) fn unranked(pages: impl Iterator<Item = PageId>) -> Vec<PageScore> {
    let mut ranked = Vec::new();
    pages.for_each(|page| ranked.push(PageScore { page, score: 0.0 }));
    ranked
}
