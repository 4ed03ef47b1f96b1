//! Sets of pages.

use super::PageId;

/// A set of an index's pages, one bit each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageSet {
    words: Vec<u64>,
    pages: u32,
}

impl PageSet {
    /// The set of none of `pages` pages.
    pub fn none(pages: u32) -> Self {
        Self { words: vec![0; pages.div_ceil(64) as usize], pages }
    }

    /// The set of all of `pages` pages.
    pub fn all(pages: u32) -> Self {
        let mut set = Self::none(pages);
        set.invert();
        set
    }

    /// Adds a page; one that the index doesn't have is ignored.
    pub fn insert(&mut self, page: PageId) {
        if page.0 < self.pages {
            self.words[(page.0 / 64) as usize] |= 1 << (page.0 % 64);
        }
    }

    /// Whether a page is in the set.
    pub fn contains(&self, page: PageId) -> bool {
        self.words.get((page.0 / 64) as usize).is_some_and(|word| word >> (page.0 % 64) & 1 == 1)
    }

    /// Leaves the pages that are in `other` as well.
    pub fn intersect(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    /// Adds the pages of `other`.
    pub fn unite(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    /// Becomes the set of all other pages.
    pub fn invert(&mut self) {
        self.words.iter_mut().for_each(|word| *word = !*word);
        if let (Some(last), used @ 1..) = (self.words.last_mut(), self.pages % 64) {
            *last &= (1 << used) - 1;
        }
    }

    /// How many pages are in it.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether no page is in it.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// The pages in it, in order.
    pub fn iter(&self) -> impl Iterator<Item = PageId> {
        (0..self.pages).map(PageId).filter(|&page| self.contains(page))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(pages: u32, members: &[u32]) -> PageSet {
        let mut set = PageSet::none(pages);
        members.iter().for_each(|&page| set.insert(PageId(page)));
        set
    }

    #[test]
    fn sets_are_sets() {
        for pages in [0, 1, 63, 64, 65, 130] {
            let all = PageSet::all(pages);
            assert_eq!((all.len(), all.iter().count()), (pages as usize, pages as usize));
            assert!(!all.contains(PageId(pages)));
        }
        let (mut a, b) = (set(100, &[0, 3, 64, 99, 100]), set(100, &[3, 70, 99]));
        assert_eq!(a.len(), 4, "page 100 of 100 is none");
        a.intersect(&b);
        assert_eq!(a, set(100, &[3, 99]));
        a.unite(&set(100, &[1]));
        assert_eq!(a.iter().map(|page| page.0).collect::<Vec<_>>(), [1, 3, 99]);
        a.invert();
        assert_eq!((a.len(), a.contains(PageId(3)), a.contains(PageId(4))), (97, false, true));
        assert!(PageSet::none(7).is_empty() && PageSet::all(0).is_empty());
    }
}
