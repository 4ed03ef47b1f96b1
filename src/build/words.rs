//! Packs the lexicon's vectors for the dictionary.

use rayon::prelude::*;

use super::lexicon::Lexicon;
use crate::Result;
use crate::vector::{self, RowCode};

/// The vectors of a site's words, packed; forms that mean the same share one.
#[derive(Default)]
pub(super) struct WordRows {
    code: Option<RowCode>,
    /// The unit of each form, by the form's number in the dictionary.
    unit_of: Vec<u32>,
    weights: Vec<f32>,
    rows: Vec<Vec<u8>>,
}

impl WordRows {
    /// Packs vectors in the space of rows that are packed by `like`: in as many bits, with a ratio of their own.
    pub fn pack(lexicon: &Lexicon, like: RowCode) -> Result<Self> {
        if lexicon.vectors.is_empty() {
            return Ok(Self::default());
        }
        let code = RowCode::fit(like.fine(), like.coarse(), &lexicon.vectors)?;
        let pack = |vector: &Vec<f32>| vector::pack(code, std::slice::from_ref(vector));
        let rows = lexicon.vectors.par_iter().map(pack).collect::<Result<_>>()?;
        Ok(Self { code: Some(code), unit_of: lexicon.unit_of.clone(), weights: lexicon.weights.clone(), rows })
    }

    /// How the rows are packed; none if there are none.
    pub fn code(&self) -> Option<RowCode> {
        self.code
    }

    /// How many vectors there are.
    pub fn units(&self) -> usize {
        self.rows.len()
    }

    /// The unit of a form, with its weight and row, if it has any.
    pub fn of(&self, form: usize) -> Option<(u32, f32, &[u8])> {
        let unit = *self.unit_of.get(form)?;
        let row = self.rows.get(unit as usize)?;
        Some((unit, self.weights[unit as usize], row))
    }
}
