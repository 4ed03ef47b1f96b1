//! Measures the lexicon encoder on a test collection: `cargo run --release --example lexicon -- MODEL [--lang TAG]
//! COLLECTION…`.
//!
//! MODEL is a folder with `model.safetensors` and `tokenizer.json`, or a GGUF file, COLLECTION a folder in BEIR's form, TAG
//! the language of its pages. Prints nDCG@10 of
//! words alone, of meaning by either encoder, and of both legs together: over all queries, and over either half of them
//! (by hash of the query's id; constants are tuned on the first). Passages are compared exactly in f32, and a page is as
//! near as its nearest passage. Embeddings are kept in the command's cache.
//!
//! Then every twelfth word is hidden, as if the site did not use it, twice over: nDCG@10 of the lexicon encoder over the
//! queries that hold such a word, with their fitted vectors, without them, and with those that the linear map gives.

use std::collections::HashMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;
use std::{env, fs};

use bifocal::build::lexicon::{FitOptions, Lexicon, Material, fit};
use bifocal::corpus::{Page, PageId, Window, cut, embedded_text};
use bifocal::encoder::lexicon::MapFit;
use bifocal::encoder::{Cache, Encoder, Role, Transformer, cache_file_name};
use bifocal::lexical::{
    Bm25f, Collection as Site, Families, Inverted, PageLengths, PageScore, PostingList, TermPart, TermSet, invert,
    posting_list, rank,
};
use bifocal::search::Fusion;
use bifocal::text::words;
use rayon::prelude::*;
use xxhash_rust::xxh64::xxh64;

#[expect(dead_code, reason = "the kinds of queries are told apart by `bifocal eval` alone")]
#[path = "../src/cli/eval/collection.rs"]
mod collection;
#[path = "../src/cli/eval/metrics.rs"]
#[allow(dead_code, reason = "one of its metrics is used here")]
mod metrics;
mod model;

use collection::Judged;

/// Texts embedded between two openings of the cache, which others may wait for.
const STRETCH: usize = 2_048;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let usage = "usage: lexicon MODEL [--lang TAG] COLLECTION…";
    let (model, language, folders) = match arguments.as_slice() {
        [model, flag, tag, folders @ ..] if flag.as_os_str() == "--lang" => {
            (model, tag.to_str().ok_or(usage)?, folders)
        }
        [model, folders @ ..] => (model, "en", folders),
        _ => return Err(usage.into()),
    };
    let encoder = model::load(model)?;
    println!("{:<16} {:<7} keyword  transf.  lexicon  ratio   hybrid-t hybrid-l ratio", "collection", "queries");
    for folder in folders {
        measure(&encoder, language, folder)?;
    }
    Ok(())
}

fn measure(encoder: &Transformer, language: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    let queries = collection::queries(folder)?;
    let pages: Vec<Page> = collection::pages(folder)?.into_iter().map(Page::divided).collect();
    let inverted = invert(&pages, language);
    let families = Families::of(&inverted.terms, &inverted.languages);
    let (texts, owners) = passages(&pages, encoder);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let vectors = embed(encoder, &texts, Role::Passage)?;
    let embed = |texts: &[&str]| embed(encoder, texts, Role::Query);
    let asked: Vec<&str> = queries.iter().map(|query| query.text.as_str()).collect();
    let by_transformer = embed(&asked)?;
    let material = Material {
        pages: &pages,
        inverted: &inverted,
        families: &families,
        passages: &texts,
        vectors: &vectors,
        embed: &embed,
    };
    let started = Instant::now();
    let how = FitOptions { language: language.to_owned(), ..FitOptions::default() };
    let lexicon = fit(&material, &how, &|_| (), &AtomicBool::new(false))?;
    let seconds = started.elapsed().as_secs_f32();

    let postings: Vec<Vec<u8>> =
        inverted.terms.iter().map(|term| posting_list(&term.occurrences)).collect::<bifocal::Result<_>>()?;
    let lengths = PageLengths::new(&inverted.lengths);
    let keyword = Keyword {
        inverted: &inverted,
        families: &families,
        postings: &postings,
        lengths: &lengths,
        pages: pages.len(),
    };
    let nearest = |vector: &[f32]| nearest(vector, &vectors, &owners, pages.len());
    let scores: Vec<[f64; 5]> = queries
        .par_iter()
        .zip(&by_transformer)
        .map(|(query, vector)| {
            let keyword = keyword.rank(&query.text);
            let transformer = nearest(vector);
            let lexicon =
                lexicon.query(&forms(&inverted, &query.text)).map(|vector| nearest(&vector)).unwrap_or_default();
            // There is no index whose cut-off could be told: cosines count as they are.
            let hybrid = |semantic: &[PageScore]| Fusion::default().fuse(&keyword, semantic, 0.0);
            let (with_transformer, with_lexicon) = (hybrid(&transformer), hybrid(&lexicon));
            [&keyword, &transformer, &lexicon, &with_transformer, &with_lexicon].map(|ranking| {
                let ids: Vec<&str> = ranking.iter().take(10).map(|p| pages[p.page.0 as usize].id.as_str()).collect();
                metrics::ndcg(&ids, &query.grades, 10)
            })
        })
        .collect();

    let name = folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    for (label, chosen) in [("all", None), ("tuned", Some(true)), ("held", Some(false))] {
        let chosen: Vec<_> =
            queries.iter().zip(&scores).filter(|(query, _)| chosen.is_none_or(|c| query.is_tuned() == c)).collect();
        let mean = |at: usize| chosen.iter().map(|(_, scores)| scores[at]).sum::<f64>() / chosen.len().max(1) as f64;
        let [keyword, transformer, lexicon, with_transformer, with_lexicon] = [0, 1, 2, 3, 4].map(mean);
        println!(
            "{name:<16} {label:<7} {keyword:.4}   {transformer:.4}   {lexicon:.4}   {:.3}   {with_transformer:.4}   {with_lexicon:.4}   {:.3}",
            lexicon / transformer,
            with_lexicon / with_transformer,
        );
    }
    report(&lexicon, texts.len(), seconds);
    let words = Words::of(&inverted, &lexicon);
    let prior = embed(&words.most_used)?;
    let queries: Vec<(Vec<u32>, &Judged)> =
        queries.iter().map(|query| (forms(&inverted, &query.text), query)).collect();
    let score = |vector: Vec<f32>, query: &Judged| {
        let ranking = nearest(&vector);
        let ids: Vec<&str> = ranking.iter().take(10).map(|p| pages[p.page.0 as usize].id.as_str()).collect();
        metrics::ndcg(&ids, &query.grades, 10)
    };
    [0, 5].iter().for_each(|&fold| hide(&words, &lexicon, &prior, fold, &queries, &score));
    Ok(())
}

fn report(lexicon: &Lexicon, passages: usize, seconds: f32) {
    println!("{:16} {passages} passages, {} units, fitted in {seconds:.1} s with embedding", "", lexicon.vectors.len());
}

/// The units of a lexicon: the form of each that the site uses most, and how often it uses them.
struct Words<'i> {
    most_used: Vec<&'i str>,
    uses: Vec<usize>,
}

impl<'i> Words<'i> {
    fn of(inverted: &'i Inverted, lexicon: &Lexicon) -> Self {
        let (mut best, mut all) = (vec![(0, ""); lexicon.vectors.len()], vec![0; lexicon.vectors.len()]);
        for (term, &unit) in inverted.terms.iter().zip(&lexicon.unit_of) {
            let uses = term.occurrences.uses();
            all[unit as usize] += uses;
            if uses > best[unit as usize].0 {
                best[unit as usize] = (uses, &term.form);
            }
        }
        Self { most_used: best.into_iter().map(|(_, form)| form).collect(), uses: all }
    }
}

/// Prints what is lost without the words of a fold, and what the map from their vectors alone, fitted on the other words,
/// gives back.
fn hide(
    words: &Words,
    lexicon: &Lexicon,
    prior: &[Vec<f32>],
    fold: u64,
    queries: &[(Vec<u32>, &Judged)],
    score: &(dyn Fn(Vec<f32>, &Judged) -> f64 + Sync),
) {
    let is_hidden: Vec<bool> = words.most_used.iter().map(|word| xxh64(word.as_bytes(), 7) % 12 == fold).collect();
    let weight = |(&uses, &hidden): (&usize, &bool)| if hidden { 0.0 } else { (uses as f32).sqrt() };
    let weights: Vec<f32> = words.uses.iter().zip(&is_hidden).map(weight).collect();
    let map = MapFit { inputs: prior, targets: &lexicon.vectors, weights: &weights, mu: 1.0 }.solve();
    let (mut without, mut mapped) = (lexicon.clone(), lexicon.clone());
    for unit in (0..is_hidden.len()).filter(|&unit| is_hidden[unit]) {
        without.weights[unit] = 0.0;
        mapped.vectors[unit] = map.apply(&prior[unit]);
    }
    let is_concerned = |forms: &[u32]| forms.iter().any(|&form| is_hidden[lexicon.unit_of[form as usize] as usize]);
    let concerned: Vec<_> = queries.iter().filter(|(forms, _)| is_concerned(forms)).collect();
    let mean = |lexicon: &Lexicon| {
        let scores = concerned.par_iter().map(|(forms, query)| lexicon.query(forms).map_or(0.0, |v| score(v, query)));
        scores.sum::<f64>() / concerned.len().max(1) as f64
    };
    let [fitted, without, mapped] = [lexicon, &without, &mapped].map(mean);
    println!("{:16} {} queries: fitted {fitted:.4}, without {without:.4}, mapped {mapped:.4}", "", concerned.len());
}

/// The distinct passages as they are embedded, and the pages that each belongs to.
fn passages(pages: &[Page], encoder: &Transformer) -> (Vec<String>, Vec<Vec<PageId>>) {
    let of_page = |page: &Page| -> Vec<String> {
        let sections = page.sections.iter().zip(page.paths());
        let texts = sections.flat_map(|(section, path)| {
            let cuts = cut(&section.text, Window::default(), &|text| encoder.count_tokens(text));
            cuts.into_iter().map(move |span| embedded_text(&page.title, &path, &section.text[span]))
        });
        let texts: Vec<String> = texts.collect();
        if texts.is_empty() { vec![embedded_text(&page.title, &[], "")] } else { texts }
    };
    let read: Vec<Vec<String>> = pages.par_iter().map(of_page).collect();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let (mut texts, mut owners) = (Vec::new(), Vec::<Vec<PageId>>::new());
    for (page, read) in read.into_iter().enumerate() {
        for text in read {
            let number = *numbers.entry(text).or_insert_with_key(|text| {
                texts.push(text.clone());
                owners.push(Vec::new());
                texts.len() - 1
            });
            owners[number].push(PageId(page as u32));
        }
    }
    (texts, owners)
}

fn embed(encoder: &Transformer, texts: &[&str], role: Role) -> bifocal::Result<Vec<Vec<f32>>> {
    let io = |error: std::io::Error| bifocal::Error::new(bifocal::ErrorKind::Io, "the embedding cache").because(error);
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let path = home.join(".cache/bifocal").join(cache_file_name(encoder));
    let mut vectors = Vec::with_capacity(texts.len());
    let never = AtomicBool::new(false);
    for (number, stretch) in texts.chunks(STRETCH).enumerate() {
        let file =
            fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(io)?;
        file.lock().map_err(io)?;
        let started = Instant::now();
        vectors.extend(Cache::open(file, encoder)?.embed(encoder, stretch, role, &|_| (), &never)?);
        if started.elapsed().as_secs() > 5 {
            eprintln!("embedded {} of {}", number * STRETCH + stretch.len(), texts.len());
        }
    }
    Ok(vectors)
}

/// The numbers of the forms that a text uses.
fn forms(inverted: &Inverted, text: &str) -> Vec<u32> {
    let number = |form: &str| inverted.terms.binary_search_by(|term| term.form.as_str().cmp(form)).ok();
    words(text).filter_map(|word| number(&word.term)).map(|form| form as u32).collect()
}

/// Pages by their nearest passage.
fn nearest(vector: &[f32], passages: &[Vec<f32>], owners: &[Vec<PageId>], pages: usize) -> Vec<PageScore> {
    let mut scores = vec![f32::NEG_INFINITY; pages];
    for (passage, owners) in passages.iter().zip(owners) {
        let cosine: f32 = vector.iter().zip(passage).map(|(a, b)| a * b).sum();
        for owner in owners {
            let known = &mut scores[owner.0 as usize];
            *known = known.max(cosine);
        }
    }
    PageScore::best_first(&scores, |score| score > f32::NEG_INFINITY)
}

/// The keyword leg over the whole dictionary, with the weights that a search gives to kin.
struct Keyword<'s> {
    inverted: &'s Inverted,
    families: &'s Families,
    postings: &'s [Vec<u8>],
    lengths: &'s PageLengths,
    pages: usize,
}

impl Keyword<'_> {
    fn rank(&self, text: &str) -> Vec<PageScore> {
        let mut sets: Vec<(u32, TermSet)> = Vec::new();
        for form in forms(self.inverted, text) {
            let kin =
                self.families.of[form as usize].iter().flat_map(|&family| &self.families.members[family as usize]);
            let kin: Vec<u32> = kin.copied().filter(|&other| other != form).collect();
            if sets.iter().any(|(known, _)| *known == form || kin.contains(known)) {
                continue;
            }
            let part = |form: u32, weight: f32| {
                let term = &self.inverted.terms[form as usize];
                let list = PostingList::new(&self.postings[form as usize], term.occurrences.count() as u32);
                TermPart { list, weight, primary: true, literal: false }
            };
            let parts = std::iter::once(part(form, 1.0)).chain(kin.iter().map(|&other| part(other, 0.9))).collect();
            sets.push((form, TermSet { word: String::new(), count: 1, place: 0, open: false, parts }));
        }
        let sets: Vec<TermSet> = sets.into_iter().map(|(_, set)| set).collect();
        let site = Site { pages: self.pages as u32, average: self.inverted.average, unit: self.inverted.unit };
        rank(&sets, 0, site.pages, site, self.lengths, &Bm25f::default())
            .map(|ranking| ranking.pages)
            .unwrap_or_default()
    }
}
