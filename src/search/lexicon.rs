//! The lexicon encoder in use: a query's vector out of the vectors that its words carry in the dictionary.

use super::keyword::Plan;
use crate::Result;
use crate::index::{Core, Index};
use crate::vector::{PackedRows, RowId};

/// What answers call this encoder.
pub(super) const NAME: &str = "lexicon";

/// `Σ count · weight · vector` over the query's words, brought to unit length, in the space of the rows; none if no word
/// has a vector.
///
/// # Errors
/// [`crate::ErrorKind::Damaged`] if a block's rows are not as the core says.
pub(super) fn vector(index: &Index, core: &Core, plan: &Plan) -> Result<Option<Vec<f32>>> {
    let Some(code) = core.words else { return Ok(None) };
    let mut sum = vec![0.0; code.dims()];
    for word in &plan.vectors {
        let Some((weight, row)) = word.find(index) else { continue };
        let vector = PackedRows::parse(code, 1, row)?.vector(RowId(0));
        sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += word.count * weight * x);
    }
    let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
    Ok((length > 0.0).then(|| sum.into_iter().map(|x| x / length).collect()))
}
