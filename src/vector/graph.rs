//! The stored graph of an HNSW: its bytes, and the walk through it.
//!
//! Code of our own, so that the browser needs no library for it: [`super::hnsw`] says what it is for and builds it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Neighbour, RowId};
use crate::{Error, ErrorKind, Result};

/// The most links of a node: `M_max0` in the paper, 2 · M with instant-distance's M = 32.
const MAX_LINKS: u32 = 64;

/// The most layers above layer zero: each holds about a third of the one below it, so 2³² rows take 15.
const MAX_LAYERS: u32 = 16;

/// A graph over the rows of a table, checked.
///
/// ```text
/// count     nodes; one for each row of the table
/// layers    how many layers there are above layer zero, at most 16; 0 if count is
/// count × row     which row each node is; every row once
/// layer zero, then the layers above it, upwards, each:
///   size          it holds the nodes 0 .. size; count in layer zero, above it 1 to the size of the layer below
///   size × node:
///     degree      at most 64
///     degree × gap    links in ascending order: the first as it is, the others less the one before, less 1
/// ```
/// All numbers are LEB128 of at most 32 bits. Nodes are numbered as they were inserted, so that a layer is a prefix of
/// the one below, and node 0, the enter point `ep` of the paper, is in all of them. Gaps take half the bytes of ids.
#[derive(Debug)]
pub struct Graph {
    /// The row of each node.
    rows: Vec<RowId>,
    /// Layer zero first; never empty.
    layers: Vec<Layer>,
}

/// The links of a layer's nodes: those of node `n` are `links[starts[n]..starts[n + 1]]`.
#[derive(Debug)]
struct Layer {
    starts: Vec<u32>,
    links: Vec<u32>,
}

impl Graph {
    /// Opens a graph over a table of `rows` rows; costs one look at each link.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] if the bytes are not a graph over just so many rows.
    pub fn open(bytes: &[u8], rows: usize) -> Result<Self> {
        Self::read(&mut Reader(bytes), rows).map_err(|problem| {
            Error::new(ErrorKind::Damaged, ["graph over ", &rows.to_string(), " vector rows: ", &problem].concat())
                .hint("rebuild the index, or copy it again")
        })
    }

    fn read(reader: &mut Reader, expected: usize) -> Result<Self, String> {
        let count = reader.number()?;
        if count as usize != expected {
            return Err(said(&["is over ", " rows"], &[count]));
        }
        let above = reader.number()?;
        if above > MAX_LAYERS || (count == 0 && above > 0) {
            return Err(said(&["", " layers above layer zero"], &[above]));
        }
        let rows = read_rows(reader, count)?;
        let mut layers = Vec::with_capacity(above as usize + 1);
        let mut below = count;
        for level in 0..=above {
            let size = reader.number()?;
            if if level == 0 { size != count } else { !(1..=below).contains(&size) } {
                return Err(said(&["layer ", " of ", " nodes, above ", ""], &[level, size, below]));
            }
            layers.push(Layer::read(reader, size)?);
            below = size;
        }
        if reader.0.is_empty() {
            Ok(Self { rows, layers })
        } else {
            Err(said(&["", " bytes too many"], &[reader.0.len() as u32]))
        }
    }

    /// The rows nearest to a query, nearest first, at most `ef` of them (K-NN-SEARCH, algorithm 5 of the paper).
    ///
    /// `cosine` gives the cosine of a row with the query; it is asked for far fewer rows than there are. `ef` is how many
    /// of the nearest are kept while walking: at 1 the walk is greedy, at the number of rows it visits all that can be
    /// reached; ask for at least as many as you need, 100 for the ten nearest. `scratch` may serve any graph in turn.
    pub fn search(&self, ef: usize, scratch: &mut Scratch, mut cosine: impl FnMut(RowId) -> f32) -> Vec<Neighbour> {
        let Some(&row) = self.rows.first() else { return Vec::new() };
        let mut enter = Candidate { neighbour: Neighbour { row, cosine: cosine(row) }, node: 0 };
        for (level, layer) in self.layers.iter().enumerate().rev() {
            let ef = if level == 0 { ef.max(1) } else { 1 };
            scratch.start(enter, self.rows.len());
            self.search_layer(layer, ef, scratch, &mut cosine);
            enter = scratch.nearest.iter().map(|kept| kept.0).max().unwrap_or(enter);
        }
        let mut nearest = Vec::with_capacity(scratch.nearest.len());
        while let Some(Reverse(candidate)) = scratch.nearest.pop() {
            nearest.push(candidate.neighbour);
        }
        nearest.reverse();
        nearest
    }

    /// SEARCH-LAYER, algorithm 2 of the paper.
    fn search_layer(&self, layer: &Layer, ef: usize, scratch: &mut Scratch, cosine: &mut impl FnMut(RowId) -> f32) {
        while let Some(candidate) = scratch.candidates.pop() {
            if scratch.nearest.peek().is_some_and(|furthest| candidate < furthest.0) {
                break;
            }
            for &node in layer.links(candidate.node) {
                if !scratch.visit(node) {
                    continue;
                }
                let row = self.rows[node as usize];
                let found = Candidate { neighbour: Neighbour { row, cosine: cosine(row) }, node };
                if scratch.nearest.len() < ef {
                    scratch.nearest.push(Reverse(found));
                } else if let Some(mut furthest) = scratch.nearest.peek_mut().filter(|furthest| found > furthest.0) {
                    *furthest = Reverse(found);
                } else {
                    continue;
                }
                scratch.candidates.push(found);
            }
        }
    }
}

impl Layer {
    fn read(reader: &mut Reader, size: u32) -> Result<Self, String> {
        reader.expect(size)?;
        let mut starts = Vec::with_capacity(size as usize + 1);
        let mut links = Vec::new();
        starts.push(0);
        for node in 0..size {
            let degree = reader.number()?;
            if degree > MAX_LINKS {
                return Err(said(&["node ", " has ", " links"], &[node, degree]));
            }
            let mut next = 0u32;
            for _ in 0..degree {
                let link = next.checked_add(reader.number()?).filter(|&link| link < size);
                let link = link.ok_or_else(|| said(&["node ", " links to one not below ", ""], &[node, size]))?;
                links.push(link);
                next = link + 1;
            }
            starts.push(u32::try_from(links.len()).map_err(|_| "more than 2³² links")?);
        }
        Ok(Self { starts, links })
    }

    fn links(&self, node: u32) -> &[u32] {
        let [start, end] = [node, node + 1].map(|node| self.starts[node as usize] as usize);
        &self.links[start..end]
    }
}

fn read_rows(reader: &mut Reader, count: u32) -> Result<Vec<RowId>, String> {
    reader.expect(count)?;
    let mut rows = Vec::with_capacity(count as usize);
    let mut seen = vec![false; count as usize];
    for _ in 0..count {
        let row = reader.number()?;
        match seen.get_mut(row as usize) {
            Some(seen @ false) => *seen = true,
            _ => return Err(said(&["row ", " twice, or not below ", ""], &[row, count])),
        }
        rows.push(RowId(row));
    }
    Ok(rows)
}

/// `texts` with `numbers` between them. Not the library's formatting, which the browser would download for this alone.
fn said(texts: &[&str], numbers: &[u32]) -> String {
    let mut said = String::new();
    for (at, text) in texts.iter().enumerate() {
        said += text;
        said += &numbers.get(at).map(u32::to_string).unwrap_or_default();
    }
    said
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    /// Makes sure, before anything is allocated for them, that `count` numbers can still come.
    fn expect(&self, count: u32) -> Result<(), String> {
        if count as usize <= self.0.len() {
            Ok(())
        } else {
            Err(said(&["cut off: ", " bytes left"], &[self.0.len() as u32]))
        }
    }

    /// An LEB128 number.
    fn number(&mut self) -> Result<u32, String> {
        let mut number = 0u64;
        for shift in (0..35).step_by(7) {
            let (&byte, rest) = self.0.split_first().ok_or("cut off")?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return u32::try_from(number).map_err(|_| ["number ", &number.to_string(), " above 32 bits"].concat());
            }
        }
        Err("number of more than five bytes".into())
    }
}

/// What a search writes to while it walks; kept between searches so that they allocate nothing but their answer.
#[derive(Default)]
pub struct Scratch {
    /// `v` in the paper: the last walk that visited each node.
    visited: Vec<u32>,
    walk: u32,
    /// `C` in the paper, nearest on top.
    candidates: BinaryHeap<Candidate>,
    /// `W` in the paper, furthest on top.
    nearest: BinaryHeap<Reverse<Candidate>>,
}

/// A node and how near its row is; ordered by that.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    neighbour: Neighbour,
    node: u32,
}

impl Scratch {
    /// Begins a walk from `enter` in a graph of `nodes` nodes.
    fn start(&mut self, enter: Candidate, nodes: usize) {
        if self.visited.len() < nodes {
            self.visited.resize(nodes, 0);
        }
        self.walk = self.walk.checked_add(1).unwrap_or_else(|| {
            self.visited.fill(0);
            1
        });
        self.candidates.clear();
        self.nearest.clear();
        self.visit(enter.node);
        self.candidates.push(enter);
        self.nearest.push(Reverse(enter));
    }

    /// Marks a node as visited, and says whether it was not before.
    fn visit(&mut self, node: u32) -> bool {
        std::mem::replace(&mut self.visited[node as usize], self.walk) != self.walk
    }
}
