//! The network's two curved functions, in place and vectorised by the compiler.
//!
//! candle calls the C library's `erff` and `expf` once for each number, which took 30 % of an embedding. These are
//! polynomials without branches, and the same arithmetic natively and in wasm.

use candle_core::{CpuStorage, InplaceOp1, Layout, Result, bail};

/// x·Φ(x), the exact form of Hendrycks and Gimpel (2016).
pub(super) struct Gelu;

impl InplaceOp1 for Gelu {
    fn name(&self) -> &'static str {
        "gelu"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        numbers(storage, layout)?.iter_mut().for_each(|x| *x = gelu(*x));
        Ok(())
    }
}

/// The softmax of each row of `scale` times the numbers.
pub(super) struct Softmax {
    pub scale: f32,
}

impl InplaceOp1 for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let columns = layout.dims().last().copied().unwrap_or(1);
        for row in numbers(storage, layout)?.chunks_exact_mut(columns) {
            let most = row.iter().fold(f32::NEG_INFINITY, |most, &x| most.max(x));
            row.iter_mut().for_each(|x| *x = exp((*x - most) * self.scale));
            let sum: f32 = row.iter().sum();
            row.iter_mut().for_each(|x| *x /= sum);
        }
        Ok(())
    }
}

fn numbers<'s>(storage: &'s mut CpuStorage, layout: &Layout) -> Result<&'s mut [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(numbers), Some((start, end))) => Ok(&mut numbers[start..end]),
        _ => bail!("an activation of other than contiguous f32"),
    }
}

fn gelu(x: f32) -> f32 {
    // Φ(-|x|) by Abramowitz and Stegun 7.1.26, whose error is at most 1.5e-7.
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let series = ((((1.061_405_4 * t - 1.453_152) * t + 1.421_413_8) * t - 0.284_496_74) * t + 0.254_829_6) * t;
    let tail = 0.5 * series * exp(-z * z);
    x * if x < 0.0 { tail } else { 1.0 - tail }
}

/// e to the `x` for an `x` of at most 0, to 2 units in the last place; 0 below -87.
fn exp(x: f32) -> f32 {
    // e^x = 2^n·e^r with |r| ≤ ln 2 / 2 (Cody and Waite). Adding and subtracting 1.5·2²³ rounds to a whole number.
    const ROUND: f32 = 12_582_912.0;
    let x = x.max(-87.0);
    let n = (x * std::f32::consts::LOG2_E + ROUND) - ROUND;
    let r = (x - n * 0.693_359_4) + n * 2.121_944_4e-4;
    let series = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r / 720.0)))));
    series * f32::from_bits(((n as i32 + 127) << 23) as u32)
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
            let exact = 0.5 * x as f64 * (1.0 + erf(x as f64 / 2f64.sqrt()));
            assert!((gelu(x) as f64 - exact).abs() < 4e-7 * (1.0 + exact.abs()), "gelu({x}) = {} not {exact}", gelu(x));
        }
    }

    #[test]
    fn exp_is_exact_to_two_units() {
        for step in 0..=870_000 {
            let x = step as f32 / -10_000.0;
            let exact = (x as f64).exp();
            assert!((exp(x) as f64 / exact - 1.0).abs() < 2.5e-7, "exp({x}) = {} not {exact}", exp(x));
        }
        assert!(exp(-1000.0) < 1e-37);
    }
}
