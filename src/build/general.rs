//! Gives vectors to common words that the site does not use, so that a query with such a word still has a meaning.
//!
//! ```text
//! the model's words, the owner's ─▶ without the site's own ─▶ families ─▶ embed ─▶ near the site ─▶ map ─▶ blocks, directory
//! ```
//! A word's vector by the transformer and a word's vector in the fitted lexicon are different things; a linear map from the
//! one to the other, fitted on the site's own words, puts a word among them that the site lacks. A word that the
//! transformer finds too far from all passages gets none: on this site it means nothing, and stays unknown.
//! docs/lexicon.md has what was measured.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::lexicon::{Embed, Lexicon};
use super::units::Units;
use super::{calibrate, dictionary};
use crate::encoder::lexicon::{LinearMap, MapFit};
use crate::index::{Directory, GeneralBlock, Kind, PartId, RawPart, is_general};
use crate::lexical::{Bm25f, Form, TermBlock, expand};
use crate::text;
use crate::vector::{self, RowCode};
use crate::{Error, ErrorKind, Result};

/// Which words that the site does not use get a vector.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GeneralOptions {
    /// Most vectors that words of the model's own vocabulary get. At 0 they get none; none (the default) takes as many as
    /// the site's own words have, at most 20,000.
    pub most: Option<usize>,
    /// Further words, all of which get one that mean something on the site.
    pub words: Vec<String>,
}

impl GeneralOptions {
    /// Most further words.
    pub const MOST_WORDS: usize = 200_000;
}

/// Most vectors of the model's words unless another number is asked for.
const MOST: usize = 20_000;

/// The language of the models that are read: their words are of use to sites in this language.
const LANGUAGE: &str = "en";

/// `μ` of the map. 1 is little beside the tens of thousands of words that it is fitted on, and what the words of a small
/// site leave open stays as it is.
const MU: f32 = 1.0;

/// How near to a passage a word must be, as a part of the cosine from which on an answer by meaning counts. A word alone is
/// farther from all passages than a question with it is. At 0 all words get a vector, and so do those of other subjects.
const NEAR: f32 = 0.87;

/// Bytes of a block's name in the directory, and of a word with the number of its row, about.
const NAME: usize = 10;
const WORD: usize = 6;

/// What general words are made from.
pub(super) struct Material<'m> {
    /// The model's words, the most frequent first.
    pub words: &'m [String],
    /// The language of most pages.
    pub language: &'m str,
    pub pages: usize,
    /// How many vectors the site's own words have.
    pub own: usize,
    /// The way from a vector that the transformer gives a word alone to one among the site's words.
    pub map: &'m LinearMap,
    /// How the rows of the site's words are packed.
    pub code: RowCode,
    pub dictionary: &'m dictionary::Written,
    /// The vectors of all passages, and the cosine from which on an answer by meaning counts.
    pub rows: &'m [Vec<f32>],
    pub cut_off: f32,
    /// Embeds distinct texts, in order, in the space of the lexicon.
    pub embed: &'m Embed<'m>,
}

/// Words that share a vector.
struct Family<'w> {
    /// The first is the one that is embedded.
    words: Vec<&'w str>,
    /// Whether the model's vocabulary has it, rather than only the owner's list.
    of_model: bool,
}

/// Writes the general words' parts and returns the hash of their directory; none if there are no such words.
pub(super) fn write(material: &Material, options: &GeneralOptions, parts: &mut Vec<RawPart>) -> Result<Option<u64>> {
    if options.words.len() > GeneralOptions::MOST_WORDS {
        let message = format!("{} further words: {} at most", options.words.len(), GeneralOptions::MOST_WORDS);
        return Err(Error::new(ErrorKind::Input, message).hint("give a shorter list of words"));
    }
    let candidates = families(material, options, &Known::new(material.dictionary, parts)?);
    let alone = (material.embed)(&candidates.iter().map(|family| family.words[0]).collect::<Vec<_>>())?;
    let near = calibrate::reach(material.rows, &alone, NEAR * material.cut_off);
    let mut room = options.most.unwrap_or(material.own.min(MOST));
    let (mut words, mut rows) = (Vec::new(), Vec::new());
    for ((family, vector), _) in candidates.iter().zip(&alone).zip(near).filter(|(_, near)| *near) {
        if family.of_model {
            let Some(rest) = room.checked_sub(1) else { continue };
            room = rest;
        }
        words.extend(family.words.iter().map(|&word| (word, rows.len())));
        rows.push(vector::pack(material.code, &[material.map.apply(vector)])?);
    }
    if words.is_empty() {
        return Ok(None);
    }
    words.sort_unstable();
    let mut blocks = Vec::new();
    for block in cut(&words, &rows) {
        let (mut local, mut numbers) = (Vec::new(), HashMap::new());
        let mut numbered = Vec::new();
        for &(word, row) in block {
            let number = *numbers.entry(row).or_insert_with(|| {
                local.push(rows[row].as_slice());
                local.len() - 1
            });
            numbered.push((word, number));
        }
        let (contents, dense) = GeneralBlock::write(&local, &numbered);
        let part = RawPart::new(Kind::General, &contents)?.with_dense(dense);
        blocks.push((block[0].0.to_owned(), part.id.hash));
        parts.push(part);
    }
    // What a word says that is on no page, as far as the formula goes that a query weighs unknown words by.
    let weight = Bm25f::idf(material.pages as u32, 1);
    let part = RawPart::new(Kind::Directory, &Directory::new(weight, words.len() as u32, blocks).write())?;
    let hash = part.id.hash;
    parts.push(part);
    Ok(Some(hash))
}

/// The words that the site lacks, in families, in the order in which they were given.
fn families<'m>(material: &Material<'m>, options: &'m GeneralOptions, known: &Known) -> Vec<Family<'m>> {
    let (mut families, mut by_stem) = (Vec::<Family>::new(), BTreeMap::<Cow<str>, usize>::new());
    let mut seen = HashSet::new();
    let language = material.language.split(['-', '_']).next().unwrap_or_default();
    let reads = options.most != Some(0) && language.eq_ignore_ascii_case(LANGUAGE);
    let of_model = material.words.iter().filter(|_| reads).map(|word| (word, true));
    let of_owner = options.words.iter().map(|word| (word, false));
    for (word, of_model) in of_model.chain(of_owner) {
        if !seen.insert(word.as_str()) || !is_word(word) || known.holds(word, material.language) {
            continue;
        }
        let stem = text::stem(material.language, word);
        match by_stem.get(&stem) {
            Some(&family) => families[family].words.push(word),
            None => {
                by_stem.insert(stem, families.len());
                families.push(Family { words: vec![word], of_model });
            }
        }
    }
    families
}

/// Whether the words of a query could be this one.
fn is_word(word: &str) -> bool {
    let mut words = text::words(word);
    is_general(word) && words.next().is_some_and(|first| first.term == word) && words.next().is_none()
}

/// The site's dictionary, asked as a query asks it.
struct Known<'d> {
    dictionary: &'d dictionary::Written,
    blocks: Vec<TermBlock>,
}

impl<'d> Known<'d> {
    fn new(dictionary: &'d dictionary::Written, parts: &[RawPart]) -> Result<Self> {
        let by_hash: HashMap<PartId, &RawPart> = parts.iter().map(|part| (part.id, part)).collect();
        let open = |(_, hash): &(String, u64)| {
            let id = PartId { kind: Kind::Terms, hash: *hash };
            TermBlock::open(RawPart::contents(id, &by_hash[&id].bytes)?)
        };
        Ok(Self { dictionary, blocks: dictionary.blocks.iter().map(open).collect::<Result<_>>()? })
    }

    /// Whether a form of the site stands for `word` as a query will find it, or has its stem.
    fn holds(&self, word: &str, language: &str) -> bool {
        let at = self.dictionary.blocks.partition_point(|(first, _)| first.as_str() <= word).saturating_sub(1);
        let Some(block) = self.blocks.get(at) else { return false };
        let found = expand(word, false, &[block], &self.dictionary.endings);
        let stem = text::stem(language, word);
        let has_stem = |form: &Form| text::stem(language, &block.terms()[form.index].form) == stem;
        !found.is_foreign(word, &[block]) || found.forms.first().is_some_and(has_stem)
    }
}

/// The map from the transformer's vectors of the units' words alone to the fitted ones, each unit counting the root of its
/// uses: rare words stay near where they began and say little of the way, frequent ones are few.
pub(super) fn map(units: &Units, alone: &[Vec<f32>], lexicon: &Lexicon) -> LinearMap {
    let weights: Vec<f32> = units.uses.iter().map(|&uses| (uses as f32).sqrt()).collect();
    MapFit { inputs: alone, targets: &lexicon.vectors, weights: &weights, mu: MU }.solve()
}

/// Cuts sorted words into blocks of the size at which one word is cheapest: a reader loads a block of `s` bytes and, of
/// `T` bytes in all, a directory of `NAME · T / s`, which is least at `s = √(NAME · T)`.
fn cut<'w>(words: &'w [(&'w str, usize)], rows: &[Vec<u8>]) -> Vec<&'w [(&'w str, usize)]> {
    let width = rows.first().map_or(0, Vec::len);
    let total = rows.len() * width + words.len() * WORD;
    let size = (NAME * total).isqrt();
    let mut blocks = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    let mut within = HashSet::new();
    for (at, (_, row)) in words.iter().enumerate() {
        bytes += WORD + if within.insert(row) { width } else { 0 };
        if bytes >= size {
            blocks.push(&words[start..=at]);
            (start, bytes) = (at + 1, 0);
            within.clear();
        }
    }
    if start < words.len() {
        blocks.push(&words[start..]);
    }
    blocks
}
