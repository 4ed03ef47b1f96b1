//! What a page's author says in `data-pagefind-*` attributes, or in `data-bifocal-*` ones of the same meaning: the content, what
//! to leave out of it, and fields.

use scraper::ElementRef;
use scraper::node::Element;

use super::markup::Node;
use crate::corpus::Weighted;

/// Attributes that give fields; filters, metadata and sort keys are all the same here.
const FIELDS: [&str; 3] = ["filter", "meta", "sort"];

/// The attribute of fields that a page has where it says nothing else of them.
const DEFAULTS: &str = "default-meta";

/// An element's attribute `data-pagefind-NAME` or `data-bifocal-NAME`, and its value.
fn written<'e>(element: &'e Element, name: &str) -> Option<(&'e str, &'e str)> {
    element.attrs().find(|(key, _)| {
        key.strip_prefix("data-pagefind-").or(key.strip_prefix("data-bifocal-")).is_some_and(|rest| rest == name)
    })
}

/// The value of such an attribute.
fn attribute<'e>(element: &'e Element, name: &str) -> Option<&'e str> {
    written(element, name).map(|(_, value)| value)
}

/// Whether an element says that it is the content.
pub(super) fn is_body(element: &Element) -> bool {
    attribute(element, "body").is_some()
}

/// Whether an element says that it is not to be found.
pub(super) fn is_ignored(element: &Element) -> bool {
    attribute(element, "ignore").is_some()
}

/// The values of those attributes of an element that it says are text of the page: `data-pagefind-index-attrs="title,alt"`.
pub(super) fn indexed(element: &Element) -> impl Iterator<Item = &str> {
    let names = attribute(element, "index-attrs").unwrap_or_default();
    names.split(',').filter_map(|name| element.attr(name.trim()))
}

/// What an element says its words count: 0 to [`Weighted::MOST`]; an error is the attribute, as it is written, that says something
/// else.
pub(super) fn weight(element: &Element) -> Option<Result<f32, String>> {
    let (key, value) = written(element, "weight")?;
    let number = value.trim().parse::<f32>().ok().filter(|number| (0.0..=Weighted::MOST).contains(number));
    Some(number.ok_or_else(|| format!("{key}=\"{value}\"")))
}

/// Adds the fields that an element gives, each with a value: `name` (the element's text), `name:value`, `name[attribute]`, or
/// several separated by commas.
pub(super) fn read_fields(element: ElementRef<'_>, fields: &mut Vec<(String, String)>) {
    FIELDS.iter().for_each(|kind| read_fields_of(kind, element, fields));
}

/// Adds those that it gives to a page that has none of the name.
pub(super) fn read_defaults(element: ElementRef<'_>, fields: &mut Vec<(String, String)>) {
    read_fields_of(DEFAULTS, element, fields);
}

fn read_fields_of(kind: &str, element: ElementRef<'_>, fields: &mut Vec<(String, String)>) {
    let Some(written) = attribute(element.value(), kind) else { return };
    let left_out = |node: Node<'_>| {
        let above = ElementRef::wrap(node);
        above.is_some_and(|above| attribute(above.value(), "ignore") == Some("all"))
    };
    if left_out(*element) || element.ancestors().any(left_out) {
        return;
    }
    for item in items(written) {
        let (name, value) = match (item.split_once(':'), item.strip_suffix(']').and_then(|i| i.split_once('['))) {
            (_, Some((name, key))) => (name, element.value().attr(key).unwrap_or_default().to_owned()),
            (Some((name, value)), _) => (name, value.to_owned()),
            _ => (item, element.text().collect()),
        };
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        if !value.is_empty() && !name.trim().is_empty() {
            fields.push((name.trim().to_owned(), value));
        }
    }
}

/// Parts an attribute at its commas, but for those within a value: `title:Wax, again` is one item, `title:Wax, year:2020` two.
fn items(written: &str) -> Vec<&str> {
    let mut items = Vec::new();
    let mut rest = written;
    loop {
        let plain = !rest.split(',').next().unwrap_or_default().contains(':');
        let begins = |at: &usize| {
            let after = rest[at + 1..].trim_start();
            let end = after.find(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_')).unwrap_or(after.len());
            plain || end > 0 && after[end..].starts_with([':', '['])
        };
        let comma = rest.match_indices(',').map(|(at, _)| at).find(begins);
        let Some(comma) = comma else { break };
        items.push(rest[..comma].trim());
        rest = &rest[comma + 1..];
    }
    items.push(rest.trim());
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::markup;

    fn check(html: &str, expected: &[(&str, &str)]) {
        let html = markup::parse(html);
        let mut fields = Vec::new();
        html.tree.root().descendants().filter_map(ElementRef::wrap).for_each(|e| read_fields(e, &mut fields));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(fields, expected);
    }

    #[test]
    fn fields_are_texts_values_and_attributes() {
        check(r#"<b data-pagefind-filter="author">Ada <i>L.</i></b>"#, &[("author", "Ada L.")]);
        check(r#"<b data-bifocal-meta="title:Wax, again">x</b>"#, &[("title", "Wax, again")]);
        check(
            r#"<b data-pagefind-filter="tag, lang[lang], by:Ada, year:2020" lang="de">wax</b>"#,
            &[("tag", "wax"), ("lang", "de"), ("by", "Ada"), ("year", "2020")],
        );
        check(
            r#"<time datetime="2024-05-17" data-pagefind-sort="date[datetime]">May</time>"#,
            &[("date", "2024-05-17")],
        );
        check(r#"<p data-pagefind-ignore="all"><b data-pagefind-filter="a:b">x</b></p>"#, &[]);
        check(r#"<b data-pagefind-filter="">x</b><b data-pagefind-filter="a[gone], :v">x</b>"#, &[]);
    }
}
