//! BM25F: Robertson, Zaragoza and Taylor, "Simple BM25 Extension to Multiple Weighted Fields" (CIKM 2004).
//!
//! `tf̃ = Σ_f w_f · tf_f / (1 − b_f + b_f · len_f / avg_f)`, `score = Σ_t idf(t) · tf̃ (k1 + 1) / (tf̃ + k1)`,
//! with Lucene's `idf(t) = ln(1 + (N − df + ½) / (df + ½))`, which is never negative.

/// How one field counts.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// At 0 the field counts nothing; at 2 a word in it counts as two in the body.
    pub weight: f32,
    /// At 0 the field's length is ignored; at 1 it counts in full.
    pub b: f32,
}

/// The parameters of the formula.
#[derive(Clone, Copy, Debug)]
pub struct Bm25f {
    /// At 0 only presence counts; the larger, the more repetition counts. Default 1.2.
    pub k1: f32,
    /// The page's title.
    pub title: Field,
    /// The headings of its sections.
    pub heading: Field,
    /// The text of its sections.
    pub body: Field,
}

impl Default for Bm25f {
    fn default() -> Self {
        Self {
            k1: 1.2,
            title: Field { weight: 2.0, b: 0.3 },
            heading: Field { weight: 1.2, b: 0.3 },
            body: Field { weight: 1.0, b: 0.75 },
        }
    }
}

/// Lengths of a page's fields, or their averages over the site, in words.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lengths {
    /// Words in the title.
    pub title: f32,
    /// Words in all headings.
    pub heading: f32,
    /// Words in all texts.
    pub body: f32,
}

impl Bm25f {
    /// How much knowing that a term occurs says: `pages` in all, of which `frequency` hold it.
    pub fn idf(pages: u32, frequency: u32) -> f32 {
        let (pages, frequency) = (f64::from(pages), f64::from(frequency.min(pages)));
        (1.0 + (pages - frequency + 0.5) / (frequency + 0.5)).ln() as f32
    }

    /// The weighted, length-normalised frequency `tf̃` of a term in a page.
    pub fn frequency(&self, [title, heading, body]: [f32; 3], page: Lengths, average: Lengths) -> f32 {
        field(self.title, title, page.title, average.title)
            + field(self.heading, heading, page.heading, average.heading)
            + field(self.body, body, page.body, average.body)
    }

    /// What a term of that `tf̃` adds to a page's score, before its idf.
    pub fn saturate(&self, frequency: f32) -> f32 {
        frequency * (self.k1 + 1.0) / (frequency + self.k1)
    }
}

fn field(field: Field, count: f32, length: f32, average: f32) -> f32 {
    if count == 0.0 {
        return 0.0;
    }
    field.weight * count / (1.0 - field.b + field.b * length / average.max(f32::MIN_POSITIVE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_field_is_plain_bm25() {
        let plain = Bm25f {
            k1: 1.2,
            title: Field { weight: 0.0, b: 0.0 },
            heading: Field { weight: 0.0, b: 0.0 },
            body: Field { weight: 1.0, b: 0.75 },
        };
        let (page, average) =
            (Lengths { body: 50.0, ..Lengths::default() }, Lengths { body: 100.0, ..Lengths::default() });
        let got = Bm25f::idf(10, 2) * plain.saturate(plain.frequency([1.0, 0.0, 3.0], page, average));
        let wanted = (1.0f32 + 8.5 / 2.5).ln() * 3.0 * 2.2 / (3.0 + 1.2 * (1.0 - 0.75 + 0.75 * 0.5));
        assert!((got - wanted).abs() < 1e-5, "{got} is not {wanted}");
    }

    #[test]
    fn a_term_on_every_page_still_counts_a_little() {
        assert!(Bm25f::idf(10, 10) > 0.0);
        assert!(Bm25f::idf(10, 1) > Bm25f::idf(10, 5));
    }
}
