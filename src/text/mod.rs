//! The one tokenizer: folding, segmentation, words with spans.
