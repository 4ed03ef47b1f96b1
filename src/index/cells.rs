//! What the core says of the vector rows.
//!
//! ```text
//! cells    := 0 | 1 source code projection[6] probes reach[4] recall[4] kept[4] cut-off[4] grouping graph
//! grouping := 0 count centroids name*                             the cells
//!           | 1 count centroids probes code (cells rows hash[6])*  regions of cells, each of which names its own
//! region   := row* name*                                          about the region's centre
//! name     := rows hash[6]
//! graph    := 0 | 1 hash[6]
//! ```
//! `code` and `centroids` are as in `vector::RowCode` and `vector::Centroids`, a region's rows as in `vector::PackedRows`. A region
//! is a part of its own. Cells are numbered through, region by region, and so are their rows.

use std::ops::Range;

use super::{Kind, PartId};
use crate::Result;
use crate::bytes::{Reader, Writer, damaged};
use crate::vector::{Centroids, RowCode};

/// The rows' shape, their cells, and the names of their parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cells {
    /// Dimensions of the encoder's vectors, from which rows are projected.
    pub source: u32,
    /// How rows are packed.
    pub code: RowCode,
    /// The hash of the projection.
    pub projection: u64,
    /// Where the cells' rows lie.
    pub grouping: Grouping,
    /// How many of the nearest cells a query is compared with.
    pub probes: u32,
    /// How much of the room beside its cell's centre ([`crate::vector::Probe`]) a row adds at most, if it is among the nearest: cells
    /// that can't get as near with it are passed over under a filter.
    pub reach: f32,
    /// The share of the ten nearest rows that lie in so many cells, as measured when the index was built.
    pub recall: f32,
    /// The share of the ten nearest passages, by the encoder's own vectors, that are found so: what projection, packing and
    /// cells leave.
    pub kept: f32,
    /// The least cosine of the nearest row with which an answer by meaning counts: what nonsense doesn't reach. Infinite
    /// where the vectors tell nothing apart on this site.
    pub cut_off: f32,
    /// The hash of the graph over the rows, if there is one.
    pub graph: Option<u64>,
}

/// Cells in one list, or in regions where there are so many that every reader would pay dearly for those far from the query.
#[derive(Clone, Debug, PartialEq)]
pub enum Grouping {
    /// All cells.
    Cells(CellList),
    /// Regions of neighbouring cells.
    Regions(Regions),
}

/// Cells about their centroids.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CellList {
    /// Where the cells' rows lie.
    pub centroids: Centroids,
    /// The parts that hold them, in order.
    pub parts: Vec<VectorsRef>,
}

/// Regions of cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Regions {
    /// Where the regions lie.
    pub centroids: Centroids,
    /// In how many of the nearest regions the cells for a query are looked for.
    pub probes: u32,
    /// How the cells' centroids are packed, less their region's centre.
    pub code: RowCode,
    /// The parts that list the cells, in order.
    pub parts: Vec<RegionRef>,
}

/// A part of vector rows: one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VectorsRef {
    /// How many rows it holds.
    pub rows: u32,
    /// Its hash.
    pub hash: u64,
}

/// A part that lists the cells of a region.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegionRef {
    /// How many cells it lists.
    pub cells: u32,
    /// How many rows they hold together.
    pub rows: u32,
    /// Its hash.
    pub hash: u64,
}

impl VectorsRef {
    /// The part.
    pub fn part(self) -> PartId {
        PartId { kind: Kind::Vectors, hash: self.hash }
    }
}

impl RegionRef {
    /// The part.
    pub fn part(self) -> PartId {
        PartId { kind: Kind::Region, hash: self.hash }
    }
}

impl Default for Grouping {
    fn default() -> Self {
        Self::Cells(CellList::default())
    }
}

impl Cells {
    /// How many vector rows there are.
    pub fn rows(&self) -> u32 {
        match &self.grouping {
            Grouping::Cells(list) => list.parts.iter().map(|part| part.rows).sum(),
            Grouping::Regions(regions) => regions.parts.iter().map(|region| region.rows).sum(),
        }
    }

    /// How many cells there are.
    pub fn count(&self) -> usize {
        match &self.grouping {
            Grouping::Cells(list) => list.parts.len(),
            Grouping::Regions(regions) => regions.parts.iter().map(|region| region.cells as usize).sum(),
        }
    }

    /// The parts of cells or regions that the core names.
    pub(super) fn named(&self) -> Vec<PartId> {
        match &self.grouping {
            Grouping::Cells(list) => list.parts.iter().map(|part| part.part()).collect(),
            Grouping::Regions(regions) => regions.parts.iter().map(|region| region.part()).collect(),
        }
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.0.push(u8::from(self.count() > 0));
        if self.count() == 0 {
            return;
        }
        out.number(u64::from(self.source));
        self.code.write(out);
        out.hash(self.projection);
        out.number(u64::from(self.probes));
        [self.reach, self.recall, self.kept, self.cut_off].into_iter().for_each(|share| out.float(share));
        match &self.grouping {
            Grouping::Cells(list) => {
                out.0.push(0);
                out.count(list.parts.len());
                list.centroids.write(out);
                write_names(&list.parts, out);
            }
            Grouping::Regions(regions) => {
                out.0.push(1);
                out.count(regions.parts.len());
                regions.centroids.write(out);
                out.number(u64::from(regions.probes));
                regions.code.write(out);
                for region in &regions.parts {
                    out.number(u64::from(region.cells));
                    out.number(u64::from(region.rows));
                    out.hash(region.hash);
                }
            }
        }
        out.0.push(u8::from(self.graph.is_some()));
        if let Some(hash) = self.graph {
            out.hash(hash);
        }
    }

    pub(super) fn read(reader: &mut Reader) -> Result<Self> {
        if reader.byte()? == 0 {
            return Ok(Self::default());
        }
        let source = reader.small()?;
        let code = RowCode::read(reader)?;
        let projection = reader.hash()?;
        let probes = reader.small()?;
        let [reach, recall, kept, cut_off] = [reader.float()?, reader.float()?, reader.float()?, reader.float()?];
        let in_regions = reader.byte()? == 1;
        let count = reader.count(7)?;
        let centroids = Centroids::read(reader, count, code.dims())?;
        let grouping = match in_regions {
            false => Grouping::Cells(CellList { centroids, parts: read_names(reader, count)? }),
            true => Grouping::Regions(Regions::read(reader, centroids)?),
        };
        let graph = if reader.byte()? == 1 { Some(reader.hash()?) } else { None };
        Ok(Self { source, code, projection, grouping, probes, reach, recall, kept, cut_off, graph })
    }
}

impl Regions {
    /// The cells of each region, by their numbers.
    pub fn ranges(&self) -> Vec<Range<usize>> {
        let mut first = 0;
        let range = |region: &RegionRef| {
            let start = first;
            first += region.cells as usize;
            start..first
        };
        self.parts.iter().map(range).collect()
    }

    /// Opens the contents of the part that lists the cells of a region, checked against what the core says of it.
    pub(super) fn open(&self, region: usize, contents: &[u8]) -> Result<CellList> {
        let told = self.parts[region];
        let mut reader = Reader::new(contents);
        let count = told.cells as usize;
        let length = count.checked_mul(self.code.bytes() + 2).ok_or_else(|| damaged("more centroids than bytes"))?;
        let rows = reader.raw(length)?.to_vec();
        let centroids = Centroids::open(self.centroids.centre(region as u32), self.code, count, rows)?;
        let parts = read_names(&mut reader, count)?;
        reader.end()?;
        if parts.iter().map(|part| part.rows).sum::<u32>() != told.rows {
            return Err(damaged("another number of vector rows than the core states"));
        }
        Ok(CellList { centroids, parts })
    }

    fn read(reader: &mut Reader, centroids: Centroids) -> Result<Self> {
        let (probes, code) = (reader.small()?, RowCode::read(reader)?);
        if code.dims() != centroids.code().dims() {
            return Err(damaged("cells in another space than their regions"));
        }
        let mut parts = Vec::new();
        let (mut cells, mut rows) = (0u32, 0u32);
        for _ in 0..centroids.count() {
            let region = RegionRef { cells: reader.small()?, rows: reader.small()?, hash: reader.hash()? };
            cells = cells.checked_add(region.cells).ok_or_else(too_many)?;
            rows = rows.checked_add(region.rows).ok_or_else(too_many)?;
            parts.push(region);
        }
        Ok(Self { centroids, probes, code, parts })
    }
}

impl CellList {
    /// The contents of the part that lists the cells of a region.
    #[cfg(feature = "native")]
    pub fn write_region(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.raw(self.centroids.bytes());
        write_names(&self.parts, &mut out);
        out.0
    }
}

fn write_names(parts: &[VectorsRef], out: &mut Writer) {
    for part in parts {
        out.number(u64::from(part.rows));
        out.hash(part.hash);
    }
}

/// Reads the names of so many cells, whose rows can be numbered.
fn read_names(reader: &mut Reader, count: usize) -> Result<Vec<VectorsRef>> {
    let (mut parts, mut rows) = (Vec::new(), 0u32);
    for _ in 0..count {
        let part = VectorsRef { rows: reader.small()?, hash: reader.hash()? };
        rows = rows.checked_add(part.rows).ok_or_else(too_many)?;
        parts.push(part);
    }
    Ok(parts)
}

fn too_many() -> crate::Error {
    damaged("more vector rows than can be numbered")
}
