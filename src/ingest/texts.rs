//! Texts as JSON lines: one object with `text`, and perhaps `id`, in each line.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::lines::{Lines, at_line, object, wrong};
use crate::{Error, ErrorKind, Result};

/// A text, and the id that its line gave it.
pub struct Text {
    /// The id, if there is one.
    pub id: Option<Id>,
    /// The text, as it is.
    pub text: String,
}

/// A string or a number of JSON, spelt as it was: `1.0` stays `1.0`, and no digit of a long number is lost.
///
/// It is displayed without a string's quotes and escapes.
#[derive(Clone, Debug, Serialize)]
pub struct Id(Box<RawValue>);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match serde_json::from_str::<Cow<str>>(self.0.get()) {
            Ok(text) => f.write_str(&text),
            Err(_) => f.write_str(self.0.get()),
        }
    }
}

/// Reads the text of each line; fields other than `text` and `id` are passed over, and an `id` that is `null` counts as absent.
///
/// # Errors
/// Those of [`Lines`]; [`ErrorKind::Input`] with the number of the line for what does not have this form.
pub fn read_texts(lines: Lines) -> impl Iterator<Item = Result<Text>> {
    let name = lines.name().to_owned();
    lines.map(move |line| {
        let (number, line) = line?;
        text(&line).map_err(|error| at_line(&name, number, error))
    })
}

const EXAMPLE: &str = r#"{"id": 7, "text": "…"}"#;

/// One line's text.
fn text(line: &str) -> Result<Text> {
    let mut fields: HashMap<Cow<str>, &RawValue> = object(line, EXAMPLE)?;
    let mut field = |name| fields.remove(name).map(|raw| Ok((raw, object(raw.get(), EXAMPLE)?))).transpose();
    let error = match (field("id")?, field("text")?) {
        (Some((_, id @ (Value::Bool(_) | Value::Array(_) | Value::Object(_)))), _) => {
            wrong("id", &id, "a string or a number")
        }
        (id, Some((_, Value::String(text)))) => {
            let id = id.filter(|(_, id)| !id.is_null()).map(|(raw, _)| Id(raw.to_owned()));
            return Ok(Text { id, text });
        }
        (_, Some((_, other))) => wrong("text", &other, "a string"),
        (_, None) => Error::new(ErrorKind::Input, "field `text` is missing"),
    };
    Err(error.hint(format!("each line is one object: {EXAMPLE}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stay_as_they_are_spelt() {
        let id = |line: &str| text(line).unwrap().id.map(|id| (serde_json::to_string(&id).unwrap(), id.to_string()));
        let of = |json: &str, shown: &str| Some((json.to_owned(), shown.to_owned()));
        assert_eq!(id(r#"{"id": 1.0, "text": "", "title": [1]}"#), of("1.0", "1.0"));
        assert_eq!(
            id(r#"{"text": "a", "id": -90071992547409931234567890}"#),
            of("-90071992547409931234567890", "-90071992547409931234567890")
        );
        assert_eq!(id(r#"{"id": "a\"\u00fc", "text": "a"}"#), of(r#""a\"\u00fc""#, "a\"ü"));
        assert_eq!((id(r#"{"text": "a"}"#), id(r#"{"id": null, "text": "a"}"#)), (None, None));
        assert_eq!(text(r#"{"text": " a\n"}"#).unwrap().text, " a\n");
    }

    #[test]
    fn errors_name_the_field() {
        let check = |line: &str, expected: &str| {
            let error = text(line).err().expect(line);
            assert_eq!(error.to_string(), expected, "{line}");
        };
        check(r#"{"id": 1}"#, "field `text` is missing");
        check(r#"{"text": 7}"#, "field `text` is 7, not a string");
        check(r#"{"text": null}"#, "field `text` is null, not a string");
        check(r#"{"id": [1], "text": "a"}"#, "field `id` is [1], not a string or a number");
        check(r#"["a", "b"]"#, "not a JSON object: invalid type: sequence, expected a map");
        check(r#"{"text": "a""#, "not a JSON object: EOF while parsing an object at column 12");
    }
}
