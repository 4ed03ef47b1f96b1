//! What each leg of a run did, or why it did nothing.

use super::{Run, Vector};
use crate::index::Core;
use crate::search::keyword::Plan;
use crate::search::{Leg, LegStatus};

impl Run {
    /// What search by words did.
    pub(super) fn keyword_leg(&self, plan: &Plan) -> Leg {
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

    /// What search by meaning did.
    pub(super) fn semantic_leg(&self, core: &Core, partial: bool, failures: &[String]) -> Leg {
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
        if self.query.similar.is_some() {
            return leg(LegStatus::Used, None);
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

/// Why no vector could be made of the query's words.
pub(super) fn no_vector(core: &Core) -> &'static str {
    match core.words {
        Some(_) if core.general.is_some() => "too few of these words are known",
        Some(_) => "the site uses too few of these words",
        None => "the index was built without vectors of words",
    }
}
