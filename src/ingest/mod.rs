//! Reads pages out of files: HTML folders and JSON lines.

mod address;
mod attributes;
mod config;
mod encoding;
mod files;
mod flow;
mod html;
mod jsonl;
mod lines;
mod markup;
mod noise;
mod outline;
mod repeats;
mod report;
mod rules;
mod shared;
mod site;
mod terms;
mod texts;
mod titles;

pub use config::{Config, DEFAULT_METADATA, SiteOptions, parse_size};
pub use jsonl::read_jsonl;
pub use lines::{Lines, for_each_line};
pub use report::{Reason, Report, Skipped};
pub use site::read_site;
pub use texts::{Id, Text, read_texts};
