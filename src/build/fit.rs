//! What one build keeps for the next, so that an index changes little when its pages do.
//!
//! A fit holds what is learnt from a whole site rather than from its pages one by one: the projection, the cells, the words'
//! vectors; and what is numbered or cut with a view to the whole: the pages' numbers, where blocks of words and of text
//! begin. A build with a fit depends on the pages and the fit alone, not on what an earlier build wrote.
//!
//! ```text
//! fit     := "BFFT" version[1] language pages blocks texts (0 | 1 vectors) check[8]
//! pages   := count id*                     in the order of their numbers
//! blocks  := count form*                   the first form of each block
//! texts   := count (page section)*         where each text part begins
//! vectors := space projection code centres spilled[1] rows kept[4] map words
//! ```
//! `space` is JSON; `projection`, `code`, `centres`, `map` and `words` are as their types say; `check` is the xxh64 of all before it.

use std::collections::{HashMap, HashSet};

use xxhash_rust::xxh64::xxh64;

use super::cells::Layout;
use super::grouping::Centres;
use super::units::Units;
use super::words::FittedWords;
use crate::bytes::{Reader, Writer, damaged};
use crate::corpus::{Ordinal, Page, PageId};
use crate::encoder::VectorSpace;
use crate::encoder::lexicon::LinearMap;
use crate::index::TextStart;
use crate::lexical::InvertedTerm;
use crate::vector::{Projection, RowCode};
use crate::{Error, ErrorKind, Result};

/// What an index was fitted to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fit {
    pub(super) language: String,
    /// The pages' ids, by their numbers.
    pub(super) pages: Vec<String>,
    /// The first form of each dictionary block.
    pub(super) blocks: Vec<String>,
    /// The first page and section of each text part.
    pub(super) texts: Vec<(PageId, Ordinal)>,
    pub(super) vectors: Option<FittedVectors>,
}

/// What vectors were fitted to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FittedVectors {
    /// The encoder's space.
    pub space: VectorSpace,
    pub layout: Layout,
    /// How many rows there were.
    pub rows: u32,
    /// The share of the nearest passages that the rows found.
    pub kept: f32,
    /// The way from a vector that the transformer gives a word alone to one among the fitted words.
    pub map: LinearMap,
    pub words: FittedWords,
}

/// How an index came by its fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fitted {
    /// There was none before.
    New,
    /// That of an earlier build serves.
    Kept,
    /// That of an earlier build no longer serves, and why.
    Anew(String),
}

const MAGIC: &[u8; 4] = b"BFFT";

/// Raised whenever a fit would come out otherwise or is written otherwise: a fit of another version is not used.
const VERSION: u8 = 3;

/// The share of the words in the site's text that may be new before vectors are fitted anew.
const MOST_NEW_WORDS: f64 = 0.05;

/// By how much the share of nearest passages that rows find may fall before vectors are fitted anew.
const MOST_LOST: f32 = 0.03;

impl Fit {
    /// Puts pages in the order of their numbers: those that were there keep theirs, new ones take the places of those that
    /// are gone or follow. If more went than came, the last ones move up.
    pub(super) fn order(&self, pages: Vec<Page>) -> Vec<Page> {
        let numbers: HashMap<&str, usize> = self.pages.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
        let mut places: Vec<Option<Page>> = pages.iter().map(|_| None).collect();
        let mut others = Vec::new();
        for page in pages {
            match numbers.get(page.id.as_str()).and_then(|&at| places.get_mut(at)) {
                Some(place @ None) => *place = Some(page),
                _ => others.push(page),
            }
        }
        let mut others = others.into_iter();
        places.into_iter().filter_map(|place| place.or_else(|| others.next())).collect()
    }

    /// Whether the page of that number was there when the fit was made.
    pub(super) fn knows(&self, number: usize, page: &Page) -> bool {
        self.pages.get(number).is_some_and(|id| *id == page.id)
    }

    /// Where text parts began.
    pub(super) fn text_starts(&self) -> HashSet<(PageId, Ordinal)> {
        self.texts.iter().copied().collect()
    }

    /// Notes where parts begin that were written.
    pub(super) fn note_cuts(&mut self, blocks: &[(String, u64)], texts: &[TextStart]) {
        self.blocks = blocks.iter().map(|(first, _)| first.clone()).collect();
        self.texts = texts.iter().map(|start| (start.page, start.section)).collect();
    }

    /// The contents of a fit file.
    ///
    /// # Errors
    /// [`ErrorKind::Input`] if the model's name cannot be written.
    pub fn write(&self) -> Result<Vec<u8>> {
        let mut out = Writer::default();
        out.raw(MAGIC);
        out.0.push(VERSION);
        out.text(&self.language);
        out.count(self.pages.len());
        self.pages.iter().for_each(|id| out.text(id));
        out.count(self.blocks.len());
        self.blocks.iter().for_each(|form| out.text(form));
        out.count(self.texts.len());
        for (page, section) in &self.texts {
            out.number(page.0.into());
            out.number(section.0.into());
        }
        out.0.push(u8::from(self.vectors.is_some()));
        if let Some(vectors) = &self.vectors {
            vectors.write(&mut out)?;
        }
        out.fixed(xxh64(&out.0, 0));
        Ok(out.0)
    }

    /// Reads a fit file.
    ///
    /// # Errors
    /// [`ErrorKind::Version`] if it is of another version, [`ErrorKind::Damaged`] if it is no fit file.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let Some(rest) = bytes.strip_prefix(MAGIC) else { return Err(damaged("it is not a fit file")) };
        if rest.first() != Some(&VERSION) {
            return Err(Error::new(ErrorKind::Version, "it is a fit file of another version of bifocal"));
        }
        let (body, check) = bytes.split_at(bytes.len().saturating_sub(8));
        if body.len() <= MAGIC.len() || Reader::new(check).fixed()? != xxh64(body, 0) {
            return Err(damaged("its checksum does not match"));
        }
        let mut reader = Reader::new(&body[MAGIC.len() + 1..]);
        let language = reader.text()?.to_owned();
        let pages = (0..reader.count(1)?).map(|_| Ok(reader.text()?.to_owned())).collect::<Result<_>>()?;
        let blocks = (0..reader.count(1)?).map(|_| Ok(reader.text()?.to_owned())).collect::<Result<_>>()?;
        let texts = (0..reader.count(2)?).map(|_| Ok((PageId(reader.small()?), Ordinal(reader.small()?))));
        let texts = texts.collect::<Result<_>>()?;
        let vectors = if reader.byte()? == 1 { Some(FittedVectors::read(&mut reader)?) } else { None };
        reader.end()?;
        Ok(Self { language, pages, blocks, texts, vectors })
    }
}

impl FittedVectors {
    /// Why these no longer serve a site with so many rows and these words, of which `places` says which were there.
    pub fn drift(&self, rows: usize, terms: &[InvertedTerm], units: &Units, places: &[Option<u32>]) -> Option<String> {
        let before = self.rows as usize;
        if rows > before.saturating_mul(2) || rows < before / 2 {
            return Some(format!("there are {rows} passages, {before} when vectors were fitted"));
        }
        let (mut all, mut new) = (0usize, 0usize);
        for (term, &unit) in terms.iter().zip(&units.of) {
            let uses = term.occurrences.uses();
            all += uses;
            new += if places[unit as usize].is_none() { uses } else { 0 };
        }
        let share = new as f64 / all.max(1) as f64;
        (share > MOST_NEW_WORDS).then(|| format!("{:.0} % of the text is in words that are new", share * 100.0))
    }

    /// Why the cells no longer serve rows that find the share `kept` of the nearest passages.
    pub fn worn(&self, kept: f32) -> Option<String> {
        let [now, then] = [kept, self.kept].map(|share| share * 100.0);
        (kept < self.kept - MOST_LOST)
            .then(|| format!("rows find {now:.1} % of the nearest passages, {then:.1} % when vectors were fitted"))
    }

    fn write(&self, out: &mut Writer) -> Result<()> {
        let space = serde_json::to_string(&self.space)
            .map_err(|e| Error::new(ErrorKind::Input, "the model's name cannot be written").because(e))?;
        out.text(&space);
        let projection = self.layout.projection.write();
        out.count(projection.len());
        out.raw(&projection);
        self.layout.code.write(out);
        self.layout.centres.write(out);
        out.0.push(u8::from(self.layout.spilled));
        out.number(self.rows.into());
        out.float(self.kept);
        self.map.write(out);
        self.words.write(out);
        Ok(())
    }

    fn read(reader: &mut Reader) -> Result<Self> {
        let space: VectorSpace = serde_json::from_str(reader.text()?)
            .map_err(|e| Error::new(ErrorKind::Damaged, "a model's name that is none").because(e))?;
        let length = reader.count(1)?;
        let projection = reader.raw(length)?;
        let code = RowCode::read(reader)?;
        let projection = Projection::read(projection, space.dims as usize, code.dims())?;
        let centres = Centres::read(reader, code.dims())?;
        let spilled = reader.byte()? == 1;
        let (rows, kept) = (reader.small()?, reader.float()?);
        let map = LinearMap::read(reader, code.dims())?;
        let words = FittedWords::read(reader)?;
        Ok(Self { space, layout: Layout { projection, code, centres, spilled }, rows, kept, map, words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(fit: &[&str], pages: &[&str]) -> Vec<String> {
        let fit = Fit { pages: fit.iter().map(|&id| id.to_owned()).collect(), ..Fit::default() };
        let page = |&id: &&str| Page { id: id.to_owned(), ..Page::default() };
        fit.order(pages.iter().map(page).collect()).into_iter().map(|page| page.id).collect()
    }

    #[test]
    fn pages_keep_their_numbers() {
        assert_eq!(ids(&["a", "b", "c"], &["c", "a", "b"]), ["a", "b", "c"]);
        assert_eq!(ids(&["a", "b", "c"], &["a", "a2", "b", "c"]), ["a", "b", "c", "a2"], "a new one follows");
        assert_eq!(ids(&["a", "b", "c"], &["a", "c", "x"]), ["a", "x", "c"], "a new one takes a free place");
        assert_eq!(ids(&["a", "b", "c", "d"], &["b", "c", "d"]), ["d", "b", "c"], "the last one moves up");
        assert_eq!(ids(&["a"], &["a", "a"]), ["a", "a"], "nothing is lost");
    }
}
