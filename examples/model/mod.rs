//! The encoder that an example is told of.

use std::error::Error;
use std::fs;
use std::path::Path;

use bifocal::encoder::{Precision, Source, SourceFiles, Transformer};

/// Loads a GGUF file, or a folder with `model.safetensors` and `tokenizer.json`, as `bifocal build` does.
pub fn load(model: &Path) -> Result<Transformer, Box<dyn Error>> {
    if model.is_file() {
        return Ok(Transformer::from_gguf(&fs::read(model)?)?);
    }
    let (weights, tokenizer) = (fs::read(model.join("model.safetensors"))?, fs::read(model.join("tokenizer.json"))?);
    Ok(Source::read(&SourceFiles::new("", &weights, &tokenizer))?.coded(Precision::Coarse)?)
}
