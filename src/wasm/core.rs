//! The door of the core: an index and the queries under way in it.
//!
//! What few queries need is a module of its own (`seldom.txt`). The engine says when that must be loaded ([`Engine::start`] and
//! [`Engine::step`]), and believes the host that it is ([`Engine::complete`]).

use js_sys::{JSON, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::index::{Core, Entry, Index, PartId};
use crate::search::{Run, Step};
use crate::text::is_common;

use super::answer::{self, Record};
use super::query;

/// An index and the queries under way in it.
#[wasm_bindgen]
pub struct Engine {
    index: Index,
    entry: JsValue,
    runs: Vec<(u32, Run)>,
    next: u32,
    /// Whether the second module is there.
    complete: bool,
    /// Whether a text has come that only the second module can read.
    rare: bool,
}

#[wasm_bindgen]
impl Engine {
    /// Opens an index from the text of its `bifocal.json`.
    #[wasm_bindgen(constructor)]
    pub fn new(entry: &str) -> Result<Engine, JsError> {
        Entry::verify(entry).map_err(error)?;
        let value = JSON::parse(entry).map_err(|_| JsError::new("bifocal.json is not JSON"))?;
        let get = |name: &str| Reflect::get(&value, &name.into()).unwrap_or_default();
        let number = |name: &str| get(name).as_f64().unwrap_or_default() as u32;
        let head = Entry::head(number("format"), &get("core").as_string().unwrap_or_default(), number("pages"));
        let index = Index::open(head.map_err(error)?);
        Ok(Self { index, entry: value, runs: Vec::new(), next: 0, complete: false, rare: false })
    }

    /// Says that the second module is loaded.
    pub fn complete(&mut self) {
        self.complete = true;
    }

    /// The entry's contents.
    pub fn describe(&self) -> JsValue {
        self.entry.clone()
    }

    /// The path of the core, which every search needs; once it is loaded, those of the parts that it names, in the order in
    /// which packs hold them.
    pub fn parts(&self) -> Vec<String> {
        let known = self.index.core().map_or_else(|| vec![self.index.core_id()], Core::named);
        known.iter().map(|id| id.path()).collect()
    }

    /// Says that the host holds the whole index, so that no part costs a request: every row may be compared.
    #[wasm_bindgen(js_name = holdWhole)]
    pub fn hold_whole(&mut self) {
        self.index.hold_whole();
    }

    /// Starts a query and returns the number of its run, or 0 if the second module must be loaded first.
    pub fn start(&mut self, query: JsValue) -> Result<u32, JsError> {
        if !self.complete && query::is_seldom(&query)? {
            return Ok(0);
        }
        let query = query::read(&query)?;
        self.next = self.next.wrapping_add(1);
        self.runs.push((self.next, Run::new(query)));
        Ok(self.next)
    }

    /// Takes a run as far as it goes with the parts that are loaded. `seldom` says that the second module must be, too.
    pub fn step(&mut self, run: u32) -> Result<JsValue, JsError> {
        let run = find(&mut self.runs, run)?;
        let said = Record::new();
        if self.rare && !self.complete {
            said.text("status", "need");
            said.set("parts", &answer::texts(&[]));
            said.set("seldom", &JsValue::TRUE);
            return Ok(said.into());
        }
        match run.step(&self.index).map_err(error)? {
            Step::Need { parts, vector } => {
                said.text("status", "need");
                if !self.complete && parts.iter().any(|part| part.kind.is_seldom()) {
                    said.set("seldom", &JsValue::TRUE);
                }
                let parts: Vec<String> = parts.iter().map(|part| part.path()).collect();
                said.set("parts", &answer::texts(&parts));
                if vector {
                    said.text("vector", run.text());
                }
            }
            Step::Partial(answer) => {
                said.text("status", "partial");
                said.set("answer", &answer::write(&answer));
            }
            Step::Done(answer) => {
                said.text("status", "done");
                said.set("answer", &answer::write(&answer));
            }
        }
        Ok(said.into())
    }

    /// Takes a part's bytes, uncompressed.
    pub fn supply(&mut self, path: &str, bytes: Uint8Array) -> Result<(), JsError> {
        let bytes = bytes.to_vec();
        self.index.supply(path, &bytes).map_err(error)?;
        let texts = self.index.text(PartId::from_path(path).map_err(error)?).unwrap_or_default();
        let mut texts = texts.iter().flat_map(|page| &page.sections).map(|section| section.text.as_str());
        self.rare |= !texts.all(|text| text.chars().all(is_common));
        Ok(())
    }

    /// Notes that a part can't be had.
    pub fn fail(&mut self, path: &str, reason: &str) -> Result<(), JsError> {
        self.index.fail(path, reason).map_err(error)
    }

    /// Forgets which parts could not be had.
    pub fn retry(&mut self) {
        self.index.retry();
    }

    /// Gives a run its query's vector and says what made it.
    #[wasm_bindgen(js_name = giveVector)]
    pub fn give_vector(&mut self, run: u32, vector: Vec<f32>, encoder: &str) -> Result<(), JsError> {
        find(&mut self.runs, run)?.give_vector(vector, encoder);
        Ok(())
    }

    /// Says that a run will get no vector, and why.
    #[wasm_bindgen(js_name = failVector)]
    pub fn fail_vector(&mut self, run: u32, reason: &str) -> Result<(), JsError> {
        find(&mut self.runs, run)?.fail_vector(reason);
        Ok(())
    }

    /// Forgets a run.
    pub fn finish(&mut self, run: u32) {
        self.runs.retain(|(number, _)| *number != run);
    }
}

fn error(error: crate::Error) -> JsError {
    JsError::new(&match error.way_out() {
        Some(hint) => [error.message(), ": ", hint].concat(),
        None => error.message().to_owned(),
    })
}

fn find(runs: &mut [(u32, Run)], run: u32) -> Result<&mut Run, JsError> {
    let found = runs.iter_mut().find(|(number, _)| *number == run).map(|(_, run)| run);
    found.ok_or_else(|| JsError::new("no such run: it was finished, or never started"))
}
