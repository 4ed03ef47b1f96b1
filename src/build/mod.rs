//! The build pipeline: pages in, parts out.
