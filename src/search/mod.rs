//! Searching: a query is a value that says what it needs until it is answered.
//!
//! ```text
//! text ─▶ words ─▶ dictionary blocks ─▶ postings ─▶ BM25F ────┐
//!      └▶ vector (from the host) ─▶ vector rows ─▶ nearest ───┴▶ fusion ─▶ sections ─▶ text parts ─▶ hits
//! ```
//! [`Run::step`] does as much as it can with the parts that are loaded and says what is missing. It neither waits nor
//! fetches, so that one engine serves a browser's worker, a command and a test.

mod answer;
mod excerpt;
mod expression;
mod fusion;
mod general;
mod hits;
mod keyword;
mod lexicon;
mod positions;
mod query;
mod restrict;
mod run;
mod semantic;
mod syntax;

pub use answer::{Answer, Excerpt, Explanation, Hit, Leg, LegStatus, Legs, Lenses, SectionHit, TermExplanation};
pub use expression::Expression;
pub use fusion::{Combination, Fusion, Normalization};
pub use query::{Mode, Query, VectorPlan};
pub use run::{Run, Step, complete};
pub use semantic::QueryVector;
