//! Cuts the dictionary into blocks.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::Result;
use crate::index::{Kind, RawPart};
use crate::lexical::{
    Families, Inverted, InvertedTerm, LONGEST_INLINE, Placed, PlacedVector, PostingList, TermBlock, learned_endings,
    write_positions,
};

use super::words::WordRows;

/// What the core says of the dictionary.
pub(super) struct Written {
    pub blocks: Vec<(String, u64)>,
    pub endings: Vec<String>,
}

/// Writes the dictionary's parts; forms that have a vector carry it beside their postings.
pub(super) fn write(
    inverted: &Inverted,
    families: &Families,
    words: &WordRows,
    parts: &mut Vec<RawPart>,
) -> Result<Written> {
    let terms = &inverted.terms;
    let postings: Vec<Vec<u8>> = terms.iter().map(|term| PostingList::encode(&term.postings)).collect();
    let mut blocks = Vec::new();
    for range in cut(terms, &postings, families, words) {
        let block = write_block(range.clone(), terms, &postings, families, words, parts)?;
        blocks.push((terms[range.start].form.clone(), block));
    }
    Ok(Written { blocks, endings: learned_endings(terms, families) })
}

/// Writes the block of the terms in `range` and what lies apart from it, and returns its hash.
fn write_block(
    range: Range<usize>,
    terms: &[InvertedTerm],
    postings: &[Vec<u8>],
    families: &Families,
    words: &WordRows,
    parts: &mut Vec<RawPart>,
) -> Result<u64> {
    let mut placed = Vec::new();
    let mut local: BTreeMap<u32, u32> = BTreeMap::new();
    let mut remote: Vec<(u32, &str)> = Vec::new();
    let mut units: BTreeMap<u32, usize> = BTreeMap::new();
    let mut vectors: Vec<PlacedVector> = Vec::new();
    for at in range.clone() {
        for &family in &families.of[at] {
            let number = local.len() as u32;
            local.entry(family).or_insert_with(|| {
                let members = families.members[family as usize].iter();
                let elsewhere = members.filter(|&&member| !range.contains(&(member as usize)));
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
        let vector = words.of(at).map(|(unit, weight, row)| {
            *units.entry(unit).or_insert_with(|| {
                vectors.push(PlacedVector { weight, row });
                vectors.len() - 1
            })
        });
        placed.push(Placed {
            form: &terms[at].form,
            pages: terms[at].postings.len() as u32,
            families: families.of[at].iter().map(|family| local[family]).collect(),
            postings: &postings[at],
            apart,
            vector,
        });
    }
    let positions: Vec<&[Vec<u32>]> = terms[range].iter().map(|term| term.positions.as_slice()).collect();
    let positions = RawPart::new(Kind::Positions, &write_positions(&positions))?;
    let block = RawPart::new(Kind::Terms, &TermBlock::write(positions.id.hash, &remote, &vectors, &placed))?;
    let hash = block.id.hash;
    parts.extend([positions, block]);
    Ok(hash)
}

/// Bytes of a block that are downloaded, for each term: what forms and postings compress to, and the vector, which does not.
struct Sizes(Vec<usize>);

impl Sizes {
    fn of(terms: &[InvertedTerm], postings: &[Vec<u8>], words: &WordRows) -> Self {
        let mut seen = vec![false; words.units()];
        let size = |at: usize| {
            let inline = Some(postings[at].len()).filter(|&length| length <= LONGEST_INLINE).unwrap_or(8);
            let vector = words.of(at).map_or(0, |(unit, _, row)| {
                // A unit's forms are most often neighbours and share its row.
                if std::mem::replace(&mut seen[unit as usize], true) { 0 } else { row.len() + 1 }
            });
            (terms[at].form.len() / 2 + 6 + inline) * 2 / 5 + vector
        };
        Self((0..terms.len()).map(size).collect())
    }

    /// The size of block that is cheapest for a reader.
    ///
    /// Larger blocks make each word of a query dearer, smaller ones the core, which names them all in some 14 bytes. With
    /// `T` bytes in all and seven words a query, `7·s + 14·T/s` is least at `s = √(2T)`.
    fn best_block(&self) -> usize {
        let total: usize = self.0.iter().sum();
        (2 * total).isqrt().clamp(1_000, 6_000)
    }
}

/// Cuts where a block is about full and as few families as possible are parted.
fn cut(terms: &[InvertedTerm], postings: &[Vec<u8>], families: &Families, words: &WordRows) -> Vec<Range<usize>> {
    // parted[i]: families with members on both sides of a cut before term i.
    let mut change = vec![0i64; terms.len() + 1];
    for members in &families.members {
        if let (Some(&first), Some(&last)) = (members.first(), members.last()) {
            change[first as usize + 1] += 1;
            change[last as usize + 1] -= 1;
        }
    }
    let parted: Vec<i64> = change
        .iter()
        .scan(0, |sum, step| {
            *sum += step;
            Some(*sum)
        })
        .collect();

    let sizes = Sizes::of(terms, postings, words);
    let block = sizes.best_block();
    let mut ranges = Vec::new();
    let mut start = 0;
    while start < terms.len() {
        let (mut end, mut bytes) = (start, 0);
        let mut best: Option<((i64, usize), usize)> = None;
        while end < terms.len() && bytes < block * 3 / 2 {
            bytes += sizes.0[end];
            end += 1;
            let score = (parted[end], bytes.abs_diff(block));
            if bytes >= block / 2 && best.is_none_or(|(known, _)| score < known) {
                best = Some((score, end));
            }
        }
        let end = if end == terms.len() && bytes <= block { end } else { best.map_or(end, |(_, at)| at) };
        ranges.push(start..end);
        start = end;
    }
    ranges
}
