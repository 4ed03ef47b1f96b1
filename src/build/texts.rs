//! Lays out the stored text in blocks, so that ten hits cost little.

use super::rows::Windows;
use crate::Result;
use crate::corpus::{Ordinal, Page, PageId, StoredPage};
use crate::index::{Kind, RawPart, TextStart};

/// Bytes of text in a block, before compression (a third of it after). A hit costs one block; the core names them all.
const BLOCK: usize = 8_000;

/// Writes the text parts and says where each begins; `windows` are the passages of each page's sections, if it has any.
pub(super) fn write(pages: &[Page], windows: &[Windows], parts: &mut Vec<RawPart>) -> Result<Vec<TextStart>> {
    let mut starts = Vec::new();
    let mut block: Vec<StoredPage> = Vec::new();
    let mut size = 0;
    for (number, page) in pages.iter().enumerate() {
        let id = PageId(number as u32);
        let windows = windows.get(number).map_or(&[][..], Vec::as_slice);
        let mut first = 0;
        for (ordinal, section) in page.sections.iter().enumerate() {
            let length = section.text.len() + section.heading.len() + 8;
            if size + length > BLOCK && size > 0 {
                if first < ordinal {
                    block.push(StoredPage::slice(id, page, first..ordinal, windows));
                    first = ordinal;
                }
                flush(&mut block, &mut starts, parts)?;
                size = 0;
            }
            size += length;
        }
        block.push(StoredPage::slice(id, page, first..page.sections.len(), windows));
        size += page.title.len() + page.url.len() + page.id.len() + 64;
    }
    flush(&mut block, &mut starts, parts)?;
    Ok(starts)
}

fn flush(block: &mut Vec<StoredPage>, starts: &mut Vec<TextStart>, parts: &mut Vec<RawPart>) -> Result<()> {
    let Some(first) = block.first() else { return Ok(()) };
    let (page, section) = (first.page, Ordinal(first.first.0));
    let part = RawPart::new(Kind::Text, &StoredPage::write_block(block))?;
    starts.push(TextStart { page, section, hash: part.id.hash });
    parts.push(part);
    block.clear();
    Ok(())
}
