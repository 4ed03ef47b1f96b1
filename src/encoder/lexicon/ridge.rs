//! Ridge regression towards a prior, by conjugate gradients.
//!
//! The normal equations are `(Aᵀ W A + λ I) (E − s E₀) = Aᵀ W (Y − s A E₀)`. Each column of `Y` is a system of its own, so
//! that blocks of columns are solved side by side; which thread takes which block changes no bit of the result. The
//! algorithm is Shewchuk's "preconditioned conjugate gradient method" (An Introduction to the Conjugate Gradient Method
//! Without the Agonizing Pain, B3) with the diagonal as preconditioner: words differ in frequency by four orders.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::sparse::{Block, LANES, SparseRows};
use crate::{Error, ErrorKind, Result};

/// A fit to be made; see the module's formula.
pub struct Ridge<'p> {
    /// `A`: for each text the shares of its words.
    pub rows: &'p SparseRows,
    /// `w`: what each row counts.
    pub weights: &'p [f32],
    /// `Y`: the vector that each row should give.
    pub targets: &'p [&'p [f32]],
    /// `E₀`: for each column of `A` the vector that it has before anything is known.
    pub prior: &'p [Vec<f32>],
    /// `λ`: at 0 the prior counts only for what the rows leave open, at infinity the rows count nothing.
    pub lambda: f32,
    /// Most steps of the solver.
    pub steps: usize,
}

/// What all blocks share.
struct System {
    /// `Aᵀ W`.
    columns: SparseRows,
    /// `1 / (Aᵀ W A + λ I)_jj`.
    inverse: Vec<f32>,
    /// `s`.
    scale: f32,
}

/// A column is solved when its residual is this small a part of what it was.
const TOLERANCE: f64 = 1e-3;

impl Ridge<'_> {
    /// The vectors `E`, one for each column of `A`. The same bits for any number of threads.
    ///
    /// `progress` is called from any thread with the share that is done, 0 to 1; when `cancel` is set, the solver stops
    /// within a second.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`].
    pub fn solve(&self, progress: &(dyn Fn(f32) + Sync), cancel: &AtomicBool) -> Result<Vec<Vec<f32>>> {
        let dims = self.prior.first().map_or(0, Vec::len);
        let blocks: Vec<usize> = (0..dims.div_ceil(LANES)).collect();
        let system = System {
            columns: self.rows.transposed(self.weights),
            inverse: self.inverse_diagonal(),
            scale: self.scale(&blocks),
        };
        let done = AtomicUsize::new(0);
        let total = (blocks.len() * self.steps).max(1);
        let step = |steps: usize| {
            progress((done.fetch_add(steps, Ordering::Relaxed) + steps) as f32 / total as f32);
            !cancel.load(Ordering::Relaxed)
        };
        let solved: Vec<Option<Block>> =
            blocks.par_iter().with_max_len(1).map(|&block| self.solve_block(block, &system, &step)).collect();
        let Some(solved) = solved.into_iter().collect::<Option<Vec<Block>>>() else {
            return Err(Error::new(ErrorKind::Cancelled, "stopped while fitting the words' vectors"));
        };
        let vector = |word: usize| solved.iter().flat_map(|block| block[word]).take(dims).collect();
        Ok((0..self.prior.len()).map(vector).collect())
    }

    /// `s = ⟨A E₀, Y⟩ / ⟨A E₀, A E₀⟩`, the scale at which the prior explains the targets best.
    fn scale(&self, blocks: &[usize]) -> f32 {
        let sums: Vec<(f64, f64)> = blocks
            .par_iter()
            .map(|&block| {
                let guess = self.rows.times(&gather(self.prior, block));
                let targets = gather(self.targets, block);
                let cells = guess.as_flattened().iter().zip(targets.as_flattened());
                cells.fold((0.0, 0.0), |(with, own), (&x, &y)| (with + f64::from(x * y), own + f64::from(x * x)))
            })
            .collect();
        let (with, own) = sums.into_iter().fold((0.0, 0.0), |sum, block| (sum.0 + block.0, sum.1 + block.1));
        if own > 0.0 { (with / own) as f32 } else { 1.0 }
    }

    /// One block of columns; none if `step` says to stop.
    fn solve_block(&self, block: usize, system: &System, step: &(dyn Fn(usize) -> bool + Sync)) -> Option<Block> {
        let System { columns, inverse, scale } = system;
        let mut solution = gather(self.prior, block);
        solution.as_flattened_mut().iter_mut().for_each(|x| *x *= *scale);
        let mut missing = gather(self.targets, block);
        let guess = self.rows.times(&solution);
        for (missing, guess) in missing.as_flattened_mut().iter_mut().zip(guess.as_flattened()) {
            *missing -= guess;
        }
        // Shewchuk's names: r, d, s, q, δ.
        let mut r = columns.times(&missing);
        let mut d = preconditioned(&r, inverse);
        let mut delta = dot(&r, &d);
        let first = delta;
        for taken in 0..self.steps {
            if (0..LANES).all(|lane| delta[lane] <= TOLERANCE * TOLERANCE * first[lane]) {
                return step(self.steps - taken).then_some(solution);
            }
            let mut q = columns.times(&self.rows.times(&d));
            add(&mut q, &[self.lambda; LANES], &d);
            let along = dot(&d, &q);
            let alpha: [f32; LANES] = std::array::from_fn(|lane| ratio(delta[lane], along[lane]));
            add(&mut solution, &alpha, &d);
            add(&mut r, &alpha.map(|alpha| -alpha), &q);
            let mut s = preconditioned(&r, inverse);
            let former = std::mem::replace(&mut delta, dot(&r, &s));
            let beta: [f32; LANES] = std::array::from_fn(|lane| ratio(delta[lane], former[lane]));
            add(&mut s, &beta, &d);
            d = s;
            if !step(1) {
                return None;
            }
        }
        Some(solution)
    }

    fn inverse_diagonal(&self) -> Vec<f32> {
        let mut diagonal = vec![self.lambda; self.rows.width()];
        for (row, &weight) in self.weights.iter().enumerate() {
            for &(column, value) in self.rows.row(row) {
                diagonal[column as usize] += weight * value * value;
            }
        }
        diagonal.into_iter().map(|x| if x > 0.0 { 1.0 / x } else { 1.0 }).collect()
    }
}

/// Columns `block·LANES..` of `vectors`; lanes beyond their end are 0.
fn gather(vectors: &[impl AsRef<[f32]>], block: usize) -> Block {
    let start = block * LANES;
    let lanes = |vector: &[f32]| std::array::from_fn(|lane| vector.get(start + lane).copied().unwrap_or(0.0));
    vectors.iter().map(|vector| lanes(vector.as_ref())).collect()
}

fn preconditioned(block: &Block, inverse: &[f32]) -> Block {
    block.iter().zip(inverse).map(|(lanes, inverse)| lanes.map(|x| x * inverse)).collect()
}

/// `a += factor · b`, lane by lane.
fn add(a: &mut Block, factor: &[f32; LANES], b: &Block) {
    for (a, b) in a.iter_mut().zip(b) {
        for lane in 0..LANES {
            a[lane] += factor[lane] * b[lane];
        }
    }
}

/// `⟨a, b⟩` of each lane.
fn dot(a: &Block, b: &Block) -> [f64; LANES] {
    let mut sum = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sum[lane] += f64::from(a[lane] * b[lane]);
        }
    }
    sum
}

fn ratio(a: f64, b: f64) -> f32 {
    if b > 0.0 { (a / b) as f32 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The normal equations, solved by Gaussian elimination in f64.
    fn twin(ridge: &Ridge) -> Vec<Vec<f64>> {
        let (words, dims) = (ridge.rows.width(), ridge.prior[0].len());
        let dense = |row: usize| {
            let mut dense = vec![0.0; words];
            ridge.rows.row(row).iter().for_each(|&(column, value)| dense[column as usize] = f64::from(value));
            dense
        };
        let guess = |row: &[f64], dim: usize| (0..words).map(|j| row[j] * f64::from(ridge.prior[j][dim])).sum::<f64>();
        let (mut with, mut own) = (0.0, 0.0);
        for i in 0..ridge.rows.len() {
            for dim in 0..dims {
                let x = guess(&dense(i), dim);
                with += x * f64::from(ridge.targets[i][dim]);
                own += x * x;
            }
        }
        let scale = with / own;
        let mut system = vec![vec![0.0; words + dims]; words];
        for (j, row) in system.iter_mut().enumerate() {
            row[j] = f64::from(ridge.lambda);
            for dim in 0..dims {
                row[words + dim] = f64::from(ridge.lambda) * scale * f64::from(ridge.prior[j][dim]);
            }
        }
        for i in 0..ridge.rows.len() {
            let (row, weight) = (dense(i), f64::from(ridge.weights[i]));
            for j in 0..words {
                (0..words).for_each(|k| system[j][k] += weight * row[j] * row[k]);
                (0..dims).for_each(|dim| system[j][words + dim] += weight * row[j] * f64::from(ridge.targets[i][dim]));
            }
        }
        for pivot in 0..words {
            let divisor = system[pivot][pivot];
            system[pivot].iter_mut().for_each(|x| *x /= divisor);
            let pivot_row = system[pivot].clone();
            for (j, row) in system.iter_mut().enumerate().filter(|&(j, _)| j != pivot) {
                let factor = row[pivot];
                row.iter_mut().zip(&pivot_row).for_each(|(x, p)| *x -= factor * p);
                assert!(j < words);
            }
        }
        system.into_iter().map(|row| row[words..].to_vec()).collect()
    }

    struct Example {
        rows: SparseRows,
        targets: Vec<Vec<f32>>,
        prior: Vec<Vec<f32>>,
        weights: Vec<f32>,
    }

    fn example() -> Example {
        let mut state = 7u64;
        let mut draw = move || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 40) as f32 / (1u64 << 24) as f32
        };
        let (words, dims) = (12, 19);
        let mut rows = SparseRows::new(words);
        for _ in 0..30 {
            rows.push_shares((0..3).map(|_| ((draw() * draw() * words as f32) as u32, 0.1 + draw())).collect());
        }
        let mut vectors = |count| (0..count).map(|_| (0..dims).map(|_| draw() - 0.4).collect()).collect();
        let (targets, prior): (Vec<Vec<f32>>, Vec<Vec<f32>>) = (vectors(30), vectors(words));
        let weights = (0..30).map(|i| if i % 3 == 0 { 10.0 } else { 1.0 }).collect();
        Example { rows, targets, prior, weights }
    }

    fn solve(example: &Example, cancel: bool, threads: usize) -> Result<Vec<Vec<f32>>> {
        let targets: Vec<&[f32]> = example.targets.iter().map(Vec::as_slice).collect();
        let Example { rows, prior, weights, .. } = example;
        let ridge = Ridge { rows, weights, targets: &targets, prior, lambda: 0.3, steps: 60 };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let solved = pool.install(|| ridge.solve(&|_| (), &AtomicBool::new(cancel)))?;
        for (word, (found, expected)) in solved.iter().zip(twin(&ridge)).enumerate() {
            for (found, expected) in found.iter().zip(expected) {
                assert!((f64::from(*found) - expected).abs() < 2e-3, "word {word}: {found} instead of {expected}");
            }
        }
        Ok(solved)
    }

    #[test]
    fn solves_the_normal_equations() {
        assert_eq!(solve(&example(), false, 1).unwrap().len(), 12);
    }

    #[test]
    fn threads_change_no_bit() {
        assert_eq!(solve(&example(), false, 1).unwrap(), solve(&example(), false, 3).unwrap());
    }

    #[test]
    fn stops_when_asked() {
        assert_eq!(solve(&example(), true, 1).unwrap_err().kind(), ErrorKind::Cancelled);
    }
}
