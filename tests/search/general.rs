//! Words that the site does not use, and that have a meaning all the same.

use bifocal::build::{Built, Embedding, GeneralOptions, Options, build};
use bifocal::corpus::Page;
use bifocal::encoder::Encoder;
use bifocal::index::{Directory, GeneralBlock, Kind, PartId, RawPart};
use bifocal::search::{Answer, LegStatus, Mode, Query, Run, Step, VectorPlan};
use proptest::prelude::*;
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

use super::steps::rounds;
use super::{BagOfWords, Memory, index_of, page, pages};

fn query(text: &str) -> Query {
    Query { text: text.into(), prefix: false, vector: VectorPlan::Lexicon, ..Query::default() }
}

/// The answer, and the kinds of parts that were asked for, round by round.
fn ask(memory: &mut Memory, query: Query) -> (Answer, Vec<Vec<Kind>>) {
    let (kinds, step) = rounds(memory, &mut Run::new(query));
    let Step::Done(answer) = step else { panic!("{step:?}") };
    (*answer, kinds)
}

fn with(pages: Vec<Page>, general: GeneralOptions, language: &str) -> Built {
    let encoder = BagOfWords::new();
    let embed = |texts: &[&str], role| encoder.embed(texts, role, &|_| ());
    let embedding = Embedding { encoder: &encoder, embed: &embed, cancel: &AtomicBool::new(false) };
    let options = Options { general, language: Some(language.into()), ..Options::default() };
    build(pages, Some(embedding), &options, &|_| ()).unwrap()
}

/// All general words of an index.
fn general_words(built: &Built) -> Vec<String> {
    let width = Memory::new(built.clone()).row_width();
    let blocks = built.parts.iter().filter(|part| part.id.kind == Kind::General);
    let words = |part: &RawPart| {
        let block = GeneralBlock::open(RawPart::contents(part.id, &part.bytes).unwrap(), width).unwrap();
        block.words().iter().map(|(word, _)| word.clone()).collect::<Vec<_>>()
    };
    let mut words: Vec<String> = blocks.flat_map(words).collect();
    words.sort();
    words
}

fn remove(memory: &mut Memory, kind: Kind) {
    let (answer, _) = ask(memory, query("honey"));
    assert!(answer.failures.is_empty());
    let gone: Vec<PartId> = memory.parts.keys().copied().filter(|id| id.kind == kind).collect();
    assert!(!gone.is_empty());
    for id in gone {
        memory.index.fail(&id.to_string(), "404").unwrap();
    }
}

#[test]
fn a_word_that_the_site_does_not_use_finds_what_it_means() {
    let mut memory = Memory::new(index_of(pages()));
    let (answer, kinds) = ask(&mut memory, query("apiary"));
    // Words that may be meant are looked for beside what the word means: that takes no round of its own.
    let expected = [Kind::Core, Kind::Terms, Kind::Directory, Kind::General, Kind::Vectors, Kind::Text];
    assert_eq!(kinds.len(), expected.len());
    assert!(kinds.iter().zip(expected).all(|(round, kind)| round.contains(&kind)), "{kinds:?}");
    assert_eq!((answer.hits[0].id.as_str(), answer.total), ("hive.html", 0));
    assert_eq!((answer.encoder.as_deref(), answer.legs.semantic.status), (Some("lexicon"), LegStatus::Used));
    assert_eq!(answer.legs.keyword.reason.as_deref(), Some("the site uses none of these words"));
    let (again, kinds) = ask(&mut memory, query("apiary"));
    assert_eq!((again, kinds), (answer, Vec::new()));
}

#[test]
fn queries_whose_words_are_known_load_nothing_of_it() {
    for text in ["honey", "splits frames", "honey 42", "is"] {
        let (_, kinds) = ask(&mut Memory::new(index_of(pages())), query(text));
        assert!(!kinds.concat().contains(&Kind::Directory), "{text:?}: {kinds:?}");
    }
    let (_, kinds) = ask(&mut Memory::new(index_of(pages())), Query { mode: Mode::Keyword, ..query("apiary") });
    assert!(!kinds.concat().contains(&Kind::Directory), "{kinds:?}");
    let mut run = Run::new(Query { vector: VectorPlan::Later, ..query("apiary") });
    let (kinds, _) = rounds(&mut Memory::new(index_of(pages())), &mut run);
    assert!(!kinds.concat().contains(&Kind::Directory), "the transformer needs no vectors of words: {kinds:?}");
}

#[test]
fn what_nobody_knows_still_means_nothing() {
    let mut memory = Memory::new(index_of(pages()));
    for text in ["zzyzx", "apiarz", "zzyzx blorpt vleen apiary", "한국어"] {
        let (answer, _) = ask(&mut memory, query(text));
        assert_eq!(answer.legs.semantic.status, LegStatus::Skipped, "{text:?}");
        assert_eq!(answer.legs.semantic.reason.as_deref(), Some("too few of these words are known"), "{text:?}");
        assert!(answer.hits.is_empty(), "{text:?}");
    }
}

#[test]
fn words_of_one_family_share_a_row_and_the_sites_own_words_have_none() {
    let built = index_of(pages());
    assert_eq!(general_words(&built), ["apiaries", "apiary", "skep", "skeps"], "and a galaxy means nothing here");
    let mut memory = Memory::new(built);
    let [one, many] = ["apiary", "apiaries"].map(|word| ask(&mut memory, query(word)).0);
    assert_eq!(
        one.hits.iter().map(|hit| hit.score).collect::<Vec<_>>(),
        many.hits.iter().map(|hit| hit.score).collect::<Vec<_>>()
    );
}

#[test]
fn the_owner_says_how_many_and_which() {
    let most = |most| GeneralOptions { most: Some(most), ..GeneralOptions::default() };
    assert_eq!(general_words(&with(pages(), most(1), "en")), ["apiaries", "apiary"]);
    assert_eq!(general_words(&with(pages(), most(0), "en")), [""; 0]);
    let words =
        ["hives", "Capital", "two words", "nectar", "nectars", "x86", "apiary", "galaxy"].map(str::to_owned).to_vec();
    let listed = GeneralOptions { most: Some(0), words: words.clone() };
    assert_eq!(general_words(&with(pages(), listed, "en")), ["apiary", "nectar", "nectars"]);
    let both = GeneralOptions { most: None, words };
    assert_eq!(general_words(&with(pages(), both, "en-GB")).len(), 6);
    assert_eq!(
        general_words(&with(pages(), GeneralOptions::default(), "de")),
        [""; 0],
        "the model's words are English"
    );
}

#[test]
fn without_the_parts_the_search_goes_on_and_says_so() {
    for (kind, name) in [(Kind::Directory, "parts/directory-"), (Kind::General, "parts/general-")] {
        let mut memory = Memory::new(index_of(pages()));
        remove(&mut memory, kind);
        let (answer, _) = ask(&mut memory, query("apiary honey"));
        assert_eq!(answer.hits[0].id, "honey.html");
        assert!(answer.failures[0].contains(name) && answer.failures[0].contains("404"), "{:?}", answer.failures);
        let (answer, _) = ask(&mut memory, query("honey"));
        assert!(answer.failures.is_empty(), "{:?}", answer.failures);
    }
}

#[test]
fn parts_that_come_one_by_one_give_the_same_answer() {
    let mut pages = pages();
    pages.extend(
        (0..40).map(|number| page(&format!("{number}.html"), &format!("Filler{number}"), &[("", "Sun and rain.")])),
    );
    let built = index_of(pages);
    for text in ["apiary", "galaxy honey swarming", "apiaries floor zzyzx"] {
        let mut together = Memory::new(built.clone());
        let (expected, _) = ask(&mut together, query(text));
        let mut alone = Memory::new(built.clone());
        let mut run = Run::new(query(text));
        let answer = loop {
            match run.step(&alone.index).unwrap() {
                Step::Need { parts, vector: false } => {
                    let last = parts.last().unwrap();
                    alone.index.supply(&last.to_string(), &alone.parts[last]).unwrap();
                }
                Step::Done(answer) => break *answer,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(answer, expected, "{text:?}");
        let (again, _) = ask(&mut together, query(text));
        assert_eq!(again, expected, "with all parts loaded, {text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Contents with a byte changed or an end missing open or are refused, and never panic.
    #[test]
    fn hostile_contents_never_panic(at in any::<prop::sample::Index>(), byte: u8, cut in prop::option::of(any::<prop::sample::Index>())) {
        static BUILT: LazyLock<Built> = LazyLock::new(|| index_of(pages()));
        let width = Memory::new(BUILT.clone()).row_width();
        for part in BUILT.parts.iter().filter(|part| matches!(part.id.kind, Kind::Directory | Kind::General)) {
            let mut contents = part.bytes[12..].to_vec();
            let position = at.index(contents.len());
            contents[position] = byte;
            if let Some(cut) = cut {
                contents.truncate(cut.index(contents.len()));
            }
            if part.id.kind == Kind::Directory {
                let _ = Directory::read(&contents).map(|directory| directory.block_for("apiary"));
            } else {
                let _ = GeneralBlock::open(&contents, width).map(|block| block.find("apiary").map(<[u8]>::len));
            }
        }
    }
}
