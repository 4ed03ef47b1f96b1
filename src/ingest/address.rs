//! Where a page is: its link, from its path and from what it says is its canonical address.

use super::rules::Rules;

/// What a page's `<link rel="canonical">` comes to within its site.
pub(super) enum Canonical {
    /// It says nothing that can be used.
    None,
    /// The page, by number, whose address it gives; perhaps its own.
    Page(usize),
    /// An address of its own below the site's base URL.
    Url(String),
}

/// Reads the canonical address of page `id`; `find` gives the number of the page with an id.
///
/// Without a base URL nobody knows where the site will be, so only a relative address can be used; with one, an
/// absolute address must be below it.
pub(super) fn canonical(
    id: &str,
    href: Option<&str>,
    rules: &Rules,
    find: impl Fn(&str) -> Option<usize>,
) -> Canonical {
    let Some(href) = href.and_then(|href| href.split('#').next()).filter(|href| !href.is_empty()) else {
        return Canonical::None;
    };
    let path = match rules.base() {
        Some(base) if href.starts_with(base) => Some(href[base.len()..].to_owned()),
        _ => resolve(id, href),
    };
    let Some(path) = path else { return Canonical::None };
    let plain = decode(&path);
    let folder = plain.trim_end_matches('/');
    let index = if folder.is_empty() { "index.html".to_owned() } else { format!("{folder}/index.html") };
    let found = find(&plain).or_else(|| find(&index)).or_else(|| find(&format!("{folder}.html")));
    let own = found.is_none() || found == find(id);
    match rules.base() {
        Some(base) if own && href.starts_with(base) => Canonical::Url(href.to_owned()),
        _ => found.map_or(Canonical::None, Canonical::Page),
    }
}

/// The link to page `id`: relative to the site's root, or absolute below the base URL.
pub(super) fn of(id: &str, rules: &Rules) -> String {
    let mut path = encode(id);
    if rules.strip_index && (path == "index.html" || path.ends_with("/index.html")) {
        path.truncate(path.len() - "index.html".len());
        if path.is_empty() && rules.base().is_none() {
            path.push_str("./");
        }
    }
    format!("{}{path}", rules.base().unwrap_or_default())
}

/// A file's name without folders and extension, for want of a title.
pub(super) fn stem(id: &str) -> &str {
    let name = id.rsplit('/').next().unwrap_or(id);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// A relative address, seen from page `id`, as a path below the site's root; `None` for one that is not relative or
/// leads out of the site.
fn resolve(id: &str, href: &str) -> Option<String> {
    let has_scheme = href.split(['/', '?']).next().is_some_and(|start| start.contains(':'));
    if has_scheme || href.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = id.split('/').collect();
    parts.pop();
    let mut target = href.split('?').next().unwrap_or_default().split('/').peekable();
    while let Some(part) = target.next() {
        match part {
            "." | "" if target.peek().is_some() => {}
            "." => parts.push(""),
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A path as it stands in an address. A colon is written as `%3A`, so that no browser takes what is before it for a
/// scheme.
fn encode(path: &str) -> String {
    let mut url = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=@/".contains(&byte) {
            url.push(byte as char);
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    url
}

/// The path that an address means; what is no valid escape stays as it is.
fn decode(url: &str) -> String {
    let mut bytes = Vec::with_capacity(url.len());
    let mut rest = url.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = (byte == b'%').then(|| after.get(..2)).flatten();
        let escaped = escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(escaped.unwrap_or(byte));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::SiteOptions;

    fn rules(base_url: Option<&str>, strip_index: bool) -> Rules {
        Rules::new(&SiteOptions { base_url: base_url.map(str::to_owned), strip_index, ..SiteOptions::default() })
            .unwrap()
    }

    fn check(id: &str, base: Option<&str>, strip_index: bool, expected: &str) {
        assert_eq!(of(id, &rules(base, strip_index)), expected);
    }

    #[test]
    fn links_follow_the_path() {
        check("ch04-01.html", None, false, "ch04-01.html");
        check("a b/c:d%é.html", None, false, "a%20b/c%3Ad%25%C3%A9.html");
        check("guide/index.html", None, false, "guide/index.html");
        check("guide/index.html", None, true, "guide/");
        check("index.html", None, true, "./");
        check("guide/x.html", Some("https://a.example/docs"), false, "https://a.example/docs/guide/x.html");
    }

    #[test]
    fn canonical_addresses_are_understood_within_the_site() {
        let ids = ["guide/index.html", "guide/two words.html", "index.html"];
        let check = |id: &str, href: &str, base: Option<&str>, expected: &str| {
            let found = canonical(id, Some(href), &rules(base, false), |id| ids.iter().position(|other| *other == id));
            let found = match found {
                Canonical::None => "none",
                Canonical::Page(page) => ids[page],
                Canonical::Url(ref url) => url,
            };
            assert_eq!(found, expected, "{id} {href}");
        };
        check("guide/index.html", "two%20words.html#x", None, "guide/two words.html");
        check("guide/index.html", "../", None, "index.html");
        check("guide/index.html", "../../up.html", None, "none");
        check("index.html", "guide/", None, "guide/index.html");
        check("index.html", "guide", None, "guide/index.html");
        check("index.html", "https://a.example/guide/", None, "none");
        check("guide/index.html", "https://a.example/guide/", Some("https://a.example/"), "https://a.example/guide/");
        check("index.html", "https://a.example/guide/", Some("https://a.example/"), "guide/index.html");
        check("index.html", "https://a.example/elsewhere", Some("https://a.example/"), "https://a.example/elsewhere");
        check("index.html", "https://b.example/", Some("https://a.example/"), "none");
    }
}
