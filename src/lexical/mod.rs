//! Keyword search: dictionary, postings, BM25F, expansion.
