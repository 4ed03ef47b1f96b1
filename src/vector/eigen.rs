//! Eigenvectors of a symmetric matrix: Householder's reduction to tridiagonal form, then QL steps with implicit shifts.
//!
//! G. H. Golub and C. F. Van Loan, "Matrix Computations", 4th edition, 8.3: algorithms 8.3.1 and 8.3.3.

/// Eigenvalues, the greatest first, and their unit eigenvectors, of the symmetric `size` × `size` matrix `a`, by rows.
///
/// Eigenvectors are accurate to about 1e-12; their signs are arbitrary, but the same for the same input.
pub fn eigen(mut a: Vec<f64>, size: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    assert_eq!(a.len(), size * size, "a square matrix");
    let (mut diagonal, mut beside, mut rows) = tridiagonal(&mut a, size);
    for low in 0..size {
        diagonalise(low, &mut diagonal, &mut beside, &mut rows);
    }
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|&i, &j| diagonal[j].total_cmp(&diagonal[i]).then(i.cmp(&j)));
    let values = order.iter().map(|&i| diagonal[i]).collect();
    (values, order.into_iter().map(|i| std::mem::take(&mut rows[i])).collect())
}

/// Reduces `a` to `T = Qᵀ a Q`: T's diagonal, the numbers beside it, and the columns of Q.
fn tridiagonal(a: &mut [f64], size: usize) -> (Vec<f64>, Vec<f64>, Vec<Vec<f64>>) {
    let mut reflections: Vec<(usize, Vec<f64>)> = Vec::new();
    let largest = a.iter().fold(0f64, |most, x| most.max(x.abs()));
    for k in 0..size.saturating_sub(2) {
        // v reflects the column below the diagonal onto its first axis: H = I − v vᵀ with |v|² = 2.
        let mut v: Vec<f64> = (k + 1..size).map(|row| a[row * size + k]).collect();
        let length = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        // Nothing but rounding errors, as in a matrix of low rank; their squares could vanish, and H were no reflection.
        if length <= f64::EPSILON * 1e-3 * largest {
            (k + 1..size).for_each(|row| a[row * size + k] = 0.0);
            continue;
        }
        v[0] += if v[0] > 0.0 { length } else { -length };
        let norm = (v.iter().map(|x| x * x).sum::<f64>() / 2.0).sqrt();
        v.iter_mut().for_each(|x| *x /= norm);
        // A ← H A H, through p = A v and w = p − (vᵀ p / 2) v.
        let first = k + 1;
        let mut p: Vec<f64> = (first..size).map(|row| dot(&a[row * size + first..(row + 1) * size], &v)).collect();
        let half = dot(&p, &v) / 2.0;
        p.iter_mut().zip(&v).for_each(|(p, v)| *p -= half * v);
        for (row, (pi, vi)) in (first..size).zip(p.iter().zip(&v)) {
            for (x, (pj, vj)) in a[row * size + first..(row + 1) * size].iter_mut().zip(p.iter().zip(&v)) {
                *x -= vi * pj + pi * vj;
            }
        }
        let pivot = a[first * size + k]
            - v[0] * (first..size).map(|row| a[row * size + k]).zip(&v).map(|(x, v)| x * v).sum::<f64>();
        a[first * size + k] = pivot;
        reflections.push((first, v));
    }
    let diagonal = (0..size).map(|i| a[i * size + i]).collect();
    let beside = (0..size).map(|i| if i + 1 < size { a[(i + 1) * size + i] } else { 0.0 }).collect();
    // Q = H₁ H₂ …; its columns are kept as rows, so that the QL steps turn two rows in a row of memory.
    let mut columns: Vec<Vec<f64>> =
        (0..size).map(|i| (0..size).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for (first, v) in reflections.iter().rev() {
        for column in &mut columns {
            let part = &mut column[*first..];
            let product = dot(part, v);
            part.iter_mut().zip(v).for_each(|(x, v)| *x -= product * v);
        }
    }
    (diagonal, beside, columns)
}

/// QL steps until the number beside `low`'s diagonal vanishes.
fn diagonalise(low: usize, d: &mut [f64], e: &mut [f64], columns: &mut [Vec<f64>]) {
    // Three steps to an eigenvalue are usual; the bound only keeps a matrix of NaN from going on for ever.
    for _ in 0..60 {
        let small = |i: usize| e[i].abs() <= f64::EPSILON * (d[i].abs() + d[i + 1].abs());
        let high = (low..d.len() - 1).find(|&i| small(i)).unwrap_or(d.len() - 1);
        if high == low {
            return;
        }
        // Wilkinson's shift.
        let mut g = (d[low + 1] - d[low]) / (2.0 * e[low]);
        let mut r = g.hypot(1.0);
        g = d[high] - d[low] + e[low] / (g + r.copysign(g));
        let (mut sine, mut cosine, mut p) = (1.0, 1.0, 0.0);
        let mut deflated = false;
        for i in (low..high).rev() {
            let (f, b) = (sine * e[i], cosine * e[i]);
            r = f.hypot(g);
            e[i + 1] = r;
            if r == 0.0 {
                d[i + 1] -= p;
                e[high] = 0.0;
                deflated = true;
                break;
            }
            (sine, cosine) = (f / r, g / r);
            g = d[i + 1] - p;
            r = (d[i] - g) * sine + 2.0 * cosine * b;
            p = sine * r;
            d[i + 1] = g + p;
            g = cosine * r - b;
            let (left, right) = columns.split_at_mut(i + 1);
            for (x, y) in left[i].iter_mut().zip(&mut right[0]) {
                (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
            }
        }
        if !deflated {
            d[low] -= p;
            e[low] = g;
            e[high] = 0.0;
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn vectors_are_orthonormal_and_eigen() {
        for size in [1, 2, 3, 17, 60] {
            let mut random = Random(size as u64);
            let factor: Vec<f64> = (0..size * size).map(|_| random.normal()).collect();
            let row = |i: usize| &factor[i * size..(i + 1) * size];
            let a: Vec<f64> = (0..size * size).map(|at| dot(row(at / size), row(at % size))).collect();
            let (values, vectors) = eigen(a.clone(), size);
            assert!(values.is_sorted_by(|a, b| a >= b));
            for (i, vector) in vectors.iter().enumerate() {
                let image: Vec<f64> = (0..size).map(|row| dot(&a[row * size..(row + 1) * size], vector)).collect();
                for (x, y) in image.iter().zip(vector) {
                    assert!((x - values[i] * y).abs() < 1e-9 * values[0], "{size}: vector {i}");
                }
                for (j, other) in vectors.iter().enumerate() {
                    assert!((dot(vector, other) - f64::from(u8::from(i == j))).abs() < 1e-10, "{size}: {i} and {j}");
                }
            }
        }
    }

    #[test]
    fn a_matrix_of_low_rank_is_allowed() {
        let (values, vectors) = eigen(vec![1.0; 25], 5);
        assert!((values[0] - 5.0).abs() < 1e-12 && values[1..].iter().all(|value| value.abs() < 1e-12));
        assert!(vectors[0].iter().all(|x| (x.abs() - 0.2f64.sqrt()).abs() < 1e-12));
        assert_eq!(eigen(vec![0.0; 9], 3).0, [0.0; 3]);
    }
}
