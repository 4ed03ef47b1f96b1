//! The same ids as the `tokenizers` crate, over a vocabulary made here and over that of multilingual-e5-small.

use std::collections::BTreeMap;
use std::path::PathBuf;

use bifocal::encoder::gguf::{Header, Value};
use bifocal::encoder::{Special, Texts, Tokenizer};
use tokenizers::NormalizedString;
use tokenizers::models::unigram::Unigram;
use tokenizers::normalizers::{NFKC, Replace, Sequence, Strip};
use tokenizers::pre_tokenizers::metaspace::{Metaspace, PrependScheme};
use unicode_normalization::UnicodeNormalization;

use super::wordpiece::varied;
use super::{Random, sentences};

const SPECIAL: Special = Special { unknown: 3, begin: 0, end: 2, padding: 1 };

/// Our tokenizer and the reference over the same pieces.
pub struct Pair {
    ours: Tokenizer,
    theirs: tokenizers::Tokenizer,
}

impl Pair {
    pub fn new(pieces: &[(String, f32)]) -> Self {
        let texts: Texts = pieces.iter().map(|(piece, _)| piece.as_str()).collect();
        let scores = pieces.iter().map(|(_, score)| *score).collect();
        let controls = vec![0, 1, 2, 3, pieces.len() as u32 - 1];
        let ours = Tokenizer::unigram(texts, scores, controls, SPECIAL).unwrap();

        let scored = pieces.iter().map(|(piece, score)| (piece.clone(), f64::from(*score))).collect();
        let mut theirs = tokenizers::Tokenizer::new(Unigram::from(scored, Some(3), false).unwrap());
        let regex = |pattern: &str, with: &str| {
            let pattern = tokenizers::normalizers::replace::ReplacePattern::Regex(pattern.to_owned());
            Replace::new(pattern, with).unwrap().into()
        };
        let spaces = r"[\t\n\x0c\r\u{1680}\u{200b}-\u{200f}\u{2028}\u{2029}\u{2581}\u{feff}\u{fffd}]";
        let _ = theirs.with_normalizer(Some(Sequence::new(vec![
            regex(&spaces.replace("\\u", "\\x"), " "),
            regex(r"[\x00-\x1f\x7f\x{8f}\x{9f}]", ""),
            NFKC.into(),
            regex(" {2,}", " "),
            Strip::new(true, true).into(),
        ])));
        theirs.with_pre_tokenizer(Some(Metaspace::new('▁', PrependScheme::Always, true)));
        Self { ours, theirs }
    }

    fn check(&self, text: &str) {
        let pieces = self.theirs.encode(text, false).unwrap().len();
        assert_eq!(self.ours.count(text), pieces, "pieces of {text:?}");
        self.agree(text, &self.ours.encode(text));
    }

    /// Checks that `ids` are those that the reference has for `text`.
    pub fn agree(&self, text: &str, ids: &[u32]) {
        let encoding = self.theirs.encode(text, false).unwrap();
        let mut expected = encoding.get_ids().to_vec();
        expected.truncate(254);
        assert_eq!(ids[1..ids.len() - 1], expected, "ids of {text:?}: {:?}", encoding.get_tokens());
        assert_eq!((ids[0], ids[ids.len() - 1]), (0, 2));
    }

    fn check_all(&self, seed: u64) {
        println!("seed {seed:#x}");
        let mut random = Random(seed);
        sentences().into_iter().for_each(|text| self.check(text));
        for text in [
            "",
            " ",
            "  two  spaces ",
            "\u{3000}전각 공백\u{3000}",
            "한국어 조선글 각 ㈜",
            "ﬁn ½ ﷺ ㌀",
            "e\u{301} \u{301}",
            "a▁b ▁ ▁▁",
            "x\u{200b}y\u{200d}z\u{feff}",
            "日本語テキスト漢字。改行\nなし",
            "नमस्ते สวัสดีครับ",
            "👩‍👩‍👧‍👦 🏳️‍🌈 \u{10FFFF}\u{10FFFE} x\u{10FFFF}",
        ] {
            self.check(text);
        }
        self.check(&"길고 긴 글 ".repeat(400));
        self.check(&"낱말하나".repeat(1000));
        for _ in 0..10_000 {
            let mut text = varied(&mut random);
            text.retain(both_know);
            self.check(&text);
        }
    }
}

/// Whether both normalise `c` to the same: the reference knows an older Unicode, and has no exception for the full-width tilde.
fn both_know(c: char) -> bool {
    let mut theirs = NormalizedString::from(c.to_string());
    theirs.nfkc();
    c != '～' && c.to_string().nfkc().eq(theirs.get().chars())
}

/// Pieces cut at random out of sentences and strings of all scripts, with random scores.
pub fn made_up_pieces() -> Vec<(String, f32)> {
    let mut random = Random(0x5EED_0005);
    let mut pieces: BTreeMap<String, f32> = BTreeMap::from([("▁".into(), -4.0)]);
    let others: Vec<String> = (0..2000).map(|_| varied(&mut random)).collect();
    for text in sentences().into_iter().chain(others.iter().map(String::as_str)) {
        for word in text.split(' ') {
            let marked: Vec<char> = "▁".chars().chain(word.chars()).collect();
            let (from, length) = (random.below(marked.len()), 1 + random.below(6));
            let piece: String = marked[from..(from + length).min(marked.len())].iter().collect();
            pieces.insert(piece, -1.0 - random.below(1200) as f32 / 100.0);
        }
    }
    let named = ["<s>", "<pad>", "</s>", "<unk>"].map(|name| (name.to_owned(), 0.0));
    let mut pieces: Vec<(String, f32)> = named.into_iter().chain(pieces).collect();
    pieces.push(("<mask>".into(), 0.0));
    pieces
}

#[test]
fn made_up_pieces_have_the_ids_of_the_reference() {
    let pieces = made_up_pieces();
    println!("{} pieces", pieces.len());
    Pair::new(&pieces).check_all(0x5EED_0006);
}

/// Those of `models/multilingual-e5-small-q4.gguf`; nothing is checked where that is not there.
#[test]
fn pieces_of_multilingual_e5_have_the_ids_of_the_reference() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models/multilingual-e5-small-q4.gguf");
    let Ok(bytes) = std::fs::read(&path) else { return println!("skipped: there is no {}", path.display()) };
    let metadata = Header::read(&bytes, bytes.len()).unwrap().unwrap().metadata;
    let [Value::Texts(pieces), Value::Floats(scores)] =
        ["tokenizer.ggml.tokens", "tokenizer.ggml.scores"].map(|key| metadata[key].clone())
    else {
        panic!("no pieces with scores")
    };
    let pieces: Vec<_> = scores.iter().enumerate().map(|(id, &score)| (pieces.get(id).to_owned(), score)).collect();
    assert_eq!(pieces.len(), 250_002);
    let pair = Pair::new(&pieces);
    pair.check_all(0x5EED_0007);
    assert_eq!(pair.ours.encode("봄～가을"), [0, 120_842, 6_087, 713, 413, 2]);
}

/// Words without end are cut where they are spelt, and tokens that are written out are text.
#[test]
fn a_text_without_spaces_and_written_control_tokens_are_text() {
    let pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁", "a", "<", "s", ">"];
    let scores = [0.0, 0.0, 0.0, 0.0, -1.0, -2.0, -2.0, -2.0, -2.0];
    let tokenizer =
        Tokenizer::unigram(pieces.into_iter().collect(), scores.to_vec(), vec![0, 1, 2, 3], SPECIAL).unwrap();
    assert_eq!(tokenizer.encode("<s>"), [0, 4, 6, 7, 8, 2]);
    assert_eq!(tokenizer.encode("ab ba"), [0, 4, 5, 3, 4, 3, 5, 2]);
    assert_eq!(tokenizer.count(&"a".repeat(100_000)), 100_001);
    assert!(Tokenizer::unigram(pieces.into_iter().collect(), scores[1..].to_vec(), vec![], SPECIAL).is_err());
}
