//! The core: which part holds what.
//!
//! ```text
//! core    := pages sections passages average[3×4] endings terms positions[6] text cells words general spelling fields
//! endings := count ending*
//! terms   := as in `firsts`                          the dictionary blocks
//! positions                                          the hash of the places of positions
//! text    := count (Δpage ordinal hash[6])*          first page and section of each text part
//! cells   := as in `cells`
//! words   := 0 | 1 code                              how words' vectors are packed, as in `vector::RowCode`
//! general := 0 | 1 hash[6]                           the directory of general words
//! spelling := 0 | 1 hash[6]                          where lists of words lie
//! fields  := as in `fields`
//! ```
//! It is loaded by every reader, so nothing here grows with the pages themselves, only with the number of parts.

use super::firsts::{block_of, read_firsts, write_firsts};
use super::{Cells, FieldRef, Kind, PartId};
use crate::Result;
use crate::bytes::{Reader, Writer, damaged};
use crate::corpus::{Ordinal, PageId};
use crate::lexical::{Collection, Lengths};
use crate::vector::RowCode;

/// The directory of an index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Core {
    /// Pages and the average lengths of their fields.
    pub collection: Collection,
    /// How many sections.
    pub sections: u32,
    /// How many passages.
    pub passages: u32,
    /// Endings that the site's families of forms show.
    pub endings: Vec<String>,
    /// The first form and the hash of each dictionary block, in order.
    pub terms: Vec<(String, u64)>,
    /// The hash of the places of positions.
    pub positions: u64,
    /// How the vectors of words are packed that lie in the blocks, if there are any.
    pub words: Option<RowCode>,
    /// The hash of the directory of general words, if there are any.
    pub general: Option<u64>,
    /// The hash of what names the lists of words that misspelt ones may mean, if there are any.
    pub spelling: Option<u64>,
    /// Where each text part begins, in order.
    pub text: Vec<TextStart>,
    /// The vector rows.
    pub cells: Cells,
    /// The fields of pages, in the order of their names.
    pub fields: Vec<FieldRef>,
}

/// The first page and section of a text part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextStart {
    /// Its first page.
    pub page: PageId,
    /// The first section of that page that it holds.
    pub section: Ordinal,
    /// Its hash.
    pub hash: u64,
}

impl Core {
    /// The number of the block in which `form` is or would be.
    pub fn block_of(&self, form: &str) -> usize {
        block_of(&self.terms, form)
    }

    /// The block in which `form` is or would be.
    pub fn terms_for(&self, form: &str) -> Option<PartId> {
        self.terms.get(self.block_of(form)).map(|&(_, hash)| PartId { kind: Kind::Terms, hash })
    }

    /// The blocks, at most `most`, that hold forms beginning with `prefix`.
    pub fn terms_with(&self, prefix: &str, most: usize) -> Vec<PartId> {
        let first = self.block_of(prefix);
        let rest = self.terms.iter().enumerate().skip(first);
        rest.take_while(|(at, (start, _))| *at == first || start.starts_with(prefix))
            .take(most)
            .map(|(_, &(_, hash))| PartId { kind: Kind::Terms, hash })
            .collect()
    }

    /// The text part that holds a section.
    pub fn text_for(&self, page: PageId, section: Ordinal) -> Option<PartId> {
        let at = self.text.partition_point(|start| (start.page, start.section) <= (page, section));
        self.text.get(at.checked_sub(1)?).map(|start| PartId { kind: Kind::Text, hash: start.hash })
    }

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
        self.fields.iter().for_each(|field| name(Kind::Field, field.hash));
        self.terms.iter().for_each(|&(_, hash)| name(Kind::Terms, hash));
        self.text.iter().for_each(|start| name(Kind::Text, start.hash));
        self.cells.parts.iter().for_each(|cell| name(Kind::Vectors, cell.hash));
        if !self.cells.parts.is_empty() {
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
        out.count(self.endings.len());
        self.endings.iter().for_each(|ending| out.text(ending));
        write_firsts(&self.terms, &mut out);
        out.hash(self.positions);
        out.count(self.text.len());
        let mut last = 0;
        for start in &self.text {
            out.number(u64::from(start.page.0 - last));
            out.number(u64::from(start.section.0));
            out.hash(start.hash);
            last = start.page.0;
        }
        self.cells.write(&mut out);
        out.0.push(u8::from(self.words.is_some()));
        if let Some(code) = self.words {
            code.write(&mut out);
        }
        for hash in [self.general, self.spelling] {
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
        let endings = (0..reader.count(1)?).map(|_| Ok(reader.text()?.to_owned())).collect::<Result<_>>()?;
        let terms = read_firsts(&mut reader)?;
        let positions = reader.hash()?;
        let mut text: Vec<TextStart> = Vec::new();
        for _ in 0..reader.count(8)? {
            let last = text.last().map_or(0, |start| start.page.0);
            let page = last.checked_add(reader.small()?).filter(|&page| page < pages);
            let page = PageId(page.ok_or_else(|| damaged("text of a page that the index does not have"))?);
            let start = TextStart { page, section: Ordinal(reader.small()?), hash: reader.hash()? };
            if text.last().is_some_and(|last| (start.page, start.section) <= (last.page, last.section)) {
                return Err(damaged("text parts out of order"));
            }
            text.push(start);
        }
        let cells = Cells::read(&mut reader)?;
        let words = if reader.byte()? == 1 { Some(RowCode::read(&mut reader)?) } else { None };
        if words.is_some_and(|code| code.dims() != cells.code.dims()) {
            return Err(damaged("words in another space than the rows"));
        }
        let mut hash = || if reader.byte()? == 1 { Ok(Some(reader.hash()?)) } else { Ok(None) };
        let (general, spelling) = (hash()?, hash()?);
        if general.is_some() && words.is_none() {
            return Err(damaged("general words beside words without vectors"));
        }
        let fields = FieldRef::read_all(&mut reader)?;
        reader.end()?;
        let collection = Collection { pages, average };
        Ok(Self {
            collection,
            sections,
            passages,
            endings,
            terms,
            positions,
            words,
            general,
            spelling,
            text,
            cells,
            fields,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{FieldKind, VectorsRef};
    use crate::vector::{self, Centroids, RowCode};

    fn cells() -> Cells {
        let code = RowCode::new(32, 0, 0.5).unwrap();
        let rows = vector::pack(code, &[[0.25; 32], [-0.5; 32]]).unwrap();
        Cells {
            source: 384,
            code,
            projection: 40,
            centroids: Centroids::open(vec![0.5; 32], code, 2, rows).unwrap(),
            probes: 1,
            recall: 0.96,
            kept: 0.9,
            cut_off: 0.25,
            parts: vec![VectorsRef { rows: 5, hash: 20 }, VectorsRef { rows: 3, hash: 21 }],
            graph: Some(30),
        }
    }

    fn core() -> Core {
        let start = |page, section, hash| TextStart { page: PageId(page), section: Ordinal(section), hash };
        Core {
            collection: Collection { pages: 9, average: Lengths { title: 3.0, heading: 4.5, body: 200.0 } },
            sections: 20,
            passages: 30,
            endings: vec![String::new(), "s".into()],
            terms: vec![("and".into(), 1), ("borrow".into(), 2), ("borrower".into(), 3), ("zoo".into(), 4)],
            text: vec![start(0, 0, 10), start(3, 2, 11), start(3, 7, 12)],
            positions: 5,
            words: Some(cells().code),
            general: Some(50),
            spelling: Some(60),
            cells: cells(),
            fields: vec![FieldRef { name: "lang".into(), kind: FieldKind::Text, hash: 60 }],
        }
    }

    #[test]
    fn it_reads_back_and_damage_is_found() {
        let bytes = core().write();
        assert_eq!(Core::read(&bytes).unwrap(), core());
        for end in 0..bytes.len() {
            assert!(Core::read(&bytes[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn it_knows_where_things_lie() {
        let core = core();
        let terms = |form| core.terms_for(form).map(|part| part.hash);
        assert_eq!(
            [terms("a"), terms("and"), terms("bored"), terms("borrowed"), terms("zzz")],
            [1, 1, 1, 2, 4].map(Some)
        );
        let with = |prefix| core.terms_with(prefix, 2).iter().map(|part| part.hash).collect::<Vec<_>>();
        assert_eq!((with("bo"), with("borrow"), with("x")), (vec![1, 2], vec![2, 3], vec![3]));
        let text = |page, section| core.text_for(PageId(page), Ordinal(section)).map(|part| part.hash);
        assert_eq!([text(0, 5), text(3, 1), text(3, 2), text(3, 6), text(8, 0)], [10, 10, 11, 11, 12].map(Some));
    }
}
