//! Reads pages out of files: HTML folders and JSON lines.
