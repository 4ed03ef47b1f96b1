//! The door of the core: an index and the queries under way in it.

use std::collections::BTreeMap;

use js_sys::{JSON, Uint8Array};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::index::{Entry, Index};
use crate::search::{Query, Run, Step};

/// An index and the queries under way in it.
#[wasm_bindgen]
pub struct Engine {
    index: Index,
    runs: BTreeMap<u32, Run>,
    next: u32,
}

/// What a step says, as a page reads it.
#[derive(Serialize)]
#[serde(tag = "status", rename_all = "lowercase")]
enum Said<'s> {
    Need { parts: Vec<String>, vector: bool },
    Partial { answer: &'s crate::search::Answer },
    Done { answer: &'s crate::search::Answer },
}

#[wasm_bindgen]
impl Engine {
    /// Opens an index from the text of its `bifocal.json`.
    #[wasm_bindgen(constructor)]
    pub fn new(entry: &str) -> Result<Engine, JsError> {
        Entry::verify(entry).map_err(error)?;
        let value = JSON::parse(entry).map_err(|_| JsError::new("bifocal.json is not JSON"))?;
        let entry: Entry = serde_wasm_bindgen::from_value(value)?;
        Ok(Self { index: Index::open(entry).map_err(error)?, runs: BTreeMap::new(), next: 0 })
    }

    /// The entry's contents.
    pub fn describe(&self) -> Result<JsValue, JsError> {
        plain(self.index.entry())
    }

    /// Paths of the parts that every search needs.
    pub fn parts(&self) -> Vec<String> {
        vec![self.index.core_id().to_string()]
    }

    /// Starts a query and returns the number of its run.
    pub fn start(&mut self, query: JsValue) -> Result<u32, JsError> {
        let query: Query = serde_wasm_bindgen::from_value(query)?;
        self.next = self.next.wrapping_add(1);
        self.runs.insert(self.next, Run::new(query));
        Ok(self.next)
    }

    /// Takes a run as far as it goes with the parts that are loaded.
    pub fn step(&mut self, run: u32) -> Result<JsValue, JsError> {
        let run = self.runs.get_mut(&run).ok_or_else(unknown_run)?;
        match run.step(&self.index).map_err(error)? {
            Step::Need { parts, vector } => {
                plain(&Said::Need { parts: parts.iter().map(ToString::to_string).collect(), vector })
            }
            Step::Partial(answer) => plain(&Said::Partial { answer: &answer }),
            Step::Done(answer) => plain(&Said::Done { answer: &answer }),
        }
    }

    /// Takes a part's bytes, uncompressed.
    pub fn supply(&mut self, path: &str, bytes: Uint8Array) -> Result<(), JsError> {
        self.index.supply(path, &bytes.to_vec()).map_err(error)
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
        self.runs.get_mut(&run).ok_or_else(unknown_run)?.give_vector(vector, encoder);
        Ok(())
    }

    /// Says that a run will get no vector, and why.
    #[wasm_bindgen(js_name = failVector)]
    pub fn fail_vector(&mut self, run: u32, reason: &str) -> Result<(), JsError> {
        self.runs.get_mut(&run).ok_or_else(unknown_run)?.fail_vector(reason);
        Ok(())
    }

    /// Forgets a run.
    pub fn finish(&mut self, run: u32) {
        self.runs.remove(&run);
    }
}

fn plain(value: &impl Serialize) -> Result<JsValue, JsError> {
    Ok(value.serialize(&Serializer::json_compatible())?)
}

fn error(error: crate::Error) -> JsError {
    JsError::new(&match error.way_out() {
        Some(hint) => [&error.to_string(), ": ", hint].concat(),
        None => error.to_string(),
    })
}

fn unknown_run() -> JsError {
    JsError::new("no such run: it was finished, or never started")
}
