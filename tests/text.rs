//! The tokenizer: what words are, and its laws.

mod laws;
mod tables;

use bifocal::text::{Kind, fold, sentences, stem, utf16_ranges, words};

/// The terms of a text, a compound marked by `=`.
fn terms(text: &str) -> String {
    let terms = words(text)
        .map(|word| if word.kind == Kind::Compound { format!("={}", word.term) } else { word.term.into_owned() });
    terms.collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(terms(text), expected, "words of {text:?}");
}

#[test]
fn plain_words() {
    check("", "");
    check(" \t\r\n", "");
    check("...", "");
    check("The quick, brown (fox); jumps!", "the quick brown fox jumps");
    check("end.", "end");
    check("one\u{a0}two\u{3000}three\u{200b}four\u{2028}five", "one two three four five");
    check("“quoted” ‘words’ »here« — and–there…", "quoted words here and there");
    check("soft\u{ad}hyphen \u{feff}mark", "softhyphen mark");
    check("non\u{2011}breaking", "non breaking");
    check("a\0b\u{7f}c", "a b c");
}

#[test]
fn folding() {
    check("Straße STRASSE", "strasse=straße strasse strasse");
    check("Été été e\u{301}te", "ete=été ete ete=été ete ete=e\u{301}te ete");
    check("ΟΔΟΣ οδός Οδός", "οδοσ οδοσ=οδόσ οδοσ οδοσ=οδόσ οδοσ");
    check("Ёлка й", "елка=ёлка елка и=й и");
    check("Łódź ØRE đường", "lodz=łódź lodz ore=øre ore duong=đường duong");
    check("ışık İSTANBUL", "isik=ışık isik istanbul=ıstanbul istanbul");
    check("Æsop cœur", "aesop=æsop aesop coeur=cœur coeur");
    check("ﬁne ｆｕｌｌ ½ ㎏ x² №", "fine full 1 2 kg =x2 x 2 no");
    check("𝐁𝐨𝐥𝐝 Ⓐ ™", "bold a tm");
    check("ᲐᲑ Ꭰ", "აბ ꭰ");
    check("שָׁלוֹם שלום", "שלום=שָׁלוֹם שלום שלום");
    check("העברית", "העברית");
    check("العربية مُحَمَّد محمد", "العربية محمد=مُحَمَّد محمد محمد");
    // Hamza and madda make other letters.
    check("أمل آمل ا\u{653}مل", "أمل آمل آمل");
    check("می\u{200c}خواهم", "میخواهم");
    check("e\u{301}\u{301}\u{301}", "e=e\u{301}\u{301}\u{301} e");
    check("\u{301}\u{302}", "");
    assert_eq!(fold("Ἀθῆναι Ⅷ ǆ ŉ"), "αθηναι viii dz 'n");
    assert_eq!(fold("か\u{3099} ﾊﾟ 한 ㈱"), "が パ 한 (株)");
    assert!(matches!(fold("plain"), std::borrow::Cow::Borrowed(_)));
}

#[test]
fn languages_with_spaces() {
    check("हिन्दी में क्षत्रिय", "हिन्दी में क्षत्रिय");
    check("தமிழ் বাংলা മലയാളം", "தமிழ் বাংলা മലയാളം");
    check("Українська м'ята м’ята", "украінська=українська украінська =м'ята ята =м'ята ята");
    check("Tiếng Việt", "tieng=tiếng tieng viet=việt viet");
    check("የአማርኛ ቋንቋ።", "የአማርኛ ቋንቋ");
    check("བོད་སྐད།", "བོད སྐད");
    check("עברית, ערבית", "עברית ערבית");
}

#[test]
fn apostrophes() {
    check("don't Don’t DON'T", "don't don't don't");
    check("we're they'll I've", "we're they'll i've");
    check("Rust's boss'", "rust boss");
    check("l'été d’or", "=l'ete ete=été ete =d'or or");
    check("aujourd'hui rock'n'roll", "=aujourd'hui aujourd hui =rock'n'roll rock roll");
    check("O'Reilly's", "=o'reilly reilly");
    check("'quoted' 'static 5'10", "quoted static 5 10");
}

#[test]
fn names_cut_by_case_and_underscore() {
    check("camelCase", "=camelcase camel case");
    check("HTTPServer", "=httpserver http server");
    check("parseURLs URLs APIsFor", "=parseurls parse urls urls =apisfor apis for");
    check("getHTTPResponseCode2", "=gethttpresponsecode2 get http response code 2");
    check("snake_case", "=snake_case snake case");
    check("SCREAMING_SNAKE", "=screaming_snake screaming snake");
    check("pg_stat_activity", "=pg_stat_activity pg stat activity");
    check("__init__ _private _ __", "=__init__ init =_private private");
    check("GitHub iPhone PostgreSQL", "=github git hub =iphone i phone =postgresql postgre sql");
    check("E0382 utf8 x86_64", "=e0382 e 0382 =utf8 utf 8 =x86_64 x 86 64");
    check("1_000_000", "=1_000_000 1 000 000");
    check("ÉtéNuit", "=etenuit ete=été ete nuit");
    check("МойКласс", "=моикласс мои=мой мои класс");
}

#[test]
fn names_joined_by_signs() {
    check("Vec::push()", "=vec::push vec push");
    check("std::sync::Arc", "=std::sync::arc std =sync::arc sync arc");
    check("Vec::withCapacity", "=vec::withcapacity vec =withcapacity with capacity");
    check("foo.bar()", "=foo.bar foo bar");
    check("Node.js example.com", "=node.js node js =example.com example com");
    check("src/text/mod.rs", "=src/text/mod.rs src text =mod.rs mod rs");
    check("a/b/c", "=abc a b c");
    check("https://doc.rust-lang.org/", "https =doc.rustlang.org doc =rustlang.org =rustlang rust lang org");
    check("foo::", "foo");
    check("foo... bar", "foo bar");
    check("x..y", "x y");
    check("3.11 v1.2.3", "=3.11 3 11 =v1.2.3 =v1 v 1 2 3");
    check("1,000,000 [1,2] 1,0000", "=1000000 1 000 000 1 2 1 0000");
    check("e.g. i.e. U.S.A.", "=eg e g =ie i e =usa u s a");
    check("2026-05-25", "=20260525 2026 05 25");
}

#[test]
fn hyphens() {
    check("UTF-8 utf-8", "=utf8 utf 8 =utf8 utf 8");
    check("e-mail front-end", "=email e mail =frontend front end");
    check("error-handling", "error handling");
    check("IL-6-dependent", "=il6dependent il 6 dependent");
    check("one--two", "one two");
    check("trailing- -", "trailing");
}

#[test]
fn names_with_signs() {
    check("--flag --no-default-features", "=--flag flag =--nodefaultfeatures =nodefaultfeatures no default features");
    check("-v (-O3)", "=-v v =-o3 =o3 o 3");
    check("-5", "5");
    check(".htaccess .gitignore", "=.htaccess htaccess =.gitignore gitignore");
    check("C++ c++17 g++, i++", "=c++ c =c++ c 17 =g++ g =i++ i");
    check("C# F#.", "=c# c =f# f");
    check("a++b", "a b");
    check("<T> Vec<T> Vec<u8>", "=<t> t vec =<t> t vec =<u8> =u8 u 8");
    check("<my-tag>", "=<mytag> =mytag my tag");
    check("</div>", "div");
    check("#[derive(Debug)]", "=#[derive] derive debug");
    check("#[derive] #![no_std]", "=#[derive] derive =#[no_std] =no_std no std");
    check("#include #42", "=#include include =#42 42");
    check("@media @types/node user@host", "=@media media =@types/node types node user host");
    check("$HOME $5 &str &mut", "=$home home 5 =&str str =&mut mut");
    check("println!(x) Hello, world!", "=println! println x hello world");
    check("(.map) foo().map", "=.map map foo map");
}

#[test]
fn operators_that_stand_alone() {
    check("the ? operator", "the ? operator");
    check("use `?` or (&&)", "use ? or &&");
    check("x => y -> z", "x => y -> z");
    check("a == b || c != d", "a == b || c != d");
    check("1 ..= 5, `..`", "1 ..= 5 ..");
    check("data->>'a' @> b", "data a @> b");
    check("Really? Yes! 'x' = a + b | c", "really yes x a b c");
    check("“Really”? \"Really\"! (yes)? see", "really really yes see");
    check("-- --- ... // /// /* */ ## *** >>> x", "x");
    check("a ?? b :: c |> d", "a ?? b :: c |> d");
    check("a --> b ====> c", "a b c");
}

#[test]
fn scripts_without_spaces() {
    check("全文検索エンジン", "全文 文検 検索 索エ エン ンジ ジン");
    check("검색엔진 의", "검색 색엔 엔진 의");
    check("Rust의 소유권", "rust 의 소유 유권");
    check("第3章。", "第 3 章");
    check("東京、大阪", "東京 大阪");
    check("ﾊﾟｿｺﾝ パソコン", "パソ ソコ コン パソ ソコ コン");
    check("ハ\u{309a}ソ", "パソ");
    check("한국 漢字", "한국 漢字");
    check("ᄒ\u{1161}\u{11ab}국", "한국");
    check("漢字한글", "漢字 한글");
    check("データ・ベース", "デー ータ ベー ース");
    check("ภาษาไทย", "ภา าษ ษา าไ ไท ทย");
    check("ที่นี่", "ที่นี่");
    check("ພາສາ ភាសា", "ພາ າສ ສາ ភាសា");
    check("𠮷野家", "𠮷野 野家");
    check("Ｒｕｓｔ言語", "rust 言語");
}

#[test]
fn long_words_are_bounded() {
    check(&"a".repeat(1_000_000), &"a".repeat(64));
    // With its marks it would be too long for a term.
    check(&"é".repeat(100), &"e".repeat(64));
    check("aGVsbG8gd29ybGQsIHRoaXMgaXM", "agvsbg8gd29ybgqsihroaxmgaxm");
    let path = vec!["segment"; 20].join("/");
    check(&path, &format!("{} =segment/segment segment segment", vec!["segment"; 18].join(" ")));
    assert_eq!(words(&"_".repeat(1_000_000)).count(), 0);
    assert_eq!(words(&"a.".repeat(100_000)).count(), 100_000);
    assert_eq!(words(&"\u{93c}\u{94d}".repeat(300_000)).count(), 0);
    assert_eq!(words(&"語".repeat(300_000)).count(), 299_999);
}

#[test]
fn a_query_meets_a_document_written_otherwise() {
    // The terms that two ways of writing have in common.
    let common = |a: &str, b: &str| {
        let b: Vec<String> = words(b).map(|word| word.term.into_owned()).collect();
        words(a).map(|word| word.term.into_owned()).filter(|term| b.contains(term)).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(common("vec push", "Vec::push()"), "vec push");
    assert_eq!(common("vec::push", "std::vec::Vec::push()"), "vec::push vec push");
    assert_eq!(common("Vec::push", "Vec::push(1)"), "vec::push vec push");
    assert_eq!(common("foobar", "fooBar"), "foobar");
    assert_eq!(common("foo_bar", "fooBar"), "foo bar");
    assert_eq!(common("utf8", "UTF-8"), "utf8 utf 8");
    assert_eq!(common("email", "e-mail"), "email");
    assert_eq!(common("fontSize", "font-size"), "fontsize font size");
    assert_eq!(common("ete", "l’été"), "ete");
    assert_eq!(common("Arc::new", "std::sync::Arc::new"), "arc::new arc new");
    assert_eq!(common("init", "__init__"), "init");
    assert_eq!(common("derive", "#[derive(Clone)]"), "derive");
}

#[test]
fn spans_and_positions() {
    let found: Vec<_> =
        words("Ça: foo.barBaz 검색엔").map(|word| (word.term.into_owned(), word.span, word.position)).collect();
    let expected = [
        ("ca=ça", 0..3, 0),
        ("ca", 0..3, 0),
        ("foo.barbaz", 5..15, 1),
        ("foo", 5..8, 1),
        ("barbaz", 9..15, 2),
        ("bar", 9..12, 2),
        ("baz", 12..15, 3),
        ("검색", 16..22, 4),
        ("색엔", 19..25, 5),
    ];
    assert_eq!(found, expected.map(|(term, span, position)| (term.to_owned(), span, position)));
}

#[test]
fn stems() {
    for (lang, term, expected) in [
        ("en", "connections", "connect"),
        ("en-US", "running", "run"),
        ("de", "häusern", "haus"),
        ("fr", "nationalités", "national"),
        ("ru", "новый", "нов"),
        ("ru", "новая", "нов"),
        ("es", "naciones", "nacion"),
        ("en", "vec::running", "vec::running"),
        ("en", "utf8", "utf8"),
        ("ko", "검색", "검색"),
        ("", "running", "running"),
    ] {
        assert_eq!(stem(lang, term), expected, "{lang}: {term}");
    }
}

#[track_caller]
fn check_sentences(text: &str, expected: &[&str]) {
    assert_eq!(sentences(text).map(|range| &text[range]).collect::<Vec<_>>(), expected);
}

#[test]
fn sentence_ends() {
    check_sentences("", &[]);
    check_sentences("One. Two! Three? Four", &["One. ", "Two! ", "Three? ", "Four"]);
    check_sentences("Use e.g. this. Or that.", &["Use e.g. this. ", "Or that."]);
    check_sentences("Version 3.5 of std::fmt. See Fig. 2.", &["Version 3.5 of std::fmt. ", "See Fig. 2."]);
    check_sentences("Dr. Smith met J. Doe. They left.", &["Dr. Smith met J. Doe. ", "They left."]);
    check_sentences("“Really?” She left (he said.) Then", &["“Really?” ", "She left (he said.) ", "Then"]);
    check_sentences("Wait... what? Yes…", &["Wait... what? ", "Yes…"]);
    check_sentences("The `?` operator! in code", &["The `?` operator! in code"]);
    check_sentences("A line\n\nand another", &["A line\n\n", "and another"]);
    check_sentences("最初の文。次の文！「三つ目？」終わり", &["最初の文。", "次の文！", "「三つ目？」", "終わり"]);
    check_sentences("첫 문장이다. 둘째 문장.", &["첫 문장이다. ", "둘째 문장."]);
    check_sentences("पहला वाक्य। दूसरा।", &["पहला वाक्य। ", "दूसरा।"]);
    check_sentences("Это раз. Это два. и так", &["Это раз. ", "Это два. и так"]);
    assert_eq!(sentences(&"? ".repeat(500_000)).count(), 500_000);
}

#[test]
fn offsets_for_javascript() {
    assert_eq!(utf16_ranges("aé語🦀b", &[1..3, 3..6, 6..10, 10..11]), [[1, 2], [2, 3], [3, 5], [5, 6]]);
    assert_eq!(utf16_ranges("🦀", &[2..9, 0..0]), [[0, 2], [0, 0]]);
    assert_eq!(utf16_ranges("", &[]), Vec::<[u32; 2]>::new());
}
