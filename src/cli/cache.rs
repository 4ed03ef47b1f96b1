//! What is kept between builds: embeddings and fits.

use std::fs;
use std::path::{Path, PathBuf};

use bifocal::build::Fit;
use bifocal::encoder::{Cache, Encoder, Progress, Role, cache_file_name};
use bifocal::{Error, ErrorKind, Result};
use xxhash_rust::xxh64::xxh64;

use super::progress;
use super::replace::replace;

/// Embeds texts with the cache of earlier builds.
pub fn embed_cached(encoder: &dyn Encoder, texts: &[&str], role: Role, cache: Option<&Path>) -> Result<Vec<Vec<f32>>> {
    let folder = cache.map(Path::to_owned).unwrap_or_else(cache_folder);
    let path = folder.join(cache_file_name(encoder));
    let refused = |error| {
        Error::new(ErrorKind::Io, format!("the embedding cache {} can't be opened", path.display()))
            .because(error)
            .hint("name another folder with --cache")
    };
    fs::create_dir_all(&folder).map_err(refused)?;
    let file =
        fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(refused)?;
    if matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)) {
        eprintln!(
            "waiting for another build that embeds with the same model; --cache with another folder does without it"
        );
    }
    file.lock().map_err(refused)?;
    let mut cache = Cache::open(file, encoder)?;
    let bar = progress::bar("embedding passages", texts.len() as u64);
    let show = |Progress { done, new, .. }: Progress| {
        bar.set_length(new as u64);
        bar.set_position(done as u64);
    };
    let vectors = cache.embed(encoder, texts, role, &show, progress::cancelled());
    bar.finish_and_clear();
    vectors
}

/// The file that keeps what an index is fitted to.
pub struct FitFile(PathBuf);

impl FitFile {
    /// The file of that path.
    pub fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// The file for the index in `output` within the cache folder.
    pub fn of(output: &Path, cache: Option<&Path>) -> Self {
        let output = std::path::absolute(output).unwrap_or_else(|_| output.to_owned());
        let name = format!("fit-{:016x}.bin", xxh64(output.as_os_str().as_encoded_bytes(), 0));
        Self(cache.map(Path::to_owned).unwrap_or_else(cache_folder).join(name))
    }

    /// What the file holds. One that cannot be used is said to be so and taken for none.
    pub fn read(&self) -> Option<Fit> {
        let bytes = fs::read(&self.0).ok()?;
        match Fit::read(&bytes) {
            Ok(fit) => Some(fit),
            Err(error) => {
                eprintln!("{} is not used, the site is fitted anew: {error}", self.0.display());
                None
            }
        }
    }

    /// Keeps a fit for the next build.
    pub fn write(&self, fit: &Fit) -> Result<()> {
        replace(&self.0, &fit.write()?).map_err(|error| error.hint("name another file with --fit"))
    }
}

/// Where embeddings are kept unless another folder is named.
pub fn cache_folder() -> PathBuf {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = from("XDG_CACHE_HOME").or_else(|| Some(from("HOME")?.join(".cache"))).or_else(|| from("LOCALAPPDATA"));
    base.unwrap_or_else(std::env::temp_dir).join("bifocal")
}
