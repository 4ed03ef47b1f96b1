//! Building and searching small indexes in memory.

mod cells;
mod damage;
mod fields;
mod fit;
mod general;
mod golden;
mod identifiers;
mod languages;
mod lexicon;
mod names;
mod operators;
mod packs;
mod related;
mod rules;
mod sections;
mod steps;
mod twin;
mod typing;
mod typos;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use bifocal::build::{Built, Embedding, Options, build};
use bifocal::corpus::{Page, Section};
use bifocal::encoder::{Encoder, Role, VectorSpace};
use bifocal::index::{Index, Packer, PartId};
use bifocal::search::{Answer, Combination, Fusion, LegStatus, Mode, Normalization, Query, complete};
use bifocal::{Error, ErrorKind, Result, text};

/// An encoder whose vectors are sums over words: each word has a direction of its own, synonyms share one. It knows
/// some words that the small site doesn't use.
pub struct BagOfWords {
    space: VectorSpace,
}

impl BagOfWords {
    pub fn new() -> Self {
        let [model, weights, pooling] = ["bag of words", "0", "sum"].map(str::to_owned);
        let (prefix, query_prefix) = (String::new(), String::new());
        Self { space: VectorSpace { model, weights, pooling, prefix, query_prefix, dims: 64 } }
    }

    pub fn vector(&self, words: &str) -> Vec<f32> {
        let mut vector = vec![0.01f32; 64];
        for word in text::words(words) {
            let meaning = match &*word.term {
                "apiary" | "hives" | "skep" => "hive",
                "nectar" => "honey",
                other => other,
            };
            let hash =
                meaning.bytes().fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
            // Nothing on earth is like a galaxy.
            vector[(hash >> 58) as usize] += if meaning == "galaxy" { -1.0 } else { 1.0 };
        }
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        vector.iter().map(|x| x / length).collect()
    }
}

impl Encoder for BagOfWords {
    fn space(&self) -> &VectorSpace {
        &self.space
    }

    fn count_tokens(&self, text: &str) -> usize {
        text.split_whitespace().count()
    }

    fn words(&self) -> Vec<String> {
        ["the", "galaxy", "apiary", "hives", "skep", "apiaries", "honey", "skeps"].map(str::to_owned).to_vec()
    }

    fn embed(&self, texts: &[&str], _: Role, progress: &(dyn Fn(usize) + Sync)) -> Result<Vec<Vec<f32>>> {
        progress(texts.len());
        Ok(texts.iter().map(|text| self.vector(text)).collect())
    }
}

pub fn page(id: &str, title: &str, sections: &[(&str, &str)]) -> Page {
    let section = |&(heading, text): &(&str, &str)| Section {
        anchor: (!heading.is_empty()).then(|| heading.to_lowercase().replace(' ', "-")),
        heading: heading.into(),
        level: if heading.is_empty() { 0 } else { 2 },
        text: text.into(),
        ..Section::default()
    };
    Page {
        id: id.into(),
        url: id.into(),
        title: title.into(),
        lang: None,
        meta: BTreeMap::new(),
        sections: sections.iter().map(section).collect(),
    }
}

pub fn pages() -> Vec<Page> {
    vec![
        page(
            "split.html",
            "Splitting a colony",
            &[
                ("", "A strong colony can be divided in spring."),
                (
                    "When to split",
                    "Split the colony when the bees cover eight frames. Splitting early prevents swarms.",
                ),
                ("The command", "Call Hive::split with --dry-run to see what it would do."),
            ],
        ),
        page(
            "hive.html",
            "The hive",
            &[("Parts of a hive", "A hive has a floor, boxes, frames and a roof. Frames hold the comb.")],
        ),
        page(
            "honey.html",
            "Harvesting honey",
            &[
                ("Extracting", "Uncap the frames and spin them. Honey keeps for years."),
                ("Storing", "Store honey in glass. The honey of one year rarely tastes like the next one's."),
            ],
        ),
        page("swarm.html", "Swarms", &[("", "Bees swarm in May. A swarming colony leaves its hive.")]),
    ]
}

pub fn index_of(pages: Vec<Page>) -> Built {
    index_with(pages, Options { title: "Bees".into(), ..Options::default() })
}

/// Writes an index's entry and parts to a folder, as the command does, without a runtime.
pub fn write_index(built: &Built, folder: &Path) {
    let write = |path: &str, bytes: &[u8]| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    built.parts.iter().for_each(|part| write(&part.id.path(), &Packer::new().pack(part)));
    write("bifocal.json", built.entry.seal().unwrap().as_bytes());
}

pub fn index_with(pages: Vec<Page>, options: Options) -> Built {
    let encoder = BagOfWords::new();
    let embed = |texts: &[&str], role| encoder.embed(texts, role, &|_| ());
    build(
        pages,
        Some(Embedding { encoder: &encoder, embed: &embed, cancel: &AtomicBool::new(false) }),
        &options,
        &|_| (),
    )
    .unwrap()
}

/// An index whose parts are all in memory.
pub struct Memory {
    pub parts: HashMap<PartId, Vec<u8>>,
    pub index: Index,
}

impl Memory {
    pub fn new(built: Built) -> Self {
        let parts = built.parts.into_iter().map(|part| (part.id, part.bytes)).collect();
        Self { parts, index: Index::open(built.entry.open().unwrap()) }
    }

    /// Bytes of a row of a word's vector.
    pub fn row_width(&mut self) -> usize {
        let core = self.index.core_id();
        self.index.supply(&core.to_string(), &self.parts[&core]).unwrap();
        self.index.core().and_then(|core| core.words).unwrap().bytes() + 2
    }

    pub fn ask(&mut self, query: Query) -> Answer {
        self.try_ask(query).unwrap()
    }

    pub fn try_ask(&mut self, query: Query) -> Result<Answer> {
        let vector = query.mode.has_semantic().then(|| (BagOfWords::new().vector(&query.text), "bag of words"));
        let parts = &self.parts;
        complete(&mut self.index, query, vector, |id| {
            parts.get(&id).cloned().ok_or_else(|| Error::new(ErrorKind::Missing, "it is not there"))
        })
    }

    pub fn ids(&mut self, text: &str, mode: Mode) -> Vec<String> {
        self.ask(Query { text: text.into(), mode, ..Query::default() }).hits.into_iter().map(|hit| hit.id).collect()
    }
}

fn check(query: &str, mode: Mode, first: &[&str]) {
    let found = Memory::new(index_of(pages())).ids(query, mode);
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    assert_eq!(found.get(..first.len()), Some(first), "{query:?} by {mode:?} found {found:?}");
}

#[test]
fn a_half_typed_word_is_completed_by_words_of_the_site() {
    let mut memory = Memory::new(index_of(pages()));
    let mut completions = |text: &str, most| {
        let query = Query { text: text.into(), mode: Mode::Keyword, completions: most, ..Query::default() };
        let found = memory.ask(query).completions;
        found.into_iter().map(|completion| (completion.text, completion.pages)).collect::<Vec<_>>()
    };
    let of = |list: &[(&str, u32)]| list.iter().map(|&(text, pages)| (text.to_owned(), pages)).collect::<Vec<_>>();
    assert_eq!(
        completions("The BEES sw", 3),
        of(&[("The BEES swarms", 2), ("The BEES swarm", 1), ("The BEES swarming", 1)])
    );
    assert_eq!(completions("sw", 1).len(), 1);
    assert_eq!(completions("sw ", 3), [], "a space ends the word");
    assert_eq!((completions("zz", 3), completions("", 3), completions("swarms", 0)), (vec![], vec![], vec![]));
}

#[test]
fn a_page_whose_title_is_the_query_comes_first() {
    let mut pages = pages();
    let text = "The swarm, a swarm of swarms: swarms swarm.";
    pages.push(page("long.html", "On swarms and on how swarms swarm in swarms", &[("Swarms", text)]));
    let mut memory = Memory::new(index_of(pages));
    for (text, mode) in [("swarms", Mode::Keyword), ("Swarm", Mode::Hybrid), ("swarms", Mode::Hybrid)] {
        let query = Query { text: text.into(), mode, explain: true, ..Query::default() };
        let hit = memory.ask(query).hits.swap_remove(0);
        assert_eq!(hit.id, "swarm.html", "{text} {mode:?}");
        assert!(hit.explain.unwrap().title.is_some_and(|bonus| bonus > 0.0 && hit.score >= bonus));
    }
    assert_eq!(memory.ids("harvest hon", Mode::Keyword)[0], "honey.html");
    // The greater a share of the title the query is, the more a page gains; a misspelt word is taken for what it means.
    assert_eq!(memory.ids("how swarms", Mode::Keyword)[0], "long.html");
    assert_eq!(memory.ids("on swarms and on how swar", Mode::Hybrid)[0], "long.html");
    assert_eq!(memory.ids("swamrs ", Mode::Keyword)[0], "swarm.html");
    // Nobody can tell what the last letter will become.
    assert_eq!(memory.ids("harvesting q", Mode::Keyword)[0], "honey.html");
    assert_eq!(memory.ids("splitting a", Mode::Keyword)[0], "split.html");
}

#[test]
fn what_names_a_page_and_something_in_it_finds_that_page() {
    let page = |title: &str| {
        let others = "Cluster, frame and wax; frames of a cluster, wax in a frame.";
        page(
            &format!("{}.html", title.to_lowercase()),
            title,
            &[("", others), ("Inspecting", "Wax on a frame of the cluster.")],
        )
    };
    let mut memory = Memory::new(index_of(["Brood nest", "Brood", "Nest boxes of brood"].map(page).to_vec()));
    for mode in [Mode::Keyword, Mode::Hybrid] {
        assert_eq!(memory.ids("brood inspecting wax", mode)[0], "brood.html", "{mode:?}");
        assert_eq!(memory.ids("inspecting a brood nest", mode)[0], "brood nest.html", "{mode:?}");
        let query = Query { text: "brood inspecting".into(), mode, explain: true, ..Query::default() };
        let gains: Vec<f32> =
            memory.ask(query).hits.iter().map(|hit| hit.explain.as_ref().unwrap().title.unwrap()).collect();
        assert!(gains[0] > gains[1] && gains[1] > gains[2] && gains[2] > 0.0, "{gains:?}");
    }
}

#[test]
fn words_find_pages_by_form_family_and_beginning() {
    check("honey", Mode::Keyword, &["honey.html"]);
    check("splits ", Mode::Keyword, &["split.html"]);
    check("swar", Mode::Keyword, &["swarm.html", "split.html"]);
    check("Hive::split", Mode::Keyword, &["split.html"]);
    check("dry-run", Mode::Keyword, &["split.html"]);
}

#[test]
fn meaning_finds_what_words_miss() {
    check("apiary ", Mode::Keyword, &[]);
    check("apiary", Mode::Semantic, &["hive.html"]);
    check("apiary floor", Mode::Hybrid, &["hive.html"]);
}

#[test]
fn hits_show_where_and_why() {
    let answer =
        Memory::new(index_of(pages())).ask(Query { text: "split frames".into(), explain: true, ..Query::default() });
    let hit = &answer.hits[0];
    assert_eq!((hit.id.as_str(), hit.sections[0].url.as_str()), ("split.html", "split.html#when-to-split"));
    let units: Vec<u16> = hit.excerpt.text.encode_utf16().collect();
    let marked: Vec<String> = hit
        .excerpt
        .ranges
        .iter()
        .map(|&[start, end]| String::from_utf16(&units[start as usize..end as usize]).unwrap())
        .collect();
    assert_eq!(marked, ["Split", "frames", "Splitting"]);
}

#[test]
fn an_explanation_adds_up_to_the_score() {
    let mut memory = Memory::new(index_of(pages()));
    let rrf = Fusion::Rrf { rank_constant: 60.0 };
    let mean =
        |combination| Fusion::Normalization { normalization: Normalization::MinMax, combination, weights: [0.4, 0.6] };
    let fusions = [Fusion::default(), rrf, mean(Combination::ArithmeticMean), mean(Combination::HarmonicMean)];
    for (mode, fusion) in [Mode::Keyword, Mode::Semantic]
        .map(|mode| (mode, Fusion::default()))
        .into_iter()
        .chain(fusions.map(|fusion| (Mode::Hybrid, fusion)))
    {
        let query = Query { text: "split frames".into(), mode, fusion, explain: true, ..Query::default() };
        let answer = memory.ask(query);
        assert!(answer.hits.len() > 1, "{mode:?}");
        for hit in &answer.hits {
            let explained = hit.explain.as_ref().unwrap();
            let is =
                |sum: f32, whole: f32| assert!((sum - whole).abs() < 1e-4, "{} by {mode:?}: {explained:?}", hit.id);
            is(explained.terms.iter().map(|term| term.score).sum(), explained.keyword.unwrap_or(0.0));
            let gains = [explained.title, explained.language, explained.proximity];
            let gained: f32 = gains.into_iter().flatten().sum();
            is(explained.fused + gained, hit.score);
            match fusion == mean(Combination::HarmonicMean) {
                true => assert_eq!((explained.words, explained.meaning), (None, None)),
                false => is(explained.words.unwrap_or(0.0) + explained.meaning.unwrap_or(0.0), explained.fused),
            }
        }
    }
}

#[test]
fn a_heading_without_text_shows_what_stands_below_it() {
    let sections = [("Queens", ""), ("Rearing", "Graft larvae into cups."), ("Marking", "Dot the thorax.")];
    let built = index_of(vec![page("queens.html", "Breeding", &sections)]);
    let answer = Memory::new(built).ask(Query { text: "queens".into(), mode: Mode::Keyword, ..Query::default() });
    let hit = &answer.hits[0];
    assert_eq!((hit.sections[0].heading.as_str(), hit.sections[0].excerpt.text.as_str()), ("Queens", ""));
    assert_eq!(hit.excerpt.text, "Graft larvae into cups.");
}

#[test]
fn a_long_section_is_shown_once() {
    let long = "Smoke the hive before opening it. ".repeat(400);
    let sections = [("Smoke", long.as_str()), ("Tools", "A smoker is a tool for a hive.")];
    let built = index_of(vec![page("tools.html", "Inspecting", &sections)]);
    let query = Query { text: "smoke hive".into(), sections: 3, ..Query::default() };
    let answer = Memory::new(built).ask(query);
    let mut urls: Vec<&str> = answer.hits[0].sections.iter().map(|section| section.url.as_str()).collect();
    urls.sort_unstable();
    let once: BTreeSet<&str> = urls.iter().copied().collect();
    assert_eq!(urls.len(), once.len(), "{urls:?}");
    assert!(once.contains("tools.html#smoke"));
}

#[test]
fn odd_queries_get_sensible_answers() {
    let mut memory = Memory::new(index_of(pages()));
    for text in ["", "   ", "\0\u{202e}", "?!…", "🐝"] {
        let answer = memory.ask(Query { text: text.into(), mode: Mode::Keyword, ..Query::default() });
        assert!(answer.hits.is_empty(), "{text:?}");
        assert_eq!(answer.total, 0);
    }
    let empty = memory.ask(Query::default());
    assert!(empty.hits.is_empty());
    assert_eq!(empty.legs.semantic.status, LegStatus::Skipped);
    let long = memory.ask(Query { text: "honey bees frames ".repeat(600), ..Query::default() });
    assert_eq!(long.hits[0].id, "honey.html");
    let various: String = (0..2_000).map(|word| format!("w{word} ")).collect();
    let cut = memory.ask(Query { text: various + "honey", mode: Mode::Keyword, ..Query::default() });
    assert!(cut.legs.keyword.reason.is_some());
    let none = memory.ask(Query { text: "zzyzx".into(), mode: Mode::Keyword, ..Query::default() });
    assert_eq!((none.hits.len(), none.legs.keyword.reason.as_deref()), (0, Some("the site uses none of these words")));
}

#[test]
fn limit_and_offset_page_through_one_ranking() {
    let mut memory = Memory::new(index_of(pages()));
    let whole = memory.ids("hive frames bees", Mode::Hybrid);
    let mut paged = Vec::new();
    for offset in 0..whole.len() {
        let query = Query { text: "hive frames bees".into(), limit: 1, offset, ..Query::default() };
        paged.extend(memory.ask(query).hits.into_iter().map(|hit| hit.id));
    }
    assert_eq!(paged, whole);
    for offset in [whole.len(), whole.len() + 1, 1_000_000] {
        let answer = memory.ask(Query { text: "hive frames bees".into(), offset, ..Query::default() });
        assert_eq!((answer.hits.len(), answer.total), (0, whole.len()), "from {offset} on");
    }
}

#[test]
fn pages_of_a_million_words_are_indexed() {
    let many: String = (0..1_000_000).map(|number| format!("w{} ", number % 60_000)).collect();
    let once_more = "honey ".repeat(1_000_000);
    let sections = |text: &str| page("large.html", "Large", &[("All of it", text)]);
    for (text, word) in [(&many, "w59999"), (&once_more, "honey")] {
        let built =
            build(vec![sections(text), page("small.html", "Small", &[])], None, &Options::default(), &|_| ()).unwrap();
        let answer = Memory::new(built).ask(Query { text: word.into(), mode: Mode::Keyword, ..Query::default() });
        assert_eq!((answer.total, answer.hits[0].id.as_str()), (1, "large.html"), "{word}");
        assert!(answer.hits[0].sections[0].excerpt.text.contains(word));
        assert!(answer.hits[0].sections[0].excerpt.text.len() < 400);
    }
}

#[test]
fn the_same_pages_give_the_same_bytes() {
    let (first, second) = (index_of(pages()), index_of(pages()));
    assert_eq!(first.parts, second.parts);
    assert_eq!(first.entry, second.entry);
}

#[test]
fn pages_of_every_shape_are_indexed() {
    let mut all = pages();
    all.push(page("empty.html", "Nothing but a title", &[]));
    all.push(page("bare.html", "", &[("", "No title, no headings, only queenlessness.")]));
    all.push(page("long.html", "Long", &[("One heading", &"Drones do not sting. ".repeat(5_000))]));
    let mut memory = Memory::new(index_of(all));
    assert_eq!(memory.ids("nothing title", Mode::Keyword)[0], "empty.html");
    assert_eq!(memory.ids("queenlessness", Mode::Keyword), ["bare.html"]);
    let long = memory.ask(Query { text: "drones sting".into(), ..Query::default() });
    assert_eq!(long.hits[0].id, "long.html");
    assert!(long.hits[0].excerpt.text.len() < 400);
    assert!(build(Vec::new(), None, &Options::default(), &|_| ()).is_err());
}
