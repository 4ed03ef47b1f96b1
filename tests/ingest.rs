//! Reading: the site in `tests/site/`, folders that are not as they should be, and JSON lines.

use bifocal::ErrorKind;
use bifocal::corpus::{Meta, Page, Section};
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
fn mdbook() {
    let (pages, _) = site();
    let found = page(&pages, "guide/inspections.html");
    let headings: Vec<_> =
        found.sections.iter().map(|s| (s.level, s.heading.as_str(), s.anchor.as_deref().unwrap())).collect();
    assert_eq!(
        headings,
        [
            (1, "Inspections", "inspections"),
            (2, "Recording a look", "recording-a-look"),
            (2, "How often to look", "how-often-to-look"),
            (2, "Signs of disease", "signs-of-disease"),
        ]
    );
    assert_eq!(
        found.sections[1].text,
        "let mut hive = Hive::open(\"Old Pear Tree\")?;\nhive.inspect()\n    .brood(6)\n    .food_kg(9.5)\n    \
         .temper(Temper::Calm)\n    .save()?;\nEvery field is optional. A look that found nothing worth writing is still worth a date."
    );
    assert!(found.sections[3].text.ends_with(
        "Sign\tLikely cause\tCommand\ncrippled wings\tvarroa\thivelog mites\nchalky mummies\tchalkbrood\thivelog note"
    ));
}

#[test]
fn sphinx() {
    let (pages, _) = site();
    let found = page(&pages, "reference/cli.html");
    let found = outline(found);
    assert_eq!(
        found[0],
        (
            1,
            "Command line",
            Some("command-line"),
            "Every command takes the log as --log, or from the variable HIVELOG."
        )
    );
    assert_eq!((found[1].0, found[1].1, found[1].2), (2, "export", Some("export")));
    assert!(found[1].3.starts_with("$ hivelog export --format csv --since 2024-01-01\nWrites"), "{}", found[1].3);
    assert_eq!(
        found[3].3,
        "0 when all went well, 1 when the log could not be read, 2 when the arguments make no sense.\nAs on every Unix."
    );
    assert_eq!(page(&pages, "reference/frames.html").sections[1].text.lines().next(), Some("parse_frame(text)"));
}

#[test]
fn docusaurus() {
    let (pages, _) = site();
    let found = outline(page(&pages, "reference/config.html"));
    assert_eq!(found[0].1, "Configuration");
    assert_eq!(found[1].2, Some("reminders"));
    assert!(found[1].3.ends_with("[reminders]\nremindAfterDays = 9"), "{}", found[1].3);
    assert!(found[2].3.ends_with("On Windows the port is called COM3."), "a tab's panel is content: {}", found[2].3);
    assert_eq!(
        found.last().map(|last| last.3.lines().last()),
        Some(Some("backupCopies says how many of them are kept; the oldest goes first."))
    );
}

#[test]
fn rustdoc() {
    let (pages, _) = site();
    let found = outline(page(&pages, "api/struct.Hive.html"));
    assert_eq!(
        (found[0].1, found[0].3),
        ("Struct Hive", "pub struct Hive { /* private fields */ }\nOne colony and its history.")
    );
    let split = (
        4,
        "pub fn split(&mut self, how: Split) -> Result<Hive, LogError>",
        Some("method.split"),
        "Divides the colony in two and gives the half that moves out.",
    );
    assert!(found.contains(&split), "{found:?}");
}

#[test]
fn broken_markup_is_read_as_a_browser_reads_it() {
    let (pages, _) = site();
    let found = outline(page(&pages, "faq.html"));
    let anchors: Vec<_> = found.iter().map(|section| section.2).collect();
    assert_eq!(anchors, [None, Some("sting"), Some("lost"), Some("taste")]);
    assert_eq!(found[3].1, "Why does my honey taste of <nothing> & sugar");
    assert_eq!(
        found[3].3,
        "You fed syrup while the supers were on. Note the day you feed with hivelog feed, and take no honey from that box this \
         year.\nNext year, take the supers off first. A jar of pale honey"
    );
    assert!(found[2].3.ends_with("On Windows the folder is hidden\nOn a Mac press ⌘⇧. to see it"), "{}", found[2].3);
}

#[test]
fn other_encodings_and_anchors_by_name() {
    let (pages, _) = site();
    let found = outline(page(&pages, "old/history.html"));
    assert_eq!(found[1].2, Some("top"));
    assert!(found[1].3.contains("François Müller, who kept bees on a roof in Zürich"));
    assert_eq!((found[2].1, found[2].2), ("The first version", Some("first")));
}

#[test]
fn text_before_the_first_heading_is_a_section() {
    let found = markup("<title>T</title><main>Before.<h2>H</h2>After</main>");
    assert_eq!(outline(&found), [(0, "", None, "Before."), (2, "H", None, "After")]);
    let found = markup("<title>T</title><p>Only <br>text");
    assert_eq!(outline(&found), [(0, "", None, "Only\ntext")]);
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
fn words_count_what_the_nearest_element_says() {
    let folder = folder(&[
        ("a.html", b"<body data-pagefind-weight=2><main><p>one</p><h2 data-bifocal-weight=3>Two</h2><p>three <b data-pagefind-weight=0>four</b> five"),
        ("b.html", b"<main><p data-pagefind-weight=heavy>six</p><p data-pagefind-weight=11>seven</p><p data-pagefind-weight=.5>eight"),
    ]);
    let (pages, report) = read(folder.path(), SiteOptions::default()).unwrap();
    let weighed = |section: &Section| {
        let parts =
            section.weights.iter().map(|part| (section.text[part.range.clone()].trim().to_owned(), part.weight));
        (section.heading_weight, parts.collect::<Vec<_>>())
    };
    let part = |text: &str, weight| (text.to_owned(), weight);
    let sections = &pages[0].sections;
    assert_eq!(weighed(&sections[0]), (None, vec![part("one", 2.0)]));
    assert_eq!(weighed(&sections[1]), (Some(3.0), vec![part("three", 2.0), part("four", 0.0), part("five", 2.0)]));
    assert_eq!(weighed(&pages[1].sections[0]), (None, vec![part("eight", 0.5)]));
    assert_eq!(report.bad_weights, [("b.html".to_owned(), r#"data-pagefind-weight="heavy""#.to_owned())]);
    let warning = "warning: b.html has data-pagefind-weight=\"heavy\", which is no number from 0 to 10: ignored\n";
    assert_eq!(report.to_string(), warning);
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
fn a_page_of_fifty_megabytes_is_read() {
    let paragraph = "<p>On the honey of <b>this</b> year, and <a href=x>that</a> of the last.</p>\n";
    let long = format!("<title>Long</title>{}<h2 id=end>End</h2>last", paragraph.repeat((50 << 20) / paragraph.len()));
    let found = markup(&long);
    assert_eq!(found.sections.len(), 2);
    assert!(found.sections[0].text.len() > 20 << 20);
    assert_eq!(outline(&found)[1], (2, "End", Some("end"), "last"));
}

#[test]
fn markup_that_nests_without_end_is_read() {
    let check = |open: &str, close: &str| {
        let deep = format!("<h1>Deep</h1>{}in the midst{}<h2>After</h2>", open.repeat(100_000), close.repeat(100_000));
        let found = markup(&deep);
        assert_eq!(found.sections.last().map(|section| section.heading.as_str()), Some("After"), "{open}");
        assert!(found.sections.iter().any(|section| section.text.contains("in the midst")), "{open}");
    };
    check("<div>", "</div>");
    check("<div><p>", "");
    check("<b>", "</b>");
    check("<div><b class=x>a</div>", "");
    check("<ul><li>", "</ul>");
    check("<table><tr><td>", "</table>");
    check("<a href=x><span>", "");
    check("<my-part/>", "");
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
