//! Nearest neighbours through a graph: hierarchical navigable small worlds.
//!
//! Y. A. Malkov and D. A. Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable
//! Small World graphs", 2016. The graph is built natively, by instant-distance, and stored in bytes of our own; opening
//! and walking it ([`Graph`]) is code of our own.
//!
//! Useful for tables of more than [`HNSW_ABOVE`] rows that are held whole. Not useful below that, and not for a search
//! through a filter: there a flat scan of the rows that pass is exact.

#[cfg(feature = "native")]
pub use native::build;

pub use super::graph::{Graph, Scratch};

/// The number of rows above which a graph pays for itself.
///
/// Up to here an exact scan takes about a millisecond in the browser, and a graph could save no more than that. It would
/// cost a third more bytes to download and minutes to build. Measured with 384 dimensions, simd128 in Node, median ms:
///
/// | rows | flat | graph, `ef` 100 | graph's bytes a row | its build |
/// |---|---|---|---|---|
/// | 10,000 | 0.25 | 0.16 | 110 | 30 s |
/// | 50,000 | 1.2 | 0.34 | 143 | 9 min (busy machine) |
pub const HNSW_ABOVE: usize = 50_000;

#[cfg(feature = "native")]
mod native {
    //! instant-distance makes the graph, and its serde form is the one way to its links.

    use instant_distance::{Builder, Point};
    use serde::{Deserialize, Serialize};

    use crate::kernels;
    use crate::vector::{RowId, Rows};
    use crate::{Error, ErrorKind, Result};

    /// Seeds the order of insertion. Any number does; another one makes other bytes.
    const SEED: u64 = 2016;

    /// `efConstruction` of the paper.
    const EF_CONSTRUCTION: usize = 100;

    /// `mL` of the paper, 1 / ln M for M = 32; written out so that no machine's logarithm decides about layers.
    const ML: f32 = 0.288_539;

    /// Builds the bytes of a graph over `rows`, which [`super::Graph::open`] reads.
    ///
    /// On one thread, because instant-distance's result depends on the order in which its threads meet: so the same rows
    /// give the same bytes, on any machine of 64 bits.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if the system gives no thread.
    pub fn build(rows: &Rows) -> Result<Vec<u8>> {
        let count = rows.count() as u32;
        let wide = (0..count).flat_map(|row| rows.codes(RowId(row))).map(|&code| i16::from(code as i8)).collect();
        let table = Table { rows: *rows, wide };
        let nodes = (0..count).map(|row| Node { row, table: &table }).collect();
        let thread = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let thread = thread.map_err(|e| Error::new(ErrorKind::Io, "no thread to build a graph on").because(e))?;
        let builder = Builder::default().seed(SEED).ml(ML).ef_construction(EF_CONSTRUCTION);
        let (graph, _) = thread.install(|| builder.build_hnsw(nodes));
        let json = serde_json::to_vec(&graph).expect("arrays of numbers have a JSON form");
        drop(graph);
        let links: Links =
            serde_json::from_slice(&json).expect("the pinned version of instant-distance has these fields");
        Ok(links.encode())
    }

    /// The rows, and their codes once more in the width of a query's, so that the kernels can compare two rows.
    struct Table<'a> {
        rows: Rows<'a>,
        wide: Vec<i16>,
    }

    #[derive(Clone, Serialize)]
    #[serde(transparent)]
    struct Node<'a> {
        row: u32,
        #[serde(skip)]
        table: &'a Table<'a>,
    }

    impl Point for Node<'_> {
        fn distance(&self, other: &Self) -> f32 {
            let Table { rows, wide } = self.table;
            let (a, b) = (RowId(self.row), RowId(other.row));
            let start = self.row as usize * rows.dims();
            let sum = kernels::dot(rows.codes(b), &wide[start..start + rows.dims()]);
            1.0 - sum as f32 * (rows.scale(a) * rows.scale(b))
        }
    }

    /// What instant-distance's `Hnsw` serialises to; places without a link hold `u32::MAX`.
    #[derive(Deserialize)]
    struct Links {
        points: Vec<u32>,
        zero: Vec<Vec<u32>>,
        layers: Vec<Vec<Vec<u32>>>,
    }

    impl Links {
        fn encode(mut self) -> Vec<u8> {
            let mut bytes = Vec::new();
            push(&mut bytes, self.points.len() as u32);
            push(&mut bytes, self.layers.len() as u32);
            self.points.iter().for_each(|&row| push(&mut bytes, row));
            for layer in std::iter::once(&mut self.zero).chain(&mut self.layers) {
                push(&mut bytes, layer.len() as u32);
                for links in layer {
                    links.retain(|&link| link != u32::MAX);
                    links.sort_unstable();
                    links.dedup();
                    push(&mut bytes, links.len() as u32);
                    let mut next = 0;
                    for &link in links.iter() {
                        push(&mut bytes, link - next);
                        next = link + 1;
                    }
                }
            }
            bytes
        }
    }

    fn push(bytes: &mut Vec<u8>, mut number: u32) {
        while number >= 0x80 {
            bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        bytes.push(number as u8);
    }
}
