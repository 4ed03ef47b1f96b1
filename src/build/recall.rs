//! Chooses how many regions and cells a query visits, and measures over the rows as they are stored what it then finds.

use rayon::prelude::*;

use super::cells::row_bytes;
use super::grouping::Grouped;
use super::rows::Passages;
use super::visits::{Asked, REACHED, Trial, Visited, Visits};
use crate::Result;
use crate::index::{Cells, Grouping};
use crate::vector::cluster::dot;
use crate::vector::{self, PackedRows, Probe, RowCode};

/// Nearest rows that are looked for when something is measured.
pub(super) const NEAREST: usize = 10;

/// Rows as they are stored: cell by cell.
pub(super) struct Stored<'s> {
    code: RowCode,
    grouped: &'s Grouped,
    /// The packed rows of each cell.
    packed: &'s [Vec<u8>],
    /// The cells of each row, its own and the second.
    cells_of: Vec<[usize; 2]>,
}

/// A text of the site that stands for a query, among the rows.
struct Sample {
    asked: Asked,
    /// How much of each nearest row's cell's room it takes for a row to be among the nearest.
    reaches: Vec<f32>,
}

impl<'s> Stored<'s> {
    /// Rows about their cells' centres, with what each cell's are packed to.
    pub fn of(code: RowCode, grouped: &'s Grouped, packed: &'s [Vec<u8>]) -> Self {
        let cells_of = grouped.cells_of_rows();
        let cells_of = grouped.members.iter().flatten().map(|&row| cells_of[row]).collect();
        Self { code, grouped, packed, cells_of }
    }

    /// Sets how many regions and cells a query needs for its nearest rows to lie in them, and states what is then found of the
    /// nearest rows and of the nearest passages by the encoder's own vectors. `samples` are the passages' samples in the space of
    /// the rows.
    pub fn measure(&self, cells: &mut Cells, passages: &Passages, samples: &[Vec<f32>]) -> Result<()> {
        let compared: Vec<Sample> = samples.par_iter().map(|query| self.compare(query)).collect::<Result<_>>()?;
        let row = row_bytes((self.code.fine(), self.code.coarse()));
        let trial = Trial::of(self.grouped, row, compared.iter().map(|sample| sample.asked.clone()).collect());
        let Visits { regions, probes, recall, .. } = trial.best();
        let visited: Vec<Visited> = compared.iter().map(|sample| sample.asked.visit(regions, probes)).collect();
        cells.kept = self.kept(passages, samples, &visited)?;
        (cells.probes, cells.recall) = (probes as u32, recall as f32);
        if let Grouping::Regions(of) = &mut cells.grouping {
            of.probes = regions as u32;
        }
        let mut reaches: Vec<f32> = compared.into_iter().flat_map(|sample| sample.reaches).collect();
        reaches.sort_by(f32::total_cmp);
        cells.reach = reaches.get((reaches.len() as f64 * REACHED) as usize).copied().unwrap_or(1.0);
        Ok(())
    }

    fn compare(&self, query: &[f32]) -> Result<Sample> {
        let probes = self.probes(query)?;
        let nearest = vector::top_k(&self.scores(query, &probes)?, NEAREST);
        let last = nearest.last().map_or(f32::NEG_INFINITY, |last| last.cosine);
        let nearest: Vec<[usize; 2]> = nearest.into_iter().map(|near| self.cells_of[near.row.0 as usize]).collect();
        let reach = |[cell, _]: &[usize; 2]| (last - probes[*cell].base) / probes[*cell].room.max(f32::MIN_POSITIVE);
        let reaches = nearest.iter().map(reach).collect();
        Ok(Sample { asked: Asked::of(&self.grouped.centres, query, nearest)?, reaches })
    }

    /// The share of the nearest passages, by the encoder's own vectors, that samples find in the cells that they visit.
    fn kept(&self, passages: &Passages, samples: &[Vec<f32>], visited: &[Visited]) -> Result<f32> {
        let rows = self.grouped.members.iter().flatten();
        let vectors: Vec<&Vec<f32>> = rows.map(|&row| &passages.vectors[row]).collect();
        let exact = nearest(&vectors, &passages.samples);
        let shares = samples.par_iter().zip(visited).zip(&exact).map(|((sample, visited), exact)| {
            let mut scores = self.scores(sample, &self.probes(sample)?)?;
            let passed_over = scores.iter_mut().zip(&self.cells_of).filter(|(_, cells)| !visited.finds(**cells));
            passed_over.for_each(|(score, _)| *score = f32::NEG_INFINITY);
            let found = vector::top_k(&scores, NEAREST).iter().filter(|near| exact.contains(&near.row.0)).count();
            Ok(found as f64 / exact.len().max(1) as f64)
        });
        let shares: Vec<f64> = shares.collect::<Result<_>>()?;
        Ok((shares.iter().sum::<f64>() / shares.len().max(1) as f64) as f32)
    }

    /// The centres of all cells, seen from a query.
    fn probes(&self, query: &[f32]) -> Result<Vec<Probe>> {
        let lists = self.grouped.centres.cells.iter();
        Ok(lists.map(|list| list.probes(query)).collect::<Result<Vec<_>>>()?.concat())
    }

    /// The cosine of each row.
    fn scores(&self, query: &[f32], probes: &[Probe]) -> Result<Vec<f32>> {
        let codes = self.code.query(query)?;
        let mut scores = Vec::with_capacity(self.cells_of.len());
        for ((members, packed), probe) in self.grouped.members.iter().zip(self.packed).zip(probes) {
            PackedRows::parse(self.code, members.len(), packed)?.scan(&codes, probe.base, &mut scores);
        }
        Ok(scores)
    }
}

/// For each sample its nearest vectors, by their places.
pub(super) fn nearest<V: AsRef<[f32]> + Sync>(vectors: &[V], samples: &[Vec<f32>]) -> Vec<Vec<u32>> {
    let nearest = |sample: &Vec<f32>| {
        let scores: Vec<f32> = vectors.iter().map(|vector| dot(vector.as_ref(), sample)).collect();
        vector::top_k(&scores, NEAREST).into_iter().map(|near| near.row.0).collect()
    };
    samples.par_iter().map(nearest).collect()
}
