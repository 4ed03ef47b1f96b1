//! Embeds the browser runtime, which `./build.sh www` makes, into the native command.
//!
//! Writes `runtime.rs` into `OUT_DIR`: `FILES`, each file of `www/dist/runtime` by its path and contents. It is empty
//! where that folder is not there, so that the crate compiles without Node; the command then says so when it is asked
//! to build an index.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_NATIVE").is_none() {
        return Ok(());
    }
    let www = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("www");
    let runtime = www.join("dist/runtime");
    // Cargo takes a path that is not there for one that always changes: watch the nearest one that is.
    if let Some(watched) = [&runtime, &www].into_iter().find(|path| path.exists()) {
        println!("cargo::rerun-if-changed={}", watched.display());
    }

    let mut files = Vec::new();
    if runtime.join("runtime.json").exists() {
        collect(&runtime, "", &mut files)?;
        files.sort();
    }
    let mut source = String::from("static FILES: &[(&str, &[u8])] = &[\n");
    for (path, file) in &files {
        writeln!(source, "    ({path:?}, include_bytes!({:?})),", file.display().to_string())
            .expect("writes to memory");
    }
    source.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("runtime.rs"), source)
}

/// Adds every file below `folder`, with its path from the first folder down, `/` between the names.
fn collect(folder: &Path, above: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_str().ok_or_else(|| io::Error::other(format!("{name:?} is not UTF-8")))?;
        let path = format!("{above}{name}");
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.push((path, entry.path()));
        }
    }
    Ok(())
}
