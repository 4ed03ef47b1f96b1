//! Turns pages into postings.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::hash::BuildHasher;

use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashMap};
use unicode_normalization::UnicodeNormalization;

use super::bm25f::Lengths;
use super::occurrences::{Field, Occurrences};
use super::positions::span_of;
use crate::corpus::{Ordinal, Page, PageId};
use crate::text::{self, Kind, WRITTEN};

/// Positions left free between two fields, so that a phrase never spans them.
const FIELD_GAP: u32 = 16;

/// What an occurrence counts on a site some of whose words count more or less than others, so that a quarter can be said.
const WEIGHTED_UNIT: u32 = 4;

/// Shares of the forms, by their hashes, that are gathered side by side.
const SHARES: usize = 16;

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
#[derive(Default)]
pub struct InvertedTerm {
    /// The folded form.
    pub form: String,
    /// How it is written most often, with its marks.
    pub written: String,
    /// Languages of the pages that it occurs in, as numbers into [`Inverted::languages`].
    pub languages: Vec<u16>,
    /// Its places.
    pub occurrences: Occurrences,
}

/// How long a word in a list of links makes a page, in words: so it counts about an eighth. Such lists name everything, and are not
/// where it is explained.
const IN_LINKS: f32 = 8.0;

/// Reads the words of all pages; `language` stands in for pages that state none.
pub fn invert(pages: &[Page], language: &str) -> Inverted {
    let language_of = |page: &Page| page.lang.clone().unwrap_or_else(|| language.to_owned());
    let mut languages: Vec<String> = pages.iter().map(language_of).collect();
    languages.sort();
    languages.dedup();
    let is_weighted = |page: &Page| page.sections.iter().any(|s| !s.weights.is_empty() || s.heading_weight.is_some());
    let unit = if pages.iter().any(is_weighted) { WEIGHTED_UNIT } else { 1 };
    let number_of = |page: &Page| languages.binary_search(&language_of(page)).unwrap_or_default() as u16;
    let mut read: Vec<PageWords> = pages.par_iter().map(|page| PageWords::read(page, number_of(page), unit)).collect();

    let lengths: Vec<Lengths> = read.iter().map(|words| words.lengths).collect();
    let average = average(&read);
    let mut shares: Vec<Vec<(u16, Share)>> = (0..SHARES).map(|_| Vec::with_capacity(pages.len())).collect();
    for words in &mut read {
        shares.iter_mut().zip(words.shares.drain(..)).for_each(|(all, share)| all.push((words.language, share)));
    }
    let mut terms: Vec<InvertedTerm> = shares.into_par_iter().flat_map_iter(gather).collect();
    terms.par_sort_unstable_by(|a, b| a.form.cmp(&b.form));
    settle_marks(&mut terms);
    Inverted { terms, average, lengths, unit, languages }
}

/// Puts together what all pages, in order, have of one share of the forms.
fn gather(pages: Vec<(u16, Share)>) -> Vec<InvertedTerm> {
    let mut numbers: FxHashMap<Cow<str>, usize> = HashMap::default();
    let mut terms: Vec<InvertedTerm> = Vec::new();
    for (page, (language, share)) in (0..).zip(pages) {
        let mut places = Vec::with_capacity(share.forms.len());
        for form in share.forms {
            let at = *numbers.entry(form).or_insert_with_key(|form| {
                let form = form.clone().into_owned();
                terms.push(InvertedTerm { written: form.clone(), form, ..InvertedTerm::default() });
                terms.len() - 1
            });
            if !terms[at].languages.contains(&language) {
                terms[at].languages.push(language);
            }
            places.push(at);
        }
        for Occurrence { form, field, count, position } in share.occurrences {
            terms[places[form as usize]].occurrences.add(PageId(page), field, count, position);
        }
    }
    terms.iter_mut().for_each(|term| term.languages.sort_unstable());
    terms
}

/// Says of each word how it is written most often, and drops marked words where there is only one way: they would find no other
/// pages than the word itself.
fn settle_marks(terms: &mut Vec<InvertedTerm>) {
    let uses = |term: &InvertedTerm| term.occurrences.uses();
    let mut keep = vec![true; terms.len()];
    let find = |form: &str| terms.binary_search_by(|term| term.form.as_str().cmp(form)).ok();
    let written = |term: &InvertedTerm| {
        term.form.match_indices(WRITTEN).filter_map(|(at, _)| find(&term.form[..at])).collect::<Vec<_>>()
    };
    let plain: BTreeSet<usize> = terms.iter().flat_map(written).collect();
    // A marked word follows the word itself, but for words of which that is the beginning.
    for at in plain {
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

/// Average lengths, where lists of links are the length of nothing unless there is nothing else.
fn average(pages: &[PageWords]) -> Lengths {
    let mean = |length: fn(&PageWords) -> f32| {
        let sum: f64 = pages.iter().map(|words| f64::from(length(words))).sum();
        (sum / pages.len().max(1) as f64) as f32
    };
    let prose = Some(mean(|words| words.prose)).filter(|&prose| prose > 0.0);
    Lengths {
        title: mean(|words| words.lengths.title),
        heading: mean(|words| words.lengths.heading),
        body: prose.unwrap_or_else(|| mean(|words| words.lengths.body)),
    }
}

/// The words of one page.
struct PageWords<'p> {
    language: u16,
    lengths: Lengths,
    /// Words of its texts that are no lists of links.
    prose: f32,
    /// Its forms, shared out by their hashes.
    shares: Vec<Share<'p>>,
}

/// Some of a page's forms.
#[derive(Default)]
struct Share<'p> {
    forms: Vec<Cow<'p, str>>,
    occurrences: Vec<Occurrence>,
}

/// One occurrence of a form, in the order of the text.
struct Occurrence {
    /// The form's number in its share.
    form: u32,
    field: Field,
    /// What it counts.
    count: u32,
    position: u32,
}

impl<'p> PageWords<'p> {
    fn read(page: &'p Page, language: u16, unit: u32) -> Self {
        let shares = (0..SHARES).map(|_| Share::default()).collect();
        let mut reader = PageReader { shares, numbers: HashMap::default() };
        let mut lengths = Lengths::default();
        let mut prose = 0.0;
        let mut base = 0;
        lengths.title = reader.read_field(&page.title, &mut base, Field::Title, |_| 1);
        let mut last_heading = "";
        for (number, section) in page.sections.iter().enumerate() {
            let ordinal = Ordinal(number as u32);
            (base, _) = span_of(Some(ordinal));
            // The pieces of a divided section repeat its heading; it counts once.
            if section.heading != last_heading {
                last_heading = &section.heading;
                let weight = in_units(section.heading_weight.unwrap_or(1.0), 1);
                lengths.heading += reader.read_field(&section.heading, &mut base, Field::Heading(ordinal), |_| weight);
            }
            let weight = |start| in_units(section.weight_at(start), unit);
            let length = reader.read_field(&section.text, &mut base, Field::Text(ordinal), weight);
            lengths.body += if section.links { length * IN_LINKS } else { length };
            prose += if section.links { 0.0 } else { length };
        }
        Self { language, lengths, prose, shares: reader.shares }
    }
}

struct PageReader<'p> {
    shares: Vec<Share<'p>>,
    /// The share of each form and its number there.
    numbers: FxHashMap<Cow<'p, str>, (usize, u32)>,
}

impl<'p> PageReader<'p> {
    /// Reads a field's words; `count` says what one counts that begins at this byte.
    fn read_field(&mut self, text: &'p str, base: &mut u32, field: Field, count: impl Fn(usize) -> u32) -> f32 {
        let (mut length, mut next) = (0u32, *base);
        let (_, end) = span_of(field.section());
        for mut word in text::words(text) {
            if word.kind == Kind::Marked {
                word.term = word.term.nfc().collect();
            }
            let position = base.saturating_add(word.position).min(end);
            next = next.max(position.saturating_add(1));
            length += u32::from(word.kind != Kind::Marked);
            let (share, form) = *self.numbers.entry(word.term).or_insert_with_key(|form| {
                // The high bits: those of a table are the low ones.
                let share = (FxBuildHasher.hash_one(form.as_bytes()) >> 32) as usize % SHARES;
                let forms = &mut self.shares[share].forms;
                forms.push(form.clone());
                (share, forms.len() as u32 - 1)
            });
            let count = count(word.span.start);
            self.shares[share].occurrences.push(Occurrence { form, field, count, position });
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
