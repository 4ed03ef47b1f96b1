//! The reader's language: of pages that answer about as well, those in it come first.

use super::Query;
use super::semantic::Nearest;
use crate::corpus::{PageSet, Value};
use crate::index::{Column, Core, FieldRef, Index, LANGUAGE, ValueId};
use crate::lexical::{PageScore, Ranking};

/// The field of pages' languages; none where all pages are in one, or the owner's fields leave it out.
pub(super) fn field(core: &Core) -> Option<&FieldRef> {
    core.fields.iter().find(|field| field.name == LANGUAGE)
}

/// What each page gains by being in `language`, as a share of the best score: the share of the best score by words that it has
/// or, if that is more, of the best cosine, both counted from the cut-off. So in a search by words a page in the reader's
/// language counts twice, and one that hardly answers gains hardly anything.
#[inline(never)]
pub(super) fn shares(core: &Core, pages: &PageSet, keyword: Option<&Ranking>, semantic: Option<&Nearest>) -> Vec<f32> {
    let mut shares = vec![0.0f32; core.collection.pages as usize];
    gain(&mut shares, pages, keyword.map_or(&[], |ranking| &ranking.pages), 0.0);
    gain(&mut shares, pages, semantic.map_or(&[], |nearest| &nearest.pages), core.cells.cut_off);
    shares
}

/// Gives each of `pages` its share of the best score, counted from the `least`, unless it has a greater one.
fn gain(shares: &mut [f32], pages: &PageSet, ranked: &[PageScore], least: f32) {
    let Some(best) = ranked.first() else { return };
    for found in ranked.iter().filter(|found| pages.contains(found.page)) {
        let share = &mut shares[found.page.0 as usize];
        *share = share.max((found.score - least) / (best.score - least));
    }
}

/// The pages in the query's language. None if no language is asked for, or one of no page, or while it isn't known which these are.
pub(super) fn pages(index: &Index, core: &Core, query: &Query) -> Option<PageSet> {
    let language = query.language.as_ref()?;
    spoken(index.column(field(core)?.part())?, language)
}

/// The pages in a language; where there are none, in what is left of its tag without its last part, as `pt` of `pt-br` (RFC 4647,
/// look-up of ranges).
#[inline(never)]
fn spoken(column: &Column, language: &str) -> Option<PageSet> {
    let mut tag = String::new();
    language.chars().for_each(|c| tag.push(if c == '_' { '-' } else { c.to_ascii_lowercase() }));
    loop {
        let mut chosen = column.nothing();
        for (number, chosen) in chosen.values.iter_mut().enumerate() {
            let Value::Text(of_page) = column.value(ValueId(number as u32)) else { continue };
            *chosen = of_page.strip_prefix(&tag).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        }
        if chosen.values.contains(&true) {
            return Some(column.pages(&chosen));
        }
        tag.truncate(tag.rfind('-')?);
    }
}
