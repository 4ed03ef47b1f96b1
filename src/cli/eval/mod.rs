//! `bifocal eval`: measures the relevance of answers, on a test collection or by an owner's own list of queries.

mod cells;
mod collection;
mod compare;
mod metrics;
mod settings;
mod significance;
mod source;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use bifocal::search::{Answer, Fusion, Mode};
use bifocal::{Error, ErrorKind, Result};
use clap::{ArgAction, Args};
use serde::Serialize;

use self::collection::Judged;
use self::settings::{Maker, Settings};
use self::source::Source;
use super::print;
use super::search::{ModeArg, parse_fusion};

/// Measures relevance: on a test collection in BEIR's form (corpus.jsonl, queries.jsonl, qrels.tsv), or of an index by a list of
/// queries and wanted pages
#[derive(Args)]
#[command(after_help = "Examples:
  bifocal eval scifact/
  bifocal eval scifact/ --mode semantic --encoder lexicon --json
  bifocal eval scifact/ --mode keyword                         # needs no model
  bifocal eval scifact/ --compare mode=keyword mode=hybrid
  bifocal eval scifact/ --compare fusion=rrf fusion=convex:0.8,encoder=transformer
  bifocal eval scifact/ --compare before/ after/,mode=keyword  # two index folders of its pages
  bifocal eval public/ --queries wanted.jsonl --at-least 0.8   # for CI
  bifocal eval public/ --queries wanted.jsonl --compare typos=auto typos=never

A line of wanted.jsonl: {\"query\": \"share data between threads\", \"pages\": [\"ch16-03-shared-state.html\"]}
Settings of --compare, separated by commas: mode, encoder, fusion, typos, prefix, language, index; one without a name is an index.")]
pub struct EvalArgs {
    /// The collection's folder; with --queries that of an index, or of the site that holds it as `bifocal/`
    path: PathBuf,
    /// Queries and the pages that they are to find, as JSON lines: how the index in PATH does with them
    #[arg(long, value_name = "FILE")]
    queries: Option<PathBuf>,
    /// Fails, with exit code 1, if MRR@10 is less
    #[arg(long, value_name = "MRR", requires = "queries", conflicts_with = "compare", value_parser = parse_share)]
    at_least: Option<f64>,
    /// Two settings to set side by side, such as mode=keyword mode=hybrid,encoder=lexicon
    #[arg(long, num_args = 2, value_names = ["A", "B"], action = ArgAction::Set, value_parser = Settings::parse,
          conflicts_with_all = ["mode", "encoder", "fusion"])]
    compare: Option<Vec<Settings>>,
    /// How many of the queries that changed most --compare shows
    #[arg(long, value_name = "N", default_value_t = 10)]
    changes: usize,
    /// Which lenses to measure (repeatable) [default: all three; with --queries hybrid]
    #[arg(long, value_enum)]
    mode: Vec<ModeArg>,
    /// What makes the queries' vectors (repeatable) [default: both; with --queries, and in --compare, lexicon]
    #[arg(long, value_enum)]
    encoder: Vec<Maker>,
    /// How the legs are put together: convex, convex:0.7 (what meaning counts), rrf, rrf:60, min_max, l2, z_score, or JSON
    #[arg(long, value_name = "NAME", value_parser = parse_fusion)]
    fusion: Option<Fusion>,
    /// The encoder: a .gguf (or .gguf.gz) file, or a folder with model.safetensors and tokenizer.json
    #[arg(long, env = "BIFOCAL_MODEL", value_name = "PATH")]
    model: Option<PathBuf>,
    /// Another form of the same model for the queries, such as the one that browsers get [default: the one of the pages]
    #[arg(long, value_name = "PATH")]
    query_model: Option<PathBuf>,
    /// The language of pages that state none [default: what their text tells]
    #[arg(long, value_name = "TAG")]
    lang: Option<String>,
    /// How many vectors the model's own words get that the collection doesn't use; 0 for none [default: as in `bifocal build`]
    #[arg(long, value_name = "N")]
    general_words: Option<usize>,
    /// Where embeddings are kept [default: the user's cache folder]
    #[arg(long, value_name = "FOLDER")]
    cache: Option<PathBuf>,
    /// Prints JSON
    #[arg(long)]
    json: bool,
}

fn parse_share(text: &str) -> std::result::Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| format!("{text} is not a number from 0 to 1"))
}

/// Runs the command.
pub fn run(args: EvalArgs) -> Result<()> {
    let queries = match &args.queries {
        Some(list) => wanted::read(list, &args.path)?,
        None => collection::queries(&args.path)?,
    };
    if let Some([a, b]) = args.compare.as_deref() {
        return compare(&queries, [a, b], &args);
    }
    let Some(list) = &args.queries else { return print(&table(&queries, &args)?) };
    let settings = match measured(&args, &[Mode::Hybrid], &[Maker::Lexicon]).try_into() {
        Ok::<[Settings; 1], _>([settings]) => settings,
        Err(_) => {
            return Err(Error::new(ErrorKind::Usage, "--queries takes one --mode and one --encoder")
                .hint("set two side by side with --compare"));
        }
    };
    let source = Source::open(&args.path, &queries, std::slice::from_ref(&settings), &args)?;
    let (report, mrr) = wanted::report(&queries, &source, &settings, &args)?;
    print(&report)?;
    match args.at_least.filter(|&least| mrr < least) {
        Some(least) => {
            Err(Error::new(ErrorKind::Input, format!("{}: MRR@10 is {mrr:.4}, less than {least}", list.display())))
        }
        None => Ok(()),
    }
}

/// Sets two settings side by side. Those that name no index are put to that of PATH, or to one that is built of the collection.
fn compare(queries: &[Judged], [a, b]: [&Settings; 2], args: &EvalArgs) -> Result<()> {
    let place =
        |settings: &Settings| settings.index.clone().or_else(|| args.queries.is_some().then(|| args.path.clone()));
    let source = |place: Option<PathBuf>, settings: &[Settings]| match place {
        Some(folder) => Source::open(&folder, queries, settings, args),
        None => Source::build(collection::pages(&args.path)?, queries, settings, args),
    };
    let other;
    let (one, other) = match place(a) == place(b) {
        true => {
            other = source(place(a), &[a.clone(), b.clone()])?;
            (&other, &other)
        }
        false => {
            other = source(place(b), std::slice::from_ref(b))?;
            (&source(place(a), std::slice::from_ref(a))?, &other)
        }
    };
    print(&compare::compare(queries, (a, one), (b, other), args)?)
}

/// The settings that the options ask for, each mode with each encoder; of those where nothing is said, these.
fn measured(args: &EvalArgs, modes: &[Mode], makers: &[Maker]) -> Vec<Settings> {
    let asked: Vec<Mode> = args.mode.iter().map(|&mode| mode.into()).collect();
    let modes = if asked.is_empty() { modes } else { &asked };
    let makers = if args.encoder.is_empty() { makers } else { &args.encoder };
    let mut measured = Vec::new();
    for &mode in modes {
        for &maker in if mode.has_semantic() { makers } else { &makers[..1] } {
            let mut settings = Settings::new(String::new());
            (settings.query.mode, settings.query.fusion, settings.encoder) =
                (mode, args.fusion.unwrap_or_default(), maker);
            settings.text = match settings.maker() {
                Some(maker) => format!("mode={},encoder={}", settings.mode(), maker.name()),
                None => format!("mode={}", settings.mode()),
            };
            measured.push(settings);
        }
    }
    measured
}

/// One row of the table.
#[derive(Serialize)]
struct Row {
    mode: &'static str,
    encoder: &'static str,
    #[serde(rename = "ndcg@10")]
    ndcg: f64,
    #[serde(rename = "mrr@10")]
    mrr: f64,
    #[serde(rename = "recall@100")]
    recall: f64,
    /// nDCG@10 of the half of the queries, by the hash of their ids, on which constants may be chosen.
    #[serde(rename = "ndcg@10-tuned")]
    tuned: f64,
    /// And of the other half, held back.
    #[serde(rename = "ndcg@10-held")]
    held: f64,
    /// And of the queries of each kind, where the collection's `queries.jsonl` says `kind`.
    #[serde(rename = "ndcg@10-by-kind", skip_serializing_if = "BTreeMap::is_empty")]
    kinds: BTreeMap<String, f64>,
}

/// How each mode does with each encoder on the collection.
fn table(queries: &[Judged], args: &EvalArgs) -> Result<String> {
    let pages = collection::pages(&args.path)?;
    let count = pages.len();
    let modes = [Mode::Keyword, Mode::Semantic, Mode::Hybrid];
    let measured = measured(args, &modes, &[Maker::Transformer, Maker::Lexicon]);
    let source = Source::build(pages, queries, &measured, args)?;
    let mut rows = Vec::new();
    for settings in &measured {
        let scores = source.ask(queries, settings, |query, answer| {
            let ranking = ranking(&answer);
            [
                metrics::ndcg(&ranking, &query.grades, 10),
                metrics::mrr(&ranking, &query.grades, 10),
                metrics::recall(&ranking, &query.grades, 100),
            ]
        })?;
        let mean = |at: usize, of: &dyn Fn(&Judged) -> bool| {
            let those = queries.iter().zip(&scores).filter(|(query, _)| of(query)).map(|(_, score)| score[at]);
            let (sum, count) = those.fold((0.0, 0), |(sum, count), score| (sum + score, count + 1));
            sum / f64::from(count.max(1))
        };
        let [ndcg, mrr, recall] = [0, 1, 2].map(|at| mean(at, &|_| true));
        let (tuned, held) = (mean(0, &|query| query.is_tuned()), mean(0, &|query| !query.is_tuned()));
        let kinds: BTreeSet<&String> = queries.iter().filter_map(|query| query.kind.as_ref()).collect();
        let of_kind = |kind: &String| (kind.clone(), mean(0, &|query| query.kind.as_ref() == Some(kind)));
        let kinds = kinds.into_iter().map(of_kind).collect();
        let encoder = settings.maker().map_or("none", Maker::name);
        rows.push(Row { mode: settings.mode(), encoder, ndcg, mrr, recall, tuned, held, kinds });
    }
    if args.json {
        return as_json(&rows);
    }
    let mut table = format!("{count} pages, {} queries\n{}", queries.len(), source.cells(queries)?);
    table += "mode      encoder      nDCG@10  tuned   held    MRR@10  recall@100";
    let kinds: Vec<String> = rows.iter().take(1).flat_map(|row| row.kinds.keys().cloned()).collect();
    kinds.iter().for_each(|kind| table += &format!("  {kind:<6}"));
    table += "\n";
    for Row { mode, encoder, ndcg, tuned, held, mrr, recall, kinds } in &rows {
        table += &format!("{mode:<9} {encoder:<12} {ndcg:.4}   {tuned:.4}  {held:.4}  {mrr:.4}  {recall:<10.4}");
        kinds
            .iter()
            .for_each(|(kind, ndcg)| table += &format!("  {ndcg:<width$.4}", width = kind.chars().count().max(6)));
        table.truncate(table.trim_end().len());
        table += "\n";
    }
    table += "tuned, held: nDCG@10 of either half of the queries by the hash of their ids";
    if !kinds.is_empty() {
        table += &format!("; {}: of the queries of that kind", kinds.join(", "));
    }
    Ok(table + "\n")
}

/// The ids of the pages of an answer, best first.
fn ranking(answer: &Answer) -> Vec<&str> {
    answer.hits.iter().map(|hit| hit.id.as_str()).collect()
}

fn as_json(value: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string_pretty(value);
    text.map(|text| text + "\n")
        .map_err(|error| Error::new(ErrorKind::Io, "the figures can't be written as JSON").because(error))
}
