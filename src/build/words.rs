//! Packs the lexicon's vectors for the dictionary.

/// The vectors of a site's words, packed; forms that mean the same share one.
#[derive(Default)]
pub(super) struct WordRows {
    /// The unit of each form, by the form's number in the dictionary; empty if there are no vectors.
    unit_of: Vec<u32>,
    weights: Vec<f32>,
    rows: Vec<Vec<u8>>,
}

impl WordRows {
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
