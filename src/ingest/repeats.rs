//! Pages that hold the text of many others: a book printed on one page, all of a reference at once.

use std::collections::HashMap;

use crate::corpus::Page;
use xxhash_rust::xxh64::xxh64;

/// Shorter lines come on many a page.
const LONG: usize = 40;

/// A line on more pages than these is what pages have in common, not what one repeats of another.
const FEW: usize = 4;

/// A page must have so many lines of its own before another can be said to hold it.
const LINES: usize = 3;

/// How many others a page must hold; fewer are what a module exports anew.
const FEWEST: usize = 8;

/// Pages that consist of what others say, and how many these are, the most first.
pub(super) fn find(pages: &[Page]) -> Vec<(String, usize)> {
    let mut pages_of: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, page) in pages.iter().enumerate() {
        for line in page.sections.iter().flat_map(|section| section.text.lines()).filter(|line| line.len() >= LONG) {
            let has = pages_of.entry(xxh64(line.as_bytes(), 0)).or_default();
            if has.len() <= FEW && has.last() != Some(&at) {
                has.push(at);
            }
        }
    }
    let mut lines = vec![0usize; pages.len()];
    let mut shared: HashMap<(usize, usize), usize> = HashMap::new();
    for has in pages_of.values().filter(|has| has.len() <= FEW) {
        for &page in has {
            lines[page] += 1;
            has.iter()
                .filter(|&&other| other != page)
                .for_each(|&other| *shared.entry((page, other)).or_default() += 1);
        }
    }
    // Of each page: how many others it holds, and how many of its lines these have.
    let mut held = vec![(0usize, 0usize); pages.len()];
    for (&(page, other), &common) in &shared {
        if lines[other] >= LINES && common * 5 >= lines[other] * 4 {
            held[page].0 += 1;
            held[page].1 += common;
        }
    }
    let repeats = |at: &usize| held[*at].0 >= FEWEST && held[*at].1 * 2 >= lines[*at];
    let mut found: Vec<(String, usize)> =
        (0..pages.len()).filter(repeats).map(|at| (pages[at].id.clone(), held[at].0)).collect();
    found.sort_by_key(|&(_, pages)| std::cmp::Reverse(pages));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Section;

    fn page(id: &str, lines: &[String]) -> Page {
        let section = Section { text: lines.join("\n"), ..Section::default() };
        Page { id: id.into(), sections: vec![section], ..Page::default() }
    }

    fn lines(of: usize) -> Vec<String> {
        (0..5).map(|line| format!("chapter {of} says in its line {line} what no other chapter says")).collect()
    }

    #[test]
    fn a_page_that_is_made_of_others_is_found() {
        let chapters: Vec<Page> = (0..FEWEST).map(|of| page(&format!("{of}"), &lines(of))).collect();
        let all: Vec<String> = (0..FEWEST).flat_map(lines).collect();
        let site = |also: Page| chapters.iter().cloned().chain([also]).collect::<Vec<_>>();
        assert_eq!(find(&site(page("print", &all))), [("print".to_owned(), FEWEST)]);
        assert_eq!(find(&chapters), []);
    }

    #[test]
    fn a_page_that_quotes_and_another_version_of_a_page_are_not() {
        let chapters: Vec<Page> = (0..FEWEST).map(|of| page(&format!("{of}"), &lines(of))).collect();
        let first: Vec<String> = (0..FEWEST).map(|of| lines(of).remove(0)).collect();
        let own: Vec<String> = (0..FEWEST).flat_map(lines).chain((FEWEST..3 * FEWEST).flat_map(lines)).collect();
        for also in [page("quotes", &first), page("again", &lines(0)), page("says more", &own)] {
            let site: Vec<Page> = chapters.iter().cloned().chain([also]).collect();
            assert_eq!(find(&site), [], "{}", site[FEWEST].id);
        }
    }
}
