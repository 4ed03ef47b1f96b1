//! The matrix product of packed weights: against plain arithmetic, and every kernel against its scalar twin.

use bifocal::kernels::matmul::{ACTIVATION_BOUND, Activations, BLOCK, PANEL, Panels, matmul, scalar};
use proptest::collection::vec;
use proptest::prelude::*;

/// Codes and scales of a matrix, and rows of activations for it.
#[derive(Debug)]
struct Case {
    rows: usize,
    columns: usize,
    codes: Vec<i8>,
    scales: Vec<f32>,
    x: Vec<i16>,
    steps: Vec<f32>,
}

impl Case {
    fn panels(&self) -> Panels {
        let blocks = self.columns / BLOCK;
        let mut panels = Panels::zeros(self.rows, self.columns);
        for (at, codes) in self.codes.as_chunks::<BLOCK>().0.iter().enumerate() {
            panels.set(at / blocks, at % blocks, self.scales[at], codes);
        }
        panels
    }

    fn weight(&self, row: usize, column: usize) -> f64 {
        let at = row * self.columns + column;
        f64::from(self.codes[at]) * f64::from(self.scales[at / BLOCK])
    }
}

fn cases() -> impl Strategy<Value = Case> {
    (1usize..14, 1usize..4, 0usize..8).prop_flat_map(|(rows, blocks, tokens)| {
        let columns = blocks * BLOCK;
        let codes = vec(any::<i8>(), rows * columns);
        let scales = vec(0f32..0.1, rows * blocks);
        let x = vec(-ACTIVATION_BOUND..=ACTIVATION_BOUND, tokens * columns);
        let steps = vec(0f32..0.1, tokens * blocks);
        (codes, scales, x, steps).prop_map(move |(codes, scales, x, steps)| Case {
            rows,
            columns,
            codes,
            scales,
            x,
            steps,
        })
    })
}

proptest! {
    #[test]
    fn products_are_those_of_plain_arithmetic(case in cases()) {
        let tokens = case.x.len() / case.columns;
        let padded = case.rows.next_multiple_of(PANEL);
        let (mut fast, mut slow) = (vec![f32::NAN; tokens * padded], vec![f32::NAN; tokens * padded]);
        let x = Activations { codes: &case.x, scales: &case.steps };
        matmul(&case.panels(), x, &mut fast);
        scalar::matmul(&case.panels(), x, &mut slow);
        prop_assert_eq!(&fast, &slow);
        for (token, x) in case.x.chunks(case.columns).enumerate() {
            for row in 0..padded {
                let got = f64::from(fast[token * padded + row]);
                let (mut wanted, mut size) = (0.0, 0.0);
                for (column, &x) in x.iter().enumerate().take(if row < case.rows { case.columns } else { 0 }) {
                    let step = case.steps[(token * case.columns + column) / BLOCK];
                    let product = case.weight(row, column) * f64::from(x) * f64::from(step);
                    (wanted, size) = (wanted + product, size + product.abs());
                }
                prop_assert!((got - wanted).abs() <= size * 1e-6, "row {} of token {}: {} is not {}", row, token, got, wanted);
            }
        }
    }

    #[test]
    fn rows_come_back(case in cases()) {
        let panels = case.panels();
        let mut numbers = vec![0.0; case.columns];
        for row in 0..case.rows {
            panels.row(row, &mut numbers);
            for (column, &number) in numbers.iter().enumerate() {
                prop_assert!((f64::from(number) - case.weight(row, column)).abs() < 1e-6);
            }
        }
    }
}
