//! The graph: what it finds against a flat scan, equal bytes from equal rows, and damage of every kind.

use std::sync::LazyLock;

use bifocal::ErrorKind;
use bifocal::vector::hnsw::{Graph, Scratch, build};
use bifocal::vector::{QueryCodes, RowId, Rows, encode, scan, top_k};
use proptest::prelude::*;

const DIMS: usize = 32;

/// `count` unit vectors scattered about `clusters` centres; the same for the same seed.
fn clustered(seed: u64, clusters: usize, count: usize) -> Vec<Vec<f32>> {
    let mut state = seed;
    let mut random = || {
        // SplitMix64, mapped to -1 .. 1.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    let centres: Vec<Vec<f32>> = (0..clusters).map(|_| (0..DIMS).map(|_| random()).collect()).collect();
    let mut vectors: Vec<Vec<f32>> =
        (0..count).map(|i| centres[i % clusters].iter().map(|x| x + 0.4 * random()).collect()).collect();
    for vector in &mut vectors {
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        vector.iter_mut().for_each(|x| *x /= length);
    }
    vectors
}

/// The share of the ten nearest that the graph finds, over the queries.
fn recall_at_10(vectors: &[Vec<f32>], queries: &[Vec<f32>], ef: usize) -> f64 {
    let bytes = encode(vectors, DIMS).unwrap();
    let rows = Rows::parse(DIMS, vectors.len(), &bytes).unwrap();
    let graph = Graph::open(&build(&rows).unwrap(), vectors.len()).unwrap();
    let mut scratch = Scratch::default();
    let mut found = 0;
    for query in queries {
        let query = QueryCodes::new(query).unwrap();
        let scorer = rows.against(&query).unwrap();
        let mut cosines = Vec::new();
        scan(&rows, &query, &mut cosines).unwrap();
        let exact = top_k(&cosines, 10);
        let near = graph.search(ef, &mut scratch, |row| scorer.cosine(row));
        assert!(near.len() <= ef && near.is_sorted_by(|a, b| a > b));
        found += near.iter().take(10).filter(|neighbour| exact.contains(neighbour)).count();
    }
    found as f64 / (10 * queries.len()) as f64
}

#[test]
fn it_finds_what_a_flat_scan_finds() {
    for (seed, clusters) in [(1, 1), (2, 60)] {
        let mut vectors = clustered(seed, clusters, 2_100);
        let queries = vectors.split_off(2_000);
        let recall = recall_at_10(&vectors, &queries, 100);
        println!("seed {seed}, {clusters} clusters: recall@10 {recall:.3}");
        assert!(recall >= 0.95, "seed {seed}, {clusters} clusters: recall@10 {recall}");
    }
}

#[test]
fn a_wide_enough_search_finds_all_of_a_small_table() {
    for count in [1, 2, 10, 33, 200] {
        let vectors = clustered(4, 3, count);
        assert_eq!(recall_at_10(&vectors, &vectors, count) * 10.0, count.min(10) as f64, "{count} rows");
    }
}

#[test]
fn equal_rows_give_equal_bytes() {
    let bytes = encode(&clustered(5, 20, 1_000), DIMS).unwrap();
    let rows = Rows::parse(DIMS, 1_000, &bytes).unwrap();
    assert!(build(&rows).unwrap() == build(&rows).unwrap());
}

#[test]
fn rows_all_alike_are_found_by_their_ids() {
    for alike in [vec![0.0; DIMS], clustered(7, 1, 1).remove(0)] {
        let bytes = encode(&vec![alike; 50], DIMS).unwrap();
        let graph = Graph::open(&build(&Rows::parse(DIMS, 50, &bytes).unwrap()).unwrap(), 50).unwrap();
        let near = graph.search(50, &mut Scratch::default(), |_| 0.5);
        assert_eq!(near.iter().map(|neighbour| neighbour.row.0).collect::<Vec<_>>(), (0..50).collect::<Vec<_>>());
    }
}

#[test]
fn no_rows_have_a_graph_too() {
    let rows = Rows::parse(DIMS, 0, &[]).unwrap();
    let graph = Graph::open(&build(&rows).unwrap(), 0).unwrap();
    assert!(graph.search(10, &mut Scratch::default(), |_| unreachable!("there is no row")).is_empty());
}

#[test]
fn bad_bytes_are_named() {
    fn check(bytes: &[u8], rows: usize, problem: &str) {
        let error = Graph::open(bytes, rows).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged);
        assert_eq!(error.to_string(), format!("graph over {rows} vector rows: {problem}"));
    }
    assert!(Graph::open(&[2, 0, 1, 0, 2, 1, 1, 1, 0], 2).is_ok());
    check(&[], 2, "cut off");
    check(&[3], 2, "is over 3 rows");
    check(&[2, 17], 2, "17 layers above layer zero");
    check(&[0, 1], 0, "1 layers above layer zero");
    check(&[2, 0, 1], 2, "cut off: 1 bytes left");
    check(&[2, 0, 1, 1, 2], 2, "row 1 twice, or not below 2");
    check(&[2, 0, 1, 2, 2], 2, "row 2 twice, or not below 2");
    check(&[2, 0, 1, 0, 1, 0], 2, "layer 0 of 1 nodes, above 2");
    check(&[2, 1, 1, 0, 2, 0, 0, 0], 2, "layer 1 of 0 nodes, above 2");
    check(&[2, 0, 1, 0, 2, 1, 2, 1, 0], 2, "node 0 links to one not below 2");
    check(&[2, 0, 1, 0, 2, 2, 1, 0, 0], 2, "node 0 links to one not below 2");
    check(&[2, 0, 1, 0, 2, 65, 0], 2, "node 0 has 65 links");
    check(&[2, 0, 1, 0, 2, 0, 0, 9], 2, "1 bytes too many");
    check(&[0xff, 0xff, 0xff, 0xff, 0x1f], 2, "number 8589934591 above 32 bits");
    check(&[0x80, 0x80, 0x80, 0x80, 0x80, 0], 2, "number of more than five bytes");
}

/// The graph of 300 rows, in bytes.
static GRAPH: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let bytes = encode(&clustered(6, 5, 300), DIMS).unwrap();
    build(&Rows::parse(DIMS, 300, &bytes).unwrap()).unwrap()
});

/// Opens damaged bytes, and if they still are a graph, walks it.
fn open_and_walk(bytes: &[u8]) {
    match Graph::open(bytes, 300) {
        Err(error) => assert_eq!(error.kind(), ErrorKind::Damaged),
        Ok(graph) => {
            let near = graph.search(50, &mut Scratch::default(), |RowId(row)| 1.0 / (1.0 + row as f32));
            assert!(near.len() <= 50 && near.iter().all(|neighbour| neighbour.row.0 < 300));
        }
    }
}

proptest! {
    #[test]
    fn flipped_bytes_never_panic(flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut bytes = GRAPH.clone();
        for (at, flip) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
        }
        open_and_walk(&bytes);
    }

    #[test]
    fn truncated_bytes_are_refused(at in any::<prop::sample::Index>()) {
        prop_assert!(Graph::open(&GRAPH[..at.index(GRAPH.len())], 300).is_err());
    }

    #[test]
    fn any_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        open_and_walk(&[&[0xac, 0x02], &bytes[..]].concat());
        open_and_walk(&bytes);
    }
}
