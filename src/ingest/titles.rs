//! Page titles without the site's name, which generators write before or after each of them.

use std::collections::HashMap;
use std::ops::Range;

/// The longest sign between a title and the site's name, in characters: `--`, `::`.
const LONGEST_SIGN: usize = 3;

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
    let last = || separators(title).pop().map(|separator| separator.start);
    let at = brackets_at_end(title).or_else(last)?;
    let own = title[..at].trim();
    (!own.is_empty()).then_some((own, &title[at..]))
}

/// Where the brackets begin that a title ends with, with the space before them.
fn brackets_at_end(title: &str) -> Option<usize> {
    let mut open = 0;
    for (at, c) in title.char_indices().rev() {
        match c {
            ')' => open += 1,
            '(' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return (c == '(' && title[..at].ends_with(' ')).then(|| at - 1);
        }
    }
    None
}

/// A title's own part and what precedes the first separator, separator included.
fn beginning(title: &str) -> Option<(&str, &str)> {
    let at = separators(title).first()?.end;
    let own = title[at..].trim();
    (!own.is_empty()).then_some((own, &title[..at]))
}

/// What may stand between a page's title and the site's name: a sign between spaces (` | `, ` -- `, ` › `), a colon before one, or
/// the wide bar or colon.
fn separators(title: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for spaced in title.split_inclusive(' ') {
        let word = spaced.trim_end();
        let end = start + spaced.len();
        let goes_on = spaced.len() > word.len();
        if is_sign(word) {
            found.extend((start > 0 && goes_on).then_some(start - 1..end));
        } else {
            found.extend(word.match_indices(['｜', '：']).map(|(at, sign)| start + at..start + at + sign.len()));
            found.extend((goes_on && word.ends_with(':')).then_some(end - 2..end));
        }
        start = end;
    }
    found
}

fn is_sign(word: &str) -> bool {
    let says_something = |c: char| c.is_alphanumeric() || "()[]{}&+#\"'".contains(c);
    (1..=LONGEST_SIGN).contains(&word.chars().count()) && !word.contains(says_something)
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
        check(&["Hives -- bee", "Hives -- wax -- a use", "Hives -- c++"], &[], &["bee", "wax -- a use", "c++"]);
        check(&["蜂｜養蜂", "巣箱の中｜養蜂", "C++ ⋅ 蜜｜養蜂"], &[], &["蜂", "巣箱の中", "C++ ⋅ 蜜"]);
        check(&["a & b", "c & b", "d & b"], &[], &["a & b", "c & b", "d & b"]);
        check(&["A : Hives", "B :: C : Hives", "D : Hives"], &[], &["A", "B :: C", "D"]);
        check(
            &["Bee (Hives 17 & 18)", "Wax(1) (Hives 17 & 18)", "Honey (dark) (Hives 17 & 18)"],
            &[],
            &["Bee", "Wax(1)", "Honey (dark)"],
        );
        check(
            &["Bee (Hives (version 17))", "Wax(1) (Hives (version 17))", "Honey) (Hives (version 17))"],
            &[],
            &["Bee", "Wax(1)", "Honey)"],
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
