//! Parts as files hold them: gzip, which every browser undoes by itself.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::{Error, ErrorKind, Result};

/// Gzip without a date, so that the same part is the same file.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory takes every byte")
}

/// What was packed into `bytes`, `name` being what an error calls it.
///
/// # Errors
/// It is not gzip, its checksum does not match, or it unpacks to more than `most` bytes.
pub fn gunzip(name: &str, bytes: &[u8], most: u32) -> Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    // One byte more than the bound, so that what unpacks to too much is noticed by its length.
    let read = GzDecoder::new(bytes).take(u64::from(most) + 1).read_to_end(&mut unpacked);
    let refused = |what: &str| Error::new(ErrorKind::Damaged, format!("{name} {what}"));
    match read {
        Err(error) => Err(refused("can't be unpacked").because(error)),
        Ok(length) if length > most as usize => Err(refused(&format!("unpacks to more than {most} bytes"))),
        Ok(_) => Ok(unpacked),
    }
}
