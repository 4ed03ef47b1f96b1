//! Lays out the vector rows: how they are packed, and in which cells they lie.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::grouping::{Centres, Grouped, difference, mean};
use super::recall::{NEAREST, Stored, nearest};
use super::rows::Passages;
use super::visits::{Asked, Trial, Worth};
use crate::Result;
use crate::corpus::PageId;
use crate::index::{CellList, Cells, Grouping, Kind, Owner, RawPart, RegionRef, Regions, VectorPart, VectorsRef};
use crate::vector::cluster::{centroids, dot};
use crate::vector::projection::Components;
use crate::vector::{self, PackedRows, Projection, RowCode};

/// How rows may be packed, by the bytes that it takes: dimensions in 4 bits, dimensions in 2 bits (docs/vectors.md).
const SHAPES: [(usize, usize); 4] = [(64, 64), (64, 128), (64, 192), (192, 0)];

/// The share of the ten nearest by the encoder's own vectors that must be among the ten nearest by the rows, measured without
/// cells, which add one or two in a hundred.
const KEPT: f64 = 0.89;

/// How far below the best shape one may be where none keeps so many: on a large site the ten nearest are closer together.
const NEAR_BEST: f64 = 0.02;

/// Rows that are compared when shapes are: the share that is kept hardly depends on their number.
const COMPARED: usize = 4_000;

/// Rows in a cell, on average: the sizes that are tried. Smaller cells waste less, but more centroids are loaded to choose among
/// them.
const CELL_SIZES: [usize; 6] = [20, 30, 40, 80, 160, 320];

/// Most cells in one list.
const MOST_CELLS: usize = 256;

/// Rows in a cell of a region, on average, besides as many of its neighbours'.
const REGIONAL_SIZE: usize = 15;

/// Most cells in regions: each is a file, of which hosts allow some ten thousands.
const MOST_REGIONAL_CELLS: usize = 4_096;

/// Regions: so many times the root of the number of cells, as it is tried.
const REGIONS: [f64; 3] = [2.0, 3.0, 4.0];

/// Bytes of a row's owner, about.
const OWNER: usize = 3;

/// Where rows go and how they are packed: what a fit keeps from one build to the next.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layout {
    /// The way from the encoder's space into that of the rows.
    pub projection: Projection,
    /// How rows are packed, less their cells' centres.
    pub code: RowCode,
    /// The cells.
    pub centres: Centres,
    /// Whether rows lie in a second cell besides their own.
    pub spilled: bool,
}

/// The laid out rows.
pub(super) struct Laid {
    pub cells: Cells,
    /// The rows' vectors in the order in which they are stored, for a graph over them.
    pub vectors: Vec<Vec<f32>>,
    /// The pages whose passages lie in each cell.
    pub pages: Vec<BTreeSet<PageId>>,
}

impl Layout {
    /// Chooses what gives a query most of its nearest passages for few bytes: cells in one list, or where that would give up part of
    /// them, cells in regions, if these give more; one or the other, if `regions` says so.
    pub fn choose(passages: &Passages, source: usize, regions: Option<bool>) -> Result<Self> {
        let components = Components::of(&passages.vectors, source);
        if regions != Some(true) {
            let (listed, worth) = Self::best(passages, &components, source, false)?;
            if regions == Some(false) || worth.reaches_all() {
                return Ok(listed);
            }
            let (in_regions, other) = Self::best(passages, &components, source, true)?;
            return Ok(if other > worth { in_regions } else { listed });
        }
        Self::best(passages, &components, source, true).map(|(layout, _)| layout)
    }

    /// The layout that is worth most of those in one list, or of those in regions.
    fn best(passages: &Passages, components: &Components, source: usize, in_regions: bool) -> Result<(Self, Worth)> {
        let shape = shape(passages, components, source, in_regions)?;
        let projection = components.projection(shape.0, shape.1);
        let (rows, samples) = (projection.apply_all(&passages.vectors)?, projection.apply_all(&passages.samples)?);
        let nearest = nearest(&rows, &samples);
        let mut best: Option<(Worth, Grouped)> = None;
        let mut consider = |grouped: Grouped| -> Result<()> {
            let worth = worth(&grouped, &samples, &nearest, shape)?;
            if best.as_ref().is_none_or(|(most, _)| worth > *most) {
                best = Some((worth, grouped));
            }
            Ok(())
        };
        if in_regions {
            // Centroids of 2 bits for each dimension order cells nearly as well as those of 4, for half of the bytes.
            let of_centroids = (0, shape.0 + shape.1);
            let count = rows.len().div_ceil(REGIONAL_SIZE).min(MOST_REGIONAL_CELLS);
            let cells = centroids(&rows, count);
            for times in REGIONS {
                let regions = ((count as f64).sqrt() * times) as usize;
                consider(Grouped::in_regions(&rows, cells.clone(), regions, of_centroids)?.spill(&rows))?;
            }
        } else {
            let sizes = CELL_SIZES.map(|size| rows.len().div_ceil(size).min(MOST_CELLS));
            let counts: BTreeSet<usize> = sizes.into_iter().chain([1]).collect();
            for count in counts {
                let grouped = Grouped::in_cells(&rows, count, shape)?;
                if count > 1 {
                    consider(grouped.clone().spill(&rows))?;
                }
                consider(grouped)?;
            }
        }
        let (worth, grouped) = best.expect("one grouping at least is tried");
        let code = RowCode::fit(shape.0, shape.1, &grouped.residuals(&rows))?;
        let spilled = grouped.is_spilled();
        Ok((Self { projection, code, centres: grouped.centres, spilled }, worth))
    }

    /// Projects, packs and groups the passages' vectors, and writes projection, cells and regions as parts.
    pub fn write(&self, passages: &Passages, parts: &mut Vec<RawPart>) -> Result<Laid> {
        let samples = self.projection.apply_all(&passages.samples)?;
        let mut rows = self.projection.apply_all(&passages.vectors)?;
        let mut grouped = Grouped::about(self.centres.clone(), &rows);
        if self.spilled {
            grouped = grouped.spill(&rows);
        }
        let projection = RawPart::new(Kind::Projection, &self.projection.write())?;
        let (mut packed, mut pages, mut refs) = (Vec::new(), Vec::new(), Vec::new());
        let centres = self.centres.all();
        let cells_of = grouped.cells_of_rows();
        let table = |members: &[usize]| -> Result<(Vec<&[Owner]>, Vec<u8>)> {
            let residual = |&row: &usize| difference(&rows[row], &centres[cells_of[row][0]]);
            let residuals: Vec<Vec<f32>> = members.iter().map(residual).collect();
            let owners = members.iter().map(|&row| passages.owners[row].as_slice()).collect();
            Ok((owners, vector::pack(self.code, &residuals)?))
        };
        for (members, spilled) in grouped.members.iter().zip(&grouped.spilled) {
            let ((owners, codes), others) = (table(members)?, table(spilled)?);
            let cells: Vec<u32> = spilled.iter().map(|&row| cells_of[row][0] as u32).collect();
            pages.push(owners.iter().copied().flatten().map(|owner| owner.page).collect());
            let contents = VectorPart::write((&owners, &codes), &cells, (&others.0, &others.1));
            let part = RawPart::new(Kind::Vectors, &contents)?;
            refs.push(VectorsRef { rows: members.len() as u32, hash: part.id.hash });
            parts.push(part);
            packed.push(codes);
        }
        let mut cells = Cells {
            source: self.projection.source() as u32,
            code: self.code,
            projection: projection.id.hash,
            grouping: self.grouping(&refs, parts)?,
            cut_off: f32::NEG_INFINITY,
            ..Cells::default()
        };
        parts.push(projection);
        Stored::of(self.code, &grouped, &packed).measure(&mut cells, passages, &samples)?;
        let vectors = grouped.members.iter().flatten().map(|&row| std::mem::take(&mut rows[row])).collect();
        Ok(Laid { cells, vectors, pages })
    }

    /// What the core says of the cells' parts; regions are written.
    fn grouping(&self, refs: &[VectorsRef], parts: &mut Vec<RawPart>) -> Result<Grouping> {
        let mut rest = refs;
        let mut lists = Vec::new();
        for centroids in &self.centres.cells {
            let (own, others) = rest.split_at(centroids.count());
            rest = others;
            lists.push(CellList { centroids: centroids.clone(), parts: own.to_vec() });
        }
        let Some(centroids) = self.centres.regions.clone() else {
            return Ok(Grouping::Cells(lists.swap_remove(0)));
        };
        let mut regions = Regions { centroids, probes: 0, code: lists[0].centroids.code(), parts: Vec::new() };
        for list in lists {
            let part = RawPart::new(Kind::Region, &list.write_region())?;
            let rows = list.parts.iter().map(|part| part.rows).sum();
            regions.parts.push(RegionRef { cells: list.parts.len() as u32, rows, hash: part.id.hash });
            parts.push(part);
        }
        Ok(Grouping::Regions(regions))
    }
}

/// The smallest shape that keeps enough, or where none does, nearly as much as any; in regions, where a row lies in two cells and is
/// dear, nearly as much as any is enough.
fn shape(passages: &Passages, components: &Components, source: usize, in_regions: bool) -> Result<(usize, usize)> {
    let kept = |shape: (usize, usize)| match shape.0 + shape.1 >= source {
        true => Ok((shape, 1.0)),
        false => Ok((shape, kept(passages, components, shape)?)),
    };
    let kept = SHAPES.into_iter().map(kept).collect::<Result<Vec<_>>>()?;
    let most = kept.iter().map(|(_, kept)| *kept).fold(0.0, f64::max);
    let least = if most >= KEPT && !in_regions { KEPT } else { KEPT.min(most - NEAR_BEST) };
    let enough = kept.iter().find(|(_, kept)| *kept >= least);
    Ok(enough.expect("the best one keeps enough").0)
}

/// What a grouping is worth to texts of the site, whose nearest rows these are, if rows are of a shape.
fn worth(grouped: &Grouped, samples: &[Vec<f32>], nearest: &[Vec<u32>], shape: (usize, usize)) -> Result<Worth> {
    let cells_of = grouped.cells_of_rows();
    let asked = samples.par_iter().zip(nearest).map(|(sample, nearest)| {
        let nearest = nearest.iter().map(|&row| cells_of[row as usize]).collect();
        Asked::of(&grouped.centres, sample, nearest)
    });
    Ok(Trial::of(grouped, row_bytes(shape), asked.collect::<Result<_>>()?).worth())
}

/// Bytes of a row in a cell, with its scale and its owner.
pub(super) fn row_bytes((fine, coarse): (usize, usize)) -> usize {
    fine / 2 + coarse / 4 + 2 + OWNER
}

/// The share of the nearest passages, by the encoder's own vectors, that rows of a shape still find.
fn kept(passages: &Passages, components: &Components, shape: (usize, usize)) -> Result<f64> {
    let projection = components.projection(shape.0, shape.1);
    let step = passages.vectors.len().div_ceil(COMPARED).max(1);
    let vectors: Vec<&Vec<f32>> = passages.vectors.iter().step_by(step).collect();
    let rows = projection.apply_all(&vectors)?;
    let mean = mean(&rows);
    let centred: Vec<Vec<f32>> = rows.iter().map(|row| row.iter().zip(&mean).map(|(x, m)| x - m).collect()).collect();
    let code = RowCode::fit(shape.0, shape.1, &centred)?;
    let packed = vector::pack(code, &centred)?;
    let packed = PackedRows::parse(code, centred.len(), &packed)?;
    let shares = passages.samples.par_iter().map(|sample| {
        let exact: Vec<f32> = vectors.iter().map(|vector| dot(vector, sample)).collect();
        let mut stored = Vec::new();
        packed.scan(&code.query(&projection.apply(sample)?)?, 0.0, &mut stored);
        let exact: Vec<u32> = vector::top_k(&exact, NEAREST).iter().map(|near| near.row.0).collect();
        let found = vector::top_k(&stored, NEAREST).iter().filter(|near| exact.contains(&near.row.0)).count();
        Ok(found as f64 / exact.len().max(1) as f64)
    });
    let shares: Vec<f64> = shares.collect::<Result<_>>()?;
    Ok(if shares.is_empty() { 1.0 } else { shares.iter().sum::<f64>() / shares.len() as f64 })
}
