//! One integration binary: its modules are the suites.

mod cells;
mod embed;
mod encoder;
mod eval;
mod hnsw;
mod house;
mod ingest;
mod models;
mod products;
mod related;
mod search;
mod serve;
mod text;
mod vector;
mod watch;
