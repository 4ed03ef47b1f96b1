//! One integration binary: its modules are the suites.

mod cells;
mod encoder;
mod eval;
mod hnsw;
mod house;
mod ingest;
mod matmul;
mod search;
mod serve;
mod text;
mod vector;
