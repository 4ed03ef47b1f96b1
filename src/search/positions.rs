//! Where words stand in pages: what phrases need beyond postings.
//!
//! Positions lie apart, in parts for a dictionary block and a run of pages, so that only those of the pages in question are
//! loaded: first the places of all such parts, then the parts.

use super::keyword::Plan;
use crate::Result;
use crate::corpus::{PageId, PageSet};
use crate::index::{Core, Index, Kind, PartId};
use crate::lexical::PagePosting;

/// The positions of a form in some pages.
#[derive(Default)]
pub(super) struct Positions(Vec<(PageId, Vec<u32>)>);

impl Positions {
    /// Positions in a page, ascending; none if the form isn't there.
    pub fn of(&self, page: PageId) -> &[u32] {
        match self.0.binary_search_by_key(&page, |(other, _)| *other) {
            Ok(at) => &self.0[at].1,
            Err(_) => &[],
        }
    }

    /// Reads those of a form in `pages` from what is loaded; what is missing is noted in `plan`.
    pub fn read(index: &Index, core: &Core, plan: &mut Plan, form: &str, pages: &PageSet) -> Result<Self> {
        let mut found = Self::default();
        let Some(terms) = plan.block(index, core, form) else { return Ok(found) };
        let Some(number) = index.block_number(core, form) else { return Ok(found) };
        let Ok(term) = terms.find(form) else { return Ok(found) };
        let list = match index.postings(terms, term) {
            Ok(list) => list,
            Err(part) => {
                part.into_iter().for_each(|part| plan.want(index, part));
                return Ok(found);
            }
        };
        let mut holding: Vec<PagePosting> = Vec::new();
        list.for_each(core.collection.pages, |posting| holding.push(posting.clone()))?;
        plan.want(index, PartId { kind: Kind::Places, hash: core.positions });
        let Some(places) = index.places() else { return Ok(found) };
        let part_of = |posting: &PagePosting| places.part(number, posting.page);
        let mut rest = holding.as_slice();
        while let Some(first) = rest.first() {
            let part = part_of(first);
            let (run, after) = rest.split_at(rest.iter().take_while(|posting| part_of(posting) == part).count());
            rest = after;
            let wanted = |posting: &PagePosting| pages.contains(posting.page);
            let Some(part) = part.filter(|_| run.iter().any(wanted)) else { continue };
            plan.want(index, part);
            if let Some(positions) = index.positions(part) {
                let positions = positions.of(term, run, core.collection.unit)?;
                found.0.extend(run.iter().map(|posting| posting.page).zip(positions));
            }
        }
        Ok(found)
    }
}

/// The positions of several forms in a page.
pub(super) fn merged(forms: &[Positions], page: PageId) -> Vec<u32> {
    let mut all: Vec<u64> = Vec::new();
    for form in forms {
        all.extend(form.of(page).iter().map(|&position| u64::from(position)));
    }
    if forms.len() > 1 {
        crate::order::sort(&mut all);
    }
    all.into_iter().map(|position| position as u32).collect()
}
