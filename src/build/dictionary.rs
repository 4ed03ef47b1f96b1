//! Cuts the dictionary into blocks.

use std::collections::BTreeMap;

use crate::Result;
use crate::index::{Kind, RawPart};
use crate::lexical::{
    Families, Inverted, InvertedTerm, LONGEST_INLINE, Placed, PostingList, TermBlock, learned_endings, write_positions,
};

/// Bytes of forms and postings in a block, before compression.
///
/// Larger blocks make each word of a query dearer, smaller ones the core, which names them all: with `T` bytes of postings
/// and seven words a query, `7·s + 14·T/s` is least near `s = √(2T)`, some 2.5 KB compressed for a site of 4,000 pages.
const BLOCK: usize = 6_000;

/// What the core says of the dictionary.
pub(super) struct Written {
    pub blocks: Vec<(String, u64)>,
    pub endings: Vec<String>,
}

/// Writes the dictionary's parts.
pub(super) fn write(inverted: &Inverted, parts: &mut Vec<RawPart>) -> Result<Written> {
    let terms = &inverted.terms;
    let families = Families::of(terms, &inverted.languages);
    let postings: Vec<Vec<u8>> = terms.iter().map(|term| PostingList::encode(&term.postings)).collect();
    let mut blocks = Vec::new();
    for range in cut(terms, &postings, &families) {
        let mut placed = Vec::new();
        let mut local: BTreeMap<u32, u32> = BTreeMap::new();
        let mut remote: Vec<(u32, &str)> = Vec::new();
        for at in range.clone() {
            for &family in &families.of[at] {
                let number = local.len() as u32;
                local.entry(family).or_insert_with(|| {
                    let elsewhere = families.members[family as usize].iter().filter(|&&member| !range.contains(&(member as usize)));
                    remote.extend(elsewhere.map(|&member| (number, terms[member as usize].form.as_str())));
                    number
                });
            }
            let apart = if postings[at].len() > LONGEST_INLINE {
                let part = RawPart::new(Kind::Postings, &postings[at])?;
                let hash = part.id.hash;
                parts.push(part);
                Some(hash)
            } else {
                None
            };
            placed.push(Placed {
                form: &terms[at].form,
                pages: terms[at].postings.len() as u32,
                families: families.of[at].iter().map(|family| local[family]).collect(),
                postings: &postings[at],
                apart,
            });
        }
        let positions: Vec<&[Vec<u32>]> = terms[range.clone()].iter().map(|term| term.positions.as_slice()).collect();
        let positions = RawPart::new(Kind::Positions, &write_positions(&positions))?;
        let block = RawPart::new(Kind::Terms, &TermBlock::write(positions.id.hash, &remote, &placed))?;
        blocks.push((terms[range.start].form.clone(), block.id.hash));
        parts.extend([positions, block]);
    }
    Ok(Written { blocks, endings: learned_endings(terms, &families) })
}

/// Cuts where a block is about full and as few families as possible are parted.
fn cut(terms: &[InvertedTerm], postings: &[Vec<u8>], families: &Families) -> Vec<std::ops::Range<usize>> {
    // parted[i]: families with members on both sides of a cut before term i.
    let mut change = vec![0i64; terms.len() + 1];
    for members in &families.members {
        if let (Some(&first), Some(&last)) = (members.first(), members.last()) {
            change[first as usize + 1] += 1;
            change[last as usize + 1] -= 1;
        }
    }
    let mut sum = 0;
    let parted: Vec<i64> = change.iter().map(|step| { sum += step; sum }).collect();

    let size = |at: usize| terms[at].form.len() / 2 + 6 + Some(postings[at].len()).filter(|&length| length <= LONGEST_INLINE).unwrap_or(8);
    let mut ranges = Vec::new();
    let mut start = 0;
    while start < terms.len() {
        let (mut end, mut bytes) = (start, 0);
        let mut best: Option<((i64, usize), usize)> = None;
        while end < terms.len() && bytes < BLOCK * 3 / 2 {
            bytes += size(end);
            end += 1;
            let score = (parted[end], bytes.abs_diff(BLOCK));
            if bytes >= BLOCK / 2 && best.is_none_or(|(known, _)| score < known) {
                best = Some((score, end));
            }
        }
        let end = if end == terms.len() && bytes <= BLOCK { end } else { best.map_or(end, |(_, at)| at) };
        ranges.push(start..end);
        start = end;
    }
    ranges
}
