//! `bifocal model`: gets, converts and describes encoder models.

mod compare;
mod convert;
mod file;
mod get;
mod prefixes;
mod shipped;

use std::fs;
use std::path::{Path, PathBuf};

use bifocal::encoder::gguf::{Metadata, Value};
use bifocal::encoder::{Encoder, Precision, Source, SourceFiles, Transformer};
use bifocal::index::ModelFile;
use bifocal::{Error, ErrorKind, Result};
use clap::{Args, Subcommand};
use indicatif::HumanBytes;
use sha2::{Digest, Sha256};

use self::file::{File, read};
use self::shipped::{BuildModel, chosen};
pub use self::shipped::{Shipped, load_for_build};
use super::print;
use super::publish::hex;

/// Gets, converts and describes models that put text into a vector space
#[derive(Args)]
#[command(after_help = "Examples:
  bifocal model get                                   # to where `build` looks for it
  bifocal model get --to minilm
  bifocal model convert minilm -o minilm.gguf.gz      # as browsers get it
  bifocal model convert e5-small-q4.bin -o multilingual-e5-small-q4.gguf
  bifocal model compare minilm minilm.gguf.gz texts.jsonl
  bifocal model info minilm.gguf.gz")]
pub struct ModelArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Get(get::GetArgs),
    Convert(convert::ConvertArgs),
    Compare(compare::CompareArgs),
    Info(InfoArgs),
}

/// Says what a model is: its vector space, shape, packing and agreement with its source
#[derive(Args)]
struct InfoArgs {
    /// A GGUF file, or a folder with model.safetensors and tokenizer.json
    model: PathBuf,
}

/// Runs the command.
pub fn run(args: ModelArgs) -> Result<()> {
    match args.verb {
        Verb::Get(args) => get::run(&args),
        Verb::Convert(args) => convert::run(&args),
        Verb::Compare(args) => compare::run(&args),
        Verb::Info(args) => info(&args.model),
    }
}

/// Loads an encoder for queries: a GGUF file, so that its vectors are those that a browser makes of it, or a folder with
/// model.safetensors and tokenizer.json.
///
/// # Errors
/// [`ErrorKind::Io`] if a file cannot be read, [`ErrorKind::Model`] if it is not a model that is read here.
pub fn load(path: &Path) -> Result<Transformer> {
    Ok(BuildModel::load(path, Precision::Fine)?.into_transformer())
}

/// Loads the encoder whose pieces an index folder holds.
///
/// # Errors
/// [`ErrorKind::Io`] if a piece cannot be read, [`ErrorKind::Damaged`] if they are not what the index names.
pub fn load_pieces(folder: &Path, file: &ModelFile) -> Result<Transformer> {
    let mut bytes = Vec::new();
    for number in 0..file.pieces {
        bytes.extend(read(&folder.join(file.piece(number)))?);
    }
    let path = folder.join(&file.path);
    if hex(&Sha256::digest(&bytes)) != file.sha256 {
        return Err(Error::new(ErrorKind::Damaged, format!("{} is not what the index names", path.display()))
            .hint("rebuild the index, or name a model with --model"));
    }
    File::new(&path, bytes).load().map_err(|error| within(&path, error))
}

/// Loads an encoder for texts of a caller's own: the model at `path`, or the one that `bifocal model get` fetched.
///
/// # Errors
/// As [`load`]; [`ErrorKind::Usage`] if no path is given and no model was fetched.
pub fn load_chosen(path: Option<&Path>) -> Result<Transformer> {
    load(&chosen(path)?)
}

const WEIGHTS: &str = "model.safetensors";
const TOKENIZER: &str = "tokenizer.json";

fn read_source(folder: &Path, prefixes: [Option<&str>; 2]) -> Result<Source> {
    let (weights, tokenizer) = (read(&folder.join(WEIGHTS))?, read(&folder.join(TOKENIZER))?);
    let others = ["config.json", "1_Pooling/config.json", "config_sentence_transformers.json"];
    let [config, pooling, prompts] = others.map(|name| read_if_there(&folder.join(name)));
    let (config, pooling, prompts) = (config?, pooling?, prompts?);
    let files = SourceFiles {
        name: &name(&fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned())),
        weights: &weights,
        tokenizer: &tokenizer,
        config: config.as_deref(),
        pooling: pooling.as_deref(),
        prompts: prompts.as_deref(),
        prefixes,
    };
    Source::read(&files)
}

fn info(path: &Path) -> Result<()> {
    let file = if path.is_dir() { None } else { Some(File::read(path)?) };
    let model = file.as_ref().map_or_else(|| load(path), File::load)?;
    let mut lines = vec![
        ("space", model.space().to_string()),
        ("packing", model.packing().to_owned()),
        ("word pieces", model.tokens().vocabulary().len().to_string()),
        ("cut off at", format!("{} word pieces", model.tokens().max_tokens())),
    ];
    if let Some(file) = file {
        lines.push(("file", HumanBytes(file.length() as u64).to_string()));
        lines.extend(shape(&file.header()?.metadata));
    }
    print(&lines.iter().map(|(name, value)| format!("{name:<12} {value}\n")).collect::<String>())
}

/// What a file says of its network and of its agreement with the source.
fn shape(metadata: &Metadata) -> Vec<(&'static str, String)> {
    let number = |key: &str| match metadata.get(key) {
        Some(Value::Uint(number)) => number.to_string(),
        Some(Value::Float(number)) => format!("{number:.5}"),
        _ => "?".to_owned(),
    };
    let (layers, heads) = (number("bert.block_count"), number("bert.attention.head_count"));
    let mut lines = vec![("network", format!("{layers} layers, {heads} attention heads"))];
    if metadata.contains_key("bifocal.cosine.mean") {
        let (mean, min) = (number("bifocal.cosine.mean"), number("bifocal.cosine.min"));
        lines.push(("cosine", format!("with the source: mean {mean}, lowest {min}")));
    }
    lines
}

fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>> {
    if path.is_file() { read(path).map(Some) } else { Ok(None) }
}

fn name(path: &Path) -> String {
    path.file_name().map_or("model".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// Says which file or folder of the user's an error of a model is about; other errors say that themselves.
fn within(path: &Path, error: Error) -> Error {
    if error.kind() != ErrorKind::Model {
        return error;
    }
    let outer = Error::new(error.kind(), format!("{} is of no use", path.display()));
    let outer = match error.way_out() {
        Some(hint) => outer.hint(hint.to_owned()),
        None => outer,
    };
    outer.because(error)
}
