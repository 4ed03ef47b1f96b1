//! Positions of forms in pages, apart from the postings because ranking doesn't need them.
//!
//! ```text
//! part   := parameters[4] length lengths list*     a list for each term of the block, in order; its length in bytes
//! list   := field*                                 bits, the low ones of a byte first: of each of the term's pages that the part
//!                                                  is for the title, then the sections, if the term stands there
//! field  := count? first gap*                      the words before the first one in the field, and from each to the next
//! ```
//! Numbers are Rice codes: `number ≫ k` ones and a zero, then the `k` low bits. `k` goes by how often the term stands in the field:
//! once, up to 3, up to 7, or more; the part has the best ones for its numbers, four bits each, for `first` and then for `gap`. `count`
//! less 1, with `k = 1`, is there only where the postings don't say it.
//!
//! The title begins at 0, and a section so far from the one before it that no field is longer: so nobody needs to be told where, and
//! words that come or go in one section leave the positions of the others as they were. Between a heading and its text there is a
//! gap. So a phrase never spans two fields.

use super::posting::{PagePosting, SectionPosting};
use crate::Result;
use crate::bytes::{Reader, damaged};
use crate::corpus::Ordinal;
#[cfg(feature = "native")]
use crate::{bytes::Writer, lexical::InPage};

/// Positions of a field, in bits: a text has fewer words than bytes, and those are `corpus::LONGEST_SECTION` at most.
const FIELD_BITS: u32 = 14;

/// Sections that have positions; a page with more is none that someone wrote.
const MOST_SECTIONS: u32 = (1 << (32 - FIELD_BITS)) - 3;

/// The parameter of counts.
const OF_COUNTS: u32 = 1;

/// Where positions begin and end in a section, or in the title.
pub(super) fn span_of(section: Option<Ordinal>) -> (u32, u32) {
    let number = section.map_or(0, |section| section.0.min(MOST_SECTIONS) + 1);
    (number << FIELD_BITS, ((number + 1) << FIELD_BITS) - 1)
}

/// Where each field begins that a form stands in, as far as it has positions, and how often it does, where postings say so: counts in
/// a text are of words on sites where each counts one, and a title's are exact below 2.
fn fields(title: u32, sections: &[SectionPosting], unit: u32) -> impl Iterator<Item = (u32, Option<u32>)> {
    let title = (title > 0).then(|| (span_of(None).0, Some(title).filter(|&count| count < 2)));
    let sections = sections.iter().filter(|section| section.section.0 < MOST_SECTIONS);
    title.into_iter().chain(sections.map(move |section| {
        let is_known = unit == 1 && section.heading == 0;
        (span_of(Some(section.section)).0, Some(section.body).filter(|_| is_known))
    }))
}

/// The class of a number of occurrences, by which parameters go.
fn class(count: u32) -> usize {
    count.max(1).ilog2().min(3) as usize
}

/// Encodes the positions of a block's terms in some pages, on a site where words count in parts of `unit`.
#[cfg(feature = "native")]
pub fn write_positions(terms: &[Vec<InPage>], unit: u32) -> Vec<u8> {
    let mut numbers: [Vec<u32>; 8] = Default::default();
    for page in terms.iter().flatten() {
        for (start, _, positions) in placed(page, unit) {
            let class = class(positions.len() as u32);
            numbers[class].push(positions[0] - start);
            numbers[4 + class].extend(positions.windows(2).map(|pair| pair[1] - pair[0]));
        }
    }
    let parameters = numbers.map(|numbers| best_parameter(&numbers));
    let (mut lengths, mut lists) = (Writer::default(), Writer::default());
    for pages in terms {
        let mut bits = BitWriter { bytes: lists.0, taken: 0 };
        let before = bits.bytes.len();
        for (start, count, positions) in pages.iter().flat_map(|page| placed(page, unit)) {
            if count.is_none() {
                bits.rice(positions.len() as u32 - 1, OF_COUNTS);
            }
            let class = class(positions.len() as u32);
            bits.rice(positions[0] - start, parameters[class]);
            positions.windows(2).for_each(|pair| bits.rice(pair[1] - pair[0], parameters[4 + class]));
        }
        lists.0 = bits.bytes;
        lengths.count(lists.0.len() - before);
    }
    let mut out = Writer::default();
    out.raw(&[0, 2, 4, 6].map(|at| (parameters[at] | parameters[at + 1] << 4) as u8));
    out.column(&lengths);
    out.raw(&lists.0);
    out.0
}

/// The fields that a form stands in, as in [`fields`], with its positions there.
#[cfg(feature = "native")]
fn placed<'o>(page: &InPage<'o>, unit: u32) -> impl Iterator<Item = (u32, Option<u32>, &'o [u32])> {
    let mut rest = page.positions;
    fields(page.title, page.sections, unit).map(move |(start, count)| {
        let own = rest.iter().take_while(|&&position| position - start < 1 << FIELD_BITS).count();
        let (own, after) = rest.split_at(own);
        rest = after;
        (start, count, own)
    })
}

/// The parameter that makes the fewest bits of these numbers.
#[cfg(feature = "native")]
fn best_parameter(numbers: &[u32]) -> u32 {
    let bits = |k: &u32| numbers.iter().map(|number| u64::from((number >> k) + 1 + k)).sum::<u64>();
    (0..16).min_by_key(bits).unwrap_or_default()
}

/// The positions of the block's term number `index`, of which these are the postings in the part's pages.
pub fn read_positions(bytes: &[u8], index: usize, postings: &[PagePosting], unit: u32) -> Result<Vec<Vec<u32>>> {
    let mut reader = Reader::new(bytes);
    let packed = reader.raw(4)?;
    let parameter = |at: usize| u32::from(packed[at / 2] >> (4 * (at % 2)) & 15);
    let mut lengths = reader.column()?;
    for _ in 0..index {
        let length = lengths.small()?;
        reader.raw(length as usize)?;
    }
    let length = lengths.small()?;
    let mut bits = BitReader { bytes: reader.raw(length as usize)?, at: 0 };
    let mut all = Vec::with_capacity(postings.len());
    for posting in postings {
        let mut positions = Vec::new();
        for (start, count) in fields(posting.title.count(), &posting.sections, unit) {
            let count = match count {
                Some(count) => count,
                None => bits.rice(OF_COUNTS)?.saturating_add(1),
            };
            let class = class(count);
            let mut last = start;
            for number in 0..count {
                last = last.saturating_add(bits.rice(parameter(if number == 0 { class } else { 4 + class }))?);
                positions.push(last);
            }
        }
        all.push(positions);
    }
    bits.end()?;
    Ok(all)
}

#[cfg(feature = "native")]
struct BitWriter {
    bytes: Vec<u8>,
    /// Bits of the last byte that are taken.
    taken: u32,
}

#[cfg(feature = "native")]
impl BitWriter {
    fn rice(&mut self, number: u32, parameter: u32) {
        (0..number >> parameter).for_each(|_| self.bit(true));
        self.bit(false);
        (0..parameter).for_each(|at| self.bit(number >> at & 1 == 1));
    }

    fn bit(&mut self, bit: bool) {
        if self.taken.is_multiple_of(8) {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= u8::from(bit) << (self.taken % 8);
        }
        self.taken += 1;
    }
}

struct BitReader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl BitReader<'_> {
    fn rice(&mut self, parameter: u32) -> Result<u32> {
        let mut high = 0u32;
        while self.bit()? {
            high += 1;
        }
        let mut low = 0;
        for at in 0..parameter {
            low |= u32::from(self.bit()?) << at;
        }
        Ok(high.saturating_mul(1 << parameter) | low)
    }

    fn bit(&mut self) -> Result<bool> {
        let byte = self.bytes.get(self.at / 8).ok_or_else(|| damaged("positions that end too early"))?;
        self.at += 1;
        Ok(byte >> ((self.at - 1) % 8) & 1 == 1)
    }

    /// Confirms that all bytes have been read.
    fn end(&self) -> Result<()> {
        if self.at.div_ceil(8) == self.bytes.len() { Ok(()) } else { Err(damaged("positions after the last")) }
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::corpus::PageId;
    use crate::lexical::TitlePosting;
    use proptest::prelude::*;

    /// A page of which each field has these positions, none being not held; the title's come first.
    fn page(fields: &[Vec<u32>], unit: u32) -> (PagePosting, Vec<u32>) {
        let mut posting = PagePosting { page: PageId(0), title: TitlePosting::default(), sections: Vec::new() };
        let mut positions = Vec::new();
        for (number, own) in fields.iter().enumerate().filter(|(_, own)| !own.is_empty()) {
            let section = number.checked_sub(1).map(|section| Ordinal(section as u32));
            positions.extend(own.iter().map(|at| span_of(section).0 + at));
            let count = own.len() as u32;
            match section {
                None => posting.title = TitlePosting::new(count, own[0]),
                // What words count says nothing of how many there are.
                Some(section) if own[0] % 3 == 0 || unit > 1 => {
                    posting.sections.push(SectionPosting { section, heading: 1, body: 7 })
                }
                Some(section) => posting.sections.push(SectionPosting { section, heading: 0, body: count }),
            }
        }
        (posting, positions)
    }

    /// How many positions are in the title.
    fn of_title(positions: &[u32]) -> u32 {
        positions.iter().filter(|&&at| at < 1 << FIELD_BITS).count() as u32
    }

    proptest! {
        #[test]
        fn positions_read_back(
            terms in prop::collection::vec(
                prop::collection::vec(prop::collection::vec(prop::collection::btree_set(0..1u32 << FIELD_BITS, 0..12), 0..5), 0..5),
                1..5,
            ),
            unit in prop::sample::select(vec![1u32, 4]),
        ) {
            let pages = |fields: &Vec<std::collections::BTreeSet<u32>>| {
                page(&fields.iter().map(|own| own.iter().copied().collect()).collect::<Vec<_>>(), unit)
            };
            let terms: Vec<Vec<_>> = terms.iter().map(|term| term.iter().map(pages).collect()).collect();
            let written: Vec<Vec<InPage>> = terms.iter().map(|term| term.iter().map(|(posting, positions)| InPage {
                page: posting.page, title: of_title(positions), sections: &posting.sections, positions,
            }).collect()).collect();
            let bytes = write_positions(&written, unit);
            for (index, term) in terms.iter().enumerate() {
                let (postings, positions): (Vec<PagePosting>, Vec<Vec<u32>>) = term.iter().cloned().unzip();
                prop_assert_eq!(&read_positions(&bytes, index, &postings, unit).unwrap(), &positions);
                for end in 0..bytes.len() {
                    // Cut short, it is an error, unless only lists of other terms are cut.
                    if let Ok(read) = read_positions(&bytes[..end], index, &postings, unit) {
                        prop_assert_eq!(&read, &positions);
                    }
                }
            }
            prop_assert!(read_positions(&bytes, terms.len(), &[], unit).is_err());
        }
    }
}
