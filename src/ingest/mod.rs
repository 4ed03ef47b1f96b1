//! Reads pages out of files: HTML folders and JSON lines.

mod address;
mod attributes;
mod config;
mod encoding;
mod flow;
mod html;
mod jsonl;
mod markup;
mod noise;
mod outline;
mod report;
mod rules;
mod shared;
mod site;
mod titles;

pub use config::{Config, DEFAULT_METADATA, SiteOptions, parse_size};
pub use jsonl::{for_each_line, read_jsonl};
pub use report::{Reason, Report, Skipped};
pub use site::read_site;
