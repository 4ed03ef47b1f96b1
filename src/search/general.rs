//! Words of the query that the site does not use: whether they are general words, whose vectors the index has.

use super::keyword::{Plan, WordVector};
use crate::index::{Core, Directory, Index, Kind, PartId, is_general};

/// Adds to `plan.missing` what must be loaded for such words: first the directory, then their blocks.
pub(super) fn want(index: &Index, core: &Core, plan: &mut Plan) {
    let Some(id) = directory(core).filter(|_| plan.vectors.iter().any(may_be_general)) else { return };
    plan.want(index, id);
    if let Some(directory) = index.directory(id) {
        want_blocks(index, directory, plan);
    }
}

#[inline(never)]
fn want_blocks(index: &Index, directory: &Directory, plan: &mut Plan) {
    let words = plan.vectors.iter().filter(|word| may_be_general(word));
    let blocks: Vec<PartId> = words.filter_map(|word| directory.block_for(&word.word)).collect();
    blocks.into_iter().for_each(|block| plan.want(index, block));
}

/// The weight and the row of a word, if it is a general one whose block is loaded.
pub(super) fn find<'i>(index: &'i Index, core: &Core, word: &WordVector) -> Option<(f32, &'i [u8])> {
    find_in(index, index.directory(directory(core)?)?, word)
}

#[inline(never)]
fn find_in<'i>(index: &'i Index, directory: &Directory, word: &WordVector) -> Option<(f32, &'i [u8])> {
    may_be_general(word).then_some(())?;
    let row = index.general(directory.block_for(&word.word)?)?.find(&word.word)?;
    Some((directory.weight(), row))
}

fn directory(core: &Core) -> Option<PartId> {
    core.general.map(|hash| PartId { kind: Kind::Directory, hash })
}

fn may_be_general(word: &WordVector) -> bool {
    word.is_foreign && is_general(&word.word)
}
