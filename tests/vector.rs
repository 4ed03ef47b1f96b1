//! Vectors: the quantiser's laws, kernels against their scalar twin, the flat scan against plain arithmetic.

use bifocal::vector::quantise::{QUERY_BOUND, ROW_BOUND, quantise_row};
use bifocal::vector::{MAX_DIMS, QueryCodes, RowId, Rows, encode, scan, top_k};
use bifocal::{ErrorKind, kernels};
use proptest::collection::vec;
use proptest::prelude::*;

/// A unit vector; zeros stay zeros.
fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|x| *x /= length);
    }
    vector
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

fn unit_vector(dims: usize) -> impl Strategy<Value = Vec<f32>> {
    vec(-1f32..1.0, dims).prop_map(unit)
}

/// A query and rows that agree in dimensions.
fn query_and_rows() -> impl Strategy<Value = (Vec<f32>, Vec<Vec<f32>>)> {
    (1usize..100).prop_flat_map(|dims| (unit_vector(dims), vec(unit_vector(dims), 1..80)))
}

proptest! {
    #[test]
    fn a_code_is_at_most_half_a_step_off(vector in (1usize..400).prop_flat_map(unit_vector)) {
        let mut codes = Vec::new();
        let scale = quantise_row(&vector, &mut codes).unwrap();
        for (&x, &code) in vector.iter().zip(&codes) {
            prop_assert!((code as i8).unsigned_abs() <= ROW_BOUND as u8);
            prop_assert!((x - scale * f32::from(code as i8)).abs() <= scale * 0.500_01);
        }
        let query = QueryCodes::new(&vector).unwrap();
        for (&x, &code) in vector.iter().zip(query.codes()) {
            prop_assert!(code.abs() <= QUERY_BOUND);
            prop_assert!((x - query.scale() * f32::from(code)).abs() <= query.scale() * 0.501);
        }
    }

    /// An error of half a step in each of `d` components turns a vector by at most `√d · scale / 2`.
    #[test]
    fn a_cosine_is_within_the_error_of_its_codes((query, rows) in query_and_rows()) {
        let dims = query.len();
        let bytes = encode(&rows, dims).unwrap();
        let view = Rows::parse(dims, rows.len(), &bytes).unwrap();
        let codes = QueryCodes::new(&query).unwrap();
        let mut cosines = Vec::new();
        scan(&view, &codes, &mut cosines).unwrap();
        for (row, (vector, &cosine)) in rows.iter().zip(&cosines).enumerate() {
            let half_steps = (view.scale(RowId(row as u32)) + codes.scale()) / 2.0;
            let bound = f64::from(half_steps) * (dims as f64).sqrt() * 1.02 + 1e-5;
            prop_assert!((dot(vector, &query) - f64::from(cosine)).abs() <= bound);
        }
        // What the quantiser's error cannot explain, it must not reorder.
        let nearest = top_k(&cosines, rows.len());
        for pair in nearest.windows(2) {
            let [first, second] = [0, 1].map(|i| dot(&rows[pair[i].row.0 as usize], &query));
            let step = view.scale(pair[0].row) + view.scale(pair[1].row) + 2.0 * codes.scale();
            prop_assert!(first >= second - f64::from(step) * (dims as f64).sqrt() * 0.51 - 1e-5);
        }
    }

    #[test]
    fn kernels_equal_their_scalar_twin(
        (query, rows) in (0usize..300, 0usize..11).prop_flat_map(|(dims, count)| {
            let codes = prop_oneof![Just(i16::MIN), Just(i16::MAX), -QUERY_BOUND..=QUERY_BOUND, any::<i16>()];
            let bytes = prop_oneof![Just(0x80u8), Just(0x7f), any::<u8>()];
            (vec(codes, dims), vec(vec(bytes, dims), count))
        }),
    ) {
        let mut fast = vec![1; rows.len()];
        let mut slow = vec![2; rows.len()];
        kernels::dots(&rows.concat(), &query, &mut fast);
        kernels::scalar::dots(&rows.concat(), &query, &mut slow);
        prop_assert_eq!(&fast, &slow);
        let one_by_one: Vec<i32> = rows.iter().map(|row| kernels::dot(row, &query)).collect();
        prop_assert_eq!(&one_by_one, &slow);
    }

    #[test]
    fn top_k_is_the_head_of_a_full_sort(
        cosines in vec(prop_oneof![Just(0.0f32), Just(0.5), -1f32..1.0], 0..300),
        k in 0usize..40,
    ) {
        let mut sorted: Vec<(u32, f32)> = (0..).zip(cosines.iter().copied()).collect();
        sorted.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        sorted.truncate(k);
        let found: Vec<_> = top_k(&cosines, k).iter().map(|n| (n.row.0, n.cosine)).collect();
        prop_assert_eq!(found, sorted);
    }

    #[test]
    fn any_bytes_are_rows_or_an_error(bytes in vec(any::<u8>(), 0..200), dims in 0usize..20, count in any::<usize>()) {
        for count in [count, bytes.len() / (dims + 4)] {
            if let Ok(rows) = Rows::parse(dims, count, &bytes) {
                let mut cosines = Vec::new();
                scan(&rows, &QueryCodes::new(&unit(vec![1.0; dims])).unwrap(), &mut cosines).unwrap();
                prop_assert!(cosines.len() == count && cosines.iter().all(|cosine| cosine.is_finite()));
            }
        }
    }
}

#[test]
fn the_largest_sum_fits() {
    let row = [0x80; MAX_DIMS];
    assert_eq!(kernels::dot(&row, &[QUERY_BOUND; MAX_DIMS]), -1_073_217_536);
}

#[test]
fn several_parts_scan_like_one() {
    let vectors: Vec<_> = (0..150).map(|i| unit(vec![1.0, (i as f32).sin(), (i as f32).cos() * 0.5])).collect();
    let query = QueryCodes::new(&unit(vec![0.2, 0.9, -0.3])).unwrap();
    let scan_cut_at = |cut: usize| {
        let mut cosines = Vec::new();
        for part in [&vectors[..cut], &vectors[cut..]] {
            let bytes = encode(part, 3).unwrap();
            scan(&Rows::parse(3, part.len(), &bytes).unwrap(), &query, &mut cosines).unwrap();
        }
        cosines
    };
    assert_eq!(scan_cut_at(0), scan_cut_at(67));
}

#[test]
fn zeros_are_allowed_and_near_nothing() {
    for nothing in [0.0, -0.0, f32::from_bits(1)] {
        let query = QueryCodes::new(&[nothing; 3]).unwrap();
        let bytes = encode(&[[1.0, 0.0, 0.0], [nothing; 3]], 3).unwrap();
        let rows = Rows::parse(3, 2, &bytes).unwrap();
        assert_eq!(rows.against(&query).unwrap().cosine(RowId(0)), 0.0);
        let query = QueryCodes::new(&[1.0, 0.0, 0.0]).unwrap();
        assert_eq!(rows.against(&query).unwrap().cosine(RowId(1)), 0.0);
    }
}

#[test]
fn bad_vectors_and_bytes_are_named() {
    fn check<T: std::fmt::Debug>(result: bifocal::Result<T>, kind: ErrorKind, message: &str) {
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
    }
    use ErrorKind::{Damaged, Input, Usage};
    check(QueryCodes::new(&[]), Input, "vectors of 0 dimensions: 1 to 4096 are allowed");
    check(QueryCodes::new(&[0.0; 4097]), Input, "vectors of 4097 dimensions: 1 to 4096 are allowed");
    check(QueryCodes::new(&[0.1, f32::NAN]), Input, "the query's vector is not finite at dimension 1");
    check(QueryCodes::new(&[f32::INFINITY]), Input, "the query's vector is not finite at dimension 0");
    check(QueryCodes::new(&[3.0, 4.0]), Input, "the query's vector is longer than 1");
    check(QueryCodes::new(&[f32::MAX, 0.0]), Input, "the query's vector is longer than 1");
    check(encode(&[vec![0.5], vec![0.5, 0.5]], 1), Input, "vector 1 has 2 dimensions, not 1");
    check(encode(&[[f32::NAN]], 1), Input, "vector 0 cannot be stored");
    check(Rows::parse(3, 2, &[0; 13]), Damaged, "2 vector rows of 3 dimensions cannot take 13 bytes");
    check(
        Rows::parse(3, usize::MAX / 2, &[]),
        Damaged,
        &format!("{} vector rows of 3 dimensions cannot take 0 bytes", usize::MAX / 2),
    );
    check(Rows::parse(1, 1, &[0, 0, 128, 63, 1]), Damaged, "vector row 0 has scale 1, not within 0 to 0.007952756");
    let rows = Rows::parse(2, 1, &[0; 6]).unwrap();
    let query = QueryCodes::new(&[1.0]).unwrap();
    check(rows.against(&query), Usage, "the query's vector has 1 dimensions, the index's have 2");
}
