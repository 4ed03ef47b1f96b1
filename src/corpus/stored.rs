//! The stored text of pages, as it lies in text parts: what a hit shows.
//!
//! ```text
//! block    := length sketch-bytes count page*       the sketches of all sections, one after the other
//! page     := number id url title lang fields first-ordinal above section-count section*
//! fields   := count (name kind value)*       kind 0 no, 1 yes, 2 number (f64), 3 text, 4 list
//! above    := count (level heading)*         the headings above the first section of this slice
//! section  := level heading has-anchor [anchor] text windows sketches-length
//! windows  := count (start length)*          its passages, in bytes of the text; none if one passage is all of it
//! sketches                                   what each of its pieces means, as in `vector::sketch`; none if that isn't known
//! ```
//! A page may be cut into slices that lie in different blocks; each slice repeats the page's own fields.

use std::ops::Range;

use super::{Meta, Ordinal, Page, PageId, Section};
use crate::Result;
use crate::bytes::{Reader, Writer, damaged};

/// A page, or a slice of one: some of its sections in a row.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredPage {
    /// Which page.
    pub page: PageId,
    /// The page's own id.
    pub id: String,
    /// Where it is, relative to the site's root or absolute.
    pub url: String,
    /// Its title.
    pub title: String,
    /// Its language, as the page states it.
    pub lang: Option<String>,
    /// Its metadata.
    pub meta: Vec<(String, Meta)>,
    /// The number of the first of `sections` within the page.
    pub first: Ordinal,
    /// Levels and headings that are open above the first section.
    pub above: Vec<(u8, String)>,
    /// The sections of this slice.
    pub sections: Vec<StoredSection>,
    /// The passages of each section, in bytes of its text; none where one passage is all of it.
    pub windows: Vec<Vec<Range<usize>>>,
    /// What the pieces of each section mean ([`super::pieces`]); nothing where that isn't known.
    pub sketches: Vec<Vec<u8>>,
}

/// A section of a [`StoredPage`].
pub type StoredSection = Section;

impl StoredPage {
    /// The slice of `page` that holds `sections`; `windows` are the passages of each of the page's sections, `sketches` what
    /// their pieces mean.
    pub fn slice(
        number: PageId,
        page: &Page,
        sections: Range<usize>,
        windows: &[Vec<Range<usize>>],
        sketches: &[Vec<u8>],
    ) -> Self {
        let passages =
            |section: usize| windows.get(section).filter(|windows| windows.len() > 1).cloned().unwrap_or_default();
        let mut above: Vec<(u8, String)> = Vec::new();
        for section in &page.sections[..sections.start] {
            above.retain(|&(level, _)| level < section.level);
            above.push((section.level, section.heading.clone()));
        }
        Self {
            page: number,
            id: page.id.clone(),
            url: page.url.clone(),
            title: page.title.clone(),
            lang: page.lang.clone(),
            meta: page.meta.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            first: Ordinal(sections.start as u32),
            above,
            windows: sections.clone().map(passages).collect(),
            sketches: sections.clone().map(|section| sketches.get(section).cloned().unwrap_or_default()).collect(),
            sections: page.sections[sections].to_vec(),
        }
    }

    /// The section of that number, if it lies in this slice.
    pub fn section(&self, ordinal: Ordinal) -> Option<&StoredSection> {
        self.sections.get(ordinal.0.checked_sub(self.first.0)? as usize)
    }

    /// The place of a section's passage in the section's text, if it lies in this slice.
    pub fn window(&self, ordinal: Ordinal, passage: u32) -> Option<Range<usize>> {
        let at = ordinal.0.checked_sub(self.first.0)? as usize;
        match self.windows.get(at)? {
            windows if windows.is_empty() => Some(0..self.sections.get(at)?.text.len()),
            windows => windows.get(passage as usize).cloned(),
        }
    }

    /// What the pieces of a section mean, if it lies in this slice and that is known.
    pub fn sketches(&self, ordinal: Ordinal) -> &[u8] {
        let at = ordinal.0.checked_sub(self.first.0);
        at.and_then(|at| self.sketches.get(at as usize)).map_or(&[], Vec::as_slice)
    }

    /// The headings above a section of this slice, outermost first, without the page's title.
    pub fn path(&self, ordinal: Ordinal) -> Vec<String> {
        let Some(last) = ordinal.0.checked_sub(self.first.0) else { return Vec::new() };
        let slice = self.sections.iter().take(last as usize + 1).map(|s| (s.level, s.heading.as_str()));
        let mut open: Vec<(u8, &str)> = Vec::new();
        for (level, heading) in self.above.iter().map(|(level, heading)| (*level, heading.as_str())).chain(slice) {
            open.retain(|&(other, _)| other < level);
            open.push((level, heading));
        }
        open.pop();
        open.into_iter().map(|(_, h)| h).filter(|h| !h.is_empty() && *h != self.title).map(str::to_owned).collect()
    }

    /// Writes a block of slices, and says how many bytes at its beginning are as good as random.
    pub fn write_block(slices: &[StoredPage]) -> (Vec<u8>, usize) {
        let (mut pages, mut sketches) = (Writer::default(), Writer::default());
        slices.iter().for_each(|slice| slice.write(&mut pages, &mut sketches));
        let mut out = Writer::default();
        out.count(sketches.0.len());
        out.raw(&sketches.0);
        let dense = if sketches.0.is_empty() { 0 } else { out.0.len() };
        out.count(slices.len());
        out.raw(&pages.0);
        (out.0, dense)
    }

    /// Reads a block of slices.
    pub fn read_block(bytes: &[u8]) -> Result<Vec<StoredPage>> {
        let mut reader = Reader::new(bytes);
        let mut sketches = reader.column()?;
        let slices = (0..reader.count(9)?).map(|_| Self::read(&mut reader, &mut sketches)).collect::<Result<_>>()?;
        reader.end()?;
        sketches.end()?;
        Ok(slices)
    }

    fn write(&self, out: &mut Writer, all: &mut Writer) {
        out.number(u64::from(self.page.0));
        for text in [&self.id, &self.url, &self.title, self.lang.as_ref().unwrap_or(&String::new())] {
            out.text(text);
        }
        out.count(self.meta.len());
        for (name, value) in &self.meta {
            out.text(name);
            write_meta(out, value);
        }
        out.number(u64::from(self.first.0));
        out.count(self.above.len());
        for (level, heading) in &self.above {
            out.0.push(*level);
            out.text(heading);
        }
        out.count(self.sections.len());
        for ((section, windows), sketches) in self.sections.iter().zip(&self.windows).zip(&self.sketches) {
            out.0.push(section.level);
            out.text(&section.heading);
            out.0.push(u8::from(section.anchor.is_some()));
            if let Some(anchor) = &section.anchor {
                out.text(anchor);
            }
            out.text(&section.text);
            out.count(windows.len());
            for window in windows {
                out.count(window.start);
                out.count(window.len());
            }
            out.count(sketches.len());
            all.raw(sketches);
        }
    }

    fn read(reader: &mut Reader, all: &mut Reader) -> Result<Self> {
        let page = PageId(reader.small()?);
        let [id, url, title, lang] =
            [reader.text()?, reader.text()?, reader.text()?, reader.text()?].map(str::to_owned);
        let meta = (0..reader.count(3)?)
            .map(|_| Ok((reader.text()?.to_owned(), read_meta(reader)?)))
            .collect::<Result<Vec<_>>>()?;
        let first = Ordinal(reader.small()?);
        let above =
            (0..reader.count(2)?).map(|_| Ok((reader.byte()?, reader.text()?.to_owned()))).collect::<Result<_>>()?;
        let (mut sections, mut windows, mut sketches) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..reader.count(6)? {
            sections.push(Section {
                level: reader.byte()?,
                heading: reader.text()?.to_owned(),
                anchor: if reader.byte()? == 1 { Some(reader.text()?.to_owned()) } else { None },
                text: reader.text()?.to_owned(),
                // What a word counts is in the postings.
                ..Section::default()
            });
            let mut passages = Vec::new();
            for _ in 0..reader.count(2)? {
                let [start, length] = [reader.small()? as usize, reader.small()? as usize];
                passages.push(start..start.saturating_add(length));
            }
            windows.push(passages);
            sketches.push(all.raw(reader.small()? as usize)?.to_vec());
        }
        let lang = Some(lang).filter(|lang| !lang.is_empty());
        Ok(Self { page, id, url, title, lang, meta, first, above, sections, windows, sketches })
    }
}

fn write_meta(out: &mut Writer, value: &Meta) {
    match value {
        Meta::Bool(value) => out.0.push(u8::from(*value)),
        Meta::Number(value) => {
            out.0.push(2);
            out.fixed(value.to_bits());
        }
        Meta::Text(value) => {
            out.0.push(3);
            out.text(value);
        }
        Meta::List(values) => {
            out.0.push(4);
            out.count(values.len());
            values.iter().for_each(|value| out.text(value));
        }
    }
}

fn read_meta(reader: &mut Reader) -> Result<Meta> {
    Ok(match reader.byte()? {
        kind @ (0 | 1) => Meta::Bool(kind == 1),
        2 => Meta::Number(f64::from_bits(reader.fixed()?)),
        3 => Meta::Text(reader.text()?.to_owned()),
        4 => Meta::List((0..reader.count(1)?).map(|_| Ok(reader.text()?.to_owned())).collect::<Result<_>>()?),
        _ => return Err(damaged("metadata of an unknown kind")),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn page() -> Page {
        let section = |level, heading: &str, anchor: Option<&str>| Section {
            level,
            heading: heading.into(),
            anchor: anchor.map(Into::into),
            text: format!("Text of {heading}."),
            ..Section::default()
        };
        Page {
            id: "a.html".into(),
            url: "a.html".into(),
            title: "Title".into(),
            lang: Some("en".into()),
            meta: BTreeMap::from([
                ("draft".into(), Meta::Bool(true)),
                ("tags".into(), Meta::List(vec!["x".into(), "y".into()])),
                ("weight".into(), Meta::Number(1.5)),
            ]),
            sections: vec![
                section(1, "Title", None),
                section(2, "A", Some("a")),
                section(3, "B", Some("b")),
                section(2, "C", None),
            ],
        }
    }

    #[test]
    fn blocks_read_back() {
        let windows = [vec![], vec![0..3, 2..9], vec![], vec![0..10, 8..12]];
        let sketches = [vec![], vec![7; 16], vec![], vec![]];
        let slices = [0..2, 2..4].map(|range| StoredPage::slice(PageId(3), &page(), range, &windows, &sketches));
        assert_eq!(slices[0].window(Ordinal(1), 1), Some(2..9));
        assert_eq!(slices[0].window(Ordinal(1), 2), None);
        assert_eq!(slices[1].window(Ordinal(3), 0), Some(0..10));
        assert_eq!(slices[1].window(Ordinal(0), 0), None);
        let (bytes, dense) = StoredPage::write_block(&slices);
        assert_eq!(bytes[..dense], [[16].as_slice(), &[7; 16]].concat());
        assert_eq!(StoredPage::read_block(&bytes).unwrap(), slices);
        for end in 0..bytes.len() {
            assert!(StoredPage::read_block(&bytes[..end]).is_err(), "truncated at {end}");
        }
    }

    #[test]
    fn a_slice_knows_the_headings_above_it() {
        let slice = StoredPage::slice(PageId(0), &page(), 2..4, &[], &[]);
        assert_eq!(slice.path(Ordinal(2)), ["A"]);
        assert!(slice.path(Ordinal(3)).is_empty());
        assert!(slice.section(Ordinal(1)).is_none());
        assert_eq!(slice.section(Ordinal(3)).map(|s| s.heading.as_str()), Some("C"));
    }
}
