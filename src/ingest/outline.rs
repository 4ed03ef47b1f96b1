//! A page's tree into sections: the text in reading order, cut at the headings and at the terms of lists that can be linked to.
//!
//! Manuals name what they describe in lists (`<dl>`): functions, options, settings, a glossary's words. A term with an anchor is a
//! heading to readers, so it begins a section below that of the list; what follows the list belongs to the section that it stands in.

use super::attributes;
use super::flow::Flow;
use super::markup::Node;
use super::noise::{heading_level, is_admonition, is_noise};
use super::terms;
use crate::corpus::{Section, Weighted};
use scraper::node::Element;
use scraper::{ElementRef, Selector};

/// A page's content, cut at its headings.
#[derive(Default)]
pub(super) struct Content {
    /// A section without heading comes only first, and only if there is text before the first heading.
    pub sections: Vec<Section>,
    /// The first attribute, as it is written, that should say what words count and doesn't.
    pub bad_weight: Option<String>,
}

impl Content {
    /// The content below `roots`, without noise and without what `exclude` selects.
    pub fn below(roots: &[Node<'_>], exclude: &[Selector]) -> Self {
        let mut outline = Outline {
            exclude,
            content: Self::default(),
            current: Section::default(),
            continues: None,
            lists: Vec::new(),
            flow: Flow::default(),
            links: Links::default(),
            pending: None,
        };
        for root in roots {
            let inwards: Vec<Node<'_>> = std::iter::once(*root).chain(root.ancestors()).collect();
            let elements = inwards.into_iter().rev().filter_map(ElementRef::wrap);
            let style = elements.fold(Style::default(), |style, element| outline.weighted(element.value(), style));
            for child in root.children() {
                outline.walk(child, *root, style);
            }
            outline.flow.block();
        }
        outline.finish_section();
        let is_empty = |first: &Section| first.level == 0 && first.text.is_empty();
        if outline.content.sections.first().is_some_and(is_empty) {
            outline.content.sections.remove(0);
        }
        outline.content
    }
}

struct Outline<'s> {
    exclude: &'s [Selector],
    content: Content,
    current: Section,
    /// The section whose text goes on after a list, if that is where we are.
    continues: Option<usize>,
    /// For each list that is open the section that it stands in, once a term of it has begun another.
    lists: Vec<Option<usize>>,
    flow: Flow,
    links: Links,
    pending: Option<Pending>,
}

/// What of the text that is being written is in links.
#[derive(Default)]
struct Links {
    count: usize,
    bytes: usize,
}

impl Links {
    /// So few links make no list.
    const FEWEST: usize = 10;

    /// Whether a text of so many bytes is little but these.
    fn are_most_of(&self, bytes: usize) -> bool {
        self.count >= Self::FEWEST && self.bytes * 3 >= bytes * 2
    }
}

/// An anchor that stands before the heading it belongs to: on an element around it (Sphinx), or on an empty one
/// before it.
struct Pending {
    anchor: String,
    /// It is on a block that is still open around what follows.
    around: bool,
}

/// What the elements around some text make of it.
#[derive(Clone, Copy, Default)]
struct Style {
    preformatted: bool,
    heading: bool,
    link: bool,
    /// What words count, where an element says so.
    weight: Option<f32>,
}

impl Outline<'_> {
    /// Recursion is safe here: `markup::parse` bounds the depth.
    fn walk(&mut self, node: Node<'_>, root: Node<'_>, style: Style) {
        if let Some(text) = node.value().as_text() {
            return self.text(text, style);
        }
        let Some(element) = ElementRef::wrap(node) else { return };
        if is_noise(element, root) || self.exclude.iter().any(|selector| selector.matches(&element)) {
            return;
        }
        let style = self.weighted(element.value(), style);
        if let Some(level) =
            heading_level(element.value()).filter(|&level| !style.heading && !labels_a_note(element, level))
        {
            return self.heading(element, root, level, style);
        }
        if !style.heading && !self.lists.is_empty() && terms::is_term(element) {
            return self.term(element, root, style);
        }
        self.note_anchor(element.value());
        for value in attributes::indexed(element.value()) {
            self.text(&format!(" {value} "), style);
        }
        let name = element.value().name();
        match name {
            "br" if style.preformatted => self.flow.lines("\n"),
            "br" | "hr" => self.flow.block(),
            "td" | "th" => self.flow.cell(),
            "img" => self.image(element.value(), style),
            _ if is_block(name) => self.flow.block(),
            _ => {}
        }
        if name == "dl" {
            self.lists.push(None);
        }
        let link = name == "a" && element.value().attr("href").is_some();
        self.links.count += usize::from(link && !style.heading);
        let preformatted = matches!(name, "pre" | "listing" | "xmp");
        let style = Style { preformatted: style.preformatted || preformatted, link: style.link || link, ..style };
        for child in node.children() {
            self.walk(child, root, style);
        }
        if name == "dl"
            && let Some(around) = self.lists.pop().flatten()
        {
            self.finish_section();
            self.continues = Some(around);
        }
        if is_block(name) {
            self.flow.block();
            self.pending.take_if(|pending| pending.around && element.value().id() == Some(&pending.anchor));
        }
    }

    /// The style within an element that may say what its words count.
    fn weighted(&mut self, element: &Element, style: Style) -> Style {
        match attributes::weight(element) {
            None => style,
            Some(Ok(weight)) => Style { weight: Some(weight), ..style },
            Some(Err(written)) => {
                self.content.bad_weight.get_or_insert(written);
                style
            }
        }
    }

    fn text(&mut self, text: &str, style: Style) {
        let start = self.flow.len();
        if style.preformatted {
            self.flow.lines(text);
        } else {
            self.flow.words(text);
        }
        let range = start..self.flow.len();
        if style.link && !style.heading {
            self.links.bytes += range.len();
        }
        if let Some(weight) = style.weight.filter(|_| !style.heading && !range.is_empty()) {
            match self.current.weights.last_mut() {
                Some(last) if last.range.end == start && last.weight == weight => last.range.end = range.end,
                _ => self.current.weights.push(Weighted { range, weight }),
            }
        }
        if !style.heading && text.contains(|c: char| !c.is_whitespace()) {
            self.pending = None;
        }
    }

    fn image(&mut self, image: &Element, style: Style) {
        if let Some(alt) = image.attr("alt") {
            self.text(&format!(" {alt} "), style);
        }
    }

    /// Keeps an element's `id` (or an old `<a name>`) for a heading that may follow.
    fn note_anchor(&mut self, element: &Element) {
        let around = !matches!(element.name(), "a" | "span");
        let Some(anchor) = anchor_of(element) else { return };
        // A label in a section that has an id of its own: the section's is the one that generators link to.
        if around || self.pending.as_ref().is_none_or(|pending| !pending.around) {
            self.pending = Some(Pending { anchor: anchor.to_owned(), around });
        }
    }

    fn heading(&mut self, element: ElementRef<'_>, root: Node<'_>, level: u8, style: Style) {
        if let Some(heading) = self.heading_text(element, root, style) {
            self.finish_section();
            self.begin_section(element, heading, level, style);
        }
    }

    /// A term begins a section below the one that its list stands in.
    fn term(&mut self, element: ElementRef<'_>, root: Node<'_>, style: Style) {
        let Some(term) = self.heading_text(element, root, style) else { return };
        let before = self.finish_section().unwrap_or_else(|| {
            self.content.sections.push(Section::default());
            0
        });
        let list = self.lists.last_mut().expect("a term is in a list");
        let above = self.content.sections[*list.get_or_insert(before)].level;
        let term = terms::plain(&term);
        let name = terms::name_of(term);
        if name.is_some() {
            self.flow.words(term);
            self.flow.block();
        }
        self.begin_section(element, name.unwrap_or(term.to_owned()), above.max(1) + 1, style);
    }

    /// What a heading says; one that says nothing may still have an anchor for the next.
    fn heading_text(&mut self, element: ElementRef<'_>, root: Node<'_>, style: Style) -> Option<String> {
        let body = std::mem::take(&mut self.flow);
        for child in element.children() {
            self.walk(child, root, Style { heading: true, preformatted: false, ..style });
        }
        let heading = self.flow.take().replace(['\n', '\t'], " ");
        self.flow = body;
        if heading.is_empty() {
            self.note_anchor(element.value());
            return None;
        }
        Some(heading)
    }

    fn begin_section(&mut self, element: ElementRef<'_>, heading: String, level: u8, style: Style) {
        let anchor = anchor_within(element).map(str::to_owned);
        let before = self.pending.take().map(|pending| pending.anchor);
        let anchor = anchor.or(before).or_else(|| section_of(element).map(str::to_owned));
        self.current = Section { anchor, heading, level, heading_weight: style.weight, ..Section::default() };
    }

    /// Ends the section that is being written, and says which it is, if it is one.
    fn finish_section(&mut self) -> Option<usize> {
        let mut section = std::mem::take(&mut self.current);
        section.text = self.flow.take();
        let links = std::mem::take(&mut self.links);
        section.links = links.are_most_of(section.text.len());
        if let Some(around) = self.continues.take() {
            self.content.sections[around].append(section);
            return Some(around);
        }
        if section.level > 0 || !section.text.is_empty() {
            self.content.sections.push(section);
        }
        self.content.sections.len().checked_sub(1)
    }
}

/// Whether a heading only says "Note" or "Tip" over a box within the text, as DocBook writes it.
fn labels_a_note(heading: ElementRef<'_>, level: u8) -> bool {
    let around = heading.parent().and_then(ElementRef::wrap);
    level >= 3 && heading.value().id().is_none() && around.is_some_and(|around| is_admonition(around.value()))
}

/// The anchor of the `<section>` around a heading, if the heading is the first in it.
fn section_of(heading: ElementRef<'_>) -> Option<&str> {
    let section = heading.ancestors().filter_map(ElementRef::wrap).find(|above| above.value().name() == "section")?;
    let first = section.descendants().filter_map(ElementRef::wrap).find(|below| heading_level(below.value()).is_some());
    anchor_of(section.value()).filter(|_| first == Some(heading))
}

/// What `#…` in an address finds: an element's `id`, or the `name` of a link.
fn anchor_of(element: &Element) -> Option<&str> {
    let name = || element.attr("name").filter(|_| element.name() == "a");
    element.id().or_else(name).map(str::trim).filter(|anchor| !anchor.is_empty())
}

/// The anchor of an element, or the first within it on a part of its line.
pub(super) fn anchor_within(element: ElementRef<'_>) -> Option<&str> {
    let within = element.descendants().filter_map(ElementRef::wrap).filter(|below| is_inline(below.value()));
    anchor_of(element.value()).or_else(|| within.into_iter().find_map(|below| anchor_of(below.value())))
}

fn is_inline(element: &Element) -> bool {
    matches!(element.name(), "a" | "span" | "code" | "em" | "strong" | "b" | "i" | "div")
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "dir"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hgroup"
            | "legend"
            | "li"
            | "listing"
            | "main"
            | "menu"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "tfoot"
            | "thead"
            | "tr"
            | "ul"
            | "xmp"
    )
}
