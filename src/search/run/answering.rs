//! From what the legs of a run found to its answer: put together, weighed, sorted, shown.

use super::{Run, Step, Vector};
use crate::Result;
use crate::corpus::PageSet;
use crate::index::{Core, Index};
use crate::lexical::{PageScore, promote};
use crate::search::arrange::{self, unranked};
use crate::search::hits::{Found, Shown, show};
use crate::search::keyword::Plan;
use crate::search::select::column;
use crate::search::spelling::did_you_mean;
use crate::search::{Answer, Facet, Legs, Relation, facets, language, proximity, rules};

impl Run {
    /// Answers with what has been found so far, or says which parts must be loaded to show it.
    pub(super) fn answer(
        &mut self,
        index: &Index,
        core: &Core,
        plan: &Plan,
        mut failures: Vec<String>,
    ) -> Result<Step> {
        let partial = !self.partial;
        let browsed;
        let keyword: &[PageScore] = self.keyword.as_ref().map_or(&[], |ranking| &ranking.pages);
        let keyword = match self.browses() {
            true => {
                let pages = self.passing.pages().unwrap_or_else(|| PageSet::all(core.collection.pages));
                browsed = unranked(pages.iter());
                &browsed
            }
            false => keyword,
        };
        let both_fused;
        let (fused, fusion): (&[PageScore], &'static str) = match &self.semantic {
            None => (keyword, ""),
            Some(nearest) if !self.query.mode.has_keyword() => (&nearest.pages, ""),
            Some(nearest) => {
                both_fused = self.query.fusion.fuse(keyword, &nearest.pages, core.cells.cut_off);
                (&both_fused, self.query.fusion.name())
            }
        };
        // A page gains by what its title and headings have of the query: one whose title is the query comes first in any case. And it
        // gains by being in the reader's language, and where the owner says so by how close together it has the query's words.
        let bonus = fused.first().map_or(0.0, |best| best.score);
        let (by_words, by_meaning) = (self.keyword.as_ref(), self.semantic.as_ref());
        let spoken = match language::pages(index, core, &self.query) {
            Some(pages) => language::shares(core, &pages, by_words, by_meaning),
            None => Vec::new(),
        };
        let named = by_words.map_or(&[][..], |ranking| &ranking.named);
        let both;
        let others = match &self.closeness {
            None => &spoken,
            Some(close) => {
                both = proximity::together(&spoken, close);
                &both
            }
        };
        let promoted;
        let ranked = match named.is_empty() && others.is_empty() {
            true => fused,
            false => {
                promoted = promote(fused, bonus, named, others);
                &promoted
            }
        };
        let ordered;
        let ranked = match index.rules() {
            Some(rules) if self.query.sort.is_none() => {
                ordered = rules::order(rules, self.settled.as_ref(), ranked, self.passing.pages().as_ref());
                &ordered
            }
            _ => ranked,
        };
        let facets = if self.query.facets.is_empty() { Vec::new() } else { self.facets(index, core)? };
        let more = ranked.len() > keyword.len() || !plan.failures.is_empty();
        let arranged;
        let ranked = match self.query.sort.is_some() || self.query.group.is_some() {
            true => {
                arranged = self.arrange(index, core, keyword, ranked)?;
                &arranged
            }
            false => ranked,
        };
        let pages: Vec<PageScore> = ranked.iter().skip(self.query.offset).take(self.query.limit).copied().collect();
        let group = match &self.query.group {
            Some(group) => column(index, core, &group.field)?,
            None => None,
        };
        let settled = self.settled.as_ref().filter(|_| self.query.sort.is_none());
        let found = Found {
            plan,
            keyword: by_words,
            semantic: by_meaning,
            fused,
            bonus,
            settled,
            spoken: &spoken,
            close: self.closeness.as_deref(),
            group,
        };
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
            relaxed: self.passing.relaxed,
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
            did_you_mean: match plan.corrections.as_slice() {
                [] => None,
                corrections => did_you_mean(&self.text, corrections),
            },
            completions: match self.query.completions {
                0 => Vec::new(),
                most => plan.completions(index, &self.text, most),
            },
            legs: Legs { keyword: self.keyword_leg(plan), semantic: self.semantic_leg(core, partial, &failures) },
            hits,
            failures,
        });
        self.partial = true;
        Ok(if partial { Step::Partial(answer) } else { Step::Done(answer) })
    }

    /// Counts the facets over what words found or, if there are none to look for, over what passes.
    #[inline(never)]
    fn facets(&self, index: &Index, core: &Core) -> Result<Vec<Facet>> {
        let mut found = PageSet::none(core.collection.pages);
        if self.browses() {
            found = self.passing.satisfying.clone().unwrap_or_else(|| PageSet::all(core.collection.pages));
        } else if let Some(counted) = &self.counted {
            found.unite(counted);
        } else if let Some(nearest) = &self.semantic {
            nearest.near(core).iter().for_each(|near| found.insert(near.page));
        }
        facets::count(index, core, &self.query, &found)
    }

    /// Sorts and groups what was found. Under another order than that of scores, of what meaning alone finds only the nearest count.
    #[inline(never)]
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

    /// Whether there is nothing to look for, so that all pages are found that pass.
    fn browses(&self) -> bool {
        self.text.trim().is_empty() && self.query.names_fields() && self.query.similar.is_none()
    }
}
