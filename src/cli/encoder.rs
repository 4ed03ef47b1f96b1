//! Opens an encoder from files.

use std::fs;
use std::path::{Path, PathBuf};

use bifocal::encoder::{Packing, Source, SourceFiles, Transformer};
use bifocal::{Error, ErrorKind, Result};

/// The model that is used unless another is named.
pub const DEFAULT: &str = "all-MiniLM-L6-v2";

/// The licence of the default model, which `bifocal build` writes beside it.
pub const LICENCE: &str = "all-MiniLM-L6-v2 by the Sentence-Transformers authors, licensed under the Apache License, \
Version 2.0\n(https://www.apache.org/licenses/LICENSE-2.0). Weights packed by bifocal; nothing else was changed.\n";

/// An encoder, and the file from which a browser can load the same.
pub struct Model {
    name: String,
    transformer: Transformer,
    form: Form,
}

enum Form {
    Published(Source),
    Packed(Vec<u8>),
}

impl Model {
    /// Opens the model at `path`: a GGUF file, or a folder with model.safetensors and tokenizer.json. Without a path it is
    /// [`DEFAULT`] in `models/` or in the user's cache folder.
    pub fn open(path: Option<&Path>) -> Result<Self> {
        let path = match path {
            Some(path) => path.to_owned(),
            None => usual()?,
        };
        let name = path.file_stem().map_or_else(|| "model".into(), |stem| stem.to_string_lossy().into_owned());
        if !path.is_dir() {
            let bytes = read(&path)?;
            let transformer = Transformer::from_gguf(&bytes).map_err(|error| in_file(&path, error))?;
            return Ok(Self { name, transformer, form: Form::Packed(bytes) });
        }
        let name = path.file_name().map_or(name, |name| name.to_string_lossy().into_owned());
        let optional = |file: &str| fs::read(path.join(file)).ok();
        let source = Source::read(&SourceFiles {
            name: &name,
            weights: &read(&path.join("model.safetensors"))?,
            tokenizer: &read(&path.join("tokenizer.json"))?,
            config: optional("config.json").as_deref(),
            pooling: optional("1_Pooling/config.json").as_deref(),
        })
        .map_err(|error| in_file(&path, error))?;
        Ok(Self { name, transformer: source.transformer()?, form: Form::Published(source) })
    }

    /// The encoder.
    pub fn transformer(&self) -> &Transformer {
        &self.transformer
    }

    /// A name for the GGUF file and its bytes: the file itself, or the published weights packed to 8 bits.
    pub fn shipped(&self) -> Result<(String, Vec<u8>)> {
        Ok(match &self.form {
            Form::Packed(bytes) => (self.name.clone(), bytes.clone()),
            Form::Published(source) => (format!("{}-q8_0", self.name), source.pack(Packing::Q8_0)?.to_bytes()),
        })
    }
}

/// Where bifocal keeps what can be had again: models and embeddings.
pub fn cache_folder() -> PathBuf {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = from("XDG_CACHE_HOME").or_else(|| Some(from("HOME")?.join(".cache"))).or_else(|| from("LOCALAPPDATA"));
    base.unwrap_or_else(std::env::temp_dir).join("bifocal")
}

fn usual() -> Result<PathBuf> {
    let places = [Path::new("models").join(DEFAULT), cache_folder().join("models").join(DEFAULT)];
    places.iter().find(|place| place.join("model.safetensors").exists()).cloned().ok_or_else(|| {
        let looked: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
        Error::new(ErrorKind::Missing, format!("there is no model in {}", looked.join(" or ")))
            .hint("`bifocal model get` downloads one; or name one with --model; or build with --keyword-only")
    })
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| {
        Error::new(ErrorKind::Io, format!("the model file {} can't be read", path.display()))
            .because(error)
            .hint("a model is a .gguf file, or a folder with model.safetensors and tokenizer.json")
    })
}

fn in_file(path: &Path, error: Error) -> Error {
    let hint = error.way_out().unwrap_or("get it again with `bifocal model get`").to_owned();
    Error::new(error.kind(), format!("the model {} can't be used", path.display())).because(error).hint(hint)
}
