//! The pages that a query's operators leave.
//!
//! Conditions decide which pages may be answered with, for both legs alike; ranking knows nothing of them. Each becomes a set
//! of pages out of the postings of its words; phrases and neighbourhoods look at positions as well, in no more pages than hold
//! all their words and satisfy what stands beside them.

use super::expression::Expression;
use super::forms::{PlacedForm, look_up};
use super::keyword::Plan;
use super::positions::{Positions, merged};
use super::query::{DEEPEST, TOO_DEEP};
use crate::corpus::PageSet;
use crate::index::{Core, Index, PartId, Place};
use crate::lexical::{PagePosting, PostingList};
use crate::text::{self, Kind, WRITTEN};
use crate::{Error, ErrorKind, Result};

/// The pages that satisfy `expression`, as far as can be told from what is loaded; what is missing is noted in `plan`, and
/// then the set says nothing.
///
/// # Errors
/// It is nested too deep, or a part contradicts itself.
pub(super) fn restrict(index: &Index, core: &Core, expression: &Expression, plan: &mut Plan) -> Result<PageSet> {
    if expression.depth() > DEEPEST {
        return Err(Error::new(ErrorKind::Input, "the query is nested too deep").hint(TOO_DEEP));
    }
    let every = PageSet::all(core.collection.pages);
    Restriction { index, core, plan }.pages(expression, &every)
}

/// The part of a posting that a condition looks at.
type Within = fn(&PagePosting) -> bool;

fn anywhere(_: &PagePosting) -> bool {
    true
}

fn in_title(posting: &PagePosting) -> bool {
    posting.title.count() > 0
}

fn in_heading(posting: &PagePosting) -> bool {
    posting.sections.iter().any(|section| section.heading > 0)
}

struct Restriction<'i, 'p> {
    index: &'i Index,
    core: &'i Core,
    plan: &'p mut Plan,
}

impl Restriction<'_, '_> {
    /// The pages among `candidates` that satisfy a condition.
    fn pages(&mut self, expression: &Expression, candidates: &PageSet) -> Result<PageSet> {
        let mut found = match expression {
            Expression::All(parts) => return self.all(parts, candidates),
            Expression::Any(parts) => {
                let mut any = PageSet::none(self.core.collection.pages);
                for part in parts {
                    any.unite(&self.pages(part, candidates)?);
                }
                any
            }
            Expression::Not(part) => {
                let mut others = self.pages(part, candidates)?;
                others.invert();
                others
            }
            Expression::Word(words) => self.word(words, candidates)?,
            Expression::Prefix(stem) => self.beginning(stem)?,
            Expression::Title(words) => self.each(words, in_title)?,
            Expression::Heading(words) => self.each(words, in_heading)?,
            Expression::Phrase(words) => self.phrase(&leaves(words), candidates)?,
            Expression::Near { words, within } => self.near(words, *within, candidates)?,
        };
        found.intersect(candidates);
        Ok(found)
    }

    /// Conditions one after the other, each among the pages that satisfy those before; those that look at positions last.
    fn all(&mut self, parts: &[Expression], candidates: &PageSet) -> Result<PageSet> {
        let by_position = |part: &&Expression| matches!(part, Expression::Phrase(_) | Expression::Near { .. });
        let mut left = candidates.clone();
        for part in parts.iter().filter(|part| !by_position(part)) {
            left = self.pages(part, &left)?;
        }
        if self.plan.missing.is_empty() {
            for part in parts.iter().filter(by_position) {
                left = self.pages(part, &left)?;
            }
        }
        Ok(left)
    }

    /// Pages that hold a word or its family; of an identifier, the whole or its parts one after the other.
    fn word(&mut self, words: &str, candidates: &PageSet) -> Result<PageSet> {
        let leaves = leaves(words);
        if let [leaf] = leaves.as_slice() {
            return self.holding(leaf, anywhere);
        }
        let mut all = text::words(words);
        if let Some(whole) = all.next().filter(|word| word.kind == Kind::Compound && word.span.len() == words.len()) {
            let found = self.holding(&whole.term, anywhere)?;
            if !found.is_empty() || !self.plan.missing.is_empty() {
                return Ok(found);
            }
        }
        self.phrase(&leaves, candidates)
    }

    /// Pages that hold each of the words where `within` looks.
    fn each(&mut self, words: &str, within: Within) -> Result<PageSet> {
        let mut found = PageSet::all(self.core.collection.pages);
        for leaf in leaves(words) {
            found.intersect(&self.holding(&leaf, within)?);
        }
        Ok(found)
    }

    /// Pages that hold the words one after the other.
    fn phrase(&mut self, words: &[String], candidates: &PageSet) -> Result<PageSet> {
        let exact: Vec<Vec<String>> = words.iter().map(|word| vec![word.clone()]).collect();
        self.placed(&exact, candidates, |positions| {
            let Some((first, rest)) = positions.split_first() else { return false };
            first
                .iter()
                .any(|&start| (start + 1..).zip(rest).all(|(place, positions)| positions.binary_search(&place).is_ok()))
        })
    }

    /// Pages in which the words, or words of their families, stand within so many words of each other.
    fn near(&mut self, words: &[String], within: u32, candidates: &PageSet) -> Result<PageSet> {
        let mut families: Vec<Vec<String>> = Vec::new();
        for leaf in words.iter().flat_map(|word| leaves(word)) {
            let forms = self.forms(&leaf);
            families.push(forms.into_iter().map(|form| form.form).collect());
        }
        self.placed(&families, candidates, |positions| {
            // Of each window that begins with one of the positions, whether all words stand in it.
            positions.iter().flat_map(|list| list.iter()).any(|&start| {
                let end = start.saturating_add(within);
                positions.iter().all(|list| {
                    let at = list.partition_point(|&place| place < start);
                    list.get(at).is_some_and(|&place| place < end)
                })
            })
        })
    }

    /// Pages that hold one of the forms for each word, at positions that `fits` says yes to.
    fn placed(
        &mut self,
        words: &[Vec<String>],
        candidates: &PageSet,
        fits: impl Fn(&[Vec<u32>]) -> bool,
    ) -> Result<PageSet> {
        let mut left = candidates.clone();
        for forms in words {
            let mut holding = PageSet::none(self.core.collection.pages);
            for form in forms {
                holding.unite(&self.exactly(form)?);
            }
            left.intersect(&holding);
        }
        let mut found = PageSet::none(self.core.collection.pages);
        if words.is_empty() || left.is_empty() || !self.plan.missing.is_empty() {
            return Ok(found);
        }
        let mut positions: Vec<Vec<Positions>> = Vec::new();
        for forms in words {
            let read = |form: &String| Positions::read(self.index, self.core, self.plan, form, &left);
            positions.push(forms.iter().map(read).collect::<Result<_>>()?);
        }
        for page in left.iter() {
            let places: Vec<Vec<u32>> = positions.iter().map(|forms| merged(forms, page)).collect();
            if fits(&places) {
                found.insert(page);
            }
        }
        Ok(found)
    }

    /// Pages that hold a word that begins so. All blocks that may have such words are read, however many: one word decides about a page.
    fn beginning(&mut self, stem: &str) -> Result<PageSet> {
        let mut found = PageSet::none(self.core.collection.pages);
        let Some(stem) = folded(stem) else { return Ok(found) };
        for Place::Part(id) | Place::Named(id) in self.index.blocks_with(self.core, &stem, usize::MAX) {
            self.plan.want(self.index, id);
            let Some(block) = self.index.terms(id) else { continue };
            let start = block.find(&stem).unwrap_or_else(|next| next);
            for (at, term) in block.terms().iter().enumerate().skip(start) {
                if !term.form.starts_with(&stem) {
                    break;
                }
                // A word with its marks is there without them, too, and so are those of a beginning.
                if !term.form.bytes().any(|byte| byte == WRITTEN as u8) {
                    self.add(self.index.postings(block, at), anywhere, &mut found)?;
                }
            }
        }
        Ok(found)
    }

    /// Pages that hold a word or one of its family.
    fn holding(&mut self, word: &str, within: Within) -> Result<PageSet> {
        let mut found = PageSet::none(self.core.collection.pages);
        for form in self.forms(word) {
            self.add(form.postings(self.index), within, &mut found)?;
        }
        Ok(found)
    }

    /// Pages that hold just this form.
    fn exactly(&mut self, form: &str) -> Result<PageSet> {
        let mut found = PageSet::none(self.core.collection.pages);
        if let Some(block) = self.plan.block(self.index, self.core, form)
            && let Ok(term) = block.find(form)
        {
            self.add(self.index.postings(block, term), anywhere, &mut found)?;
        }
        Ok(found)
    }

    fn forms(&mut self, word: &str) -> Vec<PlacedForm> {
        look_up(self.index, self.core, self.plan, word, false, &[]).forms
    }

    /// Adds the pages of a list, or notes the part that must be loaded for it.
    fn add(&mut self, list: Result<PostingList, Option<PartId>>, within: Within, found: &mut PageSet) -> Result<()> {
        match list {
            Ok(list) => list.for_each(self.core.collection.pages, |posting| {
                if within(posting) {
                    found.insert(posting.page);
                }
            }),
            Err(part) => {
                part.into_iter().for_each(|part| self.plan.want(self.index, part));
                Ok(())
            }
        }
    }
}

/// The words of a text that aren't made of others, in order.
fn leaves(words: &str) -> Vec<String> {
    text::words(words).filter(|word| word.kind.is_leaf()).map(|word| word.term.into_owned()).collect()
}

/// A word's beginning as the dictionary would have it.
fn folded(stem: &str) -> Option<String> {
    text::words(stem).find(|word| word.kind != Kind::Marked).map(|word| word.term.into_owned())
}
