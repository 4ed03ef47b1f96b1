//! Stems, for the word families of the dictionary: at build time only.

use super::unicode::{self, MARK};
use rust_stemmers::{Algorithm, Stemmer};
use std::borrow::Cow;

/// The stem of a term in a language (`en`, `pt-BR`): Snowball's.
///
/// Unchanged if there is no stemmer for the language, or the term holds anything but letters: identifiers, numbers and
/// pairs of characters have no stems. Terms are best in lower case with their marks, by which Snowball knows endings.
///
/// ```
/// use bifocal::text::stem;
/// assert_eq!(stem("en-GB", "connections"), "connect");
/// assert_eq!(stem("tlh", "connections"), "connections");
/// ```
pub fn stem<'t>(lang: &str, term: &'t str) -> Cow<'t, str> {
    let Some(algorithm) = algorithm(lang) else { return Cow::Borrowed(term) };
    let is_letter = |c: char| unicode::is_alphabetic(c) || unicode::flags(c) & MARK != 0 || c == '\'';
    if !term.chars().all(is_letter) {
        return Cow::Borrowed(term);
    }
    Stemmer::create(algorithm).stem(term)
}

fn algorithm(lang: &str) -> Option<Algorithm> {
    let primary = lang.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    Some(match primary.as_str() {
        "ar" => Algorithm::Arabic,
        "da" => Algorithm::Danish,
        "de" => Algorithm::German,
        "el" => Algorithm::Greek,
        "en" => Algorithm::English,
        "es" => Algorithm::Spanish,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "hu" => Algorithm::Hungarian,
        "it" => Algorithm::Italian,
        "nl" => Algorithm::Dutch,
        "no" | "nb" | "nn" => Algorithm::Norwegian,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "sv" => Algorithm::Swedish,
        "ta" => Algorithm::Tamil,
        "tr" => Algorithm::Turkish,
        _ => return None,
    })
}
