//! The native door: arguments in, files and lines out.

mod build;
mod cache;
mod embed;
mod eval;
mod file_script;
mod folder;
mod inspect;
mod model;
mod progress;
mod publish;
mod related;
mod replace;
mod runtime;
mod search;
mod serve;
mod watch;
mod words;

use std::error::Error as _;
use std::process::ExitCode;

use bifocal::{Error, Result};
use clap::{Parser, Subcommand};

/// Search a site by words and by meaning, wholly in the browser
#[derive(Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "Start with `bifocal build public/` on the folder that your site generator wrote, \
                  then `bifocal serve public/`."
)]
struct Command {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Build(Box<build::BuildArgs>),
    Search(search::SearchArgs),
    Watch(watch::WatchArgs),
    Serve(serve::ServeArgs),
    Related(related::RelatedArgs),
    Inspect(inspect::InspectArgs),
    Eval(eval::EvalArgs),
    Model(model::ModelArgs),
    Embed(embed::EmbedArgs),
}

/// Runs the command and says what went wrong, if anything did.
pub fn main() -> ExitCode {
    let verb = Command::parse().verb;
    // The server has no job to finish: Ctrl-C ends it at once.
    if !matches!(verb, Verb::Serve(_)) {
        progress::cancel_on_interrupt();
    }
    let outcome = match verb {
        Verb::Build(args) => build::run(*args),
        Verb::Search(args) => search::run(args),
        Verb::Watch(args) => watch::run(args),
        Verb::Serve(args) => serve::run(args),
        Verb::Related(args) => related::run(args),
        Verb::Inspect(args) => inspect::run(args),
        Verb::Eval(args) => eval::run(args),
        Verb::Model(args) => model::run(args),
        Verb::Embed(args) => embed::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

/// Prints an error, what caused it, and the way out.
fn report(error: &Error) {
    eprintln!("error: {error}");
    let mut hint = error.way_out();
    let mut cause = error.source();
    while let Some(source) = cause {
        eprintln!("  because: {source}");
        hint = hint.or_else(|| source.downcast_ref::<Error>().and_then(Error::way_out));
        cause = source.source();
    }
    if let Some(hint) = hint {
        eprintln!("hint: {hint}");
    }
}

/// Prints to standard output.
fn print(text: &str) -> Result<()> {
    use std::io::Write;
    unless_closed(std::io::stdout().write_all(text.as_bytes()))
}

/// What became of writing to standard output; a reader that closed its end (`| head`) is no error.
fn unless_closed(written: std::io::Result<()>) -> Result<()> {
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::new(bifocal::ErrorKind::Io, "standard output can't be written").because(error))
        }
        _ => Ok(()),
    }
}
