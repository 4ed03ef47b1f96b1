//! The lexicon's vectors as the dictionary carries them, packed; and how they are found again when a site changes.

use std::collections::HashMap;

use rayon::prelude::*;

use super::lexicon::Lexicon;
use super::units::Units;
use crate::Result;
use crate::bytes::{Reader, Writer, damaged};
use crate::lexical::InvertedTerm;
use crate::vector::{self, PackedRows, RowCode};

/// The vectors of a site's words, packed; forms that mean the same share one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct WordRows {
    code: Option<RowCode>,
    /// The unit of each form, by the form's number in the dictionary.
    unit_of: Vec<u32>,
    weights: Vec<f32>,
    rows: Vec<Vec<u8>>,
}

/// The vectors of the words that a site had when they were fitted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FittedWords {
    /// The forms, sorted.
    forms: Vec<String>,
    /// Their vectors, by the forms' places.
    words: WordRows,
}

impl WordRows {
    /// Packs vectors in the space of rows that are packed by `like`: in as many bits, with a ratio of their own.
    pub fn pack(lexicon: &Lexicon, like: RowCode) -> Result<Self> {
        if lexicon.vectors.is_empty() {
            return Ok(Self::default());
        }
        let code = RowCode::fit(like.fine(), like.coarse(), &lexicon.vectors)?;
        let rows = pack(code, &lexicon.vectors)?;
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

    /// Keeps these for a later build, in which the forms may have other numbers.
    pub fn fitted(self, terms: &[InvertedTerm]) -> FittedWords {
        FittedWords { forms: terms.iter().map(|term| term.form.clone()).collect(), words: self }
    }
}

impl FittedWords {
    /// The places of each unit's vector among the fitted ones: that of its most used form, else of its first form that was
    /// there; none for a word that is new.
    pub fn places(&self, terms: &[InvertedTerm], units: &Units) -> Vec<Option<u32>> {
        let known: HashMap<&str, u32> =
            self.forms.iter().map(String::as_str).zip(self.words.unit_of.iter().copied()).collect();
        let mut places = vec![None; units.most_used.len()];
        for (term, &unit) in terms.iter().zip(&units.of) {
            let unit = unit as usize;
            let found = known.get(term.form.as_str()).copied();
            if found.is_some() && (places[unit].is_none() || term.form == units.most_used[unit]) {
                places[unit] = found;
            }
        }
        places
    }

    /// The words of a site as it is now: those at `places` keep their vectors, the others get those that `newcomers` holds,
    /// in order.
    pub fn apply(&self, units: Units, places: &[Option<u32>], newcomers: &[Vec<f32>]) -> Result<WordRows> {
        let Some(code) = self.words.code else { return Ok(WordRows::default()) };
        let mut new = pack(code, newcomers)?.into_iter();
        let (mut weights, mut rows) = (Vec::with_capacity(places.len()), Vec::with_capacity(places.len()));
        for (place, idf) in places.iter().zip(&units.idf) {
            match place.map(|place| place as usize) {
                Some(place) => {
                    weights.push(self.words.weights[place]);
                    rows.push(self.words.rows[place].clone());
                }
                None => {
                    weights.push(*idf);
                    rows.extend(new.next());
                }
            }
        }
        Ok(WordRows { code: Some(code), unit_of: units.of, weights, rows })
    }

    /// Writes them.
    ///
    /// ```text
    /// words := count (form unit)* vectors
    /// vectors := 0 | count code (weight[4] row)*
    /// ```
    pub fn write(&self, out: &mut Writer) {
        out.count(self.forms.len());
        for (number, form) in self.forms.iter().enumerate() {
            out.text(form);
            out.number(self.words.unit_of.get(number).copied().unwrap_or_default().into());
        }
        out.count(self.words.rows.len());
        let Some(code) = self.words.code else { return };
        code.write(out);
        for (&weight, row) in self.words.weights.iter().zip(&self.words.rows) {
            out.float(weight);
            out.raw(row);
        }
    }

    /// Reads what [`FittedWords::write`] wrote.
    pub fn read(reader: &mut Reader) -> Result<Self> {
        let mut fitted = Self::default();
        let words = &mut fitted.words;
        for _ in 0..reader.count(2)? {
            fitted.forms.push(reader.text()?.to_owned());
            words.unit_of.push(reader.small()?);
        }
        let count = reader.count(4)?;
        if count == 0 {
            return Ok(fitted);
        }
        let code = RowCode::read(reader)?;
        words.code = Some(code);
        for _ in 0..count {
            words.weights.push(reader.float()?);
            let row = reader.raw(code.bytes() + 2)?;
            PackedRows::parse(code, 1, row)?;
            words.rows.push(row.to_vec());
        }
        if words.unit_of.iter().any(|&unit| unit as usize >= count) {
            return Err(damaged("a word whose vector is not there"));
        }
        Ok(fitted)
    }
}

fn pack(code: RowCode, vectors: &[Vec<f32>]) -> Result<Vec<Vec<u8>>> {
    vectors.par_iter().map(|vector| vector::pack(code, std::slice::from_ref(vector))).collect()
}
