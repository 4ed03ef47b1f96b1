//! Searching: a query is a value that says what it needs until it is answered.
//!
//! ```text
//! text ─▶ words ─▶ dictionary blocks ─▶ postings ─▶ BM25F ────┐
//!      └▶ vector (from the host) ─▶ vector rows ─▶ nearest ───┴▶ fusion ─▶ sections ─▶ text parts ─▶ hits
//! ```
//! [`Run::step`] does as much as it can with the parts that are loaded and says what is missing. It neither waits nor
//! fetches, so that one engine serves a browser's worker, a command and a test.

mod answer;
mod arrange;
mod excerpt;
mod expression;
mod facets;
mod filter;
mod forms;
mod fusion;
mod general;
mod hits;
mod keyword;
mod language;
mod lexicon;
mod passing;
mod positions;
mod proximity;
mod query;
mod related;
mod restrict;
mod rules;
mod run;
mod select;
mod semantic;
mod spelling;
mod syntax;

pub use answer::{
    Answer, Completion, Correction, Excerpt, Explanation, Hit, Leg, LegStatus, Legs, Lenses, Relation, SectionHit,
    TermExplanation,
};
pub use arrange::{Group, Order, Sort};
pub use expression::Expression;
pub use facets::{Facet, FacetRequest, FacetValue};
pub use filter::{Filter, Filters, Test};
pub use fusion::{Combination, Fusion, Normalization};
pub use query::{DEEPEST, Mode, Query, Typos, VectorPlan};
pub use run::{Run, Step, complete};
pub use semantic::QueryVector;
#[cfg(feature = "wasm-core")]
pub use syntax::may_hold_operators;
