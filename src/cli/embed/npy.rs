//! Vectors as an array of NumPy, version 1.0 of the format (numpy.lib.format):
//!
//! ```text
//! 93 "NUMPY" 01 00 · length of the header, u16 · header, a Python dictionary padded with spaces to a line's end · rows, f32
//! ```
//! All is little-endian. The header says how many rows there are, so it is written again at the end, in the same room.

use std::io::{self, BufWriter, Seek, Write};

use bifocal::ingest::Text;

use super::{Output, Rows};

/// Bytes before the rows, a multiple of 64 as the format wants it, with room for any number of rows.
const BEFORE: usize = 128;

/// Writes rows, and how many there are once that is known.
pub struct Npy {
    out: BufWriter<Output>,
    rows: usize,
    dims: u32,
}

impl Npy {
    /// Begins an array of `dims` columns.
    pub fn begin(output: Output, dims: u32) -> io::Result<Self> {
        let mut npy = Self { out: BufWriter::new(output), rows: 0, dims };
        npy.out.write_all(&header(0, dims))?;
        Ok(npy)
    }
}

impl Rows for Npy {
    fn write(&mut self, _: &[Text], vectors: &[Vec<f32>]) -> io::Result<()> {
        self.rows += vectors.len();
        vectors.iter().flatten().try_for_each(|number| self.out.write_all(&number.to_le_bytes()))
    }

    fn finish(mut self: Box<Self>) -> io::Result<Output> {
        self.out.rewind()?;
        self.out.write_all(&header(self.rows, self.dims))?;
        Ok(self.out.into_inner()?)
    }
}

fn header(rows: usize, dims: u32) -> Vec<u8> {
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    header.extend((BEFORE as u16 - 10).to_le_bytes());
    header.extend(format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {dims}), }}").bytes());
    header.resize(BEFORE - 1, b' ');
    header.push(b'\n');
    header
}
