//! A page's tree into sections: the text in reading order, cut at the headings.

use super::attributes;
use super::flow::Flow;
use super::markup::Node;
use super::noise::{heading_level, is_admonition, is_noise};
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
            flow: Flow::default(),
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
        outline.content
    }
}

struct Outline<'s> {
    exclude: &'s [Selector],
    content: Content,
    current: Section,
    flow: Flow,
    pending: Option<Pending>,
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
        let style = Style { preformatted: style.preformatted || matches!(name, "pre" | "listing" | "xmp"), ..style };
        for child in node.children() {
            self.walk(child, root, style);
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
        let body = std::mem::take(&mut self.flow);
        for child in element.children() {
            self.walk(child, root, Style { heading: true, preformatted: false, ..style });
        }
        let heading = self.flow.take().replace(['\n', '\t'], " ");
        self.flow = body;
        if heading.is_empty() {
            return self.note_anchor(element.value());
        }
        self.finish_section();
        let within = || element.descendants().filter_map(ElementRef::wrap).filter(|below| is_inline(below.value()));
        let anchor = anchor_of(element.value()).or_else(|| within().find_map(|below| anchor_of(below.value())));
        let before = self.pending.take().map(|pending| pending.anchor);
        let anchor = anchor.map(str::to_owned).or(before).or_else(|| section_of(element).map(str::to_owned));
        self.current = Section { anchor, heading, level, heading_weight: style.weight, ..Section::default() };
    }

    fn finish_section(&mut self) {
        let mut section = std::mem::take(&mut self.current);
        section.text = self.flow.take();
        if section.level > 0 || !section.text.is_empty() {
            self.content.sections.push(section);
        }
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
