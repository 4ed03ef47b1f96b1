//! What most pages of a site begin or end with: navigation that no markup tells from the content.

use crate::corpus::Section;
use std::collections::{HashMap, HashSet};

/// How many pages must share a line before it is taken for the site's.
const FEWEST: usize = 3;

/// Takes off the beginning and the end of each page the lines and headings that more than half of `pages` have.
///
/// Meant for pages of which nobody said what their content is. Lines in the midst of a page stay, however often they come: code
/// repeats itself. So does a first heading below the highest level if the text under it is the page's own: "Synopsis", say.
pub(super) fn strip(pages: &mut [&mut Vec<Section>]) {
    let shared = shared_lines(pages);
    for page in pages {
        let mut own = (**page).clone();
        strip_beginning(&mut own, &shared);
        strip_end(&mut own, &shared);
        if !own.is_empty() {
            **page = own;
        }
    }
}

fn shared_lines(pages: &[&mut Vec<Section>]) -> HashSet<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for page in pages {
        let lines = page.iter().flat_map(|section| section.text.lines().chain([section.heading.as_str()]));
        for line in lines.collect::<HashSet<_>>() {
            *counts.entry(line).or_default() += 1;
        }
    }
    let most = counts.into_iter().filter(|&(_, count)| count >= FEWEST && count * 2 > pages.len());
    most.map(|(line, _)| line.to_owned()).collect()
}

fn strip_beginning(page: &mut Vec<Section>, shared: &HashSet<String>) {
    while let Some(first) = page.first_mut() {
        if first.level > 0 && !shared.contains(&first.heading) {
            return;
        }
        let own = first.text.split_inclusive('\n').take_while(|line| shared.contains(line.trim_end_matches('\n')));
        let start = own.map(str::len).sum();
        if first.level > 1 && start == 0 && !first.text.is_empty() {
            return;
        }
        if start < first.text.len() {
            let Section { text, weights, .. } = first.with_part(start..first.text.len());
            *first = Section { text, weights, ..Section::default() };
            return;
        }
        page.remove(0);
    }
}

fn strip_end(page: &mut Vec<Section>, shared: &HashSet<String>) {
    while let Some(last) = page.last_mut() {
        let mut own: Vec<&str> = last.text.lines().collect();
        while own.last().is_some_and(|line| shared.contains(*line)) {
            own.pop();
        }
        *last = last.with_part(0..own.join("\n").len());
        let is_own = !last.text.is_empty() || last.level > 0 && !shared.contains(&last.heading);
        if is_own {
            return;
        }
        page.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(sections: &[(&str, &str)]) -> Vec<Section> {
        let section = |&(heading, text): &(&str, &str)| Section {
            heading: heading.into(),
            level: u8::from(!heading.is_empty()),
            text: text.into(),
            ..Section::default()
        };
        sections.iter().map(section).collect()
    }

    fn check(pages: &[&[(&str, &str)]], expected: &[&[(&str, &str)]]) {
        let mut pages: Vec<_> = pages.iter().map(|sections| page(sections)).collect();
        strip(&mut pages.iter_mut().collect::<Vec<_>>());
        assert_eq!(pages, expected.iter().map(|sections| page(sections)).collect::<Vec<_>>());
    }

    #[test]
    fn banners_and_footers_go_and_the_midst_stays() {
        check(
            &[
                &[("The Site", "Home | About"), ("Bees", "{\n}\nOn bees."), ("Updated", "Monday\n© Me")],
                &[("The Site", "Home | About"), ("Wax", "{\n}\nOn wax.\n© Me")],
                &[("", "Home | About\nNo heading here."), ("Updated", "Monday\n© Me")],
                &[("The Site", "Home | About\nBreadcrumb"), ("Updated", "Monday")],
            ],
            &[
                &[("Bees", "{\n}\nOn bees.")],
                &[("Wax", "{\n}\nOn wax.")],
                &[("", "No heading here.")],
                &[("", "Breadcrumb")],
            ],
        );
    }

    #[test]
    fn a_heading_of_every_page_stays_over_text_of_its_own_unless_it_is_the_site_s() {
        let page = |level, text: &str| {
            let own = Section { heading: "Synopsis".into(), level, text: text.into(), ..Section::default() };
            vec![own, Section { heading: text.into(), level: 2, ..Section::default() }]
        };
        let stripped = |level| {
            let mut pages = ["bees", "wax", "honey"].map(|text| page(level, text));
            strip(&mut pages.iter_mut().collect::<Vec<_>>());
            pages[0][0].heading.clone()
        };
        assert_eq!(stripped(2), "Synopsis");
        assert_eq!(stripped(1), "");
    }

    #[test]
    fn pages_that_are_all_alike_stay() {
        let alike: &[(&str, &str)] = &[("Soon", "Under construction.")];
        check(&[alike, alike, alike], &[alike, alike, alike]);
    }
}
