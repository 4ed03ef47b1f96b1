//! `bifocal watch`: what is new on a site for saved queries.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use bifocal::ingest::for_each_line;
use bifocal::search::{Filters, Hit, Mode, Query};
use bifocal::{Error, ErrorKind, Result};
use clap::Args;
use serde::{Deserialize, Serialize};

use super::folder::IndexFolder;
use super::print;
use super::replace::replace;
use super::search::{EncoderArg, QueryEncoder};

/// Runs saved queries and shows the pages that they didn't find before
#[derive(Args)]
#[command(after_help = "A line of profiles.jsonl:
  {\"name\": \"async news\", \"query\": \"async runtime\", \"filters\": {\"section\": [\"blog\"]}, \"limit\": 20}

`name` tells the queries apart; `mode` is hybrid, keyword or semantic; `similar` (a page's id) may stand for `query`.
The first time that a query runs, what it finds is noted and counts as seen.

Examples:
  bifocal watch public/ --profiles profiles.jsonl --state seen.json
  bifocal watch public/ --profiles profiles.jsonl --state seen.json --json | mail -s news reader@example.org")]
pub struct WatchArgs {
    /// The index folder, the site folder that holds it as `bifocal/`, or the file of an index built with --single-file
    index: PathBuf,
    /// The saved queries, as JSON lines
    #[arg(long, value_name = "FILE")]
    profiles: PathBuf,
    /// Where it is kept what was seen; written anew by each run that comes to its end
    #[arg(long, value_name = "FILE")]
    state: PathBuf,
    /// What makes the queries' vectors
    #[arg(long, value_enum, default_value_t = EncoderArg::Auto)]
    encoder: EncoderArg,
    /// The encoder's model [default: the one in the index folder]
    #[arg(long, env = "BIFOCAL_MODEL", value_name = "PATH")]
    model: Option<PathBuf>,
    /// Prints JSON lines, one for each new page
    #[arg(long)]
    json: bool,
}

/// A saved query.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    name: String,
    #[serde(default)]
    query: String,
    #[serde(default)]
    similar: Option<String>,
    #[serde(default)]
    filters: Filters,
    #[serde(default)]
    mode: Mode,
    #[serde(default = "twenty")]
    limit: usize,
}

fn twenty() -> usize {
    20
}

/// The ids of the pages that each profile has found, by its name.
type Seen = BTreeMap<String, BTreeSet<String>>;

/// A page that a profile didn't find before.
#[derive(Serialize)]
struct News<'h> {
    profile: &'h str,
    #[serde(flatten)]
    hit: &'h Hit,
}

/// Runs the command.
pub fn run(args: WatchArgs) -> Result<()> {
    let profiles = read_profiles(&args.profiles)?;
    let mut seen = read_state(&args.state)?;
    let mut folder = IndexFolder::open(&args.index)?;
    let encoder = match profiles.iter().any(|profile| profile.similar.is_none() && profile.mode.has_semantic()) {
        true => QueryEncoder::choose(&folder, args.encoder, args.model.as_deref())?,
        false => QueryEncoder::None("no query asks by meaning"),
    };
    let mut said = String::new();
    for profile in &profiles {
        let mut query = Query {
            text: profile.query.clone(),
            similar: profile.similar.clone(),
            filters: profile.filters.clone(),
            mode: profile.mode,
            limit: profile.limit,
            prefix: false,
            ..Query::default()
        };
        let vector = encoder.vector(&mut query)?;
        let answer = folder.answer(&query, vector.as_deref().map(|vector| (vector, "transformer")))?;
        if let Some(failure) = answer.failures.first() {
            return Err(Error::new(
                ErrorKind::Missing,
                format!("the query \"{}\" can't be answered: {failure}", profile.name),
            )
            .hint("nothing was noted as seen; build the index anew, and run this again"));
        }
        let first_time = !seen.contains_key(&profile.name);
        let known = seen.entry(profile.name.clone()).or_default();
        let news: Vec<&Hit> = answer.hits.iter().filter(|hit| known.insert(hit.id.clone()) && !first_time).collect();
        said += &layout(&profile.name, &news, first_time.then_some(answer.hits.len()), args.json)?;
    }
    print(&said)?;
    write_state(&args.state, &seen)
}

fn layout(profile: &str, news: &[&Hit], noted: Option<usize>, json: bool) -> Result<String> {
    if json {
        let line = |hit: &&Hit| serde_json::to_string(&News { profile, hit }).map(|line| line + "\n");
        return news
            .iter()
            .map(line)
            .collect::<Result<_, _>>()
            .map_err(|error| Error::new(ErrorKind::Io, "the news can't be written as JSON").because(error));
    }
    if let Some(count) = noted {
        return Ok(format!("{profile}: noted {count} pages; from now on, others are new\n"));
    }
    let lines: String = news.iter().map(|hit| format!("  {}\n      {}\n", hit.title, hit.url)).collect();
    Ok(format!("{profile}: {} new\n{lines}", news.len()))
}

fn read_profiles(path: &Path) -> Result<Vec<Profile>> {
    let mut profiles: Vec<Profile> = Vec::new();
    for_each_line(path, |number, line| {
        let wrong = |what: String| {
            Error::new(ErrorKind::Usage, format!("{}, line {number}: {what}", path.display()))
                .hint("a line is {\"name\": \"async news\", \"query\": \"async runtime\"}; see `bifocal watch --help`")
        };
        let profile: Profile = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
        match (!profile.query.trim().is_empty(), profile.similar.is_some()) {
            (true, true) => return Err(wrong("it has a query and is for pages like a page".into())),
            (false, false) if profile.filters.0.is_empty() => return Err(wrong("it asks for nothing".into())),
            _ => {}
        }
        if profiles.iter().any(|other| other.name == profile.name) {
            return Err(wrong(format!("there is a query called \"{}\" already", profile.name)));
        }
        profiles.push(profile);
        Ok(())
    })?;
    if profiles.is_empty() {
        return Err(Error::new(ErrorKind::Usage, format!("{} holds no queries", path.display()))
            .hint("write one a line, such as {\"name\": \"async news\", \"query\": \"async runtime\"}"));
    }
    Ok(profiles)
}

fn read_state(path: &Path) -> Result<Seen> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Seen::new()),
        Err(error) => {
            return Err(Error::new(ErrorKind::Io, format!("{} can't be read", path.display())).because(error));
        }
    };
    serde_json::from_str(&text).map_err(|error| {
        Error::new(ErrorKind::Damaged, format!("{} is not what an earlier run wrote", path.display()))
            .because(error)
            .hint("name another file, or delete it: then everything that is found counts as seen")
    })
}

/// Writes what was seen; a run that is cut off loses nothing.
fn write_state(path: &Path, seen: &Seen) -> Result<()> {
    let text = serde_json::to_string_pretty(seen)
        .map_err(|error| Error::new(ErrorKind::Io, "what was seen can't be written as JSON").because(error))?;
    replace(path, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &str) -> Result<Vec<Profile>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("profiles.jsonl");
        std::fs::write(&path, lines).unwrap();
        read_profiles(&path)
    }

    #[test]
    fn profiles_are_queries_with_names() {
        let lines = "{\"name\": \"a\", \"query\": \"owl\"}\n\n{\"name\": \"b\", \"similar\": \"owl.html\", \"limit\": 3, \"mode\": \"keyword\"}\n\
                     {\"name\": \"c\", \"filters\": {\"section\": \"birds\"}}";
        let profiles = read(lines).unwrap();
        let limits: Vec<usize> = profiles.iter().map(|profile| profile.limit).collect();
        assert_eq!((limits, profiles[1].mode), (vec![20, 3, 20], Mode::Keyword));
        for (lines, wanted) in [
            ("", "holds no queries"),
            ("{\"name\": \"a\"}", "line 1: it asks for nothing"),
            ("{\"name\": \"a\", \"query\": \" \"}", "line 1: it asks for nothing"),
            ("{\"name\": \"a\", \"query\": \"x\", \"similar\": \"y\"}", "line 1: it has a query and is for pages like"),
            (
                "{\"name\": \"a\", \"query\": \"x\", \"similar\": \"y\", \"filters\": {\"a\": 1}}",
                "line 1: it has a query and is for pages like",
            ),
            (
                "{\"name\": \"a\", \"query\": \"x\"}\n{\"name\": \"a\", \"query\": \"y\"}",
                "line 2: there is a query called \"a\"",
            ),
            ("{\"query\": \"x\"}", "missing field `name`"),
            ("{\"name\": \"a\", \"text\": \"x\"}", "unknown field `text`"),
            ("owl", "line 1"),
        ] {
            let error = read(lines).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error} does not say {wanted}");
        }
    }

    #[test]
    fn what_was_seen_is_kept_and_never_half() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seen.json");
        assert!(read_state(&path).unwrap().is_empty());
        let seen = Seen::from([("owls".to_owned(), BTreeSet::from(["owl.html".to_owned()]))]);
        write_state(&path, &seen).unwrap();
        assert_eq!(read_state(&path).unwrap(), seen);
        std::fs::write(&path, "{").unwrap();
        assert!(read_state(&path).unwrap_err().to_string().contains("not what an earlier run wrote"));
        assert!(write_state(&path.join("seen.json"), &seen).unwrap_err().to_string().contains("can't be written"));
    }
}
