//! Sparse matrices by rows, as far as the fit needs them.

/// Columns of a dense block that are worked on together: two AVX registers, four SSE ones.
pub(super) const LANES: usize = 16;

/// A block of [`LANES`] columns of a dense matrix, row by row.
pub(super) type Block = Vec<[f32; LANES]>;

/// A sparse matrix: for each row its columns, ascending, with their values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SparseRows {
    /// Where each row ends in `cells`.
    ends: Vec<usize>,
    cells: Vec<(u32, f32)>,
    width: usize,
}

impl SparseRows {
    /// A matrix of no rows and `width` columns.
    pub fn new(width: usize) -> Self {
        Self { ends: Vec::new(), cells: Vec::new(), width }
    }

    /// Rows.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Adds a row of shares: `cells` may name a column several times, which adds up, and are divided by their sum. A row
    /// without cells stays empty.
    ///
    /// # Panics
    /// If a column is not below the width.
    pub fn push_shares(&mut self, mut cells: Vec<(u32, f32)>) {
        cells.sort_by_key(|&(column, _)| column);
        assert!(cells.last().is_none_or(|&(column, _)| (column as usize) < self.width), "a column beyond the width");
        let sum: f32 = cells.iter().map(|&(_, value)| value).sum();
        let start = self.cells.len();
        for (column, value) in cells.into_iter().filter(|_| sum > 0.0) {
            match self.cells[start..].last_mut() {
                Some((last, share)) if *last == column => *share += value / sum,
                _ => self.cells.push((column, value / sum)),
            }
        }
        self.ends.push(self.cells.len());
    }

    /// The cells of row `index`.
    pub fn row(&self, index: usize) -> &[(u32, f32)] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.cells[start..self.ends[index]]
    }

    /// The matrix with its columns as rows, each of its rows multiplied by its weight.
    pub(super) fn transposed(&self, weights: &[f32]) -> Self {
        let mut ends = vec![0; self.width];
        for &(column, _) in &self.cells {
            ends[column as usize] += 1;
        }
        let mut sum = 0;
        let mut next: Vec<usize> = Vec::with_capacity(self.width);
        for end in &mut ends {
            next.push(sum);
            sum += *end;
            *end = sum;
        }
        let mut cells = vec![(0, 0.0); self.cells.len()];
        for (row, &weight) in weights.iter().enumerate() {
            for &(column, value) in self.row(row) {
                let place = &mut next[column as usize];
                cells[*place] = (row as u32, value * weight);
                *place += 1;
            }
        }
        Self { ends, cells, width: self.len() }
    }

    /// The product with a block.
    pub(super) fn times(&self, block: &[[f32; LANES]]) -> Block {
        (0..self.len())
            .map(|row| {
                let mut sum = [0.0; LANES];
                for &(column, value) in self.row(row) {
                    for (sum, x) in sum.iter_mut().zip(&block[column as usize]) {
                        *sum += value * x;
                    }
                }
                sum
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_shares_and_columns_add_up() {
        let mut rows = SparseRows::new(4);
        rows.push_shares(vec![(3, 1.0), (1, 2.0), (3, 1.0)]);
        rows.push_shares(vec![]);
        rows.push_shares(vec![(1, 5.0)]);
        assert_eq!(rows.row(0), [(1, 0.5), (3, 0.5)]);
        assert_eq!(rows.row(1), []);
        let columns = rows.transposed(&[1.0, 1.0, 3.0]);
        assert_eq!((columns.len(), columns.width()), (4, 3));
        assert_eq!([columns.row(0), columns.row(1), columns.row(3)], [&[][..], &[(0, 0.5), (2, 3.0)], &[(0, 0.5)]]);
        let product = rows.times(&[[1.0; LANES], [2.0; LANES], [4.0; LANES], [8.0; LANES]]);
        assert_eq!(product, [[5.0; LANES], [0.0; LANES], [2.0; LANES]]);
    }
}
