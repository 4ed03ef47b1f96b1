//! `bifocal-file.js`: runtime and index in one classic script, for pages that are opened from disk.
//!
//! Browsers give such pages neither fetch nor modules nor workers, but scripts. Bytes are in base64: it is ASCII, whatever a
//! page's encoding; browsers decode it natively, any stretch of it on its own; and the third that it adds goes again where
//! the folder is zipped. The transformer is left out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bifocal::index::pack::{Bounds, File, lay_out};
use bifocal::index::{Core, Entry, PartId};
use bifocal::{Error, ErrorKind, Result};

use super::folder::ENTRY;
use super::runtime::Runtime;

/// The script, below the index folder.
pub const SCRIPT: &str = "bifocal-file.js";

/// Longest script: a browser's longest string may have twice as many characters.
const MOST_BYTES: usize = 256 << 20;

/// What takes a page that has such a script a third of a second.
const MANY_BYTES: usize = 16 << 20;

const MB: usize = 1_000_000;

/// The script that holds the index of these gzipped `parts`, and what goes with it; `entry` is as it is before parts are laid out.
///
/// # Errors
/// The script would be longer than browsers take.
pub fn files(runtime: &Runtime, entry: &Entry, core: &Core, parts: &[(PartId, Vec<u8>)]) -> Result<Vec<File>> {
    let mut entry = entry.clone();
    if let Some(model) = &mut entry.model {
        model.file = None;
    }
    entry.runtime.retain(|role, _| role == "core" || role == "seldom");
    entry.runtime.insert("worker".to_owned(), SCRIPT.to_owned());
    let index = lay_out(parts.to_vec(), core, &mut entry, Bounds { fewest: true, ..Bounds::default() })?;
    let sealed = entry.seal()?;
    let wasm = runtime.files().filter(|file| matches!(file.name, Some("core" | "seldom")));
    let mut held: Vec<(&str, &[u8])> = wasm.map(|file| (file.path, file.bytes)).collect();
    held.push((ENTRY, sealed.as_bytes()));
    held.extend(index.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())));

    let length = bounded(held.iter().map(|(_, bytes)| bytes.len().div_ceil(3) * 4).sum())?;
    let mut text = String::with_capacity(length + length / 64);
    for (path, bytes) in held {
        text.push_str(&format!("\"{path}\":\""));
        STANDARD.encode_string(bytes, &mut text);
        text.push_str("\",");
    }
    let mut files = vec![(SCRIPT.to_owned(), runtime.file_script_with(&text)?.into_bytes())];
    for file in runtime.files() {
        match file.name {
            Some("filePage") => files.push((
                "index.html".to_owned(),
                runtime.search_page("filePage", &core.fields, entry.main_language())?.into_bytes(),
            )),
            Some("fileStart") => files.push((file.path.to_owned(), file.bytes.to_vec())),
            _ => {}
        }
    }
    Ok(files)
}

/// `length`, unless it is more than a browser takes.
fn bounded(length: usize) -> Result<usize> {
    if length <= MOST_BYTES {
        return Ok(length);
    }
    let message =
        format!("{SCRIPT} would take {} MB, {} MB is what browsers are sure to read", length / MB, MOST_BYTES / MB);
    Err(Error::new(ErrorKind::Usage, message)
        .hint("--exclude pages, or build without --file-script and read the site from a server (bifocal serve)"))
}

/// What the owner should know of a script of so many bytes.
pub fn advice(bytes: usize) -> Option<String> {
    let many = bytes > MANY_BYTES;
    many.then(|| {
        format!(
            "every page with {SCRIPT} reads {} MB: put it on a page of its own, as index.html beside it is",
            bytes / MB
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_refused_and_what_is_long_comes_with_advice() {
        assert_eq!(bounded(MOST_BYTES).unwrap(), MOST_BYTES);
        let error = bounded(MOST_BYTES + 1).unwrap_err();
        assert_eq!(error.to_string(), "bifocal-file.js would take 268 MB, 268 MB is what browsers are sure to read");
        assert_eq!(advice(MANY_BYTES), None);
        assert!(advice(45 * MB).unwrap().contains("reads 45 MB"));
    }
}
