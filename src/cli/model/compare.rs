//! `bifocal model compare`: how near the vectors of two forms of a model are to each other.

use std::path::PathBuf;

use bifocal::encoder::{Agreement, Precision};
use bifocal::ingest::{Lines, read_texts};
use bifocal::{Error, ErrorKind, Result};
use clap::Args;

use super::load;
use super::shipped::BuildModel;
use crate::cli::{print, progress};

/// Bytes that are shown of the text whose vectors are farthest apart.
const SHOWN: usize = 80;

/// Says how well the vectors of two forms of a model agree, by their cosines over texts of your own
#[derive(Args)]
pub struct CompareArgs {
    /// A GGUF file, or a folder with model.safetensors and tokenizer.json
    one: PathBuf,
    /// Another of the same vector space, or the same one with --coarse
    other: PathBuf,
    /// JSON lines with `text`, as `bifocal embed` reads them; .gz too
    texts: PathBuf,
    /// Embeds with the other, a folder, as `bifocal build` does: faster and less exactly
    #[arg(long)]
    coarse: bool,
}

/// Runs the command.
pub fn run(args: &CompareArgs) -> Result<()> {
    let texts = read_texts(Lines::open(&args.texts)?).map(|text| Ok(text?.text)).collect::<Result<Vec<_>>>()?;
    if texts.is_empty() {
        return Err(Error::new(ErrorKind::Usage, format!("{} has no texts", args.texts.display()))
            .hint("give JSON lines such as {\"text\": \"Spin the frames.\"}"));
    }
    let one = load(&args.one)?;
    if args.coarse && !args.other.is_dir() {
        return Err(Error::new(
            ErrorKind::Usage,
            format!("{} is no folder, and --coarse is about one", args.other.display()),
        )
        .hint("leave --coarse out: a file's form says how it is computed"));
    }
    let precision = if args.coarse { Precision::Coarse } else { Precision::Fine };
    let other = BuildModel::load(&args.other, precision)?.into_transformer();
    let spinner = progress::spinner("comparing vectors");
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let agreement = Agreement::measure(&one, &other, &texts);
    spinner.finish_and_clear();
    let Agreement { mean, min, farthest } = agreement?;
    let text = texts[farthest];
    let shown = &text[..text.floor_char_boundary(SHOWN)];
    let more = if shown.len() < text.len() { "…" } else { "" };
    print(&format!("cosine over {} texts: mean {mean:.5}, lowest {min:.5}\nlowest for: {shown}{more}\n", texts.len()))
}
