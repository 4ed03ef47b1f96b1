//! `bifocal eval`: measures the relevance of answers on a test collection.

mod cells;
pub mod collection;
pub mod metrics;

use std::collections::HashMap;
use std::path::PathBuf;

use bifocal::build::{Embedding, Options, build};
use bifocal::encoder::Encoder;
use bifocal::index::{Index, PartId};
use bifocal::search::{Fusion, Mode, Query, VectorPlan, complete};
use bifocal::{Error, ErrorKind, Result};
use clap::{Args, ValueEnum};
use rayon::prelude::*;
use serde::Serialize;

use self::collection::Collection;
use super::cache::embed_cached;
use super::search::{ModeArg, parse_fusion};
use super::{model, print, progress};

/// Measures relevance on a test collection in BEIR's form (corpus.jsonl, queries.jsonl, qrels.tsv)
#[derive(Args)]
#[command(after_help = "Examples:
  bifocal eval scifact/
  bifocal eval scifact/ --mode hybrid --fusion '{\"technique\":\"rrf\"}' --json
  bifocal eval scifact/ --mode semantic --encoder lexicon
  bifocal eval scifact/ --mode keyword                # needs no model")]
pub struct EvalArgs {
    /// The collection's folder
    collection: PathBuf,
    /// Which lenses to measure (repeatable) [default: all three]
    #[arg(long, value_enum)]
    mode: Vec<ModeArg>,
    /// What makes the queries' vectors (repeatable) [default: both]
    #[arg(long, value_enum)]
    encoder: Vec<Maker>,
    /// How the legs are put together, as JSON
    #[arg(long, value_name = "JSON", value_parser = parse_fusion)]
    fusion: Option<Fusion>,
    /// The encoder: a .gguf file, or a folder with model.safetensors and tokenizer.json
    #[arg(long, env = "BIFOCAL_MODEL", value_name = "PATH")]
    model: Option<PathBuf>,
    /// The language of pages that state none
    #[arg(long, default_value = "en", value_name = "TAG")]
    lang: String,
    /// How many vectors the model's own words get that the collection doesn't use; 0 for none [default: as in `bifocal build`]
    #[arg(long, value_name = "N")]
    general_words: Option<usize>,
    /// Where embeddings are kept [default: the user's cache folder]
    #[arg(long, value_name = "FOLDER")]
    cache: Option<PathBuf>,
    /// Prints rows of JSON
    #[arg(long)]
    json: bool,
}

/// What makes queries' vectors.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
enum Maker {
    /// Nothing, for words alone
    #[value(skip)]
    None,
    /// The model that embedded the passages
    Transformer,
    /// The vectors that the words carry in the index
    Lexicon,
}

/// One row of the result.
#[derive(Serialize)]
struct Row {
    mode: Mode,
    encoder: Maker,
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
}

/// Runs the command.
pub fn run(args: EvalArgs) -> Result<()> {
    let collection = Collection::read(&args.collection)?;
    let modes: Vec<Mode> = match args.mode.is_empty() {
        true => vec![Mode::Keyword, Mode::Semantic, Mode::Hybrid],
        false => args.mode.iter().map(|&mode| mode.into()).collect(),
    };
    let model = match modes.iter().any(|mode| mode.has_semantic()) {
        true => Some(model::load_for_build(args.model.as_deref())?),
        false => None,
    };
    let count = collection.pages.len();
    let embed = |texts: &[&str]| match &model {
        Some(model) => embed_cached(model.transformer(), texts, args.cache.as_deref()),
        None => Ok(Vec::new()),
    };
    let embedding = model.as_ref().map(|model| Embedding {
        encoder: model.transformer(),
        embed: &embed,
        cancel: progress::cancelled(),
    });
    let mut options = Options { title: "collection".into(), language: args.lang.clone(), ..Options::default() };
    options.general.most = args.general_words;
    let built = build(collection.pages, embedding, &options, &|_| ())?;
    let parts: HashMap<PartId, Vec<u8>> = built.parts.into_iter().map(|part| (part.id, part.bytes)).collect();

    let asked = |query: &collection::Query| Query { text: query.text.clone(), ..Query::default() }.plain_text();
    let texts: Vec<String> = collection.queries.iter().map(asked).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let vectors: Vec<Option<Vec<f32>>> = match &model {
        Some(model) => model.transformer().embed(&texts, &|_| ())?.into_iter().map(Some).collect(),
        None => vec![None; texts.len()],
    };
    let cells = match &model {
        Some(_) => Some(cells::measure(&built.entry, &parts, &collection.queries, &vectors)?),
        None => None,
    };
    let makers = if args.encoder.is_empty() { vec![Maker::Transformer, Maker::Lexicon] } else { args.encoder.clone() };
    let mut measured = Vec::new();
    for mode in modes {
        match mode.has_semantic() {
            true => measured.extend(makers.iter().map(|&maker| (mode, maker))),
            false => measured.push((mode, Maker::None)),
        }
    }
    let mut rows = Vec::new();
    for (mode, encoder) in measured {
        let bar = progress::bar("asking", texts.len() as u64);
        let threads = rayon::current_num_threads();
        let asked: Vec<_> = collection.queries.iter().zip(&vectors).collect();
        let scores: Vec<[f64; 3]> = asked
            .par_chunks(asked.len().div_ceil(threads).max(1))
            .map(|asked| {
                let mut index = Index::open(built.entry.open()?);
                let mut scores = Vec::new();
                for (judged, vector) in asked {
                    let query = Query {
                        text: judged.text.clone(),
                        mode,
                        limit: 100,
                        sections: 1,
                        fusion: args.fusion.unwrap_or_default(),
                        vector: if encoder == Maker::Lexicon { VectorPlan::Lexicon } else { VectorPlan::None },
                        ..Query::default()
                    };
                    let vector = vector.as_ref().filter(|_| encoder == Maker::Transformer);
                    let vector = vector.map(|vector| (vector.clone(), "transformer"));
                    let fetch = |id: PartId| {
                        let missing = || Error::new(ErrorKind::Missing, format!("{id} was not built"));
                        parts.get(&id).cloned().ok_or_else(missing)
                    };
                    let answer = complete(&mut index, query, vector, fetch)?;
                    let ranking: Vec<&str> = answer.hits.iter().map(|hit| hit.id.as_str()).collect();
                    scores.push([
                        metrics::ndcg(&ranking, &judged.grades, 10),
                        metrics::mrr(&ranking, &judged.grades, 10),
                        metrics::recall(&ranking, &judged.grades, 100),
                    ]);
                    bar.inc(1);
                }
                Ok(scores)
            })
            .collect::<Result<Vec<_>>>()?
            .concat();
        bar.finish_and_clear();
        let mean = |at: usize, of: &dyn Fn(&collection::Query) -> bool| {
            let those =
                collection.queries.iter().zip(&scores).filter(|(query, _)| of(query)).map(|(_, score)| score[at]);
            let (sum, count) = those.fold((0.0, 0), |(sum, count), score| (sum + score, count + 1));
            sum / f64::from(count.max(1))
        };
        let [ndcg, mrr, recall] = [0, 1, 2].map(|at| mean(at, &|_| true));
        let (tuned, held) = (mean(0, &|query| query.is_tuned()), mean(0, &|query| !query.is_tuned()));
        rows.push(Row { mode, encoder, ndcg, mrr, recall, tuned, held });
    }
    if args.json {
        let text = serde_json::to_string_pretty(&rows)
            .map_err(|error| Error::new(ErrorKind::Io, "the rows can't be written as JSON").because(error))?;
        return print(&format!("{text}\n"));
    }
    let mut table = format!("{count} pages, {} queries\n{}", texts.len(), cells.unwrap_or_default());
    table += "mode      encoder      nDCG@10  tuned   held    MRR@10  recall@100\n";
    for row in &rows {
        let [mode, encoder] = [format!("{:?}", row.mode), format!("{:?}", row.encoder)].map(|name| name.to_lowercase());
        let Row { ndcg, tuned, held, mrr, recall, .. } = row;
        table += &format!("{mode:<9} {encoder:<12} {ndcg:.4}   {tuned:.4}  {held:.4}  {mrr:.4}  {recall:.4}\n");
    }
    table += "tuned, held: nDCG@10 of either half of the queries by the hash of their ids\n";
    print(&table)
}
