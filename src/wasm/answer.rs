//! Writes an answer as a JavaScript object, with the names that its JSON has.
//!
//! By hand, as [`query`](super::query) reads: derived code for every shape of every field would be a tenth of the module.

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use crate::corpus::Meta;
use crate::search::{
    Answer, Completion, Correction, Excerpt, Explanation, Hit, Leg, LegStatus, Lenses, Relation, SectionHit,
    TermExplanation,
};

use super::query::MODES;

#[wasm_bindgen]
extern "C" {
    /// An object whose fields are set one after the other.
    #[wasm_bindgen(extends = Object, js_name = Object)]
    pub(super) type Record;
    #[wasm_bindgen(constructor, js_class = "Object")]
    pub(super) fn new() -> Record;
    #[wasm_bindgen(method, structural, indexing_setter)]
    pub(super) fn text(this: &Record, name: &str, value: &str);
    #[wasm_bindgen(method, structural, indexing_setter)]
    pub(super) fn number(this: &Record, name: &str, value: f64);
    #[wasm_bindgen(method, structural, indexing_setter)]
    pub(super) fn set(this: &Record, name: &str, value: &JsValue);
}

impl Record {
    fn optional_text(&self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.text(name, value),
            None => self.set(name, &JsValue::NULL),
        }
    }

    fn optional_number(&self, name: &str, value: Option<f64>) {
        match value {
            Some(value) => self.number(name, value),
            None => self.set(name, &JsValue::NULL),
        }
    }
}

/// The object that describes `answer`.
pub(super) fn write(answer: &Answer) -> Record {
    let Answer {
        query,
        mode,
        hits,
        relaxed,
        total,
        relation,
        semantic_only,
        facets,
        encoder,
        fusion,
        corrections,
        did_you_mean,
        completions,
        legs,
        failures,
    } = answer;
    let record = Record::new();
    record.text("query", query);
    record.text("mode", MODES.iter().find(|(_, its)| its == mode).map_or("", |(name, _)| name));
    record.set("hits", &hits.iter().map(hit).collect::<Array>());
    record.set("relaxed", &JsValue::from_bool(*relaxed));
    record.number("total", *total as f64);
    record.text("relation", if *relation == Relation::Eq { "eq" } else { "gte" });
    let counted = if facets.is_empty() { Record::new() } else { super::fields::facets(facets) };
    record.set("facets", &counted);
    record.number("semanticOnly", *semantic_only as f64);
    record.optional_text("encoder", encoder.as_deref());
    record.text("fusion", fusion);
    record.set("corrections", &corrections.iter().map(correction).collect::<Array>());
    record.optional_text("didYouMean", did_you_mean.as_deref());
    if !completions.is_empty() {
        record.set("completions", &completions.iter().map(completion).collect::<Array>());
    }
    let both = Record::new();
    both.set("keyword", &leg(&legs.keyword));
    both.set("semantic", &leg(&legs.semantic));
    record.set("legs", &both);
    record.set("failures", &texts(failures));
    record
}

/// An array of texts.
pub(super) fn texts(texts: &[String]) -> Array {
    texts.iter().map(|text| JsValue::from_str(text)).collect()
}

#[inline(never)]
fn completion(Completion { text, pages }: &Completion) -> Record {
    let record = Record::new();
    record.text("text", text);
    record.number("pages", f64::from(*pages));
    record
}

#[inline(never)]
fn correction(Correction { word, meant }: &Correction) -> Record {
    let record = Record::new();
    record.text("word", word);
    record.set("meant", &texts(meant));
    record
}

fn leg(Leg { status, reason, matches }: &Leg) -> Record {
    let record = Record::new();
    let status = match status {
        LegStatus::Used => "used",
        LegStatus::Pending => "pending",
        LegStatus::Skipped => "skipped",
        LegStatus::Failed => "failed",
    };
    record.text("status", status);
    if let Some(reason) = reason {
        record.text("reason", reason);
    }
    record.number("matches", *matches as f64);
    record
}

fn hit(Hit { id, url, title, language, score, lenses, excerpt, sections, group, meta, explain }: &Hit) -> Record {
    let record = Record::new();
    record.text("id", id);
    record.text("url", url);
    record.text("title", title);
    if let Some(language) = language {
        record.text("language", language);
    }
    record.number("score", f64::from(*score));
    let Lenses { keyword, semantic } = lenses;
    let ranks = Record::new();
    ranks.optional_number("keyword", keyword.map(|rank| rank as f64));
    ranks.optional_number("semantic", semantic.map(|rank| rank as f64));
    record.set("lenses", &ranks);
    record.set("excerpt", &self::excerpt(excerpt));
    record.set("sections", &sections.iter().map(section).collect::<Array>());
    if let Some(group) = group {
        record.set("group", &super::fields::js(group));
    }
    let fields = Record::new();
    for (name, value) in meta {
        match value {
            Meta::Bool(value) => fields.set(name, &JsValue::from_bool(*value)),
            Meta::Number(value) => fields.number(name, *value),
            Meta::Text(value) => fields.text(name, value),
            Meta::List(values) => fields.set(name, &texts(values)),
        }
    }
    record.set("meta", &fields);
    if let Some(explain) = explain {
        record.set("explain", &explanation(explain));
    }
    record
}

fn section(SectionHit { heading, path, anchor, url, score, excerpt }: &SectionHit) -> Record {
    let record = Record::new();
    record.text("heading", heading);
    record.set("path", &texts(path));
    record.optional_text("anchor", anchor.as_deref());
    record.text("url", url);
    record.number("score", f64::from(*score));
    record.set("excerpt", &self::excerpt(excerpt));
    record
}

fn excerpt(Excerpt { text, ranges }: &Excerpt) -> Record {
    let record = Record::new();
    record.text("text", text);
    let pair = |&[start, end]: &[u32; 2]| Array::of2(&start.into(), &end.into());
    record.set("ranges", &ranges.iter().map(pair).collect::<Array>());
    record
}

#[inline(never)]
fn explanation(
    Explanation {
        keyword,
        terms,
        cosine,
        fusion,
        fused,
        words,
        meaning,
        title,
        language,
        proximity,
        prior,
        settled,
    }: &Explanation,
) -> Record {
    let record = Record::new();
    record.optional_number("keyword", keyword.map(f64::from));
    record.set("terms", &terms.iter().map(term).collect::<Array>());
    record.optional_number("cosine", cosine.map(f64::from));
    record.text("fusion", fusion);
    record.number("fused", f64::from(*fused));
    record.optional_number("words", words.map(f64::from));
    record.optional_number("meaning", meaning.map(f64::from));
    record.optional_number("title", title.map(f64::from));
    record.optional_number("language", language.map(f64::from));
    record.optional_number("proximity", proximity.map(f64::from));
    record.optional_number("prior", prior.map(f64::from));
    record.set("settled", &JsValue::from_bool(*settled));
    record
}

fn term(TermExplanation { word, forms, document_frequency, idf, frequency, score }: &TermExplanation) -> Record {
    let record = Record::new();
    record.text("word", word);
    record.set("forms", &texts(forms));
    record.number("documentFrequency", f64::from(*document_frequency));
    record.number("idf", f64::from(*idf));
    record.number("frequency", f64::from(*frequency));
    record.number("score", f64::from(*score));
    record
}
