//! Keyword search: dictionary, postings, families of forms, BM25F.
//!
//! The dictionary holds *surface forms* (folded words as they were written), each with its own postings, cut into
//! blocks of neighbours in the alphabet. Forms of one stem are linked in *families* at build time, so that a query
//! needs no stemmer: it looks its word up, takes the family along, and a word that the site never uses finds its family
//! through its neighbours in the same block ([`expand`]). A [`TermSet`] is all the forms that stand for one query word;
//! to BM25F ([`bm25f`]) a set is one term.

#[cfg(feature = "native")]
mod beginnings;
mod bm25f;
mod dictionary;
mod distance;
mod expand;
#[cfg(feature = "native")]
mod family;
#[cfg(feature = "native")]
mod invert;
mod length;
#[cfg(feature = "native")]
mod occurrences;
mod positions;
mod posting;
mod rank;
mod sections;
mod titles;

#[cfg(feature = "native")]
pub use beginnings::beginnings;
pub use bm25f::{Bm25f, Field, Lengths};
pub use dictionary::{BlockTerm, Postings, TermBlock};
#[cfg(feature = "native")]
pub use dictionary::{LONGEST_INLINE, Placed, PlacedVector};
pub use distance::{LONGEST_COMPARED, distance, slips};
pub use expand::{Expansion, Form, expand, titles_of};
#[cfg(feature = "native")]
pub use family::{Families, learned_endings};
#[cfg(feature = "native")]
pub use invert::{Inverted, InvertedTerm, invert};
pub use length::PageLengths;
#[cfg(feature = "native")]
pub use occurrences::{InPage, Occurrences};
pub use positions::read_positions;
#[cfg(feature = "native")]
pub use positions::write_positions;
pub use posting::{PagePosting, PostingList, PostingReader, SectionPosting, TitlePosting};
#[cfg(feature = "native")]
pub use posting::{PostingColumns, posting_list};
pub use rank::{Collection, PageScore, Places, Ranking, TermPart, TermSet, is_common, promote, rank};
pub use sections::score_sections;
