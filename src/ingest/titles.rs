//! Page titles without the site's name, which generators write before or after each of them.

use std::collections::HashMap;

/// What stands between a page's title and the site's name.
const SEPARATORS: [&str; 15] =
    [" - ", " | ", " — ", " – ", " :: ", " : ", ": ", " · ", " • ", " » ", " « ", " › ", " ‹ ", " / ", " ~ "];

/// How many pages must share a name before it is taken for the site's.
const FEWEST: usize = 3;

/// Takes off each title the parts that most titles begin or end with, and leaves the rest as it is.
///
/// `headings` are the pages' first headings: where most pages have one and the same title, or a page has none, its
/// heading is the title.
pub(super) fn settle(titles: &mut [String], headings: &[Option<&str>]) {
    while strip(titles, ending) || strip(titles, beginning) {}
    let common = most_common(titles.iter().map(String::as_str));
    let common = common.filter(|&(_, count)| is_most(count, titles.len())).map(|(title, _)| title.to_owned());
    for (title, heading) in titles.iter_mut().zip(headings) {
        if let Some(heading) = heading
            && (title.is_empty() || common.as_ref() == Some(title))
        {
            *title = (*heading).to_owned();
        }
    }
}

/// Takes off the part that `part` finds in most titles; says whether there was one.
fn strip(titles: &mut [String], part: fn(&str) -> Option<(&str, &str)>) -> bool {
    let parts = titles.iter().filter_map(|title| part(title)).map(|(_, shared)| shared);
    let Some((shared, count)) = most_common(parts) else { return false };
    if !is_most(count, titles.len()) {
        return false;
    }
    let shared = shared.to_owned();
    for title in titles.iter_mut() {
        if let Some((own, name)) = part(title)
            && name == shared
        {
            *title = own.to_owned();
        }
    }
    true
}

fn is_most(count: usize, all: usize) -> bool {
    count >= FEWEST && count * 2 > all
}

/// A title's own part and what follows the last separator, separator included, or what stands in brackets at its end.
fn ending(title: &str) -> Option<(&str, &str)> {
    let ends = |separator: &&str| title.rfind(*separator).map(|at| (at + separator.len(), separator.len()));
    let last = SEPARATORS.iter().filter_map(ends).max().map(|(end, length)| end - length);
    let at = title.strip_suffix(')').and_then(|title| title.rfind(" (")).or(last)?;
    let own = title[..at].trim();
    (!own.is_empty()).then_some((own, &title[at..]))
}

/// A title's own part and what precedes the first separator, separator included.
fn beginning(title: &str) -> Option<(&str, &str)> {
    let ends = SEPARATORS.iter().filter_map(|separator| Some(title.find(separator)? + separator.len()));
    let at = ends.min()?;
    let own = title[at..].trim();
    (!own.is_empty()).then_some((own, &title[..at]))
}

/// The text that comes most often, the first in order among equals, and how often.
fn most_common<'t>(texts: impl Iterator<Item = &'t str>) -> Option<(&'t str, usize)> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for text in texts.filter(|text| !text.is_empty()) {
        *counts.entry(text).or_default() += 1;
    }
    counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(titles: &[&str], headings: &[&str], expected: &[&str]) {
        let mut titles: Vec<String> = titles.iter().map(|&title| title.to_owned()).collect();
        let mut headings: Vec<Option<&str>> = headings.iter().copied().map(Some).collect();
        headings.resize(titles.len(), None);
        settle(&mut titles, &headings);
        assert_eq!(titles, expected);
    }

    #[test]
    fn the_site_s_name_is_taken_off() {
        check(
            &["Closures - The Book", "Box - a pointer - The Book", "The Book - The Book"],
            &[],
            &["Closures", "Box - a pointer", "The Book"],
        );
        check(&["Site | Start", "Site | Setup", "Site | About", "Site"], &[], &["Start", "Setup", "About", "Site"]);
        check(&["A · Guide | Hives", "B · Guide | Hives", "C · Guide | Hives"], &[], &["A", "B", "C"]);
        check(&["Hives: Bees", "Hives: Wax: a use", "Hives: Honey"], &[], &["Bees", "Wax: a use", "Honey"]);
        check(&["A : Hives", "B :: C : Hives", "D : Hives"], &[], &["A", "B :: C", "D"]);
        check(
            &["Bee (Hives 17 & 18)", "Wax(1) (Hives 17 & 18)", "Honey (dark) (Hives 17 & 18)"],
            &[],
            &["Bee", "Wax(1)", "Honey (dark)"],
        );
    }

    #[test]
    fn what_few_titles_share_stays() {
        check(
            &["One - Two", "Three - Two", "Four", "Five", "Six"],
            &[],
            &["One - Two", "Three - Two", "Four", "Five", "Six"],
        );
        check(&["One - Two", "Three - Two"], &[], &["One - Two", "Three - Two"]);
        check(&["get (fs)", "get (net)", "get (url)"], &[], &["get (fs)", "get (net)", "get (url)"]);
    }

    #[test]
    fn a_title_that_all_share_gives_way_to_the_heading() {
        check(
            &["My site", "My site", "My site", ""],
            &["Home", "Bees", "Wax", "Honey"],
            &["Home", "Bees", "Wax", "Honey"],
        );
    }
}
