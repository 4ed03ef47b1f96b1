//! Byte offsets as JavaScript counts them.

use std::ops::Range;

use crate::order;

/// Turns ranges of bytes of a text into ranges of UTF-16 code units, `[start, end]`, in one pass over the text.
///
/// The ranges may come in any order and overlap. An offset inside a character counts as that character's start, one
/// beyond the text as its end.
///
/// ```
/// assert_eq!(bifocal::text::utf16_ranges("🦀 für", &[0..4, 5..9]), [[0, 2], [3, 6]]);
/// ```
pub fn utf16_ranges(text: &str, ranges: &[Range<usize>]) -> Vec<[u32; 2]> {
    let offsets = ranges.iter().flat_map(|range| [range.start, range.end]);
    let mut offsets: Vec<u64> = offsets.zip(0u64..).map(|(offset, place)| (offset as u64) << 32 | place).collect();
    order::sort(&mut offsets);
    let mut found = vec![[0; 2]; ranges.len()];
    let mut characters = text.chars();
    let (mut bytes, mut units) = (0, 0);
    for (offset, place) in offsets.into_iter().map(|key| ((key >> 32) as usize, key as u32 as usize)) {
        while let Some(c) = characters.clone().next().filter(|c| bytes + c.len_utf8() <= offset) {
            bytes += c.len_utf8();
            units += c.len_utf16() as u32;
            characters.next();
        }
        found[place / 2][place % 2] = units;
    }
    found
}
