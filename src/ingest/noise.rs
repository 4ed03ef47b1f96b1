//! What of a page is no content: navigation, controls, and the marks that generators put around text.

use super::attributes::is_ignored;
use super::markup::Node;
use scraper::ElementRef;
use scraper::node::Element;

/// Classes of what the common generators add to a page, each as it is written there.
///
/// Sorted, for a binary search.
const CLASSES: &[&str] = &[
    "DocSearch",            // Algolia's search box
    "anchorjs-link",        // the link beside a heading: AnchorJS
    "boring",               // mdBook: code lines that are hidden until asked for
    "breadcrumb",           // Bootstrap
    "breadcrumbs",          // Docusaurus, MkDocs
    "copy-btn",             // copy buttons that are no <button>
    "copybtn",              // sphinx-copybutton
    "gutter",               // Hexo, SyntaxHighlighter: line numbers
    "hash-link",            // Docusaurus
    "header-anchor",        // VitePress
    "headerlink",           // Sphinx, MkDocs
    "hideme",               // rustdoc: "Expand description"
    "hljs-ln-numbers",      // highlight.js: line numbers
    "line-numbers-rows",    // Prism
    "lineno",               // Pygments
    "linenodiv",            // Pygments
    "linenos",              // Pygments
    "md-source-file",       // MkDocs Material: date of the last change
    "mw-editsection",       // MediaWiki
    "navfooter",            // DocBook
    "navheader",            // DocBook
    "on-this-page",         // page contents
    "page-toc",             // page contents
    "pagination-nav",       // Docusaurus
    "permalink",            // Jekyll, Hugo
    "rightside",            // rustdoc: version and source link
    "rouge-gutter",         // Jekyll: line numbers
    "rustdoc-breadcrumbs",  // rustdoc
    "screen-reader-text",   // WordPress
    "skip-link",            // "Skip to content"
    "sl-anchor-link",       // Starlight
    "sphinxsidebar",        // Sphinx
    "sr-only",              // Bootstrap: text for screen readers
    "src-line-numbers",     // rustdoc
    "table-of-contents",    // page contents
    "theme-doc-toc-mobile", // Docusaurus
    "theme-edit-this-page", // Docusaurus
    "toc",                  // page contents: DocBook, Jekyll
    "tooltip",              // rustdoc, Bootstrap: shown on hovering
    "visually-hidden",      // Bootstrap 5: text for screen readers
    "wy-breadcrumbs",       // Read the Docs
];

/// Where a link may say that it leads within the site (`rel`).
const WAYS: [&str; 8] = ["contents", "first", "index", "last", "next", "prev", "start", "up"];

/// Whether `element` and all in it are left out of the page's text; `root` is the element whose text is wanted.
pub(super) fn is_noise(element: ElementRef<'_>, root: Node<'_>) -> bool {
    let value = element.value();
    match value.name() {
        "head" | "nav" | "footer" | "script" | "style" | "noscript" | "template" | "svg" | "annotation" => return true,
        "button" | "input" | "select" | "textarea" | "datalist" | "dialog" => return true,
        "iframe" | "object" | "embed" | "canvas" | "audio" | "video" | "map" => return true,
        // The reading beside a word would part it from its neighbour.
        "rt" | "rp" => return true,
        "header" if !holds_the_title(element, root) => return true,
        "sup" if is_note_mark(element) => return true,
        "aside" if !is_admonition(value) => return true,
        "a" if is_symbol_link(element) => return true,
        "p" | "ul" if leads_through_the_site(element) => return true,
        _ => {}
    }
    is_hidden(value) || is_ignored(value) || has_noise_role(value) || has_noise_class(value)
}

fn is_hidden(element: &Element) -> bool {
    // A tab's panel is hidden until its tab is chosen, and is content none the less.
    let hidden = element.attr("hidden").is_some_and(|how| !how.eq_ignore_ascii_case("until-found"))
        && element.attr("role") != Some("tabpanel");
    hidden || element.attr("aria-hidden") == Some("true")
}

fn has_noise_role(element: &Element) -> bool {
    element.attr("role").is_some_and(|role| {
        matches!(
            role,
            "navigation" | "banner" | "contentinfo" | "search" | "menu" | "menubar" | "toolbar" | "dialog" | "tablist"
        )
    })
}

fn has_noise_class(element: &Element) -> bool {
    let is_toc_list = element.has_class("contents", scraper::CaseSensitivity::CaseSensitive)
        && element.has_class("topic", scraper::CaseSensitivity::CaseSensitive); // docutils
    is_toc_list || element.classes().any(|class| CLASSES.binary_search(&class).is_ok())
}

/// Whether a `<header>` is the article's own, with its heading, and not the site's banner.
fn holds_the_title(header: ElementRef<'_>, root: Node<'_>) -> bool {
    let in_article = header
        .ancestors()
        .filter_map(ElementRef::wrap)
        .any(|above| matches!(above.value().name(), "article" | "main" | "section"))
        || ElementRef::wrap(root).is_some_and(|root| root.value().name() != "body");
    in_article && header.descendants().filter_map(ElementRef::wrap).any(|below| heading_level(below.value()).is_some())
}

/// Whether an `<aside>` or the like is a note within the text, as Starlight and others write them, and not a side bar.
pub(super) fn is_admonition(aside: &Element) -> bool {
    const NOTES: [&str; 10] =
        ["admonition", "callout", "note", "tip", "warning", "caution", "danger", "important", "info", "hint"];
    let words = aside.attr("class").unwrap_or_default().to_ascii_lowercase();
    words.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| NOTES.contains(&word))
        || aside.attr("role") == Some("note")
        || aside.classes().any(|class| class == "starlight-aside")
}

/// Whether a raised mark leads to a footnote, so that its digit is no part of the word before it.
fn is_note_mark(mark: ElementRef<'_>) -> bool {
    mark.descendants().filter_map(ElementRef::wrap).any(|below| is_inner_link(below.value()))
}

fn is_inner_link(element: &Element) -> bool {
    element.name() == "a" && element.attr("href").is_some_and(|href| href.starts_with('#'))
}

/// Whether a link within the page shows no word: the `¶`, `#` or `§` beside a heading.
fn is_symbol_link(link: ElementRef<'_>) -> bool {
    is_inner_link(link.value())
        && !link.text().any(|text| text.chars().any(char::is_alphanumeric))
        && link.text().any(|text| !text.trim().is_empty())
}

/// Whether a line is made of links to the next page, the one before and so on, each of which says that it is one: Texinfo, DocBook.
fn leads_through_the_site(line: ElementRef<'_>) -> bool {
    let links = line.descendants().filter_map(ElementRef::wrap).filter(|below| below.value().name() == "a");
    let is_way = |link: ElementRef<'_>| {
        link.value().attr("rel").is_some_and(|rel| rel.split_whitespace().any(|rel| WAYS.contains(&rel)))
    };
    let mut ways = links.map(is_way);
    ways.next() == Some(true) && ways.next() == Some(true) && ways.all(|is_way| is_way)
}

/// The level of a heading element, 1 to 6; `None` for any other element.
pub(super) fn heading_level(element: &Element) -> Option<u8> {
    match element.name().as_bytes() {
        [b'h', digit @ b'1'..=b'6'] => Some(digit - b'0'),
        _ if element.attr("role") == Some("heading") => {
            let level = element.attr("aria-level").and_then(|level| level.trim().parse::<u8>().ok());
            Some(level.unwrap_or(2).clamp(1, 6))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::CLASSES;

    #[test]
    fn classes_can_be_searched() {
        assert!(CLASSES.is_sorted());
    }
}
