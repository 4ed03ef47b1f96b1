//! Reads what a query asks of fields out of a JavaScript object, and writes the facets of an answer.

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use crate::corpus::Value;
use crate::search::{DEEPEST, Facet, FacetRequest, Filter, Filters, Group, Order, Query, Sort, Test};

use super::answer::Record;
use super::query::{get, number, one_of, text, wrong};

/// What a query's parts are called that [`read`] reads.
pub(super) const NAMES: [&str; 4] = ["filters", "facets", "sort", "group"];

/// Reads `filters`, `facets`, `sort` and `group`.
#[inline(never)]
pub(super) fn read(object: &JsValue, query: &mut Query) -> Result<(), JsError> {
    if let Some(filters) = get(object, "filters")? {
        query.filters = read_filters(&filters, DEEPEST)?;
    }
    if let Some(facets) = get(object, "facets")? {
        for facet in Array::from(&facets).iter() {
            let field = named(&facet)?.ok_or_else(|| wrong("facets", "a list of fields' names"))?;
            let limit = limit(&facet, FacetRequest::LIMIT)?;
            query.facets.push(FacetRequest { field, limit });
        }
    }
    if let Some(sort) = get(object, "sort")? {
        let field = named(&sort)?.ok_or_else(|| wrong("sort", "an object of field and order"))?;
        let order = if sort.is_string() { None } else { text(&sort, "order")? };
        let order = order.map_or(Ok(Order::Asc), |order| {
            one_of("sort.order", &order, &[("asc", Order::Asc), ("desc", Order::Desc)])
        })?;
        query.sort = Some(Sort { field, order });
    }
    if let Some(group) = get(object, "group")? {
        let field = named(&group)?.ok_or_else(|| wrong("group", "an object of field and limit"))?;
        query.group = Some(Group { limit: limit(&group, 1)?, field });
    }
    Ok(())
}

/// The field that a text or an object's `field` names.
fn named(value: &JsValue) -> Result<Option<String>, JsError> {
    match value.as_string() {
        Some(name) => Ok(Some(name)),
        None => text(value, "field"),
    }
}

fn limit(object: &JsValue, otherwise: usize) -> Result<usize, JsError> {
    let limit = if object.is_string() { None } else { number(object, "limit")? };
    Ok(limit.filter(|limit| *limit >= 0.0).map_or(otherwise, |limit| limit as usize))
}

fn read_filters(object: &JsValue, levels: usize) -> Result<Filters, JsError> {
    let levels = levels.checked_sub(1).ok_or_else(|| wrong("filters", "at most 16 levels deep"))?;
    let object = object.dyn_ref::<Object>().filter(|object| !Array::is_array(object));
    let object = object.ok_or_else(|| wrong("filters", "an object of fields"))?;
    let mut filters = Vec::new();
    for name in Object::keys(object).iter().filter_map(|name| name.as_string()) {
        let Some(value) = get(object, &name)? else { continue };
        filters.push(match name.as_str() {
            "not" => Filter::Not(read_filters(&value, levels)?),
            "any" => {
                let mut several = Vec::new();
                for filters in Array::from(&value).iter() {
                    several.push(read_filters(&filters, levels)?);
                }
                Filter::Any(several)
            }
            _ => Filter::Field(name, read_test(&value)?),
        });
    }
    Ok(Filters(filters))
}

/// A value, a list of values, or an object of tests.
fn read_test(value: &JsValue) -> Result<Test, JsError> {
    if Array::is_array(value) {
        return Ok(Test::one_of(read_values(value)?));
    }
    if let Some(value) = plain(value) {
        return Ok(Test::one_of(vec![value]));
    }
    let expected = || {
        wrong("a field's filter", "a value, a list of values, or an object of any, all, not, gt, gte, lt, lte, exists")
    };
    let object = value.dyn_ref::<Object>().ok_or_else(expected)?;
    let mut test = Test::default();
    for name in Object::keys(object).iter().filter_map(|name| name.as_string()) {
        let Some(value) = get(object, &name)? else { continue };
        match name.as_str() {
            "any" => test.any = Some(read_values(&value)?),
            "all" => test.all = read_values(&value)?,
            "not" => test.not = read_values(&value)?,
            "exists" => test.exists = Some(value.as_bool().ok_or_else(expected)?),
            _ => {
                let end = match name.as_str() {
                    "gt" => &mut test.gt,
                    "gte" => &mut test.gte,
                    "lt" => &mut test.lt,
                    "lte" => &mut test.lte,
                    _ => return Err(expected()),
                };
                *end = Some(plain(&value).ok_or_else(expected)?);
            }
        }
    }
    Ok(test)
}

fn read_values(list: &JsValue) -> Result<Vec<Value>, JsError> {
    let mut values = Vec::new();
    for value in Array::from(list).iter() {
        values.push(plain(&value).ok_or_else(|| wrong("a filter's value", "text, a number, true or false"))?);
    }
    Ok(values)
}

fn plain(value: &JsValue) -> Option<Value> {
    match (value.as_bool(), value.as_f64(), value.as_string()) {
        (Some(value), ..) => Some(Value::Bool(value)),
        (_, Some(value), _) => Some(Value::Number(value)),
        (.., text) => text.map(Value::Text),
    }
}

/// A value as JavaScript has it.
#[inline(never)]
pub(super) fn js(value: &Value) -> JsValue {
    match value {
        Value::Bool(value) => JsValue::from_bool(*value),
        Value::Number(value) => JsValue::from_f64(*value),
        Value::Text(text) => JsValue::from_str(text),
    }
}

/// The object that describes facets, by their fields.
#[inline(never)]
pub(super) fn facets(facets: &[Facet]) -> Record {
    let record = Record::new();
    for Facet { field, kind, values, more } in facets {
        let facet = Record::new();
        facet.text("field", field);
        facet.text("kind", kind.name());
        let list = Array::new();
        for found in values {
            let count = Record::new();
            count.set("value", &js(&found.value));
            count.number("count", found.count as f64);
            list.push(&count);
        }
        facet.set("values", &list);
        facet.number("more", *more as f64);
        record.set(field, &facet);
    }
    record
}
