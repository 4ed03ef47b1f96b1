//! Markup as generators and people write it.

use bifocal::corpus::{Section, Weighted};
use bifocal::ingest::SiteOptions;

use super::{folder, markup, outline, page, read, site};

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
    let frames = outline(page(&pages, "reference/frames.html"));
    assert_eq!((frames[1].1, frames[1].3), ("Parsing", ""));
    assert_eq!((frames[2].0, frames[2].1, frames[2].2), (3, "parse_frame(text)", Some("hivelog.parse_frame")));
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
fn terms_of_a_list_are_sections_below_the_one_it_stands_in() {
    let found = markup(
        "<h1>json</h1><p>Before.<dl class=class><dt id=json.Coder>class json.Coder(indent=None)<dd><p>Codes.
         <dl class=method><dt id=json.Coder.code>code(value)<dd>Gives a text.<dt id=iter>iter()<dt id=next>next()<dd>Parts of it.</dl>
         <p>Fails never.<dt id=json.dumps>json.dumps(obj, *, skipkeys=False, ensure_ascii=True, indent=None)<dd>Writes.</dl>
         <p data-bifocal-weight=2>After.<h2 id=more>More</h2><dl><dt>no anchor<dd>text</dl>",
    );
    let expected = [
        (1, "json", None, "Before.\nAfter."),
        (2, "class json.Coder(indent=None)", Some("json.Coder"), "Codes.\nFails never."),
        (3, "code(value)", Some("json.Coder.code"), "Gives a text."),
        (3, "iter()", Some("iter"), "next()\nParts of it."),
        (
            2,
            "json.dumps(…)",
            Some("json.dumps"),
            "json.dumps(obj, *, skipkeys=False, ensure_ascii=True, indent=None)\nWrites.",
        ),
        (2, "More", Some("more"), "no anchor\ntext"),
    ];
    assert_eq!(outline(&found), expected);
    assert_eq!(found.sections[0].weights, [Weighted { range: 8..14, weight: 2.0 }]);
}

#[test]
fn a_list_of_terms_may_be_all_that_a_page_has() {
    let found = markup("<title>T</title><dl><dt><a name=a></a>a<dd>one<dt id=b>b<dd>two</dl>Last.");
    assert_eq!(outline(&found), [(0, "", None, "Last."), (2, "a", Some("a"), "one"), (2, "b", Some("b"), "two")]);
    let found = markup("<title>T</title><dl><dt id=a>a<dd>one</dl>");
    assert_eq!(outline(&found), [(2, "a", Some("a"), "one")]);
    let notes = markup("<title>T</title>Text.<dl class=footnote><dt class=label id=id1>1<dd>Of it.</dl>");
    assert_eq!(outline(&notes), [(0, "", None, "Text.\n1\nOf it.")]);
}

#[test]
fn texinfo() {
    let found = markup(
        "<div class=header><p>Next: <a href=b.html rel=next>B</a>, Up: <a href=index.html rel=up>Top</a> [<a href=i.html rel=index>Index</a>]</div>
         <h3>1.2 Cells</h3><dl class=def><dt id=index-cellfun><span class=category>: </span><strong>cellfun</strong> <em>(name, C)</em>
         <dt id=index-cellfun-1>: <strong>cellfun</strong> <em>(func, C)</em><dd>Calls it. <p>See <a href=m.html>map</a>, <a href=f.html>fold</a>.</dl>",
    );
    assert_eq!(
        outline(&found),
        [
            (3, "1.2 Cells", None, ""),
            (4, "cellfun (name, C)", Some("index-cellfun"), ": cellfun (func, C)\nCalls it.\nSee map, fold.")
        ]
    );
}

#[test]
fn a_section_of_links_is_known_as_such() {
    let links = |count: usize| "<li><a href=x>a name of some length</a> (a word)".repeat(count);
    let are_links = |html: &str| markup(html).sections.iter().map(|section| section.links).collect::<Vec<_>>();
    assert_eq!(are_links(&format!("<h1>Index</h1><ul>{}</ul><h2>Names</h2>text", links(10))), [true, false]);
    assert_eq!(are_links(&format!("<h1>See</h1><ul>{}</ul>", links(9))), [false]);
    let prose = "A sentence that says something with <a href=x>a link</a> in it. ".repeat(20);
    assert_eq!(are_links(&format!("<h1>Text</h1>{prose}")), [false]);
    let anchors = "<p><a id=x>a name of some length</a>".repeat(20);
    assert_eq!(are_links(&format!("<h1>Text</h1>{anchors}")), [false], "what leads nowhere is no link");
}
