//! Reads a query out of a JavaScript object.
//!
//! By hand, because a derived reader would cost every page's readers 30 KB: it can describe values that no query has.

use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::*;

use crate::search::{Combination, DEEPEST, Expression, Fusion, Mode, Normalization, Query, Typos, VectorPlan};

/// What modes are called.
pub(super) const MODES: [(&str, Mode); 3] =
    [("hybrid", Mode::Hybrid), ("keyword", Mode::Keyword), ("semantic", Mode::Semantic)];

/// What a query may say that few do.
const SELDOM: [&str; 5] = ["similar", "expression", "fusion", "explain", "completions"];

/// Whether answering the query takes what is loaded for few: `seldom.txt` lists that.
pub(super) fn is_seldom(object: &JsValue) -> Result<bool, JsError> {
    use crate::text::is_common;
    let query = text(object, "text")?.unwrap_or_default();
    let mut names = super::fields::NAMES.iter().chain(&SELDOM);
    let says = names.try_fold(false, |says, name| Ok::<_, JsError>(says || get(object, name)?.is_some()))?;
    let always = text(object, "typos")?.is_some_and(|typos| typos == "always");
    Ok(says || always || !query.chars().all(is_common) || crate::search::may_hold_operators(&query))
}

/// The query that `object` describes; fields that are not there have their defaults.
pub(super) fn read(object: &JsValue) -> Result<Query, JsError> {
    let mut query = Query { text: text(object, "text")?.unwrap_or_default(), ..Query::default() };
    if let Some(mode) = text(object, "mode")? {
        query.mode = one_of("mode", &mode, &MODES)?;
    }
    if let Some(vector) = text(object, "vector")? {
        query.vector = one_of(
            "vector",
            &vector,
            &[("none", VectorPlan::None), ("lexicon", VectorPlan::Lexicon), ("later", VectorPlan::Later)],
        )?;
    }
    if let Some(typos) = text(object, "typos")? {
        let known = [("never", Typos::Never), ("auto", Typos::Auto), ("always", Typos::Always)];
        query.typos = one_of("typos", &typos, &known)?;
    }
    query.similar = text(object, "similar")?;
    query.vector_reason = text(object, "vectorReason")?;
    query.language = text(object, "language")?;
    for (name, field) in [
        ("limit", &mut query.limit),
        ("offset", &mut query.offset),
        ("sections", &mut query.sections),
        ("completions", &mut query.completions),
    ] {
        if let Some(number) = number(object, name)? {
            if !(0.0..=1e6).contains(&number) {
                return Err(wrong(name, "a number from 0 to 1000000"));
            }
            *field = number as usize;
        }
    }
    for (name, field) in [("prefix", &mut query.prefix), ("explain", &mut query.explain)] {
        if let Some(value) = get(object, name)? {
            *field = value.as_bool().ok_or_else(|| wrong(name, "true or false"))?;
        }
    }
    for name in super::fields::NAMES {
        if get(object, name)?.is_some() {
            super::fields::read(object, &mut query)?;
            break;
        }
    }
    if let Some(expression) = get(object, "expression")? {
        query.expression = Some(read_expression(&expression, DEEPEST)?);
    }
    if let Some(fusion) = get(object, "fusion")? {
        query.fusion = read_fusion(&fusion)?;
    }
    Ok(query)
}

/// One of `{all}`, `{any}`, `{not}`, `{word}`, `{prefix}`, `{title}`, `{heading}`, `{phrase}`, `{near}`.
#[inline(never)]
fn read_expression(object: &JsValue, levels: usize) -> Result<Expression, JsError> {
    let inner = |part: &JsValue| {
        let levels = levels.checked_sub(1).ok_or_else(|| wrong("expression", "at most 16 levels deep"))?;
        read_expression(part, levels)
    };
    let lists: [(&str, fn(Vec<Expression>) -> Expression); 2] = [("all", Expression::All), ("any", Expression::Any)];
    for (name, kind) in lists {
        if let Some(parts) = get(object, name)? {
            let mut read = Vec::new();
            for part in Array::from(&parts).iter() {
                read.push(inner(&part)?);
            }
            return Ok(kind(read));
        }
    }
    if let Some(part) = get(object, "not")? {
        return Ok(Expression::Not(Box::new(inner(&part)?)));
    }
    if let Some(near) = get(object, "near")? {
        let words =
            get(&near, "words")?.map(|words| Array::from(&words).iter().filter_map(|word| word.as_string()).collect());
        let within = number(&near, "within")?.filter(|within| *within >= 0.0).unwrap_or(8.0) as u32;
        return Ok(Expression::Near { words: words.unwrap_or_default(), within });
    }
    let kinds: [(&str, fn(String) -> Expression); 5] = [
        ("word", Expression::Word),
        ("prefix", Expression::Prefix),
        ("title", Expression::Title),
        ("heading", Expression::Heading),
        ("phrase", Expression::Phrase),
    ];
    for (name, kind) in kinds {
        if let Some(words) = text(object, name)? {
            return Ok(kind(words));
        }
    }
    Err(wrong("expression", "an object with one of all, any, not, word, prefix, title, heading, phrase, near"))
}

#[inline(never)]
fn read_fusion(object: &JsValue) -> Result<Fusion, JsError> {
    let technique = text(object, "technique")?.unwrap_or_default();
    Ok(match technique.as_str() {
        "convex" => Fusion::Convex { weight: number(object, "weight")?.map(|weight| weight as f32) },
        "rrf" => Fusion::Rrf { rank_constant: number(object, "rank_constant")?.unwrap_or(60.0) as f32 },
        "normalization" => {
            let normalizations =
                [("min_max", Normalization::MinMax), ("l2", Normalization::L2), ("z_score", Normalization::ZScore)];
            let combinations = [
                ("arithmetic_mean", Combination::ArithmeticMean),
                ("geometric_mean", Combination::GeometricMean),
                ("harmonic_mean", Combination::HarmonicMean),
            ];
            let normalization = text(object, "normalization")?.unwrap_or_default();
            let combination = text(object, "combination")?.unwrap_or_default();
            let weights = match get(object, "weights")? {
                None => [0.5, 0.5],
                Some(weights) => {
                    let list: Vec<f64> = Array::from(&weights).iter().filter_map(|weight| weight.as_f64()).collect();
                    let two: [f64; 2] = list.try_into().map_err(|_| wrong("weights", "two numbers"))?;
                    two.map(|weight| weight as f32)
                }
            };
            Fusion::Normalization {
                normalization: one_of("normalization", &normalization, &normalizations)?,
                combination: one_of("combination", &combination, &combinations)?,
                weights,
            }
        }
        _ => return Err(wrong("technique", "convex, rrf or normalization")),
    })
}

pub(super) fn one_of<T: Copy>(name: &str, value: &str, known: &[(&str, T)]) -> Result<T, JsError> {
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let found = known.iter().find(|(name, _)| *name == value).map(|(_, value)| *value);
    found.ok_or_else(|| wrong(name, &names.join(", ")))
}

pub(super) fn get(object: &JsValue, name: &str) -> Result<Option<JsValue>, JsError> {
    let value = Reflect::get(object, &name.into()).map_err(|_| JsError::new("a query must be an object"))?;
    Ok(Some(value).filter(|value| !value.is_null() && !value.is_undefined()))
}

pub(super) fn text(object: &JsValue, name: &str) -> Result<Option<String>, JsError> {
    get(object, name)?.map(|value| value.as_string().ok_or_else(|| wrong(name, "text"))).transpose()
}

pub(super) fn number(object: &JsValue, name: &str) -> Result<Option<f64>, JsError> {
    let value = get(object, name)?;
    value.map(|value| value.as_f64().ok_or_else(|| wrong(name, "a number"))).transpose()
}

pub(super) fn wrong(name: &str, expected: &str) -> JsError {
    JsError::new(&["query: ", name, " must be ", expected].concat())
}
