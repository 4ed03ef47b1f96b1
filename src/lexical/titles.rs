//! What pages gain by what their titles have of a query.

use super::length;

/// What a page gains at most, as a share of the best score, by a title that holds a part of the query.
const IN_PART: f32 = 0.5;

/// What titles are compared with: a query, as its term sets become known.
pub struct Asked {
    /// How many sets pages are ranked by.
    pub sets: u32,
    /// How long the query is, in words.
    pub length: u32,
    /// Whether its last word is still being typed.
    pub open: bool,
    /// How many sets there are, those with them by which no page is ranked.
    pub all: u32,
    /// The idf of all sets together.
    pub rarity: f32,
}

/// What a page's title has of a query.
#[derive(Clone, Default)]
pub struct InTitle {
    /// The last set that was found in it, by its number, from 1.
    pub last: u32,
    /// The last set until which all stand at their places.
    pub placed: u32,
    /// How many sets it has.
    pub sets: u32,
    /// How many of the query's words those sets are, and their idf together.
    pub words: u32,
    pub rarity: f32,
    /// How long it is, in words.
    pub length: f32,
    /// What the page gains by its headings.
    pub headed: f32,
}

impl InTitle {
    /// What the page gains by it, as [`Ranking::named`](super::Ranking::named) says.
    pub fn gain(&self, query: &Asked) -> f32 {
        if self.sets == 0 {
            return 0.0;
        }
        let length = length::kept(query.length);
        // Titles that are shorter than the query don't hold it, though they hold its rarer words: a question is no title.
        let fits = length > 0.0 && length <= self.length;
        // Of one whole word nobody can say whether it is a title's beginning.
        let begins = fits && self.placed == query.all && query.length > u32::from(!query.open);
        let words = if begins { length } else { self.words as f32 };
        let share = (words / self.length).min(1.0);
        let in_part = IN_PART * share * share * self.rarity / query.rarity.max(f32::MIN_POSITIVE);
        if begins {
            1.0 + in_part
        } else if fits && self.sets == query.sets {
            share + in_part
        } else {
            in_part
        }
    }
}
