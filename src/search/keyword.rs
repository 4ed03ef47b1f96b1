//! The keyword leg: from the query's words to ranked pages.

use crate::Result;
use crate::corpus::{Ordinal, PageId};
use crate::index::{Core, Index, PartId, Place};
use crate::lexical::{
    Bm25f, Collection, Ranking, TermBlock, TermPart, TermSet, is_common, rank, score_sections, titles_of,
};
use crate::order::best_first;
use crate::text;

use super::forms::{Lookup, PlacedForm, look_up};
use super::rules::add_synonyms;
use super::spelling::Meant;
use super::{Completion, Correction, TermExplanation, Typos};

/// Most distinct words of a query that are searched for.
const MOST_WORDS: usize = 48;

/// So few letters may become anything, though they be a word.
const FEW_LETTERS: usize = 2;

/// Fewest pages of a site on which words that most pages hold are passed over: below it they cost nothing.
const LEAST_PAGES: u32 = 64;

/// A word of the query.
pub(super) struct QueryWord {
    pub term: String,
    /// How often it stands there.
    pub count: f32,
    /// Its first place there, counted from 0.
    pub place: u32,
    /// Whether it is an identifier whose parts follow it, or a word with its marks, which follows without them.
    pub compound: bool,
    /// Whether a longer word may be meant.
    pub unfinished: bool,
    /// What stands for it as well, and what an occurrence of that counts.
    pub also: Vec<(String, f32)>,
}

/// The words of a query's text, and whether some were left out; `open_ends` are the ends of those that may be longer.
pub(super) fn words(text: &str, open_ends: &[usize]) -> (Vec<QueryWord>, bool) {
    let mut words: Vec<QueryWord> = Vec::new();
    let mut cut = false;
    // A question mark after a space still ends the question, unless it is all that is asked for.
    let end = text.trim_end().len();
    let is_ended = |word: &text::Word| matches!(&*word.term, "?" | "!") && word.span.end == end && word.position > 0;
    for word in text::words(text).filter(|word| !is_ended(word)) {
        let unfinished = open_ends.contains(&word.span.end);
        if let Some(known) = words.iter_mut().find(|known| known.term == *word.term) {
            known.unfinished |= unfinished;
            known.count += 1.0;
        } else if words.len() < MOST_WORDS {
            words.push(QueryWord {
                compound: !word.kind.is_leaf(),
                term: word.term.into_owned(),
                count: 1.0,
                place: word.position,
                unfinished,
                also: Vec::new(),
            });
        } else {
            cut = true;
        }
    }
    (words, cut)
}

/// A word's forms in the dictionary.
pub(super) struct WordForms {
    pub word: String,
    /// How often it stands in the query; 0 for an identifier whose parts follow it.
    pub count: u32,
    /// Its first place there, counted from 0.
    pub place: u32,
    pub forms: Vec<PlacedForm>,
    /// The beginning that longer forms share, if the word is unfinished.
    pub prefix: Option<String>,
    /// Whether nobody can tell yet what it will become.
    pub open: bool,
    /// Whether it is on most pages and passed over, as the query has other words.
    pub common: bool,
}

/// Where the vector of one of the query's words may lie.
pub(super) struct WordVector {
    pub word: String,
    /// How often the word stands in the query.
    pub count: f32,
    /// The block and the number of the form that stands for it; none if the site doesn't use it.
    form: Option<(PartId, usize)>,
    /// Whether the site doesn't use the word, or only one that looks like it.
    pub is_foreign: bool,
}

/// What the keyword leg will read, as far as can be told from the parts that are loaded.
#[derive(Default)]
pub(super) struct Plan {
    pub words: Vec<WordForms>,
    /// Where the vectors of all words are.
    pub vectors: Vec<WordVector>,
    /// The query's length in words, without the identifiers whose parts follow them; 0 if a word has no set of its own.
    pub length: u32,
    /// The pages in the reader's language or, if none is asked for, all: what document frequencies are shares of.
    pub pages: u32,
    /// Words that were taken for others.
    pub corrections: Vec<Correction>,
    /// Parts to load before the words' forms are known.
    pub missing: Vec<PartId>,
    /// Further parts to load before pages can be ranked: far relatives and long lists of postings.
    pub missing_to_rank: Vec<PartId>,
    /// Parts that can't be had, with reasons.
    pub failures: Vec<String>,
}

/// Plans the leg. Blocks come first, then blocks of far relatives and, if they are to be `ranked`, long lists of postings:
/// two rounds, and on large sites one before each in which names of blocks are loaded. Words on more than half of so many `pages`
/// are passed over.
pub(super) fn plan(
    index: &Index,
    core: &Core,
    words: &[QueryWord],
    typos: Typos,
    ranked: bool,
    pages: u32,
    meant: &mut Meant,
) -> Plan {
    let mut plan = Plan { pages, ..Plan::default() };
    let mut is_whole = true;
    for word in words {
        let count = if word.compound { 0 } else { word.count as u32 };
        plan.length += count;
        let mut found = look_up(index, core, &mut plan, &word.term, word.unfinished, &core.endings);
        if !word.also.is_empty() {
            add_synonyms(&mut found, index, core, &mut plan, word);
        } else if typos == Typos::Always || typos == Typos::Auto && found.is_foreign {
            found.add_meant(index, core, &mut plan, word, meant);
        }
        let Lookup { forms, is_foreign } = found;
        // A compound that the site doesn't use is meant by its parts.
        if !(forms.is_empty() && word.compound) {
            plan.vectors.push(WordVector {
                word: word.term.clone(),
                count: word.count,
                form: forms.first().map(|first| (first.block, first.index)),
                is_foreign,
            });
        }
        let Some(first) = forms.first() else {
            // What is still being typed may become a word of the site.
            plan.length -= u32::from(word.unfinished && !word.compound);
            is_whole &= word.compound || word.unfinished;
            continue;
        };
        // Two words of one family (`borrow borrowed`) ask for the same thing once.
        let is_first = |form: &PlacedForm| form.primary && first.primary && form.form == first.form;
        if plan.words.iter().any(|known| known.forms.iter().any(is_first)) {
            is_whole &= word.compound;
            continue;
        }
        let prefix = word.unfinished.then(|| word.term.clone());
        // A word of the site that is longer than a letter or two is most often what it seems to be.
        let is_word = word.term.chars().count() > FEW_LETTERS && forms.iter().any(|form| form.form == word.term);
        let open = word.unfinished && !is_word;
        plan.words.push(WordForms {
            word: word.term.clone(),
            count,
            place: word.place,
            forms,
            prefix,
            open,
            common: false,
        });
    }
    if !is_whole {
        plan.length = 0;
    }
    plan.pass_over_common(index, pages);
    if ranked {
        plan.want_postings(index);
    }
    plan
}

impl Plan {
    /// Passes over words that most pages hold, unless the query has no others yet: they hardly change an order, and their
    /// postings are the longest of all.
    fn pass_over_common(&mut self, index: &Index, pages: u32) {
        if pages < LEAST_PAGES {
            return;
        }
        let on_most = |form: &PlacedForm| {
            let term = index.terms(form.block).and_then(|block| block.terms().get(form.index));
            form.primary && term.is_some_and(|term| is_common(term.pages, pages))
        };
        let mut has_others = false;
        for word in &mut self.words {
            word.common = word.forms.iter().any(on_most);
            has_others |= !word.common && !word.open;
        }
        for word in &mut self.words {
            word.common &= has_others;
            if word.common {
                // Where it stands in titles is known without them.
                PlacedForm::find(index, word.forms[0].block, titles_of(&word.word), 0.0, &mut word.forms);
            }
        }
    }

    fn want_postings(&mut self, index: &Index) {
        let mut apart: Vec<PartId> = Vec::new();
        for form in self.words.iter().filter(|word| !word.common).flat_map(|word| &word.forms) {
            apart.extend(form.postings(index).err().flatten());
        }
        apart.into_iter().for_each(|id| self.want_to_rank(index, id));
    }

    /// The words that were passed over because most pages hold them.
    pub fn common(&self) -> Vec<&str> {
        self.words.iter().filter(|word| word.common).map(|word| word.word.as_str()).collect()
    }

    /// The block in which a form is or would be, if it is loaded.
    pub fn block<'i>(&mut self, index: &'i Index, core: &Core, form: &str) -> Option<&'i TermBlock> {
        let (Place::Part(id) | Place::Named(id)) = index.block_for(core, form)?;
        self.want(index, id);
        index.terms(id)
    }

    /// Notes that a part is needed, or that it can't be had.
    pub fn want(&mut self, index: &Index, id: PartId) {
        if index.wants(id) {
            add_once(&mut self.missing, id);
        } else {
            self.note_failure(index, id);
        }
    }

    /// Notes that a part is needed only for ranking, or that it can't be had.
    pub fn want_to_rank(&mut self, index: &Index, id: PartId) {
        if index.wants(id) {
            add_once(&mut self.missing_to_rank, id);
        } else {
            self.note_failure(index, id);
        }
    }

    fn note_failure(&mut self, index: &Index, id: PartId) {
        if let Some(reason) = index.failure(id) {
            let failure = [&id.path(), ": ", reason].concat();
            if !self.failures.contains(&failure) {
                self.failures.push(failure);
            }
        }
    }

    /// The term sets that the formula ranks by, and of words that are passed over the titles in which they begin a word; forms whose
    /// postings can't be had are left out, and words that have no others.
    #[inline(never)]
    pub fn sets<'i>(&self, index: &'i Index) -> Vec<TermSet<'i>> {
        let mut sets = Vec::with_capacity(self.words.len());
        for word in &self.words {
            let meant = self.corrections.iter().find(|correction| correction.word == word.word);
            let meant = meant.and_then(|correction| correction.meant.first()).unwrap_or(&word.word);
            let mut parts = Vec::with_capacity(word.forms.len());
            for form in &word.forms {
                // Of a word that is passed over only its titles count.
                if (form.weight == 0.0) != word.common {
                    continue;
                }
                let literal = match &word.prefix {
                    _ if word.common => true,
                    Some(prefix) if meant == prefix => form.form.starts_with(prefix.as_str()),
                    _ => form.form == *meant,
                };
                if let Ok(list) = form.postings(index) {
                    parts.push(TermPart { list, weight: form.weight, primary: form.primary, literal });
                }
            }
            if !parts.is_empty() {
                sets.push(TermSet {
                    word: word.word.clone(),
                    count: word.count,
                    place: word.place,
                    open: word.open,
                    parts,
                });
            }
        }
        sets
    }

    /// Ranks the pages that hold at least one word.
    pub fn rank(&self, index: &Index, core: &Core) -> Result<Ranking> {
        let formula = formula(index, core.collection);
        rank(&self.sets(index), self.length, self.pages, core.collection, &core.lengths, &formula)
    }

    /// The scores by words of sections of each of `pages`, in their order.
    pub fn sections(
        &self,
        index: &Index,
        core: &Core,
        ranking: &Ranking,
        pages: &[PageId],
    ) -> Result<Vec<Vec<(Ordinal, f32)>>> {
        let formula = formula(index, core.collection);
        score_sections(&self.sets(index), ranking, pages, core.collection, &formula)
    }

    /// `text` with its last word, if it is unfinished, written out as words of the site that begin so: at most `most`, those on most
    /// pages first.
    #[inline(never)]
    pub fn completions(&self, index: &Index, text: &str, most: usize) -> Vec<Completion> {
        let (Some(last), Some(word)) = (text::words(text).last(), self.words.last()) else { return Vec::new() };
        let beginning = word.prefix.as_deref().filter(|prefix| **prefix == *last.term).unwrap_or_default();
        let mut longer: Vec<(&str, u32)> = Vec::new();
        let is_longer = |form: &&PlacedForm| form.form.starts_with(beginning) && !form.form.contains(text::WRITTEN);
        for form in word.forms.iter().filter(|form| !beginning.is_empty() && is_longer(form)) {
            let term = index.terms(form.block).and_then(|block| block.terms().get(form.index));
            longer.extend(term.filter(|_| form.form != beginning).map(|term| (form.form.as_str(), term.pages)));
        }
        let order = best_first(longer.iter().map(|&(_, pages)| pages as f32));
        let completion = |at: usize| {
            let (form, pages) = longer[at];
            Completion { text: [&text[..last.span.start], form].concat(), pages }
        };
        order.into_iter().take(most).map(completion).collect()
    }

    /// What each word gave to each of `pages`, in their order.
    #[inline(never)]
    pub fn explain(
        &self,
        index: &Index,
        core: &Core,
        ranking: &Ranking,
        pages: &[PageId],
    ) -> Result<Vec<Vec<TermExplanation>>> {
        let formula = formula(index, core.collection);
        let mut explained = vec![Vec::new(); pages.len()];
        let sets = self.sets(index);
        for (number, set) in sets.iter().enumerate() {
            let forms = self.words.iter().filter(|word| word.word == set.word).flat_map(|word| &word.forms);
            let forms: Vec<String> = forms.map(|form| form.form.clone()).collect();
            let (idf, document_frequency) = (ranking.idf[number], ranking.frequency[number]);
            for (page, frequency) in
                set.frequencies(pages, core.collection, &core.lengths, &formula)?.into_iter().enumerate()
            {
                if frequency > 0.0 {
                    explained[page].push(TermExplanation {
                        word: set.word.clone(),
                        forms: forms.clone(),
                        document_frequency,
                        idf,
                        frequency,
                        score: idf * formula.saturate(frequency),
                    });
                }
            }
        }
        Ok(explained)
    }
}

impl WordVector {
    /// The weight and the row of the form that stands for the word, if there is one.
    pub fn find<'i>(&self, index: &'i Index) -> Option<(f32, &'i [u8])> {
        let (block, form) = self.form?;
        index.terms(block)?.vector(form)
    }
}

/// The formula, with the owner's weights if they gave any, for texts as postings count them.
fn formula(index: &Index, collection: Collection) -> Bm25f {
    let mut formula = match index.rules() {
        Some(rules) => rules.formula(),
        None => Bm25f::default(),
    };
    formula.body.weight /= collection.unit as f32;
    formula
}

/// Adds a part that is not there yet.
pub(super) fn add_once(parts: &mut Vec<PartId>, id: PartId) {
    if !parts.contains(&id) {
        parts.push(id);
    }
}
