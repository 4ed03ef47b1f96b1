//! The column of a field: its values, which page has which of them, and in which cells the passages of those pages lie.
//!
//! ```text
//! column := kind values several page* size group*
//! values := count f64[8]*              of numbers, ascending
//!         | count text*                of dates by when they begin, of texts by their bytes
//!         |                            of yes and no: no is value 0, yes 1
//! page   := 0 | 1 + value              one for each page of the index, if several = 0
//!         | count (value - before)*    if several = 1: its values, ascending; each less the one before it, less one
//! size   := how many values in a row share a group; 0 if there are no cells, and then no group either
//! group  := count (cell - before)*     ascending, as values: the cells of the pages that have one of the group's values; the
//!                                      first group is that of the pages without a value
//! ```
//! The cells are why a filter costs a search by meaning little: it need not look for its nearest passages in cells where no page
//! passes.

use super::FieldKind;
#[cfg(feature = "native")]
use crate::bytes::Writer;
use crate::bytes::{Reader, damaged};
use crate::corpus::{PageId, PageSet, Span, Value};
use crate::{Error, Result};

/// A value's number in its column: values are numbered in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ValueId(pub u32);

/// A field's column, opened.
#[derive(Debug)]
pub struct Column {
    kind: FieldKind,
    pages: u32,
    /// The values of a field of texts or dates.
    texts: Vec<String>,
    /// The values of a field of numbers; when those of a field of dates begin.
    keys: Vec<f64>,
    /// For each page, where its values end among `values`.
    ends: Vec<u32>,
    values: Vec<ValueId>,
    /// How many values share a group.
    size: usize,
    /// The cells of each group, of which the first is that of pages without a value.
    groups: Vec<Vec<u32>>,
}

/// Some of a column's values, and perhaps the lack of any.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// Whether each value is among them.
    pub values: Vec<bool>,
    /// Whether pages without a value are meant as well.
    pub none: bool,
}

impl Chosen {
    /// Chooses all that was not chosen.
    pub fn invert(&mut self) {
        self.values.iter_mut().for_each(|value| *value = !*value);
        self.none = !self.none;
    }
}

impl Column {
    /// Opens the contents of a part, of an index with so many pages and cells.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Damaged`] if they are no such column.
    pub fn open(contents: &[u8], pages: u32, cells: u32) -> Result<Self> {
        let mut reader = Reader::new(contents);
        let kind = FieldKind::read(&mut reader)?;
        let (texts, keys) = read_values(&mut reader, kind)?;
        let count = if kind == FieldKind::Bool { 2 } else { texts.len().max(keys.len()) };
        let several = reader.byte()? == 1;
        let (mut ends, mut values) = (Vec::new(), Vec::new());
        for _ in 0..pages {
            let number = reader.small()?;
            if several {
                read_ascending(&mut reader, number, count, |value| values.push(ValueId(value)))?;
            } else if let Some(value) = number.checked_sub(1) {
                if value as usize >= count {
                    return Err(unknown());
                }
                values.push(ValueId(value));
            }
            ends.push(values.len() as u32);
        }
        let size = reader.small()? as usize;
        let mut groups = Vec::new();
        if size > 0 {
            for _ in 0..=count.div_ceil(size) {
                let mut group = Vec::new();
                let number = reader.small()?;
                read_ascending(&mut reader, number, cells as usize, |cell| group.push(cell))?;
                groups.push(group);
            }
        }
        reader.end()?;
        Ok(Self { kind, pages, texts, keys, ends, values, size, groups })
    }

    /// What the values are.
    pub fn kind(&self) -> FieldKind {
        self.kind
    }

    /// How many values there are.
    pub fn count(&self) -> usize {
        if self.kind == FieldKind::Bool { 2 } else { self.texts.len().max(self.keys.len()) }
    }

    /// A value.
    pub fn value(&self, id: ValueId) -> Value {
        let at = id.0 as usize;
        match self.kind {
            FieldKind::Bool => Value::Bool(at == 1),
            FieldKind::Number => Value::Number(self.keys.get(at).copied().unwrap_or_default()),
            _ => Value::Text(self.texts.get(at).cloned().unwrap_or_default()),
        }
    }

    /// The values of a page, ascending.
    pub fn of(&self, page: PageId) -> &[ValueId] {
        let at = page.0 as usize;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |&end| end as usize);
        self.ends.get(at).map_or(&[], |&end| &self.values[start..end as usize])
    }

    /// None of the values.
    pub fn nothing(&self) -> Chosen {
        Chosen { values: vec![false; self.count()], none: false }
    }

    /// Adds to `chosen` the values that equal `value`; of dates, those that begin within it.
    ///
    /// # Errors
    /// The field holds values of another kind; `name` is what the field is called.
    pub fn choose(&self, name: &str, value: &Value, chosen: &mut Chosen) -> Result<()> {
        let range = match (self.kind, value) {
            (FieldKind::Text, Value::Text(text)) => match self.texts.binary_search(text) {
                Ok(at) => at..at + 1,
                Err(at) => at..at,
            },
            (FieldKind::Bool, Value::Bool(value)) => usize::from(*value)..usize::from(*value) + 1,
            _ => {
                let (start, end) = self.bounds(name, value)?;
                let from = self.keys.partition_point(|&key| key < start);
                let to = self.keys.partition_point(|&key| key < end || key == start);
                from..to
            }
        };
        chosen.values[range].fill(true);
        Ok(())
    }

    /// How many values come before `value`, or if it is to be `passed`, how many come before its end.
    ///
    /// # Errors
    /// The field's values are not ordered, or `value` is of another kind; `name` is what the field is called.
    pub fn below(&self, name: &str, value: &Value, passed: bool) -> Result<usize> {
        if self.keys.is_empty() && !matches!(self.kind, FieldKind::Number | FieldKind::Date) {
            let message = ["the field ", name, " holds ", plural(self.kind), ", which have no range"];
            return Err(Error::new(crate::ErrorKind::Usage, message.concat()).hint("list the values instead"));
        }
        let (start, end) = self.bounds(name, value)?;
        let passes = |key: f64| if passed { key < end || key == start } else { key < start };
        Ok(self.keys.partition_point(|&key| passes(key)))
    }

    /// The pages that have one of the `chosen` values.
    pub fn pages(&self, chosen: &Chosen) -> PageSet {
        let mut pages = PageSet::none(self.pages);
        for page in (0..self.pages).map(PageId) {
            let values = self.of(page);
            if values.iter().any(|value| chosen.values[value.0 as usize]) || values.is_empty() && chosen.none {
                pages.insert(page);
            }
        }
        pages
    }

    /// Marks in `cells` those in which passages of pages lie that have one of the `chosen` values, and perhaps some others.
    pub fn mark_cells(&self, chosen: &Chosen, cells: &mut [bool]) {
        let meant = |group: usize| match group.checked_sub(1) {
            None => chosen.none,
            Some(group) => chosen.values.chunks(self.size).nth(group).is_some_and(|values| values.contains(&true)),
        };
        for (_, group) in self.groups.iter().enumerate().filter(|&(group, _)| meant(group)) {
            group.iter().for_each(|&cell| cells[cell as usize] = true);
        }
    }

    /// Where a value begins and ends among the keys.
    fn bounds(&self, name: &str, value: &Value) -> Result<(f64, f64)> {
        match (self.kind, value) {
            (FieldKind::Number, &Value::Number(number)) => return Ok((number, number)),
            (FieldKind::Date, Value::Text(text)) => {
                if let Some(span) = Span::parse(text) {
                    return Ok((span.start as f64, span.end as f64));
                }
            }
            _ => {}
        }
        let given = match value {
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            Value::Number(_) => "a number",
            Value::Text(text) => text,
        };
        let message = ["the field ", name, " holds ", plural(self.kind), ", not ", given];
        Err(Error::new(crate::ErrorKind::Usage, message.concat()).hint(match self.kind {
            FieldKind::Bool => "give true or false",
            FieldKind::Number => "give a number",
            FieldKind::Date => "give a date such as 2024, 2024-05 or 2024-05-17",
            FieldKind::Text => "give a text",
        }))
    }

    /// Writes the contents of a part: what the pages have, by page, and the cells of each page's passages, if there are cells.
    #[cfg(feature = "native")]
    pub fn write(values: &ColumnValues, pages: &[Vec<ValueId>], cells: &[Vec<u32>]) -> Vec<u8> {
        let mut out = Writer::default();
        let count = match values {
            ColumnValues::Bools => {
                out.0.push(FieldKind::Bool as u8);
                2
            }
            ColumnValues::Numbers(numbers) => {
                out.0.push(FieldKind::Number as u8);
                out.count(numbers.len());
                numbers.iter().for_each(|number| out.fixed(number.to_bits()));
                numbers.len()
            }
            ColumnValues::Dates(texts) | ColumnValues::Texts(texts) => {
                let dates = matches!(values, ColumnValues::Dates(_));
                out.0.push(if dates { FieldKind::Date } else { FieldKind::Text } as u8);
                out.count(texts.len());
                texts.iter().for_each(|text| out.text(text));
                texts.len()
            }
        };
        let several = pages.iter().any(|values| values.len() > 1);
        out.0.push(u8::from(several));
        for values in pages {
            if several {
                write_ascending(values.iter().map(|value| value.0), &mut out);
            } else {
                out.number(values.first().map_or(0, |value| u64::from(value.0) + 1));
            }
        }
        if cells.is_empty() {
            out.number(0);
            return out.0;
        }
        let size = count.div_ceil(MOST_GROUPS).max(1);
        out.count(size);
        let mut groups = vec![std::collections::BTreeSet::new(); count.div_ceil(size) + 1];
        for (values, cells) in pages.iter().zip(cells) {
            if values.is_empty() {
                groups[0].extend(cells);
            }
            values.iter().for_each(|value| groups[value.0 as usize / size + 1].extend(cells));
        }
        groups.iter().for_each(|group| write_ascending(group.iter().copied().copied(), &mut out));
        out.0
    }
}

/// How many groups of values have cells of their own, at most: a column of a thousand dates needs no more.
#[cfg(feature = "native")]
const MOST_GROUPS: usize = 256;

/// The values of a column that is to be written, in their order.
#[cfg(feature = "native")]
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnValues {
    /// No, then yes.
    Bools,
    /// Ascending.
    Numbers(Vec<f64>),
    /// By when they begin.
    Dates(Vec<String>),
    /// By their bytes.
    Texts(Vec<String>),
}

fn plural(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Bool => "true or false",
        FieldKind::Number => "numbers",
        FieldKind::Date => "dates",
        FieldKind::Text => "texts",
    }
}

fn read_values(reader: &mut Reader, kind: FieldKind) -> Result<(Vec<String>, Vec<f64>)> {
    let (mut texts, mut keys): (Vec<String>, Vec<f64>) = (Vec::new(), Vec::new());
    if kind == FieldKind::Number {
        for _ in 0..reader.count(8)? {
            keys.push(f64::from_bits(reader.fixed()?));
        }
    }
    if matches!(kind, FieldKind::Date | FieldKind::Text) {
        for _ in 0..reader.count(1)? {
            texts.push(reader.text()?.to_owned());
        }
    }
    if kind == FieldKind::Date {
        for text in &texts {
            let span = Span::parse(text).ok_or_else(|| damaged("a date that is none"))?;
            keys.push(span.start as f64);
        }
    }
    let ordered = match kind {
        FieldKind::Text => texts.windows(2).all(|pair| pair[0] < pair[1]),
        _ => keys.windows(2).all(|pair| pair[0] <= pair[1]) && keys.iter().all(|key| key.is_finite()),
    };
    if ordered { Ok((texts, keys)) } else { Err(damaged("values out of order")) }
}

/// Reads `number` ascending numbers below `bound`.
fn read_ascending(reader: &mut Reader, number: u32, bound: usize, mut see: impl FnMut(u32)) -> Result<()> {
    let mut next = 0u32;
    for _ in 0..number {
        let value = next.checked_add(reader.small()?).filter(|&value| (value as usize) < bound).ok_or_else(unknown)?;
        see(value);
        next = value + 1;
    }
    Ok(())
}

#[cfg(feature = "native")]
fn write_ascending(values: impl ExactSizeIterator<Item = u32>, out: &mut Writer) {
    out.count(values.len());
    let mut next = 0;
    for value in values {
        out.number(u64::from(value - next));
        next = value + 1;
    }
}

fn unknown() -> Error {
    damaged("a value or a cell that there is not")
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    fn ids(pages: &[&[u32]]) -> Vec<Vec<ValueId>> {
        pages.iter().map(|values| values.iter().copied().map(ValueId).collect()).collect()
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    #[test]
    fn a_column_reads_back_and_damage_is_found() {
        let pages = ids(&[&[0, 2], &[], &[1], &[2]]);
        let cells = [vec![0], vec![1, 4], vec![2], vec![0, 3]];
        let bytes = Column::write(&ColumnValues::Texts(texts(&["a", "b", "c"])), &pages, &cells);
        let column = Column::open(&bytes, 4, 5).unwrap();
        assert_eq!((column.kind(), column.count()), (FieldKind::Text, 3));
        for (page, values) in pages.iter().enumerate() {
            assert_eq!(column.of(PageId(page as u32)), values);
        }
        assert!(column.of(PageId(4)).is_empty());
        let cells_of = |names: &[&str], invert: bool| {
            let mut chosen = column.nothing();
            names.iter().for_each(|name| column.choose("x", &Value::Text((*name).into()), &mut chosen).unwrap());
            if invert {
                chosen.invert();
            }
            let mut cells = vec![false; 5];
            column.mark_cells(&chosen, &mut cells);
            let pages: Vec<u32> = column.pages(&chosen).iter().map(|page| page.0).collect();
            (pages, cells.iter().enumerate().filter(|(_, marked)| **marked).map(|(at, _)| at).collect::<Vec<_>>())
        };
        assert_eq!(cells_of(&["c"], false), (vec![0, 3], vec![0, 3]));
        assert_eq!(cells_of(&["b", "x"], false), (vec![2], vec![2]));
        assert_eq!(cells_of(&["a", "c"], true), (vec![1, 2], vec![1, 2, 4]));
        for end in 0..bytes.len() {
            assert!(Column::open(&bytes[..end], 4, 5).is_err(), "cut at {end}");
        }
        assert!(Column::open(&bytes, 4, 4).is_err(), "a cell less");
        assert!(Column::open(&bytes, 5, 5).is_err(), "a page more");
        let disorder = Column::write(&ColumnValues::Texts(texts(&["b", "a"])), &ids(&[&[0]]), &[]);
        assert!(Column::open(&disorder, 1, 0).is_err());
        let no_date = Column::write(&ColumnValues::Dates(texts(&["soon"])), &ids(&[&[0]]), &[]);
        assert!(Column::open(&no_date, 1, 0).is_err());
    }

    #[test]
    fn whatever_opens_can_be_asked() {
        let pages = ids(&[&[0, 2], &[], &[1], &[2]]);
        let bytes =
            Column::write(&ColumnValues::Texts(texts(&["a", "b", "c"])), &pages, &[vec![0], vec![1], vec![2], vec![]]);
        for at in 0..bytes.len() {
            for byte in 0..=255 {
                let mut hostile = bytes.clone();
                hostile[at] = byte;
                let Ok(column) = Column::open(&hostile, 4, 3) else { continue };
                let mut chosen = column.nothing();
                let _ = column.choose("x", &Value::Text("b".into()), &mut chosen);
                chosen.invert();
                column.mark_cells(&chosen, &mut [false; 3]);
                assert!(column.pages(&chosen).len() <= 4);
                (0..column.count()).for_each(|value| drop(column.value(ValueId(value as u32))));
            }
        }
    }

    #[test]
    fn ranges_of_numbers_and_dates() {
        let numbers = Column::write(&ColumnValues::Numbers(vec![-1.5, 2.0, 7.0]), &ids(&[&[0], &[1], &[2]]), &[]);
        let numbers = Column::open(&numbers, 3, 0).unwrap();
        let below = |value: f64, passed| numbers.below("n", &Value::Number(value), passed).unwrap();
        assert_eq!([below(2.0, false), below(2.0, true), below(3.0, false), below(3.0, true)], [1, 2, 2, 2]);
        let dates = texts(&["2019-12-31", "2020", "2020-01-01", "2020-07", "2021-01-01"]);
        let dates = Column::write(&ColumnValues::Dates(dates), &ids(&[&[0], &[1]]), &[]);
        let dates = Column::open(&dates, 2, 0).unwrap();
        let below = |value: &str, passed| dates.below("d", &Value::Text(value.into()), passed).unwrap();
        assert_eq!([below("2020", false), below("2020", true), below("2020-01-01", true)], [1, 4, 3]);
        let mut chosen = dates.nothing();
        dates.choose("d", &Value::Text("2020".into()), &mut chosen).unwrap();
        assert_eq!(chosen.values, [false, true, true, true, false]);
        let refused = |column: &Column, value| column.below("d", &value, true).unwrap_err().to_string();
        assert_eq!(refused(&dates, Value::Text("soon".into())), "the field d holds dates, not soon");
        assert_eq!(refused(&numbers, Value::Bool(true)), "the field d holds numbers, not true");
        let plain = Column::write(&ColumnValues::Texts(texts(&["a"])), &ids(&[&[0]]), &[]);
        let plain = Column::open(&plain, 1, 0).unwrap();
        assert_eq!(refused(&plain, Value::Text("b".into())), "the field d holds texts, which have no range");
    }
}
