//! The semantic leg: from the query's vector to ranked pages.

use std::ops::Range;

use super::arrange;
use crate::Result;
use crate::corpus::{Ordinal, PageId, PageSet, StoredPage, pieces};
use crate::index::{Cells, Core, Index, Kind, Owner, PartId};
use crate::lexical::{PageScore, Places};
use crate::order::best_first;
use crate::vector::hnsw::Scratch;
use crate::vector::{Probe, QueryCodes, RowId, sketch};

/// Rows that a search of the graph answers with: the `ef` of its walk.
const GRAPH_ROWS: usize = 200;

/// How many times as many cells as without a filter may be taken besides under one (docs/vectors.md).
const BESIDES: usize = 2;

/// Stands for the cosine of a row that was not compared.
const NOT_COMPARED: f32 = f32::NEG_INFINITY;

/// A query's vector, in the encoder's space or already in the smaller one of the rows.
#[derive(Clone, Debug, PartialEq)]
pub enum QueryVector {
    /// As the encoder made it; the index's projection is loaded for it.
    Source(Vec<f32>),
    /// Projected.
    Projected(Vec<f32>),
}

/// The part that vectors of the encoder's space need.
pub(super) fn projection(cells: &Cells) -> PartId {
    PartId { kind: Kind::Projection, hash: cells.projection }
}

/// A query on its way to the rows: its codes, and the cells to compare it with.
pub(super) struct Aim {
    codes: QueryCodes,
    /// The leading dimensions of the vector, which pieces are compared with.
    leading: Vec<f32>,
    /// The cells that may be compared, the nearest first.
    order: Vec<Probe>,
    /// How many of them are, from the first on.
    taken: usize,
    /// Whether others were taken besides, which may hold nearer rows.
    reached_out: bool,
    /// For each cell, what its rows add to, if the query is to be compared with them.
    bases: Vec<Option<f32>>,
    /// Whether the graph is walked rather than every row of these cells compared.
    graph: Option<PartId>,
}

impl Aim {
    /// Chooses the cells for a projected vector: the nearest, or all of them if the host holds the whole index; where a filter
    /// leaves pages in some cells only, the nearest of these.
    pub fn new(index: &Index, cells: &Cells, vector: &[f32], within: Option<&[bool]>) -> Result<Self> {
        let codes = cells.code.query(vector)?;
        let mut order = Vec::new();
        for probe in cells.centroids.nearest(vector)? {
            if within.is_none_or(|within| within[probe.cell as usize]) {
                order.push(probe);
            }
        }
        // The graph leads to the nearest of all rows, among which there may be none of a page that passes.
        let graph = cells.graph.filter(|_| index.is_whole() && within.is_none());
        let graph = graph.map(|hash| PartId { kind: Kind::Graph, hash });
        let leading = vector[..sketch::bits(cells.code)].to_vec();
        let mut aim =
            Self { codes, leading, order, taken: 0, reached_out: false, bases: vec![None; cells.parts.len()], graph };
        aim.take(if index.is_whole() { cells.parts.len() } else { cells.probes as usize });
        Ok(aim)
    }

    /// Takes twice as many cells, if there are more.
    pub fn widen(&mut self) -> bool {
        let before = self.taken;
        self.take(before.max(1) * 2);
        self.taken > before
    }

    fn take(&mut self, cells: usize) {
        self.taken = cells.min(self.order.len());
        for probe in &self.order[..self.taken] {
            self.bases[probe.cell as usize] = Some(probe.base);
        }
    }

    /// Takes, once, the likeliest of the cells that may hold a nearer row than the last of so many pages that were found; says if
    /// there are such.
    #[inline(never)]
    pub fn reach_out(&mut self, cells: &Cells, found: &Nearest, wanted: usize) -> bool {
        if std::mem::replace(&mut self.reached_out, true) {
            return false;
        }
        let last = found.pages.get(wanted.saturating_sub(1)).or(found.pages.last());
        let least = last.map_or(cells.cut_off, |last| last.score.max(cells.cut_off));
        let may_have = |probe: &Probe| probe.base + cells.reach * probe.room;
        let others = self.order.iter().filter(|probe| self.bases[probe.cell as usize].is_none());
        let likely: Vec<Probe> = others.filter(|probe| may_have(probe) >= least).copied().collect();
        for at in best_first(likely.iter().map(may_have)).into_iter().take(BESIDES * cells.probes as usize) {
            self.bases[likely[at].cell as usize] = Some(likely[at].base);
        }
        !likely.is_empty()
    }

    /// Parts to load before the comparison, and those that can't be had.
    pub fn parts(&self, index: &Index, cells: &Cells) -> (Vec<PartId>, Vec<String>) {
        let chosen = cells.parts.iter().zip(&self.bases).filter(|(_, base)| base.is_some());
        let vectors = chosen.map(|(part, _)| PartId { kind: Kind::Vectors, hash: part.hash });
        let (mut missing, mut failures) = (Vec::new(), Vec::new());
        for id in vectors.chain(self.graph) {
            if index.wants(id) {
                missing.push(id);
            } else if let Some(reason) = index.failure(id) {
                failures.push([&id.path(), ": ", reason].concat());
            }
        }
        (missing, failures)
    }

    /// Compares the query with the chosen rows that are loaded: through the graph where it and all rows are here, else with
    /// every one of them. Pages that are not `allowed` are passed over.
    pub fn nearest(&self, index: &Index, core: &Core, allowed: Option<&PageSet>) -> Nearest {
        let cells = &core.cells;
        let mut cosines = Vec::with_capacity(cells.rows() as usize);
        if self.graph.is_none() || !self.walk(index, cells, &mut cosines) {
            for (part, base) in cells.parts.iter().zip(&self.bases) {
                match base.zip(index.vectors(part.hash)) {
                    Some((base, loaded)) => loaded.rows().scan(&self.codes, base, &mut cosines),
                    None => cosines.resize(cosines.len() + part.rows as usize, NOT_COMPARED),
                }
            }
        }
        let mut best = vec![NOT_COMPARED; core.collection.pages as usize];
        let mut found = Nearest { pages: Vec::new(), too_far: false, leading: self.leading.clone(), cosines };
        found.for_each_passage(index, core, |owner, cosine| {
            let known = &mut best[owner.page.0 as usize];
            *known = known.max(cosine);
        });
        found.pages = PageScore::best_first(&best, |score| score != NOT_COMPARED);
        if let Some(allowed) = allowed {
            found.pages.retain(|near| allowed.contains(near.page));
        }
        if found.pages.first().is_some_and(|nearest| nearest.score < cells.cut_off) {
            found.pages.clear();
            found.too_far = true;
        }
        found
    }

    /// Walks the graph, if all that this takes is loaded.
    #[inline(never)]
    fn walk(&self, index: &Index, cells: &Cells, cosines: &mut Vec<f32>) -> bool {
        let Some(graph) = index.graph() else { return false };
        let (mut starts, mut loaded, mut first) = (Vec::new(), Vec::new(), 0);
        for (part, base) in cells.parts.iter().zip(&self.bases) {
            let Some((base, part)) = base.zip(index.vectors(part.hash)) else { return false };
            let rows = part.rows();
            starts.push(first);
            first += rows.count() as u32;
            loaded.push((base, rows));
        }
        let cosine = |row: RowId| {
            let cell = starts.partition_point(|&start| start <= row.0) - 1;
            let (base, rows) = &loaded[cell];
            base + rows.dot(RowId(row.0 - starts[cell]), &self.codes)
        };
        cosines.resize(first as usize, NOT_COMPARED);
        for near in graph.search(GRAPH_ROWS, &mut Scratch::default(), cosine) {
            cosines[near.row.0 as usize] = near.cosine;
        }
        true
    }
}

/// Pages by the cosine of their nearest passage.
#[derive(Debug, Default)]
pub(super) struct Nearest {
    /// Best first; equal cosines in the order of pages.
    pub pages: Vec<PageScore>,
    /// Whether even the nearest page is farther than what nonsense reaches, so that there are none.
    pub too_far: bool,
    /// The leading dimensions of the query's vector; none if no query was compared.
    leading: Vec<f32>,
    /// The cosine of each row.
    cosines: Vec<f32>,
}

impl Nearest {
    /// Pages that are known to be near, of whose passages nothing is known.
    pub fn of(pages: Vec<PageScore>) -> Self {
        Self { pages, ..Self::default() }
    }

    /// The nearest pages, those that are near enough to count as found where pages are not ranked by how near they are.
    pub fn near(&self, core: &Core) -> &[PageScore] {
        let near = &self.pages[..self.pages.len().min(arrange::NEAREST)];
        &near[..near.partition_point(|near| near.score >= core.cells.cut_off)]
    }

    /// The compared passages of each of `pages`, in their order.
    pub fn passages(&self, index: &Index, core: &Core, pages: &[PageId]) -> Vec<Vec<(Owner, f32)>> {
        let places = Places::of(pages, core.collection.pages);
        let mut passages = vec![Vec::new(); pages.len()];
        self.for_each_passage(index, core, |owner, cosine| {
            if let Some(at) = places.find(owner.page) {
                passages[at].push((owner, cosine));
            }
        });
        passages
    }

    /// The place in a section's text of the piece that is nearest to the query, among those that begin in a passage; where that
    /// can't be told, of the passage.
    pub fn piece(&self, slice: &StoredPage, section: Ordinal, passage: u32) -> Option<Range<usize>> {
        let window = slice.window(section, passage)?;
        let sketches = slice.sketches(section);
        if sketches.is_empty() || self.leading.is_empty() {
            return Some(window);
        }
        let text = &slice.section(section)?.text;
        let mut best = (f32::NEG_INFINITY, None);
        for (piece, sketch) in pieces(text).into_iter().zip(sketches.chunks_exact(self.leading.len() / 8)) {
            if window.contains(&piece.start) {
                let nearness = sketch::nearness(sketch, &self.leading);
                if nearness > best.0 {
                    best = (nearness, Some(piece));
                }
            }
        }
        best.1.or(Some(window))
    }

    fn for_each_passage(&self, index: &Index, core: &Core, mut see: impl FnMut(Owner, f32)) {
        let mut rest = self.cosines.as_slice();
        for part in &core.cells.parts {
            let (cosines, after) = rest.split_at((part.rows as usize).min(rest.len()));
            rest = after;
            let Some(loaded) = index.vectors(part.hash) else { continue };
            for (row, &cosine) in cosines.iter().enumerate().filter(|&(_, &cosine)| cosine != NOT_COMPARED) {
                loaded.owners(row).iter().for_each(|&owner| see(owner, cosine));
            }
        }
    }
}
