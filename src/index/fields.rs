//! What the core says of the fields by which pages are filtered, counted, sorted and grouped.
//!
//! ```text
//! fields := count (name kind hash[6])*       in the order of their names; the hash is that of the field's column
//! kind   := 0 yes or no, 1 numbers, 2 dates, 3 texts
//! ```

use serde::Serialize;

use super::{Kind, PartId};
use crate::Result;
use crate::bytes::{Reader, Writer, damaged};

/// The field that holds the languages of pages, where they are in several.
pub const LANGUAGE: &str = "lang";

/// A field, and the part that holds its column.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldRef {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: FieldKind,
    /// The hash of its column.
    pub hash: u64,
}

/// What the values of a field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// Yes or no.
    Bool,
    /// Numbers.
    Number,
    /// Texts that are all ISO 8601 dates.
    Date,
    /// Other texts.
    Text,
}

impl FieldKind {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            FieldKind::Bool => "bool",
            FieldKind::Number => "number",
            FieldKind::Date => "date",
            FieldKind::Text => "text",
        }
    }

    /// Reads the number of a kind.
    pub(super) fn read(reader: &mut Reader) -> Result<Self> {
        Ok(match reader.byte()? {
            0 => FieldKind::Bool,
            1 => FieldKind::Number,
            2 => FieldKind::Date,
            3 => FieldKind::Text,
            _ => return Err(damaged("a field of an unknown kind")),
        })
    }
}

impl FieldRef {
    /// The part that holds the column.
    pub fn part(&self) -> PartId {
        PartId { kind: Kind::Field, hash: self.hash }
    }

    /// Writes the list of fields.
    pub(super) fn write_all(fields: &[Self], out: &mut Writer) {
        out.count(fields.len());
        for field in fields {
            out.text(&field.name);
            out.0.push(field.kind as u8);
            out.hash(field.hash);
        }
    }

    /// Reads the list and checks its order.
    pub(super) fn read_all(reader: &mut Reader) -> Result<Vec<Self>> {
        let mut fields: Vec<Self> = Vec::new();
        for _ in 0..reader.count(8)? {
            let name = reader.text()?.to_owned();
            if fields.last().is_some_and(|last| last.name >= name) {
                return Err(damaged("fields out of order"));
            }
            fields.push(Self { name, kind: FieldKind::read(reader)?, hash: reader.hash()? });
        }
        Ok(fields)
    }
}
