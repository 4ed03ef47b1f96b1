//! Postings: the pages and sections that a form occurs in.
//!
//! ```text
//! list    := page*                                            as many as the dictionary says
//! page    := Δpage lengths[2] (sections ≪ 2 | title-tf) section*
//! section := Δordinal (body-tf ≪ 2 | heading-tf)
//! ```
//! `Δ` is the difference to the one before (to −1 for the first, so it is at least 1). `lengths` are the page's field lengths in words:
//! title and headings in four bits each, the body in one byte (see `length.rs`). Title and heading counts saturate at 3.

use super::bm25f::Lengths;
use super::length;
use crate::Result;
use crate::bytes::{Reader, Writer, damaged};
use crate::corpus::{Ordinal, PageId};

/// Where a form occurs in one page.
#[derive(Clone, Debug, PartialEq)]
pub struct PagePosting {
    /// The page.
    pub page: PageId,
    /// The lengths of the page's fields.
    pub lengths: Lengths,
    /// Occurrences in the title, at most 3.
    pub title: u32,
    /// The sections that it occurs in, in order; none if it is in the title alone.
    pub sections: Vec<SectionPosting>,
}

/// Where a form occurs in one section.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SectionPosting {
    /// The section's number within its page.
    pub section: Ordinal,
    /// Occurrences in the heading, at most 3.
    pub heading: u32,
    /// Occurrences in the text, each of which counts the collection's `unit`, times what its page says.
    pub body: u32,
}

/// An encoded list of postings.
#[derive(Clone, Copy, Debug)]
pub struct PostingList<'b> {
    bytes: &'b [u8],
    pages: u32,
}

impl<'b> PostingList<'b> {
    /// A list of `pages` postings encoded in `bytes`.
    pub fn new(bytes: &'b [u8], pages: u32) -> Self {
        Self { bytes, pages }
    }

    /// In how many pages the form occurs.
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// Calls `visit` for each posting in the order of pages; `limit` is the number of pages in the index.
    ///
    /// # Errors
    /// The bytes are not such a list, or name a page that the index doesn't have.
    pub fn for_each(&self, limit: u32, mut visit: impl FnMut(&PagePosting)) -> Result<()> {
        let mut reader = Reader::new(self.bytes);
        let mut next = 0u32;
        let mut posting = PagePosting { page: PageId(0), lengths: Lengths::default(), title: 0, sections: Vec::new() };
        for _ in 0..self.pages {
            let page = advance(next, reader.small()?)?;
            if page >= limit {
                return Err(damaged("a posting of a page that the index does not have"));
            }
            next = page + 1;
            posting.page = PageId(page);
            posting.read(&mut reader)?;
            visit(&posting);
        }
        Ok(())
    }

    /// Encodes postings, which must be in the order of pages and sections.
    pub fn encode(postings: &[PagePosting]) -> Vec<u8> {
        let mut out = Writer::default();
        let mut next = 0;
        for posting in postings {
            out.number(u64::from(posting.page.0 - next + 1));
            next = posting.page.0 + 1;
            let Lengths { title, heading, body } = posting.lengths;
            out.0.push(length::nibble(title as u32) << 4 | length::nibble(heading as u32));
            out.0.push(length::byte(body as u32));
            out.number((posting.sections.len() as u64) << 2 | u64::from(posting.title.min(3)));
            let mut ordinal = 0;
            for section in &posting.sections {
                out.number(u64::from(section.section.0 - ordinal + 1));
                ordinal = section.section.0 + 1;
                out.number(u64::from(section.body) << 2 | u64::from(section.heading.min(3)));
            }
        }
        out.0
    }
}

impl PagePosting {
    /// Becomes the posting that follows, but for its page. Called and not copied into every visitor's loop.
    #[inline(never)]
    fn read(&mut self, reader: &mut Reader) -> Result<()> {
        let (short, body) = (reader.byte()?, reader.byte()?);
        self.lengths = Lengths {
            title: length::from_nibble(short >> 4) as f32,
            heading: length::from_nibble(short) as f32,
            body: length::from_byte(body) as f32,
        };
        let packed = reader.number()?;
        self.title = (packed & 3) as u32;
        self.sections.clear();
        let mut ordinal = 0u32;
        for _ in 0..packed >> 2 {
            let section = advance(ordinal, reader.small()?)?;
            ordinal = section.checked_add(1).ok_or_else(|| damaged("a section number out of range"))?;
            let counts = reader.number()?;
            self.sections.push(SectionPosting {
                section: Ordinal(section),
                heading: (counts & 3) as u32,
                body: (counts >> 2).min(u64::from(u32::MAX)) as u32,
            });
        }
        Ok(())
    }
}

fn advance(next: u32, step: u32) -> Result<u32> {
    step.checked_sub(1).and_then(|step| next.checked_add(step)).ok_or_else(|| damaged("a posting out of order"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posting(page: u32, title: u32, sections: &[(u32, u32, u32)]) -> PagePosting {
        PagePosting {
            page: PageId(page),
            lengths: Lengths { title: 3.0, heading: 12.0, body: 15.0 },
            title,
            sections: sections
                .iter()
                .map(|&(s, heading, body)| SectionPosting { section: Ordinal(s), heading, body })
                .collect(),
        }
    }

    #[test]
    fn lists_read_back() {
        let postings = [posting(0, 1, &[]), posting(1, 0, &[(0, 1, 2), (7, 0, 300)]), posting(900, 3, &[(2, 3, 0)])];
        let bytes = PostingList::encode(&postings);
        let mut back = Vec::new();
        PostingList::new(&bytes, 3).for_each(901, |posting| back.push(posting.clone())).unwrap();
        assert_eq!(back, postings);
        assert!(PostingList::new(&bytes, 3).for_each(900, |_| ()).is_err(), "page 900 of 900");
        assert!(PostingList::new(&bytes, 4).for_each(901, |_| ()).is_err(), "one posting too many");
    }
}
