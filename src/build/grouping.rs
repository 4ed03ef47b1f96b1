//! Groups rows about centres: cells in one list, or regions of cells.
//!
//! Regions group the centres of cells, not rows: cells of regions that were found first are worse, by as much as half of the bytes
//! of a query (docs/vectors.md).

use rayon::prelude::*;

use crate::Result;
use crate::bytes::{Reader, Writer};
use crate::vector::cells::halved;
use crate::vector::cluster::{assign, centroids, dot};
use crate::vector::{self, Centroids, RowCode, top_k};

/// How much it weighs against a second cell that a row lies beside its centre as it does beside its own (λ in SOAR).
const OBLIQUE: f32 = 2.0;

/// Nearest cells of which the second is chosen.
const SECONDS: usize = 16;

/// The centres of cells, as a query meets them: rows are stored less what these bits say, so that what they lose is not lost.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Centres {
    /// Those of the regions, if there are any.
    pub regions: Option<Centroids>,
    /// Those of the cells, region by region; in one list if there are no regions.
    pub cells: Vec<Centroids>,
}

/// Rows about centres.
#[derive(Clone)]
pub(super) struct Grouped {
    pub centres: Centres,
    /// The rows of each cell, in their order; the cells as in `centres`, numbered through.
    pub members: Vec<Vec<usize>>,
    /// The rows of other cells that lie in each cell as well, in their order.
    pub spilled: Vec<Vec<usize>>,
}

impl Centres {
    /// The centre of each cell.
    pub fn all(&self) -> Vec<Vec<f32>> {
        self.cells.iter().flat_map(centres).collect()
    }

    /// Writes them as a fit keeps them.
    ///
    /// ```text
    /// centres := 0 count centroids | 1 count centroids code (count row*)*     rows of each region's cells
    /// ```
    pub fn write(&self, out: &mut Writer) {
        let top = self.regions.as_ref().unwrap_or(&self.cells[0]);
        out.0.push(u8::from(self.regions.is_some()));
        out.count(top.count());
        top.write(out);
        if self.regions.is_some() {
            self.cells[0].code().write(out);
            for list in &self.cells {
                out.count(list.count());
                out.raw(list.bytes());
            }
        }
    }

    /// Reads centres of vectors of `dims` dimensions.
    pub fn read(reader: &mut Reader, dims: usize) -> Result<Self> {
        let in_regions = reader.byte()? == 1;
        let count = reader.count(1)?;
        let top = Centroids::read(reader, count, dims)?;
        if !in_regions {
            return Ok(Self { regions: None, cells: vec![top] });
        }
        let code = RowCode::read(reader)?;
        let list = |region| {
            let count = reader.count(code.bytes() + 2)?;
            let rows = reader.raw(count * (code.bytes() + 2))?.to_vec();
            Centroids::open(top.centre(region), code, count, rows)
        };
        let cells = (0..count as u32).map(list).collect::<Result<_>>()?;
        Ok(Self { regions: Some(top), cells })
    }
}

impl Grouped {
    /// Groups rows in at most `count` cells about centroids of a shape.
    pub fn in_cells(rows: &[Vec<f32>], count: usize, shape: (usize, usize)) -> Result<Self> {
        let mean: Vec<f32> = mean(rows).into_iter().map(halved).collect();
        let mut centres = centroids(rows, count);
        loop {
            let code = RowCode::fit(shape.0, shape.1, &less(&centres, &mean))?;
            let grouped = Self::about(Centres { regions: None, cells: vec![pack(code, &mean, &centres)?] }, rows);
            if !grouped.drop_empty(&mut centres) {
                return Ok(grouped);
            }
        }
    }

    /// Groups rows in cells about these centres, and the cells in at most `regions` regions, about centroids of a shape.
    pub fn in_regions(
        rows: &[Vec<f32>],
        mut cells: Vec<Vec<f32>>,
        regions: usize,
        shape: (usize, usize),
    ) -> Result<Self> {
        loop {
            let tops = Self::in_cells(&cells, regions, shape)?;
            let residuals = tops.residuals(&cells);
            let code = RowCode::fit(shape.0, shape.1, &residuals)?;
            let list = |(top, members): (&Vec<f32>, &Vec<usize>)| {
                pack(code, top, &members.iter().map(|&cell| cells[cell].clone()).collect::<Vec<_>>())
            };
            let lists = tops.centres.all().iter().zip(&tops.members).map(list).collect::<Result<_>>()?;
            let order = tops.members.concat();
            cells = order.into_iter().map(|cell| std::mem::take(&mut cells[cell])).collect();
            let regions = tops.centres.cells.into_iter().next();
            let grouped = Self::about(Centres { regions, cells: lists }, rows);
            if !grouped.drop_empty(&mut cells) {
                return Ok(grouped);
            }
        }
    }

    /// Puts each row into the cell whose centre is nearest; cells may stay empty.
    pub fn about(centres: Centres, rows: &[Vec<f32>]) -> Self {
        let all = centres.all();
        let mut members = vec![Vec::new(); all.len()];
        for (row, cell) in assign(rows, &all).into_iter().enumerate() {
            members[cell as usize].push(row);
        }
        let spilled = vec![Vec::new(); members.len()];
        Self { centres, members, spilled }
    }

    /// Puts each row into a second cell besides its own, the better of those whose centre is near: not only near, but such that what
    /// the row is beside it is not like what it is beside its own. Where the query lies so that one cell hides the row, it then
    /// finds it in the other (P. Sun, D. Simcha, D. Dopson, R. Guo and S. Kumar, "SOAR: Improved Indexing for Approximate Nearest
    /// Neighbor Search", 2023).
    pub fn spill(mut self, rows: &[Vec<f32>]) -> Self {
        let centres = self.centres.all();
        let halves: Vec<f32> = centres.iter().map(|centre| dot(centre, centre) / 2.0).collect();
        let own = self.cells_of_rows();
        let second = |(row, [own, _]): (&Vec<f32>, &[usize; 2])| {
            let nearness = centres.iter().zip(&halves).map(|(centre, half)| dot(row, centre) - half);
            let nearness: Vec<f32> = nearness.collect();
            let beside = difference(row, &centres[*own]);
            let square = dot(&beside, &beside).max(f32::MIN_POSITIVE);
            let loss = |cell: usize| {
                let other = difference(row, &centres[cell]);
                dot(&other, &other) + OBLIQUE * dot(&other, &beside).powi(2) / square
            };
            let near = top_k(&nearness, SECONDS + 1).into_iter().map(|near| near.row.0 as usize);
            near.filter(|cell| cell != own).min_by(|&a, &b| loss(a).total_cmp(&loss(b)))
        };
        let seconds: Vec<Option<usize>> = rows.par_iter().zip(&own).map(second).collect();
        for (row, cell) in seconds.into_iter().enumerate() {
            if let Some(cell) = cell {
                self.spilled[cell].push(row);
            }
        }
        self
    }

    /// Whether rows lie in a second cell.
    pub fn is_spilled(&self) -> bool {
        self.spilled.iter().any(|others| !others.is_empty())
    }

    /// For each row its own cell, and the second; its own again if there is none.
    pub fn cells_of_rows(&self) -> Vec<[usize; 2]> {
        let mut cells = vec![[0; 2]; self.members.iter().map(Vec::len).sum()];
        for (cell, members) in self.members.iter().enumerate() {
            members.iter().for_each(|&row| cells[row] = [cell; 2]);
        }
        for (cell, others) in self.spilled.iter().enumerate() {
            others.iter().for_each(|&row| cells[row][1] = cell);
        }
        cells
    }

    /// Rows less their cells' centres.
    pub fn residuals(&self, rows: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let mut residuals = vec![Vec::new(); rows.len()];
        for (centre, members) in self.centres.all().iter().zip(&self.members) {
            for &row in members {
                residuals[row] = difference(&rows[row], centre);
            }
        }
        residuals
    }

    /// Drops the centres of cells that have no row, unless none has any; says whether there were some.
    fn drop_empty(&self, cells: &mut Vec<Vec<f32>>) -> bool {
        let empty = self.members.iter().filter(|members| members.is_empty()).count();
        if empty == 0 || empty == self.members.len() {
            return false;
        }
        let mut members = self.members.iter();
        cells.retain(|_| members.next().is_some_and(|members| !members.is_empty()));
        true
    }
}

fn centres(list: &Centroids) -> Vec<Vec<f32>> {
    (0..list.count() as u32).map(|cell| list.centre(cell)).collect()
}

fn pack(code: RowCode, about: &[f32], centres: &[Vec<f32>]) -> Result<Centroids> {
    Centroids::open(about.to_vec(), code, centres.len(), vector::pack(code, &less(centres, about))?)
}

fn less(vectors: &[Vec<f32>], other: &[f32]) -> Vec<Vec<f32>> {
    vectors.iter().map(|vector| difference(vector, other)).collect()
}

/// One vector less another.
pub(super) fn difference(vector: &[f32], other: &[f32]) -> Vec<f32> {
    vector.iter().zip(other).map(|(x, y)| x - y).collect()
}

/// The mean of vectors of like dimensions.
pub(super) fn mean(vectors: &[Vec<f32>]) -> Vec<f32> {
    let mut sum = vec![0f64; vectors.first().map_or(0, Vec::len)];
    for vector in vectors {
        sum.iter_mut().zip(vector).for_each(|(sum, &x)| *sum += f64::from(x));
    }
    sum.iter().map(|sum| (sum / vectors.len().max(1) as f64) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use crate::vector::cluster::dot;

    /// Vectors about so many matters, the same each time.
    fn rows(count: usize, matters: usize) -> Vec<Vec<f32>> {
        let mut random = Random(7);
        let mut vector = |scale: f64| -> Vec<f32> { (0..64).map(|_| (random.normal() * scale) as f32).collect() };
        let centres: Vec<Vec<f32>> = (0..matters).map(|_| vector(1.0)).collect();
        let near = |at: usize| centres[at % matters].iter().zip(vector(0.2)).map(|(c, x)| c + x).collect();
        (0..count).map(near).collect()
    }

    #[test]
    fn every_row_lies_in_one_cell_about_whose_centre_it_is_small() {
        let rows = rows(400, 12);
        let grouped = Grouped::in_cells(&rows, 20, (64, 0)).unwrap();
        let mut all: Vec<usize> = grouped.members.concat();
        all.sort_unstable();
        assert_eq!(all, (0..400).collect::<Vec<_>>());
        let residuals = grouped.residuals(&rows);
        let length = |vectors: &[Vec<f32>]| vectors.iter().map(|vector| dot(vector, vector)).sum::<f32>();
        assert!(length(&residuals) < length(&rows) / 4.0);
    }

    fn in_regions(rows: &[Vec<f32>]) -> Grouped {
        Grouped::in_regions(rows, centroids(rows, 20), 5, (0, 64)).unwrap()
    }

    #[test]
    fn regions_hold_neighbouring_cells_and_none_is_empty() {
        let rows = rows(400, 12);
        let grouped = in_regions(&rows);
        let regions = grouped.centres.regions.as_ref().unwrap();
        assert_eq!(grouped.centres.cells.len(), regions.count());
        assert!((2..=5).contains(&regions.count()) && grouped.members.len() > 10, "{}", grouped.members.len());
        assert!(grouped.members.iter().all(|members| !members.is_empty()));
        for (cell, members) in grouped.members.iter().enumerate() {
            for &row in members {
                assert_eq!(assign(&[&rows[row]], &grouped.centres.all())[0] as usize, cell);
            }
        }
        // A region's centre is stored in few bits, so that a cell between two may lie nearer to the other's.
        let tops = centres(regions);
        for (region, list) in grouped.centres.cells.iter().enumerate() {
            let own = assign(&centres(list), &tops);
            let near = own.iter().filter(|&&other| other as usize == region).count();
            assert!(near * 10 >= own.len() * 9, "{near} of {} cells of region {region}", own.len());
        }
    }

    #[test]
    fn a_row_lies_in_two_cells_if_they_are_spilled() {
        let rows = rows(400, 12);
        let grouped = in_regions(&rows);
        assert!(!grouped.is_spilled());
        assert!(grouped.cells_of_rows().iter().all(|[own, second]| own == second));
        let spilled = grouped.clone().spill(&rows);
        assert!(spilled.is_spilled() && spilled.members == grouped.members);
        let mut all: Vec<usize> = spilled.spilled.concat();
        all.sort_unstable();
        assert_eq!(all, (0..400).collect::<Vec<_>>());
        assert!(spilled.cells_of_rows().iter().all(|[own, second]| own != second));
        assert!(spilled.spilled.iter().all(|others| others.is_sorted()));
    }

    #[test]
    fn rows_of_one_cell_have_no_second() {
        let rows = rows(9, 1);
        assert!(!Grouped::in_cells(&rows, 1, (64, 0)).unwrap().spill(&rows).is_spilled());
    }

    #[test]
    fn a_grouping_does_not_depend_on_the_number_of_threads() {
        let rows = rows(300, 9);
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| in_regions(&rows).spill(&rows))
        };
        let (one, three) = (on(1), on(3));
        assert!((one.centres, one.members, one.spilled) == (three.centres, three.members, three.spilled));
    }

    #[test]
    fn centres_read_back_and_damage_is_found() {
        let rows = rows(200, 7);
        for centres in [Grouped::in_cells(&rows, 9, (64, 0)).unwrap().centres, in_regions(&rows).centres] {
            let mut out = Writer::default();
            centres.write(&mut out);
            let read = |bytes: &[u8]| {
                let mut reader = Reader::new(bytes);
                let centres = Centres::read(&mut reader, 64)?;
                reader.end().map(|()| centres)
            };
            assert_eq!(read(&out.0).unwrap(), centres);
            for end in 0..out.0.len() {
                assert!(read(&out.0[..end]).is_err(), "cut at {end}");
            }
        }
    }
}
