//! Postings: the pages and sections that a form occurs in.
//!
//! ```text
//! list    := page*                                            as many as the dictionary says
//! page    := Δpage (sections ≪ 3 | title) section*
//! section := Δordinal (body-tf ≪ 2 | heading-tf)
//! columns := length Δpage* length (sections ≪ 3 | title)* length Δordinal* length (body-tf ≪ 2 | heading-tf)*
//! ```
//! `Δ` is the difference to the one before (to −1 for the first, so it is at least 1). `title` is a [`TitlePosting`]; heading counts
//! saturate at 3.
//! Parts hold the numbers of one or more lists as *columns*, since gzip makes a quarter less of numbers that are alike; whoever opens
//! one lays them into lists. The lengths of pages are in the core (`length`).

#[cfg(feature = "native")]
use super::occurrences::{InPage, Occurrences};
use crate::Result;
#[cfg(feature = "native")]
use crate::bytes::Writer;
use crate::bytes::{Reader, damaged};
use crate::corpus::{Ordinal, PageId};

/// Where a form occurs in one page.
#[derive(Clone, Debug, PartialEq)]
pub struct PagePosting {
    /// The page.
    pub page: PageId,
    /// Whether and where it stands in the title.
    pub title: TitlePosting,
    /// The sections that it occurs in, in order; none if it is in the title alone.
    pub sections: Vec<SectionPosting>,
}

/// How a form stands in a title, in three bits: not at all, 0; once, as the first to fourth word or later, 1 to 5; more often, and first
/// of all words, 6; more often, but not first, 7.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TitlePosting(u32);

impl TitlePosting {
    /// That of a form that occurs so often, first at `position`, counted from 0.
    #[cfg(feature = "native")]
    pub fn new(count: u32, position: u32) -> Self {
        Self(match count {
            0 => 0,
            1 => 1 + position.min(4),
            _ => 6 + position.min(1),
        })
    }

    /// Occurrences in the title, at most 2.
    pub fn count(self) -> u32 {
        u32::from(self.0 > 0) + u32::from(self.0 > 5)
    }

    /// Whether the form may be the title's word at `position`, counted from 0: a guess from the fifth word on, and where the form stands
    /// more often but not first.
    pub fn may_be_at(self, position: u32) -> bool {
        match self.0 {
            0..6 => self.0 == 1 + position.min(4),
            more => more == 6 + position.min(1),
        }
    }
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
    pub fn for_each(&self, limit: u32, visit: impl FnMut(&PagePosting)) -> Result<()> {
        self.for_each_of(limit, |_| true, visit)
    }

    /// Calls `visit` for the postings of `wanted` pages, as [`for_each`](Self::for_each) does for all.
    pub fn for_each_of(
        &self,
        limit: u32,
        wanted: impl Fn(PageId) -> bool,
        mut visit: impl FnMut(&PagePosting),
    ) -> Result<()> {
        let mut reader = Reader::new(self.bytes);
        let mut next = 0u32;
        let mut posting = PagePosting { page: PageId(0), title: TitlePosting::default(), sections: Vec::new() };
        for _ in 0..self.pages {
            let page = advance(next, reader.small_inline()?)?;
            if page >= limit {
                return Err(damaged("a posting of a page that the index does not have"));
            }
            next = page + 1;
            posting.page = PageId(page);
            if wanted(posting.page) {
                posting.read(&mut reader)?;
                visit(&posting);
            } else {
                for _ in 0..reader.small_inline()? >> 3 {
                    reader.small_inline()?;
                    reader.small_inline()?;
                }
            }
        }
        Ok(())
    }
}

impl PagePosting {
    /// Becomes the posting that follows, but for its page. Called and not copied into every visitor's loop.
    #[inline(never)]
    fn read(&mut self, reader: &mut Reader) -> Result<()> {
        let packed = reader.small_inline()?;
        self.title = TitlePosting(packed & 7);
        self.sections.clear();
        let mut ordinal = 0u32;
        for _ in 0..packed >> 3 {
            let section = advance(ordinal, reader.small_inline()?)?;
            ordinal = section.checked_add(1).ok_or_else(|| damaged("a section number out of range"))?;
            let counts = reader.small_inline()?;
            self.sections.push(SectionPosting { section: Ordinal(section), heading: counts & 3, body: counts >> 2 });
        }
        Ok(())
    }
}

/// The numbers of lists of postings, by what they say.
#[cfg(feature = "native")]
#[derive(Default)]
pub struct PostingColumns([Writer; 4]);

#[cfg(feature = "native")]
impl PostingColumns {
    /// Adds the list of a form.
    pub fn add(&mut self, occurrences: &Occurrences) {
        let [pages, counts, ordinals, frequencies] = &mut self.0;
        let mut next = 0;
        for InPage { page, title, sections, positions } in occurrences.pages() {
            let title = TitlePosting::new(title, positions.first().copied().unwrap_or_default());
            pages.number(u64::from(page.0 - next + 1));
            next = page.0 + 1;
            counts.number((sections.len() as u64) << 3 | u64::from(title.0));
            let mut ordinal = 0;
            for section in sections {
                ordinals.number(u64::from(section.section.0 - ordinal + 1));
                ordinal = section.section.0 + 1;
                frequencies.number(u64::from(section.body) << 2 | u64::from(section.heading.min(3)));
            }
        }
    }

    /// Bytes of all columns.
    pub fn bytes(&self) -> usize {
        self.0.iter().map(|column| column.0.len()).sum()
    }

    /// Writes the columns.
    pub fn write(&self, out: &mut Writer) {
        self.0.iter().for_each(|column| out.column(column));
    }
}

/// The list of a form, as who opens its part has it.
#[cfg(feature = "native")]
pub fn posting_list(occurrences: &Occurrences) -> Result<Vec<u8>> {
    let (mut columns, mut written, mut list) = (PostingColumns::default(), Writer::default(), Vec::new());
    columns.add(occurrences);
    columns.write(&mut written);
    PostingReader::new(&mut Reader::new(&written.0))?.lay(occurrences.count() as u32, &mut list)?;
    Ok(list)
}

/// Columns from which lists are laid together one after the other.
pub struct PostingReader<'b>([Reader<'b>; 4]);

impl<'b> PostingReader<'b> {
    /// Reads columns.
    pub fn new(reader: &mut Reader<'b>) -> Result<Self> {
        Ok(Self([reader.column()?, reader.column()?, reader.column()?, reader.column()?]))
    }

    /// Appends the next list, of `pages` postings, to `list`.
    #[inline(never)]
    pub fn lay(&mut self, pages: u32, list: &mut Vec<u8>) -> Result<()> {
        let [gaps, counts, ordinals, frequencies] = &mut self.0;
        for _ in 0..pages {
            gaps.copy_number(list)?;
            for _ in 0..counts.copy_number(list)? >> 3 {
                ordinals.copy_number(list)?;
                frequencies.copy_number(list)?;
            }
        }
        Ok(())
    }

    /// Confirms that there are no more lists.
    pub fn end(&self) -> Result<()> {
        self.0.iter().try_for_each(Reader::end)
    }
}

fn advance(next: u32, step: u32) -> Result<u32> {
    step.checked_sub(1).and_then(|step| next.checked_add(step)).ok_or_else(|| damaged("a posting out of order"))
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::lexical::occurrences::Field;

    fn posting(page: u32, title: u32, sections: &[(u32, u32, u32)]) -> PagePosting {
        PagePosting {
            page: PageId(page),
            title: TitlePosting(title),
            sections: sections
                .iter()
                .map(|&(s, heading, body)| SectionPosting { section: Ordinal(s), heading, body })
                .collect(),
        }
    }

    /// The same, as it is gathered.
    fn gathered(postings: &[PagePosting]) -> Occurrences {
        let mut occurrences = Occurrences::default();
        for posting in postings {
            let first = (0..9).find(|&at| posting.title.may_be_at(at)).unwrap_or_default();
            for time in 0..posting.title.count() {
                occurrences.add(posting.page, Field::Title, 1, first + time);
            }
            for &SectionPosting { section, heading, body } in &posting.sections {
                occurrences.add(posting.page, Field::Heading(section), heading, 0);
                occurrences.add(posting.page, Field::Text(section), body, 0);
            }
        }
        occurrences
    }

    #[test]
    fn titles_say_where_a_form_stands() {
        let may_be_at =
            |count, first| (0..7).filter(|&at| TitlePosting::new(count, first).may_be_at(at)).collect::<Vec<_>>();
        assert_eq!((may_be_at(0, 0), may_be_at(1, 0), may_be_at(1, 3)), (vec![], vec![0], vec![3]));
        assert_eq!(
            (may_be_at(1, 5), may_be_at(2, 0), may_be_at(3, 2)),
            (vec![4, 5, 6], vec![0], vec![1, 2, 3, 4, 5, 6])
        );
        assert_eq!([0, 1, 2, 3].map(|count| TitlePosting::new(count, 4).count()), [0, 1, 2, 2]);
    }

    #[test]
    fn lists_read_back() {
        let first = [posting(0, 5, &[]), posting(1, 0, &[(0, 1, 2), (7, 0, 300)]), posting(900, 7, &[(2, 3, 0)])];
        let second = [posting(5, 6, &[(4, 0, 1)])];
        let mut columns = PostingColumns::default();
        for list in [&first[..], &second] {
            columns.add(&gathered(list));
        }
        let mut bytes = Writer::default();
        columns.write(&mut bytes);
        let mut reader = PostingReader::new(&mut Reader::new(&bytes.0)).unwrap();
        let [mut one, mut other] = [Vec::new(), Vec::new()];
        reader.lay(3, &mut one).unwrap();
        assert!(reader.end().is_err(), "there is another list");
        reader.lay(1, &mut other).unwrap();
        reader.end().unwrap();
        assert!(reader.lay(1, &mut Vec::new()).is_err());
        let read = |list: &[u8], pages, limit| {
            let mut back = Vec::new();
            PostingList::new(list, pages).for_each(limit, |posting| back.push(posting.clone()))?;
            Ok::<_, crate::Error>(back)
        };
        assert_eq!(read(&one, 3, 901).unwrap(), first);
        assert_eq!(read(&other, 1, 901).unwrap(), second);
        assert!(read(&one, 3, 900).is_err(), "page 900 of 900");
        assert!(read(&one, 4, 901).is_err(), "one posting too many");
    }
}
