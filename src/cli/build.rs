//! `bifocal build`: a site in, an index folder out.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use bifocal::build::{Embedding, Fitted, Options, Stage, Unstated, build};
use bifocal::corpus::Page;
use bifocal::index::pack::{Bounds, lay_out};
use bifocal::index::{Core, Entry, Kind, ModelFile, RawPart};
use bifocal::ingest::{Config, SiteOptions, parse_size, read_jsonl, read_site};
use bifocal::{Error, ErrorKind, Result};
use clap::Args;
use indicatif::HumanBytes;

use super::cache::{FitFile, embed_cached};
use super::model::{self, Shipped};
use super::publish::{check_output, compress, publish};
use super::{file_script, print, progress, runtime, words};

/// Bytes of a piece of a model's file. Browsers fetch a few side by side, and what was fetched before a download broke off stays.
const PIECE: usize = 1 << 20;

/// Builds an index from the folder that a site generator wrote, or from JSON lines
#[derive(Args)]
#[command(after_help = "Examples:
  bifocal build public/                               # writes public/bifocal/
  bifocal build public/ --exclude 'drafts/**' --exclude print.html --lang de
  bifocal build pages.jsonl --output search/ --base-url https://example.org/
  bifocal build public/ --keyword-only                # no model, search by words alone
  bifocal build public/ --single-file                 # one file that is read by ranges, or held in memory
  bifocal build public/ --max-files 5000 --max-file-size 25MiB   # for a host that sets limits
  bifocal build public/ --file-script                 # for pages that are opened from disk, too

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
    /// The encoder: a .gguf (or .gguf.gz) file, or a folder with model.safetensors and tokenizer.json [default: see `bifocal model`]
    #[arg(long, env = "BIFOCAL_MODEL", value_name = "PATH")]
    model: Option<PathBuf>,
    /// Builds without vectors: search by words alone, no model needed
    #[arg(long)]
    keyword_only: bool,
    /// Leaves the model out of the index folder; browsers then search by words only
    #[arg(long)]
    no_transformer: bool,
    /// How many vectors the model's own words get that the site doesn't use, so that queries with such words are understood
    /// without a model; 0 for none [default: as many as the site's words have, at most 20000]
    #[arg(long, value_name = "N")]
    general_words: Option<usize>,
    /// More words that the site doesn't use, one a line, all of which get a vector
    #[arg(long, value_name = "FILE")]
    words: Option<PathBuf>,
    /// The fields by which pages can be filtered, counted, sorted and grouped, separated by commas: metadata, `lang` and `section`,
    /// the first folder of the address [default: all that pages share values of]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    fields: Option<Vec<String>>,
    /// How many former generations of the index stay, for readers that opened them [default: 1]
    #[arg(long, value_name = "N")]
    keep: Option<u32>,
    /// Puts all parts into one file (as few as --max-file-size allows), of which browsers take ranges
    #[arg(long)]
    single_file: bool,
    /// Also writes bifocal-file.js, one script with search element, engine and index for pages that are opened from disk (file://),
    /// where browsers give neither fetch nor modules; it has no transformer
    #[arg(long)]
    file_script: bool,
    /// At most so many files of parts; where there are more parts, neighbours share a file, of which browsers take ranges.
    /// Runtime, model and lists take a dozen more, and former generations as many again (--keep) [default: no bound]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_files: Option<u32>,
    /// No file is larger: bytes, or with a unit (KB, MB, KiB, MiB) [default: no bound]
    #[arg(long, value_name = "BYTES", value_parser = parse_size)]
    max_file_size: Option<u64>,
    /// Where embeddings and fits are kept between builds [default: the user's cache folder]
    #[arg(long, value_name = "FOLDER")]
    cache: Option<PathBuf>,
    /// What the index is fitted to is kept here, so that it changes little when pages do [default: in the cache folder]
    #[arg(long, value_name = "FILE")]
    fit: Option<PathBuf>,
    /// Fits the index anew, as if it had never been built before
    #[arg(long)]
    refit: bool,
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
    let bounds = bounds(&args, &config);
    check_output(&output)?;
    let runtime = runtime::runtime()?;
    let fit = match args.fit.clone().or_else(|| config.fit.clone()) {
        Some(path) => FitFile::at(path),
        None => FitFile::of(&output, args.cache.as_deref()),
    };

    let pages = read_pages(&args.input, &site, &output)?;
    let title = args.title.clone().unwrap_or_else(|| site_title(&pages));
    let mut options = Options { title, bounds, ..Options::default() };
    if !args.refit {
        options.fit = fit.read();
    }
    options.fields = args.fields.clone().or(config.fields);
    options.rules = config.rules;
    options.language = site.lang.clone();
    options.site = if site.base_url.is_some() { String::new() } else { relative(&output, &args.input) };

    options.general.most = args.general_words.or(config.general_words);
    if let Some(path) = args.words.as_ref().or(config.words.as_ref()) {
        options.general.words = words::read_words(path)?;
    }

    let mut extra = Vec::new();
    let encoder = match args.keyword_only {
        true => None,
        false => Some(model::load_for_build(args.model.as_deref().or(config.model.as_deref()))?),
    };
    if let Some(encoder) = encoder.as_ref().filter(|_| !args.no_transformer && config.transformer != Some(false)) {
        let Shipped { name, bytes, unpacked } = encoder.shipped(args.cache.as_deref())?;
        let (file, pieces) = ModelFile::cut(&name, &bytes, unpacked, PIECE.min(bounds.bytes.max(1) as usize));
        match encoder.licence() {
            Some(licence) => extra.push(("model/LICENSE.txt".to_owned(), licence.into_bytes())),
            None => {
                eprintln!("the model's licence is not known here: see that its terms let you publish {}", file.path)
            }
        }
        options.model_file = Some(file);
        extra.extend(pieces);
    }
    for file in runtime.files() {
        let name = file.name.unwrap_or_default();
        let needless = options.model_file.is_none() && name.starts_with("transformer");
        if ["loader", "page", "manifest"].contains(&name)
            || name.starts_with("worker")
            || name.starts_with("file")
            || needless
        {
            continue;
        }
        extra.push((file.path.to_owned(), file.bytes.to_vec()));
        if let Some(name) = file.name {
            options.runtime.insert(name.to_owned(), file.path.to_owned());
        }
    }

    let count = pages.len();
    let fitting = OnceLock::new();
    let say = |stage| match stage {
        Stage::Words => step("reading words"),
        Stage::Passages if encoder.is_some() => step("embedding passages"),
        Stage::Passages => {}
        Stage::Cells => step("putting vectors into cells"),
        Stage::Graph => step("building the graph"),
        Stage::Lexicon(0.0) => {}
        Stage::Lexicon(share) => {
            let bar = fitting.get_or_init(|| progress::share("fitting vectors of words"));
            progress::show_share(bar, share);
        }
        Stage::General => step("giving vectors to words that the site doesn't use"),
        Stage::Text => step("laying out text"),
    };
    let embed = |texts: &[&str], role| match &encoder {
        Some(encoder) => embed_cached(encoder.transformer(), texts, role, args.cache.as_deref()),
        None => Ok(Vec::new()),
    };
    let embedding = encoder.as_ref().map(|encoder| Embedding {
        encoder: encoder.transformer(),
        embed: &embed,
        cancel: progress::cancelled(),
    });
    let mut built = build(pages, embedding, &options, &say)?;

    // Only the other of the two workers reads packs.
    let worker = if bounds.need_packs(built.parts.len()) { "workerPacked" } else { "worker" };
    for file in runtime.files().filter(|file| file.name == Some(worker)) {
        extra.push((file.path.to_owned(), file.bytes.to_vec()));
        built.entry.runtime.insert("worker".to_owned(), file.path.to_owned());
    }
    built.entry.stamp()?;
    let core = read_core(&built.parts)?;
    let parts = compress(built.parts);
    let page = runtime.search_page("page", &core.fields, built.entry.main_language())?;
    extra.push(("index.html".to_owned(), page.into_bytes()));
    extra.push(("bifocal.webmanifest".to_owned(), runtime.manifest(&built.entry.title)?.into_bytes()));
    if args.file_script || config.file_script {
        step("putting the index into a script");
        let files = file_script::files(&runtime, &built.entry, &core, &parts)?;
        extra.retain(|(path, _)| files.iter().all(|(other, _)| path != other));
        extra.extend(files);
    }
    let index = lay_out(parts, &core, &mut built.entry, bounds)?;
    let Entry { core, runtime: roles, packs, .. } = &built.entry;
    let mut needed =
        serde_json::json!({ "core": core, "runtime": { "core": roles.get("core"), "worker": roles.get("worker") } });
    if let Some(packs) = packs {
        needed["packs"] = serde_json::json!(packs);
    }
    let loader = runtime.loader_with_hints(&serde_json::json!({ "entry": needed }))?;
    extra.push(("bifocal.js".to_owned(), loader.into_bytes()));
    let keep = args.keep.or(config.keep).unwrap_or(1) as usize;
    let entry = &built.entry;
    let published = publish(&output, entry, [&index, &extra], keep, bounds.bytes)?;
    fit.write(&built.fit)?;
    match &built.fitted {
        Fitted::New => {}
        Fitted::Kept => print("fitted as before; --refit fits anew\n")?,
        Fitted::Anew(reason) => print(&format!("fitted anew: {reason}\n"))?,
    }
    if let Some((path, script)) = extra.iter().find(|(path, _)| path == file_script::SCRIPT) {
        print(&format!("{path}: {} for pages that are opened from disk\n", HumanBytes(script.len() as u64)))?;
        if let Some(advice) = file_script::advice(script.len()) {
            eprintln!("{advice}")
        }
        if let Some(base) = &site.base_url {
            eprintln!("hits lead to {base} from disk as well: only without --base-url do they lead to the files")
        }
    }
    print(&unstated(&built.unstated))?;
    let passages = match built.rows {
        0 => String::new(),
        distinct => format!("{} passages ({distinct} distinct), ", entry.passages),
    };
    print(&format!(
        "{count} pages, {} sections, {passages}{} words\n\
         {}: index {} + runtime and model {} in {} files, {:.1} s\n",
        entry.sections,
        entry.words,
        output.display(),
        HumanBytes(published.index),
        HumanBytes(published.rest),
        published.files,
        started.elapsed().as_secs_f32()
    ))
}

/// What pages were taken to be in that state no language.
fn unstated(Unstated { pages, languages }: &Unstated) -> String {
    const NAMED: usize = 8;
    let others = languages.len().saturating_sub(NAMED);
    let mut read: Vec<String> = languages.iter().take(NAMED).map(|(tag, pages)| format!("{pages} {tag}")).collect();
    read.extend((others > 0).then(|| format!("{others} more")));
    match languages.as_slice() {
        [] => String::new(),
        [(tag, 1)] => format!("1 page states no language: read as {tag}\n"),
        [(tag, _)] => format!("{pages} pages state no language: read as {tag}\n"),
        _ => format!("{pages} pages state no language, their text tells it: {}\n", read.join(", ")),
    }
}

fn read_core(parts: &[RawPart]) -> Result<Core> {
    let core = parts.iter().find(|part| part.id.kind == Kind::Core).expect("every index has a core");
    Core::read(RawPart::contents(core.id, &core.bytes)?)
}

/// What the options allow of files; the command's win over the configuration's.
fn bounds(args: &BuildArgs, config: &Config) -> Bounds {
    let none = Bounds::default();
    Bounds {
        files: args.max_files.or(config.max_files).map_or(none.files, |files| files as usize),
        bytes: args.max_file_size.or(config.max_file_size).unwrap_or(none.bytes),
        fewest: args.single_file || config.single_file,
    }
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
