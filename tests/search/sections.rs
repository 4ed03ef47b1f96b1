//! What headings and lists of links give: which page comes first, and to which section a hit leads.

use bifocal::search::{Mode, Query};

use super::{Memory, index_of, page};

#[test]
fn a_list_of_links_is_found_after_what_it_leads_to_and_by_words_alone() {
    let names = "queen drone worker brood wax";
    let explains =
        "The queen lays the eggs of the whole hive, up to two thousand on a day in May, and is fed by others.";
    let ids = |links: bool| {
        let mut list = page("list", "Names", &[("", names)]);
        list.sections[0].links = links;
        let built = index_of(vec![list, page("explains", "Who lives there", &[("", explains)])]);
        let rows = built.rows;
        let query = Query { text: "queen".into(), mode: Mode::Keyword, ..Query::default() };
        let hits = Memory::new(built).ask(query).hits;
        (hits.into_iter().map(|hit| hit.id).collect::<Vec<_>>(), rows)
    };
    assert_eq!(ids(false).0, ["list", "explains"]);
    assert_eq!(ids(true).0, ["explains", "list"]);
    // By meaning a page is found by its title where it has nothing but links.
    assert_eq!((ids(false).1, ids(true).1), (2, 2));
}

#[test]
fn a_hit_leads_to_the_section_whose_heading_says_what_is_asked() {
    let long =
        "The smoker, the smoker and once more the smoker: the veil and the gloves are for the fearful. ".repeat(4);
    let tools = page(
        "tools",
        "Tools",
        &[("Overview", &long), ("Smoker", "Fill it with straw."), ("Fuel", "Straw, or old sacks."), ("Veil", "Black.")],
    );
    let other = page("other", "Wax", &[("Smoke", "It blackens the wax.")]);
    let mut memory = Memory::new(index_of(vec![tools, other]));
    let mut first = |text: &str| {
        let query = Query { text: text.into(), mode: Mode::Keyword, prefix: false, ..Query::default() };
        memory.ask(query).hits.swap_remove(0).sections.swap_remove(0).heading
    };
    assert_eq!(first("tools smoker"), "Smoker");
    assert_eq!(first("smoker"), "Smoker");
    assert_eq!(first("smoker fuel"), "Fuel", "the heading before counts as well");
    assert_eq!(first("veil and gloves for the fearful"), "Overview", "a heading with one word of many says little");
}
