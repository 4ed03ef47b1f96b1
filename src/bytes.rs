//! Numbers and strings as bytes: the alphabet in which every part is written, and its checked reader.
//!
//! Integers are LEB128 varints (7 bits a byte, low first, the high bit says "more"), or little-endian where a fixed
//! width is stated. A [`Reader`] never reads past its end and never trusts a count further than the bytes left. Its methods
//! are called and not copied into every reader of a part: all of them together are code that the browser downloads.

use crate::{Error, ErrorKind, Result};

/// Appends numbers and strings to a buffer.
#[derive(Default)]
pub struct Writer(pub Vec<u8>);

impl Writer {
    /// Writes a varint.
    pub fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    /// Writes a count or a length.
    pub fn count(&mut self, value: usize) {
        self.number(value as u64);
    }

    /// Writes bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Writes a string: its length in bytes, then the bytes.
    pub fn text(&mut self, text: &str) {
        self.count(text.len());
        self.raw(text.as_bytes());
    }

    /// Writes what another has written, after its length in bytes.
    #[cfg(feature = "native")]
    pub fn column(&mut self, column: &Writer) {
        self.count(column.0.len());
        self.raw(&column.0);
    }

    /// Writes an f32 in four bytes.
    pub fn float(&mut self, value: f32) {
        self.raw(&value.to_le_bytes());
    }

    /// Writes the 48 bits of a part's hash.
    pub fn hash(&mut self, hash: u64) {
        self.raw(&hash.to_le_bytes()[..6]);
    }

    /// Writes eight bytes.
    pub fn fixed(&mut self, value: u64) {
        self.raw(&value.to_le_bytes());
    }
}

/// Reads what a [`Writer`] wrote; every method fails rather than read past the end.
#[derive(Clone)]
pub struct Reader<'b> {
    bytes: &'b [u8],
}

impl<'b> Reader<'b> {
    /// Reads from the start of `bytes`.
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes }
    }

    /// Bytes not read yet.
    pub fn left(&self) -> usize {
        self.bytes.len()
    }

    /// The next byte.
    pub fn byte(&mut self) -> Result<u8> {
        let (&first, rest) = self.bytes.split_first().ok_or_else(short)?;
        self.bytes = rest;
        Ok(first)
    }

    /// A varint of at most 64 bits.
    #[inline(never)]
    pub fn number(&mut self) -> Result<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(damaged("a number of more than 64 bits"))
    }

    /// A varint of at most 64 bits, whose bytes are appended to `copy` as they are.
    #[inline(never)]
    pub fn copy_number(&mut self, copy: &mut Vec<u8>) -> Result<u64> {
        let before = self.bytes;
        let value = self.number()?;
        copy.extend_from_slice(&before[..before.len() - self.bytes.len()]);
        Ok(value)
    }

    /// A varint that fits 32 bits, and most often one byte: for loops over many.
    #[inline]
    pub fn small_inline(&mut self) -> Result<u32> {
        match self.bytes {
            [byte @ ..0x80, rest @ ..] => {
                self.bytes = rest;
                Ok(u32::from(*byte))
            }
            _ => self.small(),
        }
    }

    /// A varint that fits 32 bits.
    #[inline(never)]
    pub fn small(&mut self) -> Result<u32> {
        u32::try_from(self.number()?).map_err(|_| damaged("a number of more than 32 bits"))
    }

    /// A count of things that take at least `least` bytes each, so at most what the bytes left can hold.
    #[inline(never)]
    pub fn count(&mut self, least: usize) -> Result<usize> {
        let count = usize::try_from(self.number()?).map_err(|_| short())?;
        if count.checked_mul(least.max(1)).is_none_or(|bytes| bytes > self.left()) {
            return Err(short());
        }
        Ok(count)
    }

    /// The next `length` bytes.
    pub fn raw(&mut self, length: usize) -> Result<&'b [u8]> {
        if length > self.bytes.len() {
            return Err(short());
        }
        let (head, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        Ok(head)
    }

    /// A reader of what was written as a column.
    #[inline(never)]
    pub fn column(&mut self) -> Result<Self> {
        let length = self.count(1)?;
        Ok(Self::new(self.raw(length)?))
    }

    /// A string.
    #[inline(never)]
    pub fn text(&mut self) -> Result<&'b str> {
        let length = self.count(1)?;
        self.characters(length)
    }

    /// A string of so many bytes.
    pub fn characters(&mut self, length: usize) -> Result<&'b str> {
        std::str::from_utf8(self.raw(length)?).map_err(|_| damaged("text that is not UTF-8"))
    }

    /// An f32 of four bytes; any bits are one.
    pub fn float(&mut self) -> Result<f32> {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(self.raw(4)?);
        Ok(f32::from_le_bytes(bytes))
    }

    /// The 48 bits of a part's hash.
    pub fn hash(&mut self) -> Result<u64> {
        let mut bytes = [0; 8];
        bytes[..6].copy_from_slice(self.raw(6)?);
        Ok(u64::from_le_bytes(bytes))
    }

    /// Eight bytes.
    #[inline(never)]
    pub fn fixed(&mut self) -> Result<u64> {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(self.raw(8)?);
        Ok(u64::from_le_bytes(bytes))
    }

    /// Confirms that everything has been read.
    pub fn end(&self) -> Result<()> {
        if self.bytes.is_empty() { Ok(()) } else { Err(damaged("bytes after the end")) }
    }
}

/// The error of bytes that are not what they should be.
#[cold]
#[inline(never)]
pub fn damaged(what: &str) -> Error {
    Error::new(ErrorKind::Damaged, what).hint("fetch it again, or rebuild the index")
}

#[cold]
#[inline(never)]
fn short() -> Error {
    damaged("it ends too early")
}
