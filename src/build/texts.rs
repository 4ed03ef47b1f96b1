//! Lays out the stored text in blocks, so that ten hits cost little.

use super::fit::Fit;
use super::rows::Windows;
use crate::Result;
use crate::corpus::{Ordinal, Page, PageId, Section, StoredPage};
use crate::index::{Kind, RawPart, TextStart};

/// Writes the text parts and says where each begins; `windows` are the passages of each page's sections, `sketches` what their
/// pieces mean, if it has any.
///
/// Where the `former` fit knows a page, parts begin where they did, as long as none becomes twice as large as a new one.
pub(super) fn write(
    pages: &[Page],
    windows: &[Windows],
    sketches: &[Vec<Vec<u8>>],
    former: Option<&Fit>,
    parts: &mut Vec<RawPart>,
) -> Result<Vec<TextStart>> {
    let best = best_block(pages);
    let former_starts = former.map(Fit::text_starts).unwrap_or_default();
    let mut starts = Vec::new();
    let mut block: Vec<StoredPage> = Vec::new();
    let mut size = 0;
    for (number, page) in pages.iter().enumerate() {
        let id = PageId(number as u32);
        let windows = windows.get(number).map_or(&[][..], Vec::as_slice);
        let sketches = sketches.get(number).map_or(&[][..], Vec::as_slice);
        let known = former.is_some_and(|fit| fit.knows(number, page));
        let room = if known { 2 * best } else { best };
        let mut first = 0;
        for (ordinal, section) in page.sections.iter().enumerate() {
            let length = length_of(section);
            let began = (known || ordinal == 0) && former_starts.contains(&(id, Ordinal(ordinal as u32)));
            if (size + length > room || began) && size > 0 {
                if first < ordinal {
                    block.push(StoredPage::slice(id, page, first..ordinal, windows, sketches));
                    first = ordinal;
                }
                flush(&mut block, &mut starts, parts)?;
                size = 0;
            }
            size += length;
        }
        block.push(StoredPage::slice(id, page, first..page.sections.len(), windows, sketches));
        size += page.title.len() + page.url.len() + page.id.len() + 64;
    }
    flush(&mut block, &mut starts, parts)?;
    Ok(starts)
}

/// Bytes of text in a block, before compression, that are cheapest for a reader.
///
/// Ten hits read some eighteen blocks, which compress to .36 of their size, and the core names all blocks in ten bytes each:
/// of `T` bytes of text, `18 · .36 · s + 10 · T / s` is least at `s = √(1.54 T)`. Blocks of less than 2,000 hardly compress.
fn best_block(pages: &[Page]) -> usize {
    let total: usize = pages.iter().flat_map(|page| &page.sections).map(length_of).sum();
    (total * 3 / 2).isqrt().clamp(2_000, 8_000)
}

fn length_of(section: &Section) -> usize {
    section.text.len() + section.heading.len() + 8
}

fn flush(block: &mut Vec<StoredPage>, starts: &mut Vec<TextStart>, parts: &mut Vec<RawPart>) -> Result<()> {
    let Some(first) = block.first() else { return Ok(()) };
    let (page, section) = (first.page, Ordinal(first.first.0));
    let (contents, dense) = StoredPage::write_block(block);
    let part = RawPart::new(Kind::Text, &contents)?.with_dense(dense);
    starts.push(TextStart { page, section, hash: part.id.hash });
    parts.push(part);
    block.clear();
    Ok(())
}
