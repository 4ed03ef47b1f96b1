//! The plain loops: for machines without a kernel of their own, and the twin that kernels are tested against.

use super::{Activations, PANEL, Packed, Panels, STRETCH, TOGETHER};

/// As [`super::matmul`].
pub fn matmul(weights: &Panels, x: &Activations, out: &mut [f32]) {
    products(weights, &x.0, out);
}

pub(super) fn products(weights: &Panels, x: &Packed, out: &mut [f32]) {
    for (token, out) in out.chunks_exact_mut(weights.rows().max(1)).enumerate() {
        let x_of_tile = &x.codes[token / TOGETHER * TOGETHER * weights.columns..];
        let panels = weights.codes.chunks_exact(PANEL * weights.columns).zip(weights.scales.as_chunks::<PANEL>().0);
        for ((codes, scales), out) in panels.zip(out.as_chunks_mut::<PANEL>().0) {
            let mut total = [0.0; PANEL];
            for (codes, x) in codes.chunks(PANEL * STRETCH).zip(x_of_tile.chunks(TOGETHER * STRETCH)) {
                let sums = sums(codes, x, token % TOGETHER);
                total.iter_mut().zip(sums).for_each(|(total, sum)| *total += sum as f32);
            }
            for ((out, total), scale) in out.iter_mut().zip(total).zip(scales) {
                *out = total * (scale * x.scales[token]);
            }
        }
    }
}

/// The products of a panel's rows with row `row` of a tile, over a stretch.
fn sums(codes: &[i16], x: &[i16], row: usize) -> [i32; PANEL] {
    let mut sums = [0; PANEL];
    let x = x.as_chunks::<2>().0.as_chunks::<TOGETHER>().0;
    for (codes, x) in codes.as_chunks::<2>().0.as_chunks::<PANEL>().0.iter().zip(x) {
        let x = x[row].map(i32::from);
        for (sum, codes) in sums.iter_mut().zip(codes) {
            *sum += i32::from(codes[0]) * x[0] + i32::from(codes[1]) * x[1];
        }
    }
    sums
}
