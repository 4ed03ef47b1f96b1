//! Pages as JSON lines: one object in each line.

use super::html::language;
use super::lines::{at_line, for_each_line, object, wrong};
use crate::corpus::{Meta, Page, Section, Weighted};
use crate::{Error, ErrorKind, Result};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::path::Path;

/// Reads a file of pages, one JSON object in each line; gzip is undone.
///
/// | field | holds |
/// |---|---|
/// | `id` (or `_id`) | a string or a number, different in each line; needed |
/// | `url` | the link; without it the id |
/// | `title` | the title; without it empty |
/// | `text` | the text, blocks separated by line breaks |
/// | `sections` | a list of `{"heading", "anchor", "level", "text"}`, each of them optional |
/// | `lang` | a language tag such as `en` |
/// | `metadata` | an object whose fields are metadata |
/// | any other | metadata: true or false, a number, a string, or a list of strings |
///
/// Fields that are `null` count as absent, and empty lines are passed over.
///
/// # Errors
/// [`ErrorKind::Io`] when the file cannot be read; [`ErrorKind::Input`] with the number of the line, and the field, for
/// what does not have this form.
pub fn read_jsonl(path: &Path) -> Result<Vec<Page>> {
    let name = path.display().to_string();
    let mut pages = Vec::new();
    let mut line_of_id: HashMap<String, usize> = HashMap::new();
    for_each_line(path, |number, line| {
        let page = page(line).map_err(|error| at_line(&name, number, error))?;
        if let Some(before) = line_of_id.insert(page.id.clone(), number) {
            let error = Error::new(ErrorKind::Input, format!("id `{}` is that of line {before}, too", page.id));
            return Err(at_line(&name, number, error));
        }
        pages.push(page);
        Ok(())
    })?;
    if pages.is_empty() {
        return Err(Error::new(ErrorKind::Input, format!("{name} holds no page")));
    }
    Ok(pages)
}

/// One line's page.
fn page(line: &str) -> Result<Page> {
    let mut fields: Map<String, Value> = object(line, r#"{"id": "a", "title": "A page", "text": "…"}"#)?;
    fields.retain(|_, value| !value.is_null());
    let id = id(&mut fields)?;
    let url = text(&mut fields, "url")?.unwrap_or_else(|| id.clone());
    let title = text(&mut fields, "title")?.unwrap_or_default();
    let lang = text(&mut fields, "lang")?.map(known_language).transpose()?;
    let mut page = Page { id, url, title, lang, ..Page::default() };
    if let Some(text) = text(&mut fields, "text")?.map(plain).filter(|text| !text.is_empty()) {
        page.sections.push(Section { text, ..Section::default() });
    }
    page.sections.extend(sections(&mut fields)?);
    if let Some(nested) = fields.remove("metadata") {
        let Value::Object(nested) = nested else { return Err(wrong("metadata", &nested, "an object")) };
        fields.extend(nested.into_iter().filter(|(_, value)| !value.is_null()));
    }
    for (field, value) in fields {
        let value = meta(&field, value)?;
        page.meta.insert(field, value);
    }
    Ok(page)
}

fn id(fields: &mut Map<String, Value>) -> Result<String> {
    let underscored = fields.remove("_id");
    let id = match fields.remove("id").or(underscored) {
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(id)) => id,
        Some(other) => return Err(wrong("id", &other, "a string or a number")),
        None => String::new(),
    };
    if id.is_empty() {
        return Err(Error::new(ErrorKind::Input, "field `id` is missing").hint("each page needs an id of its own"));
    }
    Ok(id)
}

fn sections(fields: &mut Map<String, Value>) -> Result<Vec<Section>> {
    let list = match fields.remove("sections") {
        None => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(other) => return Err(wrong("sections", &other, "a list of objects")),
    };
    let mut sections = Vec::with_capacity(list.len());
    for section in list {
        let Value::Object(mut fields) = section else { return Err(wrong("sections", &section, "a list of objects")) };
        fields.retain(|_, value| !value.is_null());
        let heading = text(&mut fields, "heading")?.map(|text| one_line(&text)).unwrap_or_default();
        let anchor = text(&mut fields, "anchor")?.map(|anchor| anchor.trim_start_matches('#').to_owned());
        let level = level(&mut fields, !heading.is_empty())?;
        let weight = weight(&mut fields)?;
        let text = text(&mut fields, "text")?.map(plain).unwrap_or_default();
        if let Some(field) = fields.keys().next() {
            return Err(Error::new(ErrorKind::Input, format!("sections: field `{field}` is not known"))
                .hint("a section has `heading`, `anchor`, `level`, `text` and `weight`"));
        }
        if !heading.is_empty() || !text.is_empty() {
            let anchor = anchor.filter(|anchor| !anchor.is_empty());
            let weighted = weight.filter(|_| !text.is_empty());
            let weights = weighted.map(|weight| Weighted { range: 0..text.len(), weight }).into_iter().collect();
            sections.push(Section { anchor, heading, level, text, links: false, heading_weight: weight, weights });
        }
    }
    Ok(sections)
}

/// What a section's words count, if it says so.
fn weight(fields: &mut Map<String, Value>) -> Result<Option<f32>> {
    let Some(value) = fields.remove("weight") else { return Ok(None) };
    let weight = value.as_f64().map(|number| number as f32).filter(|weight| (0.0..=Weighted::MOST).contains(weight));
    weight.map(Some).ok_or_else(|| wrong("sections: weight", &value, &format!("a number from 0 to {}", Weighted::MOST)))
}

/// A section's level: 2 unless it says another, and 0 exactly where there is no heading.
fn level(fields: &mut Map<String, Value>, has_heading: bool) -> Result<u8> {
    match fields.remove("level") {
        _ if !has_heading => Ok(0),
        None => Ok(2),
        Some(value) => {
            let level = value.as_u64().filter(|level| (1..=6).contains(level));
            level.map(|level| level as u8).ok_or_else(|| wrong("sections: level", &value, "a number from 1 to 6"))
        }
    }
}

fn text(fields: &mut Map<String, Value>, field: &str) -> Result<Option<String>> {
    match fields.remove(field) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(wrong(field, &other, "a string")),
    }
}

fn meta(field: &str, value: Value) -> Result<Meta> {
    const FORMS: &str = "true or false, a number, a string or a list of strings";
    match value {
        Value::Bool(value) => Ok(Meta::Bool(value)),
        Value::Number(ref number) => number.as_f64().map(Meta::Number).ok_or_else(|| wrong(field, &value, FORMS)),
        Value::String(text) => Ok(Meta::Text(text)),
        Value::Array(ref list) => {
            let texts: Option<Vec<String>> = list.iter().map(|item| item.as_str().map(str::to_owned)).collect();
            texts.map(Meta::List).ok_or_else(|| wrong(field, &value, FORMS))
        }
        Value::Null | Value::Object(_) => Err(wrong(field, &value, FORMS)),
    }
}

fn known_language(tag: String) -> Result<String> {
    language(&tag).ok_or_else(|| wrong("lang", &Value::String(tag), "a language tag such as `en` or `pt-br`"))
}

/// A text with the line breaks of one system and nothing around it.
fn plain(text: String) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_error(line: &str, expected: &str) {
        let error = page(line).expect_err(line);
        assert_eq!(error.to_string(), expected, "{line}");
    }

    #[test]
    fn a_page_with_everything() {
        let page = page(
            r##"{"id": 7, "url": "/a", "title": "A", "lang": "pt_BR", "text": "First\r\nsecond ", "tags": ["x", "y"],
            "draft": false, "year": 2024, "none": null, "metadata": {"by": "me"},
            "sections": [{"heading": "H  1", "anchor": "#h", "text": "t"}, {"text": "no heading"}, {"heading": "H3", "level": 3, "weight": 2.5}]}"##,
        )
        .unwrap();
        assert_eq!((page.sections[1].heading_weight, page.sections[3].heading_weight), (None, Some(2.5)));
        assert_eq!((page.id.as_str(), page.url.as_str(), page.lang.as_deref()), ("7", "/a", Some("pt-br")));
        let sections: Vec<_> =
            page.sections.iter().map(|s| (s.level, s.heading.as_str(), s.anchor.as_deref(), s.text.as_str())).collect();
        assert_eq!(
            sections,
            [
                (0, "", None, "First\nsecond"),
                (2, "H 1", Some("h"), "t"),
                (0, "", None, "no heading"),
                (3, "H3", None, "")
            ]
        );
        let meta: Vec<_> = page.meta.keys().map(String::as_str).collect();
        assert_eq!(meta, ["by", "draft", "tags", "year"]);
        assert_eq!(page.meta["tags"], Meta::List(vec!["x".into(), "y".into()]));
    }

    #[test]
    fn errors_name_the_field() {
        check_error("[1]", "not a JSON object: invalid type: sequence, expected a map");
        check_error(r#"{"id": "a", "#, "not a JSON object: EOF while parsing a value at column 12");
        check_error(r#"{"title": "a"}"#, "field `id` is missing");
        check_error(r#"{"id": "a", "title": 1}"#, "field `title` is 1, not a string");
        check_error(
            r#"{"id": "a", "x": {"y": 1}}"#,
            "field `x` is {\"y\":1}, not true or false, a number, a string or a list of strings",
        );
        check_error(r#"{"id": "a", "lang": "?"}"#, "field `lang` is \"?\", not a language tag such as `en` or `pt-br`");
        check_error(r#"{"id": "a", "sections": [{"head": "x"}]}"#, "sections: field `head` is not known");
        check_error(
            r#"{"id": "a", "sections": [{"heading": "x", "level": 7}]}"#,
            "field `sections: level` is 7, not a number from 1 to 6",
        );
        check_error(
            r#"{"id": "a", "sections": [{"text": "x", "weight": "heavy"}]}"#,
            "field `sections: weight` is \"heavy\", not a number from 0 to 10",
        );
    }
}
