//! Pages, sections and passages.
