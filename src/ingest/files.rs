//! Which files of a folder are pages.

use super::report::{Reason, Report, Skipped};
use super::rules::Rules;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// The files to read, by id (the path below `folder`, with `/`).
pub(super) fn list(folder: &Path, output: &Path, rules: &Rules, report: &mut Report) -> Vec<(String, PathBuf)> {
    let output = output.canonicalize().ok();
    let is_wanted = |entry: &DirEntry| {
        if entry.depth() == 0 {
            return true;
        }
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        let is_output = || output.is_some() && entry.path().canonicalize().ok() == output;
        let is_index = || entry.file_type().is_dir() && (entry.path().join("bifocal.json").exists() || is_output());
        let left_out = || id_of(folder, entry.path()).is_some_and(|id| rules.leaves_out(&id));
        !hidden && !left_out() && !is_index()
    };
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).follow_links(true).into_iter().filter_entry(is_wanted) {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_html(entry.path()) => match id_of(folder, entry.path()) {
                Some(id) if rules.includes(&id) => files.push((id, entry.into_path())),
                Some(_) => {}
                None => {
                    let path = entry.path().display().to_string();
                    report.skipped.push(Skipped { path, reason: Reason::Unreadable("its name is not UTF-8".into()) });
                }
            },
            Ok(_) => {}
            // A link that leads nowhere is of interest only where a page should be.
            Err(error) if error.path().is_some_and(|path| path.is_symlink() && !path.exists() && !is_html(path)) => {}
            Err(error) => {
                let path = error.path().unwrap_or(folder).display().to_string();
                let reason =
                    error.io_error().map_or("its link leads back to a folder it is in".into(), ToString::to_string);
                report.skipped.push(Skipped { path, reason: Reason::Unreadable(reason) });
            }
        }
    }
    files.sort();
    leave_out_links(folder, files, report)
}

/// Leaves out what is reached a second time, by a link to a file or folder of the same site.
fn leave_out_links(folder: &Path, files: Vec<(String, PathBuf)>, report: &mut Report) -> Vec<(String, PathBuf)> {
    let Ok(root) = folder.canonicalize() else { return files };
    let ids: HashSet<&str> = files.iter().map(|(id, _)| id.as_str()).collect();
    let mut folders = HashMap::new();
    let mut others = Vec::with_capacity(files.len());
    for (id, path) in &files {
        let target = real_path(path, &mut folders).and_then(|path| id_of(&root, &path));
        others.push(target.filter(|target| target != id && ids.contains(target.as_str())));
    }
    let mut stay = Vec::with_capacity(files.len());
    for ((id, path), other) in files.into_iter().zip(others) {
        match other {
            Some(other) => report.skipped.push(Skipped { path: id, reason: Reason::SamePage(other) }),
            None => stay.push((id, path)),
        }
    }
    stay
}

/// Where a file lies without links; `folders` remembers where folders do.
fn real_path<'p>(path: &'p Path, folders: &mut HashMap<&'p Path, Option<PathBuf>>) -> Option<PathBuf> {
    if path.is_symlink() {
        return path.canonicalize().ok();
    }
    let folder = folders.entry(path.parent()?).or_insert_with_key(|folder| folder.canonicalize().ok());
    Some(folder.as_ref()?.join(path.file_name()?))
}

fn id_of(folder: &Path, path: &Path) -> Option<String> {
    let parts = path.strip_prefix(folder).ok()?.components().map(|part| part.as_os_str().to_str());
    Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
}

fn is_html(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    ["html", "htm", "xhtml"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}
