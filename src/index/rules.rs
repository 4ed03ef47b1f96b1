//! What the owner of a site says about ranking.
//!
//! ```text
//! rules    := weights[3×4] proximity[4] stopped synonyms answers priors
//! weights                                   of a word in a title, in a heading and in the text
//! proximity                                 what a page gains that has the query's words side by side, as a share of the best score
//! stopped  := words                         words that are passed over, unless a query has no others; sorted
//! synonyms := count (words words weight[4])*   for a run of a query's words, words that stand for its last one, and what they count
//! answers  := count (words pages pages)*    for a query of just these words, pages that come first and pages that don't come
//! priors   := 0 | 1 byte*                   for each page, what its score is multiplied by: 2^((byte − 128) / 16)
//! words    := count text*
//! pages    := count page*
//! ```
//! Words are as the tokenizer makes them.

use crate::Result;
use crate::bytes::{Reader, Writer, damaged};
use crate::corpus::PageId;
use crate::lexical::Bm25f;

/// What the owner of a site says about ranking.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// What a word in a title, in a heading and in the text counts.
    pub weights: [f32; 3],
    /// What a page gains that has all of a query's words side by side, as a share of the best score.
    pub proximity: f32,
    /// Words that are passed over, unless a query has no others; sorted.
    pub stopped: Vec<String>,
    /// Words that stand for others.
    pub synonyms: Vec<Synonym>,
    /// Queries whose answers are settled.
    pub answers: Vec<Settled>,
    /// What each page's score is multiplied by, as [`Rules::prior`] reads it; empty if by 1 throughout.
    pub priors: Vec<u8>,
}

/// Words that stand for others.
#[derive(Clone, Debug, PartialEq)]
pub struct Synonym {
    /// The words that a query must have, one after the other.
    pub of: Vec<String>,
    /// What stands for the last of them as well.
    pub words: Vec<String>,
    /// What an occurrence of one of these counts.
    pub weight: f32,
}

/// A query whose answer is settled.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// The query's words.
    pub query: Vec<String>,
    /// Pages that come first, in this order.
    pub first: Vec<PageId>,
    /// Pages that don't come.
    pub never: Vec<PageId>,
}

/// The byte that stands for a factor of 1.
const NEUTRAL: u8 = 128;
/// Steps of a doubling.
const STEPS: f32 = 16.0;

impl Default for Rules {
    fn default() -> Self {
        let Bm25f { title, heading, body, .. } = Bm25f::default();
        let weights = [title.weight, heading.weight, body.weight];
        Self {
            weights,
            proximity: 0.0,
            stopped: Vec::new(),
            synonyms: Vec::new(),
            answers: Vec::new(),
            priors: Vec::new(),
        }
    }
}

impl Rules {
    /// The formula with the owner's weights.
    pub fn formula(&self) -> Bm25f {
        let mut formula = Bm25f::default();
        [formula.title.weight, formula.heading.weight, formula.body.weight] = self.weights;
        formula
    }

    /// What a page's score is multiplied by.
    pub fn prior(&self, page: PageId) -> f32 {
        self.priors.get(page.0 as usize).map_or(1.0, |&byte| ((f32::from(byte) - f32::from(NEUTRAL)) / STEPS).exp2())
    }

    /// The byte for a factor: the nearest of those from 2⁻⁸ to 2⁸ that there is one for.
    #[cfg(feature = "native")]
    pub fn prior_byte(factor: f64) -> u8 {
        (f64::from(NEUTRAL) + f64::from(STEPS) * factor.log2()).round().clamp(0.0, 255.0) as u8
    }

    /// Writes the contents of a part.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        self.weights.iter().chain([&self.proximity]).for_each(|&weight| out.float(weight));
        write_words(&self.stopped, &mut out);
        out.count(self.synonyms.len());
        for Synonym { of, words, weight } in &self.synonyms {
            write_words(of, &mut out);
            write_words(words, &mut out);
            out.float(*weight);
        }
        out.count(self.answers.len());
        for Settled { query, first, never } in &self.answers {
            write_words(query, &mut out);
            for pages in [first, never] {
                out.count(pages.len());
                pages.iter().for_each(|page| out.number(page.0.into()));
            }
        }
        out.raw(&[u8::from(!self.priors.is_empty())]);
        out.raw(&self.priors);
        out.0
    }

    /// Reads the contents of a part, of an index with `pages` pages.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Damaged`] if it ends early or late, a weight is no number, or a page is none of the index.
    pub fn read(bytes: &[u8], pages: u32) -> Result<Self> {
        let mut reader = Reader::new(bytes);
        let mut rules = Self::default();
        for weight in rules.weights.iter_mut().chain([&mut rules.proximity]) {
            *weight = read_weight(&mut reader)?;
        }
        rules.stopped = read_words(&mut reader)?;
        for _ in 0..reader.count(6)? {
            let (of, words) = (read_words(&mut reader)?, read_words(&mut reader)?);
            rules.synonyms.push(Synonym { of, words, weight: read_weight(&mut reader)? });
        }
        for _ in 0..reader.count(3)? {
            let query = read_words(&mut reader)?;
            let (first, never) = (read_pages(&mut reader, pages)?, read_pages(&mut reader, pages)?);
            rules.answers.push(Settled { query, first, never });
        }
        rules.priors = match reader.byte()? {
            0 => Vec::new(),
            1 => reader.raw(pages as usize)?.to_vec(),
            _ => return Err(damaged("rules that neither have factors of pages nor lack them")),
        };
        reader.end()?;
        Ok(rules)
    }
}

fn write_words(words: &[String], out: &mut Writer) {
    out.count(words.len());
    words.iter().for_each(|word| out.text(word));
}

fn read_words(reader: &mut Reader) -> Result<Vec<String>> {
    let mut words = Vec::new();
    for _ in 0..reader.count(1)? {
        words.push(reader.text()?.to_owned());
    }
    Ok(words)
}

fn read_pages(reader: &mut Reader, pages: u32) -> Result<Vec<PageId>> {
    let mut read = Vec::new();
    for _ in 0..reader.count(1)? {
        let page = reader.small()?;
        if page >= pages {
            return Err(damaged("a rule for a page that there is not"));
        }
        read.push(PageId(page));
    }
    Ok(read)
}

fn read_weight(reader: &mut Reader) -> Result<f32> {
    let weight = reader.float()?;
    if weight.is_finite() && weight >= 0.0 { Ok(weight) } else { Err(damaged("a weight that is none")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Rules {
            weights: [3.0, 1.5, 0.5],
            proximity: 0.25,
            stopped: words(&["please"]),
            synonyms: vec![Synonym { of: words(&["machine", "learning"]), words: words(&["ml"]), weight: 0.8 }],
            answers: vec![Settled {
                query: words(&["install"]),
                first: vec![PageId(2), PageId(0)],
                never: vec![PageId(1)],
            }],
            priors: vec![128, 144, 0],
        }
    }

    #[test]
    fn they_read_back_and_damage_is_found() {
        for rules in [rules(), Rules::default()] {
            let bytes = rules.write();
            assert_eq!(Rules::read(&bytes, 3).unwrap(), rules);
            for end in 0..bytes.len() {
                assert!(Rules::read(&bytes[..end], 3).is_err(), "cut at {end}");
            }
        }
        assert!(Rules::read(&rules().write(), 2).is_err(), "a page too many");
        assert!(Rules::read(&Rules { weights: [f32::NAN, 1.0, 1.0], ..rules() }.write(), 3).is_err());
    }

    #[test]
    fn factors_are_kept_to_a_twentieth() {
        for factor in [0.01, 0.3, 0.5, 1.0, 1.1, 2.0, 7.7, 200.0] {
            let rules = Rules { priors: vec![Rules::prior_byte(factor)], ..Rules::default() };
            assert!((rules.prior(PageId(0)) / factor as f32 - 1.0).abs() < 0.05, "{factor}");
        }
        assert_eq!(Rules { priors: vec![Rules::prior_byte(1.0)], ..Rules::default() }.prior(PageId(0)), 1.0);
        assert_eq!(Rules::default().prior(PageId(7)), 1.0);
    }
}
