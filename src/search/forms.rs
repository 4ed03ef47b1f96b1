//! What stands for a word of the query in the dictionary.

use super::Correction;
use super::keyword::{Plan, QueryWord};
use super::spelling::Meant;
use crate::Result;
use crate::index::{Core, Index, PartId, Place};
use crate::lexical::{PostingList, TermBlock, expand};

/// A form, and where it stands.
pub(super) struct PlacedForm {
    pub form: String,
    /// The block that holds it, and its number there.
    pub block: PartId,
    pub index: usize,
    /// What an occurrence counts.
    pub weight: f32,
    /// Whether it is the word or its kin; see [`TermPart::primary`](crate::lexical::TermPart).
    pub primary: bool,
}

/// What stands for a word in the dictionary.
pub(super) struct Lookup {
    /// The word itself first, if the site uses it.
    pub forms: Vec<PlacedForm>,
    /// Whether the site doesn't use the word, or only one that looks like it.
    pub is_foreign: bool,
}

/// Dictionary blocks in which a word is looked for: an unfinished one may go on in the second, and the neighbour of one that the
/// site doesn't use may be the first there.
const BLOCKS: usize = 2;

/// Finds the forms that stand for a word, as far as blocks are loaded, of an `unfinished` one longer ones, too; for a word that the
/// site doesn't use, a neighbour's family by `endings`.
pub(super) fn look_up(
    index: &Index,
    core: &Core,
    plan: &mut Plan,
    word: &str,
    unfinished: bool,
    endings: &[String],
) -> Lookup {
    let mut blocks: Vec<(PartId, &TermBlock)> = Vec::new();
    let mut wanted = 0;
    for Place::Part(id) | Place::Named(id) in index.blocks_with(core, word, BLOCKS) {
        // The neighbour of a word that would be the last of its block is the first of the next.
        let is_last = |&(_, block): &(_, &TermBlock)| block.find(word) == Err(block.terms().len());
        if wanted == 1 && !unfinished && !blocks.first().is_some_and(is_last) {
            break;
        }
        wanted += 1;
        plan.want(index, id);
        blocks.extend(index.terms(id).map(|block| (id, block)));
    }
    let contents: Vec<_> = blocks.iter().map(|&(_, block)| block).collect();
    let found = expand(word, unfinished, &contents, endings);
    // Of a block that can't be had nobody knows what it holds.
    let is_foreign = found.is_foreign(word, &contents) && blocks.len() == wanted;
    let mut forms: Vec<PlacedForm> = Vec::new();
    for form in &found.forms {
        let (id, block) = blocks[form.block];
        forms.push(PlacedForm {
            form: block.terms()[form.index].form.clone(),
            block: id,
            index: form.index,
            weight: form.weight,
            primary: form.is_primary(),
        });
    }
    for (form, weight) in found.remote {
        let Some(Place::Part(id) | Place::Named(id)) = index.block_for(core, &form) else { continue };
        plan.want_to_rank(index, id);
        PlacedForm::find(index, id, form, weight, &mut forms);
    }
    Lookup { forms, is_foreign }
}

/// What the likeliest of the words counts that may be meant by one that the site doesn't use.
const MEANT: f32 = 0.7;
/// What the others count, and any if the site uses the word that was typed.
const ALSO_MEANT: f32 = 0.3;

impl Lookup {
    /// Adds the words that may be meant by a misspelt one; they take the place of one that only looks like it.
    pub fn add_meant(&mut self, index: &Index, core: &Core, plan: &mut Plan, word: &QueryWord, known: &mut Meant) {
        if word.compound {
            return;
        }
        let meant = known.by(index, core, plan, &word.term, word.unfinished).to_vec();
        if meant.is_empty() {
            return;
        }
        if self.is_foreign {
            self.forms.clear();
        }
        for (number, word) in meant.iter().enumerate() {
            let likeliest = number == 0 && self.is_foreign;
            for mut form in look_up(index, core, plan, word, false, &[]).forms {
                if !self.forms.iter().any(|known| known.form == form.form) {
                    form.weight *= if likeliest { MEANT } else { ALSO_MEANT };
                    form.primary = likeliest;
                    self.forms.push(form);
                }
            }
        }
        if self.is_foreign {
            plan.corrections.push(Correction { word: word.term.clone(), meant });
        }
    }
}

impl PlacedForm {
    /// Adds a form of a block, if that holds it.
    #[inline(never)]
    pub fn find(index: &Index, block: PartId, form: String, weight: f32, forms: &mut Vec<Self>) {
        if let Some(at) = index.terms(block).and_then(|block| block.find(&form).ok()) {
            forms.push(Self { form, block, index: at, weight, primary: weight > 0.0 });
        }
    }

    /// Where the form occurs, or the part that must be loaded for it.
    pub fn postings<'i>(&self, index: &'i Index) -> Result<PostingList<'i>, Option<PartId>> {
        index.postings(index.terms(self.block).ok_or(None)?, self.index)
    }
}
