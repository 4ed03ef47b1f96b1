//! A search under way.

use super::hits::{Found, Shown, names, show};
use super::keyword::{Plan, QueryWord, add_once, plan, words};
use super::semantic::{Aim, Nearest, QueryVector, projection};
use super::{Answer, Leg, LegStatus, Legs, Query, VectorPlan};
use super::{general, lexicon};
use crate::index::{Core, Index, PartId};
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
    words: Vec<QueryWord>,
    cut: bool,
    keyword: Option<Ranking>,
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
        let (words, cut) = words(&query);
        let vector = match query.vector {
            VectorPlan::Later => Vector::Later,
            VectorPlan::Lexicon => Vector::OfWords,
            VectorPlan::None => {
                Vector::None(query.vector_reason.clone().unwrap_or_else(|| "no encoder is loaded".into()))
            }
        };
        Self { query, words, cut, keyword: None, aim: None, semantic: None, vector, partial: false }
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
            plan = self::plan(index, core, &self.words, ranked);
            if matches!(self.vector, Vector::OfWords) && self.query.mode.has_semantic() {
                general::want(index, core, &mut plan);
            }
            missing.append(&mut plan.missing_to_rank);
            if !plan.missing.is_empty() {
                missing.into_iter().for_each(|id| add_once(&mut plan.missing, id));
                return Ok(Step::Need { parts: plan.missing, vector: false });
            }
            if ranked && missing.is_empty() && self.keyword.is_none() {
                self.keyword = Some(plan.rank(index, core)?);
            }
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
            self.aim = Some(Aim::new(index, cells, vector)?);
        }
        let Some(aim) = &self.aim else { return Ok(None) };
        let (missing, failed) = aim.parts(index, cells);
        if !missing.is_empty() {
            return Ok(Some(missing));
        }
        failures.extend(failed);
        if self.semantic.is_none() {
            self.semantic = Some(aim.nearest(index, core));
        }
        Ok(None)
    }

    /// Whether meaning is asked for, there are rows to compare, and a vector is there or to come.
    fn awaits_vector(&self, core: &Core) -> bool {
        self.query.mode.has_semantic()
            && core.cells.rows() > 0
            && core.cells.cut_off < f32::INFINITY
            && !self.query.text.trim().is_empty()
            && matches!(self.vector, Vector::Later | Vector::Given { .. })
    }

    fn answer(&mut self, index: &Index, core: &Core, plan: &Plan, mut failures: Vec<String>) -> Result<Step> {
        let partial = !self.partial;
        let keyword: &[PageScore] = self.keyword.as_ref().map_or(&[], |ranking| &ranking.pages);
        let fused;
        let (ranked, fusion): (&[PageScore], &'static str) = match &self.semantic {
            None => (keyword, ""),
            Some(nearest) if !self.query.mode.has_keyword() => (&nearest.pages, ""),
            Some(nearest) => {
                fused = self.query.fusion.fuse(keyword, &nearest.pages);
                (&fused, self.query.fusion.name())
            }
        };
        let pages: Vec<PageScore> = ranked.iter().skip(self.query.offset).take(self.query.limit).copied().collect();
        let found = Found { plan, keyword: self.keyword.as_ref(), semantic: self.semantic.as_ref() };
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
            total: keyword.len(),
            semantic_only: hits.iter().filter(|hit| hit.lenses.keyword.is_none()).count(),
            encoder: match (&self.vector, &self.semantic) {
                (Vector::Given { encoder, .. }, Some(_)) => Some(encoder.clone()),
                _ => None,
            },
            fusion,
            legs: Legs { keyword: self.keyword_leg(plan), semantic: self.semantic_leg(core, partial, &failures) },
            hits,
            failures,
        });
        self.partial = true;
        Ok(if partial { Step::Partial(answer) } else { Step::Done(answer) })
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
        if self.query.text.trim().is_empty() {
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
