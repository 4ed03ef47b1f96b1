//! Terms of lists that describe things: functions, options, settings, the words of a glossary.

use super::outline::anchor_within;
use scraper::{CaseSensitivity, ElementRef};

/// The longest term that is a heading as it is, in bytes.
const LONGEST: usize = 60;

/// Whether an element is a term that can be linked to, the first of those that share a description, and no mark of a footnote.
pub(super) fn is_term(element: ElementRef<'_>) -> bool {
    let has_class = |class| element.value().has_class(class, CaseSensitivity::CaseSensitive);
    element.value().name() == "dt" && !has_class("label") && is_first(element) && anchor_within(element).is_some()
}

fn is_first(term: ElementRef<'_>) -> bool {
    let before = term.prev_siblings().find_map(ElementRef::wrap);
    before.is_none_or(|before| before.value().name() != "dt")
}

/// A term as it is read: Texinfo writes `: name` where what kind of thing it is goes without saying.
pub(super) fn plain(term: &str) -> &str {
    term.strip_prefix(": ").unwrap_or(term)
}

/// The name in a long signature, without its parameters; `None` where the term is short, or no signature.
pub(super) fn name_of(term: &str) -> Option<String> {
    let name = term.split_once('(').map(|(name, _)| name.trim_end()).filter(|name| !name.is_empty());
    name.filter(|_| term.len() > LONGEST).map(|name| format!("{name}(…)"))
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn a_long_signature_is_named_by_what_precedes_its_parameters() {
        let dumps = "json.dumps(obj, *, skipkeys=False, ensure_ascii=True, check_circular=True)";
        assert_eq!(name_of(dumps).as_deref(), Some("json.dumps(…)"));
        assert_eq!(name_of("json.load(fp)"), None);
        assert_eq!(name_of(&"long ".repeat(20)), None);
        assert_eq!(name_of(&"(long) ".repeat(20)), None);
    }
}
