//! The languages of pages: as they say, or else as their text reads.

use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

use crate::corpus::Page;
use crate::index::Language;

/// The language where nothing tells one.
const OTHERWISE: &str = "en";

/// Letters of a page that its language is told by.
const LETTERS: usize = 2_000;

/// Of the pages whose language their text tells, one in so many must be in a language in Latin letters, and at least [`FEWEST`],
/// before any page is taken to be: a page of names or of code reads like this or that one.
const ONE_IN: usize = 200;
const FEWEST: usize = 3;

/// Pages that state no language, and what they are taken to be in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unstated {
    /// How many there are.
    pub pages: usize,
    /// Languages that their text is in, by number of pages, the most frequent first.
    pub languages: Vec<(String, usize)>,
}

/// Gives pages that state no language the one that their text is in, and returns the language of those that are left with none:
/// the most frequent.
pub(super) fn tell(pages: &mut [Page]) -> (String, Unstated) {
    let read: Vec<Option<Told>> =
        pages.par_iter().map(|page| if page.lang.is_none() { Told::by(page) } else { None }).collect();
    let counted = most_frequent(read.iter().flatten().map(|told| told.language.as_str()));
    let told: usize = counted.iter().map(|(_, pages)| pages).sum();
    let is_used = |pages: usize| pages >= FEWEST && pages * ONE_IN >= told;
    let used: BTreeSet<String> =
        counted.iter().filter(|(_, pages)| is_used(*pages)).map(|(language, _)| language.clone()).collect();
    let stated = || most_frequent(pages.iter().filter_map(|page| page.lang.as_deref())).into_iter().next();
    let main = counted.into_iter().next().or_else(stated).map_or(OTHERWISE.to_owned(), |(language, _)| language);

    let unstated: Vec<usize> = (0..pages.len()).filter(|&page| pages[page].lang.is_none()).collect();
    for (page, told) in pages.iter_mut().zip(read) {
        let told = told.filter(|told| !told.in_latin || used.contains(&told.language)).map(|told| told.language);
        page.lang = page.lang.take().or(told.filter(|language| *language != main));
    }
    let taken = unstated.iter().map(|&page| pages[page].lang.as_deref().unwrap_or(&main));
    let languages = most_frequent(taken);
    (main, Unstated { pages: unstated.len(), languages })
}

/// How many pages are in which language, the most frequent first.
pub(super) fn count(pages: &[Page], otherwise: &str) -> Vec<Language> {
    let languages = pages.iter().map(|page| page.lang.as_deref().unwrap_or(otherwise));
    let count = |(code, pages): (String, usize)| Language { code, pages: pages as u32 };
    most_frequent(languages).into_iter().map(count).collect()
}

fn most_frequent<'l>(languages: impl Iterator<Item = &'l str>) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    languages.for_each(|language| *counts.entry(language).or_default() += 1);
    let mut counted: Vec<(String, usize)> = counts.into_iter().map(|(l, pages)| (l.to_owned(), pages)).collect();
    counted.sort_by_key(|&(_, pages)| std::cmp::Reverse(pages));
    counted
}

/// What a page's text tells of its language.
struct Told {
    language: String,
    /// Whether it is written in Latin letters, as the names and the code are that may deceive.
    in_latin: bool,
}

impl Told {
    /// `None` where the text is too short, or reads like several languages.
    fn by(page: &Page) -> Option<Self> {
        let found = whatlang::detect(&sample(page)).filter(whatlang::Info::is_reliable)?;
        Some(Self { language: tag(found.lang().code()), in_latin: found.script() == whatlang::Script::Latin })
    }
}

/// The beginning of a page's text, as far as it tells a language.
fn sample(page: &Page) -> String {
    let texts = page.sections.iter().flat_map(|section| [section.heading.as_str(), &section.text]);
    let mut text = String::new();
    let mut letters = 0;
    let mut others = 0;
    for c in std::iter::once(page.title.as_str()).chain(texts).flat_map(|text| text.chars().chain([' '])) {
        text.push(c);
        letters += usize::from(c.is_alphabetic());
        others += usize::from(c.is_alphabetic() && !is_latin(c));
        if letters == LETTERS {
            break;
        }
    }
    // Pages in Korean or Greek hold names and code in Latin letters, often more of these; hardly any is the other way round.
    match others * 10 >= letters {
        true => text.chars().map(|c| if is_latin(c) { ' ' } else { c }).collect(),
        false => text,
    }
}

fn is_latin(c: char) -> bool {
    c.is_alphabetic() && matches!(c, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

/// The tag of a language (BCP 47: the shortest code there is) by its code in ISO 639-3.
fn tag(code: &str) -> String {
    let short = match code {
        "ben" => "bn",
        "bul" => "bg",
        "ces" => "cs",
        "cmn" => "zh",
        "epo" => "eo",
        "est" => "et",
        "ind" => "id",
        "jav" => "jv",
        "jpn" => "ja",
        "kan" => "kn",
        "khm" => "km",
        "lav" => "lv",
        "lit" => "lt",
        "mal" => "ml",
        "mar" => "mr",
        "nld" => "nl",
        "nob" => "nb",
        "pes" => "fa",
        "pol" => "pl",
        "por" => "pt",
        "slk" => "sk",
        "spa" => "es",
        "srp" => "sr",
        "swe" => "sv",
        "tgl" => "tl",
        "tuk" => "tk",
        "tur" => "tr",
        regular => &regular[..2],
    };
    short.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Section;

    const ENGLISH: &str = "The colony keeps its queen warm through the winter, and the workers take turns at the edge.";
    const GERMAN: &str = "Das Volk hält seine Königin den Winter über warm, und die Bienen wechseln sich am Rande ab.";
    const FRENCH: &str =
        "La colonie garde sa reine au chaud pendant tout l'hiver, et les ouvrières se relaient au bord.";
    const KOREAN: &str =
        "let hive = Hive::open(path).expect(\"a log that can be read\"); 벌집은 겨울에도 여왕벌을 따뜻하게 한다.";

    fn page(lang: Option<&str>, text: &str) -> Page {
        let section = Section { text: text.into(), ..Section::default() };
        Page { lang: lang.map(str::to_owned), sections: vec![section], ..Page::default() }
    }

    fn check(pages: &[(Option<&str>, &str)], main: &str, expected: &[Option<&str>], unstated: &[(&str, usize)]) {
        let mut pages: Vec<Page> = pages.iter().map(|(lang, text)| page(*lang, text)).collect();
        let (found, told) = tell(&mut pages);
        assert_eq!(found, main);
        assert_eq!(pages.iter().map(|page| page.lang.as_deref()).collect::<Vec<_>>(), expected);
        let unstated: Vec<_> = unstated.iter().map(|&(language, pages)| (language.to_owned(), pages)).collect();
        assert_eq!(told.pages, unstated.iter().map(|(_, pages)| pages).sum::<usize>());
        assert_eq!(told.languages, unstated);
    }

    #[test]
    fn a_text_tells_its_language_where_the_page_does_not() {
        check(
            &[(None, GERMAN), (None, GERMAN), (None, KOREAN), (Some("fr"), ENGLISH), (None, "x1")],
            "de",
            &[None, None, Some("ko"), Some("fr"), None],
            &[("de", 3), ("ko", 1)],
        );
        let english = [(None, ENGLISH); FEWEST];
        check(
            &[[(None, GERMAN); FEWEST + 1].as_slice(), &english].concat(),
            "de",
            &[[None; FEWEST + 1].as_slice(), &[Some("en"); FEWEST]].concat(),
            &[("de", FEWEST + 1), ("en", FEWEST)],
        );
    }

    #[test]
    fn a_few_pages_that_read_like_another_language_do_not() {
        for (english, french) in [(3, FEWEST - 1), (FEWEST * ONE_IN, FEWEST)] {
            let pages = [vec![(None, ENGLISH); english], vec![(None, FRENCH); french]].concat();
            check(&pages, "en", &vec![None; english + french], &[("en", english + french)]);
        }
    }

    #[test]
    fn where_no_text_tells_it_the_language_is_that_of_the_other_pages_or_english() {
        check(
            &[(Some("it"), ENGLISH), (Some("it"), "x"), (None, "x1")],
            "it",
            &[Some("it"), Some("it"), None],
            &[("it", 1)],
        );
        check(&[(None, "x1")], "en", &[None], &[("en", 1)]);
        check(&[(Some("it"), ENGLISH)], "it", &[Some("it")], &[]);
    }

    #[test]
    fn every_language_that_can_be_told_has_a_tag_of_two_letters() {
        let tags: BTreeSet<String> = whatlang::Lang::all().iter().map(|language| tag(language.code())).collect();
        assert_eq!(tags.len(), whatlang::Lang::all().len(), "no two are the same");
        assert!(tags.iter().all(|tag| tag.len() == 2));
        assert_eq!(["deu", "cmn", "swe"].map(tag), ["de", "zh", "sv"]);
    }
}
