//! What the owner of a site says about ranking, from names to numbers.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::likeness::likest;
use crate::corpus::{Meta, Page, PageId, Span};
use crate::index::{Kind, RawPart, Rules, Settled, Synonym};
use crate::text::words;
use crate::{Error, ErrorKind, Result};

/// What an occurrence of a synonym counts beside the word itself.
const SYNONYM: f32 = 0.8;
/// A word in a title cannot count more than so many in a text.
const MOST_WEIGHT: f32 = 100.0;
const DAY_MS: f64 = 86_400_000.0;

/// What the owner of a site says about ranking; the keys of `bifocal.toml`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleOptions {
    /// Words that are passed over, unless a query has no others.
    pub stop_words: Vec<String>,
    /// Words, or runs of words, each of which finds all of its list.
    pub synonyms: Vec<Vec<String>>,
    /// For a word, or a run of words, what it finds as well, though not the other way round.
    pub one_way_synonyms: BTreeMap<String, Vec<String>>,
    /// Queries whose answers are settled.
    pub answers: Vec<SettledOptions>,
    /// What counts how much.
    pub ranking: RankingOptions,
}

/// Queries whose answers are settled.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SettledOptions {
    /// The queries: just these words, in any form of upper and lower case.
    pub queries: Vec<String>,
    /// Addresses of pages that come first, in this order.
    pub first: Vec<String>,
    /// Addresses of pages that don't come.
    pub never: Vec<String>,
}

/// What counts how much.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RankingOptions {
    /// What a word in a title counts, beside one in the text.
    pub title: Option<f32>,
    /// What a word in a heading counts, beside one in the text.
    pub heading: Option<f32>,
    /// What a word in the text counts.
    pub text: Option<f32>,
    /// What a page gains that has all of a query's words side by side: a share of the best score, from 0 (nothing) to 1. Default 0.
    pub proximity: f32,
    /// The field of numbers by which pages' scores are multiplied; 1 for pages without one.
    pub weight: Option<String>,
    /// How newer pages are preferred.
    pub freshness: Option<FreshnessOptions>,
}

/// How newer pages are preferred: a share of the score halves with each half-life that a page is older than the newest.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FreshnessOptions {
    /// The field of dates; pages without one count as the oldest.
    pub field: String,
    /// After so many days half of the share is left.
    pub half_life: f64,
    /// At 0 age is ignored; at 1 all of a page's score halves. Default 0.5.
    #[serde(default = "half")]
    pub share: f64,
}

fn half() -> f64 {
    0.5
}

/// Writes the part of rules and returns its hash; none if there are none.
///
/// # Errors
/// A rule names a page that there is not, holds no word, or has a number out of its range.
pub(super) fn write(options: &RuleOptions, pages: &[Page], parts: &mut Vec<RawPart>) -> Result<Option<u64>> {
    if *options == RuleOptions::default() {
        return Ok(None);
    }
    let mut rules = Rules { priors: priors(&options.ranking, pages)?, ..Rules::default() };
    let RankingOptions { title, heading, text, .. } = options.ranking;
    for (weight, (name, given)) in
        rules.weights.iter_mut().zip([("title", title), ("heading", heading), ("text", text)])
    {
        if let Some(given) = given {
            *weight = in_range(&format!("ranking.{name}"), given.into(), 0.0, MOST_WEIGHT.into())? as f32;
        }
    }
    let proximity = options.ranking.proximity;
    rules.proximity = in_range("ranking.proximity", proximity.into(), 0.0, 1.0)? as f32;
    for word in &options.stop_words {
        rules.stopped.extend(own_words("stop-words", word)?);
    }
    rules.stopped.sort();
    rules.stopped.dedup();
    for synonyms in &options.synonyms {
        for of in synonyms {
            let others: Vec<&String> = synonyms.iter().filter(|other| *other != of).collect();
            rules.synonyms.push(synonym("synonyms", of, &others)?);
        }
    }
    for (of, others) in &options.one_way_synonyms {
        rules.synonyms.push(synonym("one-way-synonyms", of, &others.iter().collect::<Vec<_>>())?);
    }
    for settled in &options.answers {
        if settled.queries.is_empty() {
            return Err(wrong("answers", "there are no queries for them").hint("queries = [\"install\"]"));
        }
        let first = named(&settled.first, pages)?;
        let never = named(&settled.never, pages)?;
        for query in &settled.queries {
            let query = own_words("answers.queries", query)?;
            rules.answers.push(Settled { query, first: first.clone(), never: never.clone() });
        }
    }
    let part = RawPart::new(Kind::Rules, &rules.write())?;
    let hash = part.id.hash;
    parts.push(part);
    Ok(Some(hash))
}

/// The words of what a rule says, of identifiers their parts.
fn own_words(key: &str, said: &str) -> Result<Vec<String>> {
    let own: Vec<String> = words(said).filter(|word| word.kind.is_leaf()).map(|word| word.term.into_owned()).collect();
    if own.is_empty() {
        return Err(wrong(key, &format!("\"{said}\" holds no word")).hint("leave it out, or write the word out"));
    }
    Ok(own)
}

/// What stands for the words `of`: the words of all `others`.
fn synonym(key: &str, of: &str, others: &[&String]) -> Result<Synonym> {
    let of = own_words(key, of)?;
    let mut found = Vec::new();
    for other in others {
        found.extend(own_words(key, other)?);
    }
    found.retain(|word| !of.contains(word));
    Ok(Synonym { of, words: found, weight: SYNONYM })
}

/// The pages at these addresses.
fn named(addresses: &[String], pages: &[Page]) -> Result<Vec<PageId>> {
    let find = |address: &String| {
        let place = pages.iter().position(|page| page.url == *address || page.id == *address);
        place.map(|place| PageId(place as u32)).ok_or_else(|| {
            let error = wrong("answers", &format!("there is no page {address}"));
            match likest(address, pages.iter().map(|page| page.url.as_str()), 1)[..] {
                [near] => error.hint(format!("the nearest is {near}")),
                _ => error.hint("addresses are relative to the site, as `bifocal search` prints them"),
            }
        })
    };
    addresses.iter().map(find).collect()
}

/// What each page's score is multiplied by; empty if by 1 throughout.
fn priors(options: &RankingOptions, pages: &[Page]) -> Result<Vec<u8>> {
    if options.weight.is_none() && options.freshness.is_none() {
        return Ok(Vec::new());
    }
    let mut factors = vec![1.0; pages.len()];
    if let Some(field) = &options.weight {
        known(field, "ranking.weight", pages)?;
        for (factor, page) in factors.iter_mut().zip(pages) {
            let Some(value) = page.meta.get(field) else { continue };
            let weight = match value {
                Meta::Number(number) => Some(*number),
                Meta::Text(text) => text.trim().parse().ok(),
                _ => None,
            };
            *factor = weight.filter(|weight| weight.is_finite() && *weight > 0.0).ok_or_else(|| {
                wrong("ranking.weight", &format!("the field {field} of {} is {value:?}", page.url))
                    .hint("weights are numbers above 0; 1 changes nothing")
            })?;
        }
    }
    if let Some(FreshnessOptions { field, half_life, share }) = &options.freshness {
        known(field, "ranking.freshness.field", pages)?;
        in_range("ranking.freshness.half-life", *half_life, f64::MIN_POSITIVE, 1e6)?;
        in_range("ranking.freshness.share", *share, 0.0, 1.0)?;
        let date = |page: &Page| match page.meta.get(field) {
            None => Ok(None),
            Some(Meta::Text(text)) if Span::parse(text).is_some() => Ok(Span::parse(text).map(|span| span.start)),
            Some(value) => Err(wrong("ranking.freshness", &format!("the field {field} of {} is {value:?}", page.url))
                .hint("dates are written as 2024, 2024-05 or 2024-05-17")),
        };
        let dates: Vec<Option<i64>> = pages.iter().map(date).collect::<Result<_>>()?;
        let newest = dates.iter().flatten().max().copied().unwrap_or(0);
        let oldest = dates.iter().flatten().min().copied().unwrap_or(0);
        for (factor, date) in factors.iter_mut().zip(dates) {
            let days = (newest - date.unwrap_or(oldest)) as f64 / DAY_MS;
            *factor *= 1.0 - share + share * (-days / half_life).exp2();
        }
    }
    Ok(factors.into_iter().map(Rules::prior_byte).collect())
}

/// Refuses a field that no page has.
fn known(field: &str, key: &str, pages: &[Page]) -> Result<()> {
    if pages.iter().any(|page| page.meta.contains_key(field)) {
        return Ok(());
    }
    Err(wrong(key, &format!("no page has the field {field}"))
        .hint("name a <meta> field with --metadata, a data-pagefind-meta one, or one of the JSON lines"))
}

fn in_range(key: &str, value: f64, least: f64, most: f64) -> Result<f64> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    Err(wrong(key, &format!("{value} is out of its range")).hint(format!("it goes from {least} to {most}")))
}

fn wrong(key: &str, what: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("configuration: {key}: {what}"))
}
