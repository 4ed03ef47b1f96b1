//! The semantic leg: from the query's vector to ranked pages.

use crate::corpus::PageId;
use crate::index::{Core, Index, Kind, Owner, PartId};
use crate::lexical::{PageScore, Places};
use crate::vector::hnsw::Scratch;
use crate::vector::{QueryCodes, RowId, scan};
use crate::Result;

/// Rows that a search of the graph answers with: the `ef` of its walk.
const GRAPH_ROWS: usize = 200;

/// Parts to load before the leg can run, and those that can't be had.
pub(super) fn parts(index: &Index, core: &Core) -> (Vec<PartId>, Vec<String>) {
    let vectors = core.vectors.iter().map(|part| PartId { kind: Kind::Vectors, hash: part.hash });
    let graph = core.graph.map(|hash| PartId { kind: Kind::Graph, hash });
    let (mut missing, mut failures) = (Vec::new(), Vec::new());
    for id in vectors.chain(graph) {
        if index.wants(id) {
            missing.push(id);
        } else if let Some(reason) = index.failure(id) {
            failures.push([&id.to_string(), ": ", reason].concat());
        }
    }
    (missing, failures)
}

/// Stands for the cosine of a row that was not compared.
const NOT_COMPARED: f32 = f32::NEG_INFINITY;

/// Pages by the cosine of their nearest passage.
#[derive(Debug, Default)]
pub(super) struct Nearest {
    /// Best first; equal cosines in the order of pages.
    pub pages: Vec<PageScore>,
    /// The cosine of each row.
    cosines: Vec<f32>,
}

/// Compares the query with the rows that are loaded: through the graph where there is one and all rows are here, else
/// with every row.
pub(super) fn nearest(index: &Index, core: &Core, vector: &[f32]) -> Result<Nearest> {
    let codes = QueryCodes::new(vector)?;
    let loaded: Option<Vec<_>> = core.vectors.iter().map(|part| Some((part.rows, index.vectors(part.hash)?))).collect();
    let mut cosines = Vec::with_capacity(core.rows() as usize);
    match index.graph().zip(loaded) {
        Some((graph, parts)) => {
            cosines.resize(core.rows() as usize, NOT_COMPARED);
            let (mut starts, mut scorers, mut first) = (Vec::new(), Vec::new(), 0);
            for (rows, part) in parts {
                starts.push(first);
                scorers.push(part.rows().against(&codes)?);
                first += rows;
            }
            let cosine = |row: RowId| {
                let part = starts.partition_point(|&start| start <= row.0) - 1;
                scorers[part].cosine(RowId(row.0 - starts[part]))
            };
            for near in graph.search(GRAPH_ROWS, &mut Scratch::default(), cosine) {
                cosines[near.row.0 as usize] = near.cosine;
            }
        }
        None => {
            for part in &core.vectors {
                match index.vectors(part.hash) {
                    Some(loaded) => scan(&loaded.rows(), &codes, &mut cosines)?,
                    None => cosines.resize(cosines.len() + part.rows as usize, NOT_COMPARED),
                }
            }
        }
    }
    let mut best = vec![NOT_COMPARED; core.collection.pages as usize];
    let mut found = Nearest { pages: Vec::new(), cosines };
    found.for_each_passage(index, core, |owner, cosine| {
        let known = &mut best[owner.page.0 as usize];
        *known = known.max(cosine);
    });
    found.pages = PageScore::best_first(&best, |score| score != NOT_COMPARED);
    Ok(found)
}

impl Nearest {
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

    fn for_each_passage(&self, index: &Index, core: &Core, mut see: impl FnMut(Owner, f32)) {
        let mut rest = self.cosines.as_slice();
        for part in &core.vectors {
            let (cosines, after) = rest.split_at((part.rows as usize).min(rest.len()));
            rest = after;
            let Some(loaded) = index.vectors(part.hash) else { continue };
            for (row, &cosine) in cosines.iter().enumerate().filter(|&(_, &cosine)| cosine != NOT_COMPARED) {
                loaded.owners(row).iter().for_each(|&owner| see(owner, cosine));
            }
        }
    }
}
