//! Parts in packs: where they lie, within which bounds, and what damage does.

use std::collections::BTreeMap;

use bifocal::build::Built;
use bifocal::index::pack::{Bounds, File, Head, Place, lay_out};
use bifocal::index::{Core, Entry, Kind, Packer, PartId, RawPart, gunzip};
use bifocal::{ErrorKind, Result};
use proptest::prelude::*;

use super::{index_of, page, pages};

/// An index of some dozen parts, positions and postings apart among them.
fn built() -> Built {
    let words = |number: usize| (0..60).map(|at| format!("word{} ", number * 37 + at * 11)).collect::<String>();
    let more =
        (0..40).map(|number| page(&format!("{number}.html"), "A page", &[("One", &words(number)), ("Two", "bees")]));
    index_of(pages().into_iter().chain(more).collect())
}

/// The files of `built` within `bounds`, and its entry then.
fn files(built: &Built, bounds: Bounds) -> Result<(Vec<File>, Entry)> {
    let mut entry = built.entry.clone();
    let parts: Vec<_> = built.parts.iter().map(|part| (part.id, Packer::new().pack(part))).collect();
    let files = lay_out(parts, &core(built), &mut entry, bounds)?;
    Ok((files, entry))
}

fn core(built: &Built) -> Core {
    let part = built.parts.iter().find(|part| part.id.kind == Kind::Core).unwrap();
    Core::read(RawPart::contents(part.id, &part.bytes).unwrap()).unwrap()
}

/// Finds every part of `built` in its packs.
fn check(built: &Built, files: &[File], entry: &Entry) {
    let packs = entry.packs.as_ref().unwrap();
    let paths: Vec<String> = (0..files.len()).map(|number| packs.path(number)).collect();
    assert_eq!(files.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>(), paths);
    assert_eq!(packs.files as usize, files.len());
    let head = Head::read(&files[0].1).unwrap();
    let inner = Entry { generation: entry.generation.clone(), packs: entry.packs.clone(), ..head.entry.clone() };
    assert_eq!(&inner, entry);
    let core_id = PartId::from_path(&entry.core).unwrap();
    let core = gunzip("the core", &head.core, entry.largest_part).unwrap();
    let core = Core::read(RawPart::contents(core_id, &core).unwrap()).unwrap();
    let directory = head.directory(&core).unwrap();
    assert_eq!(directory.packs(), files.len());
    for part in built.parts.iter().filter(|part| part.id != core_id) {
        let Place { pack, start, length } = directory.find(part.id).unwrap();
        let bytes = &files[pack].1[start as usize..(start + length) as usize];
        assert_eq!(gunzip("a part", bytes, entry.largest_part).unwrap(), part.bytes, "{}", part.id);
    }
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    directory.places().for_each(|(kind, _)| *kinds.entry(kind).or_default() += 1);
    let counted = |kind| built.parts.iter().filter(|part| part.id.kind == kind).count();
    assert!(kinds.iter().all(|(&kind, &count)| counted(kind) == count), "{kinds:?}");
    assert_eq!(kinds.values().sum::<usize>(), built.parts.len() - 1);
    assert_eq!(directory.find(PartId { kind: Kind::Terms, hash: 5 }), None);
}

#[test]
fn without_bounds_each_part_is_a_file() {
    let built = built();
    let (files, entry) = files(&built, Bounds::default()).unwrap();
    assert_eq!(entry, built.entry);
    let names: Vec<String> = built.parts.iter().map(|part| part.id.to_string()).collect();
    assert_eq!(files.into_iter().map(|(path, _)| path).collect::<Vec<_>>(), names);
}

#[test]
fn a_single_file_holds_all_and_a_size_divides_it() {
    let built = built();
    let bounds = Bounds { fewest: true, ..Bounds::default() };
    let (one, entry) = files(&built, bounds).unwrap();
    assert_eq!(one.len(), 1);
    check(&built, &one, &entry);
    let bytes = one[0].1.len() as u64 / 3;
    let (several, entry) = files(&built, Bounds { bytes, ..bounds }).unwrap();
    assert!((4..=6).contains(&several.len()), "{}", several.len());
    assert!(several.iter().all(|(_, pack)| pack.len() as u64 <= bytes));
    check(&built, &several, &entry);
}

#[test]
fn any_number_of_files_is_kept_to() {
    let built = built();
    for bound in 1..=built.parts.len() {
        let (files, entry) = files(&built, Bounds { files: bound, ..Bounds::default() }).unwrap();
        assert!(files.len() <= bound, "{} of {bound}", files.len());
        if bound < built.parts.len() {
            check(&built, &files, &entry);
        }
    }
}

#[test]
fn the_same_parts_are_the_same_packs_under_the_same_names() {
    let built = built();
    let bounds = |files| Bounds { files, ..Bounds::default() };
    assert_eq!(files(&built, bounds(5)).unwrap(), files(&built, bounds(5)).unwrap());
    let generation = |files_at_most| files(&built, bounds(files_at_most)).unwrap().1.generation;
    assert!(generation(5) != generation(1) && generation(1) != built.entry.generation);
}

#[test]
fn bounds_that_cannot_be_met_are_errors_with_the_way_out() {
    let built = built();
    let largest = built.parts.iter().map(|part| Packer::new().pack(part).len() as u64).max().unwrap();
    for (bounds, expected) in [
        (Bounds { bytes: largest - 1, ..Bounds::default() }, "--max-file-size is"),
        (Bounds { files: 1, bytes: largest + 9, fewest: false }, "--max-files is 1, --max-file-size"),
        (Bounds { files: 2, bytes: largest + 9, fewest: true }, "--max-files is 2, --max-file-size"),
    ] {
        let error = files(&built, bounds).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains(expected) && error.way_out().is_some(), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever stands in a first pack: an error, or places that may be wrong, which the hashes of parts find out.
    #[test]
    fn a_damaged_head_never_panics(at in any::<prop::sample::Index>(), byte: u8, cut in prop::option::of(any::<prop::sample::Index>())) {
        let built = index_of(pages());
        let (files, entry) = files(&built, Bounds { fewest: true, ..Bounds::default() }).unwrap();
        let mut bytes = files[0].1.clone();
        let head = entry.packs.unwrap().head as usize + 400;
        bytes[at.index(head)] = byte;
        if let Some(cut) = cut {
            bytes.truncate(cut.index(head));
        }
        let _ = Head::length(&bytes);
        if let Ok(read) = Head::read(&bytes) && let Ok(directory) = read.directory(&core(&built)) {
            for part in &built.parts {
                let _ = directory.find(part.id);
            }
        }
    }
}
