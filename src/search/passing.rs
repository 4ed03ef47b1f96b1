//! Which pages may be answered with: those that satisfy the operators of a query and pass its filters.

use super::Query;
use super::expression::Expression;
use super::keyword::{Plan, add_once};
use super::language;
use super::restrict::restrict;
use super::select::{Selection, select, want_columns};
use crate::Result;
use crate::corpus::PageSet;
use crate::index::{Core, Index};

/// Which pages may be answered with, as far as it is known.
#[derive(Default)]
pub(super) struct Passing {
    /// The pages that satisfy the operators, once they are known; all where there are none.
    pub satisfying: Option<PageSet>,
    /// The pages that pass the filters, once they are known; all where there are none.
    pub selection: Option<Selection>,
    /// Whether no page satisfied the text's operators, so that they were given up but for what they exclude.
    pub relaxed: bool,
}

impl Passing {
    /// Finds out which pages pass `query` and what its text `asked` for, or notes in `plan` what is missing for it.
    ///
    /// # Errors
    /// As [`restrict`] and [`want_columns`].
    pub fn settle(
        &mut self,
        index: &Index,
        core: &Core,
        query: &Query,
        asked: Option<&Expression>,
        plan: &mut Plan,
    ) -> Result<()> {
        if self.satisfying.is_none() && (asked.is_some() || query.expression.is_some()) {
            let (pages, relaxed) = satisfying(index, core, query.expression.as_ref(), asked, plan)?;
            // A word's far relatives decide about pages, too.
            for id in std::mem::take(&mut plan.missing_to_rank) {
                add_once(&mut plan.missing, id);
            }
            if plan.missing.is_empty() {
                (self.satisfying, self.relaxed) = (Some(pages), relaxed);
            }
        }
        if query.language.is_some()
            && let Some(field) = language::field(core)
        {
            plan.want(index, field.part());
        }
        if query.names_fields() {
            want_columns(index, core, query, plan)?;
        }
        if plan.missing.is_empty() && self.selection.is_none() && !query.filters.0.is_empty() {
            self.selection = Some(select(index, core, &query.filters, None)?);
        }
        Ok(())
    }

    /// The pages that satisfy the operators and pass the filters, unless all do.
    pub fn pages(&self) -> Option<PageSet> {
        let filtered = self.selection.as_ref().map(|selection| &selection.pages);
        match (&self.satisfying, filtered) {
            (Some(satisfying), Some(filtered)) => {
                let mut both = satisfying.clone();
                both.intersect(filtered);
                Some(both)
            }
            (one, other) => one.as_ref().or(other).cloned(),
        }
    }
}

/// The pages that satisfy what is `required` and what a text `asked` for, and whether that was given up, since no page does, but
/// for what it excludes.
#[inline(never)]
fn satisfying(
    index: &Index,
    core: &Core,
    required: Option<&Expression>,
    asked: Option<&Expression>,
    plan: &mut Plan,
) -> Result<(PageSet, bool)> {
    let pages = match required {
        Some(required) => restrict(index, core, required, plan)?,
        None => PageSet::all(core.collection.pages),
    };
    let Some(asked) = asked else { return Ok((pages, false)) };
    let mut left = restrict(index, core, asked, plan)?;
    left.intersect(&pages);
    if !left.is_empty() {
        return Ok((left, false));
    }
    left = pages;
    if let Some(exclusions) = asked.exclusions() {
        left.intersect(&restrict(index, core, &exclusions, plan)?);
    }
    Ok((left, true))
}
