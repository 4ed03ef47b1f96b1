//! The options of a site, checked once and ready for use on every page.

use super::config::{DEFAULT_METADATA, SiteOptions};
use super::html::language;
use crate::corpus::Meta;
use crate::{Error, ErrorKind, Result};
use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use scraper::Selector;
use std::collections::BTreeMap;

/// What [`SiteOptions`] ask for, with every selector and pattern compiled.
pub(super) struct Rules {
    content: Option<Selector>,
    exclude_elements: Vec<Selector>,
    include: Option<GlobSet>,
    exclude: GlobSet,
    base: Option<String>,
    lang: Option<String>,
    metadata: Vec<String>,
    /// Links end in the folder's `/` instead of `/index.html`.
    pub strip_index: bool,
}

impl Rules {
    /// Checks `options`; an error names the option and the value that is not usable.
    pub fn new(options: &SiteOptions) -> Result<Self> {
        let metadata = options.metadata.clone().unwrap_or_else(|| DEFAULT_METADATA.map(str::to_owned).to_vec());
        Ok(Self {
            content: options.content.as_deref().map(|text| selector("content", text)).transpose()?,
            exclude_elements: options
                .exclude_selectors
                .iter()
                .map(|text| selector("exclude-selectors", text))
                .collect::<Result<_>>()?,
            include: (!options.include.is_empty()).then(|| globs("include", &options.include)).transpose()?,
            exclude: globs("exclude", &options.exclude)?,
            base: options.base_url.as_deref().map(base).transpose()?,
            lang: options.lang.as_deref().map(known_language).transpose()?,
            metadata: metadata.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect(),
            strip_index: options.strip_index,
        })
    }

    /// Selects the content, where the options do.
    pub fn content(&self) -> Option<&Selector> {
        self.content.as_ref()
    }

    /// Elements that are left out of the content.
    pub fn excluded_elements(&self) -> &[Selector] {
        &self.exclude_elements
    }

    /// Whether a folder's or file's path, relative to the site, is left out.
    pub fn leaves_out(&self, path: &str) -> bool {
        self.exclude.is_match(path)
    }

    /// Whether a file's path is one of those to read, as far as `include` says.
    pub fn includes(&self, path: &str) -> bool {
        self.include.as_ref().is_none_or(|globs| globs.is_match(path))
    }

    /// The address of the site's root, with a slash at its end.
    pub fn base(&self) -> Option<&str> {
        self.base.as_deref()
    }

    /// The language of pages that name none.
    pub fn lang(&self) -> Option<&str> {
        self.lang.as_deref()
    }

    /// The wanted fields among a page's `<meta>` names and values; a field that comes several times is a list.
    pub fn metadata(&self, metas: &[(String, String)]) -> BTreeMap<String, Meta> {
        let mut fields = BTreeMap::new();
        for field in &self.metadata {
            let name = field.to_ascii_lowercase();
            let values =
                std::iter::once(name.as_str()).chain(aliases(&name).iter().copied()).map(|name| values_of(metas, name));
            let Some(mut values) = values.into_iter().find(|values| !values.is_empty()) else { continue };
            if name == "keywords" {
                values = values.iter().flat_map(|value| value.split(',')).map(|word| word.trim().to_owned()).collect();
                values.retain(|word| !word.is_empty());
            }
            let value =
                if values.len() == 1 && name != "keywords" { Meta::Text(values.remove(0)) } else { Meta::List(values) };
            fields.insert(field.clone(), value);
        }
        fields
    }
}

fn values_of(metas: &[(String, String)], name: &str) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for (_, value) in metas.iter().filter(|(other, _)| other == name) {
        if !values.contains(value) {
            values.push(value.clone());
        }
    }
    values
}

/// Other names under which pages give a field.
fn aliases(name: &str) -> &'static [&'static str] {
    match name {
        "description" => &["og:description"],
        "author" => &["article:author", "dc.creator", "dcterms.creator"],
        "date" => &["article:published_time", "dc.date", "dcterms.date"],
        _ => &[],
    }
}

fn selector(option: &str, text: &str) -> Result<Selector> {
    Selector::parse(text).map_err(|error| {
        Error::new(ErrorKind::Usage, format!("{option}: `{text}` is not a CSS selector: {error}"))
            .hint("write it as in a style sheet: `main`, `#content`, `.sidebar, .ads`")
    })
}

/// Patterns as `.gitignore` reads them: without a slash they match a name in any folder, with one the path from the
/// root; what matches a folder matches all in it.
fn globs(option: &str, patterns: &[String]) -> Result<GlobSet> {
    let mut set = GlobSetBuilder::new();
    let mut add = |pattern: &str, text: &str| -> Result<()> {
        set.add(glob(option, pattern, text)?);
        Ok(())
    };
    for text in patterns {
        let path = text.trim().trim_start_matches("./");
        let anchored = path.trim_end_matches('/').contains('/');
        let path = path.trim_start_matches('/').trim_end_matches('/');
        let path = if anchored || path.starts_with("**") { path.to_owned() } else { format!("**/{path}") };
        add(&path, text)?;
        add(&format!("{path}/**"), text)?;
    }
    set.build()
        .map_err(|error| Error::new(ErrorKind::Usage, format!("{option}: too large a list of patterns")).because(error))
}

fn glob(option: &str, pattern: &str, text: &str) -> Result<Glob> {
    GlobBuilder::new(pattern).literal_separator(true).build().map_err(|error| {
        Error::new(ErrorKind::Usage, format!("{option}: `{text}` is not a glob: {}", error.kind()))
            .hint("write it as `drafts/**`, `*.draft.html` or `{de,fr}/**`")
    })
}

fn base(url: &str) -> Result<String> {
    let url = url.trim();
    let is_absolute = ["https://", "http://"].iter().any(|scheme| url.len() > scheme.len() && url.starts_with(scheme));
    if !is_absolute || url.contains(['#', '?', ' ']) {
        return Err(Error::new(ErrorKind::Usage, format!("base-url: `{url}` is not the address of a site"))
            .hint("write it in full: `https://example.org/docs/`"));
    }
    Ok(format!("{}/", url.trim_end_matches('/')))
}

fn known_language(tag: &str) -> Result<String> {
    language(tag).ok_or_else(|| {
        Error::new(ErrorKind::Usage, format!("lang: `{tag}` is not a language tag"))
            .hint("write it as `en`, `de` or `pt-br`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, path: &str, expected: bool) {
        let rules = Rules::new(&SiteOptions { exclude: vec![pattern.into()], ..SiteOptions::default() }).unwrap();
        assert_eq!(rules.leaves_out(path), expected, "{pattern} on {path}");
    }

    #[test]
    fn patterns_match_as_gitignore_s_do() {
        check("print.html", "print.html", true);
        check("print.html", "book/print.html", true);
        check("print.html", "book/fingerprint.html", false);
        check("/print.html", "book/print.html", false);
        check("2018-edition/**", "2018-edition/ch01.html", true);
        check("2018-edition/", "2018-edition/ch01.html", true);
        check("2018-edition", "en/2018-edition/deep/ch01.html", true);
        check("en/*.html", "en/deep/ch01.html", false);
        check("ch0[12]-*", "ch02-00.html", true);
        check("{de,fr}/**", "fr/index.html", true);
    }

    #[test]
    fn options_that_cannot_be_used_are_named() {
        let wrong =
            |options: SiteOptions| Rules::new(&options).err().map(|error| error.to_string()).unwrap_or_default();
        let none = SiteOptions::default;
        assert!(wrong(SiteOptions { content: Some("div[".into()), ..none() }).starts_with("content: `div[`"));
        assert!(wrong(SiteOptions { exclude: vec!["a[".into()], ..none() }).starts_with("exclude: `a[`"));
        assert!(wrong(SiteOptions { base_url: Some("/docs".into()), ..none() }).starts_with("base-url: `/docs`"));
        assert!(wrong(SiteOptions { lang: Some("english please".into()), ..none() }).starts_with("lang: "));
    }
}
