//! The plain loops: for machines without a kernel of their own, and the twin that kernels are tested against.

use super::{Activations, BLOCK, PANEL, Panels};

/// As [`super::matmul`].
pub fn matmul(weights: &Panels, x: &Activations, out: &mut [f32]) {
    let (columns, rows) = (weights.columns, weights.rows);
    if columns == 0 || rows == 0 {
        return;
    }
    let tokens = x.codes.chunks_exact(columns).zip(x.scales.chunks_exact(columns / BLOCK));
    for ((x, steps), out) in tokens.zip(out.chunks_exact_mut(rows)) {
        let panels = weights.codes.chunks_exact(PANEL * columns);
        let scales = weights.scales.chunks_exact(PANEL * (columns / BLOCK));
        for ((codes, scales), out) in panels.zip(scales).zip(out.as_chunks_mut().0) {
            *out = panel(codes, scales, x, steps);
        }
    }
}

/// The four products of a panel with a row of activations.
fn panel(codes: &[i8], scales: &[f32], x: &[i16], steps: &[f32]) -> [f32; PANEL] {
    let blocks = codes.as_chunks::<{ PANEL * BLOCK }>().0.iter();
    let mut sums = [0.0; PANEL];
    let x = x.as_chunks::<BLOCK>().0.iter().zip(steps);
    for ((codes, scales), (x, step)) in blocks.zip(scales.as_chunks::<PANEL>().0).zip(x) {
        let mut products = [0i32; PANEL];
        for (codes, x) in codes.as_chunks::<{ PANEL * 2 }>().0.iter().zip(x.as_chunks::<2>().0) {
            for (product, codes) in products.iter_mut().zip(codes.as_chunks::<2>().0) {
                *product += i32::from(codes[0]) * i32::from(x[0]) + i32::from(codes[1]) * i32::from(x[1]);
            }
        }
        for ((sum, product), scale) in sums.iter_mut().zip(products).zip(scales) {
            *sum += product as f32 * (scale * step);
        }
    }
    sums
}
