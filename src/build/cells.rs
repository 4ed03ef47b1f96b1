//! Lays out the vector rows: how they are packed, in which cells they lie, and how many of these a query needs.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::names::REQUEST;
use super::rows::Passages;
use crate::Result;
use crate::corpus::PageId;
use crate::index::{Cells, Kind, Owner, RawPart, VectorPart, VectorsRef};
use crate::vector::cells::halved;
use crate::vector::cluster::{assign, centroids, dot};
use crate::vector::projection::Components;
use crate::vector::{self, Centroids, PackedRows, Projection, RowCode};

/// How rows may be packed, by the bytes that it takes: dimensions in 4 bits, dimensions in 2 bits (docs/vectors.md).
const SHAPES: [(usize, usize); 4] = [(64, 64), (64, 128), (64, 192), (192, 0)];

/// The share of the ten nearest by the encoder's own vectors that must be among the ten nearest by the rows, measured without
/// cells, which add one or two in a hundred.
const KEPT: f64 = 0.89;

/// How far below the best shape one may be where none keeps so many: on a large site the ten nearest are closer together.
const NEAR_BEST: f64 = 0.02;

/// The share of the ten nearest rows that must lie in the cells that a query is compared with. The sampled texts are a
/// little easier than readers' queries, so this is more than the 0.95 that is wanted.
const REACHED: f64 = 0.965;

/// Nearest rows that are looked for when something is measured.
const NEAREST: usize = 10;

/// Rows that are compared when shapes are: the share that is kept hardly depends on their number.
const COMPARED: usize = 4_000;

/// Rows in a cell, on average: the sizes that are tried. Smaller cells waste less, but more centroids lie in the core.
const CELL_SIZES: [usize; 4] = [40, 80, 160, 320];

/// How cells are chosen, by the size of the site (docs/vectors.md).
struct Rules {
    /// Most cells: their centroids are loaded by every reader.
    most_cells: usize,
    /// Whether the leading dimensions of centroids have 4 bits as those of rows, rather than 2. It orders the cells a little
    /// better for twice the bytes.
    fine_centroids: bool,
    /// The share of the ten nearest rows at which numbers of cells are compared by what they cost.
    compared_at: f64,
    /// Most bytes of cells, requests included, that a query loads, even where that leaves it short of [`REACHED`].
    most_bytes: usize,
}

/// Rows above which a site is large: the last points of recall would cost more than all before.
const LARGE: usize = 20_000;

impl Rules {
    fn of(rows: usize) -> Self {
        match rows > LARGE {
            false => Self { most_cells: 256, fine_centroids: true, compared_at: REACHED, most_bytes: usize::MAX },
            true => Self { most_cells: 512, fine_centroids: false, compared_at: 0.93, most_bytes: 112_000 },
        }
    }
}

/// What the rows of a cell need in the core besides the centroid: its part's name and its number of rows.
const NAME: usize = 10;

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
    pub centroids: Centroids,
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
    /// Chooses the layout whose first answers are smallest among those that keep enough.
    pub fn choose(passages: &Passages, source: usize) -> Result<Self> {
        let components = Components::of(&passages.vectors, source);
        let shape = shape(passages, &components, source)?;
        let projection = components.projection(shape.0, shape.1);
        let (rows, samples) = (projection.apply_all(&passages.vectors)?, projection.apply_all(&passages.samples)?);

        let mut best: Option<(usize, Grouped)> = None;
        let rules = Rules::of(rows.len());
        let sizes = CELL_SIZES.map(|size| rows.len().div_ceil(size).min(rules.most_cells));
        let of_centroids = if rules.fine_centroids { shape } else { (0, shape.0 + shape.1) };
        let mut counts: Vec<usize> = sizes.into_iter().chain([1]).collect();
        counts.sort_unstable();
        counts.dedup();
        for count in counts {
            let grouped = Grouped::new(&rows, count, of_centroids)?;
            let cost = grouped.cost(&rows, &samples, shape, rules.compared_at)?;
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, grouped));
            }
        }
        let (_, grouped) = best.expect("one count at least is tried");
        let code = RowCode::fit(shape.0, shape.1, &grouped.residuals(&rows))?;
        Ok(Self { projection, code, centroids: grouped.centroids })
    }

    /// Projects, packs and groups the passages' vectors, and writes projection and cells as parts.
    pub fn write(&self, passages: &Passages, parts: &mut Vec<RawPart>) -> Result<Laid> {
        let (rows, samples) =
            (self.projection.apply_all(&passages.vectors)?, self.projection.apply_all(&passages.samples)?);
        let grouped = Grouped::about(self.centroids.clone(), &rows);
        let residuals = grouped.residuals(&rows);
        let projection = RawPart::new(Kind::Projection, &self.projection.write())?;
        let mut cells = Cells {
            source: self.projection.source() as u32,
            code: self.code,
            projection: projection.id.hash,
            centroids: grouped.centroids,
            probes: 0,
            reach: 0.0,
            recall: 0.0,
            kept: 0.0,
            cut_off: f32::NEG_INFINITY,
            parts: Vec::new(),
            graph: None,
        };
        parts.push(projection);
        let (mut vectors, mut packed, mut pages) = (Vec::new(), Vec::new(), Vec::new());
        for members in &grouped.members {
            let codes = vector::pack(self.code, &members.iter().map(|&row| &residuals[row]).collect::<Vec<_>>())?;
            let owners: Vec<&[Owner]> = members.iter().map(|&row| passages.owners[row].as_slice()).collect();
            pages.push(owners.iter().copied().flatten().map(|owner| owner.page).collect());
            let part = RawPart::new(Kind::Vectors, &VectorPart::write(owners.into_iter(), &codes))?;
            cells.parts.push(VectorsRef { rows: members.len() as u32, hash: part.id.hash });
            parts.push(part);
            packed.push(codes);
            vectors.extend(members.iter().map(|&row| rows[row].clone()));
        }
        calibrate(&mut cells, &packed, &samples, &nearest_by_encoder(passages, &grouped.members))?;
        Ok(Laid { cells, vectors, pages })
    }
}

/// The smallest shape that keeps enough; where none does, the smallest that keeps nearly as much as any.
fn shape(passages: &Passages, components: &Components, source: usize) -> Result<(usize, usize)> {
    let mut tried = Vec::new();
    for shape in SHAPES {
        let kept = if shape.0 + shape.1 >= source { 1.0 } else { kept(passages, components, shape)? };
        if kept >= KEPT {
            return Ok(shape);
        }
        tried.push((shape, kept));
    }
    let best = tried.iter().map(|(_, kept)| *kept).fold(0.0, f64::max);
    let near = tried.iter().find(|(_, kept)| *kept >= best - NEAR_BEST);
    Ok(near.map_or(SHAPES[SHAPES.len() - 1], |(shape, _)| *shape))
}

/// Rows about their centroids.
struct Grouped {
    centroids: Centroids,
    /// The rows of each cell, in their order.
    members: Vec<Vec<usize>>,
}

impl Grouped {
    /// Groups rows in at most `count` cells about centroids of a shape; each is in the cell whose stored centroid is nearest.
    fn new(rows: &[Vec<f32>], count: usize, shape: (usize, usize)) -> Result<Self> {
        let mean: Vec<f32> = mean(rows).into_iter().map(halved).collect();
        let less = |vectors: &[Vec<f32>]| -> Vec<Vec<f32>> {
            vectors.iter().map(|vector| vector.iter().zip(&mean).map(|(x, m)| x - m).collect()).collect()
        };
        let mut centres = centroids(rows, count);
        loop {
            let centred = less(&centres);
            // Rows are stored less what these bits say, so that what they lose is not lost.
            let code = RowCode::fit(shape.0, shape.1, &centred)?;
            let centroids = Centroids::open(mean.clone(), code, centred.len(), vector::pack(code, &centred)?)?;
            let grouped = Self::about(centroids, rows);
            let empty = grouped.members.iter().filter(|members| members.is_empty()).count();
            if empty == 0 || empty == grouped.members.len() {
                return Ok(grouped);
            }
            let used = centres.into_iter().zip(&grouped.members).filter(|(_, members)| !members.is_empty());
            centres = used.map(|(centre, _)| centre).collect();
        }
    }

    /// Puts each row into the cell whose centroid is nearest; cells may stay empty.
    fn about(centroids: Centroids, rows: &[Vec<f32>]) -> Self {
        let centres: Vec<Vec<f32>> = (0..centroids.count()).map(|cell| centroids.centre(cell as u32)).collect();
        let mut members = vec![Vec::new(); centres.len()];
        for (row, cell) in assign(rows, &centres).into_iter().enumerate() {
            members[cell as usize].push(row);
        }
        Self { centroids, members }
    }

    /// Rows less their cells' centres.
    fn residuals(&self, rows: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let mut residuals = vec![Vec::new(); rows.len()];
        for (cell, members) in self.members.iter().enumerate() {
            let centre = self.centroids.centre(cell as u32);
            for &row in members {
                residuals[row] = rows[row].iter().zip(&centre).map(|(x, c)| x - c).collect();
            }
        }
        residuals
    }

    /// About how many bytes a first answer costs: centroids, and the cells in which a query finds a share of its nearest rows, on
    /// average, of rows of a shape.
    fn cost(&self, rows: &[Vec<f32>], samples: &[Vec<f32>], shape: (usize, usize), share: f64) -> Result<usize> {
        let mut cell_of = vec![0u32; rows.len()];
        for (cell, members) in self.members.iter().enumerate() {
            members.iter().for_each(|&row| cell_of[row] = cell as u32);
        }
        let code = self.centroids.code();
        let fixed = self.members.len() * (code.bytes() + 2 + NAME);
        let asked = samples.par_iter().map(|sample| {
            let scores: Vec<f32> = rows.iter().map(|row| dot(row, sample)).collect();
            let nearest =
                vector::top_k(&scores, NEAREST).into_iter().map(|near| cell_of[near.row.0 as usize]).collect();
            Ok((self.order(sample)?, nearest))
        });
        let asked: Vec<(Vec<u32>, Vec<u32>)> = asked.collect::<Result<_>>()?;
        let (probes, _) = probes(&asked, self.members.len(), share);
        let row = row_bytes(shape);
        let bytes = |cell: &u32| self.members[*cell as usize].len() * row + REQUEST;
        let probed: usize = asked.iter().flat_map(|(order, _)| &order[..probes]).map(bytes).sum();
        Ok(fixed + probed / asked.len().max(1))
    }

    fn order(&self, sample: &[f32]) -> Result<Vec<u32>> {
        Ok(self.centroids.nearest(sample)?.iter().map(|probe| probe.cell).collect())
    }
}

/// For each sample the nearest passages by the encoder's own vectors, by their places among the stored rows.
fn nearest_by_encoder(passages: &Passages, members: &[Vec<usize>]) -> Vec<Vec<u32>> {
    let order: Vec<&Vec<f32>> = members.iter().flatten().map(|&row| &passages.vectors[row]).collect();
    let nearest = |sample: &Vec<f32>| {
        let scores: Vec<f32> = order.iter().map(|vector| dot(vector, sample)).collect();
        vector::top_k(&scores, NEAREST).iter().map(|near| near.row.0).collect()
    };
    passages.samples.par_iter().map(nearest).collect()
}

/// Sets how many cells a query needs for its nearest rows to lie in them, and measures over the rows as they are stored
/// what is then found of the nearest rows and of the nearest passages by the encoder's own vectors.
fn calibrate(cells: &mut Cells, packed: &[Vec<u8>], samples: &[Vec<f32>], exact: &[Vec<u32>]) -> Result<()> {
    let mut cell_of = Vec::new();
    for (cell, part) in cells.parts.iter().enumerate() {
        cell_of.resize(cell_of.len() + part.rows as usize, cell as u32);
    }
    let asked = samples.par_iter().map(|sample| {
        let codes = cells.code.query(sample)?;
        let order = cells.centroids.nearest(sample)?;
        let mut probes = order.clone();
        probes.sort_unstable_by_key(|probe| probe.cell);
        let mut scores = Vec::new();
        for ((part, packed), probe) in cells.parts.iter().zip(packed).zip(&probes) {
            PackedRows::parse(cells.code, part.rows as usize, packed)?.scan(&codes, probe.base, &mut scores);
        }
        let nearest = vector::top_k(&scores, NEAREST);
        let last = nearest.last().map_or(f32::NEG_INFINITY, |last| last.cosine);
        let cells: Vec<u32> = nearest.into_iter().map(|near| cell_of[near.row.0 as usize]).collect();
        let reach =
            |&cell: &u32| (last - probes[cell as usize].base) / probes[cell as usize].room.max(f32::MIN_POSITIVE);
        let reaches = cells.iter().map(reach).collect();
        Ok(Asked { order: order.into_iter().map(|probe| probe.cell).collect(), cells, reaches, scores })
    });
    let asked: Vec<Asked> = asked.collect::<Result<_>>()?;
    let needed: Vec<(Vec<u32>, Vec<u32>)> =
        asked.iter().map(|asked| (asked.order.clone(), asked.cells.clone())).collect();
    let row = row_bytes((cells.code.fine(), cells.code.coarse()));
    let cell = cells.rows() as usize * row / cells.parts.len().max(1) + REQUEST;
    let (wanted, recall) = probes(&needed, cells.parts.len(), REACHED);
    let affordable = (Rules::of(cells.rows() as usize).most_bytes / cell).max(1);
    let (probes, recall) =
        if wanted <= affordable { (wanted, recall) } else { (affordable, reached(&needed, affordable)) };
    let found = asked.par_iter().zip(exact).map(|(asked, exact)| {
        let probed = &asked.order[..probes];
        let score = |(row, &score)| if probed.contains(&cell_of[row]) { score } else { f32::NEG_INFINITY };
        let scores: Vec<f32> = asked.scores.iter().enumerate().map(score).collect();
        let found = vector::top_k(&scores, NEAREST).iter().filter(|near| exact.contains(&near.row.0)).count();
        found as f64 / exact.len().max(1) as f64
    });
    let found: Vec<f64> = found.collect();
    cells.kept = (found.iter().sum::<f64>() / found.len().max(1) as f64) as f32;
    (cells.probes, cells.recall) = (probes as u32, recall as f32);
    let mut reaches: Vec<f32> = asked.iter().flat_map(|asked| asked.reaches.iter().copied()).collect();
    reaches.sort_by(f32::total_cmp);
    cells.reach = reaches.get((reaches.len() as f64 * REACHED) as usize).copied().unwrap_or(1.0);
    Ok(())
}

/// A text of the site that stands for a query, compared with all rows.
struct Asked {
    /// The cells, the nearest first.
    order: Vec<u32>,
    /// The cells of the nearest rows.
    cells: Vec<u32>,
    /// How much of each of these cells' rooms it takes for a row to be among the nearest.
    reaches: Vec<f32>,
    /// The cosine of each row.
    scores: Vec<f32>,
}

/// The least number of cells that reach a share of the nearest rows, and what they reach; for each query, `asked` has the order
/// of the cells and the cells of the nearest rows.
fn probes(asked: &[(Vec<u32>, Vec<u32>)], cells: usize, share: f64) -> (usize, f64) {
    // Found by halving: more cells never reach less.
    let (mut few, mut enough) = (0, cells);
    while enough - few > 1 {
        let middle = few + (enough - few) / 2;
        if reached(asked, middle) >= share { enough = middle } else { few = middle }
    }
    (enough, reached(asked, enough))
}

/// The share of the nearest rows that lie in the first `probes` cells of their query's order; 1 if there are no queries.
fn reached(asked: &[(Vec<u32>, Vec<u32>)], probes: usize) -> f64 {
    let all: usize = asked.iter().map(|(_, nearest)| nearest.len()).sum();
    let within = |(order, nearest): &(Vec<u32>, Vec<u32>)| {
        let probed = &order[..probes.min(order.len())];
        nearest.iter().filter(|cell| probed.contains(cell)).count()
    };
    if all == 0 { 1.0 } else { asked.iter().map(within).sum::<usize>() as f64 / all as f64 }
}

/// Bytes of a row in a cell, with its scale and its owner.
fn row_bytes((fine, coarse): (usize, usize)) -> usize {
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

/// The mean of vectors of like dimensions.
fn mean(vectors: &[Vec<f32>]) -> Vec<f32> {
    let mut sum = vec![0f64; vectors.first().map_or(0, Vec::len)];
    for vector in vectors {
        sum.iter_mut().zip(vector).for_each(|(sum, &x)| *sum += f64::from(x));
    }
    sum.iter().map(|sum| (sum / vectors.len().max(1) as f64) as f32).collect()
}
