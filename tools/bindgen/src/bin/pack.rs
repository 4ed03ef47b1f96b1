//! `pack FILE`: writes `FILE.gz`, gzip that is as small as Zopfli makes it and has no date.

use std::fs;

use anyhow::{Context, bail};
use zopfli::{Format, Options};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path] = arguments.as_slice() else {
        bail!("usage: pack FILE");
    };
    let bytes = fs::read(path).with_context(|| format!("cannot read {path}"))?;
    let mut packed = Vec::new();
    zopfli::compress(Options::default(), Format::Gzip, bytes.as_slice(), &mut packed)?;
    fs::write(format!("{path}.gz"), packed).with_context(|| format!("cannot write {path}.gz"))
}
