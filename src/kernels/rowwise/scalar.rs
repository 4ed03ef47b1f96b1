//! The plain loops: for machines without a kernel of their own, and the twin that kernels are tested against.

use super::{Activations, PANEL, Panels, TOGETHER};

/// As [`super::matmul`], of pairs of columns.
pub fn matmul(weights: &Panels, x: &Activations, out: &mut [f32]) {
    let groups = weights.columns / 2;
    for (token, out) in out.chunks_exact_mut(weights.rows().max(1)).enumerate() {
        let rows = &x.words[token / TOGETHER * TOGETHER * groups..].as_chunks::<TOGETHER>().0[..groups];
        let panels = weights.words.as_chunks::<PANEL>().0.chunks_exact(groups);
        for (row, out) in out.iter_mut().enumerate() {
            let panel = panels.clone().nth(row / PANEL).expect("a panel for each of its rows");
            let products = panel.iter().zip(rows).map(|(panel, x)| {
                let (w, x) = (codes(panel[row % PANEL]), codes(x[token % TOGETHER]));
                (w[0] * x[0]).wrapping_add(w[1] * x[1])
            });
            let of_codes = x.zeros[token] * weights.sums[row];
            let sum = products.fold(0, i32::wrapping_add).wrapping_sub(of_codes);
            *out = sum as f32 * (weights.scales[row] * x.scales[token]);
        }
    }
}

fn codes(word: i32) -> [i32; 2] {
    [i32::from(word as i16), word >> 16]
}
