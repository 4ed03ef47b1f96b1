//! What is searched: pages, their sections, and the passages that are embedded.

mod page;
mod pages;
mod passage;
mod piece;
mod span;
mod stored;
mod value;

pub use page::{Meta, Page, Section, Weighted};
pub use pages::PageSet;
pub use passage::{Window, cut, embedded_text};
pub use piece::{LONGEST_PIECE, pieces};
pub use span::Span;
pub use stored::{StoredPage, StoredSection};
pub use value::Value;

/// A page's number in an index: pages are numbered from 0 in the order in which they were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageId(pub u32);

/// A section's number within its page, from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ordinal(pub u32);

/// Longest text of a stored section in bytes; longer ones are divided at sentence ends, so that a part stays small.
pub const LONGEST_SECTION: usize = 6_000;

impl Page {
    /// Divides sections longer than [`LONGEST_SECTION`] into several with the same heading and anchor.
    ///
    /// Nothing is lost: the pieces' texts, put together, are the section's text.
    pub fn divided(mut self) -> Self {
        let sections = std::mem::take(&mut self.sections);
        for section in sections {
            if section.text.len() <= LONGEST_SECTION {
                self.sections.push(section);
                continue;
            }
            let mut start = 0;
            while start < section.text.len() {
                let end = start + passage::break_before(&section.text[start..], LONGEST_SECTION);
                self.sections.push(section.with_part(start..end));
                start = end;
            }
        }
        self
    }

    /// The headings above and including each section, outermost first, without empty ones and without the title itself.
    pub fn paths(&self) -> Vec<Vec<&str>> {
        let mut open: Vec<(u8, &str)> = Vec::new();
        self.sections
            .iter()
            .map(|section| {
                while open.last().is_some_and(|&(level, _)| level >= section.level) {
                    open.pop();
                }
                open.push((section.level, &section.heading));
                open.iter().map(|&(_, heading)| heading).filter(|&h| !h.is_empty() && h != self.title).collect()
            })
            .collect()
    }
}
