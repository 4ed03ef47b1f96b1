//! Reading: the site in `tests/site/`, folders that are not as they should be, and JSON lines.

mod markup;

use bifocal::ErrorKind;
use bifocal::corpus::{Meta, Page};
use bifocal::ingest::{Reason, Report, SiteOptions, Skipped, read_jsonl, read_site};
use std::fs;
use std::path::Path;

fn site() -> (Vec<Page>, Report) {
    read("tests/site".as_ref(), SiteOptions::default()).expect("the site can be read")
}

fn read(folder: &Path, options: SiteOptions) -> bifocal::Result<(Vec<Page>, Report)> {
    read_site(folder, &options, "nowhere".as_ref(), &|_, _| ())
}

fn page<'p>(pages: &'p [Page], id: &str) -> &'p Page {
    pages.iter().find(|page| page.id == id).unwrap_or_else(|| panic!("no page {id}"))
}

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// One page's markup, read as a site of its own.
fn markup(html: &str) -> Page {
    let folder = folder(&[("a.html", html.as_bytes())]);
    read(folder.path(), SiteOptions::default()).expect("one page").0.remove(0)
}

/// Level, heading, anchor and text of each section.
fn outline(page: &Page) -> Vec<(u8, &str, Option<&str>, &str)> {
    page.sections.iter().map(|s| (s.level, s.heading.as_str(), s.anchor.as_deref(), s.text.as_str())).collect()
}

#[test]
fn every_page_of_the_site_is_read_or_accounted_for() {
    let (pages, report) = site();
    let ids: Vec<&str> = pages.iter().map(|page| page.id.as_str()).collect();
    let expected = [
        "api/struct.Hive.html",
        "de/winter.html",
        "faq.html",
        "guide/first-hive.html",
        "guide/inspections.html",
        "guide/swarming.html",
        "index.html",
        "ko/honey.html",
        "notes.html",
        "old/history.html",
        "reference/cli.html",
        "reference/config.html",
        "reference/frames.html",
        "reference/sharing.html",
    ];
    assert_eq!(ids, expected);
    let skipped: Vec<_> = report.skipped.iter().map(|skipped| (skipped.path.as_str(), &skipped.reason)).collect();
    assert_eq!(
        skipped,
        [("drafts/plans.html", &Reason::NoIndex), ("empty.html", &Reason::NoText), ("moved.html", &Reason::Redirect)]
    );
    assert_eq!((report.read, report.troubles().count(), report.damaged.len()), (14, 0, 0));
    assert_eq!(report.to_string(), "3 files give no page: 1 noindex, 1 redirect, 1 without text\n");
}

#[test]
fn titles_lose_the_site_s_name() {
    let (pages, _) = site();
    let titles: Vec<&str> = pages.iter().map(|page| page.title.as_str()).collect();
    let expected = [
        "Hive in hivelog",
        "Bienen überwintern",
        "Questions",
        "Your first hive",
        "Inspections",
        "Swarming",
        "Introduction",
        "꿀 수확",
        "Release notes",
        "History",
        "Command line",
        "Configuration",
        "Frame notation",
        "Sharing a log",
    ];
    assert_eq!(titles, expected);
}

#[test]
fn languages_and_metadata_are_kept() {
    let (pages, _) = site();
    let lang = |id| page(&pages, id).lang.as_deref();
    assert_eq!(
        [lang("ko/honey.html"), lang("reference/config.html"), lang("old/history.html")],
        [Some("ko-kr"), Some("en-gb"), None]
    );
    let meta = &page(&pages, "reference/config.html").meta;
    assert_eq!(meta["date"], Meta::Text("2024-03-09".into()));
    assert_eq!(meta["description"], Meta::Text("Where settings live and what each of them does.".into()));
    assert_eq!(page(&pages, "reference/cli.html").meta["author"], Meta::Text("The Hivelog authors".into()));
    assert!(page(&pages, "index.html").meta.is_empty(), "an empty description is none");
}

#[test]
fn a_page_may_say_its_language_in_other_places() {
    let lang = |html: &str| markup(html).lang;
    assert_eq!(lang("<html lang=de><body lang=fr><p>x").as_deref(), Some("de"));
    assert_eq!(lang("<body lang=fr><p>x").as_deref(), Some("fr"));
    assert_eq!(lang("<meta http-equiv=Content-Language content='pt-BR'><p>x").as_deref(), Some("pt-br"));
    assert_eq!(lang("<meta http-equiv=Content-Language content='de, fr'><p>x"), None);
}

#[test]
fn a_page_without_title_has_that_of_its_heading_or_its_file() {
    assert_eq!(markup("<h1>Heading</h1>").title, "Heading");
    assert_eq!(markup("<meta property=og:title content='From the card'><h1>Heading</h1>").title, "From the card");
    assert_eq!(markup("<p>Text").title, "a");
}

#[test]
fn options_choose_pages_and_content() {
    let options = SiteOptions {
        include: vec!["guide/**".into(), "reference/cli.html".into()],
        exclude: vec!["first-*.html".into()],
        exclude_selectors: vec!["pre, table".into()],
        base_url: Some("https://hivelog.example/docs".into()),
        metadata: Some(Vec::new()),
        lang: Some("en".into()),
        ..SiteOptions::default()
    };
    let (pages, _) = read("tests/site".as_ref(), options).unwrap();
    let urls: Vec<&str> = pages.iter().map(|page| page.url.as_str()).collect();
    let expected = ["guide/inspections.html", "guide/swarming.html", "reference/cli.html"];
    assert_eq!(urls, expected.map(|path| format!("https://hivelog.example/docs/{path}")));
    assert!(pages.iter().all(|page| page.meta.is_empty()));
    assert!(!page(&pages, "guide/inspections.html").sections[1].text.contains("Hive::open"));

    let options = SiteOptions {
        content: Some("h1, .codeBlockLines_e6Vv".into()),
        include: vec!["reference/config.html".into()],
        ..SiteOptions::default()
    };
    let (pages, _) = read("tests/site".as_ref(), options).unwrap();
    assert_eq!(outline(&pages[0]), [(0, "", None, "Configuration\n[reminders]\nremindAfterDays = 9")]);
}

#[test]
fn an_index_and_hidden_files_are_not_read() {
    let page: &[u8] = b"<p>text";
    let folder = folder(&[
        ("a.html", page),
        ("bifocal/bifocal.json", b"{}"),
        ("bifocal/index.html", page),
        ("out/index.html", page),
        (".git/x.html", page),
        ("b/c.HTM", page),
        ("d.txt", page),
    ]);
    let (pages, report) =
        read_site(folder.path(), &SiteOptions::default(), &folder.path().join("out"), &|_, _| ()).unwrap();
    let ids: Vec<&str> = pages.iter().map(|page| page.id.as_str()).collect();
    assert_eq!((ids, report.skipped.len()), (vec!["a.html", "b/c.HTM"], 0));
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_goes_on() {
    let folder = folder(&[
        ("a.html", b"<p>fine"),
        ("image.html", b"\x89PNG\r\n\x1a\n\0\0"),
        ("mixed.html", b"<meta charset=utf-8><p>a\xffb"),
        ("same.html", b"<link rel=canonical href=a.html><p>fine too"),
    ]);
    #[cfg(unix)]
    for broken in ["broken.html", "broken.js"] {
        std::os::unix::fs::symlink(folder.path().join("gone"), folder.path().join(broken)).unwrap();
    }
    let (pages, report) = read(folder.path(), SiteOptions::default()).unwrap();
    assert_eq!(pages.iter().map(|page| page.id.as_str()).collect::<Vec<_>>(), ["a.html", "mixed.html", "same.html"]);
    assert_eq!(pages[1].sections[0].text, "a\u{fffd}b");
    assert_eq!(report.damaged, ["mixed.html"]);
    let troubles: Vec<String> =
        report.troubles().map(|skipped| skipped.path.rsplit('/').next().unwrap().to_owned()).collect();
    assert_eq!(troubles, if cfg!(unix) { vec!["broken.html", "image.html"] } else { vec!["image.html"] });
    assert!(report.to_string().contains("warning: image.html is not a text file\n"));
}

#[test]
fn once_a_page_says_what_its_content_is_the_others_have_none() {
    let folder = folder(&[
        ("a.html", b"<main>Menu <div data-pagefind-body>one</div></main>"),
        ("b.html", b"<main>two</main>"),
        ("c.html", b"<main>Menu <p data-bifocal-body>three</main>"),
    ]);
    let texts = |pages: &[Page]| pages.iter().map(|page| page.sections[0].text.clone()).collect::<Vec<_>>();
    let (pages, report) = read(folder.path(), SiteOptions::default()).unwrap();
    assert_eq!(texts(&pages), ["one", "three"]);
    assert_eq!(report.skipped, [Skipped { path: "b.html".into(), reason: Reason::Unsaid }]);
    assert_eq!(report.to_string(), "1 file gives no page: 1 without data-pagefind-body\n");
    let options = SiteOptions { content: Some("main".into()), ..SiteOptions::default() };
    let (pages, report) = read(folder.path(), options).unwrap();
    assert_eq!(
        (texts(&pages), report.skipped.len()),
        (vec!["Menu\none".into(), "two".into(), "Menu\nthree".into()], 0)
    );
}

#[test]
fn what_every_page_begins_and_ends_with_is_left_out_also_where_the_markup_marks_the_content() {
    let of = |own: &str| {
        format!(
            "<div id=content><h1>The Manual</h1><ul><li>Bees<li>Wax</ul><h2>{own}</h2><p>On {own}.<p>Edit this page</div>"
        )
    };
    let pages = ["Bees", "Wax", "Honey"].map(|own| (format!("{own}.html"), of(own)));
    let said = pages.clone().map(|(path, html)| (path, format!("<main data-bifocal-body>{html}</main>")));
    let files: Vec<(&str, &[u8])> = pages.iter().map(|(path, html)| (path.as_str(), html.as_bytes())).collect();
    let (found, _) = read(folder(&files).path(), SiteOptions::default()).unwrap();
    assert_eq!(outline(page(&found, "Wax.html")), [(2, "Wax", None, "On Wax.")]);
    // What the owner says is the content stays as it is.
    let chosen = SiteOptions { content: Some("#content".into()), ..SiteOptions::default() };
    let (chosen, _) = read(folder(&files).path(), chosen).unwrap();
    assert_eq!(outline(page(&chosen, "Wax.html"))[0], (1, "The Manual", None, "Bees\nWax"));
    let files: Vec<(&str, &[u8])> = said.iter().map(|(path, html)| (path.as_str(), html.as_bytes())).collect();
    let (said, _) = read(folder(&files).path(), SiteOptions::default()).unwrap();
    assert_eq!(outline(page(&said, "Wax.html"))[0], (1, "The Manual", Some("content"), "Bees\nWax"));
}

#[test]
fn what_is_to_be_ignored_is_no_text_and_its_fields_are_read_unless_all_of_it_is() {
    for kind in ["data-pagefind", "data-bifocal"] {
        let page = markup(&format!(
            "<main><p>Bees <span {kind}-ignore>hum <b {kind}-meta=kind:guide>loud</b></span> dance</p>
            <div {kind}-ignore=index><h2>No heading</h2><p>nor this</div>
            <div {kind}-ignore=all><p {kind}-meta=secret:yes>nor that</div><p>and sleep</main>"
        ));
        assert_eq!(outline(&page), [(0, "", None, "Bees dance\nand sleep")], "{kind}");
        assert_eq!(page.meta.get("kind"), Some(&Meta::Text("guide".into())));
        assert_eq!(page.meta.get("secret"), None);
    }
}

#[test]
fn attributes_are_text_where_the_page_says_so() {
    for kind in ["data-pagefind", "data-bifocal"] {
        let page = markup(&format!(
            r#"<main><p>Bees <a title="in the morning" {kind}-index-attrs="title, lang" lang="la">dance</a>
            <i title="not this">and sleep</i></p></main>"#
        ));
        let [(_, _, _, text)] = outline(&page)[..] else { panic!("{page:?}") };
        let words: Vec<&str> = text.split_whitespace().collect();
        assert_eq!(words, ["Bees", "in", "the", "morning", "la", "dance", "and", "sleep"], "{kind}");
    }
}

#[test]
fn defaults_stand_in_for_what_a_page_does_not_say() {
    let defaults = r#"<p data-pagefind-default-meta="image:/any.png, kind:page">x</p>"#;
    let page = |more: &str| format!("<title>T</title><main>{defaults}{more}</main>").into_bytes();
    let (one, two) = (page(""), page(r#"<b data-pagefind-meta="image:/own.png">y</b>"#));
    let folder = folder(&[("a.html", &one), ("b.html", &two)]);
    let (pages, _) = read(folder.path(), SiteOptions::default()).unwrap();
    let image = |page: &Page| page.meta["image"].clone();
    assert_eq!(pages.iter().map(image).collect::<Vec<_>>(), ["/any.png", "/own.png"].map(|at| Meta::Text(at.into())));
    assert!(pages.iter().all(|page| page.meta["kind"] == Meta::Text("page".into())));
}

#[cfg(unix)]
#[test]
fn what_a_link_reaches_again_is_read_once() {
    let folder = folder(&[("v2/a.html", b"<p>one"), ("v2/b.html", b"<p>two"), ("x.html", b"<p>three")]);
    let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, folder.path().join(at)).unwrap();
    link("v2", "latest");
    link("v2/a.html", "first.html");
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("c.html"), "<p>four").unwrap();
    link(outside.path().to_str().unwrap(), "more");
    let (pages, report) = read(folder.path(), SiteOptions::default()).unwrap();
    assert_eq!(
        pages.iter().map(|page| page.id.as_str()).collect::<Vec<_>>(),
        ["more/c.html", "v2/a.html", "v2/b.html", "x.html"]
    );
    let skipped: Vec<_> =
        report.skipped.iter().map(|skipped| (skipped.path.as_str(), skipped.reason.clone())).collect();
    let same = |other: &str| Reason::SamePage(other.into());
    assert_eq!(
        skipped,
        [("first.html", same("v2/a.html")), ("latest/a.html", same("v2/a.html")), ("latest/b.html", same("v2/b.html"))]
    );
}

#[test]
fn a_page_of_all_others_is_pointed_out() {
    let text =
        |of: usize| (0..4).map(|line| format!("<p>Line {line} of what chapter {of} tells about bees.")).collect();
    let chapters: Vec<String> = (0..8).map(text).collect();
    let all = chapters.concat();
    let names: Vec<String> = (0..8).map(|of| format!("{of}.html")).collect();
    let mut files: Vec<(&str, &[u8])> = vec![("print.html", all.as_bytes())];
    files.extend(names.iter().zip(&chapters).map(|(name, text)| (name.as_str(), text.as_bytes())));
    let (_, report) = read(folder(&files).path(), SiteOptions::default()).unwrap();
    assert_eq!(report.to_string(), "print.html repeats 8 other pages; --exclude print.html leaves it out\n");
    let options = SiteOptions { exclude: vec!["print.html".into()], ..SiteOptions::default() };
    let (_, report) = read(folder(&files).path(), options).unwrap();
    assert_eq!(report.to_string(), "");
}

#[test]
fn a_page_gives_way_to_its_canonical_one() {
    let folder = folder(&[
        ("a.html", b"<title>A</title><h1>A</h1>one"),
        ("old/a.html", b"<title>A</title><link rel=canonical href=../a.html><h1>A</h1>older"),
        ("other.html", b"<title>Other</title><link rel=canonical href=a.html><h1>Other</h1>by mistake"),
    ]);
    let (pages, report) = read(folder.path(), SiteOptions::default()).unwrap();
    assert_eq!(pages.iter().map(|page| page.id.as_str()).collect::<Vec<_>>(), ["a.html", "other.html"]);
    assert_eq!(report.skipped[0].reason, Reason::SamePage("a.html".into()));
}

#[test]
fn folders_that_cannot_be_read_say_why() {
    let check = |folder: &Path, kind: ErrorKind, expected: &str| {
        let error = read(folder, SiteOptions::default()).expect_err(expected);
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!((error.kind(), error.way_out().is_some()), (kind, true), "{error}");
    };
    check("tests/no-such-site".as_ref(), ErrorKind::Usage, "there is no such folder");
    check("tests/site/faq.html".as_ref(), ErrorKind::Usage, "is a file, not the folder of a site");
    check(folder(&[]).path(), ErrorKind::Input, "holds no HTML page");
    check(folder(&[("a.md", b"# A")]).path(), ErrorKind::Input, "holds no HTML page");
    check(
        folder(&[("a.html", b""), ("b.html", b"<div id=app></div>")]).path(),
        ErrorKind::Input,
        "none of the HTML pages",
    );
}

#[test]
fn the_same_folder_gives_the_same_pages() {
    assert_eq!(site(), site());
}

#[test]
fn json_lines_are_pages() {
    let folder = folder(&[(
        "pages.jsonl",
        b"{\"_id\": \"x\", \"title\": \"X\", \"text\": \"one\\ntwo\", \"year\": 3}\n\n{\"id\": 2}\n",
    )]);
    let pages = read_jsonl(&folder.path().join("pages.jsonl")).unwrap();
    assert_eq!(
        pages.iter().map(|page| (page.id.as_str(), page.url.as_str())).collect::<Vec<_>>(),
        [("x", "x"), ("2", "2")]
    );
    assert_eq!((outline(&pages[0]), &pages[0].meta["year"]), (vec![(0, "", None, "one\ntwo")], &Meta::Number(3.0)));

    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, &fs::read(folder.path().join("pages.jsonl")).unwrap()).unwrap();
    fs::write(folder.path().join("pages.jsonl.gz"), packed.finish().unwrap()).unwrap();
    assert_eq!(read_jsonl(&folder.path().join("pages.jsonl.gz")).unwrap(), pages);
}

#[test]
fn a_broken_json_line_is_named() {
    let check = |lines: &[u8], expected: &str| {
        let folder = folder(&[("pages.jsonl", lines)]);
        let error = read_jsonl(&folder.path().join("pages.jsonl")).expect_err(expected);
        assert!(error.to_string().ends_with(expected), "{error}");
    };
    check(b"{\"id\": 1}\n{\"id\": 2,}\n", "pages.jsonl, line 2: not a JSON object: trailing comma at column 10");
    check(b"{\"id\": 1}\n\n{\"id\": \"1\"}\n", "pages.jsonl, line 3: id `1` is that of line 1, too");
    check(
        b"{\"id\": 1, \"where\": {\"x\": 1}}",
        "line 1: field `where` is {\"x\":1}, not true or false, a number, a string or a list of strings",
    );
    check(b"{\"id\": 1}\n\xff\n", "pages.jsonl, line 2: cannot be read");
    check(b"\n", "pages.jsonl holds no page");
}
