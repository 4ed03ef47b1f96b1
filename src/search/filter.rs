//! What pages must have in their fields: the filters of a query.
//!
//! ```json
//! {"section": ["std", "core"], "year": {"gte": 2020, "lt": 2024}, "draft": false, "tags": {"all": ["a", "b"]},
//!  "not": {"lang": "de"}, "any": [{"author": "Ada"}, {"tags": {"exists": false}}]}
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::corpus::Value;

/// Conditions, all of which a page meets; none leave all pages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Filters(pub Vec<Filter>);

/// One of the conditions of [`Filters`].
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// What a field is.
    Field(String, Test),
    /// A page that meets all of these does not pass.
    Not(Filters),
    /// A page meets at least one of these; of none, no page does.
    Any(Vec<Filters>),
}

/// What a field is to be; all that is given must hold. A value is one of a list if it equals one of them; a page with several
/// values has each of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Test {
    /// One of these; of an empty list, none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub any: Option<Vec<Value>>,
    /// Each of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub all: Vec<Value>,
    /// None of these; pages without the field pass.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not: Vec<Value>,
    /// Greater than this; a date after the whole of the one that is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gt: Option<Value>,
    /// This or greater.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gte: Option<Value>,
    /// Less than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lt: Option<Value>,
    /// This or less; `2024` takes in all of that year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lte: Option<Value>,
    /// Whether pages have the field at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
}

impl Test {
    /// One of these values.
    pub fn one_of(values: Vec<Value>) -> Self {
        Self { any: Some(values), ..Self::default() }
    }

    /// Whether it asks for one of some values and for nothing else.
    pub fn is_choice(&self) -> bool {
        let Self { any, all, not, gt, gte, lt, lte, exists } = self;
        let ends = [gt, gte, lt, lte];
        any.is_some() && all.is_empty() && not.is_empty() && ends.iter().all(|end| end.is_none()) && exists.is_none()
    }
}

impl Filters {
    /// The names of all fields that are named somewhere.
    pub fn fields<'f>(&'f self, names: &mut Vec<&'f str>) {
        for filter in &self.0 {
            match filter {
                Filter::Field(name, _) => names.push(name),
                Filter::Not(filters) => filters.fields(names),
                Filter::Any(several) => several.iter().for_each(|filters| filters.fields(names)),
            }
        }
    }

    /// How deep filters lie within filters.
    pub fn depth(&self) -> usize {
        let inner = |filter: &Filter| match filter {
            Filter::Field(..) => 0,
            Filter::Not(filters) => filters.depth(),
            Filter::Any(several) => several.iter().map(Filters::depth).max().unwrap_or(0),
        };
        1 + self.0.iter().map(inner).max().unwrap_or(0)
    }
}

/// Filters as JSON has them.
#[derive(Clone, Serialize, Deserialize)]
struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    not: Option<Box<Filters>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    any: Option<Vec<Filters>>,
    #[serde(flatten)]
    fields: BTreeMap<String, WrittenTest>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a field's filter is a value, a list of values, or an object of any, all, not, gt, gte, lt, lte, exists"
)]
enum WrittenTest {
    One(Value),
    Several(Vec<Value>),
    Test(Test),
}

impl From<Written> for Filters {
    fn from(Written { not, any, fields }: Written) -> Self {
        let test = |test| match test {
            WrittenTest::One(value) => Test::one_of(vec![value]),
            WrittenTest::Several(values) => Test::one_of(values),
            WrittenTest::Test(test) => test,
        };
        let mut filters: Vec<Filter> = fields.into_iter().map(|(name, of)| Filter::Field(name, test(of))).collect();
        filters.extend(not.map(|filters| Filter::Not(*filters)));
        filters.extend(any.map(Filter::Any));
        Self(filters)
    }
}

impl From<Filters> for Written {
    fn from(Filters(filters): Filters) -> Self {
        let mut written = Self { not: None, any: None, fields: BTreeMap::new() };
        for filter in filters {
            match filter {
                Filter::Field(name, test) => {
                    written.fields.insert(name, WrittenTest::Test(test));
                }
                Filter::Not(filters) => written.not = Some(Box::new(filters)),
                Filter::Any(several) => written.any = Some(several),
            }
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Filters, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn filters_are_read_as_they_are_written() {
        let text = |text: &str| Value::Text(text.into());
        let filters = read(
            r#"{"section": ["std", "core"], "year": {"gte": 2020, "lt": 2024}, "draft": false,
                "not": {"lang": "de"}, "any": [{"tags": {"all": ["a", "b"]}}, {"tags": {"exists": false}}]}"#,
        )
        .unwrap();
        let field = |name: &str, test| Filter::Field(name.into(), test);
        let year = Test { gte: Some(Value::Number(2020.0)), lt: Some(Value::Number(2024.0)), ..Test::default() };
        let tags = [
            Test { all: vec![text("a"), text("b")], ..Test::default() },
            Test { exists: Some(false), ..Test::default() },
        ];
        let expected = [
            field("draft", Test::one_of(vec![Value::Bool(false)])),
            field("section", Test::one_of(vec![text("std"), text("core")])),
            field("year", year),
            Filter::Not(Filters(vec![field("lang", Test::one_of(vec![text("de")]))])),
            Filter::Any(tags.map(|test| Filters(vec![field("tags", test)])).to_vec()),
        ];
        assert_eq!(filters.0, expected);
        assert_eq!(filters.depth(), 2);
        assert_eq!(read(&serde_json::to_string(&filters).unwrap()).unwrap(), filters);
        assert!(read(r#"{"year": {"gte": 1, "most": 2}}"#).unwrap_err().contains("a field's filter is a value"));
        assert!(read("[]").is_err() && read(r#"{"not": 1}"#).is_err());
    }
}
