//! Where a form occurs, as it is gathered when pages are read.

use super::posting::SectionPosting;
use crate::corpus::{Ordinal, PageId};

/// All places of a form, page by page. Few allocations, since a site has a hundred thousand forms on a million pages.
#[derive(Debug, Default)]
pub struct Occurrences {
    pages: Vec<PageEnd>,
    sections: Vec<SectionPosting>,
    positions: Vec<u32>,
}

/// A page, and where its sections and positions end among all.
#[derive(Debug)]
struct PageEnd {
    page: PageId,
    title: u32,
    sections: u32,
    positions: u32,
}

/// The field that a form stands in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Field {
    Title,
    Heading(Ordinal),
    Text(Ordinal),
}

impl Field {
    /// The section, unless it is the title.
    pub fn section(self) -> Option<Ordinal> {
        match self {
            Field::Title => None,
            Field::Heading(section) | Field::Text(section) => Some(section),
        }
    }
}

/// A form's occurrences in one page.
#[derive(Clone, Copy, Debug)]
pub struct InPage<'o> {
    /// The page.
    pub page: PageId,
    /// Occurrences in the title.
    pub title: u32,
    /// The sections that it occurs in, in order.
    pub sections: &'o [SectionPosting],
    /// Its positions, ascending.
    pub positions: &'o [u32],
}

impl Occurrences {
    /// Adds one that counts so much; they come in the order of pages, of a page's sections and of the words in them.
    pub(super) fn add(&mut self, page: PageId, field: Field, count: u32, position: u32) {
        if self.pages.last().is_none_or(|last| last.page != page) {
            let (sections, positions) = (self.sections.len() as u32, self.positions.len() as u32);
            self.pages.push(PageEnd { page, title: 0, sections, positions });
        }
        let first = self.pages.len().checked_sub(2).map_or(0, |before| self.pages[before].sections as usize);
        let last = self.pages.len() - 1;
        match field {
            Field::Title => self.pages[last].title += count,
            Field::Heading(section) => self.section(first, section).heading += count,
            Field::Text(section) => self.section(first, section).body += count,
        }
        self.positions.push(position);
        self.pages[last].sections = self.sections.len() as u32;
        self.pages[last].positions = self.positions.len() as u32;
    }

    /// The entry of the last section of the page whose sections begin at `first`.
    fn section(&mut self, first: usize, section: Ordinal) -> &mut SectionPosting {
        if self.sections[first..].last().is_none_or(|last| last.section != section) {
            self.sections.push(SectionPosting { section, heading: 0, body: 0 });
        }
        let last = self.sections.len() - 1;
        &mut self.sections[last]
    }

    /// How many pages the form occurs in.
    pub fn count(&self) -> usize {
        self.pages.len()
    }

    /// How often it occurs.
    pub fn uses(&self) -> usize {
        self.positions.len()
    }

    /// Its pages, in order.
    pub fn pages(&self) -> impl ExactSizeIterator<Item = InPage<'_>> {
        self.between(0, self.pages.len())
    }

    /// Its pages of numbers from `start` and before `end`, in order.
    pub fn pages_within(&self, start: u64, end: u64) -> impl ExactSizeIterator<Item = InPage<'_>> {
        let place = |number| self.pages.partition_point(|known| u64::from(known.page.0) < number);
        self.between(place(start), place(end))
    }

    fn between(&self, start: usize, end: usize) -> impl ExactSizeIterator<Item = InPage<'_>> {
        (start..end).map(|at| {
            let (sections, positions) =
                at.checked_sub(1).map_or((0, 0), |before| (self.pages[before].sections, self.pages[before].positions));
            let PageEnd { page, title, .. } = self.pages[at];
            InPage {
                page,
                title,
                sections: &self.sections[sections as usize..self.pages[at].sections as usize],
                positions: &self.positions[positions as usize..self.pages[at].positions as usize],
            }
        })
    }
}
