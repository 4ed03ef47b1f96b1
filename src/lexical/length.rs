//! Field lengths in two bytes a page: what BM25F needs to know of it.
//!
//! ```text
//! lengths := (title ≪ 4 | heading)* body*      one byte for each page, then another; in words, as below
//! ```

use super::bm25f::Lengths;
use crate::Result;
use crate::bytes::Reader;
use crate::corpus::PageId;

/// The lengths of all pages' fields. They lie together and not in each posting, where they would be half of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageLengths(Vec<u8>);

impl PageLengths {
    /// Keeps these lengths, as exactly as two bytes can.
    #[cfg(feature = "native")]
    pub fn new(lengths: &[Lengths]) -> Self {
        let short = |page: &Lengths| nibble(page.title as u32) << 4 | nibble(page.heading as u32);
        Self(lengths.iter().map(short).chain(lengths.iter().map(|page| byte(page.body as u32))).collect())
    }

    /// Those of a page; none for one that there isn't.
    pub fn of(&self, page: PageId) -> Lengths {
        let at = page.0 as usize;
        let (Some(&short), Some(&body)) = (self.0.get(at), self.0.get(self.0.len() / 2 + at)) else {
            return Lengths::default();
        };
        Lengths {
            title: from_nibble(short >> 4) as f32,
            heading: from_nibble(short) as f32,
            body: from_byte(body) as f32,
        }
    }

    /// The bytes of all of them.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads those of so many pages.
    pub fn read(reader: &mut Reader, pages: u32) -> Result<Self> {
        Ok(Self(reader.raw((pages as usize).saturating_mul(2))?.to_vec()))
    }
}

/// Lengths of titles and headings, in words, that four bits can name.
const STEPS: [u32; 16] = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 64, 128, 512];

/// The four bits for a length of `words`: the nearest step below or at it.
fn nibble(words: u32) -> u8 {
    (STEPS.partition_point(|&step| step <= words) - 1) as u8
}

/// The length that four bits name.
fn from_nibble(bits: u8) -> u32 {
    STEPS[usize::from(bits & 15)]
}

/// A length of so many words as four bits keep it.
pub(super) fn kept(words: u32) -> f32 {
    from_nibble(nibble(words)) as f32
}

/// One byte for any length: exact below 16, then eight steps an octave (three bits of mantissa), so at most 12.5 % low.
#[cfg(feature = "native")]
fn byte(words: u32) -> u8 {
    if words < 16 {
        return words as u8;
    }
    let exponent = 31 - words.leading_zeros();
    let mantissa = (words >> (exponent - 3)) & 7;
    ((exponent - 2) * 8 + mantissa) as u8
}

/// The middle of the lengths that a byte names.
fn from_byte(byte: u8) -> u32 {
    let byte = u32::from(byte);
    if byte < 16 {
        return byte;
    }
    let exponent = (byte / 8 + 2).min(30);
    let low = (8 + byte % 8) << (exponent - 3);
    low + (1 << (exponent - 3)) / 2
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn each_page_has_its_own() {
        let lengths = |title, heading, body| Lengths { title, heading, body };
        let pages = [lengths(3.0, 12.0, 15.0), lengths(0.0, 6.0, 9.0)];
        let kept = PageLengths::new(&pages);
        assert_eq!(PageLengths::read(&mut Reader::new(kept.bytes()), 2).unwrap(), kept);
        assert!(PageLengths::read(&mut Reader::new(kept.bytes()), 3).is_err());
        assert_eq!([0, 1, 2].map(|page| kept.of(PageId(page))), [pages[0], pages[1], Lengths::default()]);
    }

    #[test]
    fn lengths_come_back_nearly() {
        for words in (0..5_000).chain([100_000, 12_345_678, 1 << 30]) {
            let back = from_byte(byte(words));
            assert!(back.abs_diff(words) <= words / 15 + 1, "{words} came back as {back}");
        }
        for words in 1..5_000 {
            assert!(byte(words) >= byte(words - 1), "order is lost at {words}");
            assert!(from_nibble(nibble(words)) <= words);
        }
    }
}
