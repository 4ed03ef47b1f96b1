//! `bifocal embed`: texts in, vectors out.

mod arrow;
mod jsonl;
mod npy;
mod output;

use std::io::{self, Cursor};
use std::path::PathBuf;

use bifocal::encoder::{Cache, Encoder, Progress, Role};
use bifocal::ingest::{Lines, Text, read_texts};
use bifocal::{Error, ErrorKind, Result};
use clap::{Args, ValueEnum};
use indicatif::ProgressBar;

use self::arrow::Arrow;
use self::jsonl::JsonLines;
use self::npy::Npy;
use self::output::Output;
use super::replace::refused;
use super::{model, progress, unless_closed};

/// Texts of a chunk. What is held in memory is a chunk and its vectors; a text that comes twice in it is embedded once.
const CHUNK: usize = 4096;

/// Bytes of text after which a chunk ends before that.
const CHUNK_BYTES: usize = 16 << 20;

/// Embeds texts: JSON lines in, unit vectors out, one for each line in its place
#[derive(Args)]
#[command(
    after_help = "A line in: {\"id\": 7, \"text\": \"Spin the frames.\"}    and out: {\"id\":7,\"vector\":[0.0123,…]}
`id` may be a string, a number or not there; other fields are passed over. docs/embed.md has the forms, and how Spark runs it.

Examples:
  bifocal embed passages.jsonl > vectors.jsonl
  bifocal embed passages.jsonl.gz -o vectors.npy
  grep -v draft passages.jsonl | bifocal embed --format arrow > vectors.arrows
  bifocal embed --query --text 'how do I share data' --text 'what is a mutex'"
)]
pub struct EmbedArgs {
    /// A file of JSON lines; .gz too [default: standard input]
    file: Option<PathBuf>,
    /// A text, in place of a file; may be given again
    #[arg(long, conflicts_with = "file")]
    text: Vec<String>,
    /// The encoder: a .gguf file, or a folder with model.safetensors and tokenizer.json [default: see `bifocal model`]
    #[arg(long, env = "BIFOCAL_MODEL", value_name = "PATH")]
    model: Option<PathBuf>,
    /// Embeds them as queries, for models that tell queries from passages
    #[arg(long)]
    query: bool,
    /// What the vectors are written as [default: what the file's name ends with, else jsonl]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The file to write, which is there once it is whole [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// JSON lines
    Jsonl,
    /// One array of NumPy: a row for each text, without ids
    Npy,
    /// Apache Arrow's IPC format, with columns `id` and `vector`; its stream format on standard output
    Arrow,
}

/// Vectors in one of the forms, on their way out.
trait Rows {
    /// Writes the vectors of a chunk in the order of its texts; a reader of a stream has them afterwards.
    fn write(&mut self, texts: &[Text], vectors: &[Vec<f32>]) -> io::Result<()>;

    /// Writes what comes last.
    fn finish(self: Box<Self>) -> io::Result<Output>;
}

impl EmbedArgs {
    fn format(&self) -> Format {
        let named = || Format::from_str(self.output.as_ref()?.extension()?.to_str()?, true).ok();
        self.format.or_else(named).unwrap_or(Format::Jsonl)
    }
}

impl Format {
    /// Begins rows of so many dimensions.
    fn rows(self, output: Output, dims: u32) -> io::Result<Box<dyn Rows>> {
        Ok(match self {
            Self::Jsonl => Box::new(JsonLines::new(output)),
            Self::Npy => Box::new(Npy::begin(output, dims)?),
            Self::Arrow => Box::new(Arrow::begin(output, dims)?),
        })
    }
}

/// Runs the command.
pub fn run(args: &EmbedArgs) -> Result<()> {
    let output = Output::open(args.output.as_deref(), args.format())?;
    let encoder = model::load_chosen(args.model.as_deref())?;
    let texts: Box<dyn Iterator<Item = Result<Text>>> = match &args.file {
        Some(path) => Box::new(read_texts(Lines::open(path)?)),
        None if args.text.is_empty() => Box::new(read_texts(Lines::read("standard input", io::stdin())?)),
        None => Box::new(args.text.iter().map(|text| Ok(Text { id: None, text: text.clone() }))),
    };
    // On a terminal the rows themselves show how far it has come.
    let bar = if output.is_shown() { ProgressBar::hidden() } else { progress::counter("embedding texts") };
    let written = embed(texts, &encoder, args, output, &bar);
    bar.finish_and_clear();
    match &args.output {
        Some(path) => written?.map_err(|error| refused(path, error)),
        None => unless_closed(written?),
    }
}

/// Embeds texts chunk by chunk and says what became of writing; other failures come first.
fn embed(
    mut texts: impl Iterator<Item = Result<Text>>,
    encoder: &dyn Encoder,
    args: &EmbedArgs,
    output: Output,
    bar: &ProgressBar,
) -> Result<io::Result<()>> {
    let mut rows = match args.format().rows(output, encoder.space().dims) {
        Ok(rows) => rows,
        Err(error) => return Ok(Err(error)),
    };
    let role = if args.query { Role::Query } else { Role::Passage };
    let mut done = 0;
    let stopped = |done| Error::new(ErrorKind::Cancelled, format!("stopped after {done} texts"));
    loop {
        let chunk = chunk(&mut texts)?;
        if progress::is_cancelled() {
            return Err(stopped(done));
        }
        if chunk.is_empty() {
            return Ok(rows.finish().and_then(Output::finish));
        }
        let passages: Vec<&str> = chunk.iter().map(|text| text.text.as_str()).collect();
        let show = |Progress { done: new, .. }: Progress| bar.set_position((done + new) as u64);
        let vectors = Cache::open(Cursor::new(Vec::new()), encoder)?
            .embed(encoder, &passages, role, &show, progress::cancelled())
            .map_err(|error| if error.kind() == ErrorKind::Cancelled { stopped(done) } else { error })?;
        if let Err(error) = rows.write(&chunk, &vectors) {
            return Ok(Err(error));
        }
        done += chunk.len();
    }
}

/// The next texts: none at the end, fewer than there are when the user asked to stop.
fn chunk(texts: &mut impl Iterator<Item = Result<Text>>) -> Result<Vec<Text>> {
    let (mut chunk, mut bytes) = (Vec::new(), 0);
    while chunk.len() < CHUNK && bytes < CHUNK_BYTES && !progress::is_cancelled() {
        let Some(text) = texts.next().transpose()? else { break };
        bytes += text.text.len();
        chunk.push(text);
    }
    Ok(chunk)
}
