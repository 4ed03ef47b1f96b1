//! A search under way.

mod answering;
mod legs;

use self::legs::no_vector;
use super::expression::Expression;
use super::hits::names;
use super::keyword::{Plan, QueryWord, add_once, plan, words};
use super::passing::Passing;
use super::semantic::{Aim, Nearest, QueryVector, projection};
use super::spelling::Meant;
use super::syntax::{Parsed, parse};
use super::{Answer, Mode, Query, VectorPlan};
use super::{general, language, lexicon, proximity, related, rules};
use crate::corpus::PageSet;
use crate::index::{Cells, Core, Index, PartId, Settled};
use crate::lexical::{PageScore, Ranking};
use crate::{Error, ErrorKind, Result};

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
    /// What the text's own operators ask for.
    asked: Option<Expression>,
    passing: Passing,
    /// What misspelt words may mean.
    meant: Meant,
    /// Whether the owner's rules have been applied to the words.
    ruled: bool,
    /// What the owner settled on for this query.
    settled: Option<Settled>,
    /// The pages that facets are counted over, before filters.
    counted: Option<PageSet>,
    cut: bool,
    keyword: Option<Ranking>,
    /// What each page gains by the closeness of the query's words, as a share of the best score, if that counts.
    closeness: Option<Vec<f32>>,
    aim: Option<Aim>,
    semantic: Option<Nearest>,
    vector: Vector,
    partial: bool,
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
        let mut query = query;
        if query.similar.is_some() {
            query.mode = Mode::Semantic;
        }
        let Parsed { mut text, open_ends, expression: asked } = parse(&query.text, query.prefix);
        if text.trim().is_empty()
            && let Some(expression) = &query.expression
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
        Self {
            query,
            text,
            words,
            asked,
            passing: Passing::default(),
            meant: Meant::default(),
            ruled: false,
            settled: None,
            counted: None,
            cut,
            keyword: None,
            closeness: None,
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
        if let Some(rules) = index.rules().filter(|_| !self.ruled) {
            self.settled = rules::apply(rules, &mut self.words);
            self.ruled = true;
        }
        let ranked = self.query.mode.has_keyword();
        if ranked || self.query.vector == VectorPlan::Lexicon {
            // On a site in several languages the commonest words of one are on fewer than half of all pages.
            let spoken = language::pages(index, core, &self.query).map(|pages| pages.len() as u32);
            let pages = spoken.unwrap_or(core.collection.pages);
            plan = self::plan(index, core, &self.words, self.query.typos, ranked, pages, &mut self.meant);
            if matches!(self.vector, Vector::OfWords) && self.query.mode.has_semantic() {
                general::want(index, core, &mut plan);
            }
        }
        if let Some(rules) = rules::part(core) {
            plan.want(index, rules);
        }
        self.passing.settle(index, core, &self.query, self.asked.as_ref(), &mut plan)?;
        if self.query.similar.is_some() {
            return self.similar(index, core, plan);
        }
        missing.append(&mut plan.missing_to_rank);
        if !plan.missing.is_empty() {
            missing.into_iter().for_each(|id| add_once(&mut plan.missing, id));
            return Ok(Step::Need { parts: plan.missing, vector: false });
        }
        // How many cells a filter takes depends on what words find.
        if self.passing.selection.is_some() && !missing.is_empty() {
            return Ok(Step::Need { parts: missing, vector: false });
        }
        if ranked && missing.is_empty() && self.keyword.is_none() {
            let mut ranking = plan.rank(index, core)?;
            if self.settled.is_some() || self.query.names_fields() || self.passing.satisfying.is_some() {
                self.narrow(core, &mut ranking);
            }
            self.keyword = Some(ranking);
        }
        if index.rules().is_some() && self.closeness.is_none() {
            self.closeness = self.closeness(index, core, &mut plan, &mut missing)?;
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

    /// Leaves of what words found what the owner and the query let pass, and notes what facets are counted over.
    #[inline(never)]
    fn narrow(&mut self, core: &Core, ranking: &mut Ranking) {
        let never = self.settled.as_ref().map_or(&[][..], |settled| &settled.never);
        let satisfying = self.passing.satisfying.as_ref();
        let passes = |page| !never.contains(&page) && satisfying.is_none_or(|satisfying| satisfying.contains(page));
        ranking.pages.retain(|ranked| passes(ranked.page));
        if !self.query.facets.is_empty() {
            let mut pages = PageSet::none(core.collection.pages);
            ranking.pages.iter().for_each(|ranked| pages.insert(ranked.page));
            self.counted = Some(pages);
        }
        if let Some(selection) = &self.passing.selection {
            ranking.pages.retain(|ranked| selection.pages.contains(ranked.page));
        }
    }

    /// What each page gains by the closeness of the query's words, if the owner lets that count; parts that it takes are added to
    /// what is `missing`.
    #[inline(never)]
    fn closeness(
        &self,
        index: &Index,
        core: &Core,
        plan: &mut Plan,
        missing: &mut Vec<PartId>,
    ) -> Result<Option<Vec<f32>>> {
        let most = index.rules().map_or(0.0, |rules| rules.proximity);
        let Some(ranking) = self.keyword.as_ref().filter(|_| most > 0.0) else { return Ok(None) };
        let shares = proximity::shares(index, core, plan, ranking, most)?;
        missing.append(&mut plan.missing);
        Ok(missing.is_empty().then_some(shares))
    }

    /// Answers with pages like the one that the query names.
    #[inline(never)]
    fn similar(&mut self, index: &Index, core: &Core, mut plan: Plan) -> Result<Step> {
        let id = self.query.similar.as_deref().unwrap_or_default();
        let like = related::like(index, core, id, &mut plan)?;
        let passing = self.passing.pages();
        let passes = |near: &&PageScore| passing.as_ref().is_none_or(|pages| pages.contains(near.page));
        match like.filter(|_| plan.missing.is_empty()) {
            Some(like) => self.semantic = Some(Nearest::of(like.iter().filter(passes).copied().collect())),
            None => return Ok(Step::Need { parts: plan.missing, vector: false }),
        }
        self.partial = true;
        self.answer(index, core, &plan, Vec::new())
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
                    let id = projection(cells);
                    match project(index, cells, vector)? {
                        Some(vector) => projected = vector,
                        None => {
                            let Some(reason) = index.failure(id) else { return Ok(Some(vec![id])) };
                            failures.push([&id.path(), ": ", reason].concat());
                            return Ok(None);
                        }
                    }
                    &projected
                }
            };
            let within = self.passing.selection.as_ref().map(|selection| selection.cells.as_slice());
            self.aim = Some(Aim::new(index, cells, vector, within)?);
        }
        let allowed = self.passing.pages();
        let Some(aim) = &mut self.aim else { return Ok(None) };
        loop {
            let (missing, failed) = aim.parts(index, cells)?;
            if !missing.is_empty() {
                return Ok(Some(missing));
            }
            if self.semantic.is_none() {
                let mut nearest = aim.nearest(index, core, allowed.as_ref());
                if let Some(settled) = &self.settled {
                    nearest.pages.retain(|near| !settled.never.contains(&near.page));
                }
                let wanted = self.query.offset + self.query.limit;
                let found = found_by_either(&nearest, self.keyword.as_ref(), core);
                // Cells near the query may hold few of the pages that pass, and others nearer ones.
                if self.passing.selection.is_some()
                    && !nearest.too_far
                    && (found < wanted && aim.widen() || aim.reach_out(cells, &nearest, wanted))
                {
                    continue;
                }
                self.semantic = Some(nearest);
            }
            failures.extend(failed);
            return Ok(None);
        }
    }

    /// Whether meaning is asked for, there are rows to compare, and a vector is there or to come.
    fn awaits_vector(&self, core: &Core) -> bool {
        self.query.mode.has_semantic()
            && core.cells.rows() > 0
            && core.cells.cut_off < f32::INFINITY
            && !self.text.trim().is_empty()
            && matches!(self.vector, Vector::Later | Vector::Given { .. })
    }
}

/// How many pages words and meaning have found together.
fn found_by_either(nearest: &Nearest, keyword: Option<&Ranking>, core: &Core) -> usize {
    let mut pages = PageSet::none(core.collection.pages);
    let keyword = keyword.map_or(&[][..], |ranking| &ranking.pages);
    keyword.iter().chain(&nearest.pages).for_each(|found| pages.insert(found.page));
    pages.len()
}

/// A vector of the encoder's space in that of the rows; none until the projection is loaded.
///
/// Refuses a vector of another model before anything is loaded for it.
#[inline(never)]
fn project(index: &Index, cells: &Cells, vector: &[f32]) -> Result<Option<Vec<f32>>> {
    if vector.len() != cells.source as usize {
        let (has, wants) = (vector.len().to_string(), cells.source.to_string());
        let message = ["a vector of ", &has, " dimensions, the index has ", &wants].concat();
        return Err(Error::new(ErrorKind::Model, message).hint("use the encoder that the index names"));
    }
    index.projection().map(|map| map.apply(vector)).transpose()
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
