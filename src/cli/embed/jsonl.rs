//! Vectors as JSON lines.

use std::io::{self, BufWriter, Write};

use bifocal::ingest::{Id, Text};
use serde::Serialize;

use super::{Output, Rows};

/// Writes an object for each text. Its numbers are the shortest from which f32 gets the same bits again.
pub struct JsonLines(BufWriter<Output>);

#[derive(Serialize)]
struct Row<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'r Id>,
    vector: &'r [f32],
}

impl JsonLines {
    /// Lines that go to `output`.
    pub fn new(output: Output) -> Self {
        Self(BufWriter::new(output))
    }
}

impl Rows for JsonLines {
    fn write(&mut self, texts: &[Text], vectors: &[Vec<f32>]) -> io::Result<()> {
        for (text, vector) in texts.iter().zip(vectors) {
            serde_json::to_writer(&mut self.0, &Row { id: text.id.as_ref(), vector })?;
            self.0.write_all(b"\n")?;
        }
        self.0.flush()
    }

    fn finish(self: Box<Self>) -> io::Result<Output> {
        Ok(self.0.into_inner()?)
    }
}
