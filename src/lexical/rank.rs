//! Ranks pages by BM25F over term sets.

use super::bm25f::{Bm25f, Lengths};
use super::length::PageLengths;
use super::posting::{PagePosting, PostingList};
use super::sections;
use super::titles::{Asked, InTitle};
use crate::Result;
use crate::corpus::PageId;
use crate::order::best_first;

/// What ranking knows of the whole site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Collection {
    /// How many pages there are.
    pub pages: u32,
    /// The average lengths of their fields.
    pub average: Lengths,
    /// How much postings count one occurrence in a text; at least 1.
    pub unit: u32,
}

impl Default for Collection {
    fn default() -> Self {
        Self { pages: 0, average: Lengths::default(), unit: 1 }
    }
}

/// Whether a word that is on `on` of so many pages is on most of them, so that it hardly changes an order.
pub fn is_common(on: u32, pages: u32) -> bool {
    on > pages / 2
}

/// All forms that stand for one word of the query; to the formula, one term.
#[derive(Debug)]
pub struct TermSet<'b> {
    /// The query's word, folded.
    pub word: String,
    /// How often it stands there; 0 for an identifier whose parts are sets as well.
    pub count: u32,
    /// Its first place in the query, counted from 0.
    pub place: u32,
    /// Whether it is still being typed, and nobody can tell yet what it will become.
    pub open: bool,
    /// The forms' postings.
    pub parts: Vec<TermPart<'b>>,
}

/// The postings of one form of a [`TermSet`].
#[derive(Debug)]
pub struct TermPart<'b> {
    /// Where the form occurs.
    pub list: PostingList<'b>,
    /// What an occurrence counts; nothing where it only matters where the form stands in titles.
    pub weight: f32,
    /// Whether the form is the word or its kin; if any is, the others don't count for the set's document frequency.
    pub primary: bool,
    /// Whether the form is the word itself, begins with it where it is still being typed, or is what a misspelt one means.
    pub literal: bool,
}

/// A page and its score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PageScore {
    /// The page.
    pub page: PageId,
    /// Its score; higher is better.
    pub score: f32,
}

impl PageScore {
    /// The pages whose score passes `found`, best first, equal ones in the order of pages; `scores` has one for each page.
    pub fn best_first(scores: &[f32], found: fn(f32) -> bool) -> Vec<Self> {
        let mut pages: Vec<Self> = Vec::new();
        for (page, &score) in scores.iter().enumerate() {
            if found(score) {
                pages.push(Self { page: PageId(page as u32), score });
            }
        }
        best_first(pages.iter().map(|ranked| ranked.score)).into_iter().map(|at| pages[at]).collect()
    }
}

/// Pages that hold at least one of the query's words.
#[derive(Clone, Debug, Default)]
pub struct Ranking {
    /// Best first; equal scores in the order of pages.
    pub pages: Vec<PageScore>,
    /// The idf of each term set, in order.
    pub idf: Vec<f32>,
    /// In how many pages each term set's primary forms occur, in order.
    pub frequency: Vec<u32>,
    /// What pages gain by their titles and headings, in order, as shares of the best score: `½ t² q`, with the share `t` of the title
    /// that the query holds, in words, and the share `q` of the query that the title holds, by idf; besides, if the title holds all of
    /// the query and is no shorter, 1 if it begins with it and the query is more than one whole word, or else `t`; and `¼ h⁴`, with
    /// the share `h` of the query that the title and one of the headings that says more hold together, for the best 50 pages. So the
    /// page whose title is the query comes first in any case, those follow whose title it may become, and a query that names a page
    /// and something in it finds that page. Words that most pages hold are taken to stand wherever they would have to, unless it is
    /// known where they do.
    pub named: Vec<(PageId, f32)>,
}

impl Ranking {
    /// What a page gains by its title and headings.
    pub fn named(&self, page: PageId) -> f32 {
        share_of(&self.named, page)
    }
}

/// What a page has of shares in the order of pages.
#[inline(never)]
fn share_of(shares: &[(PageId, f32)], page: PageId) -> f32 {
    shares.binary_search_by_key(&page, |&(page, _)| page).map_or(0.0, |at| shares[at].1)
}

/// Pages, best first, after each gained shares of `bonus`: by title and headings (`named`, as in [`Ranking`]), and its own of `others`,
/// which has one for each page or none.
pub fn promote(ranked: &[PageScore], bonus: f32, named: &[(PageId, f32)], others: &[f32]) -> Vec<PageScore> {
    let mut gained = ranked.to_vec();
    for ranked in &mut gained {
        let name = share_of(named, ranked.page);
        let other = others.get(ranked.page.0 as usize).copied().unwrap_or(0.0);
        ranked.score += bonus * (name + other);
    }
    best_first(gained.iter().map(|ranked| ranked.score)).into_iter().map(|at| gained[at]).collect()
}

/// Ranks the pages that hold at least one of the words; `length` is that of the query in words, those counted that have no
/// set because most pages hold them, and document frequencies are shares of `of` pages.
pub fn rank(
    sets: &[TermSet],
    length: u32,
    of: u32,
    collection: Collection,
    lengths: &PageLengths,
    formula: &Bm25f,
) -> Result<Ranking> {
    let pages = collection.pages as usize;
    let mut scores = vec![0.0f32; pages];
    let mut frequencies = vec![0.0f32; pages];
    let mut ranking = Ranking::default();
    let mut in_title = vec![InTitle::default(); pages];
    let mut query = Asked { sets: 0, length, open: false, all: sets.len() as u32, rarity: 0.0 };
    for (number, set) in (1..).zip(sets) {
        let mut touched: Vec<PageId> = Vec::new();
        let any_primary = set.parts.iter().any(|part| part.primary);
        let mut document_frequency = 0;
        // Primary forms first, so that what they touch is the set's document frequency.
        for primary in [true, false] {
            for part in set.parts.iter().filter(|part| part.primary == primary) {
                part.list.for_each(collection.pages, |posting| {
                    let lengths = lengths.of(posting.page);
                    let frequency = part.weight * formula.frequency(counts(posting), lengths, collection.average);
                    let known = &mut frequencies[posting.page.0 as usize];
                    if *known == 0.0 && frequency > 0.0 {
                        touched.push(posting.page);
                    }
                    *known += frequency;
                    let in_title = &mut in_title[posting.page.0 as usize];
                    if part.literal && posting.title.may_be_at(set.place) && in_title.placed + 1 == number {
                        in_title.placed = number;
                    }
                    if part.literal && frequency > 0.0 && posting.title.count() > 0 && in_title.last != number {
                        in_title.last = number;
                        in_title.length = lengths.title;
                        in_title.sets += 1;
                    }
                })?;
            }
            if primary || !any_primary {
                document_frequency = touched.len() as u32;
            }
        }
        let mut idf = 0.0;
        if document_frequency > 0 {
            idf = Bm25f::idf(of, document_frequency);
            query.sets += 1;
        }
        query.rarity += idf;
        query.open |= set.open;
        ranking.idf.push(idf);
        ranking.frequency.push(document_frequency);
        for page in touched {
            let in_title = &mut in_title[page.0 as usize];
            if in_title.last == number {
                in_title.words += set.count;
                in_title.rarity += idf;
            }
            let frequency = std::mem::take(&mut frequencies[page.0 as usize]);
            scores[page.0 as usize] += idf * formula.saturate(frequency);
        }
    }
    ranking.pages = PageScore::best_first(&scores, |score| score > 0.0);
    for (ranked, gain) in ranking.pages.iter().zip(sections::headed(sets, &ranking, collection, formula)?) {
        in_title[ranked.page.0 as usize].headed = gain;
    }
    for (page, title) in (0..).zip(&in_title) {
        let gain = title.gain(&query) + title.headed;
        if gain > 0.0 {
            ranking.named.push((PageId(page), gain));
        }
    }
    Ok(ranking)
}

impl TermSet<'_> {
    /// The weighted frequency `tf̃` of the set in each of `pages`, in their order.
    pub fn frequencies(
        &self,
        pages: &[PageId],
        collection: Collection,
        lengths: &PageLengths,
        formula: &Bm25f,
    ) -> Result<Vec<f32>> {
        let mut found = vec![0.0; pages.len()];
        self.visit(pages, collection, |at, weight, posting| {
            found[at] += weight * formula.frequency(counts(posting), lengths.of(posting.page), collection.average);
        })?;
        Ok(found)
    }

    /// Calls `see` with the place in `pages`, the form's weight and the posting, for each form in each of `pages`.
    pub(super) fn visit(
        &self,
        pages: &[PageId],
        collection: Collection,
        mut see: impl FnMut(usize, f32, &PagePosting),
    ) -> Result<()> {
        let places = Places::of(pages, collection.pages);
        for part in self.parts.iter().filter(|_| !pages.is_empty()) {
            let wanted = |page| places.find(page).is_some();
            part.list.for_each_of(collection.pages, wanted, |posting| {
                if let Some(at) = places.find(posting.page) {
                    see(at, part.weight, posting);
                }
            })?;
        }
        Ok(())
    }
}

/// Where each page stands in a short list of pages.
pub struct Places(Vec<u32>);

impl Places {
    /// The places of `pages`, of an index with `total` pages.
    pub fn of(pages: &[PageId], total: u32) -> Self {
        let mut places = vec![u32::MAX; total as usize];
        for (place, page) in pages.iter().enumerate() {
            if let Some(known) = places.get_mut(page.0 as usize) {
                *known = place as u32;
            }
        }
        Self(places)
    }

    /// The place of `page`, if it is in the list.
    pub fn find(&self, page: PageId) -> Option<usize> {
        self.0.get(page.0 as usize).filter(|&&place| place != u32::MAX).map(|&place| place as usize)
    }
}

fn counts(posting: &PagePosting) -> [f32; 3] {
    let (heading, body) = posting
        .sections
        .iter()
        .fold((0.0, 0.0), |(heading, body), section| (heading + section.heading as f32, body + section.body as f32));
    [posting.title.count() as f32, heading, body]
}
