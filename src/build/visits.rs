//! Finds how many regions and cells a query must visit for its nearest rows to lie in them, and what that costs.

use std::cmp::Reverse;

use rayon::prelude::*;

use super::grouping::{Centres, Grouped};
use super::names::{REQUEST, ROUND_TRIP};
use crate::Result;
use crate::order::best_first;
use crate::vector::{Centroids, Probe};

/// What a cell or a region needs besides its centroid where it is listed: its part's name and its number of rows.
const NAME: usize = 8;

/// Most regions that it is tried to visit.
const MOST_REGIONS: usize = 24;

/// The share of the ten nearest rows that must lie in the cells that a query is compared with. The sampled texts are a
/// little easier than readers' queries, so this is more than the 0.95 that is wanted.
pub(super) const REACHED: f64 = 0.965;

/// Most bytes for which a query by meaning chooses and loads its cells, requests and a further round trip included, even where that
/// leaves it short of [`REACHED`]: the last points of recall would cost more than all before.
const MOST_BYTES: usize = 100_000;

/// The same where all cells are in one list: they are larger, and readers' questions, which are less like the site's texts than what
/// they are chosen by, find more in those.
const MOST_BYTES_LISTED: usize = 125_000;

/// A text of the site that stands for a query.
#[derive(Clone)]
pub(super) struct Asked {
    /// The lists of cells, those of the nearest regions first.
    lists: Vec<usize>,
    /// All cells and their lists, the nearest first.
    cells: Vec<(usize, usize)>,
    /// The cells of each of the nearest rows: its own, and the second where there is one.
    nearest: Vec<[usize; 2]>,
}

/// What a query meets in its nearest regions.
struct Order<'a> {
    asked: &'a Asked,
    /// The cells, the nearest first.
    cells: Vec<usize>,
    /// The cells of those of the nearest rows whose own cell is listed: a second one does not find a row whose own centre is unknown.
    nearest: Vec<[usize; 2]>,
}

/// The cells that a query knows, and those that it visits.
pub(super) struct Visited {
    listed: Vec<bool>,
    visited: Vec<bool>,
}

/// How many regions and cells are visited, the nearest ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Visits {
    pub regions: usize,
    pub probes: usize,
    /// The share of the nearest rows that lie in these cells.
    pub recall: f64,
    /// Their bytes, on average.
    pub bytes: usize,
}

/// What a query gets of a grouping for the bytes that it may cost, if these buy anything: the more of [`REACHED`], the better, and where two reach
/// the same, the fewer bytes.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) struct Worth {
    affordable: bool,
    reached: f64,
    /// With those that every reader loads, and what another round trip weighs.
    bytes: Reverse<usize>,
}

impl Worth {
    /// Whether it gives up nothing.
    pub fn reaches_all(&self) -> bool {
        self.affordable && self.reached >= REACHED
    }
}

/// Queries that try a grouping, and what its pieces cost.
pub(super) struct Trial {
    asked: Vec<Asked>,
    /// Bytes in the core.
    fixed: usize,
    /// Bytes of each list of cells; none if there is one, in the core.
    lists: Vec<usize>,
    /// Bytes of each cell.
    cells: Vec<usize>,
}

impl Asked {
    /// A query whose nearest rows lie in these cells.
    pub fn of(centres: &Centres, query: &[f32], nearest: Vec<[usize; 2]>) -> Result<Self> {
        let lists = match &centres.regions {
            Some(regions) => regions.nearest(query)?.iter().map(|probe| probe.cell as usize).collect(),
            None => vec![0],
        };
        let (mut probes, mut places) = (Vec::<Probe>::new(), Vec::new());
        for (number, list) in centres.cells.iter().enumerate() {
            probes.extend(list.probes(query)?);
            places.extend((places.len()..probes.len()).map(|cell| (cell, number)));
        }
        let order = best_first(probes.iter().map(|probe| probe.nearness));
        Ok(Self { lists, cells: order.into_iter().map(|at| places[at]).collect(), nearest })
    }

    /// What it meets in so many regions.
    fn within(&self, regions: usize) -> Order<'_> {
        let mut open = vec![false; self.lists.len()];
        self.lists.iter().take(regions).for_each(|&list| open[list] = true);
        let open = self.cells.iter().filter(|(_, list)| open[*list]);
        let cells: Vec<usize> = open.map(|(cell, _)| *cell).collect();
        let mut listed = vec![false; self.cells.len()];
        cells.iter().for_each(|&cell| listed[cell] = true);
        let nearest = self.nearest.iter().copied().filter(|&[own, _]| listed[own]).collect();
        Order { asked: self, cells, nearest }
    }

    /// What it knows and visits.
    pub fn visit(&self, regions: usize, probes: usize) -> Visited {
        let cells = self.within(regions).cells;
        let marked = |cells: &[usize]| {
            let mut marked = vec![false; self.cells.len()];
            cells.iter().for_each(|&cell| marked[cell] = true);
            marked
        };
        Visited { visited: marked(&cells[..probes.min(cells.len())]), listed: marked(&cells) }
    }
}

impl Order<'_> {
    /// How many of the nearest rows lie in the first cells.
    fn found(&self, probes: usize) -> usize {
        let probed = &self.cells[..probes.min(self.cells.len())];
        self.nearest.iter().filter(|cells| cells.iter().any(|cell| probed.contains(cell))).count()
    }
}

impl Visited {
    /// Whether a row is found that lies in these cells, its own and a second.
    pub fn finds(&self, [own, second]: [usize; 2]) -> bool {
        self.listed[own] && (self.visited[own] || self.visited[second])
    }
}

impl Trial {
    /// Tries a grouping of rows of so many bytes.
    pub fn of(grouped: &Grouped, row: usize, asked: Vec<Asked>) -> Self {
        let centres = &grouped.centres;
        let bytes = |list: &Centroids| list.count() * (list.code().bytes() + 2 + NAME);
        let of_list = |list| bytes(list) + REQUEST;
        let (fixed, lists) = match &centres.regions {
            Some(regions) => (bytes(regions) + ROUND_TRIP, centres.cells.iter().map(of_list).collect()),
            None => (bytes(&centres.cells[0]), Vec::new()),
        };
        let cell = |(own, others): (&Vec<usize>, &Vec<usize>)| (own.len() + others.len()) * row + REQUEST;
        Self { asked, fixed, lists, cells: grouped.members.iter().zip(&grouped.spilled).map(cell).collect() }
    }

    /// The cheapest visits that reach [`REACHED`], or where these cost more than they may, those that reach most for so many bytes.
    pub fn best(&self) -> Visits {
        let left = self.most().saturating_sub(self.fixed);
        Some(self.cheapest(REACHED)).filter(|visits| visits.bytes <= left).unwrap_or_else(|| self.farthest(left))
    }

    fn most(&self) -> usize {
        if self.lists.is_empty() { MOST_BYTES_LISTED } else { MOST_BYTES }
    }

    /// What the best visits are worth.
    pub fn worth(&self) -> Worth {
        let best = self.best();
        let bytes = self.fixed + best.bytes;
        Worth { affordable: bytes <= self.most(), reached: best.recall.min(REACHED), bytes: Reverse(bytes) }
    }

    /// The cheapest visits that reach a share of the nearest rows; all, if none do.
    fn cheapest(&self, share: f64) -> Visits {
        let enough = self.numbers_of_regions().filter_map(|regions| {
            let orders = self.orders(regions);
            // Found by halving: more cells never reach less.
            let (mut few, mut enough) = (0, self.cells.len());
            if recall(&orders, enough) < share {
                return None;
            }
            while enough - few > 1 {
                let middle = few + (enough - few) / 2;
                if recall(&orders, middle) >= share { enough = middle } else { few = middle }
            }
            Some(self.visits(&orders, regions, enough))
        });
        let all = || {
            let regions = self.lists.len().max(1);
            self.visits(&self.orders(regions), regions, self.cells.len())
        };
        enough.min_by_key(|visits| visits.bytes).unwrap_or_else(all)
    }

    /// The visits that reach most for at most so many bytes, one of each at least.
    fn farthest(&self, bytes: usize) -> Visits {
        let affordable = self.numbers_of_regions().map(|regions| {
            let orders = self.orders(regions);
            let (mut most, mut many) = (1, self.cells.len() + 1);
            while many - most > 1 {
                let middle = most + (many - most) / 2;
                if self.visits(&orders, regions, middle).bytes <= bytes { most = middle } else { many = middle }
            }
            self.visits(&orders, regions, most)
        });
        let best = affordable.max_by(|a, b| a.recall.total_cmp(&b.recall).then(b.bytes.cmp(&a.bytes)));
        best.expect("one region is tried at least")
    }

    fn numbers_of_regions(&self) -> impl Iterator<Item = usize> {
        1..=self.lists.len().clamp(1, MOST_REGIONS)
    }

    fn orders(&self, regions: usize) -> Vec<Order<'_>> {
        self.asked.par_iter().map(|asked| asked.within(regions)).collect()
    }

    fn visits(&self, orders: &[Order], regions: usize, probes: usize) -> Visits {
        let of_lists = |order: &Order| -> usize {
            order.asked.lists.iter().take(regions).filter_map(|&list| self.lists.get(list)).sum()
        };
        let of_cells = |order: &Order| -> usize { order.cells.iter().take(probes).map(|&cell| self.cells[cell]).sum() };
        let bytes: usize = orders.iter().map(|order| of_lists(order) + of_cells(order)).sum();
        Visits { regions, probes, recall: recall(orders, probes), bytes: bytes / orders.len().max(1) }
    }
}

/// The share of the nearest rows that lie in the first cells; 1 if there are no queries.
fn recall(orders: &[Order], probes: usize) -> f64 {
    let all: usize = orders.iter().map(|order| order.asked.nearest.len()).sum();
    let found: usize = orders.iter().map(|order| order.found(probes)).sum();
    if all == 0 { 1.0 } else { found as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three regions of two cells each. The nearest rows of the first query lie in its two nearest cells, of which the second is of
    /// the second region; those of the other in its nearest alone.
    fn trial() -> Trial {
        let cells = |order: [usize; 6]| order.map(|cell| (cell, cell / 2)).to_vec();
        let asked = vec![
            Asked {
                lists: vec![0, 1, 2],
                cells: cells([0, 2, 1, 3, 4, 5]),
                nearest: vec![[0, 0], [0, 0], [2, 2], [2, 3]],
            },
            Asked {
                lists: vec![2, 1, 0],
                cells: cells([5, 4, 3, 2, 1, 0]),
                nearest: vec![[5, 5], [5, 0], [4, 5], [5, 5]],
            },
        ];
        Trial { asked, fixed: 7, lists: vec![10; 3], cells: vec![100; 6] }
    }

    #[test]
    fn the_cheapest_visits_reach_what_they_must() {
        assert_eq!(trial().cheapest(0.7), Visits { regions: 1, probes: 1, recall: 0.75, bytes: 110 });
        assert_eq!(trial().cheapest(1.0), Visits { regions: 2, probes: 2, recall: 1.0, bytes: 220 });
    }

    #[test]
    fn where_nothing_reaches_so_many_all_is_visited() {
        assert_eq!(trial().cheapest(1.5), Visits { regions: 3, probes: 6, recall: 1.0, bytes: 630 });
    }

    #[test]
    fn the_farthest_visits_stay_within_their_bytes() {
        assert_eq!(trial().farthest(219), Visits { regions: 2, probes: 1, recall: 0.75, bytes: 120 });
        assert_eq!(trial().farthest(220), Visits { regions: 2, probes: 2, recall: 1.0, bytes: 220 });
        assert_eq!(trial().farthest(0).probes, 1);
    }

    #[test]
    fn what_costs_too_much_is_given_up_and_what_cannot_be_afforded_is_worth_least() {
        let with_cells_of = |bytes| Trial { cells: vec![bytes; 6], ..trial() };
        assert_eq!(with_cells_of(40_000).best(), Visits { regions: 2, probes: 2, recall: 1.0, bytes: 80_020 });
        assert_eq!(with_cells_of(60_000).best(), Visits { regions: 1, probes: 1, recall: 0.75, bytes: 60_010 });
        let worth = [200_000, 60_000, 40_000, 30_000].map(|bytes| with_cells_of(bytes).worth());
        assert!(worth.is_sorted() && worth[0] < worth[1]);
        assert_eq!(worth.map(|worth| worth.reaches_all()), [false, false, true, true]);
        // One list may cost more.
        let mut listed = with_cells_of(60_000);
        listed.lists.clear();
        for asked in &mut listed.asked {
            asked.lists = vec![0];
            asked.cells.iter_mut().for_each(|(_, list)| *list = 0);
        }
        assert!(listed.worth().reaches_all());
    }

    #[test]
    fn cells_of_other_regions_are_passed_over() {
        let trial = trial();
        let finds = |regions, cells| trial.asked[0].visit(regions, 2).finds(cells);
        assert!(finds(1, [0, 0]) && finds(1, [1, 1]) && !finds(1, [2, 2]));
        assert!(finds(2, [0, 0]) && !finds(2, [1, 1]) && finds(2, [2, 2]));
    }

    #[test]
    fn a_second_cell_finds_rows_whose_own_is_listed() {
        let trial = trial();
        let finds = |regions, cells| trial.asked[0].visit(regions, 1).finds(cells);
        assert!(finds(1, [1, 0]), "its own cell is near, but not among the visited");
        assert!(!finds(1, [2, 0]) && finds(2, [2, 0]), "the region of its own cell");
    }

    #[test]
    fn a_site_without_samples_visits_one_cell() {
        let trial = Trial { asked: Vec::new(), ..trial() };
        assert_eq!(trial.cheapest(1.0), Visits { regions: 1, probes: 1, recall: 1.0, bytes: 0 });
    }
}
