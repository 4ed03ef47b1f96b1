//! `bifocal related`: the lists of related pages, for a site's own markup.

use std::path::PathBuf;

use bifocal::search::{Mode, Query};
use bifocal::{Error, ErrorKind, Result};
use clap::Args;
use serde::Serialize;

use super::folder::IndexFolder;
use super::{print, progress};

/// Prints which pages are like which, as JSON lines, for a site's own markup
#[derive(Args)]
#[command(after_help = "A line, one for each page:
  {\"id\":\"guide/hive.html\",\"url\":\"guide/hive.html\",\"title\":\"Hives\",\"related\":[{\"id\":…,\"url\":…,\"title\":…,\"score\":0.71}]}

`score` is the cosine of what the pages mean on the whole; a page that is like none has an empty list.

Examples:
  bifocal related public/ --limit 3 > related.jsonl      # data for the generator's next run
  bifocal related public/ | jq -r 'select(.related == []) | .url'")]
pub struct RelatedArgs {
    /// The index folder, the site folder that holds it as `bifocal/`, or the file of an index built with --single-file
    index: PathBuf,
    /// Pages in a list, at most
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=10))]
    limit: u8,
}

/// A page and those that are like it.
#[derive(Serialize)]
struct Line {
    #[serde(flatten)]
    page: Named,
    related: Vec<Like>,
}

/// What a page is called.
#[derive(Serialize)]
struct Named {
    id: String,
    url: String,
    title: String,
}

#[derive(Serialize)]
struct Like {
    #[serde(flatten)]
    page: Named,
    score: f32,
}

/// Runs the command.
pub fn run(args: RelatedArgs) -> Result<()> {
    let mut folder = IndexFolder::open(&args.index)?;
    let mut pages = Vec::new();
    folder.for_each_page(|page| {
        pages.push(Named { id: page.id.clone(), url: page.url.clone(), title: page.title.clone() });
    })?;
    let mut said = String::new();
    let bar = progress::bar("reading lists", pages.len() as u64);
    for page in pages {
        if progress::is_cancelled() {
            return Err(Error::new(ErrorKind::Cancelled, "stopped; nothing was printed"));
        }
        let query = Query {
            similar: Some(page.id.clone()),
            mode: Mode::Semantic,
            limit: args.limit.into(),
            ..Query::default()
        };
        let answer = folder.answer(&query, None)?;
        if let Some(failure) = answer.failures.first() {
            return Err(Error::new(ErrorKind::Missing, format!("the pages like {} can't be read: {failure}", page.id))
                .hint("build the index anew"));
        }
        let like = |hit: bifocal::search::Hit| Like {
            page: Named { id: hit.id, url: hit.url, title: hit.title },
            score: hit.score,
        };
        let line = Line { page, related: answer.hits.into_iter().map(like).collect() };
        let line = serde_json::to_string(&line)
            .map_err(|error| Error::new(ErrorKind::Io, "a list can't be written as JSON").because(error))?;
        said += &(line + "\n");
        bar.inc(1);
    }
    bar.finish_and_clear();
    print(&said)
}
