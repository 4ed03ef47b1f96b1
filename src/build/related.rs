//! Which pages are like which.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::rows::Passages;
use crate::Result;
use crate::corpus::{Page, PageId};
use crate::index::{Kind, RawPart, RelatedBlock, Relations, Relative, id_hash, related_block_of};
use crate::lexical::PageScore;

/// Pages that are kept for each.
const KEPT: usize = 10;
/// Pages in a block, some four kilobytes.
const IN_BLOCK: usize = 128;
/// Above so many pages, only those are compared that have passages in a cell in common.
const COMPARED_WITH_ALL: usize = 6_000;

/// Writes the parts and returns the hash of the one that names the others; none if there are no two pages with vectors.
///
/// A page's vector is the mean of its passages', of length 1; pages are like each other by their cosine, and none is like another at or
/// below `cut_off`, which nonsense reaches. `cells` has the cells in which each page's passages lie.
pub(super) fn write(
    pages: &[Page],
    passages: &Passages,
    cells: &[Vec<u32>],
    cut_off: f32,
    parts: &mut Vec<RawPart>,
) -> Result<Option<u64>> {
    let vectors = means(pages.len(), passages);
    if vectors.iter().flatten().count() < 2 {
        return Ok(None);
    }
    let mut of_cells: Vec<Vec<u32>> = Vec::new();
    for (page, cells) in (0..).zip(cells).filter(|_| pages.len() > COMPARED_WITH_ALL) {
        for &cell in cells {
            of_cells.resize_with(of_cells.len().max(cell as usize + 1), Vec::new);
            of_cells[cell as usize].push(page);
        }
    }
    let like = |page: usize| -> Vec<PageScore> {
        let Some(vector) = &vectors[page] else { return Vec::new() };
        let others: Vec<u32> = match pages.len() > COMPARED_WITH_ALL {
            true => cells[page]
                .iter()
                .flat_map(|&cell| &of_cells[cell as usize])
                .copied()
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            false => (0..pages.len() as u32).collect(),
        };
        let cosine = |&other: &u32| {
            let cosine = vectors[other as usize].as_ref().map(|other| dot(vector, other))?;
            (other as usize != page && cosine > cut_off).then_some(PageScore { page: PageId(other), score: cosine })
        };
        let mut like: Vec<PageScore> = others.iter().filter_map(cosine).collect();
        like.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.page.cmp(&b.page)));
        like.truncate(KEPT);
        like
    };
    let mut relatives: Vec<Relative> = (0..pages.len())
        .into_par_iter()
        .map(|page| Relative { hash: id_hash(&pages[page].id), page: PageId(page as u32), like: like(page) })
        .collect();
    relatives.sort_by_key(|relative| relative.hash);
    // Of two ids with one hash, one in a hundred million sites of a thousand pages, the first is found.
    relatives.dedup_by_key(|relative| relative.hash);
    let bits = Relations::bits_for(pages.len(), IN_BLOCK);
    let mut blocks = vec![Vec::new(); 1 << bits];
    for relative in relatives {
        blocks[related_block_of(relative.hash, bits)].push(relative);
    }
    let mut names = Vec::new();
    for block in blocks {
        let part = RawPart::new(Kind::Related, &RelatedBlock(block).write())?;
        names.push(part.id.hash);
        parts.push(part);
    }
    let part = RawPart::new(Kind::Relations, &Relations::new(bits, names).write())?;
    let hash = part.id.hash;
    parts.push(part);
    Ok(Some(hash))
}

/// The mean of the vectors of each page's passages, of length 1; none of a page without passages.
fn means(pages: usize, passages: &Passages) -> Vec<Option<Vec<f32>>> {
    let mut sums: Vec<Option<Vec<f32>>> = vec![None; pages];
    for (owners, vector) in passages.owners.iter().zip(&passages.vectors) {
        for owner in owners {
            let sum = sums[owner.page.0 as usize].get_or_insert_with(|| vec![0.0; vector.len()]);
            sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += x);
        }
    }
    for sum in sums.iter_mut().flatten() {
        let length = dot(sum, sum).sqrt().max(f32::MIN_POSITIVE);
        sum.iter_mut().for_each(|x| *x /= length);
    }
    sums
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}
