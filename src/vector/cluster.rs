//! k-means: finds the centroids of cells.
//!
//! Lloyd's iteration (S. P. Lloyd, "Least squares quantization in PCM", 1982) from a seeded choice of rows, on all cores. Each
//! centroid is summed on one thread, in the order of the rows, so that the number of threads changes nothing.

use rayon::prelude::*;

use crate::random::Random;

/// Seeds the choice of the first centroids. Any number does; another one makes other bytes.
const SEED: u64 = 1982;

/// Most rounds; far fewer rows than one in a hundred still change their cell after them.
const ROUNDS: usize = 16;

/// The centroids of at most `count` groups of `vectors`; fewer if some groups stay empty.
pub fn centroids<V: AsRef<[f32]> + Sync>(vectors: &[V], count: usize) -> Vec<Vec<f32>> {
    let count = count.clamp(1, vectors.len().max(1));
    let mut random = Random(SEED);
    let mut rows: Vec<usize> = (0..vectors.len()).collect();
    let mut centroids: Vec<Vec<f32>> = Vec::with_capacity(count);
    for taken in 0..count.min(rows.len()) {
        let at = taken + random.below(rows.len() - taken);
        rows.swap(taken, at);
        centroids.push(vectors[rows[taken]].as_ref().to_vec());
    }
    let mut cells = Vec::new();
    for _ in 0..ROUNDS {
        let next = assign(vectors, &centroids);
        if next == cells {
            break;
        }
        cells = next;
        centroids = means(vectors, &cells, &centroids);
    }
    let mut used = vec![false; centroids.len()];
    cells.iter().for_each(|&cell| used[cell as usize] = true);
    centroids.into_iter().zip(used).filter_map(|(centroid, used)| used.then_some(centroid)).collect()
}

/// The nearest centroid of each vector; of centroids equally near, the first.
pub fn assign<V: AsRef<[f32]> + Sync>(vectors: &[V], centroids: &[Vec<f32>]) -> Vec<u32> {
    let halves: Vec<f32> = centroids.iter().map(|centroid| dot(centroid, centroid) / 2.0).collect();
    let nearest = |vector: &V| {
        // |v − c|² is least where v · c − |c|² / 2 is greatest.
        let mut best = (0, f32::NEG_INFINITY);
        for (cell, (centroid, half)) in centroids.iter().zip(&halves).enumerate() {
            let nearness = dot(vector.as_ref(), centroid) - half;
            if nearness > best.1 {
                best = (cell as u32, nearness);
            }
        }
        best.0
    };
    vectors.par_iter().map(nearest).collect()
}

/// The mean of each cell's vectors; a cell without any keeps its centroid.
fn means<V: AsRef<[f32]> + Sync>(vectors: &[V], cells: &[u32], before: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); before.len()];
    for (row, &cell) in cells.iter().enumerate() {
        members[cell as usize].push(row);
    }
    let mean = |(rows, before): (&Vec<usize>, &Vec<f32>)| {
        if rows.is_empty() {
            return before.clone();
        }
        let mut sum = vec![0f32; before.len()];
        for &row in rows {
            sum.iter_mut().zip(vectors[row].as_ref()).for_each(|(sum, x)| *sum += x);
        }
        sum.iter_mut().for_each(|x| *x /= rows.len() as f32);
        sum
    };
    members.par_iter().zip(before).map(mean).collect()
}

/// A dot product in eight sums, which the compiler keeps in one register.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0f32; 8];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for (a, b) in a.iter().zip(b) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}
