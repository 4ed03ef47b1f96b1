//! One integration binary: its modules are the suites.

mod encoder;
mod hnsw;
mod house;
mod text;
mod vector;
