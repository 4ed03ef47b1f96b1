//! A search under way.

use super::arrange::{self, unranked};
use super::expression::Expression;
use super::hits::{Found, Shown, names, show};
use super::keyword::{Plan, QueryWord, add_once, plan, words};
use super::restrict::restrict;
use super::select::{Selection, column, select, want_columns};
use super::semantic::{Aim, Nearest, QueryVector, projection};
use super::syntax::{Parsed, parse};
use super::{Answer, Correction, Leg, LegStatus, Legs, Query, Relation, VectorPlan};
use super::{facets, general, lexicon};
use crate::corpus::{PageId, PageSet};
use crate::index::{Core, Index, PartId};
use crate::lexical::{PageScore, Ranking};
use crate::order::best_first;
use crate::{Error, ErrorKind, Result, text};

/// What a [`Run`] says when it has done what it can.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// It can't go on without these.
    Need {
        /// Parts to supply, or to report as failed; best fetched side by side.
        parts: Vec<PartId>,
        /// Whether the query's vector must be given as well.
        vector: bool,
    },
    /// Hits by words, while the rest is still to come; step again at once.
    Partial(Box<Answer>),
    /// The whole answer.
    Done(Box<Answer>),
}

/// A query on its way to an answer.
pub struct Run {
    query: Query,
    /// What is ranked by and embedded, without operators.
    text: String,
    words: Vec<QueryWord>,
    /// What pages must satisfy, and what of it the text's own operators ask for.
    required: Option<Expression>,
    asked: Option<Expression>,
    allowed: Allowed,
    /// The pages that pass the filters, if there are any.
    selection: Option<Selection>,
    /// The pages that facets are counted over, before filters.
    counted: Option<PageSet>,
    cut: bool,
    keyword: Option<Ranking>,
    aim: Option<Aim>,
    semantic: Option<Nearest>,
    vector: Vector,
    partial: bool,
}

/// The pages that may be answered with.
enum Allowed {
    Unknown,
    All,
    Some {
        pages: PageSet,
        /// Whether none satisfied the text's operators, so that they were given up but for what they exclude.
        relaxed: bool,
    },
}

impl Allowed {
    /// The pages, unless all are allowed.
    fn pages(&self) -> Option<&PageSet> {
        match self {
            Allowed::Some { pages, .. } => Some(pages),
            Allowed::Unknown | Allowed::All => None,
        }
    }
}

enum Vector {
    None(String),
    /// To be made of the words, once they are loaded.
    OfWords,
    Later,
    Given {
        vector: QueryVector,
        encoder: String,
    },
    Failed(String),
}

impl Run {
    /// Starts a search; nothing is computed before the first [`step`](Run::step).
    pub fn new(query: Query) -> Self {
        let Parsed { mut text, open_ends, expression: asked } = parse(&query.text, query.prefix);
        let required = query.expression.clone();
        if text.trim().is_empty()
            && let Some(expression) = &required
        {
            expression.words(&mut text);
        }
        let (words, cut) = words(&text, &open_ends);
        let vector = match query.vector {
            VectorPlan::Later => Vector::Later,
            VectorPlan::Lexicon => Vector::OfWords,
            VectorPlan::None => {
                Vector::None(query.vector_reason.clone().unwrap_or_else(|| "no encoder is loaded".into()))
            }
        };
        let allowed = if required.is_some() || asked.is_some() { Allowed::Unknown } else { Allowed::All };
        Self {
            query,
            text,
            words,
            required,
            asked,
            allowed,
            selection: None,
            counted: None,
            cut,
            keyword: None,
            aim: None,
            semantic: None,
            vector,
            partial: false,
        }
    }

    /// What to make the query's vector of: its text without operators and without what it excludes.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Gives the query's vector, as the encoder made it, and the name of what made it.
    pub fn give_vector(&mut self, vector: Vec<f32>, encoder: &str) {
        self.give(QueryVector::Source(vector), encoder);
    }

    /// Gives the query's vector, in the encoder's space or in that of the rows, and the name of what made it.
    pub fn give(&mut self, vector: QueryVector, encoder: &str) {
        self.aim = None;
        self.semantic = None;
        self.vector = Vector::Given { vector, encoder: encoder.to_owned() };
    }

    /// Says that there will be no vector; the search goes on by words.
    pub fn fail_vector(&mut self, reason: &str) {
        self.vector = Vector::Failed(reason.to_owned());
    }

    /// Does what can be done with the parts that `index` has.
    ///
    /// # Errors
    /// The core can't be had, a vector is of other dimensions than the rows, or a part turns out to contradict itself.
    pub fn step(&mut self, index: &Index) -> Result<Step> {
        let Some(core) = index.core() else {
            return match index.failure(index.core_id()) {
                Some(reason) => Err(Error::new(ErrorKind::Missing, [&index.core_id().path(), ": ", reason].concat())
                    .hint("load the page again; if that doesn't help, upload the whole index folder")),
                None => Ok(Step::Need { parts: vec![index.core_id()], vector: false }),
            };
        };
        let mut plan = Plan::default();
        let mut missing = Vec::new();
        let ranked = self.query.mode.has_keyword();
        if ranked || self.query.vector == VectorPlan::Lexicon {
            plan = self::plan(index, core, &self.words, self.query.typos, ranked);
            if matches!(self.vector, Vector::OfWords) && self.query.mode.has_semantic() {
                general::want(index, core, &mut plan);
            }
        }
        if matches!(self.allowed, Allowed::Unknown) {
            let allowed = self.restrict(index, core, &mut plan)?;
            // A word's far relatives decide about pages, too.
            for id in std::mem::take(&mut plan.missing_to_rank) {
                add_once(&mut plan.missing, id);
            }
            if plan.missing.is_empty() {
                self.allowed = allowed;
            }
        }
        want_columns(index, core, &self.query, &mut plan)?;
        missing.append(&mut plan.missing_to_rank);
        if !plan.missing.is_empty() {
            missing.into_iter().for_each(|id| add_once(&mut plan.missing, id));
            return Ok(Step::Need { parts: plan.missing, vector: false });
        }
        if self.selection.is_none() && !self.query.filters.0.is_empty() {
            self.selection = Some(select(index, core, &self.query.filters, None)?);
        }
        // How many cells a filter takes depends on what words find.
        if self.selection.is_some() && !missing.is_empty() {
            return Ok(Step::Need { parts: missing, vector: false });
        }
        if ranked && missing.is_empty() && self.keyword.is_none() {
            let mut ranking = plan.rank(index, core)?;
            if let Some(allowed) = self.allowed.pages() {
                ranking.pages.retain(|ranked| allowed.contains(ranked.page));
            }
            if !self.query.facets.is_empty() {
                let mut pages = PageSet::none(core.collection.pages);
                ranking.pages.iter().for_each(|ranked| pages.insert(ranked.page));
                self.counted = Some(pages);
            }
            if let Some(selection) = &self.selection {
                ranking.pages.retain(|ranked| selection.pages.contains(ranked.page));
            }
            self.keyword = Some(ranking);
        }
        if matches!(self.vector, Vector::OfWords) && self.query.mode.has_semantic() {
            self.vector = match lexicon::vector(index, core, &plan)? {
                Some(vector) => Vector::Given { vector: QueryVector::Projected(vector), encoder: lexicon::NAME.into() },
                None => Vector::None(no_vector(core).into()),
            };
        }
        let mut failures = plan.failures.clone();
        if self.awaits_vector(core) {
            if matches!(self.vector, Vector::Later) {
                if !missing.is_empty() {
                    return Ok(Step::Need { parts: missing, vector: false });
                }
                if self.query.mode.has_keyword() && !self.partial {
                    return self.answer(index, core, &plan, failures);
                }
                let projection = projection(&core.cells);
                let parts = if index.wants(projection) { vec![projection] } else { Vec::new() };
                return Ok(Step::Need { parts, vector: true });
            }
            // What ranking by words still needs and what meaning needs come in one round.
            if let Some(cells) = self.compare(index, core, &mut failures)? {
                missing.extend(cells);
                let likely = self.keyword.iter().flat_map(|ranking| &ranking.pages).skip(self.query.offset);
                let likely: Vec<PageScore> = likely.take(self.query.limit).copied().collect();
                missing.extend(names(index, core, &likely));
            }
        }
        if !missing.is_empty() {
            return Ok(Step::Need { parts: missing, vector: false });
        }
        self.partial = true;
        self.answer(index, core, &plan, failures)
    }

    /// The pages that conditions leave; where none satisfies those of the text, they are given up, but for what they exclude.
    fn restrict(&self, index: &Index, core: &Core, plan: &mut Plan) -> Result<Allowed> {
        let mut pages = match &self.required {
            Some(required) => restrict(index, core, required, plan)?,
            None => PageSet::all(core.collection.pages),
        };
        let mut relaxed = false;
        if let Some(asked) = &self.asked {
            let mut left = restrict(index, core, asked, plan)?;
            left.intersect(&pages);
            relaxed = left.is_empty();
            if relaxed {
                left = pages;
                if let Some(exclusions) = asked.exclusions() {
                    left.intersect(&restrict(index, core, &exclusions, plan)?);
                }
            }
            pages = left;
        }
        Ok(Allowed::Some { pages, relaxed })
    }

    /// Compares the query's vector with the rows, or says which parts must be loaded for it.
    fn compare(&mut self, index: &Index, core: &Core, failures: &mut Vec<String>) -> Result<Option<Vec<PartId>>> {
        let cells = &core.cells;
        let Vector::Given { vector, .. } = &self.vector else { return Ok(None) };
        if self.aim.is_none() {
            let projected;
            let vector = match vector {
                QueryVector::Projected(vector) => vector,
                QueryVector::Source(vector) => {
                    vector_fits(vector, cells.source)?;
                    let id = projection(cells);
                    let Some(map) = index.projection() else {
                        let Some(reason) = index.failure(id) else { return Ok(Some(vec![id])) };
                        failures.push([&id.path(), ": ", reason].concat());
                        return Ok(None);
                    };
                    projected = map.apply(vector)?;
                    &projected
                }
            };
            let within = self.selection.as_ref().map(|selection| selection.cells.as_slice());
            self.aim = Some(Aim::new(index, cells, vector, within)?);
        }
        let allowed = self.passing(core);
        let Some(aim) = &mut self.aim else { return Ok(None) };
        loop {
            let (missing, failed) = aim.parts(index, cells);
            if !missing.is_empty() {
                return Ok(Some(missing));
            }
            if self.semantic.is_none() {
                let nearest = aim.nearest(index, core, allowed.as_ref());
                let wanted = self.query.offset + self.query.limit;
                let found = found_by_either(&nearest, self.keyword.as_ref(), core);
                // Cells near the query may hold few of the pages that pass.
                if self.selection.is_some() && !nearest.too_far && found < wanted && aim.widen() {
                    continue;
                }
                self.semantic = Some(nearest);
            }
            failures.extend(failed);
            return Ok(None);
        }
    }

    /// The pages that satisfy the operators and pass the filters, unless all do.
    fn passing(&self, core: &Core) -> Option<PageSet> {
        if self.selection.is_none() && self.allowed.pages().is_none() {
            return None;
        }
        let mut pages = PageSet::all(core.collection.pages);
        self.allowed.pages().into_iter().for_each(|allowed| pages.intersect(allowed));
        self.selection.iter().for_each(|selection| pages.intersect(&selection.pages));
        Some(pages)
    }

    /// Whether there is nothing to look for, so that all pages are found that pass.
    fn browses(&self) -> bool {
        self.text.trim().is_empty() && self.query.names_fields()
    }

    /// Whether meaning is asked for, there are rows to compare, and a vector is there or to come.
    fn awaits_vector(&self, core: &Core) -> bool {
        self.query.mode.has_semantic()
            && core.cells.rows() > 0
            && core.cells.cut_off < f32::INFINITY
            && !self.text.trim().is_empty()
            && matches!(self.vector, Vector::Later | Vector::Given { .. })
    }

    fn answer(&mut self, index: &Index, core: &Core, plan: &Plan, mut failures: Vec<String>) -> Result<Step> {
        let partial = !self.partial;
        let browsed;
        let keyword: &[PageScore] = self.keyword.as_ref().map_or(&[], |ranking| &ranking.pages);
        let keyword = match self.browses() {
            true => {
                let pages = self.passing(core).unwrap_or_else(|| PageSet::all(core.collection.pages));
                browsed = unranked(pages.iter());
                &browsed
            }
            false => keyword,
        };
        let fused;
        let (ranked, fusion): (&[PageScore], &'static str) = match &self.semantic {
            None => (keyword, ""),
            Some(nearest) if !self.query.mode.has_keyword() => (&nearest.pages, ""),
            Some(nearest) => {
                fused = self.query.fusion.fuse(keyword, &nearest.pages);
                (&fused, self.query.fusion.name())
            }
        };
        // A page gains by the share of its title that the query is: one whose title is the query comes first in any case.
        let titled = self.keyword.as_ref().map_or(&[][..], |ranking| &ranking.titled);
        let bonus = ranked.first().map_or(0.0, |best| best.score);
        let promoted;
        let ranked = match titled {
            [] => ranked,
            titled => {
                promoted = promote(ranked, titled, bonus);
                &promoted
            }
        };
        let facets = self.facets(index, core)?;
        let more = ranked.len() > keyword.len() || !plan.failures.is_empty();
        let arranged = self.arrange(index, core, keyword, ranked)?;
        let pages: Vec<PageScore> = arranged.iter().skip(self.query.offset).take(self.query.limit).copied().collect();
        let group = match &self.query.group {
            Some(group) => column(index, core, &group.field)?,
            None => None,
        };
        let (keyword_leg, semantic_leg) = (self.keyword.as_ref(), self.semantic.as_ref());
        let found = Found { plan, keyword: keyword_leg, semantic: semantic_leg, titled, bonus, group };
        let hits = match show(index, core, &self.query, &found, &pages)? {
            Shown::Need(parts) => return Ok(Step::Need { parts, vector: false }),
            Shown::Hits(hits, failed) => {
                failures.extend(failed);
                hits
            }
        };
        let answer = Box::new(Answer {
            query: self.query.text.clone(),
            mode: self.query.mode,
            relaxed: matches!(self.allowed, Allowed::Some { relaxed: true, .. }),
            total: keyword.len(),
            relation: if more { Relation::Gte } else { Relation::Eq },
            semantic_only: match self.browses() {
                true => 0,
                false => hits.iter().filter(|hit| hit.lenses.keyword.is_none()).count(),
            },
            facets,
            encoder: match (&self.vector, &self.semantic) {
                (Vector::Given { encoder, .. }, Some(_)) => Some(encoder.clone()),
                _ => None,
            },
            fusion,
            corrections: plan.corrections.clone(),
            did_you_mean: self.did_you_mean(&plan.corrections),
            legs: Legs { keyword: self.keyword_leg(plan), semantic: self.semantic_leg(core, partial, &failures) },
            hits,
            failures,
        });
        self.partial = true;
        Ok(if partial { Step::Partial(answer) } else { Step::Done(answer) })
    }

    /// The text with the likeliest word in the place of each that was taken for others.
    fn did_you_mean(&self, corrections: &[Correction]) -> Option<String> {
        let mut meant = String::new();
        let mut copied = 0;
        for word in text::words(&self.text) {
            let correction = corrections.iter().find(|correction| correction.word == *word.term);
            if let Some(likeliest) = correction.and_then(|correction| correction.meant.first())
                && word.span.start >= copied
            {
                meant.push_str(&self.text[copied..word.span.start]);
                meant.push_str(likeliest);
                copied = word.span.end;
            }
        }
        (copied > 0).then(|| [&meant, &self.text[copied..]].concat())
    }

    /// Counts the facets over what words found or, if there are none to look for, over what passes.
    fn facets(&self, index: &Index, core: &Core) -> Result<Vec<super::Facet>> {
        if self.query.facets.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = PageSet::none(core.collection.pages);
        if self.browses() {
            found = self.allowed.pages().cloned().unwrap_or_else(|| PageSet::all(core.collection.pages));
        } else if let Some(counted) = &self.counted {
            found.unite(counted);
        } else if let Some(nearest) = &self.semantic {
            nearest.near(core).iter().for_each(|near| found.insert(near.page));
        }
        facets::count(index, core, &self.query, &found)
    }

    /// Sorts and groups what was found. Under another order than that of scores, of what meaning alone finds only the nearest count.
    fn arrange(
        &self,
        index: &Index,
        core: &Core,
        keyword: &[PageScore],
        ranked: &[PageScore],
    ) -> Result<Vec<PageScore>> {
        let mut pages = ranked.to_vec();
        if let Some(sort) = &self.query.sort
            && let Some(column) = column(index, core, &sort.field)?
        {
            if let Some(nearest) = &self.semantic {
                let mut kept = PageSet::none(core.collection.pages);
                keyword.iter().chain(nearest.near(core)).for_each(|found| kept.insert(found.page));
                pages.retain(|found| kept.contains(found.page));
            }
            arrange::sort(&mut pages, column, sort.order);
        }
        if let Some(group) = &self.query.group
            && let Some(column) = column(index, core, &group.field)?
        {
            arrange::group(&mut pages, column, group.limit);
        }
        Ok(pages)
    }

    fn keyword_leg(&self, plan: &Plan) -> Leg {
        let leg = |status, reason: Option<&str>| Leg {
            status,
            reason: reason.map(str::to_owned),
            matches: self.keyword.as_ref().map_or(0, |ranking| ranking.pages.len()),
        };
        if !self.query.mode.has_keyword() {
            leg(LegStatus::Skipped, Some("the search was by meaning alone"))
        } else if self.words.is_empty() {
            leg(LegStatus::Skipped, Some("the query has no words"))
        } else if plan.words.is_empty() && !plan.failures.is_empty() {
            leg(LegStatus::Failed, Some("the dictionary could not be loaded"))
        } else if plan.words.is_empty() {
            leg(LegStatus::Used, Some("the site uses none of these words"))
        } else {
            let common = plan.common();
            let common =
                (!common.is_empty()).then(|| ["not counted, as most pages hold them: ", &common.join(", ")].concat());
            let cut = self.cut.then_some("only the first 48 different words were searched for");
            leg(LegStatus::Used, cut.or(common.as_deref()))
        }
    }

    fn semantic_leg(&self, core: &Core, partial: bool, failures: &[String]) -> Leg {
        let leg = |status, reason: Option<&str>| Leg {
            status,
            reason: reason.map(str::to_owned),
            matches: self.semantic.as_ref().map_or(0, |nearest| nearest.pages.len()),
        };
        if !self.query.mode.has_semantic() {
            return leg(LegStatus::Skipped, Some("the search was by words alone"));
        }
        if core.cells.rows() == 0 {
            return leg(LegStatus::Skipped, Some("the index was built without an encoder"));
        }
        if self.text.trim().is_empty() {
            return leg(LegStatus::Skipped, Some("the query is empty"));
        }
        if core.cells.cut_off == f32::INFINITY {
            return leg(
                LegStatus::Skipped,
                Some("switched off: the model tells this site's texts from nonsense too seldom"),
            );
        }
        match &self.vector {
            Vector::None(reason) => leg(LegStatus::Skipped, Some(reason)),
            Vector::OfWords => leg(LegStatus::Skipped, None),
            Vector::Failed(reason) => leg(LegStatus::Failed, Some(reason)),
            Vector::Later | Vector::Given { .. } if partial => leg(LegStatus::Pending, None),
            Vector::Later | Vector::Given { .. } => match &self.semantic {
                Some(nearest) if nearest.too_far => leg(LegStatus::Used, Some("nothing is near enough")),
                Some(nearest) if nearest.pages.is_empty() => {
                    leg(LegStatus::Failed, Some("no vector rows could be loaded"))
                }
                Some(_) => leg(LegStatus::Used, (!failures.is_empty()).then_some("some parts could not be loaded")),
                None => leg(LegStatus::Failed, Some("the projection of the query's vector could not be loaded")),
            },
        }
    }
}

/// The ranking after pages gained their share of `bonus`.
fn promote(ranked: &[PageScore], titled: &[(PageId, f32)], bonus: f32) -> Vec<PageScore> {
    let gained =
        |&PageScore { page, score }: &PageScore| PageScore { page, score: score + bonus * share(titled, page) };
    let gained: Vec<PageScore> = ranked.iter().map(gained).collect();
    best_first(gained.iter().map(|ranked| ranked.score)).into_iter().map(|at| gained[at]).collect()
}

/// The share of a page's title that the query is, if the title holds all of it.
pub(super) fn share(titled: &[(PageId, f32)], page: PageId) -> f32 {
    titled.binary_search_by_key(&page, |&(page, _)| page).map_or(0.0, |at| titled[at].1)
}

/// How many pages words and meaning have found together.
fn found_by_either(nearest: &Nearest, keyword: Option<&Ranking>, core: &Core) -> usize {
    let mut pages = PageSet::none(core.collection.pages);
    let keyword = keyword.map_or(&[][..], |ranking| &ranking.pages);
    keyword.iter().chain(&nearest.pages).for_each(|found| pages.insert(found.page));
    pages.len()
}

/// Why no vector could be made of the query's words.
fn no_vector(core: &Core) -> &'static str {
    match core.words {
        Some(_) if core.general.is_some() => "too few of these words are known",
        Some(_) => "the site uses too few of these words",
        None => "the index was built without vectors of words",
    }
}

/// Refuses a vector of another model before anything is loaded for it.
fn vector_fits(vector: &[f32], dims: u32) -> Result<()> {
    if vector.len() == dims as usize {
        return Ok(());
    }
    let message = ["a vector of ", &vector.len().to_string(), " dimensions, the index has ", &dims.to_string()];
    Err(Error::new(ErrorKind::Model, message.concat()).hint("use the encoder that the index names"))
}

/// Answers a query with parts that `fetch` gets, and a vector if there is one: the whole loop, for hosts that can wait.
///
/// A part that can't be had is left out and named in [`Answer::failures`].
///
/// # Errors
/// As [`Run::step`].
pub fn complete(
    index: &mut Index,
    query: Query,
    vector: Option<(Vec<f32>, &str)>,
    mut fetch: impl FnMut(PartId) -> Result<Vec<u8>>,
) -> Result<Answer> {
    let mut run = Run::new(query);
    if let Some((vector, encoder)) = vector {
        run.give_vector(vector, encoder);
    }
    loop {
        match run.step(index)? {
            Step::Partial(_) => {}
            Step::Done(answer) => return Ok(*answer),
            Step::Need { parts, vector } => {
                if vector {
                    run.fail_vector("no encoder is loaded");
                }
                for part in parts {
                    let path = part.path();
                    if let Err(error) = fetch(part).and_then(|bytes| index.supply(&path, &bytes)) {
                        index.fail(&path, error.message())?;
                    }
                }
            }
        }
    }
}
