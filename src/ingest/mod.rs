//! Reads pages out of files: HTML folders and JSON lines.

mod address;
mod config;
mod encoding;
mod flow;
mod html;
mod markup;
mod noise;
mod outline;
mod report;
mod rules;
mod shared;
mod site;
mod titles;

pub use config::{Config, DEFAULT_METADATA, SiteOptions};
pub use report::{Reason, Report, Skipped};
pub use site::read_site;
