//! The browser doors: they convert and call, and decide nothing.

#[cfg(feature = "wasm-core")]
mod answer;
#[cfg(feature = "wasm-core")]
mod core;
#[cfg(feature = "wasm-core")]
mod fields;
#[cfg(feature = "wasm-core")]
mod query;
#[cfg(feature = "wasm-transformer")]
mod transformer;
