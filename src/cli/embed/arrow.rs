//! Vectors in Apache Arrow's IPC format: the file format in a file, the stream format on standard output.

use std::io::{self, BufWriter};
use std::sync::Arc;

use arrow_array::{FixedSizeListArray, Float32Array, RecordBatch, StringArray};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use bifocal::ingest::Text;

use super::{Output, Rows};

/// Writes a record batch for each chunk: `id`, a string or null, and `vector`, a list of fixed size.
pub struct Arrow {
    schema: Arc<Schema>,
    numbers: Arc<Field>,
    dims: i32,
    writer: Writer,
}

enum Writer {
    File(FileWriter<BufWriter<Output>>),
    Stream(StreamWriter<BufWriter<Output>>),
}

impl Arrow {
    /// Begins batches of vectors of `dims` numbers.
    pub fn begin(output: Output, dims: u32) -> io::Result<Self> {
        let dims = i32::try_from(dims).map_err(io::Error::other)?;
        let numbers = Arc::new(Field::new_list_field(DataType::Float32, false));
        let schema = Arc::new(Schema::new(vec![
            Field::new("id", DataType::Utf8, true),
            Field::new("vector", DataType::FixedSizeList(numbers.clone(), dims), false),
        ]));
        let is_file = matches!(output, Output::File(..));
        let output = BufWriter::new(output);
        let writer = match is_file {
            true => FileWriter::try_new(output, &schema).map(Writer::File),
            false => StreamWriter::try_new(output, &schema).map(Writer::Stream),
        };
        Ok(Self { schema, numbers, dims, writer: writer.map_err(cause)? })
    }

    fn batch(&self, texts: &[Text], vectors: &[Vec<f32>]) -> Result<RecordBatch, ArrowError> {
        let ids: StringArray = texts.iter().map(|text| text.id.as_ref().map(ToString::to_string)).collect();
        let numbers = Float32Array::from(vectors.concat());
        let vectors = FixedSizeListArray::try_new(self.numbers.clone(), self.dims, Arc::new(numbers), None)?;
        RecordBatch::try_new(self.schema.clone(), vec![Arc::new(ids), Arc::new(vectors)])
    }
}

impl Rows for Arrow {
    fn write(&mut self, texts: &[Text], vectors: &[Vec<f32>]) -> io::Result<()> {
        let batch = self.batch(texts, vectors).map_err(cause)?;
        match &mut self.writer {
            Writer::File(writer) => writer.write(&batch).and_then(|()| writer.flush()),
            Writer::Stream(writer) => writer.write(&batch).and_then(|()| writer.flush()),
        }
        .map_err(cause)
    }

    fn finish(self: Box<Self>) -> io::Result<Output> {
        let output = match self.writer {
            Writer::File(writer) => writer.into_inner(),
            Writer::Stream(writer) => writer.into_inner(),
        };
        Ok(output.map_err(cause)?.into_inner()?)
    }
}

/// What the system said, where it did.
fn cause(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, cause) => cause,
        other => io::Error::other(other),
    }
}
