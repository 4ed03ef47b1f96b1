//! Cuts the dictionary into blocks.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;

use crate::Result;
use crate::bytes::Writer;
use crate::index::{Kind, PositionPlaces, PositionsOf, RawPart};
use crate::lexical::{
    Families, InPage, Inverted, InvertedTerm, LONGEST_INLINE, Placed, PlacedVector, PostingColumns, TermBlock,
    beginnings, learned_endings, write_positions,
};

use super::fit::Fit;
use super::words::WordRows;

/// What the core says of the dictionary.
pub(super) struct Written {
    pub blocks: Vec<(String, u64)>,
    /// The hash of the places of positions.
    pub positions: u64,
    pub endings: Vec<String>,
}

/// Writes the dictionary's parts; forms that have a vector carry it beside their postings. Blocks begin where those of the
/// `former` fit did, as far as they have not outgrown their size.
pub(super) fn write(
    inverted: &Inverted,
    families: &Families,
    words: &WordRows,
    pages: u32,
    former: Option<&Fit>,
    parts: &mut Vec<RawPart>,
) -> Result<Written> {
    let beginnings = beginnings(&inverted.terms, families, pages);
    let entries = Entries::of(&inverted.terms, &beginnings);
    let lengths: Vec<usize> = entries.terms.par_iter().map(|term| postings_of(term).bytes()).collect();
    let sizes = entries.sizes(&lengths, words);
    let parted = entries.parted(families);
    let former = former.map_or(&[][..], |fit| &fit.blocks);
    let ranges: Vec<Range<usize>> = between(&entries.terms, former)
        .into_iter()
        .flat_map(|range| cut(range, &sizes, &parted, former.is_empty()))
        .collect();
    let written = |range: Range<usize>| {
        let mut parts = Vec::new();
        let block = write_block(range.clone(), &entries, &lengths, families, words, &mut parts)?;
        let positions = write_block_positions(&entries.terms[range.clone()], pages, inverted.unit, &mut parts)?;
        Ok(((entries.terms[range.start].form.clone(), block), positions, parts))
    };
    let (mut blocks, mut positions) = (Vec::new(), Vec::new());
    for written in ranges.into_par_iter().map(written).collect::<Result<Vec<_>>>()? {
        let (block, of_block, of_both) = written;
        blocks.push(block);
        positions.push(of_block);
        parts.extend(of_both);
    }
    let places = RawPart::new(Kind::Places, &PositionPlaces::new(positions).write())?;
    let positions = places.id.hash;
    parts.push(places);
    Ok(Written { blocks, positions, endings: learned_endings(&inverted.terms, families) })
}

/// What the dictionary holds: the site's words, and beginnings of those in titles.
struct Entries<'t> {
    /// Sorted.
    terms: Vec<&'t InvertedTerm>,
    /// The number of each among the words; none for a beginning.
    words: Vec<Option<usize>>,
    /// Where each word stands among all.
    places: Vec<usize>,
}

impl<'t> Entries<'t> {
    fn of(words: &'t [InvertedTerm], beginnings: &'t [InvertedTerm]) -> Self {
        let all = (0..).map(Some).zip(words).chain(std::iter::repeat(None).zip(beginnings));
        let mut all: Vec<(Option<usize>, &InvertedTerm)> = all.collect();
        // Two runs that are sorted already.
        all.sort_by(|(_, a), (_, b)| a.form.cmp(&b.form));
        let (words, terms): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        let places = words.iter().enumerate().filter_map(|(place, word)| word.map(|_| place)).collect();
        Self { terms, words, places }
    }

    /// The families of an entry.
    fn families<'f>(&self, at: usize, families: &'f Families) -> &'f [u32] {
        self.words[at].map_or(&[], |word| &families.of[word])
    }

    /// The unit of an entry, with its weight and row, if it has any.
    fn vector<'w>(&self, at: usize, words: &'w WordRows) -> Option<(u32, f32, &'w [u8])> {
        words.of(self.words[at]?)
    }

    /// Bytes of a block that are downloaded, for each entry.
    fn sizes(&self, lengths: &[usize], words: &WordRows) -> Sizes {
        let mut seen = vec![false; words.units()];
        let size = |at: usize| {
            let inline = Some(lengths[at]).filter(|&length| length <= LONGEST_INLINE).unwrap_or(8);
            let vector = self.vector(at, words).map_or(0, |(unit, _, row)| {
                // A unit's forms are most often neighbours and share its row.
                if std::mem::replace(&mut seen[unit as usize], true) { 0 } else { row.len() + 1 }
            });
            (self.terms[at].form.len() / 2 + 6 + inline) / 2 + vector
        };
        Sizes((0..self.terms.len()).map(size).collect())
    }

    /// For each place between entries, how many families have members on both sides.
    fn parted(&self, families: &Families) -> Vec<i64> {
        let mut change = vec![0i64; self.terms.len() + 1];
        for members in &families.members {
            if let (Some(&first), Some(&last)) = (members.first(), members.last()) {
                change[self.places[first as usize] + 1] += 1;
                change[self.places[last as usize] + 1] -= 1;
            }
        }
        let mut sum = 0;
        change.iter_mut().for_each(|step| {
            sum += *step;
            *step = sum;
        });
        change
    }
}

fn postings_of(term: &InvertedTerm) -> PostingColumns {
    let mut postings = PostingColumns::default();
    postings.add(&term.occurrences);
    postings
}

/// Writes the block of the entries in `range` and what lies apart from it, and returns its hash.
fn write_block(
    range: Range<usize>,
    entries: &Entries,
    lengths: &[usize],
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
        let term = entries.terms[at];
        for &family in entries.families(at, families) {
            let number = local.len() as u32;
            local.entry(family).or_insert_with(|| {
                let members = families.members[family as usize].iter();
                let elsewhere = members.map(|&member| entries.places[member as usize]).filter(|at| !range.contains(at));
                remote.extend(elsewhere.map(|at| (number, entries.terms[at].form.as_str())));
                number
            });
        }
        let apart = if lengths[at] > LONGEST_INLINE {
            let mut list = Writer::default();
            list.count(term.occurrences.count());
            postings_of(term).write(&mut list);
            let part = RawPart::new(Kind::Postings, &list.0)?;
            let hash = part.id.hash;
            parts.push(part);
            Some(hash)
        } else {
            None
        };
        let vector = entries.vector(at, words).map(|(unit, weight, row)| {
            *units.entry(unit).or_insert_with(|| {
                vectors.push(PlacedVector { weight, row });
                vectors.len() - 1
            })
        });
        placed.push(Placed {
            form: &term.form,
            families: entries.families(at, families).iter().map(|family| local[family]).collect(),
            occurrences: &term.occurrences,
            apart,
            vector,
        });
    }
    let (contents, dense) = TermBlock::write(&remote, &vectors, &placed);
    let block = RawPart::new(Kind::Terms, &contents)?.with_dense(dense);
    let hash = block.id.hash;
    parts.push(block);
    Ok(hash)
}

/// Positions in a part, about: a byte each.
const POSITIONS_IN_PART: usize = 4_000;

/// Writes the positions of a block's terms, in as many parts as it takes, and says where they lie.
fn write_block_positions(
    terms: &[&InvertedTerm],
    pages: u32,
    unit: u32,
    parts: &mut Vec<RawPart>,
) -> Result<PositionsOf> {
    let count: usize = terms.iter().map(|term| term.occurrences.uses()).sum();
    let shift = match count.div_ceil(POSITIONS_IN_PART) as u32 {
        0 | 1 => 31,
        wanted => (pages / wanted).max(1).ilog2() as u8,
    };
    let mut hashes = vec![0; PositionsOf::parts(shift, pages)];
    for (number, hash) in (0u64..).zip(&mut hashes) {
        let (start, end) = (number << shift, (number + 1) << shift);
        let lists: Vec<Vec<InPage>> =
            terms.iter().map(|term| term.occurrences.pages_within(start, end).collect()).collect();
        if lists.iter().any(|list| !list.is_empty()) {
            let part = RawPart::new(Kind::Positions, &write_positions(&lists, unit))?;
            *hash = part.id.hash;
            parts.push(part);
        }
    }
    Ok(PositionsOf { shift, hashes })
}

/// Bytes of a block that are downloaded, for each term: what forms and postings compress to, and the vector, which does not.
struct Sizes(Vec<usize>);

impl Sizes {
    /// The size of block that is cheapest for a reader.
    ///
    /// Larger blocks make each word of a query dearer, smaller ones the core, which names them all in some 14 bytes. With
    /// `T` bytes in all and seven words a query, `7·s + 14·T/s` is least at `s = √(2T)`.
    fn best_block(&self) -> usize {
        let total: usize = self.0.iter().sum();
        (2 * total).isqrt().clamp(1_000, 6_000)
    }
}

/// The terms between one form at which a block began and the next; all of them if none did.
fn between(terms: &[&InvertedTerm], firsts: &[String]) -> Vec<Range<usize>> {
    let mut starts: Vec<usize> = firsts.iter().map(|first| terms.partition_point(|term| term.form < *first)).collect();
    starts.extend([0, terms.len()]);
    starts.sort_unstable();
    starts.dedup();
    starts.windows(2).map(|pair| pair[0]..pair[1]).collect()
}

/// Cuts terms where a block is about full and as few families as possible are parted. Terms that were one block stay one
/// until they are twice as large as a new one would be.
fn cut(terms: Range<usize>, sizes: &Sizes, parted: &[i64], new: bool) -> Vec<Range<usize>> {
    let block = sizes.best_block();
    if !new && sizes.0[terms.clone()].iter().sum::<usize>() <= 2 * block {
        return vec![terms];
    }
    let mut ranges = Vec::new();
    let mut start = terms.start;
    while start < terms.end {
        let (mut end, mut bytes) = (start, 0);
        let mut best: Option<((i64, usize), usize)> = None;
        while end < terms.end && bytes < block * 3 / 2 {
            bytes += sizes.0[end];
            end += 1;
            let score = (parted[end], bytes.abs_diff(block));
            if bytes >= block / 2 && best.is_none_or(|(known, _)| score < known) {
                best = Some((score, end));
            }
        }
        let end = if end == terms.end && bytes <= block { end } else { best.map_or(end, |(_, at)| at) };
        ranges.push(start..end);
        start = end;
    }
    ranges
}
