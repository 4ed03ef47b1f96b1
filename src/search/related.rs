//! Pages like a page.

use super::keyword::Plan;
use crate::index::{Core, Index, Kind, PartId};
use crate::lexical::PageScore;
use crate::{Error, ErrorKind, Result};

/// The pages like the one with that id, the likest first; none while something is missing for it, which is noted in `plan`.
///
/// # Errors
/// The index was built without an encoder, has no page of that id, or what says so can't be had.
pub(super) fn like<'i>(index: &'i Index, core: &Core, id: &str, plan: &mut Plan) -> Result<Option<&'i [PageScore]>> {
    let Some(hash) = core.related else {
        return Err(Error::new(ErrorKind::Usage, "the index doesn't know which pages are like which")
            .hint("build it with an encoder, of a site of several pages"));
    };
    let relations = PartId { kind: Kind::Relations, hash };
    want(index, relations, plan)?;
    let Some(block) = index.relations(relations).map(|relations| relations.block_for(id)) else { return Ok(None) };
    want(index, block, plan)?;
    let Some(block) = index.related(block) else { return Ok(None) };
    let found = block.find(id).ok_or_else(|| {
        Error::new(ErrorKind::Usage, ["no page has the id ", id].concat())
            .hint("a hit's id is its file's path below the site's root, or the id of its JSON line")
    })?;
    Ok(Some(&found.like))
}

/// Notes that a part is needed.
fn want(index: &Index, id: PartId, plan: &mut Plan) -> Result<()> {
    if let Some(reason) = index.failure(id) {
        return Err(Error::new(ErrorKind::Missing, [&id.path(), ": ", reason].concat()).hint("try again"));
    }
    plan.want(index, id);
    Ok(())
}
