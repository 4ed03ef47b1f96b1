//! One integration binary: its modules are the suites.
mod hnsw;
mod vector;

mod house;
