//! What a network does between its packed layers, in f32: attention's products, softmax, GELU, layer norm, and packing.
//!
//! Loops that the compiler makes vectors of: on x86-64 three times, for every machine, for those with AVX2, whose registers hold
//! eight numbers, and for those with AVX-512, whose registers hold sixteen. Sums are taken in an order that the code lays down, and
//! no product is fused with an addition, so that a result has the same bits on every machine and in wasm.

use super::instructions::Instructions;
#[cfg(target_arch = "x86_64")]
use super::instructions::Set;

/// Numbers of a row that are added up side by side.
pub const LANES: usize = 16;

/// Columns of a product that are added up side by side: their sums for four rows fill eight registers.
const COLUMNS: usize = if cfg!(target_arch = "wasm32") { 8 } else { 16 };

/// Defines functions that are compiled for AVX2 and AVX-512 too, and take that way where the machine has them.
macro_rules! vectorised {
    ($($(#[$doc:meta])* pub fn $name:ident($($argument:ident: $type:ty),* $(,)?) $body:block)*) => {
        $(
            $(#[$doc])*
            pub fn $name($($argument: $type),*) {
                by::$name(Instructions::best(), $($argument),*);
            }
        )*

        /// The same functions, by instructions of choice.
        pub mod by {
            use super::*;
            $(
                $(#[$doc])*
                #[inline(always)]
                pub fn $name(instructions: Instructions, $($argument: $type),*) {
                    #[inline(always)]
                    fn plain($($argument: $type),*) $body
                    #[cfg(target_arch = "x86_64")]
                    #[target_feature(enable = "avx2")]
                    fn wide($($argument: $type),*) {
                        plain($($argument),*)
                    }
                    #[cfg(target_arch = "x86_64")]
                    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
                    fn widest($($argument: $type),*) {
                        plain($($argument),*)
                    }
                    match instructions.set() {
                        #[cfg(target_arch = "x86_64")]
                        // SAFETY: that there is such a value is proof that the machine has them.
                        Set::Avx512 => unsafe { widest($($argument),*) },
                        #[cfg(target_arch = "x86_64")]
                        // SAFETY: as above.
                        Set::Avx2 | Set::AvxVnni => unsafe { wide($($argument),*) },
                        _ => plain($($argument),*),
                    }
                }
            )*
        }
    };
}

/// Rows of numbers, one every `stride` of them.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'n> {
    /// The numbers, from the first of the first row on.
    pub numbers: &'n [f32],
    /// From the start of a row to that of the next.
    pub stride: usize,
}

/// Sizes of a product: `rows` × `inner` times `inner` × `columns`.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Rows of the first factor and of the product.
    pub rows: usize,
    /// Columns of the first factor, rows of the second.
    pub inner: usize,
    /// Columns of the second factor and of the product.
    pub columns: usize,
}

vectorised! {
    /// The product of `a` and `b`: `out[i · stride + j] = Σ_k a[i, k] · b[k, j]`, added in the order of `k`.
    ///
    /// # Panics
    /// If one of the three is shorter than `sizes` says.
    pub fn matmul(a: Rows, b: Rows, sizes: Sizes, out: &mut [f32], stride: usize) {
        const TOGETHER: usize = 4;
        let whole = sizes.rows - sizes.rows % TOGETHER;
        for row in (0..whole).step_by(TOGETHER) {
            rows_of::<TOGETHER>(a, b, sizes, row, &mut out[row * stride..], stride);
        }
        for row in whole..sizes.rows {
            rows_of::<1>(a, b, sizes, row, &mut out[row * stride..], stride);
        }
    }

    /// The softmax of `scale` times each row of `columns` numbers, of which there is one every `stride`; what is in between is lost.
    ///
    /// # Panics
    /// If a row is longer than the stride, or the stride is 0.
    pub fn softmax(rows: &mut [f32], stride: usize, columns: usize, scale: f32) {
        // Whole vectors are faster than the exact number; the share of what is added is 0.
        let end = columns.next_multiple_of(LANES).min(stride);
        let scale = scale * std::f32::consts::LOG2_E;
        for row in rows.chunks_exact_mut(stride) {
            row[columns..end].fill(f32::NEG_INFINITY);
            let row = &mut row[..end];
            let most = greatest(row);
            let mut sums = [0.0; LANES];
            let (whole, rest) = row.as_chunks_mut::<LANES>();
            for row in whole {
                for at in 0..LANES {
                    row[at] = exp2((row[at] - most) * scale);
                    sums[at] += row[at];
                }
            }
            for (x, sum) in rest.iter_mut().zip(&mut sums) {
                *x = exp2((*x - most) * scale);
                *sum += *x;
            }
            let share = 1.0 / halved(sums, |a, b| a + b);
            row.iter_mut().for_each(|x| *x *= share);
        }
    }

    /// Adds `bias` to each row.
    ///
    /// # Panics
    /// If `bias` is empty.
    pub fn add_bias(rows: &mut [f32], bias: &[f32]) {
        for row in rows.chunks_exact_mut(bias.len()) {
            row.iter_mut().zip(bias).for_each(|(x, bias)| *x += bias);
        }
    }

    /// Adds `bias` to each row and takes x·Φ(x) of each number: GELU, in the exact form of Hendrycks and Gimpel (2016).
    ///
    /// # Panics
    /// If `bias` is empty.
    pub fn gelu(rows: &mut [f32], bias: &[f32]) {
        for row in rows.chunks_exact_mut(bias.len()) {
            row.iter_mut().zip(bias).for_each(|(x, bias)| *x = gelu_of(*x + bias));
        }
    }

    /// Layer norm (Ba, Kiros and Hinton, 2016) of each row: `(x − mean) / √(variance + epsilon) · weight + bias`.
    ///
    /// # Panics
    /// If `weight` is empty.
    pub fn layer_norm(rows: &mut [f32], weight: &[f32], bias: &[f32], epsilon: f32) {
        for row in rows.chunks_exact_mut(weight.len()) {
            let mean = sum(row) / row.len() as f32;
            row.iter_mut().for_each(|x| *x -= mean);
            let inverse = 1.0 / (sum_of(row, |x| x * x) / row.len() as f32 + epsilon).sqrt();
            let scales = weight.iter().zip(bias);
            row.iter_mut().zip(scales).for_each(|(x, (weight, bias))| *x = *x * inverse * weight + bias);
        }
    }

    /// Adds `more` to `numbers`, one by one.
    pub fn add(numbers: &mut [f32], more: &[f32]) {
        numbers.iter_mut().zip(more).for_each(|(x, more)| *x += more);
    }

    /// Codes each group of `width` numbers: its codes are the nearest of `-bound` to `bound` steps, its scale what a step is
    /// worth, or NaN if a number is not finite.
    ///
    /// # Panics
    /// If `width` is 0.
    pub fn quantise(numbers: &[f32], width: usize, bound: i16, codes: &mut [i16], scales: &mut [f32]) {
        let groups = numbers.chunks_exact(width).zip(codes.chunks_exact_mut(width));
        for ((numbers, codes), scale) in groups.zip(scales) {
            let most = f32::from_bits(numbers.iter().map(|&x| size(x)).fold(0, i32::max) as u32);
            *scale = if most.is_finite() { most / f32::from(bound) } else { f32::NAN };
            let inverse = if *scale > 0.0 { 1.0 / *scale } else { 0.0 };
            codes.iter_mut().zip(numbers).for_each(|(code, x)| *code = (x * inverse + ROUND).to_bits() as i16);
        }
    }

    /// Codes each group of `width` numbers with a zero point: `x ≈ scale · (low + 128 · high − zero)`, with a low digit of 0 to 127. High
    /// digits are 0 but for numbers beyond bounds that leave out the greatest and the least ([`bounds`]); what is farthest off is
    /// [`FARTHEST`] steps from 0. The scale is NaN if a number is not finite.
    ///
    /// # Panics
    /// If `width` is 0.
    pub fn quantise_between(
        numbers: &[f32],
        width: usize,
        low: &mut [u8],
        high: &mut [i8],
        scales: &mut [f32],
        zeros: &mut [i32],
    ) {
        let digits = low.chunks_exact_mut(width).zip(high.chunks_exact_mut(width));
        let groups = numbers.chunks_exact(width).zip(digits);
        for ((numbers, (low, high)), (scale, zero)) in groups.zip(scales.iter_mut().zip(zeros)) {
            let (least, greatest, most) = bounds(numbers);
            // One step of the 127 is for both ends being rounded.
            let step = ((greatest - least) / 126.0).max(most / f32::from(FARTHEST));
            *scale = if most.is_finite() { step } else { f32::NAN };
            let inverse = if *scale > 0.0 { 1.0 / *scale } else { 0.0 };
            *zero = (-least * inverse).ceil() as i32;
            let zero = *zero as i16;
            for ((low, high), x) in low.iter_mut().zip(high).zip(numbers) {
                let code = ((x * inverse + ROUND).to_bits() as i16).wrapping_add(zero);
                (*low, *high) = ((code & 0x7f) as u8, (code >> 7) as i8);
            }
        }
    }
}

/// How far from 0 a number that [`quantise_between`] codes is, in steps, at most: its high digit is within 7 bits too, and sums of 8,000
/// products with codes of 8 bits, as many as a matrix has columns at most, stay within an i32, since a quarter of the numbers at most are beyond the bounds.
pub const FARTHEST: i16 = 8_000;

/// Added to a number and taken away again, 1.5·2²³ rounds it to a whole one; in between, that is in the low bits.
const ROUND: f32 = 12_582_912.0;

/// The size of a float in the order of its bits, which is that of sizes; what is not finite comes after all others.
#[inline(always)]
fn size(x: f32) -> i32 {
    (x.to_bits() & 0x7fff_ffff) as i32
}

/// Bounds of all numbers but some of the least and some of the greatest, and the size of the largest.
///
/// The greatest and the least of every sixteenth number are compared: the third of those greatest from above, and the third of those
/// least from below, are the bounds. So a few numbers are beyond each, and numbers of two in sixteen places at most.
#[inline(always)]
fn bounds(numbers: &[f32]) -> (f32, f32, f32) {
    let (mut least, mut greatest, mut sizes) = ([0f32; LANES], [0f32; LANES], [0; LANES]);
    let mut see = |numbers: &[f32; LANES]| {
        for at in 0..LANES {
            let x = numbers[at];
            least[at] = if x < least[at] { x } else { least[at] };
            greatest[at] = if x > greatest[at] { x } else { greatest[at] };
            sizes[at] = sizes[at].max(size(x));
        }
    };
    let (whole, rest) = numbers.as_chunks::<LANES>();
    whole.iter().for_each(&mut see);
    let mut filled = [0.0; LANES];
    filled[..rest.len()].copy_from_slice(rest);
    see(&filled);
    let most = f32::from_bits(sizes.into_iter().fold(0, i32::max) as u32);
    (-third(&least.map(|x| -x)), third(&greatest), most)
}

/// The greatest of a row.
#[inline(always)]
fn greatest(row: &[f32]) -> f32 {
    let mut greatest = [f32::NEG_INFINITY; LANES];
    let (whole, rest) = row.as_chunks::<LANES>();
    for row in whole {
        for at in 0..LANES {
            greatest[at] = if row[at] > greatest[at] { row[at] } else { greatest[at] };
        }
    }
    let row = halved(greatest, |a, b| if a > b { a } else { b });
    rest.iter().fold(row, |most, &x| if x > most { x } else { most })
}

/// The third greatest. (It is not worth being unrolled, which a known length would have compilers do.)
#[inline(never)]
fn third(numbers: &[f32]) -> f32 {
    let mut top = [f32::NEG_INFINITY; 3];
    for &x in numbers {
        let mut x = x;
        for top in &mut top {
            if x > *top {
                (*top, x) = (x, *top);
            }
        }
    }
    top[2]
}

/// The product's rows from `first` on, as many as are taken together.
#[inline(always)]
fn rows_of<const M: usize>(a: Rows, b: Rows, sizes: Sizes, first: usize, out: &mut [f32], stride: usize) {
    let a: [&[f32]; M] = std::array::from_fn(|row| &a.numbers[(first + row) * a.stride..][..sizes.inner]);
    let whole = sizes.columns - sizes.columns % COLUMNS;
    for column in (0..whole).step_by(COLUMNS) {
        let sums = products::<M, COLUMNS>(a, b, column);
        for (row, sums) in sums.into_iter().enumerate() {
            out[row * stride + column..][..COLUMNS].copy_from_slice(&sums);
        }
    }
    for column in whole..sizes.columns {
        let sums = products::<M, 1>(a, b, column);
        for (row, [sum]) in sums.into_iter().enumerate() {
            out[row * stride + column] = sum;
        }
    }
}

/// The products of rows with `N` columns from `column` on.
#[inline(always)]
fn products<const M: usize, const N: usize>(a: [&[f32]; M], b: Rows, column: usize) -> [[f32; N]; M] {
    let inner = a[0].len();
    let a = a.map(|row| &row[..inner]);
    let mut sums = [[0.0; N]; M];
    for k in 0..inner {
        let b: &[f32; N] = b.numbers[k * b.stride + column..].first_chunk().expect("the factor has all its rows");
        for (sums, a) in sums.iter_mut().zip(a) {
            for (sum, b) in sums.iter_mut().zip(b) {
                *sum += a[k] * b;
            }
        }
    }
    sums
}

#[inline(always)]
fn sum(row: &[f32]) -> f32 {
    sum_of(row, |x| x)
}

/// The sum of `of` each number: every sixteenth of them, then those sums, half of them with the other half.
#[inline(always)]
fn sum_of(row: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0.0; LANES];
    let (whole, rest) = row.as_chunks::<LANES>();
    for row in whole {
        sums.iter_mut().zip(row).for_each(|(sum, &x)| *sum += of(x));
    }
    sums.iter_mut().zip(rest).for_each(|(sum, &x)| *sum += of(x));
    halved(sums, |a, b| a + b)
}

/// One number of all, each of the first half put together with its counterpart in the second until there is one.
#[inline(always)]
fn halved(mut numbers: [f32; LANES], both: impl Fn(f32, f32) -> f32) -> f32 {
    let mut half = LANES / 2;
    while half > 0 {
        for at in 0..half {
            numbers[at] = both(numbers[at], numbers[at + half]);
        }
        half /= 2;
    }
    numbers[0]
}

#[inline(always)]
fn gelu_of(x: f32) -> f32 {
    // Φ(-|x|) by Abramowitz and Stegun 7.1.26, whose error is at most 1.5e-7.
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let series = ((((1.061_405_4 * t - 1.453_152) * t + 1.421_413_8) * t - 0.284_496_74) * t + 0.254_829_6) * t;
    let tail = 0.5 * series * exp2(-z * z * std::f32::consts::LOG2_E);
    x * if x < 0.0 { tail } else { 1.0 - tail }
}

/// 2 to the `x` for an `x` of at most 0, to 3 units in the last place; 0 below −126, since processors take a hundred times as long for
/// numbers that are not normal.
#[inline(always)]
fn exp2(x: f32) -> f32 {
    let whole = x + ROUND;
    let r = x - (whole - ROUND);
    // 2^r for |r| ≤ ½, fitted for the least relative error.
    let series = ((((0.001_327_65 * r + 0.009_675_54) * r + 0.055_507_13) * r + 0.240_221_2) * r + 0.693_146_94) * r
        + 1.000_000_1;
    // The low bits of `whole` are a whole number in two's complement.
    let power = series * f32::from_bits(whole.to_bits().wrapping_add(127) << 23);
    if x < -126.0 { 0.0 } else { power }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// erf by its Maclaurin series in f64, the slow twin: exact to f64 for the arguments used.
    fn erf(x: f64) -> f64 {
        let terms = (0..200).scan(x, |term, n| {
            let this = *term / (2 * n + 1) as f64;
            *term *= -x * x / (n + 1) as f64;
            Some(this)
        });
        terms.sum::<f64>() * std::f64::consts::FRAC_2_SQRT_PI
    }

    #[test]
    fn gelu_is_x_times_the_normal_distribution() {
        for step in -6000..=6000 {
            let x = step as f32 / 1000.0;
            let mut row = [x - 0.25];
            gelu(&mut row, &[0.25]);
            let x = f64::from(x - 0.25 + 0.25);
            let exact = 0.5 * x * (1.0 + erf(x / 2f64.sqrt()));
            let got = f64::from(row[0]);
            assert!((got - exact).abs() < 4e-7 * (1.0 + exact.abs()), "gelu({x}) = {got} not {exact}");
        }
        let mut far = [-1e30, -50.0, 50.0, f32::NAN];
        gelu(&mut far, &[0.0; 4]);
        assert_eq!(far[..3], [0.0, 0.0, 50.0]);
        assert!(far[3].is_nan());
    }

    #[test]
    fn exp2_is_exact_to_three_units() {
        for step in 0..=1_260_000 {
            let x = step as f32 / -10_000.0;
            let exact = (x as f64).exp2();
            assert!((exp2(x) as f64 / exact - 1.0).abs() < 3.6e-7, "exp2({x}) = {} not {exact}", exp2(x));
        }
        assert_eq!([exp2(-126.1), exp2(-1000.0), exp2(f32::NEG_INFINITY)], [0.0; 3]);
        assert!(exp2(f32::NAN).is_nan());
    }
}
