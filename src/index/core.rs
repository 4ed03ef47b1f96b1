//! The core: which part holds what.
//!
//! ```text
//! core    := pages sections passages average[3×4] unit lengths endings terms positions[6] text cells words general spelling rules related fields
//! unit    := what postings count one occurrence in a text
//! lengths := as in `lexical::length`
//! endings := count ending*
//! terms   := as `blocks` in `names`                  the dictionary blocks
//! positions                                          the hash of the places of positions
//! text    := as `texts` in `names`                   the text parts
//! cells   := as in `cells`
//! words   := 0 | 1 code                              how words' vectors are packed, as in `vector::RowCode`
//! general := 0 | 1 hash[6]                           the directory of general words
//! spelling := 0 | 1 hash[6]                          where lists of words lie
//! rules   := 0 | 1 hash[6]                           what the owner says about ranking
//! related := 0 | 1 hash[6]                           where it lies which pages are like which
//! fields  := as in `fields`
//! ```
//! It is loaded by every reader, so nothing here grows with the pages themselves but their lengths, and on large sites not even with
//! the number of parts: these are named in runs, which are parts of their own.

use super::{BlockNames, Cells, FieldRef, Kind, PartId, TextNames};
use crate::Result;
use crate::bytes::{Reader, Writer, damaged};
use crate::lexical::{Collection, Lengths, PageLengths};
use crate::vector::RowCode;

/// The directory of an index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Core {
    /// Pages and the average lengths of their fields.
    pub collection: Collection,
    /// The lengths of each page's fields.
    pub lengths: PageLengths,
    /// How many sections.
    pub sections: u32,
    /// How many passages.
    pub passages: u32,
    /// Endings that the site's families of forms show.
    pub endings: Vec<String>,
    /// The dictionary blocks.
    pub terms: BlockNames,
    /// The hash of the places of positions.
    pub positions: u64,
    /// How the vectors of words are packed that lie in the blocks, if there are any.
    pub words: Option<RowCode>,
    /// The hash of the directory of general words, if there are any.
    pub general: Option<u64>,
    /// The hash of what names the lists of words that misspelt ones may mean, if there are any.
    pub spelling: Option<u64>,
    /// What the owner of the site says about ranking, if they say anything.
    pub rules: Option<u64>,
    /// Where it lies which pages are like which, if that is known.
    pub related: Option<u64>,
    /// The text parts.
    pub text: TextNames,
    /// The vector rows.
    pub cells: Cells,
    /// The fields of pages, in the order of their names.
    pub fields: Vec<FieldRef>,
}

impl Core {
    /// The parts that the core names, in the order in which packs hold them: what is wanted together lies together.
    pub fn named(&self) -> Vec<PartId> {
        let mut named = Vec::new();
        let mut name = |kind, hash| named.push(PartId { kind, hash });
        name(Kind::Places, self.positions);
        if let Some(hash) = self.general {
            name(Kind::Directory, hash);
        }
        if let Some(hash) = self.spelling {
            name(Kind::Spelling, hash);
        }
        if let Some(hash) = self.rules {
            name(Kind::Rules, hash);
        }
        if let Some(hash) = self.related {
            name(Kind::Relations, hash);
        }
        self.fields.iter().for_each(|field| name(Kind::Field, field.hash));
        self.terms.listed.iter().for_each(|&(_, hash)| name(self.terms.kind(), hash));
        self.text.listed.iter().for_each(|start| name(self.text.kind(), start.hash));
        self.cells.named().into_iter().for_each(|id| name(id.kind, id.hash));
        if self.cells.count() > 0 {
            name(Kind::Projection, self.cells.projection);
        }
        if let Some(hash) = self.cells.graph {
            name(Kind::Graph, hash);
        }
        named
    }

    /// Writes the contents of a core part.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        for count in [self.collection.pages, self.sections, self.passages] {
            out.number(u64::from(count));
        }
        let Lengths { title, heading, body } = self.collection.average;
        [title, heading, body].iter().for_each(|&length| out.float(length));
        out.number(u64::from(self.collection.unit));
        out.raw(self.lengths.bytes());
        out.count(self.endings.len());
        self.endings.iter().for_each(|ending| out.text(ending));
        self.terms.write(&mut out);
        out.hash(self.positions);
        self.text.write(&mut out);
        self.cells.write(&mut out);
        out.0.push(u8::from(self.words.is_some()));
        if let Some(code) = self.words {
            code.write(&mut out);
        }
        for hash in [self.general, self.spelling, self.rules, self.related] {
            out.0.push(u8::from(hash.is_some()));
            if let Some(hash) = hash {
                out.hash(hash);
            }
        }
        FieldRef::write_all(&self.fields, &mut out);
        out.0
    }

    /// Reads the contents of a core part and checks every order that look-ups rely on.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes);
        let [pages, sections, passages] = [reader.small()?, reader.small()?, reader.small()?];
        let mut length = || {
            let length = reader.float()?;
            if length.is_finite() && length >= 0.0 {
                Ok(length)
            } else {
                Err(damaged("an average length that is none"))
            }
        };
        let average = Lengths { title: length()?, heading: length()?, body: length()? };
        let unit = reader.small()?;
        if unit == 0 {
            return Err(damaged("occurrences that count nothing"));
        }
        let lengths = PageLengths::read(&mut reader, pages)?;
        let endings = (0..reader.count(1)?).map(|_| Ok(reader.text()?.to_owned())).collect::<Result<_>>()?;
        let terms = BlockNames::read(&mut reader)?;
        let positions = reader.hash()?;
        let text = TextNames::read(&mut reader, pages)?;
        let cells = Cells::read(&mut reader)?;
        let words = if reader.byte()? == 1 { Some(RowCode::read(&mut reader)?) } else { None };
        if words.is_some_and(|code| code.dims() != cells.code.dims()) {
            return Err(damaged("words in another space than the rows"));
        }
        let mut hash = || if reader.byte()? == 1 { Ok(Some(reader.hash()?)) } else { Ok(None) };
        let [general, spelling, rules, related] = [hash()?, hash()?, hash()?, hash()?];
        if general.is_some() && words.is_none() {
            return Err(damaged("general words beside words without vectors"));
        }
        let fields = FieldRef::read_all(&mut reader)?;
        reader.end()?;
        let collection = Collection { pages, average, unit };
        Ok(Self {
            collection,
            lengths,
            sections,
            passages,
            endings,
            terms,
            positions,
            words,
            general,
            spelling,
            rules,
            related,
            text,
            cells,
            fields,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Ordinal, PageId};
    use crate::index::{CellList, FieldKind, Grouping, RegionRef, Regions, TextStart, VectorsRef};
    use crate::vector::{self, Centroids, RowCode};

    fn cells() -> Cells {
        let code = RowCode::new(32, 0, 0.5).unwrap();
        let rows = vector::pack(code, &[[0.25; 32], [-0.5; 32]]).unwrap();
        Cells {
            source: 384,
            code,
            projection: 40,
            grouping: Grouping::Cells(CellList {
                centroids: Centroids::open(vec![0.5; 32], code, 2, rows).unwrap(),
                parts: vec![VectorsRef { rows: 5, hash: 20 }, VectorsRef { rows: 3, hash: 21 }],
            }),
            probes: 1,
            reach: 0.5,
            recall: 0.96,
            kept: 0.9,
            cut_off: 0.25,
            graph: Some(30),
        }
    }

    fn regions() -> Regions {
        let Grouping::Cells(CellList { centroids, .. }) = cells().grouping else { panic!("cells in a list") };
        let parts = vec![RegionRef { cells: 2, rows: 8, hash: 22 }, RegionRef { cells: 9, rows: 50, hash: 23 }];
        Regions { centroids, probes: 2, code: cells().code, parts }
    }

    fn core() -> Core {
        Core {
            collection: Collection { pages: 9, average: Lengths { title: 3.0, heading: 4.5, body: 200.0 }, unit: 4 },
            lengths: PageLengths::new(&[Lengths { title: 2.0, heading: 4.0, body: 10.0 }; 9]),
            sections: 20,
            passages: 30,
            endings: vec![String::new(), "s".into()],
            terms: BlockNames { listed: vec![("and".into(), 1), ("borrow".into(), 2)], runs: vec![7, 5] },
            text: TextNames {
                listed: vec![TextStart { page: PageId(3), section: Ordinal(1), hash: 9 }],
                in_runs: true,
            },
            positions: 5,
            words: Some(cells().code),
            general: Some(50),
            spelling: Some(60),
            rules: Some(70),
            related: Some(80),
            cells: cells(),
            fields: vec![FieldRef { name: "lang".into(), kind: FieldKind::Text, hash: 60 }],
        }
    }

    #[test]
    fn it_reads_back_and_damage_is_found() {
        let in_regions = Cells { grouping: Grouping::Regions(regions()), ..cells() };
        for cells in [cells(), in_regions] {
            let core = Core { cells, ..core() };
            let bytes = core.write();
            assert_eq!(Core::read(&bytes).unwrap(), core);
            for end in 0..bytes.len() {
                assert!(Core::read(&bytes[..end]).is_err(), "cut at {end}");
            }
        }
    }

    #[test]
    fn a_region_reads_back_about_its_centre_and_damage_is_found() {
        let regions = regions();
        let Grouping::Cells(CellList { centroids, parts }) = cells().grouping else { panic!("cells in a list") };
        let centroids =
            Centroids::open(regions.centroids.centre(0), regions.code, 2, centroids.bytes().to_vec()).unwrap();
        let list = CellList { centroids, parts };
        let bytes = list.write_region();
        assert_eq!(regions.open(0, &bytes).unwrap(), list);
        assert!(regions.open(1, &bytes).is_err(), "the cells of another region");
        for end in 0..bytes.len() {
            assert!(regions.open(0, &bytes[..end]).is_err(), "cut at {end}");
        }
        let fewer =
            CellList { parts: vec![VectorsRef { rows: 5, hash: 20 }, VectorsRef { rows: 2, hash: 21 }], ..list };
        assert!(regions.open(0, &fewer.write_region()).is_err(), "fewer rows than the core states");
    }

    #[test]
    fn cells_and_rows_are_numbered_through() {
        let cells = Cells { grouping: Grouping::Regions(regions()), ..cells() };
        assert_eq!((cells.count(), cells.rows(), regions().ranges()), (11, 58, vec![0..2, 2..11]));
    }
}
