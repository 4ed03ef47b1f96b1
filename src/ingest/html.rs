//! One HTML page, of any generator: its head's facts and its content.

use super::attributes;
use super::markup::{self, Node};
use super::outline::Content;
use super::rules::Rules;
use crate::corpus::{Meta, Section};
use scraper::node::Element;
use scraper::{ElementRef, Html};
use std::collections::BTreeMap;

/// What one page says, before the site's other pages are looked at.
pub(super) struct Reading {
    /// The text of `<title>`, else of `og:title`; perhaps with the site's name in it, perhaps empty.
    pub title: String,
    pub lang: Option<String>,
    /// The target of `<link rel="canonical">`, as written.
    pub canonical: Option<String>,
    pub meta: BTreeMap<String, Meta>,
    pub sections: Vec<Section>,
    /// As in [`Content`].
    pub bad_weight: Option<String>,
    pub extent: Extent,
}

/// What said where the content of a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// The owner's option.
    Chosen,
    /// The page's own attribute.
    Said,
    /// Nobody: it is what the markup marks in one of the usual ways, or else the whole body, and may hold the site's navigation.
    Found,
}

/// Why a page is left out that could be read.
#[derive(Debug, PartialEq)]
pub(super) enum LeftOut {
    NoIndex,
    Redirect,
    NoText,
}

/// Reads a page's markup.
pub(super) fn read(text: &str, rules: &Rules) -> Result<Reading, LeftOut> {
    let html = markup::parse(text);
    let facts = Facts::of(&html);
    if facts.no_index {
        return Err(LeftOut::NoIndex);
    }
    if facts.redirect {
        return Err(LeftOut::Redirect);
    }
    let (Content { sections, bad_weight }, extent) = content(&html, rules);
    if sections.is_empty() {
        return Err(LeftOut::NoText);
    }
    let mut meta = rules.metadata(&facts.metas);
    let mut title = None;
    for (name, _) in &facts.fields {
        let mut values: Vec<String> =
            facts.fields.iter().filter(|(other, _)| other == name).map(|(_, value)| value.clone()).collect();
        values.dedup();
        if name == "title" {
            title = values.pop();
        } else {
            meta.insert(
                name.clone(),
                if values.len() == 1 { Meta::Text(values.remove(0)) } else { Meta::List(values) },
            );
        }
    }
    for (name, value) in facts.defaults {
        if name == "title" {
            title.get_or_insert(value);
        } else {
            meta.entry(name).or_insert(Meta::Text(value));
        }
    }
    let title = title.or(facts.title).filter(|title| !title.is_empty()).or(facts.og_title).unwrap_or_default();
    Ok(Reading { title, lang: facts.lang, canonical: facts.canonical, meta, sections, bad_weight, extent })
}

/// What the elements of `<head>` say, wherever broken markup has put them.
#[derive(Default)]
struct Facts {
    title: Option<String>,
    og_title: Option<String>,
    lang: Option<String>,
    canonical: Option<String>,
    no_index: bool,
    redirect: bool,
    /// `name` or `property` in lower case, and `content`, in order.
    metas: Vec<(String, String)>,
    /// What elements say of fields in attributes.
    fields: Vec<(String, String)>,
    /// What they say for a page that says nothing else.
    defaults: Vec<(String, String)>,
}

impl Facts {
    fn of(html: &Html) -> Self {
        let mut facts = Self::default();
        for element in html.tree.root().descendants().filter_map(ElementRef::wrap) {
            let value = element.value();
            attributes::read_fields(element, &mut facts.fields);
            attributes::read_defaults(element, &mut facts.defaults);
            match value.name() {
                "html" | "body" if facts.lang.is_none() => {
                    facts.lang = value.attr("lang").or(value.attr("xml:lang")).and_then(language);
                }
                "title" if facts.title.is_none() && !is_in_picture(element) => {
                    facts.title = Some(collapse(&element.text().collect::<String>()));
                }
                "link" if value.attr("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical")) => {
                    facts.canonical = value.attr("href").map(|href| href.trim().to_owned());
                }
                "meta" => facts.read_meta(value),
                _ => {}
            }
        }
        facts
    }

    fn read_meta(&mut self, meta: &Element) {
        let content = collapse(meta.attr("content").unwrap_or_default());
        match meta.attr("http-equiv").map(str::to_ascii_lowercase).as_deref() {
            Some("refresh") => self.redirect |= content.to_ascii_lowercase().contains("url"),
            Some("content-language") if self.lang.is_none() => self.lang = language(&content),
            _ => {}
        }
        let Some(name) = meta.attr("name").or(meta.attr("property")).map(|name| name.trim().to_ascii_lowercase())
        else {
            return;
        };
        match name.as_str() {
            "robots" => {
                let content = content.to_ascii_lowercase();
                self.no_index |= content.split([',', ' ']).any(|word| matches!(word, "noindex" | "none"));
            }
            "og:title" => self.og_title = Some(content.clone()),
            _ => {}
        }
        if !content.is_empty() {
            self.metas.push((name, content));
        }
    }
}

/// The page's content: what the rules select, else what the markup says is its main part, else the
/// smallest usual container that holds most of the text, else the whole body.
fn content(html: &Html, rules: &Rules) -> (Content, Extent) {
    let exclude = rules.excluded_elements();
    let below_all = |roots: Vec<Node<'_>>| {
        let is_outermost = |root: &Node<'_>| !root.ancestors().any(|above| roots.contains(&above));
        Content::below(&roots.iter().copied().filter(is_outermost).collect::<Vec<_>>(), exclude)
    };
    if let Some(selector) = rules.content() {
        return (below_all(html.select(selector).map(|element| *element).collect()), Extent::Chosen);
    }
    let elements = html.tree.root().descendants().filter_map(ElementRef::wrap);
    let said: Vec<Node<'_>> =
        elements.filter(|element| attributes::is_body(element.value())).map(|element| *element).collect();
    if !said.is_empty() {
        return (below_all(said), Extent::Said);
    }
    let mut candidates = Candidates::of(html);
    let within = |root: Option<Node<'_>>| {
        root.map(|root| Content::below(&[root], exclude)).filter(|found| !found.sections.is_empty())
    };
    if let Some(main) = within(candidates.main) {
        return (main, Extent::Found);
    }
    let body = within(candidates.body).unwrap_or_default();
    let enough = length(&body.sections) / 2;
    candidates.usual.extend(candidates.article.filter(|_| !candidates.articles));
    let usual = candidates
        .usual
        .into_iter()
        .rev()
        .filter_map(|root| within(Some(root)))
        .find(|found| length(&found.sections) > enough);
    (usual.unwrap_or(body), Extent::Found)
}

/// The elements that may be the content.
#[derive(Default)]
struct Candidates<'h> {
    /// `<main>` or what has that role; the innermost where one is in another.
    main: Option<Node<'h>>,
    article: Option<Node<'h>>,
    /// There are several articles: none of them is the page.
    articles: bool,
    /// Elements with an id or class that usually marks the content.
    usual: Vec<Node<'h>>,
    body: Option<Node<'h>>,
}

impl<'h> Candidates<'h> {
    fn of(html: &'h Html) -> Self {
        const USUAL: [&str; 10] = [
            "content",
            "main",
            "main-content",
            "page-content",
            "markdown-body",
            "post-content",
            "entry-content",
            "article-content",
            "bodyContent",
            "docs-content",
        ];
        let mut found = Self::default();
        for element in html.tree.root().descendants().filter_map(ElementRef::wrap) {
            let value = element.value();
            let node = *element;
            if value.name() == "main" || value.attr("role") == Some("main") {
                let inside = found.main.is_none_or(|main| node.ancestors().any(|above| above == main));
                found.main = if inside { Some(node) } else { found.main };
            } else if value.name() == "article" {
                found.articles |= found.article.is_some();
                found.article = found.article.or(Some(node));
            } else if value.name() == "body" {
                found.body = found.body.or(Some(node));
            } else if value.id().into_iter().chain(value.classes()).any(|name| USUAL.contains(&name)) {
                found.usual.push(node);
            }
        }
        found
    }
}

fn length(sections: &[Section]) -> usize {
    sections.iter().map(|section| section.heading.len() + section.text.len()).sum()
}

fn is_in_picture(element: ElementRef<'_>) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(|above| above.value().name() == "svg")
}

fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A language tag as it is compared: lower case with hyphens; `None` for what is none.
pub(super) fn language(tag: &str) -> Option<String> {
    let tag = tag.trim().replace('_', "-").to_ascii_lowercase();
    let is_tag =
        tag.split('-').all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    let first = tag.split('-').next().unwrap_or_default();
    (is_tag && (2..=3).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphabetic())).then_some(tag)
}
