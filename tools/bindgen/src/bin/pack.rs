//! `pack FILE`: writes `FILE.gz`, gzip that is as small as Zopfli makes it and has no date.

use std::fs;
use std::num::NonZeroU64;

use anyhow::{Context, bail};
use zopfli::{Format, Options};

/// Rounds of a search for shorter codes, and blocks with codes of their own: four times its defaults, for which a module is a
/// thousandth larger.
const ROUNDS: NonZeroU64 = NonZeroU64::new(60).unwrap();
const BLOCKS: u16 = 60;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path] = arguments.as_slice() else {
        bail!("usage: pack FILE");
    };
    let bytes = fs::read(path).with_context(|| format!("cannot read {path}"))?;
    let mut packed = Vec::new();
    let options = Options { iteration_count: ROUNDS, maximum_block_splits: BLOCKS, ..Options::default() };
    zopfli::compress(options, Format::Gzip, bytes.as_slice(), &mut packed)?;
    fs::write(format!("{path}.gz"), packed).with_context(|| format!("cannot write {path}.gz"))
}
