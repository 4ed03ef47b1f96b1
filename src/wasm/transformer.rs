//! The transformer's door: a model file in, query vectors out.

use js_sys::Uint8Array;
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::encoder::{self, Encoder, Loader};

/// A transformer: first it takes a model file, in chunks as they are downloaded, then it embeds.
#[wasm_bindgen]
pub struct Transformer {
    loader: Option<Loader>,
    encoder: Option<encoder::Transformer>,
}

#[wasm_bindgen]
impl Transformer {
    /// A transformer for a model file of `bytes`.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: usize) -> Transformer {
        Self { loader: Some(Loader::new(bytes)), encoder: None }
    }

    /// Takes the next bytes of the file, however many. They go into place at once, so the file is never held whole
    /// beside the model; wasm memory never shrinks.
    pub fn write(&mut self, chunk: &Uint8Array) -> Result<(), JsError> {
        let loader = self.loader.as_mut().ok_or_else(|| JsError::new("the model is ready: it takes no more bytes"))?;
        let mut buffer = [0; 1 << 14];
        for start in (0..chunk.length()).step_by(buffer.len()) {
            let part = chunk.subarray(start, chunk.length().min(start + buffer.len() as u32));
            let bytes = &mut buffer[..part.length() as usize];
            part.copy_to(bytes);
            loader.write(bytes).map_err(error)?;
        }
        Ok(())
    }

    /// Ends the file. Throws if it was cut short or is not a model; the transformer is of no use then.
    pub fn ready(&mut self) -> Result<(), JsError> {
        let loader = self.loader.take().ok_or_else(|| JsError::new("the model was ready, or damaged, before"))?;
        self.encoder = Some(loader.finish().map_err(error)?);
        Ok(())
    }

    /// The name of the vector space.
    pub fn space(&self) -> Result<JsValue, JsError> {
        Ok(self.encoder()?.space().serialize(&Serializer::json_compatible())?)
    }

    /// The unit vector of a query.
    pub fn embed(&self, text: &str) -> Result<Vec<f32>, JsError> {
        self.encoder()?.embed_query(text).map_err(error)
    }

    fn encoder(&self) -> Result<&encoder::Transformer, JsError> {
        self.encoder
            .as_ref()
            .ok_or_else(|| JsError::new("the model is not ready: give it its bytes, then call ready()"))
    }
}

fn error(error: crate::Error) -> JsError {
    JsError::new(&match error.way_out() {
        Some(hint) => [error.message(), ": ", hint].concat(),
        None => error.message().to_owned(),
    })
}
