//! Columns of the fields by which pages are filtered, counted, sorted and grouped.
//!
//! Unless fields are named, they are all metadata that pages share values of, and what every site has: the language, and the
//! first folder of the address. A description, which is of one page, would be a column as long as itself and of no use.

use std::collections::{BTreeMap, BTreeSet};

use crate::corpus::{Meta, Page, Span};
use crate::index::{Column, ColumnValues, FieldKind, FieldRef, Kind, LANGUAGE, RawPart, ValueId};
use crate::{Error, ErrorKind, Result};

/// The field that holds the first folder of their addresses.
const SECTION: &str = "section";

/// Metadata that tells of one page, and is no field unless it is named.
const OF_ONE_PAGE: [&str; 3] = ["description", "image", "image_alt"];

/// Texts become a field if there are at most so many different ones, or half as many as are given.
const FEW_TEXTS: usize = 16;
/// They become none if there are more than this,
const MOST_TEXTS: usize = 4_096;
/// or if one is longer than this, in bytes.
const LONGEST_TEXT: usize = 100;

/// Longest integer that a text is read as, in digits: all of them are exact as an f64.
const MOST_DIGITS: usize = 15;

/// Writes a column for each field and says where it lies. `named` are the owner's own fields, if he named any; `language` is
/// that of pages that state none; `cells` are the cells of each page's passages, if there are any.
///
/// # Errors
/// [`ErrorKind::Input`] naming page and field, if a field's values are of different kinds.
pub(super) fn write(
    pages: &[Page],
    named: Option<&[String]>,
    language: &str,
    cells: &[Vec<u32>],
    parts: &mut Vec<RawPart>,
) -> Result<Vec<FieldRef>> {
    let mut refs = Vec::new();
    for (name, given) in gather(pages, named, language) {
        let Some(typed) = typed(&name, &given, pages)? else { continue };
        if named.is_none() && !typed.is_shared() {
            continue;
        }
        let (values, of_pages) = typed.numbered(pages.len());
        let kind = match values {
            ColumnValues::Bools => FieldKind::Bool,
            ColumnValues::Numbers(_) => FieldKind::Number,
            ColumnValues::Dates(_) => FieldKind::Date,
            ColumnValues::Texts(_) => FieldKind::Text,
        };
        let part = RawPart::new(Kind::Field, &Column::write(&values, &of_pages, cells))?;
        refs.push(FieldRef { name, kind, hash: part.id.hash });
        parts.push(part);
    }
    Ok(refs)
}

/// What each field is on the pages that have it, by their numbers.
type Given = BTreeMap<String, Vec<(usize, Meta)>>;

/// The fields that may become columns.
fn gather(pages: &[Page], named: Option<&[String]>, language: &str) -> Given {
    let wanted = |name: &str| match named {
        Some(names) => names.iter().any(|other| other == name),
        None => !OF_ONE_PAGE.contains(&name),
    };
    let mut given = Given::new();
    for (number, page) in pages.iter().enumerate() {
        for (name, value) in page.meta.iter().filter(|(name, _)| wanted(name)) {
            given.entry(name.clone()).or_default().push((number, value.clone()));
        }
    }
    let languages = pages.iter().map(|page| Some(page.lang.as_deref().unwrap_or(language)));
    for (name, texts) in [(LANGUAGE, languages.collect::<Vec<_>>()), (SECTION, sections(pages))] {
        let different = texts.iter().flatten().collect::<BTreeSet<_>>().len();
        if given.contains_key(name) || !wanted(name) || named.is_none() && different < 2 {
            continue;
        }
        let texts = texts.into_iter().enumerate();
        let texts = texts.filter_map(|(number, text)| Some((number, Meta::Text(text?.to_owned())))).collect();
        given.insert(name.to_owned(), texts);
    }
    // A filter on a field that was named finds nothing where no page has it any more; it doesn't fail.
    for name in named.unwrap_or_default() {
        given.entry(name.clone()).or_default();
    }
    given
}

/// The first folder of each page's address below the folder that all pages are in.
fn sections(pages: &[Page]) -> Vec<Option<&str>> {
    let folders: Vec<Vec<&str>> = pages.iter().map(|page| folders(&page.url)).collect();
    let shared = |a: &Vec<&str>, b: &Vec<&str>| a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let common = folders.first().map_or(0, |first| folders.iter().map(|other| shared(first, other)).min().unwrap_or(0));
    folders.into_iter().map(|folders| folders.get(common).copied()).collect()
}

/// The folders of an address, without its host.
fn folders(url: &str) -> Vec<&str> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once("://").map_or(path, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let mut folders: Vec<&str> = path.split('/').collect();
    folders.pop();
    folders.retain(|folder| !matches!(*folder, "" | "." | ".."));
    folders
}

/// A field's values by page, all of one kind.
enum Typed {
    Bools(Vec<(usize, bool)>),
    Numbers(Vec<(usize, f64)>),
    Dates(Vec<(usize, String)>),
    Texts(Vec<(usize, String)>),
}

/// The values of a field; texts that are all dates, or all integers as they are usually written, are these. None if texts are given
/// and all of them are empty.
fn typed(name: &str, given: &[(usize, Meta)], pages: &[Page]) -> Result<Option<Typed>> {
    if let Some((first, _)) = given.first() {
        let kind = |value: &Meta| match value {
            Meta::Bool(_) => "true or false",
            Meta::Number(_) => "a number",
            Meta::Text(_) | Meta::List(_) => "a text",
        };
        let expected = kind(&given[0].1);
        if let Some((other, value)) = given.iter().find(|(_, value)| kind(value) != expected) {
            let (page, first) = (&pages[*other].id, &pages[*first].id);
            let message =
                format!("page {page}: the field `{name}` is {}, on page {first} it is {expected}", kind(value));
            return Err(Error::new(ErrorKind::Input, message)
                .hint("write it in one way on all pages, or name the others with `fields` in bifocal.toml"));
        }
    }
    let (mut bools, mut numbers, mut texts) = (Vec::new(), Vec::new(), Vec::<(usize, String)>::new());
    for (page, value) in given {
        match value {
            Meta::Bool(value) => bools.push((*page, *value)),
            Meta::Number(value) => numbers.push((*page, *value + 0.0)),
            Meta::Text(text) => texts.push((*page, text.clone())),
            Meta::List(list) => texts.extend(list.iter().map(|text| (*page, text.clone()))),
        }
    }
    texts.retain(|(_, text)| !text.is_empty());
    if !bools.is_empty() {
        return Ok(Some(Typed::Bools(bools)));
    }
    if !numbers.is_empty() {
        return Ok(Some(Typed::Numbers(numbers)));
    }
    if texts.is_empty() && !given.is_empty() {
        return Ok(None);
    }
    if let Some(numbers) = texts.iter().map(|(page, text)| Some((*page, integer(text)?))).collect::<Option<Vec<_>>>()
        && !texts.is_empty()
    {
        return Ok(Some(Typed::Numbers(numbers)));
    }
    let dates = !texts.is_empty() && texts.iter().all(|(_, text)| Span::parse(text).is_some());
    Ok(Some(if dates { Typed::Dates(texts) } else { Typed::Texts(texts) }))
}

/// The integer that a text is, if it is written as integers are: a text such as `007` or `1.10` is a name.
fn integer(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.len() <= MOST_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    let usual = plain && (!digits.starts_with('0') || text == "0");
    usual.then(|| text.parse().ok()).flatten()
}

impl Typed {
    /// Whether pages share values, so that these are of use as a field. Numbers and dates are, for their order.
    fn is_shared(&self) -> bool {
        let Typed::Texts(texts) = self else { return true };
        let different: BTreeSet<&str> = texts.iter().map(|(_, text)| text.as_str()).collect();
        different.len() <= (texts.len() / 2).clamp(FEW_TEXTS, MOST_TEXTS)
            && different.iter().all(|text| text.len() <= LONGEST_TEXT)
    }

    /// The different values in their order, and which of them each of `pages` pages has.
    fn numbered(self, pages: usize) -> (ColumnValues, Vec<Vec<ValueId>>) {
        let mut of_pages = vec![Vec::new(); pages];
        let values = match self {
            Typed::Bools(given) => {
                given.iter().for_each(|&(page, value)| of_pages[page].push(ValueId(u32::from(value))));
                ColumnValues::Bools
            }
            Typed::Numbers(given) => ColumnValues::Numbers(number(given, &mut of_pages, f64::total_cmp)),
            Typed::Dates(given) => {
                let key = |text: &String| Span::parse(text).map(|span| span.start);
                let dates = number(given, &mut of_pages, |a, b| key(a).cmp(&key(b)).then_with(|| a.cmp(b)));
                ColumnValues::Dates(dates)
            }
            Typed::Texts(given) => ColumnValues::Texts(number(given, &mut of_pages, Ord::cmp)),
        };
        of_pages.iter_mut().for_each(|values: &mut Vec<ValueId>| {
            values.sort_unstable();
            values.dedup();
        });
        (values, of_pages)
    }
}

/// Numbers the different values in an order, and gives the pages their numbers.
fn number<V: Clone>(
    given: Vec<(usize, V)>,
    of_pages: &mut [Vec<ValueId>],
    order: impl Fn(&V, &V) -> std::cmp::Ordering,
) -> Vec<V> {
    let mut values: Vec<V> = given.iter().map(|(_, value)| value.clone()).collect();
    values.sort_by(&order);
    values.dedup_by(|a, b| order(a, b).is_eq());
    for (page, value) in &given {
        let at = values.partition_point(|other| order(other, value).is_lt());
        of_pages[*page].push(ValueId(at as u32));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(url: &str, meta: &[(&str, Meta)]) -> Page {
        let meta = meta.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Page { id: url.into(), url: url.into(), meta, ..Page::default() }
    }

    fn fields(pages: &[Page], named: Option<&[&str]>) -> Result<Vec<(String, FieldKind)>> {
        let named: Option<Vec<String>> = named.map(|names| names.iter().map(|&name| name.to_owned()).collect());
        let refs = write(pages, named.as_deref(), "en", &[], &mut Vec::new())?;
        Ok(refs.into_iter().map(|field| (field.name, field.kind)).collect())
    }

    fn text(text: &str) -> Meta {
        Meta::Text(text.into())
    }

    fn check(meta: &[(&str, Meta)], expected: &[(&str, FieldKind)]) {
        let found = fields(&[page("a.html", meta), page("b.html", &[])], None).unwrap();
        let found: Vec<_> = found.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn kinds_follow_the_values() {
        check(&[("x", Meta::Bool(false))], &[("x", FieldKind::Bool)]);
        check(&[("x", Meta::Number(1.5))], &[("x", FieldKind::Number)]);
        check(&[("x", text("2024"))], &[("x", FieldKind::Number)]);
        check(&[("x", text("2024-05"))], &[("x", FieldKind::Date)]);
        check(&[("x", text("1.10"))], &[("x", FieldKind::Text)]);
        check(&[("x", text("007"))], &[("x", FieldKind::Text)]);
        check(&[("x", Meta::List(vec!["a".into(), "2024-05".into()]))], &[("x", FieldKind::Text)]);
        check(&[("x", text(&"long ".repeat(30)))], &[]);
        check(&[("x", text(""))], &[]);
    }

    #[test]
    fn texts_that_no_pages_share_are_no_field_unless_named() {
        let pages: Vec<Page> = (0..40)
            .map(|at| {
                page(
                    &format!("{at}.html"),
                    &[("summary", text(&format!("About {at}"))), ("image", text("/bee.svg")), ("by", text("me"))],
                )
            })
            .collect();
        assert_eq!(fields(&pages, None).unwrap(), [("by".to_owned(), FieldKind::Text)]);
        let named = fields(&pages, Some(&["gone", "image", "summary"])).unwrap();
        assert_eq!(named, ["gone", "image", "summary"].map(|name| (name.to_owned(), FieldKind::Text)));
        assert!(fields(&pages, Some(&[])).unwrap().is_empty());
    }

    #[test]
    fn languages_and_folders_are_fields_where_there_are_several() {
        let mut pages: Vec<Page> = ["https://a.example/docs/std/a.html", "https://a.example/docs/core/b/c.html"]
            .map(|url| page(url, &[]))
            .to_vec();
        pages.push(page("https://a.example/docs/index.html", &[]));
        assert_eq!(sections(&pages), [Some("std"), Some("core"), None]);
        assert_eq!(fields(&pages, None).unwrap(), [("section".to_owned(), FieldKind::Text)]);
        pages[1].lang = Some("de".into());
        assert_eq!(fields(&pages, None).unwrap().len(), 2);
        assert!(fields(&pages[..1], None).unwrap().is_empty());
    }

    #[test]
    fn a_field_of_several_kinds_is_an_error() {
        let pages = [page("a.html", &[("year", Meta::Number(2020.0))]), page("b.html", &[("year", text("2021"))])];
        let error = fields(&pages, None).unwrap_err();
        assert_eq!(error.to_string(), "page b.html: the field `year` is a text, on page a.html it is a number");
        assert!(error.way_out().is_some());
        assert!(fields(&pages, Some(&["lang"])).is_ok());
    }
}
