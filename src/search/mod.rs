//! Queries: planning, ranking, fusion, hits.
