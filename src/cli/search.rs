//! `bifocal search`: a question to an index folder, in the terminal.

use std::path::{Path, PathBuf};

use bifocal::corpus::Value;
use bifocal::encoder::{Encoder, Transformer};
use bifocal::index::ModelRef;
use bifocal::search::{
    Answer, Combination, Excerpt, Explanation, FacetRequest, FacetValue, Filters, Fusion, Group, Hit, LegStatus, Mode,
    Normalization, Order, Query, Relation, Sort, VectorPlan,
};
use bifocal::{Error, ErrorKind, Result};
use clap::{Args, ValueEnum};

use super::folder::IndexFolder;
use super::{model, print};

/// Searches an index folder, as a page would
#[derive(Args)]
#[command(after_help = "Examples:
  bifocal search public/ \"how do I share data between threads\"
  bifocal search public/bifocal Arc::clone --mode keyword --limit 5
  bifocal search public/ '\"borrow checker\" -error title:lifetime'
  bifocal search public/ lifetimes --explain
  bifocal search public/ --similar guide/install.html
  bifocal search public/ lifetimes --filter '{\"section\":\"book\"}' --facet section --sort date:desc
  bifocal search public/ lifetimes --json | jq '.hits[].url'")]
pub struct SearchArgs {
    /// The index folder, the site folder that holds it as `bifocal/`, or the file of an index built with --single-file
    index: PathBuf,
    /// What to search for: words, and operators such as '"a phrase"', -without, +must, OR, NEAR, title:word, begin*
    #[arg(allow_hyphen_values = true, required_unless_present = "similar", default_value = "")]
    query: String,
    /// Finds pages like this one instead: its id, which is its file's path below the site's root
    #[arg(long, value_name = "ID", conflicts_with = "query")]
    similar: Option<String>,
    /// Which lenses to look through
    #[arg(long, value_enum, default_value_t = ModeArg::Hybrid)]
    mode: ModeArg,
    /// What makes the query's vector
    #[arg(long, value_enum, default_value_t = EncoderArg::Auto)]
    encoder: EncoderArg,
    /// The encoder's model [default: the one in the index folder]
    #[arg(long, env = "BIFOCAL_MODEL", value_name = "PATH")]
    model: Option<PathBuf>,
    /// What pages must have in their fields, as JSON, such as '{"section":["std","core"],"year":{"gte":2020}}'
    #[arg(long, value_name = "JSON", value_parser = parse_filters)]
    filter: Option<Filters>,
    /// The reader's language, such as de or pt-br: pages in it come first where they answer as well as others
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Counts the values of this field over the pages that hold the words (repeatable)
    #[arg(long, value_name = "FIELD")]
    facet: Vec<String>,
    /// Sorts by this field in place of the score, ascending unless `:desc` follows
    #[arg(long, value_name = "FIELD[:desc]", value_parser = parse_sort)]
    sort: Option<Sort>,
    /// Shows at most one hit for each value of this field, or as many as follow
    #[arg(long, value_name = "FIELD[:N]", value_parser = parse_group)]
    group: Option<Group>,
    /// How many hits to show
    #[arg(long, default_value_t = 10, value_name = "N")]
    limit: usize,
    /// How the legs are put together: convex, convex:0.7 (what meaning counts), rrf, rrf:60, min_max, l2, z_score, or JSON
    /// such as '{"technique":"rrf"}'
    #[arg(long, value_name = "NAME", value_parser = parse_fusion)]
    fusion: Option<Fusion>,
    /// Shows how each score came about
    #[arg(long)]
    explain: bool,
    /// Prints the answer as JSON
    #[arg(long)]
    json: bool,
}

/// Which lenses to look through.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ModeArg {
    /// Words and meaning
    Hybrid,
    /// Words alone
    Keyword,
    /// Meaning alone
    Semantic,
}

/// What makes a query's vector.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub enum EncoderArg {
    /// The transformer if a model is there, else the lexicon
    Auto,
    /// The vectors that the site's words carry in the index
    Lexicon,
    /// The model that embedded the passages
    Transformer,
    /// Nothing: search by words alone
    None,
}

impl From<ModeArg> for Mode {
    fn from(mode: ModeArg) -> Self {
        match mode {
            ModeArg::Hybrid => Mode::Hybrid,
            ModeArg::Keyword => Mode::Keyword,
            ModeArg::Semantic => Mode::Semantic,
        }
    }
}

/// Reads a fusion: a name with a number or without, such as `convex:0.7` or `rrf:60`, or JSON.
pub fn parse_fusion(text: &str) -> std::result::Result<Fusion, String> {
    if text.starts_with('{') {
        return serde_json::from_str(text).map_err(|error| error.to_string());
    }
    let unknown = || format!("{text} is none of convex, convex:0.7, rrf, rrf:60, min_max, l2, z_score, nor JSON");
    let (name, number) = text.split_once(':').map_or((text, None), |(name, number)| (name, Some(number)));
    let number: Option<f32> = number.map(|number| number.parse().map_err(|_| unknown())).transpose()?;
    let normalization = match name {
        "convex" => return Ok(Fusion::Convex { weight: number }),
        "rrf" => return Ok(Fusion::Rrf { rank_constant: number.unwrap_or(60.0) }),
        "min_max" => Normalization::MinMax,
        "l2" => Normalization::L2,
        "z_score" => Normalization::ZScore,
        _ => return Err(unknown()),
    };
    let weight = number.unwrap_or(0.5);
    Ok(Fusion::Normalization {
        normalization,
        combination: Combination::ArithmeticMean,
        weights: [1.0 - weight, weight],
    })
}

/// Reads filters from JSON.
fn parse_filters(text: &str) -> std::result::Result<Filters, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn parse_sort(text: &str) -> std::result::Result<Sort, String> {
    let (field, order) = match text.rsplit_once(':') {
        None => (text, Order::Asc),
        Some((field, "asc")) => (field, Order::Asc),
        Some((field, "desc")) => (field, Order::Desc),
        Some((_, other)) => return Err(format!("{other} is no order: asc or desc")),
    };
    Ok(Sort { field: field.to_owned(), order })
}

fn parse_group(text: &str) -> std::result::Result<Group, String> {
    let (field, limit) = text.rsplit_once(':').unwrap_or((text, "1"));
    let limit = limit.parse().map_err(|_| format!("{limit} is no number of hits"))?;
    Ok(Group { field: field.to_owned(), limit })
}

/// Sections shown under a hit.
const SECTIONS: usize = 3;

/// Runs the command.
pub fn run(args: SearchArgs) -> Result<()> {
    let mut folder = IndexFolder::open(&args.index)?;
    let mode = Mode::from(args.mode);
    let mut query = Query {
        text: args.query,
        similar: args.similar,
        mode,
        limit: args.limit,
        filters: args.filter.unwrap_or_default(),
        facets: args.facet.into_iter().map(|field| FacetRequest { field, limit: FacetRequest::LIMIT }).collect(),
        sort: args.sort,
        group: args.group,
        sections: SECTIONS,
        explain: args.explain,
        prefix: false,
        language: args.language,
        fusion: args.fusion.unwrap_or_default(),
        ..Query::default()
    };
    let vector = match asks_by_meaning(&query) {
        true => QueryEncoder::choose(&folder, args.encoder, args.model.as_deref())?.vector(&mut query)?,
        false => None,
    };
    let answer = folder.answer(&query, vector.as_deref().map(|vector| (vector, "transformer")))?;
    if args.json {
        let text = serde_json::to_string_pretty(&answer)
            .map_err(|error| Error::new(ErrorKind::Io, "the answer can't be written as JSON").because(error))?;
        return print(&format!("{text}\n"));
    }
    print(&layout(&answer, args.explain))
}

/// Whether a query has a text that meaning could be made of.
fn asks_by_meaning(query: &Query) -> bool {
    query.mode.has_semantic() && !query.text.trim().is_empty()
}

/// What makes queries' vectors.
pub enum QueryEncoder {
    /// The transformer.
    Transformer(Box<Transformer>),
    /// The index itself.
    Lexicon,
    /// Nothing, and why.
    None(&'static str),
}

impl QueryEncoder {
    /// What `encoder` stands for with this index; a model is loaded from `model`, else from the index folder.
    pub fn choose(folder: &IndexFolder, encoder: EncoderArg, model: Option<&Path>) -> Result<Self> {
        Ok(match (encoder, &folder.entry().model) {
            (EncoderArg::None, _) => Self::None("--encoder none"),
            (EncoderArg::Lexicon, _) | (EncoderArg::Auto, None) => Self::Lexicon,
            (EncoderArg::Transformer, None) => Self::None("the index was built without a model"),
            (EncoderArg::Auto | EncoderArg::Transformer, Some(wanted)) => match load_encoder(folder, wanted, model)? {
                Some(transformer) => Self::Transformer(Box::new(transformer)),
                None if encoder == EncoderArg::Auto => Self::Lexicon,
                None => Self::None("the index folder holds no model; name one with --model"),
            },
        })
    }

    /// The vector of a query, if it is made here; otherwise the query is told what makes it, or why nothing does.
    pub fn vector(&self, query: &mut Query) -> Result<Option<Vec<f32>>> {
        if !asks_by_meaning(query) {
            return Ok(None);
        }
        match self {
            Self::Transformer(transformer) => return transformer.embed_query(&query.plain_text()).map(Some),
            Self::Lexicon => query.vector = VectorPlan::Lexicon,
            Self::None(reason) => query.vector_reason = Some((*reason).into()),
        }
        Ok(None)
    }
}

/// The encoder of an index's vectors: the one at `path`, or else the one that the index folder holds, if it holds one.
pub fn load_encoder(folder: &IndexFolder, wanted: &ModelRef, path: Option<&Path>) -> Result<Option<Transformer>> {
    let encoder = match (path, &wanted.file) {
        (Some(path), _) => model::load(path)?,
        (None, Some(file)) if folder.path().join(file.piece(0)).is_file() => model::load_pieces(folder.path(), file)?,
        (None, _) => return Ok(None),
    };
    wanted.space.accept(encoder.space())?;
    Ok(Some(encoder))
}

/// How a score adds up.
fn sum(explained: &Explanation, score: f32) -> String {
    let part = |name: &str, share: Option<f32>, of: &str, whole: Option<f32>| {
        let whole = whole.filter(|&whole| Some(whole) != share);
        let of = whole.map_or(String::new(), |whole| format!(" ({of} {whole:.4})"));
        share.map(|share| format!("{name} {share:.4}{of}"))
    };
    let gain = |what: &str, gain: Option<f32>| gain.map(|gain| format!("{gain:.4} for {what}"));
    let parts = [
        part("words", explained.words, "terms", explained.keyword),
        part("meaning", explained.meaning, "cosine", explained.cosine),
        gain("the title", explained.title),
        gain("the language", explained.language),
        gain("words close together", explained.proximity),
    ];
    let mut parts: Vec<String> = parts.into_iter().flatten().collect();
    if explained.words.or(explained.meaning).is_none() {
        parts.insert(0, format!("{} {:.4}", explained.fusion, explained.fused));
    }
    let parts = parts.join(" + ");
    let sum = explained.prior.map_or(parts.clone(), |prior| format!("({parts}) × {prior:.2} as the owner says"));
    match explained.settled {
        true => format!("{sum}; put first by the owner, with the best page's score → {score:.4}"),
        false => format!("{sum} → {score:.4}"),
    }
}

fn layout(answer: &Answer, explain: bool) -> String {
    let mut out = String::new();
    for (number, hit) in answer.hits.iter().enumerate() {
        out += &format!("{:>2}. {}  {}\n", number + 1, bold(&hit.title), dim(&lenses(hit)));
        for section in &hit.sections {
            let heading: Vec<&str> = section.path.iter().chain([&section.heading]).map(String::as_str).collect();
            let heading: Vec<&str> = heading.into_iter().filter(|h| !h.is_empty() && *h != hit.title).collect();
            out += &format!("    {}  {}\n", dim(&section.url), heading.join(" › "));
        }
        out += &format!("    {}\n", marked(&hit.excerpt));
        if let Some(explained) = hit.explain.as_ref().filter(|_| explain) {
            for term in &explained.terms {
                let forms = term.forms.join(" ");
                out += &format!(
                    "      {} [{forms}]: idf {:.3} (in {} pages) × tf {:.3} → {:.3}\n",
                    term.word, term.idf, term.document_frequency, term.frequency, term.score
                );
            }
            out += &format!("      {}\n", sum(explained, hit.score));
        }
        out.push('\n');
    }
    if answer.hits.is_empty() {
        out += "Nothing found.\n";
    }
    for correction in &answer.corrections {
        out += &format!("Searched for {} in place of {}.\n", correction.meant.join(", "), correction.word);
    }
    if answer.relaxed {
        out += "No page has all that the operators ask for: searched for the words without them.\n";
    }
    for facet in &answer.facets {
        let count = |found: &FacetValue| format!("{} {}", shown(&found.value), found.count);
        let counts: Vec<String> = facet.values.iter().map(count).collect();
        let more = if facet.more > 0 { format!(", and {} more", facet.more) } else { String::new() };
        out += &format!("{}: {}{more}\n", bold(&facet.field), counts.join(", "));
    }
    let least = if answer.relation == Relation::Gte { ", and meaning may find others" } else { "" };
    if answer.legs.keyword.status != LegStatus::Skipped {
        let (pages, hold) = if answer.total == 1 { ("page", "holds") } else { ("pages", "hold") };
        out += &format!("{} {pages} {hold} the words{least}; ", answer.total);
    }
    let mut separator = "";
    for (name, leg) in [("words", &answer.legs.keyword), ("meaning", &answer.legs.semantic)] {
        let status = match leg.status {
            LegStatus::Used => "used",
            LegStatus::Pending => "pending",
            LegStatus::Skipped => "skipped",
            LegStatus::Failed => "failed",
        };
        out += &format!("{separator}{name}: {status}");
        separator = "; ";
        if let Some(reason) = &leg.reason {
            out += &format!(" ({reason})");
        }
    }
    if let Some(encoder) = &answer.encoder {
        out += &format!("; encoder: {encoder}");
    }
    out.push('\n');
    for failure in &answer.failures {
        out += &format!("warning: {failure}\n");
    }
    out
}

fn shown(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::Text(text) => text.clone(),
    }
}

fn lenses(hit: &Hit) -> String {
    let ranks = [("words", hit.lenses.keyword), ("meaning", hit.lenses.semantic)];
    let ranks: Vec<String> =
        ranks.iter().filter_map(|(lens, rank)| rank.map(|rank| format!("{lens} #{rank}"))).collect();
    format!("{:.3}  {}", hit.score, ranks.join(", "))
}

fn marked(excerpt: &Excerpt) -> String {
    let units: Vec<u16> = excerpt.text.encode_utf16().collect();
    let text = |range: std::ops::Range<usize>| String::from_utf16_lossy(&units[range]);
    let (mut out, mut last) = (String::new(), 0);
    for [start, end] in excerpt.ranges.iter().map(|range| range.map(|at| at as usize)) {
        out += &text(last..start);
        out += &bold(&text(start..end));
        last = end;
    }
    out + &text(last..units.len())
}

fn bold(text: &str) -> String {
    styled(text, 1)
}

fn dim(text: &str) -> String {
    styled(text, 2)
}

/// Styled for a terminal, plain for a file or a pipe.
fn styled(text: &str, style: u8) -> String {
    use std::io::IsTerminal;
    if std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        format!("\x1b[{style}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}
