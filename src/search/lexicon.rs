//! The lexicon encoder in use: a query's vector out of the vectors that its words carry in the dictionary, or, where the
//! site does not use a word, among the general words.

use super::general;
use super::keyword::Plan;
use crate::Result;
use crate::index::{Core, Index};
use crate::lexical::Bm25f;
use crate::vector::{PackedRows, RowId};

/// What answers call this encoder.
pub(super) const NAME: &str = "lexicon";

/// Share of what a query says, counted in idf, that must be in words with a vector: of `how to cook pasta` a site on
/// programming knows two words, and what these mean was not asked.
const LEAST_KNOWN: f32 = 1.0 / 3.0;

/// `Σ count · weight · vector` over the query's words, brought to unit length, in the space of the rows; none if too few
/// words have a vector.
///
/// # Errors
/// [`crate::ErrorKind::Damaged`] if a block's rows are not as the core says.
pub(super) fn vector(index: &Index, core: &Core, plan: &Plan) -> Result<Option<Vec<f32>>> {
    let Some(code) = core.words else { return Ok(None) };
    let mut sum = vec![0.0; code.dims()];
    let (mut known, mut unknown) = (0.0, 0.0);
    for word in &plan.vectors {
        // What a word means in general is nearer to it than a word of the site that only looks like it.
        let Some((weight, row)) = general::find(index, core, word).or_else(|| word.find(index)) else {
            unknown += word.count * Bm25f::idf(core.collection.pages, 1);
            continue;
        };
        let vector = PackedRows::parse(code, 1, row)?.vector(RowId(0));
        known += word.count * weight;
        sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += word.count * weight * x);
    }
    if known < LEAST_KNOWN * (known + unknown) {
        return Ok(None);
    }
    let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
    Ok((length > 0.0).then(|| sum.into_iter().map(|x| x / length).collect()))
}
