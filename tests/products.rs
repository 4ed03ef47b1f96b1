//! The products of a network's layers: against plain arithmetic, and every kernel of this machine against its scalar twin.

use bifocal::kernels::float::{Rows, Sizes};
use bifocal::kernels::rowwise::Precision;
use bifocal::kernels::{Instructions, float, rowwise};
use proptest::collection::vec;
use proptest::prelude::*;

/// Numbers of a matrix and of rows to be multiplied with it. Some rows are as large as codes get, so that sums come to their bound,
/// and some have a few numbers that are far larger than the others.
#[derive(Debug)]
struct Factors {
    rows: usize,
    columns: usize,
    weights: Vec<f32>,
    x: Vec<f32>,
}

fn factors() -> impl Strategy<Value = Factors> {
    let columns = prop_oneof![1usize..20, 250usize..265, 500usize..530];
    (1usize..4, columns, 0usize..15).prop_flat_map(|(panels, groups, tokens)| {
        let (rows, columns) = (panels * rowwise::ROWS, groups * rowwise::GROUP);
        let with_outliers = (vec(-3f32..3.0, columns), vec((0..columns, -3000f32..3000.0), 0..9));
        let with_outliers = with_outliers.prop_map(|(mut row, outliers)| {
            outliers.into_iter().for_each(|(at, x)| row[at] = x);
            row
        });
        let row = move || prop_oneof![with_outliers.clone(), Just(vec![1.0; columns]), Just(vec![-1.0; columns])];
        let flat = |rows: Vec<Vec<f32>>| rows.concat();
        (vec(row(), rows), vec(row(), tokens)).prop_map(move |(weights, x)| Factors {
            rows,
            columns,
            weights: flat(weights),
            x: flat(x),
        })
    })
}

/// The product of a row with a row, and the sum of its terms' sizes.
fn plain(a: impl Iterator<Item = f64>, b: impl Iterator<Item = f64>) -> (f64, f64) {
    a.zip(b).fold((0.0, 0.0), |(sum, size), (a, b)| (sum + a * b, size + (a * b).abs()))
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|x| x.to_bits()).collect()
}

/// What the loops between a network's layers make of numbers, a row of `width` after another.
fn loops_of(instructions: Instructions, numbers: &[f32], width: usize) -> Vec<(&'static str, Vec<u32>)> {
    let made = |name, make: &dyn Fn(&mut Vec<f32>)| {
        let mut numbers = numbers.to_vec();
        make(&mut numbers);
        (name, bits(&numbers))
    };
    let (count, scale, bias) = (numbers.len() / width, &numbers[..width], &numbers[numbers.len() - width..]);
    vec![
        made("add", &|x| float::by::add(instructions, x, &numbers.iter().rev().copied().collect::<Vec<_>>())),
        made("add_bias", &|x| float::by::add_bias(instructions, x, bias)),
        made("gelu", &|x| float::by::gelu(instructions, x, bias)),
        made("layer_norm", &|x| float::by::layer_norm(instructions, x, scale, bias, 1e-12)),
        made("softmax", &|x| float::by::softmax(instructions, x, width, width - width / 3, 0.17)),
        made("matmul", &|x| {
            let (sizes, factor) = (Sizes { rows: count, inner: width, columns: count }, x.clone());
            let (a, b) = (Rows { numbers: &factor, stride: width }, Rows { numbers: &factor, stride: count });
            x.resize(count * count, f32::NAN);
            float::by::matmul(instructions, a, b, sizes, x, count);
        }),
        made("quantise", &|x| {
            let (mut codes, mut scales) = (vec![0; x.len()], vec![f32::NAN; count]);
            float::by::quantise(instructions, x, width, 2047, &mut codes, &mut scales);
            *x = codes.into_iter().map(f32::from).chain(scales).collect();
        }),
        made("quantise_between", &|x| {
            let (mut low, mut high) = (vec![0; x.len()], vec![0; x.len()]);
            let (mut scales, mut zeros) = (vec![f32::NAN; count], vec![i32::MAX; count]);
            float::by::quantise_between(instructions, x, width, &mut low, &mut high, &mut scales, &mut zeros);
            let digits = low.into_iter().map(f32::from).chain(high.into_iter().map(f32::from));
            *x = digits.chain(scales).chain(zeros.iter().map(|&zero| zero as f32)).collect();
        }),
    ]
}

/// Checks the products of a case by all instructions, whose matrix has codes of at most `bound` and whose rows half as many steps
/// as `steps` for the largest of their numbers at least.
fn check(case: &Factors, precision: Precision, bound: i16, steps: i16) -> Result<(), TestCaseError> {
    let tokens = case.x.len() / case.columns;
    let products = Instructions::available().map(|instructions| {
        let panels = rowwise::Panels::coding(instructions, precision, &case.weights, case.columns);
        assert_eq!((panels.rows(), panels.columns()), (case.rows, case.columns));
        let mut x = rowwise::Activations::default();
        x.pack(&case.x, &panels);
        let mut out = vec![f32::NAN; tokens * case.rows];
        rowwise::matmul(&panels, &x, &mut out);
        (instructions, out)
    });
    let mut products: Vec<_> = products.collect();
    let (_, slow) = products.pop().expect("the plain loops are always there");
    for (instructions, fast) in products {
        prop_assert_eq!(bits(&fast), bits(&slow), "{:?}", instructions);
    }
    for (at, &got) in slow.iter().enumerate() {
        let row = |numbers: &[f32], row: usize| numbers[row * case.columns..][..case.columns].to_vec();
        let (a, b) = (row(&case.x, at / case.rows), row(&case.weights, at % case.rows));
        let most = |row: &[f32]| row.iter().fold(0f32, |most, x| most.max(x.abs()));
        // Half a step of each factor, times as many as there are.
        let steps = 1.0 / f64::from(steps) + 0.5 / f64::from(bound);
        let bound = f64::from(most(&a) * most(&b)) * case.columns as f64 * 1.02 * steps;
        let (wanted, _) = plain(a.iter().map(|&x| f64::from(x)), b.iter().map(|&x| f64::from(x)));
        prop_assert!((f64::from(got) - wanted).abs() <= bound, "{}: {} is not {} to {}", at, got, wanted, bound);
    }
    Ok(())
}

proptest! {
    #[test]
    fn loops_give_the_same_bits_by_all_instructions(
        (width, numbers) in (1usize..80, 1usize..40)
            .prop_flat_map(|(width, count)| (Just(width), vec(-9f32..9.0, width * count))),
    ) {
        let loops = Instructions::available().map(|instructions| loops_of(instructions, &numbers, width));
        let loops: Vec<_> = loops.collect();
        let (plain, others) = loops.split_last().unwrap();
        for other in others {
            prop_assert_eq!(other, plain);
        }
    }

    #[test]
    fn coarse_products_are_those_of_plain_arithmetic(case in factors()) {
        check(&case, Precision::Coarse, rowwise::BOUND.into(), 126)?;
    }

    #[test]
    fn fine_products_are_those_of_plain_arithmetic(case in factors()) {
        let bound = rowwise::fine_bound(case.columns);
        check(&case, Precision::Fine, bound, bound)?;
    }

    #[test]
    fn products_of_floats_are_those_of_plain_arithmetic(
        (rows, inner, columns) in (0usize..10, 1usize..20, 1usize..40),
        (gap, seed) in (0usize..3, vec(-2f32..2.0, 64)),
    ) {
        let numbers = |count: usize, from: usize| (0..count).map(|at| seed[(at * 31 + from) % 64]).collect::<Vec<f32>>();
        let (a, b) = (numbers(rows * (inner + gap), 0), numbers(inner * (columns + gap), 7));
        let mut out = vec![f32::NAN; rows * columns];
        let (of_a, of_b) = (Rows { numbers: &a, stride: inner + gap }, Rows { numbers: &b, stride: columns + gap });
        float::matmul(of_a, of_b, Sizes { rows, inner, columns }, &mut out, columns);
        for (at, &got) in out.iter().enumerate() {
            let a = (0..inner).map(|k| f64::from(a[at / columns * (inner + gap) + k]));
            let b = (0..inner).map(|k| f64::from(b[k * (columns + gap) + at % columns]));
            let (wanted, size) = plain(a, b);
            prop_assert!((f64::from(got) - wanted).abs() <= size * 1e-6, "{} is not {}", got, wanted);
        }
    }

    #[test]
    fn numbers_come_back_to_half_a_step(numbers in vec(-1e3f32..1e3, 1..40), bound in 1i16..=i16::MAX) {
        let (mut codes, mut scale) = (vec![0; numbers.len()], [0.0]);
        float::quantise(&numbers, numbers.len(), bound, &mut codes, &mut scale);
        prop_assert_eq!(codes.iter().map(|code| code.abs()).max(), Some(bound));
        for (x, &code) in numbers.iter().zip(&codes) {
            prop_assert!((x - scale[0] * f32::from(code)).abs() <= scale[0] * 0.51, "{} is not {} steps of {}", x, code, scale[0]);
        }
    }

    #[test]
    fn numbers_with_outliers_come_back_to_half_a_step(
        (mut numbers, outliers) in (vec(-1f32..1.0, 64..200), vec((0usize..64, -100f32..100.0), 0..5)),
    ) {
        outliers.iter().for_each(|&(at, x)| numbers[at] = x);
        let (mut low, mut high, mut scale, mut zero) = (vec![0; numbers.len()], vec![0; numbers.len()], [0.0], [0]);
        float::quantise_between(&numbers, numbers.len(), &mut low, &mut high, &mut scale, &mut zero);
        let codes = low.iter().zip(&high).map(|(&low, &high)| i32::from(low) + 128 * i32::from(high) - zero[0]);
        let (outliers, others): (Vec<_>, Vec<_>) = numbers.iter().zip(codes).partition(|(x, _)| x.abs() > 1.0);
        prop_assert!(low.iter().all(|&low| low < 128));
        prop_assert!(outliers.iter().all(|(_, code)| code.abs() <= i32::from(float::FARTHEST)));
        // Bounds leave out two on each side at least, so that the others keep their steps.
        if outliers.len() <= 2 {
            prop_assert!(scale[0] <= 2.0 / 126.0, "a step of {}", scale[0]);
        }
        for (x, code) in outliers.into_iter().chain(others) {
            prop_assert!((x - scale[0] * code as f32).abs() <= scale[0] * 0.51, "{} is not {} steps of {}", x, code, scale[0]);
        }
    }

    #[test]
    fn coded_rows_come_back(upper in factors(), copies in 1usize..3) {
        for instructions in Instructions::available() {
            let fine = |numbers: &[f32]| rowwise::Panels::coding(instructions, Precision::Fine, numbers, upper.columns);
            let both = fine(&upper.weights).above(&fine(&upper.weights.repeat(copies)));
            prop_assert_eq!((both.rows(), both.columns()), (upper.rows * (copies + 1), upper.columns));
            let mut numbers = vec![f32::NAN; upper.columns];
            for row in 0..both.rows() {
                both.row(row, &mut numbers);
                let wanted = &upper.weights[row % upper.rows * upper.columns..][..upper.columns];
                let most = wanted.iter().fold(0f32, |most, x| most.max(x.abs()));
                let step = most / f32::from(rowwise::fine_bound(upper.columns));
                for (number, wanted) in numbers.iter().zip(wanted) {
                    prop_assert!((number - wanted).abs() <= step * 0.51, "{} is not {}", number, wanted);
                }
            }
        }
    }

    #[test]
    fn codes_of_a_file_are_those_of_its_matrix(codes in vec(-127i8..=127, 64 * 8)) {
        for instructions in Instructions::available() {
            let scales: Vec<f32> = (0..64).map(|row| 0.5 + row as f32).collect();
            let panels = rowwise::Panels::coarse(instructions, &codes, scales.clone(), 8);
            let mut numbers = [f32::NAN; 8];
            for (row, codes) in codes.chunks_exact(8).enumerate() {
                panels.row(row, &mut numbers);
                let wanted: Vec<f32> = codes.iter().map(|&code| scales[row] * f32::from(code)).collect();
                prop_assert_eq!(&numbers[..], &wanted[..]);
            }
        }
    }

    #[test]
    fn rows_are_normalised(numbers in vec(-50f32..50.0, 37..38), offset in -3f32..3.0) {
        let (weight, bias) = (vec![2.0; numbers.len()], vec![offset; numbers.len()]);
        let mut row = numbers;
        float::layer_norm(&mut row, &weight, &bias, 1e-12);
        let mean = row.iter().map(|&x| f64::from(x)).sum::<f64>() / row.len() as f64;
        let variance = row.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / row.len() as f64;
        prop_assert!((mean - f64::from(offset)).abs() < 1e-4 && (variance.sqrt() - 2.0).abs() < 1e-4);
    }

    #[test]
    fn softmax_is_that_of_plain_arithmetic(row in vec(-30f32..30.0, 1..50), scale in 0.1f32..2.0) {
        let mut rows = row.clone();
        // Beyond the row's columns, nothing is read.
        rows.push(f32::NAN);
        let stride = rows.len();
        float::softmax(&mut rows, stride, row.len(), scale);
        let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let odds: Vec<f64> = row.iter().map(|x| (f64::from(x - most) * f64::from(scale)).exp()).collect();
        for (&share, odds_of_it) in rows.iter().zip(&odds) {
            let wanted = odds_of_it / odds.iter().sum::<f64>();
            prop_assert!((f64::from(share) - wanted).abs() <= wanted * 1e-5 + 1e-37, "{} is not {}", share, wanted);
        }
    }
}

/// The largest sums that there can be: in a quarter of the places numbers are as far out as codes go, of the sign that their weight has.
#[test]
fn sums_of_the_longest_rows_stay_exact() {
    let columns = rowwise::MOST_COLUMNS;
    let farthest = f32::from(float::FARTHEST);
    let x: Vec<f32> = (0..columns)
        .map(|at| [farthest, farthest, -farthest, -farthest].get(at % float::LANES).copied().unwrap_or(126.0))
        .collect();
    let codes: Vec<i8> = (0..columns).map(|at| if matches!(at % float::LANES, 2 | 3) { -127 } else { 127 }).collect();
    let wanted: f64 = x.iter().zip(&codes).map(|(&x, &code)| f64::from(x) * f64::from(code)).sum();
    assert!(wanted > 0.99 * f64::from(i32::MAX));
    for instructions in Instructions::available() {
        let panels =
            rowwise::Panels::coarse(instructions, &codes.repeat(rowwise::ROWS), vec![1.0; rowwise::ROWS], columns);
        let (mut packed, mut out) = (rowwise::Activations::default(), vec![f32::NAN; rowwise::ROWS]);
        packed.pack(&x, &panels);
        rowwise::matmul(&panels, &packed, &mut out);
        out.iter().for_each(|&got| assert_eq!(f64::from(got), f64::from(wanted as f32), "{instructions:?}"));
    }
    let fits = |columns| rowwise::Panels::fits(rowwise::ROWS, columns);
    assert!(fits(columns) && !fits(columns + rowwise::GROUP) && !fits(0));
}

#[test]
fn damage_is_not_hidden_by_packing() {
    let pack = |numbers: &[f32]| {
        let (mut codes, mut scales) = (vec![1; 64], [0.0; 2]);
        float::quantise(numbers, 32, 2047, &mut codes, &mut scales);
        let (mut low, mut high, mut between, mut zeros) = (vec![1; 64], vec![1; 64], [0.0; 2], [1; 2]);
        float::quantise_between(numbers, 32, &mut low, &mut high, &mut between, &mut zeros);
        assert_eq!(between.map(f32::is_nan), scales.map(f32::is_nan));
        assert!(numbers.iter().any(|x| *x != 0.0) || (low, high, zeros) == (vec![0; 64], vec![0; 64], [0; 2]));
        (codes, scales)
    };
    for damage in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut numbers = [1.0; 64];
        numbers[40] = damage;
        let (_, [sound, damaged]) = pack(&numbers);
        assert!(!sound.is_nan() && damaged.is_nan(), "{damage}");
    }
    assert_eq!(pack(&[0.0; 64]), (vec![0; 64], [0.0; 2]));
}
