//! The pages that pass a query's filters, and the cells in which their passages lie.

use super::facets;
use super::filter::{Filter, Filters, Test};
use super::keyword::Plan;
use super::query::{DEEPEST, Query, TOO_DEEP};
use crate::corpus::{PageSet, Value};
use crate::index::{Chosen, Column, Core, FieldRef, Index};
use crate::{Error, ErrorKind, Result};

/// Pages, and cells that hold all of their passages and perhaps others.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Selection {
    pub pages: PageSet,
    pub cells: Vec<bool>,
}

impl Selection {
    fn all(core: &Core) -> Self {
        Self { pages: PageSet::all(core.collection.pages), cells: vec![true; core.cells.count()] }
    }

    fn none(core: &Core) -> Self {
        Self { pages: PageSet::none(core.collection.pages), cells: vec![false; core.cells.count()] }
    }

    fn intersect(&mut self, other: &Self) {
        self.pages.intersect(&other.pages);
        self.cells.iter_mut().zip(&other.cells).for_each(|(cell, &other)| *cell &= other);
    }

    fn unite(&mut self, other: &Self) {
        self.pages.unite(&other.pages);
        self.cells.iter_mut().zip(&other.cells).for_each(|(cell, &other)| *cell |= other);
    }
}

/// The field of that name.
///
/// # Errors
/// There is none; the error lists those that there are.
pub(super) fn field<'c>(core: &'c Core, name: &str) -> Result<&'c FieldRef> {
    core.fields.iter().find(|field| field.name == name).ok_or_else(|| {
        let names: Vec<&str> = core.fields.iter().map(|field| field.name.as_str()).collect();
        let hint = match names.is_empty() {
            true => "it has none: its pages have no metadata in common".to_owned(),
            false => ["it has ", &names.join(", ")].concat(),
        };
        Error::new(ErrorKind::Usage, ["the index has no field ", name].concat()).hint(hint)
    })
}

/// The column of a field, if it could be loaded.
#[inline(never)]
pub(super) fn column<'i>(index: &'i Index, core: &Core, name: &str) -> Result<Option<&'i Column>> {
    Ok(index.column(field(core, name)?.part()))
}

/// Notes in `plan` the columns that a query needs and that are not loaded.
///
/// # Errors
/// The index has no such field, filters lie too deep, or the column of a filter can't be had: an answer that leaves it out would
/// not be the one that was asked for.
#[inline(never)]
pub(super) fn want_columns(index: &Index, core: &Core, query: &Query, plan: &mut Plan) -> Result<()> {
    if query.filters.depth() > DEEPEST {
        return Err(Error::new(ErrorKind::Usage, "the query's filters are nested too deep").hint(TOO_DEEP));
    }
    let mut names = Vec::new();
    query.filters.fields(&mut names);
    for name in names {
        let part = field(core, name)?.part();
        if let Some(reason) = index.failure(part) {
            let message = ["the field ", name, " can't be filtered by: ", &part.path(), ": ", reason];
            return Err(
                Error::new(ErrorKind::Missing, message.concat()).hint("try again, or search without the filter")
            );
        }
        plan.want(index, part);
    }
    let facets = facets::fields(core, query).into_iter().map(|(field, _)| field);
    let sort = query.sort.iter().map(|sort| sort.field.as_str());
    let group = query.group.iter().map(|group| group.field.as_str());
    for name in facets.chain(sort).chain(group) {
        plan.want(index, field(core, name)?.part());
    }
    Ok(())
}

/// The pages that pass `filters`, but for those that only say which values `but` is one of; all columns are loaded.
#[inline(never)]
pub(super) fn select(index: &Index, core: &Core, filters: &Filters, but: Option<&str>) -> Result<Selection> {
    let mut selection = Selection::all(core);
    for filter in &filters.0 {
        let skipped = matches!(filter, Filter::Field(name, test) if Some(name.as_str()) == but && test.is_choice());
        if !skipped {
            selection.intersect(&one(index, core, filter, true)?);
        }
    }
    Ok(selection)
}

/// The pages for which it is so that they meet a condition, or not so.
///
/// What is not so is carried down to the fields (¬(a ∧ b) = ¬a ∨ ¬b), since only there the cells of the other pages are known.
fn one(index: &Index, core: &Core, filter: &Filter, so: bool) -> Result<Selection> {
    match filter {
        Filter::Field(name, test) => of_field(index, core, name, test, so),
        Filter::Not(filters) => every(index, core, filters, !so),
        Filter::Any(several) => {
            let mut sum = if so { Selection::none(core) } else { Selection::all(core) };
            for filters in several {
                combine(&mut sum, &every(index, core, filters, so)?, !so);
            }
            Ok(sum)
        }
    }
}

/// The pages for which it is so that they meet all of the conditions, or not so.
fn every(index: &Index, core: &Core, filters: &Filters, so: bool) -> Result<Selection> {
    let mut sum = if so { Selection::all(core) } else { Selection::none(core) };
    for filter in &filters.0 {
        combine(&mut sum, &one(index, core, filter, so)?, so);
    }
    Ok(sum)
}

fn combine(sum: &mut Selection, other: &Selection, both: bool) {
    if both {
        sum.intersect(other);
    } else {
        sum.unite(other);
    }
}

fn of_field(index: &Index, core: &Core, name: &str, test: &Test, so: bool) -> Result<Selection> {
    let Some(column) = column(index, core, name)? else { return Ok(Selection::all(core)) };
    let mut sum = if so { Selection::all(core) } else { Selection::none(core) };
    let mut add = |mut chosen: Chosen, met: bool| {
        let mut pages = column.pages(&chosen);
        if met != so {
            pages.invert();
            chosen.invert();
        }
        let mut cells = vec![false; core.cells.count()];
        column.mark_cells(&chosen, &mut cells);
        combine(&mut sum, &Selection { pages, cells }, so);
    };
    if let Some(any) = &test.any {
        add(choice(column, name, any)?, true);
    }
    for value in &test.all {
        add(choice(column, name, std::slice::from_ref(value))?, true);
    }
    if !test.not.is_empty() {
        add(choice(column, name, &test.not)?, false);
    }
    if let Some(range) = range(column, name, test)? {
        add(range, true);
    }
    if let Some(exists) = test.exists {
        let mut any = column.nothing();
        any.values.fill(true);
        add(any, exists);
    }
    Ok(sum)
}

fn choice(column: &Column, name: &str, values: &[Value]) -> Result<Chosen> {
    let mut chosen = column.nothing();
    for value in values {
        column.choose(name, value, &mut chosen)?;
    }
    Ok(chosen)
}

/// The values between the ends of a test, if it has any.
fn range(column: &Column, name: &str, test: &Test) -> Result<Option<Chosen>> {
    let Test { gt, gte, lt, lte, .. } = test;
    if [gt, gte, lt, lte].iter().all(|end| end.is_none()) {
        return Ok(None);
    }
    let (mut from, mut to) = (0, column.count());
    for (end, passed) in [(gte, false), (gt, true)] {
        if let Some(value) = end {
            from = column.below(name, value, passed)?.max(from);
        }
    }
    for (end, passed) in [(lt, false), (lte, true)] {
        if let Some(value) = end {
            to = column.below(name, value, passed)?.min(to);
        }
    }
    let mut chosen = column.nothing();
    if from < to {
        chosen.values[from..to].fill(true);
    }
    Ok(Some(chosen))
}
