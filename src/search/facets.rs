//! Facets: the values of a field and how many of the found pages have each.

use serde::{Deserialize, Serialize};

use super::query::Query;
use super::select::{column, select};
use crate::Result;
use crate::corpus::{PageSet, Value};
use crate::index::{Core, FieldKind, Index, ValueId};
use crate::order::best_first;

/// A field whose values are to be counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct FacetRequest {
    /// The field, or [`FacetRequest::ALL`].
    pub field: String,
    /// Most values to answer with, those of most pages. Default 100.
    pub limit: usize,
}

impl FacetRequest {
    /// Values to answer with unless another number is asked for.
    pub const LIMIT: usize = 100;

    /// What names every field of the index.
    pub const ALL: &str = "*";
}

/// A request as JSON has it: a name, or an object.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a facet is a field's name or an object of field and limit")]
enum Written {
    Name(String),
    Object { field: String, limit: Option<usize> },
}

impl From<Written> for FacetRequest {
    fn from(written: Written) -> Self {
        match written {
            Written::Name(field) => Self { field, limit: Self::LIMIT },
            Written::Object { field, limit } => Self { field, limit: limit.unwrap_or(Self::LIMIT) },
        }
    }
}

/// A field's values and how many of the found pages have each, under all filters but those that say which of its values are
/// wanted: so the others can still be chosen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Facet {
    /// The field.
    pub field: String,
    /// What its values are.
    pub kind: FieldKind,
    /// Values that a found page has: those of most pages first, equal ones in their order.
    pub values: Vec<FacetValue>,
    /// How many further values found pages have.
    pub more: usize,
}

/// A value and how many of the found pages have it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FacetValue {
    /// The value.
    pub value: Value,
    /// How many pages have it.
    pub count: usize,
}

/// The fields that a query asks to count, and most values of each.
pub(super) fn fields<'q>(core: &'q Core, query: &'q Query) -> Vec<(&'q str, usize)> {
    let mut fields = Vec::new();
    for FacetRequest { field, limit } in &query.facets {
        match field.as_str() {
            FacetRequest::ALL => fields.extend(core.fields.iter().map(|field| (field.name.as_str(), *limit))),
            name => fields.push((name, *limit)),
        }
    }
    fields
}

/// Counts the facets that a query asks for over the pages that it `found` without its filters. A facet whose column could not
/// be loaded is left out.
pub(super) fn count(index: &Index, core: &Core, query: &Query, found: &PageSet) -> Result<Vec<Facet>> {
    let mut facets = Vec::new();
    for (field, limit) in fields(core, query) {
        let Some(column) = column(index, core, field)? else { continue };
        let mut pages = select(index, core, &query.filters, Some(field))?.pages;
        pages.intersect(found);
        let mut counts = vec![0usize; column.count()];
        for page in pages.iter() {
            column.of(page).iter().for_each(|value| counts[value.0 as usize] += 1);
        }
        let order = best_first(counts.iter().map(|&count| count as f32));
        let mut values = Vec::new();
        let mut more = 0;
        for at in order.into_iter().filter(|&at| counts[at] > 0) {
            if values.len() < limit {
                values.push(FacetValue { value: column.value(ValueId(at as u32)), count: counts[at] });
            } else {
                more += 1;
            }
        }
        facets.push(Facet { field: field.to_owned(), kind: column.kind(), values, more });
    }
    Ok(facets)
}
