//! Names of parts of which there are many, dictionary blocks and text parts: in the core, or in *runs* of neighbours' names that
//! are parts of their own, so that a query on a large site loads the names of the parts that it needs and not those of all.
//!
//! ```text
//! blocks := 0 firsts | 1 firsts count*       the blocks; or runs of their names, and how many blocks each names
//! texts  := 0 starts | 1 starts              the text parts; or runs of their names
//! starts := count (Δpage section hash[6])*   first page and section
//! ```
//! A run begins with what its first part begins with, and its contents are `firsts` or `starts` again.

use super::firsts::{Firsts, block_of, read_firsts, write_firsts};
use super::{Core, Index, Kind, PartId};
use crate::Result;
use crate::bytes::{Reader, Writer, damaged};
use crate::corpus::{Ordinal, PageId};

/// The names of dictionary blocks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BlockNames {
    /// The first form and the hash of each block, or of each run, in order.
    pub listed: Vec<(String, u64)>,
    /// How many blocks each run names; none if blocks are listed.
    pub runs: Vec<u32>,
}

/// The names of text parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TextNames {
    /// Where each part, or each run, begins, in order.
    pub listed: Vec<TextStart>,
    /// Whether runs are listed.
    pub in_runs: bool,
}

/// The first page and section of a text part, or of a run of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextStart {
    /// Its first page.
    pub page: PageId,
    /// The first section of that page that it holds.
    pub section: Ordinal,
    /// Its hash.
    pub hash: u64,
}

/// What is known of where something lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In this part.
    Part(PartId),
    /// In a part that this run names, which must be loaded first.
    Named(PartId),
}

impl BlockNames {
    /// How many blocks there are.
    pub fn count(&self) -> usize {
        if self.runs.is_empty() { self.listed.len() } else { self.runs.iter().map(|&run| run as usize).sum() }
    }

    pub(super) fn kind(&self) -> Kind {
        if self.runs.is_empty() { Kind::Terms } else { Kind::Blocks }
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.0.push(u8::from(!self.runs.is_empty()));
        write_firsts(&self.listed, out);
        self.runs.iter().for_each(|&run| out.number(run.into()));
    }

    pub(super) fn read(reader: &mut Reader) -> Result<Self> {
        let in_runs = reader.byte()? == 1;
        let listed = read_firsts(reader)?;
        let mut runs = Vec::new();
        if in_runs {
            let mut sum = 0u32;
            for _ in &listed {
                runs.push(reader.small()?);
                sum =
                    sum.checked_add(runs[runs.len() - 1]).ok_or_else(|| damaged("more blocks than can be numbered"))?;
            }
        }
        Ok(Self { listed, runs })
    }
}

impl TextNames {
    pub(super) fn kind(&self) -> Kind {
        if self.in_runs { Kind::Texts } else { Kind::Text }
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.0.push(u8::from(self.in_runs));
        write_starts(&self.listed, out);
    }

    pub(super) fn read(reader: &mut Reader, pages: u32) -> Result<Self> {
        let in_runs = reader.byte()? == 1;
        Ok(Self { listed: read_starts(reader, pages)?, in_runs })
    }
}

/// The contents of a run of names of dictionary blocks.
#[cfg(feature = "native")]
pub fn write_block_run(names: &[(String, u64)]) -> Vec<u8> {
    let mut out = Writer::default();
    write_firsts(names, &mut out);
    out.0
}

/// The contents of a run of names of text parts.
#[cfg(feature = "native")]
pub fn write_text_run(names: &[TextStart]) -> Vec<u8> {
    let mut out = Writer::default();
    write_starts(names, &mut out);
    out.0
}

/// Reads the run of names of that hash, and checks that it names as many blocks as the core says.
pub(super) fn read_block_run(bytes: &[u8], hash: u64, core: &BlockNames) -> Result<Firsts> {
    let mut reader = Reader::new(bytes);
    let names = read_firsts(&mut reader)?;
    reader.end()?;
    let runs = core.listed.iter().zip(&core.runs);
    match runs.filter(|((_, listed), _)| *listed == hash).any(|(_, &count)| count as usize == names.len()) {
        true => Ok(names),
        false => Err(damaged("another number of blocks than the core states")),
    }
}

pub(super) fn read_text_run(bytes: &[u8], pages: u32) -> Result<Vec<TextStart>> {
    let mut reader = Reader::new(bytes);
    let names = read_starts(&mut reader, pages)?;
    reader.end()?;
    Ok(names)
}

fn write_starts(starts: &[TextStart], out: &mut Writer) {
    out.count(starts.len());
    let mut last = 0;
    for start in starts {
        out.number(u64::from(start.page.0 - last));
        out.number(u64::from(start.section.0));
        out.hash(start.hash);
        last = start.page.0;
    }
}

#[inline(never)]
fn read_starts(reader: &mut Reader, pages: u32) -> Result<Vec<TextStart>> {
    let mut starts: Vec<TextStart> = Vec::new();
    for _ in 0..reader.count(8)? {
        let last = starts.last().map_or(0, |start| start.page.0);
        let page = last.checked_add(reader.small()?).filter(|&page| page < pages);
        let page = PageId(page.ok_or_else(|| damaged("text of a page that the index does not have"))?);
        let start = TextStart { page, section: Ordinal(reader.small()?), hash: reader.hash()? };
        if starts.last().is_some_and(|last| (start.page, start.section) <= (last.page, last.section)) {
            return Err(damaged("text parts out of order"));
        }
        starts.push(start);
    }
    Ok(starts)
}

/// The hash of the part that holds a section, or whose run names it.
fn text_in(starts: &[TextStart], page: PageId, section: Ordinal) -> Option<u64> {
    let at = starts.partition_point(|start| (start.page, start.section) <= (page, section));
    Some(starts[at.checked_sub(1)?].hash)
}

impl Index {
    /// Where the block lies in which `form` is or would be; none if the dictionary is empty.
    pub fn block_for(&self, core: &Core, form: &str) -> Option<Place> {
        self.blocks_with(core, form, 1).first().copied()
    }

    /// Where the blocks lie, at most `most`, that hold forms beginning with `prefix`: the one in which `prefix` is or would be,
    /// and those after it. A run that is not loaded stands for all that it names.
    pub fn blocks_with(&self, core: &Core, prefix: &str, most: usize) -> Vec<Place> {
        let mut places = Vec::new();
        let listed = &core.terms.listed;
        for &(ref first, hash) in listed.iter().skip(block_of(listed, prefix)) {
            if places.len() == most || !(places.is_empty() || first.starts_with(prefix)) {
                break;
            }
            if core.terms.runs.is_empty() {
                places.push(Place::Part(PartId { kind: Kind::Terms, hash }));
                continue;
            }
            let run = PartId { kind: Kind::Blocks, hash };
            let Some(names) = self.block_run(run) else {
                places.push(Place::Named(run));
                continue;
            };
            for &(ref first, hash) in &names[block_of(names, prefix).min(names.len())..] {
                if places.len() == most || !(places.is_empty() || first.starts_with(prefix)) {
                    break;
                }
                places.push(Place::Part(PartId { kind: Kind::Terms, hash }));
            }
        }
        places
    }

    /// The number of the block in which `form` is or would be, once its run is loaded: by it the places of positions go.
    pub fn block_number(&self, core: &Core, form: &str) -> Option<usize> {
        let at = block_of(&core.terms.listed, form);
        if core.terms.runs.is_empty() {
            return Some(at);
        }
        let names = self.block_run(PartId { kind: Kind::Blocks, hash: core.terms.listed.get(at)?.1 })?;
        Some(core.terms.runs[..at].iter().map(|&run| run as usize).sum::<usize>() + block_of(names, form))
    }

    /// Where the text of a section lies; none if there is no such text.
    pub fn text_for(&self, core: &Core, page: PageId, section: Ordinal) -> Option<Place> {
        let hash = text_in(&core.text.listed, page, section)?;
        if !core.text.in_runs {
            return Some(Place::Part(PartId { kind: Kind::Text, hash }));
        }
        let run = PartId { kind: Kind::Texts, hash };
        let Some(names) = self.text_run(run) else { return Some(Place::Named(run)) };
        Some(Place::Part(PartId { kind: Kind::Text, hash: text_in(names, page, section)? }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{Head, RawPart};

    fn start(page: u32, section: u32, hash: u64) -> TextStart {
        TextStart { page: PageId(page), section: Ordinal(section), hash }
    }

    fn blocks() -> Vec<(String, u64)> {
        ["and", "borrow", "borrower", "zoo"].into_iter().zip(1..).map(|(form, hash)| (form.to_owned(), hash)).collect()
    }

    fn texts() -> Vec<TextStart> {
        vec![start(0, 0, 10), start(3, 2, 11), start(3, 7, 12)]
    }

    /// Two runs of blocks and two of texts, and the same names without runs; of the first, every part if it is to be `loaded`.
    fn indexes(loaded: bool) -> [(Index, Core); 2] {
        let collection = crate::lexical::Collection { pages: 9, ..Default::default() };
        let plain = Core {
            collection,
            lengths: crate::lexical::PageLengths::new(&[Default::default(); 9]),
            terms: BlockNames { listed: blocks(), runs: Vec::new() },
            text: TextNames { listed: texts(), in_runs: false },
            ..Core::default()
        };
        let (blocks, texts) = (blocks(), texts());
        let mut parts = Vec::new();
        let mut run = |kind, contents: Vec<u8>| {
            parts.push(RawPart::new(kind, &contents).unwrap());
            parts[parts.len() - 1].id.hash
        };
        let listed =
            [&blocks[..3], &blocks[3..]].map(|names| (names[0].0.clone(), run(Kind::Blocks, write_block_run(names))));
        let starts = [&texts[..2], &texts[2..]]
            .map(|names| TextStart { hash: run(Kind::Texts, write_text_run(names)), ..names[0] });
        let runs = Core {
            terms: BlockNames { listed: listed.to_vec(), runs: vec![3, 1] },
            text: TextNames { listed: starts.to_vec(), in_runs: true },
            ..plain.clone()
        };
        [runs, plain].map(|core| {
            let part = RawPart::new(Kind::Core, &core.write()).unwrap();
            let mut index = Index::open(Head { core: part.id, pages: 9 });
            index.supply(&part.id.to_string(), &part.bytes).unwrap();
            for part in parts.iter().filter(|_| loaded && core.text.in_runs) {
                index.supply(&part.id.to_string(), &part.bytes).unwrap();
            }
            (index, core)
        })
    }

    #[test]
    fn runs_name_what_a_list_names() {
        let [(runs, of_runs), (plain, of_plain)] = indexes(true);
        for form in ["", "a", "and", "bored", "bo", "borrow", "borrowed", "borrowers", "x", "zoo", "zzz"] {
            for most in 1..4 {
                let [found, expected] =
                    [runs.blocks_with(&of_runs, form, most), plain.blocks_with(&of_plain, form, most)];
                assert_eq!(found, expected, "{most} blocks with {form:?}");
            }
            assert_eq!(runs.block_number(&of_runs, form), plain.block_number(&of_plain, form), "{form:?}");
        }
        for page in 0..9 {
            for section in 0..9 {
                let [found, expected] = [(&runs, &of_runs), (&plain, &of_plain)]
                    .map(|(index, core)| index.text_for(core, PageId(page), Ordinal(section)));
                assert_eq!(found, expected, "section {section} of page {page}");
            }
        }
        assert_eq!(of_runs.terms.count(), of_plain.terms.count());
    }

    #[test]
    fn a_list_knows_where_things_lie() {
        let [_, (index, core)] = indexes(false);
        let hash = |place| match place {
            Place::Part(part) | Place::Named(part) => part.hash,
        };
        let block = |form| index.block_for(&core, form).map(hash);
        assert_eq!(["a", "and", "bored", "borrowed", "zzz"].map(block), [1, 1, 1, 2, 4].map(Some));
        let with = |prefix| index.blocks_with(&core, prefix, 2).into_iter().map(hash).collect::<Vec<_>>();
        assert_eq!((with("bo"), with("borrow"), with("x")), (vec![1, 2], vec![2, 3], vec![3]));
        let text = |page, section| index.text_for(&core, PageId(page), Ordinal(section)).map(hash);
        assert_eq!([text(0, 5), text(3, 1), text(3, 2), text(3, 6), text(8, 0)], [10, 10, 11, 11, 12].map(Some));
    }

    #[test]
    fn a_run_is_asked_for_before_what_it_names() {
        let [(index, core), _] = indexes(false);
        let [first, second] = [0, 1].map(|at| PartId { kind: Kind::Blocks, hash: core.terms.listed[at].1 });
        assert_eq!(index.blocks_with(&core, "borrow", 2), [Place::Named(first)]);
        assert_eq!(index.blocks_with(&core, "zoo", 2), [Place::Named(second)]);
        assert_eq!(index.block_number(&core, "zoo"), None);
        let run = PartId { kind: Kind::Texts, hash: core.text.listed[0].hash };
        assert_eq!(index.text_for(&core, PageId(2), Ordinal(0)), Some(Place::Named(run)));
    }

    #[test]
    fn damage_is_found() {
        let whole = write_block_run(&blocks());
        let stated = |count| BlockNames { listed: vec![("and".into(), 7)], runs: vec![count] };
        assert_eq!(read_block_run(&whole, 7, &stated(4)).unwrap(), blocks());
        assert!(read_block_run(&whole, 7, &stated(3)).is_err() && read_block_run(&whole, 6, &stated(4)).is_err());
        (0..whole.len()).for_each(|end| assert!(read_block_run(&whole[..end], 7, &stated(4)).is_err(), "cut at {end}"));
        let whole = write_text_run(&texts());
        (0..whole.len()).for_each(|end| assert!(read_text_run(&whole[..end], 9).is_err(), "cut at {end}"));
        assert!(read_text_run(&whole, 3).is_err(), "a page that there is not");
        let reversed: Vec<TextStart> =
            texts().into_iter().rev().map(|start| TextStart { page: PageId(0), ..start }).collect();
        assert!(read_text_run(&write_text_run(&reversed), 9).is_err(), "out of order");
    }
}
