//! The lexicon encoder, fitted: a vector for each word, so that weighted sums of them come near to a transformer's vectors.
//!
//! A text is a row `a` of shares of its words (they sum to 1), its vector is `a E`, and `E` is what is fitted:
//!
//! `E = argmin_E Σ_i w_i |a_i E − y_i|² + λ |E − s E₀|²`
//!
//! with `y_i` the transformer's vector of text `i` and `E₀` its vectors of the words alone, scaled by the `s` that fits best.
//! From there [`Distillation`] moves them so that passages are ranked as the transformer ranks them. Words that no text
//! holds are put among them by a [`LinearMap`]. This room knows rows and targets; which texts of a site they stand for is said in `build/`.

mod distil;
mod map;
mod ridge;
mod sparse;

pub use distil::Distillation;
pub use map::{LinearMap, MapFit};
pub use ridge::Ridge;
pub use sparse::SparseRows;
