//! Writes an index folder so that at every moment it holds a whole index.
//!
//! New files are written beside the old under temporary names and renamed; the entry is renamed last. Files of the
//! generation before stay until the next build, for readers that opened it; older ones are removed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use bifocal::index::pack::File;
use bifocal::index::{Entry, Packer, PartId, RawPart};
use bifocal::{Error, ErrorKind, Result};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::file_script::SCRIPT;
use super::folder::ENTRY;
use super::progress;

/// The list of all files with their lengths and hashes.
const LIST: &str = "files.json";

/// What `files.json` says.
#[derive(Serialize, Deserialize)]
struct List {
    generation: String,
    files: Vec<Listed>,
    /// Paths of former generations that are kept, the latest first.
    former: Vec<Former>,
}

#[derive(Serialize, Deserialize)]
struct Listed {
    path: String,
    bytes: u64,
    sha256: String,
}

#[derive(Serialize, Deserialize)]
struct Former {
    generation: String,
    paths: Vec<String>,
}

/// How much was written.
pub struct Published {
    /// Bytes of the index's parts.
    pub index: u64,
    /// Bytes of runtime and model.
    pub rest: u64,
    /// How many files there are in all.
    pub files: usize,
}

/// Refuses a folder that holds something else than an index.
pub fn check_output(folder: &Path) -> Result<()> {
    if !folder.exists() || folder.join(ENTRY).exists() {
        return Ok(());
    }
    let mut entries = fs::read_dir(folder).map_err(|error| io("can't be read as a folder", folder, error))?;
    let leftovers = |name: &str| ["parts", "runtime", "model"].contains(&name);
    match entries.find_map(|entry| entry.ok().filter(|e| !leftovers(&e.file_name().to_string_lossy()))) {
        None => Ok(()),
        Some(other) => {
            let message = format!(
                "{} exists and is not an index: it holds {}",
                folder.display(),
                other.file_name().to_string_lossy()
            );
            Err(Error::new(ErrorKind::Usage, message)
                .hint("name another folder with --output; an index folder is bifocal's alone"))
        }
    }
}

/// Parts as files hold them.
pub fn compress(parts: Vec<RawPart>) -> Vec<(PartId, Vec<u8>)> {
    let bar = progress::bar("compressing", parts.len() as u64);
    let compressed = parts
        .into_par_iter()
        .map_init(Packer::new, |packer, part| {
            bar.inc(1);
            (part.id, packer.pack(&part))
        })
        .collect();
    bar.finish_and_clear();
    compressed
}

/// Refuses a file of more than `most` bytes.
fn check_size(path: &str, bytes: usize, most: u64) -> Result<()> {
    if bytes as u64 <= most {
        return Ok(());
    }
    let message = format!("{path} takes {bytes} bytes, --max-file-size is {most}");
    Err(Error::new(ErrorKind::Usage, message).hint("allow larger files"))
}

/// Writes the files of the index and the extra ones to `folder`, keeping `keep` former generations; no file may be larger than
/// `most`.
pub fn publish(
    folder: &Path,
    entry: &Entry,
    [index, extra]: [&[File]; 2],
    keep: usize,
    most: u64,
) -> Result<Published> {
    extra.iter().try_for_each(|(path, bytes)| check_size(path, bytes.len(), most))?;
    let sealed = entry.seal()?;
    let former = read_list(folder);
    let bar = progress::bar("writing", index.len() as u64);
    for sub in ["parts", "runtime", "model"] {
        if sub == "parts" || extra.iter().any(|(path, _)| path.starts_with(sub)) {
            let sub = folder.join(sub);
            fs::create_dir_all(&sub).map_err(|error| io("can't be made", &sub, error))?;
        }
    }
    let mut files: Vec<Listed> = index
        .par_iter()
        .map(|(path, bytes)| {
            let listed = write(folder, path, bytes, true)?;
            bar.inc(1);
            Ok(listed)
        })
        .collect::<Result<_>>()?;
    let index: u64 = files.iter().map(|file| file.bytes).sum();
    for (path, bytes) in extra {
        files.push(write(folder, path, bytes, path.contains('/'))?);
    }
    bar.finish_and_clear();
    let list = List { generation: entry.generation.clone(), former: kept(former, &entry.generation, keep), files };
    let text = serde_json::to_vec(&list)
        .map_err(|error| Error::new(ErrorKind::Io, format!("{LIST} can't be written")).because(error))?;
    check_size(LIST, text.len(), most)?;
    write(folder, LIST, &text, false)?;
    write(folder, ENTRY, sealed.as_bytes(), false)?;
    remove_others(folder, &list)?;
    let rest = list.files.iter().map(|file| file.bytes).sum::<u64>() - index;
    Ok(Published { index, rest, files: list.files.len() + 2 })
}

/// Writes a file under a temporary name and renames it; one that is named by its contents and there already is left.
fn write(folder: &Path, path: &str, bytes: &[u8], named_by_contents: bool) -> Result<Listed> {
    let target = folder.join(path);
    let there = named_by_contents && fs::read(&target).is_ok_and(|old| old == bytes);
    if !there {
        let parent = target.parent().unwrap_or(folder);
        let mut temporary = tempfile::Builder::new()
            .prefix(".bifocal-")
            .tempfile_in(parent)
            .map_err(|error| io("can't be written to", parent, error))?;
        temporary.write_all(bytes).map_err(|error| io("can't be written", &target, error))?;
        readable_by_all(temporary.path()).map_err(|error| io("can't be made readable", &target, error))?;
        temporary.persist(&target).map_err(|error| io("can't be written", &target, error.error))?;
    }
    Ok(Listed { path: path.to_owned(), bytes: bytes.len() as u64, sha256: hex(&Sha256::digest(bytes)) })
}

/// Temporary files are private to their owner; a web server is often someone else.
fn readable_by_all(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o644))?;
    }
    let _ = path;
    Ok(())
}

fn read_list(folder: &Path) -> Option<List> {
    serde_json::from_slice(&fs::read(folder.join(LIST)).ok()?).ok()
}

/// The former generations to keep: the one that was current first.
fn kept(list: Option<List>, generation: &str, keep: usize) -> Vec<Former> {
    let Some(list) = list else { return Vec::new() };
    let current = Former { generation: list.generation, paths: list.files.into_iter().map(|file| file.path).collect() };
    let all = std::iter::once(current).chain(list.former);
    all.filter(|former| former.generation != generation).take(keep).collect()
}

/// Removes files in the index's own sub-folders that neither this generation nor a kept one names, and a script that holds
/// a former index.
fn remove_others(folder: &Path, list: &List) -> Result<()> {
    let script = folder.join(SCRIPT);
    if script.exists() && list.files.iter().all(|file| file.path != SCRIPT) {
        fs::remove_file(&script).map_err(|error| io("can't be removed", &script, error))?;
    }
    let current = list.files.iter().map(|file| file.path.as_str());
    let former = list.former.iter().flat_map(|former| former.paths.iter().map(String::as_str));
    let named: BTreeSet<PathBuf> = current.chain(former).map(|path| folder.join(path)).collect();
    for sub in ["parts", "runtime", "model"] {
        let Ok(entries) = fs::read_dir(folder.join(sub)) else { continue };
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| !named.contains(path)) {
            fs::remove_file(&path).map_err(|error| io("can't be removed", &path, error))?;
        }
    }
    Ok(())
}

/// The hexadecimal digits of a hash.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes on disk by kind of file: parts by what they hold, then runtime and model.
pub fn sizes(folder: &Path) -> Option<BTreeMap<String, (usize, u64)>> {
    let mut sizes: BTreeMap<String, (usize, u64)> = BTreeMap::new();
    for file in read_list(folder)?.files {
        let kind = match file.path.split_once('/') {
            Some(("parts", name)) => {
                let kind = name.split_once('-').map_or(name, |(kind, _)| kind);
                kind.trim_end_matches(|digit: char| digit.is_ascii_digit()).to_owned()
            }
            Some((sub, _)) => sub.to_owned(),
            None if file.path == SCRIPT => "script for pages on disk".to_owned(),
            None => "page and loader".to_owned(),
        };
        let (count, bytes) = sizes.entry(kind).or_default();
        *count += 1;
        *bytes += file.bytes;
    }
    Some(sizes)
}

fn io(what: &str, path: &Path, error: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("{} {what}", path.display())).because(error)
}
