//! What one build hands to the next.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

use bifocal::build::{Built, Embedding, Fit, Fitted, Options, build};
use bifocal::corpus::Page;
use bifocal::encoder::{Encoder, Role, VectorSpace};
use bifocal::index::{Kind, PartId};
use bifocal::search::{Mode, Query};
use bifocal::{ErrorKind, Result};

use super::{BagOfWords, Memory, page};

const WORDS: [&str; 24] = [
    "bees", "hive", "honey", "swarm", "queen", "comb", "wax", "brood", "nectar", "pollen", "frame", "box", "smoke",
    "veil", "spring", "winter", "feed", "sugar", "mite", "drone", "worker", "sting", "forage", "clover",
];

/// A site of pages that are all different, with two sections each.
fn site(pages: usize) -> Vec<Page> {
    let sentence = |seed: usize| {
        let words: Vec<&str> = (0..9).map(|at| WORDS[(seed * 7 + at * at * 5 + seed / 3) % WORDS.len()]).collect();
        format!("{} number{}.", words.join(" "), seed % 40)
    };
    let text = |seed: usize| (0..6).map(|at| sentence(seed * 6 + at)).collect::<Vec<_>>().join(" ");
    (0..pages)
        .map(|number| {
            let [first, second] = [text(2 * number), text(2 * number + 1)];
            page(&format!("{number}.html"), &format!("Page {number}"), &[("Start", &first), ("Further", &second)])
        })
        .collect()
}

fn built(pages: Vec<Page>, encoder: &dyn Encoder, fit: Option<Fit>) -> Built {
    let embed = |texts: &[&str], role| encoder.embed(texts, role, &|_| ());
    let options = Options { title: "Bees".into(), fit, ..Options::default() };
    let embedding = Embedding { encoder, embed: &embed, cancel: &AtomicBool::new(false) };
    build(pages, Some(embedding), &options, &|_| ()).unwrap()
}

fn names(built: &Built, kind: Kind) -> BTreeSet<PartId> {
    built.parts.iter().map(|part| part.id).filter(|id| id.kind == kind).collect()
}

fn new_parts(before: &Built, after: &Built, kind: Kind) -> usize {
    names(after, kind).difference(&names(before, kind)).count()
}

/// The site with a word more in the first section of one page.
fn edited(number: usize) -> Vec<Page> {
    let mut pages = site(60);
    pages[number].sections[0].text.insert_str(0, "mead ");
    pages
}

#[test]
fn the_same_pages_in_any_order_give_the_same_index() {
    let encoder = BagOfWords::new();
    let first = built(site(60), &encoder, None);
    assert_eq!(first.fitted, Fitted::New);
    let mut pages = site(60);
    pages.reverse();
    let second = built(pages, &encoder, Some(first.fit.clone()));
    assert_eq!(second.fitted, Fitted::Kept);
    assert_eq!(second.parts, first.parts);
    assert_eq!(second.fit, first.fit);
}

#[test]
fn one_changed_page_changes_few_parts() {
    let encoder = BagOfWords::new();
    let first = built(site(60), &encoder, None);
    let fresh = built(edited(7), &encoder, None);
    let second = built(edited(7), &encoder, Some(first.fit.clone()));
    assert_eq!(second.fitted, Fitted::Kept);
    assert_eq!(new_parts(&first, &second, Kind::Projection), 0);
    assert_eq!(new_parts(&first, &second, Kind::Text), 1);
    assert!(new_parts(&first, &second, Kind::Vectors) <= 2, "{}", new_parts(&first, &second, Kind::Vectors));
    assert!(new_parts(&first, &fresh, Kind::Projection) == 1, "a fit of its own has another projection");
    assert_eq!(Memory::new(second).ids("mead", Mode::Keyword), ["7.html"]);
}

#[test]
fn pages_come_and_go() {
    let encoder = BagOfWords::new();
    let first = built(site(60), &encoder, None);
    let mut pages = site(60);
    pages.remove(3);
    pages.remove(20);
    pages.insert(0, page("new.html", "Mead", &[("", "Honey and water make mead.")]));
    let second = built(pages.clone(), &encoder, Some(first.fit));
    assert_eq!(second.fitted, Fitted::Kept);
    assert_eq!(second.entry.pages, 59);
    let mut fresh = Memory::new(built(pages, &encoder, None));
    let mut second = Memory::new(second);
    for query in ["mead", "clover honey", "page 30"] {
        let query = Query { text: query.into(), mode: Mode::Keyword, limit: 100, ..Query::default() };
        let [kept, new] = [&mut second, &mut fresh].map(|memory| {
            let hits = memory.ask(query.clone()).hits;
            hits.into_iter().map(|hit| hit.id).collect::<BTreeSet<_>>()
        });
        assert_eq!(kept, new, "{}", query.text);
        assert!(!kept.is_empty());
    }
    assert_eq!(second.ids("mead", Mode::Hybrid)[0], "new.html");
    assert_eq!(second.ids("page 59", Mode::Hybrid)[0], "59.html");
}

#[test]
fn a_site_that_has_drifted_is_fitted_anew() {
    let encoder = BagOfWords::new();
    let fit = built(site(60), &encoder, None).fit;
    let mut other = site(60);
    for page in &mut other[..30] {
        page.sections.iter_mut().for_each(|section| section.text = section.text.replace("number", "count"));
    }
    match built(other, &encoder, Some(fit.clone())).fitted {
        Fitted::Anew(reason) => assert!(reason.contains("words that are new"), "{reason}"),
        kept => panic!("{kept:?}"),
    }
    match built(site(20), &encoder, Some(fit.clone())).fitted {
        Fitted::Anew(reason) => assert!(reason.contains("passages"), "{reason}"),
        kept => panic!("{kept:?}"),
    }
    let other = Other(encoder, VectorSpace { weights: "1".into(), ..BagOfWords::new().space().clone() });
    match built(site(60), &other, Some(fit)).fitted {
        Fitted::Anew(reason) => assert!(reason.contains("weights 0"), "{reason}"),
        kept => panic!("{kept:?}"),
    }
}

/// The same vectors under another name.
struct Other(BagOfWords, VectorSpace);

impl Encoder for Other {
    fn space(&self) -> &VectorSpace {
        &self.1
    }

    fn count_tokens(&self, text: &str) -> usize {
        self.0.count_tokens(text)
    }

    fn embed(&self, texts: &[&str], role: Role, progress: &(dyn Fn(usize) + Sync)) -> Result<Vec<Vec<f32>>> {
        self.0.embed(texts, role, progress)
    }
}

#[test]
fn a_fit_file_comes_back_or_says_why_not() {
    let fit = built(site(12), &BagOfWords::new(), None).fit;
    let bytes = fit.write().unwrap();
    assert_eq!(Fit::read(&bytes).unwrap(), fit);
    let mut newer = bytes.clone();
    newer[4] += 1;
    assert_eq!(Fit::read(&newer).unwrap_err().kind(), ErrorKind::Version);
    for at in (0..bytes.len()).step_by(17).chain([0, 3, bytes.len() - 1]) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x10;
        assert!(Fit::read(&flipped).is_err(), "byte {at}");
        assert!(Fit::read(&bytes[..at]).is_err(), "cut at {at}");
    }
}

#[test]
fn without_vectors_cuts_and_numbers_are_kept() {
    let of = |pages, fit| build(pages, None, &Options { fit, ..Options::default() }, &|_| ()).unwrap();
    let first = of(site(60), None);
    let second = of(edited(7), Some(first.fit.clone()));
    assert_eq!(new_parts(&first, &second, Kind::Text), 1);
    let (new, all) = (new_parts(&first, &second, Kind::Terms), names(&second, Kind::Terms).len());
    assert!(new * 3 <= all + 3, "{new} of {all} blocks changed");
}

#[test]
fn a_build_by_words_alone_keeps_what_vectors_were_fitted_to() {
    let encoder = BagOfWords::new();
    let first = built(site(60), &encoder, None);
    let options = Options { fit: Some(first.fit.clone()), ..Options::default() };
    let words = build(site(60), None, &options, &|_| ()).unwrap();
    let third = built(site(60), &encoder, Some(words.fit));
    assert_eq!(third.fitted, Fitted::Kept);
    assert_eq!(new_parts(&first, &third, Kind::Projection), 0);
}
