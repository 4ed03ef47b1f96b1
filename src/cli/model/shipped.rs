//! The encoder of a build, and the form of it that browsers get.

use std::fs;
use std::path::{Path, PathBuf};

use bifocal::encoder::gguf::Value;
use bifocal::encoder::{self, COMPACT, Encoder, Precision, Source, Transformer};
use bifocal::index::Packer;
use bifocal::{Error, ErrorKind, Result};

use super::convert::compact;
use super::file::File;
use super::{WEIGHTS, get, name, prefixes, read_source, within};
use crate::cli::cache::cache_folder;
use crate::cli::replace::replace;

/// Under what terms all-MiniLM-L6-v2 may be passed on.
const LICENCE: &str = include_str!("../model-licence.txt");

/// Counts up when compact forms are made otherwise, so that those in caches are not taken for new ones.
const METHOD: u32 = 2;

/// An encoder that embeds passages, and what it was loaded from.
pub struct BuildModel {
    transformer: Transformer,
    from: From,
}

enum From {
    File(File),
    Folder(Source),
}

impl BuildModel {
    /// The model at `path`: a GGUF file, whose form says how it is computed, or a folder, whose weights are coded for products of that
    /// precision. A warning is printed if it seems to lack prefixes.
    ///
    /// # Errors
    /// As [`super::load`].
    pub fn load(path: &Path, precision: Precision) -> Result<Self> {
        let model = if path.is_dir() { Self::load_folder(path, precision) } else { Self::load_file(path) };
        let model = model.map_err(|error| within(path, error))?;
        if let Some(warning) = prefixes::missing(path, model.transformer.space()) {
            eprintln!("{warning}");
        }
        Ok(model)
    }

    fn load_folder(path: &Path, precision: Precision) -> Result<Self> {
        let source = read_source(path, [None; 2])?;
        Ok(Self { transformer: source.coded(precision)?, from: From::Folder(source) })
    }

    fn load_file(path: &Path) -> Result<Self> {
        // Browsers read no file that does not name its space, so that it is the named one that they get.
        let file = File::read(path)?.named()?;
        Ok(Self { transformer: file.load()?, from: From::File(file) })
    }

    /// The encoder.
    pub fn transformer(&self) -> &Transformer {
        &self.transformer
    }

    /// The encoder alone.
    pub fn into_transformer(self) -> Transformer {
        self.transformer
    }

    /// Under what terms the model may be passed on, to be laid beside its file: what the file itself says, or what is known of the
    /// model that `bifocal model get` fetches.
    pub fn licence(&self) -> Option<String> {
        if let From::File(file) = &self.from
            && let Ok(mut header) = file.header()
            && let Some(Value::Text(text)) = header.metadata.remove(encoder::LICENCE)
        {
            return Some(text);
        }
        get::fetches(&self.transformer.space().weights).then(|| LICENCE.to_owned())
    }

    /// The model file that browsers get: the file that was loaded, or a compact form of the folder that was, which is made once and
    /// kept in the folder `cache`, or the user's.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if the model cannot be packed, [`ErrorKind::Cancelled`] if that was stopped.
    pub fn shipped(&self, cache: Option<&Path>) -> Result<Shipped> {
        match &self.from {
            From::File(file) => {
                let path = file.path();
                let is_packed = path.extension().is_some_and(|ending| ending == "gz");
                let plain = if is_packed { path.with_extension("") } else { path.to_owned() };
                Ok(Shipped::of(name(&plain.with_extension("")), file))
            }
            From::Folder(source) => {
                let space = self.transformer.space();
                let name = format!("{}-{COMPACT}", space.model);
                let folder = cache.map(Path::to_owned).unwrap_or_else(cache_folder);
                let kept = format!("{name}{METHOD}-{}.gguf.gz", space.weights);
                let kept = folder.join(kept);
                if let Ok(bytes) = fs::read(&kept) {
                    let file = File::new(&kept, bytes);
                    if file.load().is_ok_and(|model| model.space() == space) {
                        return Ok(Shipped::of(name, &file));
                    }
                }
                let bytes = Packer::new().gzip(&compact(source)?.to_bytes());
                replace(&kept, &bytes)?;
                Ok(Shipped::of(name, &File::new(&kept, bytes)))
            }
        }
    }
}

/// A model file for browsers.
pub struct Shipped {
    /// What it is called, without ending.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// The length of what gzip packed into it, if it did.
    pub unpacked: Option<u32>,
}

impl Shipped {
    fn of(name: String, file: &File) -> Self {
        // No model is read that is larger.
        let unpacked = file.is_packed().then(|| file.length() as u32);
        Self { name, bytes: file.bytes().to_owned(), unpacked }
    }
}

/// Loads the encoder that embeds an index's passages, by coarse products of a folder's weights: the model at `path`, or the one that
/// `bifocal model get` fetched.
///
/// # Errors
/// As [`load`]; [`ErrorKind::Usage`] if no path is given and no model was fetched.
pub fn load_for_build(path: Option<&Path>) -> Result<BuildModel> {
    let path = chosen(path)
        .map_err(|error| error.hint("run `bifocal model get`, name one with --model, or build with --keyword-only"))?;
    BuildModel::load(&path, Precision::Coarse)
}

/// `path`, or where `bifocal model get` put its model.
pub fn chosen(path: Option<&Path>) -> Result<PathBuf> {
    if let Some(path) = path {
        return Ok(path.to_owned());
    }
    let folder = get::default_folder();
    if folder.join(WEIGHTS).is_file() {
        return Ok(folder);
    }
    Err(Error::new(ErrorKind::Usage, format!("no encoder model in {}", folder.display()))
        .hint("run `bifocal model get`, or name one with --model"))
}
