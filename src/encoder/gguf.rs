//! GGUF, llama.cpp's model file: metadata, then tensors.
//!
//! ```text
//! magic "GGUF" · version u32 (2 and 3 are read, 3 is written) · tensors u64 · entries u64      all little-endian
//! entry:  key · type u32 · value          string: bytes u64 · UTF-8     array: type u32 · count u64 · values
//! tensor: name · dimensions u32 · each u64, innermost first · type u32 · offset u64 from the start of the data
//! data:   from the next multiple of `general.alignment` (32 unless given); each tensor at such a multiple
//! ```
//! Files come from the network, so nothing is believed: every count is bounded by the bytes that are left before anything
//! is allocated, and every tensor must lie within the file, apart from the others. candle's own reader
//! divides by a stored alignment and multiplies stored dimensions unchecked.

use std::collections::BTreeMap;
use std::fmt;

pub use super::kind::Kind;
use super::texts::Texts;
use crate::{Error, ErrorKind, Result};

/// What a model file says about itself.
pub type Metadata = BTreeMap<String, Value>;

/// One entry's value. Floats and integers of all widths are held in the widest.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Any unsigned integer; written as u32 if it is one, else as u64.
    Uint(u64),
    /// Any signed integer; written as i32 if it is one, else as i64.
    Int(i64),
    /// A float; written as f32.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// A string.
    Text(String),
    /// An array of strings.
    Texts(Texts),
    /// An array of 32-bit integers, signed or not.
    Ints(Vec<i32>),
    /// An array of 32-bit floats.
    Floats(Vec<f32>),
    /// An array of another type, which nothing here reads.
    Other,
}

/// For messages. Arrays are told by their lengths; floats are in millionths, since printing them as they are takes the code of two
/// algorithms, which every reader would download.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Uint(number) => write!(f, "Uint({number})"),
            Self::Int(number) => write!(f, "Int({number})"),
            Self::Float(number) if number.is_nan() => f.write_str("Float(NaN)"),
            Self::Float(number) => write!(f, "Float({} millionths)", (number * 1e6) as i64),
            Self::Bool(value) => write!(f, "Bool({value})"),
            Self::Text(text) => write!(f, "Text({text:?})"),
            Self::Texts(texts) => write!(f, "{} texts", texts.len()),
            Self::Ints(numbers) => write!(f, "{} integers", numbers.len()),
            Self::Floats(numbers) => write!(f, "{} floats", numbers.len()),
            Self::Other => f.write_str("an array"),
        }
    }
}

/// Where a tensor lies in a file, and what it holds.
#[derive(Clone, Debug)]
pub struct TensorInfo {
    /// llama.cpp's name, such as `blk.0.attn_q.weight`.
    pub name: String,
    /// Sizes, outermost first: rows, then columns.
    pub dims: Vec<usize>,
    /// How the numbers are packed.
    pub kind: Kind,
    /// The first byte, from the start of the file.
    pub start: usize,
    /// How many bytes there are.
    pub bytes: usize,
}

/// A file's metadata and where its tensors are, in the order of their bytes.
pub struct Header {
    /// The entries.
    pub metadata: Metadata,
    /// The tensors; they lie within the file and do not overlap.
    pub tensors: Vec<TensorInfo>,
}

impl Header {
    /// Reads the header of a file of `total` bytes out of its beginning; none if `beginning` ends too early.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if the file is not GGUF, of another version, or damaged.
    pub fn read(beginning: &[u8], total: usize) -> Result<Option<Self>> {
        let mut cursor = Cursor { bytes: beginning, at: 0, total };
        match cursor.header() {
            Ok(header) => Ok(Some(header)),
            Err(Stop::TooEarly) => Ok(None),
            Err(Stop::Broken(error)) => Err(error),
        }
    }
}

/// Why reading stopped.
enum Stop {
    /// The file goes on where the bytes end.
    TooEarly,
    Broken(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Broken(error)
    }
}

struct Cursor<'b> {
    bytes: &'b [u8],
    at: usize,
    /// The length of the whole file, of which `bytes` may be the beginning only.
    total: usize,
}

impl<'b> Cursor<'b> {
    fn header(&mut self) -> Result<Header, Stop> {
        if self.take(4)? != b"GGUF" {
            return Err(broken("it does not begin with GGUF").into());
        }
        let version = self.u32()?;
        if !(2..=3).contains(&version) {
            return Err(broken(format!("GGUF version {version}; this build reads 2 and 3")).into());
        }
        let (tensors, entries) = (self.u64()?, self.u64()?);
        // The least that a tensor and an entry take.
        let (tensors, entries) = (self.bounded(tensors, 24)?, self.bounded(entries, 13)?);
        let mut metadata = Metadata::new();
        for _ in 0..entries {
            let key = self.string()?.to_owned();
            let value = self.value()?;
            metadata.insert(key, value);
        }
        let mut infos = Vec::new();
        for _ in 0..tensors {
            infos.push(self.tensor()?);
        }
        let start = self.at.next_multiple_of(alignment(&metadata)?);
        Ok(Header { metadata, tensors: placed(infos, start, self.total)? })
    }

    fn value(&mut self) -> Result<Value, Stop> {
        Ok(match self.u32()? {
            0 => Value::Uint(self.array::<1>()?[0] as u64),
            1 => Value::Int(self.array::<1>()?[0] as i8 as i64),
            2 => Value::Uint(u16::from_le_bytes(self.array()?) as u64),
            3 => Value::Int(i16::from_le_bytes(self.array()?) as i64),
            4 => Value::Uint(self.u32()? as u64),
            5 => Value::Int(i32::from_le_bytes(self.array()?) as i64),
            6 => Value::Float(f32::from_le_bytes(self.array()?) as f64),
            7 => Value::Bool(self.array::<1>()?[0] != 0),
            8 => Value::Text(self.string()?.to_owned()),
            9 => self.values()?,
            10 => Value::Uint(self.u64()?),
            11 => Value::Int(i64::from_le_bytes(self.array()?)),
            12 => Value::Float(f64::from_le_bytes(self.array()?)),
            other => return Err(broken(format!("value of unknown type {other}")).into()),
        })
    }

    fn values(&mut self) -> Result<Value, Stop> {
        let (kind, count) = (self.u32()?, self.u64()?);
        let width = match kind {
            0 | 1 | 7 => 1,
            2 | 3 => 2,
            4..=6 => 4,
            8 | 10..=12 => 8,
            9 => return Err(broken("an array of arrays").into()),
            other => return Err(broken(format!("array of unknown type {other}")).into()),
        };
        let count = self.bounded(count, width)?;
        if kind == 8 {
            let mut texts = Texts::default();
            for _ in 0..count {
                texts.push(self.string()?);
            }
            return Ok(Value::Texts(texts));
        }
        let bytes = self.take(count * width)?;
        Ok(match kind {
            4 | 5 => {
                let ints = bytes.chunks_exact(4).map(|int| i32::from_le_bytes([int[0], int[1], int[2], int[3]]));
                Value::Ints(ints.collect())
            }
            6 => Value::Floats(bytes.as_chunks().0.iter().map(|&four| f32::from_le_bytes(four)).collect()),
            _ => Value::Other,
        })
    }

    /// A tensor's entry; `start` is still counted from the start of the data.
    fn tensor(&mut self) -> Result<TensorInfo, Stop> {
        let name = self.string()?.to_owned();
        let rank = self.u32()?;
        if !(1..=4).contains(&rank) {
            return Err(broken(format!("tensor {name} of {rank} dimensions")).into());
        }
        let mut dims = Vec::new();
        for _ in 0..rank {
            dims.push(self.u64()?);
        }
        dims.reverse();
        let kind = self.u32()?;
        let offset = self.u64()?;
        let kind = Kind::of(kind).ok_or_else(|| broken(format!("tensor {name} is of unknown type {kind}")))?;
        let bytes = dims.iter().try_fold(1u64, |product, &dim| product.checked_mul(dim)).and_then(|numbers| {
            let block = kind.numbers() as u64;
            let whole = numbers > 0 && dims.last().is_some_and(|columns| columns.is_multiple_of(block));
            whole.then(|| (numbers / block).checked_mul(kind.bytes() as u64)).flatten()
        });
        let fits = |bytes: u64| offset.checked_add(bytes).is_some_and(|end| end <= self.total as u64);
        let Some(bytes) = bytes.filter(|&bytes| fits(bytes)) else {
            return Err(broken(format!("tensor {name} of {dims:?} at {offset} is not within the file")).into());
        };
        let dims = dims.iter().map(|&dim| dim as usize).collect();
        Ok(TensorInfo { name, dims, kind, start: offset as usize, bytes: bytes as usize })
    }

    fn string(&mut self) -> Result<&'b str, Stop> {
        let bytes = self.u64()?;
        let bytes = self.bounded(bytes, 1)?;
        let bytes = self.take(bytes)?;
        std::str::from_utf8(bytes).map_err(|error| broken("a name is not UTF-8").because(error).into())
    }

    fn u32(&mut self) -> Result<u32, Stop> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64, Stop> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        let bytes = self.take(N)?;
        Ok(std::array::from_fn(|at| bytes[at]))
    }

    /// `count` as a length, if so many things of at least `width` bytes each can still come.
    fn bounded(&self, count: u64, width: usize) -> Result<usize, Stop> {
        let most = (self.total - self.at) / width;
        if count > most as u64 {
            let what = format!("{count} items at byte {}, where at most {most} can follow", self.at);
            return Err(broken(what).into());
        }
        Ok(count as usize)
    }

    fn take(&mut self, bytes: usize) -> Result<&'b [u8], Stop> {
        if bytes > self.total - self.at {
            return Err(broken(format!("it ends at byte {} within its header", self.total)).into());
        }
        let taken = self.bytes.get(self.at..self.at + bytes).ok_or(Stop::TooEarly)?;
        self.at += bytes;
        Ok(taken)
    }
}

/// Tensors in the order of their bytes, with `start` counted from the start of the file.
fn placed(mut tensors: Vec<TensorInfo>, data: usize, total: usize) -> Result<Vec<TensorInfo>> {
    tensors.sort_unstable_by_key(|tensor| tensor.start);
    let mut free = data;
    for tensor in &mut tensors {
        tensor.start += data;
        let end = tensor.start + tensor.bytes;
        if tensor.start < free || end > total {
            let what =
                format!("tensor {} at {}..{end} overlaps another or the end at {total}", tensor.name, tensor.start);
            return Err(broken(what));
        }
        free = end;
    }
    Ok(tensors)
}

fn alignment(metadata: &Metadata) -> Result<usize> {
    match metadata.get("general.alignment") {
        None => Ok(ALIGNMENT),
        Some(Value::Uint(bytes)) if bytes.is_power_of_two() && *bytes <= 4096 => Ok(*bytes as usize),
        Some(other) => Err(broken(format!("alignment {other:?}"))),
    }
}

/// What the tensors of a written file are aligned to, and those of a file that does not say.
const ALIGNMENT: usize = 32;

/// The bytes of a file with `metadata` and `tensors`, in that order: a tensor is its name, its sizes with the outermost
/// first, its type and its bytes.
pub fn write(metadata: &Metadata, tensors: &[(String, Vec<usize>, Kind, Vec<u8>)]) -> Vec<u8> {
    let mut out = b"GGUF".to_vec();
    out.extend(3u32.to_le_bytes());
    out.extend((tensors.len() as u64).to_le_bytes());
    let entries = metadata.iter().filter(|(_, value)| **value != Value::Other);
    out.extend((entries.clone().count() as u64).to_le_bytes());
    for (key, value) in entries {
        write_string(&mut out, key);
        write_value(&mut out, value);
    }
    let mut offset = 0;
    for (name, dims, kind, bytes) in tensors {
        write_string(&mut out, name);
        out.extend((dims.len() as u32).to_le_bytes());
        dims.iter().rev().for_each(|&dim| out.extend((dim as u64).to_le_bytes()));
        out.extend((*kind as u32).to_le_bytes());
        out.extend((offset as u64).to_le_bytes());
        offset += bytes.len().next_multiple_of(ALIGNMENT);
    }
    for (_, _, _, bytes) in tensors {
        out.resize(out.len().next_multiple_of(ALIGNMENT), 0);
        out.extend(bytes);
    }
    out
}

fn write_value(out: &mut Vec<u8>, value: &Value) {
    let mut put = |kind: u32, bytes: &[u8]| {
        out.extend(kind.to_le_bytes());
        out.extend(bytes);
    };
    match value {
        Value::Uint(value) => match u32::try_from(*value) {
            Ok(short) => put(4, &short.to_le_bytes()),
            Err(_) => put(10, &value.to_le_bytes()),
        },
        Value::Int(value) => match i32::try_from(*value) {
            Ok(short) => put(5, &short.to_le_bytes()),
            Err(_) => put(11, &value.to_le_bytes()),
        },
        Value::Float(value) => put(6, &(*value as f32).to_le_bytes()),
        Value::Bool(value) => put(7, &[*value as u8]),
        Value::Text(text) => {
            put(8, &[]);
            write_string(out, text);
        }
        Value::Texts(texts) => {
            put(9, &8u32.to_le_bytes());
            out.extend((texts.len() as u64).to_le_bytes());
            (0..texts.len()).for_each(|index| write_string(out, texts.get(index)));
        }
        Value::Ints(ints) => {
            put(9, &5u32.to_le_bytes());
            out.extend((ints.len() as u64).to_le_bytes());
            ints.iter().for_each(|int| out.extend(int.to_le_bytes()));
        }
        Value::Floats(floats) => {
            put(9, &6u32.to_le_bytes());
            out.extend((floats.len() as u64).to_le_bytes());
            floats.iter().for_each(|float| out.extend(float.to_le_bytes()));
        }
        Value::Other => {}
    }
}

fn write_string(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
}

fn broken(what: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Model, format!("not a usable GGUF file: {what}"))
        .hint("fetch the file again, or make it with `bifocal model convert`")
}
