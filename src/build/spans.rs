//! Draws the short texts of a site that teach the lexicon encoder: what a reader might type.
//!
//! A quarter are titles and headings, half are sentences, the rest runs of 2 to 13 words from anywhere; and each of
//! these comes again as a question, where the page's language has templates for it.
//!
//! **A sample that stays.** Of each kind those texts are drawn whose hashes are the least. So when a page changes, the
//! texts of all other pages stay drawn but for the few that the page's new texts displace, and their embeddings are in
//! the cache.

use std::collections::BTreeMap;

use xxhash_rust::xxh64::xxh64;

use crate::corpus::Page;
use crate::text;

/// Words of a run.
const RUN: std::ops::RangeInclusive<u64> = 2..=13;
/// Bytes of the shortest span that says anything, and of the longest that anyone types.
const SHORTEST: usize = 9;
const LONGEST: usize = 300;
/// Bytes of a span that are asked for in a question.
const LONGEST_ASKED: usize = 200;

/// How a language turns a span into a question; `{}` is the span.
struct Templates {
    /// The primary subtag: `en` of `en-GB`.
    language: &'static str,
    questions: &'static [&'static str],
}

/// A further language is another row.
const TEMPLATES: &[Templates] = &[Templates {
    language: "en",
    questions: &[
        "How do I {}?",
        "How do you {}?",
        "How can I {}?",
        "How to {}",
        "How does {} work?",
        "How is {} done?",
        "How many {}?",
        "Why does {}?",
        "Why doesn't {}?",
        "Why is {}?",
        "Why are {}?",
        "Why can't I {}?",
        "Why am I getting {}?",
        "Why should I {}?",
        "What is {}?",
        "What are {}?",
        "What does {} mean?",
        "What happens when {}?",
        "What about {}?",
        "What is the best way to {}?",
        "Which {} should I use?",
        "Where is {}?",
        "Where can I find {}?",
        "When should I use {}?",
        "Who {}?",
        "Is there {}?",
        "Isn't {}?",
        "Is it possible to {}?",
        "Are there any {}?",
        "Can I {}?",
        "Can {}?",
        "Does {}?",
        "Do I have to {}?",
        "Should I {}?",
        "I get {}. What am I doing wrong?",
        "{} doesn't work",
        "{}?",
    ],
}];

/// Draws at most `count` spans and a question over each; `language` stands in for pages that state none.
///
/// Distinct within their kind, spans first, in an order that depends on their texts alone.
pub(super) fn draw(pages: &[Page], language: &str, count: usize) -> Vec<String> {
    let mut headings = Sample::new(count / 4);
    let mut sentences = Sample::new(count);
    let mut runs = Sample::new(count);
    for page in pages {
        let language = page.lang.as_deref().unwrap_or(language);
        headings.offer(&page.title, language);
        for (section, path) in page.sections.iter().zip(page.paths()) {
            headings.offer(&section.heading, language);
            if !path.is_empty() {
                headings.offer(&format!("{}: {}", page.title, path.join(": ")), language);
            }
            for sentence in text::sentences(&section.text) {
                sentences.offer(&section.text[sentence], language);
            }
            for run in word_runs(&section.text) {
                runs.offer(run, language);
            }
        }
    }
    let headings = headings.least(count);
    let sentences = sentences.least(count / 2);
    let left = count.saturating_sub(headings.len() + sentences.len());
    let spans: Vec<Drawn> = headings.into_iter().chain(sentences).chain(runs.least(left)).collect();
    let questions: Vec<String> = spans.iter().filter_map(Drawn::question).collect();
    spans.into_iter().map(|span| span.text).chain(questions).collect()
}

/// The texts with the least hashes among those offered.
struct Sample {
    most: usize,
    kept: BTreeMap<u64, Drawn>,
}

struct Drawn {
    hash: u64,
    text: String,
    templates: Option<&'static Templates>,
}

impl Sample {
    fn new(most: usize) -> Self {
        Self { most, kept: BTreeMap::new() }
    }

    fn offer(&mut self, text: &str, language: &str) {
        let text = text.trim();
        if text.len() < SHORTEST || self.most == 0 {
            return;
        }
        let text = shortened(text, LONGEST);
        let hash = xxh64(text.as_bytes(), 0);
        if self.kept.len() == self.most {
            if self.kept.last_key_value().is_some_and(|(&greatest, _)| greatest <= hash) {
                return;
            }
            self.kept.pop_last();
        }
        self.kept.insert(hash, Drawn { hash, text: text.to_owned(), templates: templates(language) });
    }

    fn least(self, count: usize) -> Vec<Drawn> {
        self.kept.into_values().take(count).collect()
    }
}

impl Drawn {
    /// The span in a question, if the language has any.
    fn question(&self) -> Option<String> {
        let questions = self.templates?.questions;
        let asked = shortened(self.text.trim_end_matches(['.', '?', '!', ':']), LONGEST_ASKED);
        // The high bits are small for all that are drawn; the low ones are free.
        let template = questions[(self.hash % questions.len() as u64) as usize];
        Some(template.replace("{}", asked))
    }
}

fn templates(language: &str) -> Option<&'static Templates> {
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    TEMPLATES.iter().find(|templates| templates.language.eq_ignore_ascii_case(primary))
}

/// At each word a run of words, as long as the hash of the next few says.
fn word_runs(text: &str) -> impl Iterator<Item = &str> {
    let starts: Vec<usize> = words(text).map(|(start, _)| start).collect();
    let ends: Vec<usize> = words(text).map(|(_, end)| end).collect();
    (0..starts.len()).filter_map(move |first| {
        let near = &text[starts[first]..ends[(first + 2).min(ends.len() - 1)]];
        let words = RUN.start() + xxh64(near.as_bytes(), 1) % (RUN.end() - RUN.start() + 1);
        Some(&text[starts[first]..*ends.get(first + words as usize - 1)?])
    })
}

/// The words of a text between white space, as where they start and end.
fn words(text: &str) -> impl Iterator<Item = (usize, usize)> {
    text.split_whitespace().map(move |word| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        (start, start + word.len())
    })
}

fn shortened(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let end = (0..=most).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    let head = &text[..end];
    head.rfind(char::is_whitespace).map_or(head, |end| head[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Section;

    fn site(pages: usize) -> Vec<Page> {
        let page = |number: usize| {
            let sentence = |i: usize| {
                format!("Page {number} says in sentence {i} what word{} means to hive{}. ", i * 7, number * 3)
            };
            let section = Section {
                heading: format!("Heading {number}"),
                level: 2,
                text: (0..40).map(sentence).collect(),
                ..Section::default()
            };
            Page {
                title: format!("Page number {number}"),
                lang: Some("en-GB".into()),
                sections: vec![section],
                ..Page::default()
            }
        };
        (0..pages).map(page).collect()
    }

    #[test]
    fn a_quarter_headings_half_sentences_and_questions_over_all() {
        let drawn = draw(&site(30), "en", 100);
        assert_eq!(drawn.len(), 200);
        assert_eq!(
            drawn[..25].iter().filter(|text| text.contains("Heading") || text.contains("Page number")).count(),
            25
        );
        assert_eq!(drawn[25..75].iter().filter(|text| text.ends_with('.')).count(), 50);
        assert!(drawn[75..100].iter().all(|text| RUN.contains(&(text.split_whitespace().count() as u64))));
        assert!(drawn[100..].iter().any(|text| text.starts_with("Why ") && text.ends_with('?')));
    }

    #[test]
    fn a_changed_page_leaves_the_sample_nearly_as_it_was() {
        let mut pages = site(30);
        let before = draw(&pages, "en", 100);
        pages[7].sections[0].text = "This page was written anew. ".repeat(3);
        let after = draw(&pages, "en", 100);
        let kept = before.iter().filter(|text| after.contains(text)).count();
        assert!(kept >= 180, "only {kept} of 200 texts stayed");
    }

    #[test]
    fn a_language_without_templates_gives_no_questions_and_a_small_site_what_it_has() {
        let page = Page { title: "A longer title".into(), lang: Some("ko".into()), ..Page::default() };
        assert_eq!(draw(&[page], "en", 100), ["A longer title"]);
        assert_eq!(draw(&[], "en", 100), [""; 0]);
    }

    #[test]
    fn runs_lie_in_the_text() {
        let text = "one  two\nthree four five six seven";
        for run in word_runs(text) {
            assert!(text.contains(run) && RUN.contains(&(run.split_whitespace().count() as u64)), "{run:?}");
        }
    }
}
