//! The semantic leg: from the query's vector to ranked pages.

use std::ops::Range;

use super::arrange;
use crate::Result;
use crate::corpus::{Ordinal, PageId, PageSet, StoredPage, pieces};
use crate::index::{CellList, Cells, Core, Grouping, Index, Kind, Owner, PartId, Regions, VectorPart, VectorsRef};
use crate::lexical::{PageScore, Places};
use crate::order::best_first;
use crate::vector::hnsw::Scratch;
use crate::vector::{Probe, QueryCodes, RowId, sketch};

/// Rows that a search of the graph answers with: the `ef` of its walk.
const GRAPH_ROWS: usize = 200;

/// How many times as many cells as without a filter may be taken besides under one, and regions looked into (docs/vectors.md).
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
    vector: Vec<f32>,
    codes: QueryCodes,
    /// The cells that may be compared, if a filter leaves some only.
    within: Option<Vec<bool>>,
    /// The regions that may hold cells to compare, the nearest first; none where the core lists the cells.
    regions: Vec<usize>,
    /// In how many regions cells are looked for, from the first on.
    looked_into: usize,
    /// The cells that may be compared, by their numbers, as far as they are listed.
    known: Vec<Option<Near>>,
    /// Their numbers, the nearest first; none until all that are looked for are listed.
    order: Vec<usize>,
    /// How many cells are to be compared, from the first on.
    wanted: usize,
    /// Whether others were taken besides, which may hold nearer rows.
    reached_out: bool,
    /// Whether each cell is to be compared.
    taken: Vec<bool>,
    /// Whether the graph is walked rather than every row of these cells compared.
    graph: Option<PartId>,
}

/// A cell and how near it is.
#[derive(Clone, Copy)]
struct Near {
    part: VectorsRef,
    probe: Probe,
}

impl Aim {
    /// Aims a projected vector at the nearest cells, or at all of them if the host holds the whole index; where a filter
    /// leaves pages in some cells only, at the nearest of these.
    pub fn new(index: &Index, cells: &Cells, vector: &[f32], within: Option<&[bool]>) -> Result<Self> {
        let mut aim = Self {
            codes: cells.code.query(vector)?,
            vector: vector.to_vec(),
            within: within.map(<[bool]>::to_vec),
            regions: Vec::new(),
            looked_into: 0,
            known: vec![None; cells.count()],
            order: Vec::new(),
            wanted: if index.is_whole() { usize::MAX } else { cells.probes as usize },
            reached_out: false,
            taken: vec![false; cells.count()],
            // The graph leads to the nearest of all rows, among which there may be none of a page that passes.
            graph: cells
                .graph
                .filter(|_| index.is_whole() && within.is_none())
                .map(|hash| PartId { kind: Kind::Graph, hash }),
        };
        if let Grouping::Regions(regions) = &cells.grouping {
            aim.look(regions, index.is_whole())?;
        }
        Ok(aim)
    }

    /// Chooses the regions in which cells are looked for.
    #[inline(never)]
    fn look(&mut self, regions: &Regions, all: bool) -> Result<()> {
        let ranges = regions.ranges();
        for probe in regions.centroids.nearest(&self.vector)? {
            let region = probe.cell as usize;
            if self.within.as_ref().is_none_or(|within| within[ranges[region].clone()].contains(&true)) {
                self.regions.push(region);
            }
        }
        let several = if self.within.is_some() { 1 + BESIDES } else { 1 };
        let most = if all { usize::MAX } else { several * regions.probes as usize };
        self.looked_into = most.min(self.regions.len());
        Ok(())
    }

    /// Takes twice as many cells, if there are more.
    pub fn widen(&mut self) -> bool {
        let before = (self.looked_into, self.taken().count());
        self.wanted = before.1.max(1) * 2;
        self.take();
        if self.looked_into < self.regions.len() {
            self.looked_into = (self.looked_into * 2).min(self.regions.len());
            self.order.clear();
        }
        (self.looked_into, self.taken().count()) != before
    }

    /// Takes the nearest cells, as many as are wanted, besides those that are taken.
    fn take(&mut self) {
        self.order.iter().take(self.wanted).for_each(|&cell| self.taken[cell] = true);
    }

    /// The cells to compare, in the order of their numbers.
    fn taken(&self) -> impl Iterator<Item = &Near> {
        self.known.iter().zip(&self.taken).filter_map(|(near, &taken)| near.as_ref().filter(|_| taken))
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
        let may_have = |cell: usize| {
            let base = |near: Near| near.probe.base + cells.reach * near.probe.room;
            self.known[cell].filter(|_| !self.taken[cell]).map_or(NOT_COMPARED, base)
        };
        let nearest = self.order.iter().map(|&cell| (cell, may_have(cell)));
        let likely: Vec<(usize, f32)> = nearest.filter(|&(_, nearest)| nearest >= least).collect();
        let order = best_first(likely.iter().map(|&(_, nearest)| nearest));
        for at in order.into_iter().take(BESIDES * cells.probes as usize) {
            self.taken[likely[at].0] = true;
        }
        !likely.is_empty()
    }

    /// Parts to load next, and those that can't be had: of the regions, and once these are here, of their cells.
    pub fn parts(&mut self, index: &Index, cells: &Cells) -> Result<(Vec<PartId>, Vec<String>)> {
        let mut parts = Vec::new();
        if let Grouping::Regions(regions) = &cells.grouping {
            parts.extend(self.regions[..self.looked_into].iter().map(|&region| regions.parts[region].part()));
        }
        if !parts.iter().any(|&id| index.wants(id)) {
            if self.order.is_empty() {
                self.order(index, cells)?;
            }
            parts.extend(self.taken().map(|near| near.part.part()));
            parts.extend(self.graph);
        }
        let (mut missing, mut failures) = (Vec::new(), Vec::new());
        for id in parts {
            if index.wants(id) {
                missing.push(id);
            } else if let Some(reason) = index.failure(id) {
                failures.push([&id.path(), ": ", reason].concat());
            }
        }
        Ok((missing, failures))
    }

    /// Puts the cells of the regions that are looked into in order, and takes the nearest.
    fn order(&mut self, index: &Index, cells: &Cells) -> Result<()> {
        match &cells.grouping {
            Grouping::Cells(list) => self.know(list, 0)?,
            Grouping::Regions(regions) => {
                let ranges = regions.ranges();
                for at in 0..self.looked_into {
                    let region = self.regions[at];
                    if let Some(list) = index.region(regions.parts[region].part()) {
                        self.know(list, ranges[region].start)?;
                    }
                }
            }
        }
        let mut known = Vec::new();
        for (cell, near) in self.known.iter().enumerate() {
            known.extend(near.map(|near| (cell, near.probe.nearness)));
        }
        let order = best_first(known.iter().map(|&(_, nearness)| nearness));
        self.order = order.into_iter().map(|at| known[at].0).collect();
        self.take();
        Ok(())
    }

    /// Notes the cells of a list that may be compared; the first has that number.
    #[inline(never)]
    fn know(&mut self, list: &CellList, first: usize) -> Result<()> {
        for (at, probe) in list.centroids.probes(&self.vector)?.into_iter().enumerate() {
            if self.within.as_ref().is_none_or(|within| within[first + at]) {
                self.known[first + at] = Some(Near { part: list.parts[at], probe });
            }
        }
        Ok(())
    }

    /// Compares the query with the chosen rows that are loaded: through the graph where it and all rows are here, else with
    /// every one of them. Pages that are not `allowed` are passed over.
    pub fn nearest(&self, index: &Index, core: &Core, allowed: Option<&PageSet>) -> Nearest {
        let cells = &core.cells;
        let mut compared = Vec::new();
        if self.graph.is_none() || !self.walk(index, cells, &mut compared) {
            for near in self.taken() {
                if let Some(loaded) = index.vectors(near.part.hash) {
                    let mut cosines = Vec::new();
                    loaded.rows().scan(&self.codes, near.probe.base, &mut cosines);
                    // Where all cells are compared, each row is met in its own.
                    if !index.is_whole() {
                        self.scan_others(loaded, &mut cosines);
                    }
                    compared.push((near.part.hash, cosines));
                }
            }
        }
        let mut best = vec![NOT_COMPARED; core.collection.pages as usize];
        let leading = self.vector[..sketch::bits(cells.code)].to_vec();
        let mut found = Nearest { pages: Vec::new(), too_far: false, leading, compared };
        found.for_each_passage(index, |owner, cosine| {
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

    /// Compares the query with the rows of other cells in a part; what a row adds to is its own cell's, so that it is as near as if it
    /// were found there.
    fn scan_others(&self, part: &VectorPart, cosines: &mut Vec<f32>) {
        let (rows, cells) = part.others();
        let own = cosines.len();
        rows.scan(&self.codes, 0.0, cosines);
        for (cosine, &cell) in cosines[own..].iter_mut().zip(cells) {
            *cosine = match self.known.get(cell as usize) {
                Some(Some(near)) => near.probe.base + *cosine,
                _ => NOT_COMPARED,
            };
        }
    }

    /// Walks the graph, if all that this takes is loaded.
    #[inline(never)]
    fn walk(&self, index: &Index, cells: &Cells, compared: &mut Vec<(u64, Vec<f32>)>) -> bool {
        let Some(graph) = index.graph().filter(|_| self.taken().count() == cells.count()) else { return false };
        let (mut starts, mut loaded, mut first) = (Vec::new(), Vec::new(), 0);
        for near in self.taken() {
            let Some(part) = index.vectors(near.part.hash) else { return false };
            let rows = part.rows();
            starts.push(first);
            first += rows.count() as u32;
            loaded.push((near.probe.base, rows));
        }
        let place = |row: RowId| {
            let cell = starts.partition_point(|&start| start <= row.0) - 1;
            (cell, row.0 - starts[cell])
        };
        let cosine = |row: RowId| {
            let (cell, row) = place(row);
            let (base, rows) = &loaded[cell];
            base + rows.dot(RowId(row), &self.codes)
        };
        let rows = self.taken().zip(&loaded);
        compared.extend(rows.map(|(near, (_, rows))| (near.part.hash, vec![NOT_COMPARED; rows.count()])));
        for near in graph.search(GRAPH_ROWS, &mut Scratch::default(), cosine) {
            let (cell, row) = place(near.row);
            compared[cell].1[row as usize] = near.cosine;
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
    /// The parts of rows that were compared, in the order of their cells, and the cosine of each row.
    compared: Vec<(u64, Vec<f32>)>,
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
        self.for_each_passage(index, |owner, cosine| {
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

    fn for_each_passage(&self, index: &Index, mut see: impl FnMut(Owner, f32)) {
        for (hash, cosines) in &self.compared {
            let Some(loaded) = index.vectors(*hash) else { continue };
            for (row, &cosine) in cosines.iter().enumerate().filter(|&(_, &cosine)| cosine != NOT_COMPARED) {
                loaded.owners(row).iter().for_each(|&owner| see(owner, cosine));
            }
        }
    }
}
