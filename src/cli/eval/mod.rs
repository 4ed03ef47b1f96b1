//! Measures the relevance of an index's answers on a test collection.

pub mod collection;
pub mod metrics;
