//! Turns pages into postings.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::bm25f::Lengths;
use super::posting::{PagePosting, SectionPosting};
use crate::corpus::{Ordinal, Page, PageId};
use crate::text::{self, Kind, WRITTEN};

/// Positions left free between two fields, so that a phrase never spans them.
const FIELD_GAP: u32 = 16;

/// A section's positions start at a multiple of this, so that a few words more or less in one section most often leave the
/// positions of those after it as they were, and with them the parts of a rebuilt index.
const SECTION_STEP: u32 = 64;

/// What an occurrence counts on a site some of whose words count more or less than others, so that a quarter can be said.
const WEIGHTED_UNIT: u32 = 4;

/// The words of a site.
pub struct Inverted {
    /// Every form, sorted.
    pub terms: Vec<InvertedTerm>,
    /// The lengths of each page's fields.
    pub lengths: Vec<Lengths>,
    /// Average lengths of the fields.
    pub average: Lengths,
    /// How much one occurrence in a text counts: more than 1 where pages say that some words count less or more.
    pub unit: u32,
    /// The languages that `InvertedTerm::languages` number, sorted.
    pub languages: Vec<String>,
}

/// A form and where it occurs.
pub struct InvertedTerm {
    /// The folded form.
    pub form: String,
    /// How it is written most often, with its marks.
    pub written: String,
    /// Languages of the pages that it occurs in, as numbers into [`Inverted::languages`].
    pub languages: Vec<u16>,
    /// Its postings, by page.
    pub postings: Vec<PagePosting>,
    /// Its positions in each of those pages.
    pub positions: Vec<Vec<u32>>,
}

/// Reads the words of all pages; `language` stands in for pages that state none.
pub fn invert(pages: &[Page], language: &str) -> Inverted {
    let language_of = |page: &Page| page.lang.clone().unwrap_or_else(|| language.to_owned());
    let mut languages: Vec<String> = pages.iter().map(language_of).collect();
    languages.sort();
    languages.dedup();
    let weighted = pages.iter().flat_map(|page| &page.sections).any(|section| !section.weights.is_empty());
    let unit = if weighted { WEIGHTED_UNIT } else { 1 };
    let read: Vec<PageWords> = pages.par_iter().map(|page| PageWords::read(page, unit)).collect();

    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut terms: Vec<InvertedTerm> = Vec::new();
    let mut lengths = Vec::with_capacity(pages.len());
    for (number, (page, words)) in pages.iter().zip(read).enumerate() {
        let language = languages.binary_search(&language_of(page)).unwrap_or_default() as u16;
        lengths.push(words.lengths);
        for (form, uses) in words.uses {
            let at = *numbers.entry(form).or_insert_with_key(|form| {
                terms.push(InvertedTerm {
                    form: form.clone(),
                    written: form.clone(),
                    languages: Vec::new(),
                    postings: Vec::new(),
                    positions: Vec::new(),
                });
                terms.len() - 1
            });
            let term = &mut terms[at];
            if !term.languages.contains(&language) {
                term.languages.push(language);
            }
            term.postings.push(PagePosting {
                page: PageId(number as u32),
                lengths: words.lengths,
                title: uses.title,
                sections: uses.sections,
            });
            term.positions.push(uses.positions);
        }
    }
    terms.sort_by(|a, b| a.form.cmp(&b.form));
    settle_marks(&mut terms);
    terms.iter_mut().for_each(|term| term.languages.sort_unstable());
    Inverted { terms, average: average(&lengths), lengths, unit, languages }
}

/// Says of each word how it is written most often, and drops marked words where there is only one way: they would find no other
/// pages than the word itself.
fn settle_marks(terms: &mut Vec<InvertedTerm>) {
    let uses = |term: &InvertedTerm| term.positions.iter().map(Vec::len).sum::<usize>();
    let mut keep = vec![true; terms.len()];
    // A marked word follows the word itself, but for words of which that is the beginning.
    for at in 0..terms.len() {
        let start = [&terms[at].form[..], WRITTEN.encode_utf8(&mut [0; 4])].concat();
        let from = terms.partition_point(|term| term.form < start);
        let marked = from..from + terms[from..].iter().take_while(|term| term.form.starts_with(&start)).count();
        if marked.is_empty() {
            continue;
        }
        let all = uses(&terms[at]);
        let without = all - marked.clone().map(|other| uses(&terms[other])).sum::<usize>();
        if let Some(most) = marked.clone().max_by_key(|&other| uses(&terms[other])) {
            if uses(&terms[most]) > without {
                terms[at].written = terms[most].form[start.len()..].to_owned();
            }
            keep[most] = uses(&terms[most]) < all;
        }
    }
    let mut keep = keep.into_iter();
    terms.retain(|_| keep.next().unwrap_or(true));
}

/// The share by which a page's text may grow or shrink and still count as long as before.
const SETTLED: f32 = 0.1;

impl Inverted {
    /// Counts the text of pages as long as it was `before`, by their numbers, where it hardly changed: each of a page's
    /// postings holds its length, and all of them would change with one word.
    pub fn settle(&mut self, before: &[Option<f32>]) {
        for (lengths, before) in self.lengths.iter_mut().zip(before) {
            if let Some(before) = before.filter(|before| (lengths.body - before).abs() <= SETTLED * before) {
                lengths.body = before;
            }
        }
        self.average = average(&self.lengths);
        for posting in self.terms.iter_mut().flat_map(|term| &mut term.postings) {
            posting.lengths = self.lengths[posting.page.0 as usize];
        }
    }
}

fn average(lengths: &[Lengths]) -> Lengths {
    let mean = |field: fn(&Lengths) -> f32| {
        let sum: f64 = lengths.iter().map(|lengths| f64::from(field(lengths))).sum();
        (sum / lengths.len().max(1) as f64) as f32
    };
    Lengths { title: mean(|l| l.title), heading: mean(|l| l.heading), body: mean(|l| l.body) }
}

/// The words of one page.
struct PageWords {
    lengths: Lengths,
    uses: BTreeMap<String, Uses>,
}

#[derive(Default)]
struct Uses {
    title: u32,
    sections: Vec<SectionPosting>,
    positions: Vec<u32>,
}

impl PageWords {
    fn read(page: &Page, unit: u32) -> Self {
        let mut words = Self { lengths: Lengths::default(), uses: BTreeMap::new() };
        let mut base = 0;
        words.lengths.title = words.read_field(&page.title, &mut base, |uses, _| uses.title += 1);
        let mut last_heading = "";
        for (number, section) in page.sections.iter().enumerate() {
            let section_number = Ordinal(number as u32);
            base = base.checked_next_multiple_of(SECTION_STEP).unwrap_or(u32::MAX);
            // The pieces of a divided section repeat its heading; it counts once.
            if section.heading != last_heading {
                last_heading = &section.heading;
                let weight = in_units(section.heading_weight.unwrap_or(1.0), 1);
                words.lengths.heading += words.read_field(&section.heading, &mut base, |uses, _| {
                    uses.in_section(section_number).heading += weight
                });
            }
            words.lengths.body += words.read_field(&section.text, &mut base, |uses, start| {
                uses.in_section(section_number).body += in_units(section.weight_at(start), unit);
            });
        }
        words
    }

    /// Reads a field's words; `count` is told where each begins.
    fn read_field(&mut self, text: &str, base: &mut u32, count: impl Fn(&mut Uses, usize)) -> f32 {
        let (mut length, mut next) = (0u32, *base);
        for mut word in text::words(text) {
            if word.kind == Kind::Marked {
                word.term = word.term.nfc().collect();
            }
            let position = base.saturating_add(word.position);
            next = next.max(position.saturating_add(1));
            length += u32::from(word.kind != Kind::Marked);
            if !self.uses.contains_key(&*word.term) {
                self.uses.insert(word.term.clone().into_owned(), Uses::default());
            }
            if let Some(uses) = self.uses.get_mut(&*word.term) {
                count(uses, word.span.start);
                uses.positions.push(position);
            }
        }
        if length > 0 {
            *base = next.saturating_add(FIELD_GAP);
        }
        length as f32
    }
}

/// A weight in whole units; one only where it counts nothing is none.
fn in_units(weight: f32, unit: u32) -> u32 {
    ((weight * unit as f32).round() as u32).max(u32::from(weight > 0.0))
}

impl Uses {
    fn in_section(&mut self, section: Ordinal) -> &mut SectionPosting {
        if self.sections.last().is_none_or(|last| last.section != section) {
            self.sections.push(SectionPosting { section, heading: 0, body: 0 });
        }
        let last = self.sections.len() - 1;
        &mut self.sections[last]
    }
}
