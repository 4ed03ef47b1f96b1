//! Projection, packed rows and cells: the laws of each, against plain arithmetic.

use bifocal::kernels::{self, COARSE_BLOCK, FINE_BLOCK};
use bifocal::random::Random;
use bifocal::vector::cluster::{assign, centroids};
use bifocal::vector::projection::Components;
use bifocal::vector::{Centroids, PackedRows, Probe, Projection, RowCode, RowId, pack};
use proptest::collection::vec;
use proptest::prelude::*;

/// `count` unit vectors of which the first few dimensions hold most; the same for the same seed.
fn vectors(seed: u64, dims: usize, count: usize) -> Vec<Vec<f32>> {
    let mut random = Random(seed);
    let mut vector = || -> Vec<f32> {
        let vector: Vec<f32> = (0..dims).map(|at| (random.normal() / (1.0 + at as f64 / 8.0)) as f32).collect();
        let length = dot(&vector, &vector).sqrt();
        vector.iter().map(|x| x / length).collect()
    };
    (0..count).map(|_| vector()).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn distance(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt()
}

/// A shape of rows: dimensions in 4 and in 2 bits, not both none.
fn shape() -> impl Strategy<Value = (usize, usize)> {
    (0usize..5, 0usize..4)
        .prop_filter("no dimensions", |(fine, coarse)| fine + coarse > 0)
        .prop_map(|(fine, coarse)| (fine * FINE_BLOCK, coarse * COARSE_BLOCK))
}

proptest! {
    #[test]
    fn packed_kernels_equal_their_scalar_twin(
        (fine, query, rows) in (shape(), 0usize..9).prop_flat_map(|((fine, coarse), count)| {
            let codes = prop_oneof![Just(i16::MIN), Just(i16::MAX), any::<i16>()];
            (Just(fine), vec(codes, fine + coarse), vec(any::<u8>(), count * kernels::packed_bytes(fine, coarse)))
        }),
    ) {
        let count = rows.len() / kernels::packed_bytes(fine, query.len() - fine);
        let (mut fast, mut slow) = (vec![1; count], vec![2; count]);
        kernels::packed_dots(&rows, fine, &query, &mut fast);
        kernels::scalar::packed_dots(&rows, fine, &query, &mut slow);
        prop_assert_eq!(fast, slow);
    }

    /// What a scan says of a row is the product with the vector that its codes stand for, but for the query's rounding.
    #[test]
    fn a_scan_is_the_product_with_the_decoded_row((fine, coarse) in shape(), seed: u64, ratio in 0.1f32..1.0) {
        let code = RowCode::new(fine, coarse, ratio).unwrap();
        let rows = vectors(seed, fine + coarse, 70);
        let query = &vectors(!seed, fine + coarse, 1)[0];
        let bytes = pack(code, &rows).unwrap();
        let packed = PackedRows::parse(code, rows.len(), &bytes).unwrap();
        let codes = code.query(query).unwrap();
        let mut scores = Vec::new();
        packed.scan(&codes, 0.5, &mut scores);
        for (row, &score) in scores.iter().enumerate() {
            let row = RowId(row as u32);
            prop_assert!((score - 0.5 - dot(query, &packed.vector(row))).abs() < 4e-3);
            prop_assert_eq!(score, 0.5 + packed.dot(row, &codes));
        }
    }

    /// The squared error of a normal distribution is 0.0095 of the variance at 4 bits, 0.1175 at 2 bits (Max, 1960).
    #[test]
    fn the_error_is_that_of_the_best_levels(seed: u64) {
        let mut random = Random(seed);
        for (fine, coarse, expected) in [(512, 0, 0.0095), (0, 512, 0.1175)] {
            let vector: Vec<f32> = (0..512).map(|_| random.normal() as f32 / 30.0).collect();
            let code = RowCode::new(fine, coarse, 1.0).unwrap();
            let mut codes = Vec::new();
            let scale = code.encode(&vector, &mut codes).unwrap();
            let error = distance(&vector, &code.decode(&codes, scale)).powi(2) / dot(&vector, &vector);
            // Of 512 numbers, a few far ones can double it.
            prop_assert!(error < expected * 2.0, "{error} at {fine} + {coarse}");
        }
    }

    #[test]
    fn any_bytes_are_rows_or_an_error(bytes in vec(any::<u8>(), 0..200), count in any::<usize>()) {
        let code = RowCode::new(32, 64, 0.5).unwrap();
        for count in [count, bytes.len() / (code.bytes() + 2)] {
            let bytes = &bytes[..bytes.len().min(count.saturating_mul(code.bytes() + 2))];
            if let Ok(rows) = PackedRows::parse(code, count, bytes) {
                let mut scores = Vec::new();
                rows.scan(&code.query(&[0.1; 96]).unwrap(), 0.0, &mut scores);
                prop_assert!(scores.len() == count && scores.iter().all(|score| score.is_finite()));
            }
        }
    }

    #[test]
    fn damaged_projections_are_refused(bytes in vec(any::<u8>(), 0..60), cut in any::<prop::sample::Index>()) {
        let _ = Projection::read(&bytes, 8, 4);
        let whole = Projection::new(&vec![vec![0.5; 8]; 4], 8).write();
        prop_assert_eq!(Projection::read(&whole, 8, 4).unwrap().write(), whole.clone());
        prop_assert!(Projection::read(&whole[..cut.index(whole.len())], 8, 4).is_err());
        prop_assert!(Projection::read(&whole, 8, 5).is_err() && Projection::read(&whole, 4, 8).is_err());
    }
}

#[test]
fn products_stay_in_the_span() {
    // Vectors of 40 dimensions that lie in the span of 24.
    let mut random = Random(1);
    let axes: Vec<Vec<f32>> = vectors(2, 40, 24);
    let combine = |random: &mut Random| {
        let mut sum = vec![0f32; 40];
        for axis in &axes {
            let weight = random.normal() as f32;
            sum.iter_mut().zip(axis).for_each(|(sum, x)| *sum += weight * x);
        }
        let length = dot(&sum, &sum).sqrt();
        sum.iter().map(|x| x / length).collect::<Vec<f32>>()
    };
    let vectors: Vec<Vec<f32>> = (0..200).map(|_| combine(&mut random)).collect();
    for (fine, coarse) in [(32, 0), (32, 64), (64, 64)] {
        let projection = Components::of(&vectors, 40).projection(fine, coarse);
        assert_eq!((projection.source(), projection.dims()), (40, fine + coarse));
        let projected: Vec<Vec<f32>> = vectors.iter().map(|vector| projection.apply(vector).unwrap()).collect();
        for (a, b) in (0..100).zip(100..200) {
            let difference = dot(&vectors[a], &vectors[b]) - dot(&projected[a], &projected[b]);
            assert!(difference.abs() < 0.02, "{fine} + {coarse}: {difference}");
        }
        assert_eq!(projection.apply(&[0.1; 39]).unwrap_err().kind(), bifocal::ErrorKind::Model);
    }
}

#[test]
fn clustering_does_not_depend_on_the_number_of_threads() {
    let vectors = vectors(3, 24, 900);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| centroids(&vectors, 20))
    };
    let first = on(1);
    assert!(first == on(3));
    for (vector, cell) in vectors.iter().zip(assign(&vectors, &first)) {
        let nearest = first.iter().map(|centroid| distance(vector, centroid)).fold(f32::INFINITY, f32::min);
        assert!(distance(vector, &first[cell as usize]) <= nearest + 1e-5);
    }
}

#[test]
fn few_vectors_have_few_cells() {
    assert_eq!(centroids(&vectors(4, 8, 3), 10).len(), 3);
    assert_eq!(centroids(&vec![vec![1.0; 8]; 30], 5).len(), 1);
    assert!(centroids::<Vec<f32>>(&[], 5).is_empty());
}

#[test]
fn cells_are_ordered_by_the_angle_to_their_centres() {
    let code = RowCode::new(32, 64, 0.5).unwrap();
    let mean = vec![0.05f32; 96];
    let centres = vectors(5, 96, 12);
    let packed = pack(code, &centres).unwrap();
    let cells = Centroids::open(mean.clone(), code, 12, packed.clone()).unwrap();
    let query = &vectors(6, 96, 1)[0];
    let probes = cells.nearest(query).unwrap();
    assert_eq!(probes.len(), 12);
    let cosine = |probe: &Probe| probe.base / distance(&cells.centre(probe.cell), &[0.0; 96]);
    assert!(probes.is_sorted_by(|a, b| cosine(a) >= cosine(b)));
    for probe in &probes {
        assert!((probe.base - dot(query, &cells.centre(probe.cell))).abs() < 4e-3);
    }
    assert!(Centroids::open(vec![0.0; 95], code, 12, packed.clone()).is_err());
    assert!(Centroids::open(mean, code, 11, packed).is_err());
}
