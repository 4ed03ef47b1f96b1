//! The browser runtime that `build.rs` put into this command: the files that every index folder carries.

use std::collections::BTreeMap;

use bifocal::index::{FieldKind, FieldRef};
use bifocal::{Error, ErrorKind, Result};
use serde::Deserialize;

include!(concat!(env!("OUT_DIR"), "/runtime.rs"));

/// What stands in the loader where its hints go.
const HINTS: &str = "/*bifocal:hints*/null";

/// What stands in the script for pages that are opened from disk where its files go.
const FILES_HELD: &str = "/*bifocal:files*/";

/// What stands in the search page where the fields go that readers may filter by.
const FACETS: &str = "facets=\"\"";

/// What stands in the search page where its language goes.
const LANGUAGE: &str = "<html lang=\"en\"";

/// What stands in the manifest of the search page where its name goes.
const NAME: &str = "\"name\": \"Search\"";

/// One file of the runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct File<'a> {
    /// What the entry calls it: `worker`, `core`, …; `None` for one that is found by its path alone.
    pub name: Option<&'a str>,
    /// Where it goes, below the index folder, `/` between the names.
    pub path: &'a str,
    /// What it holds; `.bin` files are gzip.
    pub bytes: &'a [u8],
}

/// The whole runtime: its files and what each is for.
pub struct Runtime {
    names: BTreeMap<String, String>,
    more: Vec<String>,
    files: &'static [(&'static str, &'static [u8])],
}

/// The part of `runtime.json` that is read here.
#[derive(Deserialize)]
struct Manifest {
    version: u32,
    /// Paths by what the entry calls them.
    files: BTreeMap<String, String>,
    /// Paths of the others.
    more: Vec<String>,
}

/// The version of `runtime.json` that is read here.
const VERSION: u32 = 2;

/// Gives the runtime that this command was built with.
///
/// Fails with the way out if it was built without, as a plain `cargo build` of a fresh clone does.
pub fn runtime() -> Result<Runtime> {
    Runtime::from_files(FILES)
}

impl Runtime {
    fn from_files(files: &'static [(&'static str, &'static [u8])]) -> Result<Self> {
        let without = || {
            Error::new(ErrorKind::Missing, "this bifocal was built without the browser runtime")
                .hint("./build.sh builds both")
        };
        let manifest = find(files, "runtime.json").ok_or_else(without)?;
        let manifest: Manifest = serde_json::from_slice(manifest)
            .map_err(|error| Error::new(ErrorKind::Damaged, "runtime.json cannot be read").because(error))?;
        if manifest.version != VERSION {
            let message = format!("runtime.json has version {}, this build reads {VERSION}", manifest.version);
            return Err(Error::new(ErrorKind::Version, message).hint("./build.sh www native"));
        }
        if let Some(path) = manifest.files.values().chain(&manifest.more).find(|path| find(files, path).is_none()) {
            let message = format!("runtime.json names {path}, and there is no such file");
            return Err(Error::new(ErrorKind::Missing, message).hint("./build.sh www native"));
        }
        Ok(Self { names: manifest.files, more: manifest.more, files })
    }

    /// The files: those that have a name, in the order of their names, then the others.
    pub fn files(&self) -> impl Iterator<Item = File<'_>> {
        let named = self.names.iter().map(|(name, path)| (Some(name.as_str()), path));
        named.chain(self.more.iter().map(|path| (None, path))).map(|(name, path)| File {
            name,
            path,
            bytes: find(self.files, path).expect("the constructor looked for every one"),
        })
    }

    /// The loader with `hints` written into it, a JSON value.
    ///
    /// With them it can ask for worker, wasm and index side by side, while it revalidates the entry.
    pub fn loader_with_hints(&self, hints: &serde_json::Value) -> Result<String> {
        self.filled("loader", &[(HINTS, &hints.to_string())])
    }

    /// The script for pages that are opened from disk with `files` written into it, the properties of a JavaScript object.
    pub fn file_script_with(&self, files: &str) -> Result<String> {
        self.filled("fileScript", &[(FILES_HELD, files)])
    }

    /// The search page for an index with these fields, in a language; the one called `filePage` works from disk as well.
    pub fn search_page(&self, name: &str, fields: &[FieldRef], language: &str) -> Result<String> {
        let names: Vec<&str> = fields.iter().filter(|field| is_facet(field)).map(|field| field.name.as_str()).collect();
        let facets = format!("facets=\"{}\"", names.join(" "));
        // A page may call its language anything.
        let is_tag = !language.is_empty() && language.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let language = format!("<html lang=\"{}\"", if is_tag { language } else { "en" });
        self.filled(name, &[(LANGUAGE, &language), (FACETS, &facets)])
    }

    /// What browsers read of the search page when it is installed as an app, called as the site is.
    pub fn manifest(&self, title: &str) -> Result<String> {
        let name = if title.is_empty() { "Search" } else { title };
        self.filled("manifest", &[(NAME, &format!("\"name\": {}", serde_json::Value::from(name)))])
    }

    /// The file called `name` with a text in each of these places.
    fn filled(&self, name: &str, places: &[(&str, &str)]) -> Result<String> {
        let cannot = |why: &str| Error::new(ErrorKind::Damaged, format!("the runtime's {name} {why}"));
        let file = self.names.get(name).and_then(|path| find(self.files, path)).ok_or_else(|| cannot("is missing"))?;
        let mut rest = std::str::from_utf8(file).map_err(|error| cannot("is not UTF-8").because(error))?;
        let mut filled = String::with_capacity(rest.len());
        for (place, text) in places {
            let (before, after) = rest.split_once(place).ok_or_else(|| cannot(&format!("has no {place}")))?;
            filled.extend([before, text]);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

/// Whether a reader can choose among a field's values, and its name be written into an attribute that is a list of names.
fn is_facet(field: &FieldRef) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
    matches!(field.kind, FieldKind::Bool | FieldKind::Text) && field.name.chars().all(is_plain)
}

fn find(files: &[(&'static str, &'static [u8])], path: &str) -> Option<&'static [u8]> {
    files.iter().find(|(its_path, _)| *its_path == path).map(|(_, bytes)| *bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOADER: &[u8] = b"const hints=/*bifocal:hints*/null;go(hints)";

    #[test]
    fn gives_the_files_that_the_manifest_names() {
        let runtime = Runtime::from_files(&[
            ("bifocal.js", LOADER),
            ("index.html", b"<!doctype html>"),
            ("runtime.json", br#"{"version": 2, "files": {"loader": "bifocal.js"}, "more": ["index.html"]}"#),
        ])
        .unwrap();
        let files: Vec<_> = runtime.files().collect();
        let loader = File { name: Some("loader"), path: "bifocal.js", bytes: LOADER };
        assert_eq!(files, [loader, File { name: None, path: "index.html", bytes: b"<!doctype html>" }]);
        let loader = runtime.loader_with_hints(&serde_json::json!({"entry": {"pages": 3}})).unwrap();
        assert_eq!(loader, r#"const hints={"entry":{"pages":3}};go(hints)"#);
    }

    #[test]
    fn the_search_page_filters_by_what_can_be_chosen() {
        let manifest = br#"{"version": 2, "files": {"page": "index.html"}, "more": []}"#;
        let template: &[u8] = b"<html lang=\"en\"><bifocal-search facets=\"\" focus>";
        let files = [("index.html", template), ("runtime.json", manifest)];
        let runtime = Runtime::from_files(Box::leak(Box::new(files))).unwrap();
        let field = |name: &str, kind| FieldRef { name: name.into(), kind, hash: 1 };
        let fields = [
            field("draft", FieldKind::Bool),
            field("lang", FieldKind::Text),
            field("of\"mine", FieldKind::Text),
            field("two words", FieldKind::Text),
            field("year", FieldKind::Number),
        ];
        let page = |fields, language| runtime.search_page("page", fields, language).unwrap();
        assert_eq!(page(&fields, "ko-kr"), r#"<html lang="ko-kr"><bifocal-search facets="draft lang" focus>"#);
        assert_eq!(page(&[], "\"><script>"), r#"<html lang="en"><bifocal-search facets="" focus>"#);
    }

    #[test]
    fn the_app_is_called_as_the_site_is() {
        let manifest = br#"{"version": 2, "files": {"manifest": "bifocal.webmanifest"}, "more": []}"#;
        let files: [(&str, &[u8]); 2] =
            [("bifocal.webmanifest", br#"{"name": "Search", "scope": "./"}"#), ("runtime.json", manifest)];
        let runtime = Runtime::from_files(Box::leak(Box::new(files))).unwrap();
        assert_eq!(runtime.manifest("The \"Book\"").unwrap(), r#"{"name": "The \"Book\"", "scope": "./"}"#);
        assert_eq!(runtime.manifest("").unwrap(), r#"{"name": "Search", "scope": "./"}"#);
    }

    #[test]
    fn says_what_is_missing() {
        let error = |files| Runtime::from_files(files).err().unwrap().to_string();
        assert_eq!(error(&[]), "this bifocal was built without the browser runtime");
        assert_eq!(
            error(&[("runtime.json", br#"{"version": 2, "files": {"loader": "bifocal.js"}, "more": []}"#)]),
            "runtime.json names bifocal.js, and there is no such file"
        );
        assert_eq!(
            error(&[("runtime.json", br#"{"version": 3, "files": {}, "more": []}"#)]),
            "runtime.json has version 3, this build reads 2"
        );
    }
}
