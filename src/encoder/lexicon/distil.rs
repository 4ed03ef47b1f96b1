//! Distillation: words' vectors are moved so that texts rank the passages as the transformer ranks them.
//!
//! Ridge regression copies vectors, also where the copy decides nothing. What a search needs is that the right passages
//! come first, so the loss of a text is the cross entropy between two distributions over passages, the transformer's
//! and the lexicon's, as in Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network" (2015):
//!
//! `L = −Σ_j softmax(y·p / τ)_j · ln softmax(u·p / τ)_j` with `q = a E`, `u = q / |q|`
//!
//! and it is lessened by Adam (Kingma and Ba 2015, algorithm 1) with a rate that falls to nothing.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::sparse::{LANES, SparseRows};
use crate::{Error, ErrorKind, Result};

/// A distillation to be made.
pub struct Distillation<'p> {
    /// `A`: for each text the shares of its words.
    pub rows: &'p SparseRows,
    /// `Y`: the transformer's vector of each text.
    pub targets: &'p [&'p [f32]],
    /// `P`: the vectors of what is ranked.
    pub passages: &'p [Vec<f32>],
    /// `τ`: near 0 only the nearest passage counts, when it is large all count alike.
    pub temperature: f32,
    /// Steps of Adam; at 0 nothing changes.
    pub steps: usize,
}

/// Texts of a step.
const BATCH: usize = 512;
/// Passages that a step compares with; a site with more draws as many for each step.
const COMPARED: usize = 2_048;
/// The rate of the first step, as a part of the mean size of a number in `E`.
const RATE: f32 = 0.03;
/// Adam's `β₁`, `β₂` and `ε`.
const BETA: [f32; 2] = [0.9, 0.99];
const EPSILON: f32 = 1e-8;

impl Distillation<'_> {
    /// Moves `words`, a vector for each column of `A`. The same bits for any number of threads.
    ///
    /// `progress` is called with the share that is done; when `cancel` is set, it stops after the step.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`].
    pub fn run(&self, words: &mut [Vec<f32>], progress: &(dyn Fn(f32) + Sync), cancel: &AtomicBool) -> Result<()> {
        let dims = words.first().map_or(0, Vec::len);
        if dims == 0 || self.rows.len() == 0 || self.passages.is_empty() {
            return Ok(());
        }
        let sum: f64 = words.iter().flatten().map(|x| f64::from(x.abs())).sum();
        let first_rate = RATE * (sum / (words.len() * dims) as f64) as f32;
        let mut adam = Adam { mean: vec![0.0; words.len() * dims], square: vec![0.0; words.len() * dims], taken: 0 };
        let mut draw = Draw(0);
        for step in 0..self.steps {
            let texts: Vec<usize> = (0..BATCH).map(|_| draw.below(self.rows.len())).collect();
            let passages: Vec<&[f32]> = match self.passages.len() {
                few if few <= COMPARED => self.passages.iter().map(Vec::as_slice).collect(),
                many => (0..COMPARED).map(|_| self.passages[draw.below(many)].as_slice()).collect(),
            };
            let pulls: Vec<Option<Vec<f32>>> = texts
                .par_iter()
                .map(|&text| self.gradient(&self.compose(text, words), self.targets[text], &passages))
                .collect();
            let mut gradient = vec![0.0f32; words.len() * dims];
            for (text, pull) in texts.iter().zip(pulls) {
                let Some(pull) = pull else { continue };
                for &(word, share) in self.rows.row(*text) {
                    let place = &mut gradient[word as usize * dims..][..dims];
                    place.iter_mut().zip(&pull).for_each(|(sum, x)| *sum += share * x / BATCH as f32);
                }
            }
            adam.step(words, &gradient, first_rate * (1.0 - step as f32 / self.steps as f32));
            progress((step + 1) as f32 / self.steps as f32);
            if cancel.load(Ordering::Relaxed) {
                return Err(Error::new(ErrorKind::Cancelled, "stopped while distilling the words' vectors"));
            }
        }
        Ok(())
    }

    /// `q = a E`.
    fn compose(&self, text: usize, words: &[Vec<f32>]) -> Vec<f32> {
        let mut sum = vec![0.0; words[0].len()];
        for &(word, share) in self.rows.row(text) {
            add(&mut sum, share, &words[word as usize]);
        }
        sum
    }

    /// `∂L/∂q`; none if `q` has no direction.
    ///
    /// `∂L/∂u = Σ_j (softmax(u·p / τ)_j − softmax(y·p / τ)_j) p_j / τ`, of which only what is at right angles to `u`
    /// changes it: `∂L/∂q = (∂L/∂u − u ⟨u, ∂L/∂u⟩) / |q|`.
    fn gradient(&self, q: &[f32], target: &[f32], passages: &[&[f32]]) -> Option<Vec<f32>> {
        let length = dot(q, q).sqrt();
        if length < 1e-6 {
            return None;
        }
        let u: Vec<f32> = q.iter().map(|x| x / length).collect();
        let (ours, theirs) = (self.distribution(&u, passages), self.distribution(target, passages));
        let mut by_u = vec![0.0; q.len()];
        for ((ours, theirs), passage) in ours.iter().zip(&theirs).zip(passages) {
            add(&mut by_u, (ours - theirs) / self.temperature, passage);
        }
        let along = dot(&u, &by_u);
        Some(u.iter().zip(by_u).map(|(u, x)| (x - u * along) / length).collect())
    }

    /// `softmax(v·p / τ)` over the passages.
    fn distribution(&self, vector: &[f32], passages: &[&[f32]]) -> Vec<f32> {
        let mut shares: Vec<f32> = passages.iter().map(|passage| dot(vector, passage) / self.temperature).collect();
        let greatest = shares.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        shares.iter_mut().for_each(|x| *x = (*x - greatest).exp());
        let sum: f32 = shares.iter().sum();
        shares.iter_mut().for_each(|x| *x /= sum);
        shares
    }
}

/// Adam's moments, `m` and `v`.
struct Adam {
    mean: Vec<f32>,
    square: Vec<f32>,
    taken: i32,
}

impl Adam {
    fn step(&mut self, words: &mut [Vec<f32>], gradient: &[f32], rate: f32) {
        self.taken += 1;
        let unbias = BETA.map(|beta| 1.0 - beta.powi(self.taken));
        let dims = words[0].len();
        let moments = self.mean.par_chunks_mut(dims).zip(self.square.par_chunks_mut(dims));
        words.par_iter_mut().zip(gradient.par_chunks(dims)).zip(moments).for_each(
            |((word, gradient), (mean, square))| {
                for (((x, g), m), v) in word.iter_mut().zip(gradient).zip(mean).zip(square) {
                    *m = BETA[0] * *m + (1.0 - BETA[0]) * g;
                    *v = BETA[1] * *v + (1.0 - BETA[1]) * g * g;
                    *x -= rate * (*m / unbias[0]) / ((*v / unbias[1]).sqrt() + EPSILON);
                }
            },
        );
    }
}

/// A sequence of numbers that is the same in each run: Steele, Lea and Flood's SplitMix64.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}

fn add(sum: &mut [f32], factor: f32, vector: &[f32]) {
    sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += factor * x);
}

/// The product of two vectors, summed in lanes so that it is vectorised.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    let mut lanes = [0.0f32; LANES];
    for (a, b) in a.zip(b) {
        for lane in 0..LANES {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    lanes.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vectors(count: usize, dims: usize, seed: u64) -> Vec<Vec<f32>> {
        let mut draw = Draw(seed);
        (0..count).map(|_| (0..dims).map(|_| draw.below(2_000) as f32 / 1_000.0 - 1.0).collect()).collect()
    }

    fn loss(distillation: &Distillation, q: &[f32], target: &[f32], passages: &[&[f32]]) -> f64 {
        let length = dot(q, q).sqrt();
        let u: Vec<f32> = q.iter().map(|x| x / length).collect();
        let (ours, theirs) = (distillation.distribution(&u, passages), distillation.distribution(target, passages));
        ours.iter().zip(theirs).map(|(ours, theirs)| -f64::from(theirs) * f64::from(*ours).ln()).sum()
    }

    #[test]
    fn the_gradient_is_that_of_the_loss() {
        let (rows, passages) = (SparseRows::new(0), vectors(9, 21, 1));
        let distillation = Distillation { rows: &rows, targets: &[], passages: &passages, temperature: 0.7, steps: 0 };
        let passages: Vec<&[f32]> = passages.iter().map(Vec::as_slice).collect();
        let [q, target] = &vectors(2, 21, 2)[..] else { unreachable!("two were asked for") };
        let gradient = distillation.gradient(q, target, &passages).unwrap();
        for (at, found) in gradient.iter().enumerate() {
            let moved = |by: f32| {
                let mut q = q.clone();
                q[at] += by;
                loss(&distillation, &q, target, &passages)
            };
            let expected = (moved(1e-2) - moved(-1e-2)) / 2e-2;
            assert!((f64::from(*found) - expected).abs() < 1e-3, "at {at}: {found} instead of {expected}");
        }
    }

    #[test]
    fn ranks_come_nearer_to_the_teachers_and_threads_change_no_bit() {
        let (words, dims, texts) = (20, 24, 200);
        let mut rows = SparseRows::new(words);
        let mut draw = Draw(3);
        (0..texts).for_each(|_| rows.push_shares((0..3).map(|_| (draw.below(words) as u32, 1.0)).collect()));
        let (passages, targets) = (vectors(30, dims, 4), vectors(texts, dims, 5));
        let targets: Vec<&[f32]> = targets.iter().map(Vec::as_slice).collect();
        let start = vectors(words, dims, 6);
        let distillation =
            Distillation { rows: &rows, targets: &targets, passages: &passages, temperature: 0.5, steps: 60 };
        let compared: Vec<&[f32]> = passages.iter().map(Vec::as_slice).collect();
        let total = |words: &[Vec<f32>]| -> f64 {
            (0..texts)
                .map(|text| loss(&distillation, &distillation.compose(text, words), targets[text], &compared))
                .sum()
        };
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut words = start.clone();
            pool.install(|| distillation.run(&mut words, &|_| (), &AtomicBool::new(false))).unwrap();
            words
        };
        let moved = run(1);
        assert!(total(&moved) < 0.9 * total(&start), "{} of {}", total(&moved), total(&start));
        assert_eq!(moved, run(3));
    }

    #[test]
    fn stops_when_asked() {
        let mut rows = SparseRows::new(1);
        rows.push_shares(vec![(0, 1.0)]);
        let vectors = vectors(1, 8, 7);
        let distillation =
            Distillation { rows: &rows, targets: &[&vectors[0]], passages: &vectors, temperature: 0.1, steps: 3 };
        let stopped = distillation.run(&mut vectors.clone(), &|_| (), &AtomicBool::new(true));
        assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Cancelled);
    }
}
