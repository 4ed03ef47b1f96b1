//! `pack FILE`: writes `FILE.gz`, gzip that is as small as libdeflate makes it and has no date.

use std::fs;

use anyhow::{Context, bail};
use libdeflater::{CompressionLvl, Compressor};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path] = arguments.as_slice() else {
        bail!("usage: pack FILE");
    };
    let bytes = fs::read(path).with_context(|| format!("cannot read {path}"))?;
    let mut compressor = Compressor::new(CompressionLvl::best());
    let mut packed = vec![0; compressor.gzip_compress_bound(bytes.len())];
    let length = compressor.gzip_compress(&bytes, &mut packed)?;
    fs::write(format!("{path}.gz"), &packed[..length]).with_context(|| format!("cannot write {path}.gz"))
}
