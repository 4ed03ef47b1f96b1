//! `bifocal build`: a site in, an index folder out.

use std::fs;
use std::path::{Path, PathBuf};

use bifocal::build::{Embedding, Options, Stage, build};
use bifocal::corpus::Page;
use bifocal::encoder::{Cache, Encoder, Progress, cache_file_name};
use bifocal::index::{Entry, ModelFile};
use bifocal::ingest::{Config, SiteOptions, read_jsonl, read_site};
use bifocal::{Error, ErrorKind, Result};
use clap::Args;
use indicatif::HumanBytes;
use sha2::{Digest, Sha256};
use xxhash_rust::xxh64::xxh64;

use super::publish::{check_output, hex, publish};
use super::{model, print, progress, runtime};

/// Builds an index from the folder that a site generator wrote, or from JSON lines
#[derive(Args)]
#[command(after_help = "Examples:
  bifocal build public/                               # writes public/bifocal/
  bifocal build public/ --exclude 'drafts/**' --exclude print.html --lang de
  bifocal build pages.jsonl --output search/ --base-url https://example.org/
  bifocal build public/ --keyword-only                # no model, search by words alone

Options can also be written into bifocal.toml in the site's folder or the current one, by the same names:
  content = \"main article\"
  exclude = [\"drafts/**\", \"print.html\"]")]
pub struct BuildArgs {
    /// The site's folder, or a file of JSON lines (`id`, `url`, `title`, `text` or `sections`; .gz too)
    input: PathBuf,
    /// The index folder [default: `bifocal` within the site's folder]
    #[arg(long, short, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// The site's name, shown on the search page [default: the title of its first page]
    #[arg(long)]
    title: Option<String>,
    /// The encoder: a .gguf file, or a folder with model.safetensors and tokenizer.json [default: see `bifocal model`]
    #[arg(long, env = "BIFOCAL_MODEL", value_name = "PATH")]
    model: Option<PathBuf>,
    /// Builds without vectors: search by words alone, no model needed
    #[arg(long)]
    keyword_only: bool,
    /// Leaves the model out of the index folder; browsers then search by words only
    #[arg(long)]
    no_transformer: bool,
    /// How many former generations of the index stay, for readers that opened them [default: 1]
    #[arg(long, value_name = "N")]
    keep: Option<u32>,
    /// Where embeddings are kept between builds [default: the user's cache folder]
    #[arg(long, value_name = "FOLDER")]
    cache: Option<PathBuf>,
    /// The configuration file [default: bifocal.toml in the site's folder or the current one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    site: SiteOptions,
}

/// Runs the command.
pub fn run(args: BuildArgs) -> Result<()> {
    let started = std::time::Instant::now();
    let config = read_config(&args)?;
    let site = args.site.clone().or(&config.site);
    let output = output_folder(&args, &config)?;
    check_output(&output)?;
    let runtime = runtime::runtime()?;

    let pages = read_pages(&args.input, &site, &output)?;
    let title = args.title.clone().unwrap_or_else(|| site_title(&pages));
    let mut options = Options { title, ..Options::default() };
    if let Some(lang) = &site.lang {
        options.language = lang.clone();
    }
    options.site = if site.base_url.is_some() { String::new() } else { relative(&output, &args.input) };

    let mut extra = Vec::new();
    let encoder = match args.keyword_only {
        true => None,
        false => Some(model::load_for_build(args.model.as_deref().or(config.model.as_deref()))?),
    };
    if let Some(encoder) = encoder.as_ref().filter(|_| !args.no_transformer && config.transformer != Some(false)) {
        let (name, bytes) = encoder.shipped()?;
        let path = format!("model/{name}-{:016x}.gguf", xxh64(&bytes, 0));
        options.model_file =
            Some(ModelFile { path: path.clone(), bytes: bytes.len() as u32, sha256: hex(&Sha256::digest(&bytes)) });
        extra.push((path, bytes));
        extra.push(("model/LICENSE.txt".to_owned(), model::LICENCE.as_bytes().to_vec()));
    }
    for file in runtime.files() {
        let needless = options.model_file.is_none() && file.name.starts_with("transformer");
        if file.name != "loader" && !needless {
            extra.push((file.path.to_owned(), file.bytes.to_vec()));
            options.runtime.insert(file.name.to_owned(), file.path.to_owned());
        }
    }

    let count = pages.len();
    let say = |stage| match stage {
        Stage::Words => step("reading words"),
        Stage::Passages if encoder.is_some() => step("embedding passages"),
        Stage::Passages => {}
        Stage::Cells => step("putting vectors into cells"),
        Stage::Graph => step("building the graph"),
        Stage::Lexicon => step("fitting vectors of words"),
        Stage::Text => step("laying out text"),
    };
    let embed = |texts: &[&str]| match &encoder {
        Some(encoder) => embed_cached(encoder.transformer(), texts, args.cache.as_deref()),
        None => Ok(Vec::new()),
    };
    let embedding = encoder.as_ref().map(|encoder| Embedding {
        encoder: encoder.transformer(),
        embed: &embed,
        cancel: progress::cancelled(),
    });
    let built = build(pages, embedding, &options, &say)?;

    let Entry { core, runtime: roles, .. } = &built.entry;
    let needed =
        serde_json::json!({ "core": core, "runtime": { "core": roles.get("core"), "worker": roles.get("worker") } });
    let loader = runtime.loader_with_hints(&serde_json::json!({ "entry": needed }))?;
    extra.push(("bifocal.js".to_owned(), loader.into_bytes()));
    let keep = args.keep.or(config.keep).unwrap_or(1) as usize;
    let published = publish(&output, &built, &extra, keep)?;
    let entry = &built.entry;
    print(&format!(
        "{count} pages, {} sections, {} passages ({} distinct), {} words\n\
         {}: index {} + runtime and model {} in {} files, {:.1} s\n",
        entry.sections,
        entry.passages,
        built.rows,
        entry.words,
        output.display(),
        HumanBytes(published.index),
        HumanBytes(published.rest),
        published.files,
        started.elapsed().as_secs_f32()
    ))
}

/// Embeds texts with the cache of earlier builds.
pub fn embed_cached(encoder: &dyn Encoder, texts: &[&str], cache: Option<&Path>) -> Result<Vec<Vec<f32>>> {
    let folder = cache.map(Path::to_owned).unwrap_or_else(cache_folder);
    let path = folder.join(cache_file_name(encoder));
    let refused = |error| {
        Error::new(ErrorKind::Io, format!("the embedding cache {} can't be opened", path.display()))
            .because(error)
            .hint("name another folder with --cache")
    };
    fs::create_dir_all(&folder).map_err(refused)?;
    let file =
        fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(refused)?;
    file.lock().map_err(refused)?;
    let mut cache = Cache::open(file, encoder)?;
    let bar = progress::bar("embedding passages", texts.len() as u64);
    let show = |Progress { done, new, .. }: Progress| {
        bar.set_length(new as u64);
        bar.set_position(done as u64);
    };
    let vectors = cache.embed(encoder, texts, &show, progress::cancelled());
    bar.finish_and_clear();
    vectors
}

fn read_config(args: &BuildArgs) -> Result<Config> {
    if let Some(path) = &args.config {
        return Config::read(path);
    }
    let places = [args.input.join(Config::FILE), PathBuf::from(Config::FILE)];
    places.iter().find(|path| path.is_file()).map_or(Ok(Config::default()), |path| Config::read(path))
}

fn output_folder(args: &BuildArgs, config: &Config) -> Result<PathBuf> {
    match args.output.clone().or_else(|| config.output.clone()) {
        Some(folder) => Ok(folder),
        None if args.input.is_file() => {
            Err(Error::new(ErrorKind::Usage, format!("{} is a file: where should the index go?", args.input.display()))
                .hint("name a folder with --output"))
        }
        None => Ok(args.input.join("bifocal")),
    }
}

fn read_pages(input: &Path, site: &SiteOptions, output: &Path) -> Result<Vec<Page>> {
    let bar = progress::bar("reading pages", 0);
    if input.is_file() {
        let pages = read_jsonl(input)?;
        bar.finish_and_clear();
        return Ok(pages);
    }
    let (pages, report) = read_site(input, site, output, &|done, total| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    })?;
    bar.finish_and_clear();
    eprint!("{report}");
    Ok(pages)
}

/// The title of the page at the root, else of the first page.
fn site_title(pages: &[Page]) -> String {
    let home = pages.iter().find(|page| page.id == "index.html").or(pages.first());
    home.map(|page| page.title.clone()).unwrap_or_default()
}

/// The way from the index folder to the site's root: `../` for each folder between them.
fn relative(output: &Path, input: &Path) -> String {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (output, input) = (whole(output), whole(input));
    let root = if input.is_file() { input.parent().map(Path::to_owned).unwrap_or_default() } else { input };
    match output.strip_prefix(&root) {
        Ok(between) => "../".repeat(between.components().count()),
        Err(_) => "../".to_owned(),
    }
}

fn step(what: &str) {
    if progress::is_shown() {
        eprintln!("{what}");
    }
}

/// Where embeddings are kept unless another folder is named.
fn cache_folder() -> PathBuf {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = from("XDG_CACHE_HOME").or_else(|| Some(from("HOME")?.join(".cache"))).or_else(|| from("LOCALAPPDATA"));
    base.unwrap_or_else(std::env::temp_dir).join("bifocal")
}
