//! A linear map from one set of vectors to another, for words that no text of the site holds.
//!
//! `M = argmin_M Σ_i w_i |x_i M − y_i|² + μ |M − s I|²` has the normal equations
//!
//! `(Xᵀ W X + μ I) M = Xᵀ W Y + μ s I`
//!
//! of as many rows as vectors have dimensions, which Cholesky's factorisation solves (Golub and Van Loan, "Matrix
//! Computations", 4th edition, algorithm 4.2.1).

use rayon::prelude::*;

use crate::Result;
use crate::bytes::{Reader, Writer};

/// A map to be fitted.
pub struct MapFit<'p> {
    /// `X`: the vectors that are mapped.
    pub inputs: &'p [Vec<f32>],
    /// `Y`: what each should become, in as many dimensions.
    pub targets: &'p [Vec<f32>],
    /// `w`: what each pair counts, from 0.
    pub weights: &'p [f32],
    /// `μ`, above 0: near 0 directions that few inputs have are mapped as these few say, at infinity all are only scaled.
    pub mu: f32,
}

/// A linear map of vectors to vectors of as many dimensions.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearMap {
    /// `Mᵀ`, row by row.
    columns: Vec<Vec<f32>>,
}

impl MapFit<'_> {
    /// The map. The same bits for any number of threads.
    ///
    /// # Panics
    /// If the three lists are not of one length, or `μ` is not above 0.
    pub fn solve(&self) -> LinearMap {
        let count = self.inputs.len();
        assert!(self.targets.len() == count && self.weights.len() == count, "as many targets and weights as inputs");
        assert!(self.mu > 0.0, "without μ a direction that no input has is left open");
        let dims = self.inputs.first().map_or(0, Vec::len);
        let mu = f64::from(self.mu);
        let mut square = self.products(self.inputs);
        let mut mixed = self.products(self.targets);
        let scale = scale(&square, &mixed);
        for at in 0..dims {
            square[at][at] += mu;
            mixed[at][at] += mu * scale;
        }
        let lower = cholesky(square);
        let column = |at: usize| {
            let right = mixed.iter().map(|row| row[at]).collect();
            solve(&lower, right).into_iter().map(|x| x as f32).collect()
        };
        LinearMap { columns: (0..dims).into_par_iter().map(column).collect() }
    }

    /// `Xᵀ W Z`.
    fn products(&self, others: &[Vec<f32>]) -> Vec<Vec<f64>> {
        let dims = self.inputs.first().map_or(0, Vec::len);
        let row = |at: usize| {
            let mut sums = vec![0.0; dims];
            for ((input, other), weight) in self.inputs.iter().zip(others).zip(self.weights) {
                let factor = f64::from(weight * input[at]);
                sums.iter_mut().zip(other).for_each(|(sum, &x)| *sum += factor * f64::from(x));
            }
            sums
        };
        (0..dims).into_par_iter().map(row).collect()
    }
}

impl LinearMap {
    /// Writes `Mᵀ`, row by row, each number an f32.
    pub(crate) fn write(&self, out: &mut Writer) {
        self.columns.iter().flatten().for_each(|&x| out.float(x));
    }

    /// Reads a map of vectors of `dims` dimensions.
    pub(crate) fn read(reader: &mut Reader, dims: usize) -> Result<Self> {
        let column = |_| (0..dims).map(|_| reader.float()).collect();
        Ok(Self { columns: (0..dims).map(column).collect::<Result<_>>()? })
    }

    /// `x M`.
    pub fn apply(&self, vector: &[f32]) -> Vec<f32> {
        self.columns.iter().map(|column| column.iter().zip(vector).map(|(m, x)| m * x).sum()).collect()
    }
}

/// `s = tr(Xᵀ W Y) / tr(Xᵀ W X)`, the scale at which the inputs are nearest to the targets as they are.
fn scale(square: &[Vec<f64>], mixed: &[Vec<f64>]) -> f64 {
    let trace = |matrix: &[Vec<f64>]| matrix.iter().enumerate().map(|(at, row)| row[at]).sum::<f64>();
    let own = trace(square);
    if own > 0.0 { trace(mixed) / own } else { 1.0 }
}

/// The lower triangle `L` of a positive definite matrix `L Lᵀ`, row by row.
fn cholesky(matrix: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let mut lower: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
    for (i, mut row) in matrix.into_iter().enumerate() {
        for j in 0..=i {
            let above = if j < i { &lower[j] } else { &row };
            let known: f64 = row[..j].iter().zip(above).map(|(a, b)| a * b).sum();
            let rest = row[j] - known;
            row[j] = if j < i { rest / lower[j][j] } else { rest.max(f64::MIN_POSITIVE).sqrt() };
        }
        row.truncate(i + 1);
        lower.push(row);
    }
    lower
}

/// The `x` of `L Lᵀ x = right`.
fn solve(lower: &[Vec<f64>], mut right: Vec<f64>) -> Vec<f64> {
    for (i, row) in lower.iter().enumerate() {
        let known: f64 = row[..i].iter().zip(&right).map(|(a, b)| a * b).sum();
        right[i] = (right[i] - known) / row[i];
    }
    for i in (0..lower.len()).rev() {
        right[i] /= lower[i][i];
        let x = right[i];
        right[..i].iter_mut().zip(&lower[i]).for_each(|(r, l)| *r -= l * x);
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    const DIMS: usize = 7;

    fn vectors(count: usize, random: &mut Random) -> Vec<Vec<f32>> {
        (0..count).map(|_| (0..DIMS).map(|_| random.normal() as f32).collect()).collect()
    }

    /// The loss that the map is to make least, by its definition.
    fn loss(fit: &MapFit, matrix: &[[f64; DIMS]; DIMS], scale: f64) -> f64 {
        let mut loss = 0.0;
        for ((x, y), w) in fit.inputs.iter().zip(fit.targets).zip(fit.weights) {
            for column in 0..DIMS {
                let mapped: f64 = (0..DIMS).map(|row| f64::from(x[row]) * matrix[row][column]).sum();
                loss += f64::from(*w) * (mapped - f64::from(y[column])).powi(2);
            }
        }
        for (row, numbers) in matrix.iter().enumerate() {
            for (column, m) in numbers.iter().enumerate() {
                loss += f64::from(fit.mu) * (m - if row == column { scale } else { 0.0 }).powi(2);
            }
        }
        loss
    }

    /// The slow twin: the loss is a parabola in each number of `M`, so one number after the other goes to its least.
    fn twin(fit: &MapFit) -> [[f64; DIMS]; DIMS] {
        let (mut with, mut own) = (0.0, 0.0);
        for ((x, y), w) in fit.inputs.iter().zip(fit.targets).zip(fit.weights) {
            for (x, y) in x.iter().zip(y) {
                with += f64::from(w * x * y);
                own += f64::from(w * x * x);
            }
        }
        let mut matrix = [[0.0; DIMS]; DIMS];
        for _ in 0..300 {
            for row in 0..DIMS {
                for column in 0..DIMS {
                    let at = |m: f64| {
                        let mut moved = matrix;
                        moved[row][column] = m;
                        loss(fit, &moved, with / own)
                    };
                    let m = matrix[row][column];
                    let (before, here, after) = (at(m - 1.0), at(m), at(m + 1.0));
                    matrix[row][column] = m + (before - after) / (2.0 * (before - 2.0 * here + after));
                }
            }
        }
        matrix
    }

    #[test]
    fn it_is_where_the_loss_is_least() {
        let mut random = Random(5);
        let (inputs, targets) = (vectors(20, &mut random), vectors(20, &mut random));
        let weights: Vec<f32> = (0..20).map(|at| [0.0, 1.0, 10.0][at % 3]).collect();
        let fit = MapFit { inputs: &inputs, targets: &targets, weights: &weights, mu: 1.0 };
        let (map, twin) = (fit.solve(), twin(&fit));
        for (column, found) in map.columns.iter().enumerate() {
            for (row, found) in found.iter().enumerate() {
                let expected = twin[row][column];
                assert!((f64::from(*found) - expected).abs() < 1e-4, "{row}, {column}: {found}, not {expected}");
            }
        }
    }

    #[test]
    fn a_map_is_found_again_and_threads_change_no_bit() {
        let mut random = Random(6);
        let inputs = vectors(400, &mut random);
        let truth = LinearMap { columns: vectors(DIMS, &mut random) };
        let targets: Vec<Vec<f32>> = inputs.iter().map(|x| truth.apply(x)).collect();
        let fit = MapFit { inputs: &inputs, targets: &targets, weights: &[1.0; 400], mu: 1e-6 };
        let run =
            |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| fit.solve());
        let map = run(1);
        for (found, expected) in map.columns.iter().flatten().zip(truth.columns.iter().flatten()) {
            assert!((found - expected).abs() < 1e-4, "{found}, not {expected}");
        }
        assert_eq!(map, run(3));
    }

    #[test]
    fn without_inputs_nothing_is_mapped() {
        let map = MapFit { inputs: &[], targets: &[], weights: &[], mu: 1.0 }.solve();
        assert_eq!(map.apply(&[1.0]), Vec::<f32>::new());
    }
}
