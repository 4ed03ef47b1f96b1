//! Languages: stems, marks that need not be typed, scripts without spaces, right to left, and the reader's own first.

use bifocal::corpus::{Meta, Page};
use bifocal::search::{Fusion, Mode, Query};

use super::{Memory, index_of, page};

fn spoken(id: &str, lang: &str, title: &str, text: &str) -> Page {
    Page { lang: Some(lang.into()), ..page(id, title, &[("", text)]) }
}

fn ids(memory: &mut Memory, text: &str) -> Vec<String> {
    let query = Query { text: text.into(), mode: Mode::Keyword, prefix: false, ..Query::default() };
    memory.ask(query).hits.into_iter().map(|hit| hit.id).collect()
}

/// The text of the first hit's excerpt, with what is marked in brackets.
fn marked(memory: &mut Memory, text: &str) -> String {
    let query = Query { text: text.into(), mode: Mode::Keyword, prefix: false, ..Query::default() };
    let excerpt = memory.ask(query).hits.swap_remove(0).excerpt;
    let units: Vec<u16> = excerpt.text.encode_utf16().collect();
    let (mut shown, mut last) = (String::new(), 0);
    for [start, end] in excerpt.ranges.iter().map(|range| range.map(|at| at as usize)) {
        shown += &String::from_utf16(&units[last..start]).unwrap();
        shown += &format!("[{}]", String::from_utf16(&units[start..end]).unwrap());
        last = end;
    }
    shown + &String::from_utf16(&units[last..]).unwrap()
}

#[test]
fn forms_of_a_word_are_one_family_in_each_language_with_a_stemmer() {
    for (lang, form, other) in [
        ("ar", "الكتاب", "كتاب"),
        ("da", "husene", "huse"),
        ("de", "Häuser", "Häusern"),
        ("el", "άνθρωπος", "άνθρωποι"),
        ("en", "connections", "connected"),
        ("es", "canciones", "canción"),
        ("fi", "taloissa", "talossa"),
        ("fr", "créée", "créer"),
        ("hu", "házakban", "házak"),
        ("it", "città", "citta"),
        ("nl", "mogelijkheden", "mogelijkheid"),
        ("no", "husene", "huset"),
        ("nb", "husene", "huset"),
        ("pt-BR", "organizações", "organização"),
        ("ro", "cărților", "cărții"),
        ("ru", "новый", "новая"),
        ("sv", "husen", "hus"),
        ("ta", "புத்தகங்கள்", "புத்தகங்களை"),
        ("tr", "kitaplar", "kitap"),
    ] {
        let pages = vec![spoken("form", lang, "A", form), spoken("other", lang, "B", other)];
        let found = ids(&mut Memory::new(index_of(pages)), form);
        assert_eq!(found, ["form", "other"], "{lang}: {form} finds {other}");
    }
}

#[test]
fn a_page_is_stemmed_by_its_own_language() {
    let pages = vec![
        spoken("de", "de", "A", "Kinder"),
        spoken("de2", "de", "B", "Kindern"),
        spoken("en", "en", "C", "kinder"),
        spoken("en2", "en", "D", "kinders"),
    ];
    let mut memory = Memory::new(index_of(pages));
    assert_eq!(ids(&mut memory, "Kindern")[0], "de2");
    assert!(ids(&mut memory, "Kindern").contains(&"de".into()));
    assert!(!ids(&mut memory, "Kindern").contains(&"en2".into()));
}

#[test]
fn marks_need_not_be_typed_and_what_has_them_as_typed_comes_first() {
    let pages = vec![
        page("plain", "A", &[("", "Click to resume the download.")]),
        page("marked", "B", &[("", "Send us your résumé by post, or leave it here in person with our staff.")]),
        page("other", "C", &[("", "Nothing of either.")]),
    ];
    let mut memory = Memory::new(index_of(pages));
    assert_eq!(ids(&mut memory, "résumé"), ["marked", "plain"]);
    assert_eq!(ids(&mut memory, "RÉSUMÉ"), ["marked", "plain"]);
    assert_eq!(ids(&mut memory, "re\u{301}sume\u{301}").len(), 2);
    assert_eq!(ids(&mut memory, "resume"), ["plain", "marked"]);
    assert_eq!(ids(&mut memory, "+résumé").len(), 2);
    assert_eq!(ids(&mut memory, "résum*").len(), 2);
    assert_eq!(ids(&mut memory, "\"your résumé by post\""), ["marked"]);
    assert_eq!(ids(&mut memory, "\"your resume by post\""), ["marked"]);
    assert_eq!(
        marked(&mut memory, "résumé post"),
        "Send us your [résumé] by [post], or leave it here in person with our staff."
    );
}

#[test]
fn a_word_that_is_always_written_with_its_marks_is_one_word() {
    let built =
        index_of(vec![page("a", "A", &[("", "un café noir")]), page("b", "B", &[("", "le café, e\u{301}te\u{301}")])]);
    assert_eq!(
        built.entry.words,
        index_of(vec![page("a", "A", &[("", "un cafe noir")]), page("b", "B", &[("", "le cafe, ete")])]).entry.words
    );
    let mut memory = Memory::new(built);
    for text in ["café", "cafe", "CAFÉ"] {
        assert_eq!(ids(&mut memory, text), ["a", "b"], "{text}");
    }
    assert_eq!(ids(&mut memory, "été"), ["b"]);
}

#[test]
fn points_of_hebrew_and_arabic_need_not_be_typed() {
    let pages = vec![spoken("he", "he", "ספר", "שָׁלוֹם לכולם"), spoken("ar", "ar", "كتاب", "قال مُحَمَّد شيئا")];
    let mut memory = Memory::new(index_of(pages));
    assert_eq!(ids(&mut memory, "שלום"), ["he"]);
    assert_eq!(ids(&mut memory, "محمد"), ["ar"]);
}

#[test]
fn text_from_right_to_left_is_marked_whole() {
    let pages = vec![
        spoken("he", "he", "ספר", "🕎 אמר שָׁלוֹם לכולם בבית Rust 2024."),
        spoken("ar", "ar", "كتاب", "قال مُحَمَّد إن Rust لغة برمجة."),
    ];
    let mut memory = Memory::new(index_of(pages));
    assert_eq!(marked(&mut memory, "שלום rust"), "🕎 אמר [שָׁלוֹם] לכולם בבית [Rust] 2024.");
    assert_eq!(marked(&mut memory, "محمد برمجة"), "قال [مُحَمَّد] إن Rust لغة [برمجة].");
}

#[test]
fn scripts_without_spaces_are_found_in_either_width() {
    let pages = vec![
        spoken("ja", "ja", "検索", "全文検索エンジンはパソコンで動く。"),
        spoken("ko", "ko", "검색", "검색엔진을 만드는 방법. 소유권의 규칙."),
        spoken("zh", "zh-cn", "搜索", "这个搜索引擎支持ＡＰＩ和所有权。"),
    ];
    let mut memory = Memory::new(index_of(pages));
    for (text, expected) in [
        ("検索エンジン", "ja"),
        ("ﾊﾟｿｺﾝ", "ja"),
        ("소유권", "ko"),
        ("검색엔진", "ko"),
        ("搜索引擎", "zh"),
        ("API", "zh"),
        ("ａｐｉ", "zh"),
        ("\"全文検索\"", "ja"),
    ] {
        assert_eq!(ids(&mut memory, text).first().map(String::as_str), Some(expected), "{text}");
    }
    assert_eq!(marked(&mut memory, "ﾊﾟｿｺﾝ"), "全文検索エンジンは[パソコン]で動く。");
}

/// A site in three languages; every page answers `arc`, the English ones best.
fn several() -> Memory {
    let pages = vec![
        spoken("en", "en", "Sharing", "An Arc shares: Arc, Arc and Arc again."),
        spoken("de", "de", "Teilen", "Ein Arc teilt einen Wert zwischen Fäden."),
        spoken("pt", "pt-br", "Partilhar", "Um Arc partilha um valor entre linhas."),
        spoken(
            "far",
            "de",
            "Anderes",
            &format!("Arc. {}", "Das ist ein langer Text über ganz andere Dinge. ".repeat(40)),
        ),
        spoken("rare", "en", "Zeppelins", "Zeppelins fly."),
    ];
    Memory::new(index_of(pages))
}

fn first(memory: &mut Memory, text: &str, language: Option<&str>, mode: Mode) -> String {
    let query =
        Query { text: text.into(), mode, language: language.map(str::to_owned), prefix: false, ..Query::default() };
    memory.ask(query).hits.swap_remove(0).id
}

#[test]
fn pages_in_the_readers_language_come_first() {
    let mut memory = several();
    for mode in [Mode::Keyword, Mode::Hybrid] {
        assert_eq!(first(&mut memory, "arc", None, mode), "en");
        for (language, expected) in [
            ("de", "de"),
            ("de-AT", "de"),
            ("DE_at", "de"),
            ("pt", "pt"),
            ("pt-BR", "pt"),
            ("pt-PT", "pt"),
            ("en", "en"),
            ("fr", "en"),
            ("", "en"),
            ("d", "en"),
        ] {
            assert_eq!(first(&mut memory, "arc", Some(language), mode), expected, "{language} {mode:?}");
        }
    }
    // What hardly answers gains hardly anything, and what only another language has is found.
    let query = Query {
        text: "arc".into(),
        mode: Mode::Keyword,
        language: Some("de".into()),
        explain: true,
        ..Query::default()
    };
    let hits = memory.ask(query).hits;
    assert_eq!(hits.iter().map(|hit| hit.id.as_str()).collect::<Vec<_>>(), ["de", "en", "pt", "far"]);
    let languages: Vec<_> = hits.iter().map(|hit| hit.language.as_deref().unwrap()).collect();
    assert_eq!(languages, ["de", "en", "pt-br", "de"]);
    for hit in hits {
        let explained = hit.explain.unwrap();
        let language = explained.language.unwrap_or(0.0);
        assert!((hit.score - explained.keyword.unwrap() - language).abs() < 1e-5, "{}", hit.id);
        assert_eq!(language > 0.0, matches!(hit.id.as_str(), "de" | "far"));
    }
    assert_eq!(first(&mut memory, "zeppelins", Some("de"), Mode::Keyword), "rare");
}

#[test]
fn a_language_says_nothing_where_there_is_one_or_no_such_field() {
    let pages = |lang: Option<&str>| {
        let mut pages = super::pages();
        pages.iter_mut().for_each(|page| page.lang = lang.map(str::to_owned));
        pages
    };
    let ask = |memory: &mut Memory, language: Option<&str>| {
        let query = Query {
            text: "honey".into(),
            language: language.map(str::to_owned),
            fusion: Fusion::default(),
            ..Query::default()
        };
        memory.ask(query)
    };
    for lang in [None, Some("de")] {
        let mut memory = Memory::new(index_of(pages(lang)));
        assert_eq!(ask(&mut memory, Some("de")), ask(&mut memory, None));
    }
    let mut own = pages(None);
    own.iter_mut().zip([1.0, 2.0]).for_each(|(page, number)| {
        page.meta.insert("lang".into(), Meta::Number(number));
    });
    let mut memory = Memory::new(index_of(own));
    assert_eq!(ask(&mut memory, Some("de")).hits, ask(&mut memory, None).hits);
}

#[test]
fn pages_that_state_no_language_are_stemmed_by_the_one_that_their_text_is_in() {
    let german = "Wir vermessen im Frühling jeden Stock und schreiben am Abend auf, was die Bienen eingetragen haben.";
    let english =
        "Bees fly out in spring and come home to their houses in the evening, carrying nectar for the winter.";
    let pages = |lang: Option<&str>| {
        let page = |id: &str, text: &str| Page { lang: lang.map(str::to_owned), ..page(id, id, &[("", text)]) };
        let form = page("de", &format!("{german} Solche Vermessungen dauern nicht lange."));
        let german = (0..4).map(|n| page(&format!("de{n}"), german)).chain([form]);
        german.chain((0..3).map(|n| page(&format!("en{n}"), english))).collect::<Vec<_>>()
    };
    let built = index_of(pages(None));
    let languages: Vec<_> =
        built.entry.languages.iter().map(|language| (language.code.as_str(), language.pages)).collect();
    assert_eq!(languages, [("de", 5), ("en", 3)]);
    assert_eq!(built.unstated.pages, 8);
    let mut memory = Memory::new(built);
    assert_eq!(ids(&mut memory, "Vermessungen").len(), 5);
    assert_eq!(ids(&mut Memory::new(index_of(pages(Some("en")))), "Vermessungen").len(), 1);
}
