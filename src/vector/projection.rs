//! The projection from the encoder's space into the smaller one in which rows are stored.
//!
//! Principal components, not centred: the eigenvectors of the passages' second moments, so that dot products within their
//! span stay as they are. The leading ones and the others are then turned at random, each group among themselves, which
//! changes no dot product and gives the dimensions of a group like variance ([`super::row`] needs that).

use crate::bytes::{Reader, Writer, damaged};
use crate::{Error, ErrorKind, Result};

/// A linear map from `source` to fewer dimensions, as it is stored.
///
/// ```text
/// projection := source dims scale[4]* code*     a scale (f32) for each dimension, then its `source` int8 codes
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    source: usize,
    scales: Vec<f32>,
    codes: Vec<i8>,
}

impl Projection {
    /// Stores the map whose dimensions are the products with `axes`.
    #[cfg(feature = "native")]
    pub fn new(axes: &[Vec<f64>], source: usize) -> Self {
        let (mut scales, mut codes) = (Vec::new(), Vec::new());
        for axis in axes {
            let scale = axis.iter().fold(0f64, |most, x| most.max(x.abs())) as f32 / 127.0;
            scales.push(scale);
            let code = |x: &f64| if scale > 0.0 { (*x as f32 / scale).round() as i8 } else { 0 };
            codes.extend(axis.iter().map(code));
        }
        Self { source, scales, codes }
    }

    /// Dimensions of the encoder's vectors.
    pub fn source(&self) -> usize {
        self.source
    }

    /// Dimensions of projected vectors.
    pub fn dims(&self) -> usize {
        self.scales.len()
    }

    /// Projects a vector, with the same sums in the same order on every machine.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if the vector has other dimensions than the map's source.
    pub fn apply(&self, vector: &[f32]) -> Result<Vec<f32>> {
        if vector.len() != self.source {
            let message =
                ["a vector of ", &vector.len().to_string(), " dimensions, the index has ", &self.source.to_string()];
            return Err(Error::new(ErrorKind::Model, message.concat()).hint("use the encoder that the index names"));
        }
        let rows = self.codes.chunks_exact(self.source).zip(&self.scales);
        Ok(rows
            .map(|(codes, scale)| scale * codes.iter().zip(vector).map(|(&c, x)| f32::from(c) * x).sum::<f32>())
            .collect())
    }

    /// Projects many vectors, on all cores.
    ///
    /// # Errors
    /// As [`Projection::apply`].
    #[cfg(feature = "native")]
    pub fn apply_all<V: AsRef<[f32]> + Sync>(&self, vectors: &[V]) -> Result<Vec<Vec<f32>>> {
        use rayon::prelude::*;

        vectors.par_iter().map(|vector| self.apply(vector.as_ref())).collect()
    }

    /// Writes the contents of a part.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.count(self.source);
        out.count(self.scales.len());
        self.scales.iter().for_each(|&scale| out.float(scale));
        out.0.extend(self.codes.iter().map(|&code| code as u8));
        out.0
    }

    /// Reads the contents of a part that must map `source` dimensions to `dims`.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] if it is no such map.
    pub fn read(bytes: &[u8], source: usize, dims: usize) -> Result<Self> {
        let mut reader = Reader::new(bytes);
        if reader.small()? as usize != source || reader.small()? as usize != dims {
            return Err(damaged("a projection of another shape than the core states"));
        }
        let mut scales = Vec::new();
        for scale in reader.raw(dims.saturating_mul(4))?.as_chunks().0 {
            let scale = f32::from_le_bytes(*scale);
            if !(0.0..=1.0).contains(&scale) {
                return Err(damaged("a projection whose scale is none"));
            }
            scales.push(scale);
        }
        let codes = reader.raw(source.saturating_mul(dims))?.iter().map(|&code| code as i8).collect();
        reader.end()?;
        Ok(Self { source, scales, codes })
    }
}

#[cfg(feature = "native")]
pub use fit::Components;

#[cfg(feature = "native")]
mod fit {
    use rayon::prelude::*;

    use super::Projection;
    use crate::random::Random;
    use crate::vector::eigen::eigen;

    /// Seeds the random turn. Any number does; another one makes other bytes.
    const SEED: u64 = 0x0b1f_0ca1;

    /// Vectors that the moments are taken of: more change nothing that a row's four bits could tell.
    const MOST: usize = 20_000;

    /// Vectors that are summed on one thread, so that the sum does not depend on the number of threads.
    const CHUNK: usize = 1_000;

    /// The principal components of a set of vectors.
    pub struct Components {
        axes: Vec<Vec<f64>>,
        source: usize,
    }

    impl Components {
        /// Finds the components of `vectors` of `source` dimensions.
        pub fn of(vectors: &[Vec<f32>], source: usize) -> Self {
            let step = vectors.len().div_ceil(MOST).max(1);
            let sample: Vec<&[f32]> = vectors.iter().step_by(step).map(Vec::as_slice).collect();
            let moments: Vec<Vec<f32>> = sample.par_chunks(CHUNK).map(|chunk| second_moments(chunk, source)).collect();
            let mut sum = vec![0f64; source * source];
            for moments in moments {
                sum.iter_mut().zip(moments).for_each(|(sum, x)| *sum += f64::from(x));
            }
            for row in 0..source {
                for column in 0..row {
                    sum[row * source + column] = sum[column * source + row];
                }
            }
            Self { axes: eigen(sum, source).1, source }
        }

        /// The projection to the first `fine + coarse` components, each group turned at random.
        ///
        /// Where that is more than there are components, the last dimensions are 0.
        pub fn projection(&self, fine: usize, coarse: usize) -> Projection {
            let mut random = Random(SEED);
            let dims = fine + coarse;
            let fine = fine.min(self.source);
            let most = dims.min(self.source);
            let mut axes = turned(&self.axes[..fine], &mut random);
            axes.extend(turned(&self.axes[fine..most], &mut random));
            axes.extend(vec![vec![0.0; self.source]; dims - most]);
            Projection::new(&axes, self.source)
        }
    }

    /// The sum of the products `x xᵀ`, above the diagonal.
    fn second_moments(vectors: &[&[f32]], source: usize) -> Vec<f32> {
        let mut sum = vec![0f32; source * source];
        for vector in vectors {
            for (row, &x) in vector.iter().enumerate() {
                let sums = &mut sum[row * source + row..(row + 1) * source];
                sums.iter_mut().zip(&vector[row..]).for_each(|(sum, &y)| *sum += x * y);
            }
        }
        sum
    }

    /// The same span in axes turned at random: their products with a random orthogonal matrix.
    fn turned(axes: &[Vec<f64>], random: &mut Random) -> Vec<Vec<f64>> {
        let mut rotation: Vec<Vec<f64>> = Vec::new();
        for _ in 0..axes.len() {
            let mut row: Vec<f64> = (0..axes.len()).map(|_| random.normal()).collect();
            // Gram and Schmidt, twice: once leaves rounding errors behind.
            for _ in 0..2 {
                for other in &rotation {
                    let product: f64 = row.iter().zip(other).map(|(a, b)| a * b).sum();
                    row.iter_mut().zip(other).for_each(|(a, b)| *a -= product * b);
                }
            }
            let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
            row.iter_mut().for_each(|x| *x /= length);
            rotation.push(row);
        }
        let mix = |row: &Vec<f64>| {
            let mut axis = vec![0.0; axes[0].len()];
            for (weight, component) in row.iter().zip(axes) {
                axis.iter_mut().zip(component).for_each(|(sum, x)| *sum += weight * x);
            }
            axis
        };
        rotation.iter().map(mix).collect()
    }
}
