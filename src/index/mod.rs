//! The index format: parts, their writers and readers.
