//! The engine against a slow, obvious twin: every page read for every query, no index.

use std::collections::{BTreeMap, BTreeSet};

use bifocal::corpus::{Page, Section, Weighted};
use bifocal::lexical::{Bm25f, Lengths, TitlePosting};
use bifocal::search::{Hit, Mode, Query};
use bifocal::text;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::{Memory, index_of, page};

/// Scores by BM25F, and by what title and query have of each other, with one term a word; words here have no families and pages are short, so that lengths are exact.
fn twin(pages: &[Page], query: &str) -> Vec<(String, f32)> {
    let count = |field: &str, word: &str| text::words(field).filter(|found| found.term == word).count() as f32;
    let weighed = |section: &Section, word: &str| {
        let found = text::words(&section.text).filter(|found| found.term == word);
        let weights = |at: usize| section.weights.iter().find(|weighted| weighted.range.contains(&at));
        found.map(|found| weights(found.span.start).map_or(1.0, |weighted| weighted.weight)).sum::<f32>()
    };
    let length = |field: &str| text::words(field).count() as f32;
    let lengths = |page: &Page| Lengths {
        title: length(&page.title),
        heading: page.sections.iter().map(|section| length(&section.heading)).sum(),
        body: page.sections.iter().map(|section| length(&section.text)).sum(),
    };
    let mean =
        |field: fn(&Lengths) -> f32| pages.iter().map(|page| field(&lengths(page))).sum::<f32>() / pages.len() as f32;
    let average = Lengths { title: mean(|l| l.title), heading: mean(|l| l.heading), body: mean(|l| l.body) };
    let words: BTreeSet<String> = text::words(query).map(|word| word.term.into_owned()).collect();
    let formula = Bm25f::default();
    let mut scores: BTreeMap<&str, f32> = BTreeMap::new();
    let mut rarity: BTreeMap<&str, f32> = BTreeMap::new();
    for word in &words {
        let counts = |page: &Page| {
            let heading = page.sections.iter().map(|section| count(&section.heading, word)).sum();
            let body = page.sections.iter().map(|section| weighed(section, word)).sum();
            [count(&page.title, word).min(2.0), heading, body]
        };
        let holding = pages.iter().filter(|page| counts(page).iter().sum::<f32>() > 0.0).count();
        let idf = Bm25f::idf(pages.len() as u32, holding as u32);
        if holding > 0 {
            rarity.insert(word, idf);
        }
        for page in pages {
            let frequency = formula.frequency(counts(page), lengths(page), average);
            if frequency > 0.0 {
                *scores.entry(&page.id).or_default() += idf * formula.saturate(frequency);
            }
        }
    }
    let mut ranked: Vec<(String, f32)> = scores.into_iter().map(|(id, score)| (id.to_owned(), score)).collect();
    let best = ranked.iter().map(|&(_, score)| score).fold(0.0, f32::max);
    for (id, score) in &mut ranked {
        let page = pages.iter().find(|page| page.id == *id).unwrap();
        let title: Vec<String> = text::words(&page.title).map(|word| word.term.into_owned()).collect();
        // A page gains by the share of its title that the query holds, and by that of the query that its title holds.
        let held: f32 = words.iter().filter(|word| title.contains(word)).map(|word| count(query, word)).sum();
        let of_title = (held / title.len().max(1) as f32).min(1.0);
        let of_query: f32 =
            rarity.iter().filter(|(word, _)| title.iter().any(|other| other == *word)).map(|(_, idf)| idf).sum();
        *score += best * 0.5 * of_title * of_title * of_query / rarity.values().sum::<f32>();
        // And where its title holds all of the query, by the share of the title that this is, or wholly where it begins so, as far as
        // postings tell.
        let first =
            |text: &str, word: &str| text::words(text).find(|found| found.term == word).map(|found| found.position);
        let is_in_place = |word: &String| match (first(&page.title, word), first(query, word)) {
            (Some(here), Some(asked)) => TitlePosting::new(count(&page.title, word) as u32, here).may_be_at(asked),
            _ => false,
        };
        let fits = title.len() as f32 >= length(query);
        if fits && length(query) > 1.0 && words.iter().all(is_in_place) {
            *score += best;
        } else if fits && words.iter().all(|word| title.contains(word)) {
            *score += best * of_title;
        }
        // And by what its title and a heading that says more have of the query together.
        let shares = page.sections.iter().map(|section| {
            let in_heading = |word: &str| count(&section.heading, word) > 0.0;
            let both = rarity.iter().filter(|(word, _)| in_heading(word) || count(&page.title, word) > 0.0);
            let of_query = both.map(|(_, idf)| idf).sum::<f32>() / rarity.values().sum::<f32>();
            let says_more = |word: &&str| in_heading(word) && count(&page.title, word) == 0.0;
            if rarity.keys().any(says_more) { of_query } else { 0.0 }
        });
        *score += best * 0.25 * shares.fold(0.0, f32::max).powi(4);
    }
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ranked
}

/// Weights that a page's author gives to stretches of a text, in quarters as they are kept, and words left between them.
fn weights() -> impl Strategy<Value = Vec<(usize, usize, u8)>> {
    prop::collection::vec((0..9usize, 1..30usize, 0..=40u8), 0..3)
}

/// A section with its text's stretches weighted, as far as there is text.
fn weighted(section: &mut Section, weights: &[(usize, usize, u8)]) {
    let mut start = 0;
    for &(gap, length, quarters) in weights {
        let range = (start + gap).min(section.text.len())..(start + gap + length).min(section.text.len());
        start = range.end;
        section.weights.push(Weighted { range, weight: f32::from(quarters) / 4.0 });
    }
}

/// Words that no stemmer joins.
fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["bulb", "drum", "fjord", "glyph", "jukebox", "kiosk", "lamp", "mango", "nymph", "quartz"])
}

fn line(most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(word(), 0..most).prop_map(|words| words.join(" "))
}

/// Whether the engine finds the same pages with the same scores.
fn ranks_as_the_twin(pages: Vec<Page>, query: String) -> Result<(), TestCaseError> {
    let expected = twin(&pages, &query);
    let query = Query { text: query, mode: Mode::Keyword, limit: 100, prefix: false, ..Query::default() };
    let answer = Memory::new(index_of(pages)).ask(query);
    prop_assert_eq!((answer.total, answer.hits.len()), (expected.len(), expected.len()));
    for (hit, (_, at_its_place)) in answer.hits.iter().zip(&expected) {
        let Hit { id, score, .. } = hit;
        let Some((_, own)) = expected.iter().find(|(other, _)| other == id) else {
            return Err(TestCaseError::fail(format!("{id} is not among those of the twin")));
        };
        // Sums of floats in another order may exchange equal ones.
        for wanted in [own, at_its_place] {
            prop_assert!((score - wanted).abs() < 1e-4, "{id} scores {score}, the twin says {wanted}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn ranking_is_the_twins(texts in prop::collection::vec((line(4), line(3), line(12)), 1..12), query in line(5)) {
        let pages: Vec<Page> = texts
            .iter()
            .enumerate()
            .map(|(number, (title, heading, body))| page(&format!("p{number:02}"), title, &[(heading, body)]))
            .collect();
        ranks_as_the_twin(pages, query)?;
    }

    #[test]
    fn words_count_what_their_page_says(texts in prop::collection::vec((line(12), weights()), 1..8), query in line(4)) {
        let pages: Vec<Page> = texts
            .iter()
            .enumerate()
            .map(|(number, (body, weights))| {
                let mut page = page(&format!("p{number:02}"), "", &[("", body)]);
                page.sections.iter_mut().for_each(|section| weighted(section, weights));
                page
            })
            .collect();
        ranks_as_the_twin(pages, query)?;
    }
}
