//! Rounding a matrix to few codes.
//!
//! A row w of a linear layer's matrix that becomes q changes the layer's outputs by (w − q)·x. Over inputs with the mean
//! H = x·xᵀ that is (w − q)·H·(w − q)ᵀ = |(w − q)·L|², with Cholesky's H = L·Lᵀ. L being a lower triangle, the last
//! component depends on the last number alone, the one before on the last two, and so on: numbers are rounded from the last to
//! the first, each to what makes its component smallest. That is the nearest plane algorithm of Babai, "On Lovász'
//! lattice reduction and the nearest lattice point problem" (1986), and what Frantar et al., "GPTQ" (2023), arrive at by another way.

/// What is added to the diagonal of H, by its mean: directions in which few inputs lie are not free to be wrong.
const DAMPING: f64 = 0.1;

/// The largest code, either way.
const LARGEST: f32 = 127.0;

/// Cholesky's factor of what a matrix is multiplied with.
pub(super) struct Factor {
    /// Columns of the matrix, those with the largest inputs last: they are rounded first, and all others make up for them.
    order: Vec<usize>,
    /// A row for each of them, with L[k, i] / L[i, i] for all i < k.
    rows: Vec<f32>,
}

impl Factor {
    /// The factor of `products`, a symmetric matrix of `size` rows.
    pub(super) fn new(products: &[f32], size: usize) -> Self {
        let diagonal = |at: usize| products[at * size + at];
        let mut order: Vec<usize> = (0..size).collect();
        order.sort_by(|&a, &b| diagonal(a).total_cmp(&diagonal(b)).then(a.cmp(&b)));
        let damping = (0..size).map(|at| f64::from(diagonal(at))).sum::<f64>() / size as f64 * DAMPING;

        // Row i of the upper triangle U = Lᵀ, from its own column on.
        let mut upper: Vec<f64> = Vec::with_capacity(size * size);
        for &row in &order {
            upper.extend(order.iter().map(|&column| f64::from(products[row * size + column])));
        }
        for at in 0..size {
            let (done, rest) = upper.split_at_mut(at * size);
            let row = &mut rest[..size];
            row[at] += damping;
            for before in done.chunks_exact(size) {
                let times = before[at];
                row[at..].iter_mut().zip(&before[at..]).for_each(|(x, y)| *x -= times * y);
            }
            // Damped, H is positive; what is left after so many steps in f64 is so too, but for inputs that are not finite.
            let root = row[at].max(f64::MIN_POSITIVE).sqrt();
            row[at..].iter_mut().for_each(|x| *x /= root);
        }
        let mut rows = vec![0.0; size * size];
        for (at, upper) in upper.chunks_exact(size).enumerate() {
            (at + 1..size).for_each(|k| rows[k * size + at] = (upper[k] / upper[at]) as f32);
        }
        Self { order, rows }
    }
}

/// A matrix in whole numbers with a scale for each row.
pub(super) struct Rounded {
    /// Row by row.
    pub codes: Vec<i8>,
    /// What a row's codes are multiples of.
    pub scales: Vec<f32>,
}

/// Rounds rows of `columns` numbers to multiples of `step`: with `factor` so that products change least, without so that numbers
/// do. A row with a number of more than 127 steps has wider ones.
pub(super) fn round(numbers: &[f32], columns: usize, factor: Option<&Factor>, step: f64) -> Rounded {
    let mut rounded = Rounded { codes: Vec::with_capacity(numbers.len()), scales: Vec::new() };
    for row in numbers.chunks_exact(columns) {
        let largest = row.iter().fold(0.0, |most: f32, x| most.max(x.abs()));
        let step = (step as f32).max(largest / LARGEST).max(f32::MIN_POSITIVE);
        let code = |x: f32| (x / step).round().clamp(-LARGEST, LARGEST);
        match factor {
            None => rounded.codes.extend(row.iter().map(|&x| code(x) as i8)),
            Some(factor) => {
                let mut codes = vec![0; columns];
                // What each number has to make up for.
                let mut owed = vec![0.0; columns];
                for (place, &at) in factor.order.iter().enumerate().rev() {
                    let code = code(row[at] + owed[place]);
                    codes[at] = code as i8;
                    let change = row[at] - code * step;
                    let shares = &factor.rows[place * columns..][..place];
                    owed.iter_mut().zip(shares).for_each(|(owed, share)| *owed += change * share);
                }
                rounded.codes.extend(codes);
            }
        }
        rounded.scales.push(step);
    }
    rounded
}

#[cfg(test)]
mod tests {
    use super::{Factor, round};
    use crate::random::Random;

    const COLUMNS: usize = 64;
    const ROWS: usize = 40;

    /// Inputs that depend on each other, and their mean of x·xᵀ.
    fn inputs(random: &mut Random) -> (Vec<Vec<f64>>, Vec<f32>) {
        let inputs: Vec<Vec<f64>> = (0..400)
            .map(|_| {
                let common = random.normal();
                (0..COLUMNS).map(|at| common * (at % 5) as f64 + random.normal()).collect()
            })
            .collect();
        let product = |a: usize, b: usize| inputs.iter().map(|x| x[a] * x[b]).sum::<f64>() / inputs.len() as f64;
        let products = (0..COLUMNS * COLUMNS).map(|at| product(at / COLUMNS, at % COLUMNS) as f32).collect();
        (inputs, products)
    }

    fn rounded(numbers: &[f32], factor: Option<&Factor>, step: f64) -> Vec<f32> {
        let rounded = round(numbers, COLUMNS, factor, step);
        let number = |(at, &code): (usize, &i8)| f32::from(code) * rounded.scales[at / COLUMNS];
        rounded.codes.iter().enumerate().map(number).collect()
    }

    #[test]
    fn products_change_less_than_by_rounding_each_number() {
        let mut random = Random(7);
        let (inputs, products) = inputs(&mut random);
        let matrix: Vec<f32> = (0..ROWS * COLUMNS).map(|_| random.normal() as f32).collect();
        let change = |rounded: Vec<f32>| {
            let change = |(row, x): (usize, &Vec<f64>)| {
                let products = x
                    .iter()
                    .enumerate()
                    .map(|(at, x)| x * f64::from(rounded[row * COLUMNS + at] - matrix[row * COLUMNS + at]));
                products.sum::<f64>().powi(2)
            };
            (0..ROWS).flat_map(|row| inputs.iter().map(move |x| (row, x))).map(change).sum::<f64>()
        };
        let factor = Factor::new(&products, COLUMNS);
        let [each, together] = [None, Some(&factor)].map(|factor| rounded(&matrix, factor, 0.25));
        // The nearest number is never more than half a step away; that is not what is wanted with a factor.
        assert!(each.iter().zip(&matrix).all(|(a, b)| (a - b).abs() <= 0.125 + 1e-6));
        let (each, together) = (change(each), change(together));
        assert!(together < each / 3.0, "{together} against {each}");
    }

    #[test]
    fn a_row_with_a_large_number_has_wider_steps_and_no_other_has() {
        let mut matrix = vec![0.25; ROWS * COLUMNS];
        matrix[3] = -127.0;
        let numbers = rounded(&matrix, None, 0.25);
        assert_eq!(numbers[..5], [0.0, 0.0, 0.0, -127.0, 0.0]);
        assert!(numbers[COLUMNS..].iter().all(|&x| x == 0.25));
    }
}
