//! The tokenizer: what words are, and its laws.

mod tables;
