//! The embedding cache: what is known is not embedded again, whatever happened to the store.

use std::io::Cursor;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use bifocal::encoder::{Cache, Encoder, Progress, Role, VectorSpace, cache_file_name};
use bifocal::{ErrorKind, Result};

/// An encoder that notes what it was asked; a text's vector is made of its length.
struct Note {
    space: VectorSpace,
    asked: Mutex<Vec<String>>,
}

impl Note {
    fn new(weights: &str) -> Self {
        let space = VectorSpace {
            model: "note".into(),
            weights: weights.into(),
            pooling: "mean".into(),
            prefix: String::new(),
            query_prefix: String::new(),
            dims: 2,
        };
        Self { space, asked: Mutex::default() }
    }

    fn vector(text: &str) -> Vec<f32> {
        let angle = text.len() as f32;
        vec![angle.cos(), angle.sin()]
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

impl Encoder for Note {
    fn space(&self) -> &VectorSpace {
        &self.space
    }

    fn count_tokens(&self, text: &str) -> usize {
        text.len()
    }

    fn embed(&self, texts: &[&str], _: Role, progress: &(dyn Fn(usize) + Sync)) -> Result<Vec<Vec<f32>>> {
        self.asked.lock().unwrap().extend(texts.iter().map(|text| text.to_string()));
        progress(texts.len());
        Ok(texts.iter().map(|text| Self::vector(text)).collect())
    }
}

type Store = Cursor<Vec<u8>>;

/// Embeds `texts` with a cache over `store`, checks the vectors, and gives back the store and what was new.
fn check(store: Store, encoder: &Note, texts: &[&str]) -> (Store, Vec<String>) {
    let mut store = store;
    let mut cache = Cache::open(&mut store, encoder).unwrap();
    let vectors = cache.embed(encoder, texts, Role::Passage, &|_| {}, &AtomicBool::new(false)).unwrap();
    let expected: Vec<_> = texts.iter().map(|text| Note::vector(text)).collect();
    assert_eq!(vectors, expected);
    (store, encoder.asked())
}

#[test]
fn only_what_is_new_is_embedded() {
    let encoder = Note::new("a");
    let (store, new) = check(Store::default(), &encoder, &["one", "three", "one"]);
    assert_eq!(new, ["one", "three"]);
    let (store, new) = check(store, &encoder, &["three", "sixteen", "one"]);
    assert_eq!(new, ["sixteen"]);
    let (_, new) = check(store, &encoder, &["sixteen", "one", "three"]);
    assert!(new.is_empty());
}

#[test]
fn a_torn_tail_is_written_over() {
    let encoder = Note::new("a");
    let (whole, _) = check(Store::default(), &encoder, &["one", "three", "sixteen"]);
    let row = whole.get_ref().len() / 3;
    for torn in 0..whole.get_ref().len() {
        let store = Cursor::new(whole.get_ref()[..torn].to_vec());
        let (store, new) = check(store, &encoder, &["one", "three", "sixteen"]);
        assert_eq!(new.len(), 3 - torn / row, "torn at {torn}");
        assert_eq!(store.get_ref().len(), whole.get_ref().len());
        assert!(check(store, &encoder, &["one", "three", "sixteen"]).1.is_empty());
    }
}

#[test]
fn a_damaged_row_costs_one_embedding() {
    let encoder = Note::new("a");
    let (whole, _) = check(Store::default(), &encoder, &["one", "three", "sixteen"]);
    for at in 0..whole.get_ref().len() {
        let mut bytes = whole.get_ref().clone();
        bytes[at] ^= 0x10;
        let (store, new) = check(Cursor::new(bytes), &encoder, &["one", "three", "sixteen"]);
        assert_eq!(new.len(), 1, "byte {at} flipped");
        assert!(check(store, &encoder, &["one", "three", "sixteen"]).1.is_empty());
    }
}

#[test]
fn another_encoders_vectors_are_not_used() {
    let (one, other) = (Note::new("a"), Note::new("b"));
    assert_ne!(cache_file_name(&one), cache_file_name(&other));
    let (mut store, _) = check(Store::default(), &one, &["one", "three"]);
    assert_eq!(check(store.clone(), &other, &["one"]).1, ["one"]);
    let mut cache = Cache::open(&mut store, &one).unwrap();
    let error = cache.embed(&other, &["one"], Role::Passage, &|_| {}, &AtomicBool::new(false)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Model);
}

#[test]
fn a_cancelled_embedding_keeps_what_is_done() {
    let encoder = Note::new("a");
    let texts: Vec<String> = (0..1000).map(|at| "x".repeat(at)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (cancel, mut store) = (AtomicBool::new(false), Store::default());
    let mut cache = Cache::open(&mut store, &encoder).unwrap();
    let stop = |progress: Progress| cancel.store(progress.done >= 300, Ordering::Relaxed);
    let error = cache.embed(&encoder, &texts, Role::Passage, &stop, &cancel).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    let done = encoder.asked().len();
    assert!((300..1000).contains(&done), "{done} embedded");
    assert_eq!(check(store, &encoder, &texts).1.len(), 1000 - done);
}

#[test]
fn progress_says_what_is_new_and_what_is_reused() {
    let encoder = Note::new("a");
    let (mut store, _) = check(Store::default(), &encoder, &["one", "three"]);
    let seen = Mutex::new(Vec::new());
    let mut cache = Cache::open(&mut store, &encoder).unwrap();
    let note = |progress| seen.lock().unwrap().push(progress);
    cache
        .embed(&encoder, &["three", "four", "sixteen", "four"], Role::Passage, &note, &AtomicBool::new(false))
        .unwrap();
    let expected = [0, 2].map(|done| Progress { done, new: 2, reused: 1 });
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[test]
fn a_query_is_not_taken_for_a_passage() {
    let mut encoder = Note::new("a");
    let embed = |cache: &mut Cache<&mut Store>, encoder: &Note, role| {
        cache.embed(encoder, &["one"], role, &|_| {}, &AtomicBool::new(false)).unwrap();
        encoder.asked().len()
    };
    let mut store = Store::default();
    let mut cache = Cache::open(&mut store, &encoder).unwrap();
    assert_eq!(embed(&mut cache, &encoder, Role::Passage), 1);
    assert_eq!(embed(&mut cache, &encoder, Role::Query), 0, "without prefixes both are the same");
    encoder.space.query_prefix = "query: ".into();
    assert_eq!(embed(&mut cache, &encoder, Role::Query), 1);
    assert_eq!(embed(&mut cache, &encoder, Role::Query), 0);
}

#[test]
fn a_space_without_prefixes_is_written_as_ever() {
    let space = Note::new("a").space;
    let json = r#"{"model":"note","weights":"a","pooling":"mean","prefix":"","dims":2}"#;
    assert_eq!(serde_json::to_string(&space).unwrap(), json);
    assert_eq!(serde_json::from_str::<VectorSpace>(json).unwrap(), space);
    let other = VectorSpace { query_prefix: "query: ".into(), ..space.clone() };
    assert_eq!(serde_json::from_str::<VectorSpace>(&serde_json::to_string(&other).unwrap()).unwrap(), other);
    assert!(space.accept(&other).unwrap_err().to_string().contains("before queries \"query: \""));
}
