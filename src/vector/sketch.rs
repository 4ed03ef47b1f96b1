//! Sketches: vectors of one section's pieces in a bit for each leading dimension, good enough to tell which is nearest.
//!
//! A bit says on which side of the pieces' mean a piece lies. The query stays as it is and is added up by these signs, which
//! keeps more than comparing bits with bits does: A. Gordo and F. Perronnin, "Asymmetric Distances for Binary Embeddings" (2011).
//! What all pieces have in common (their page, their subject) is in the mean, and so not in the bits.

use super::RowCode;

/// Most bits of a sketch.
const MOST_BITS: usize = 64;

/// The bits of a sketch beside rows of a code: their leading dimensions, which tell most.
pub fn bits(code: RowCode) -> usize {
    code.fine().min(MOST_BITS)
}

/// The sketches of `vectors`, one after the other, each the signs of the first `bits` dimensions less the mean, low bits first.
///
/// # Panics
/// If a vector has fewer dimensions.
#[cfg(feature = "native")]
pub fn write(vectors: &[Vec<f32>], bits: usize) -> Vec<u8> {
    let mean = |at: usize| vectors.iter().map(|vector| vector[at]).sum::<f32>() / vectors.len() as f32;
    let mean: Vec<f32> = (0..bits).map(mean).collect();
    let mut sketches = Vec::with_capacity(vectors.len() * bits / 8);
    for vector in vectors {
        for (leading, mean) in vector[..bits].chunks(8).zip(mean.chunks(8)) {
            let above = leading.iter().zip(mean).enumerate().filter(|(_, (x, mean))| x > mean);
            sketches.push(above.fold(0u8, |byte, (bit, _)| byte | 1 << bit));
        }
    }
    sketches
}

/// How near a query is to a sketch: its leading dimensions, added up by the sketch's signs.
pub fn nearness(sketch: &[u8], query: &[f32]) -> f32 {
    let bits = query.iter().enumerate();
    bits.map(|(at, x)| if sketch[at / 8] >> (at % 8) & 1 == 1 { *x } else { -x }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_piece_on_the_querys_side_of_the_mean_is_nearest() {
        let common = 9.0;
        let vector =
            |side: f32| (0..32).map(|at| common + if at % 2 == 0 { side } else { -side }).collect::<Vec<f32>>();
        let sketches = write(&[vector(-1.0), vector(2.0), vector(0.0)], 32);
        assert_eq!(sketches.len(), 3 * 4);
        let query: Vec<f32> = vector(1.0).iter().map(|x| x - common).collect();
        let near: Vec<f32> = sketches.chunks(4).map(|sketch| nearness(sketch, &query)).collect();
        assert_eq!(near, [-32.0, 32.0, -32.0]);
    }
}
