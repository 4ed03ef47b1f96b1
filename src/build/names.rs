//! Decides whether the core names dictionary blocks and text parts itself or in runs (`index::names`), and writes the runs.

use crate::Result;
use crate::index::{BlockNames, Kind, RawPart, TextNames, TextStart, write_block_run, write_text_run};

/// Bytes that a request for one more part costs besides its contents: heads of HTTP both ways, as `./build.sh bench network`
/// counts them, and the part's own.
pub(super) const REQUEST: usize = 740;

/// Bytes that runs must save a first answer, unless it is said that there are to be runs. They cost it a round trip, for which a slow connection (1.6 Mbit/s, 150 ms)
/// carries 30,000 bytes and a fast one with short ways none.
pub(super) const ROUND_TRIP: usize = 12_000;

/// Names in a run: the lengths that are tried.
const RUNS: [usize; 5] = [16, 32, 64, 128, 256];

/// Runs of names of blocks that a query of some three words reads: one for each word, and one for a far relative.
const BLOCK_RUNS_READ: usize = 4;

/// Runs of names of text parts that ten hits read: some are neighbours.
const TEXT_RUNS_READ: usize = 8;

/// Names these blocks, in runs if that is `wanted`, or else where it pays.
pub(super) fn of_blocks(
    names: Vec<(String, u64)>,
    wanted: Option<bool>,
    parts: &mut Vec<RawPart>,
) -> Result<BlockNames> {
    let length = run_length(names.len(), write_block_run(&names).len(), BLOCK_RUNS_READ, wanted);
    let Some(length) = length else { return Ok(BlockNames { listed: names, runs: Vec::new() }) };
    let (mut listed, mut runs) = (Vec::new(), Vec::new());
    for run in even(&names, length) {
        listed.push((run[0].0.clone(), add(parts, Kind::Blocks, &write_block_run(run))?));
        runs.push(run.len() as u32);
    }
    Ok(BlockNames { listed, runs })
}

/// Names these text parts, in runs if that is `wanted`, or else where it pays.
pub(super) fn of_texts(names: Vec<TextStart>, wanted: Option<bool>, parts: &mut Vec<RawPart>) -> Result<TextNames> {
    let length = run_length(names.len(), write_text_run(&names).len(), TEXT_RUNS_READ, wanted);
    let Some(length) = length else { return Ok(TextNames { listed: names, in_runs: false }) };
    let mut listed = Vec::new();
    for run in even(&names, length) {
        listed.push(TextStart { hash: add(parts, Kind::Texts, &write_text_run(run))?, ..run[0] });
    }
    Ok(TextNames { listed, in_runs: true })
}

fn add(parts: &mut Vec<RawPart>, kind: Kind, contents: &[u8]) -> Result<u64> {
    let part = RawPart::new(kind, contents)?;
    let hash = part.id.hash;
    parts.push(part);
    Ok(hash)
}

/// How many of `count` names, `bytes` in all, go into a run, if there are to be runs, of which a query reads `read`.
fn run_length(count: usize, bytes: usize, read: usize, wanted: Option<bool>) -> Option<usize> {
    let name = bytes.div_ceil(count.max(1));
    let cost = |length: usize| {
        let runs = count.div_ceil(length);
        runs * (name + 1) + read.min(runs) * (length.min(count) * name + REQUEST)
    };
    let best = RUNS.into_iter().min_by_key(|&length| cost(length))?;
    wanted.unwrap_or(cost(best) + ROUND_TRIP < bytes).then_some(best)
}

/// Runs of about `length` names, of like lengths.
fn even<T>(names: &[T], length: usize) -> impl Iterator<Item = &[T]> {
    let runs = names.len().div_ceil(length);
    (0..runs).map(move |run| &names[run * names.len() / runs..(run + 1) * names.len() / runs])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_for_sites_where_they_save_more_than_their_round_trip() {
        assert_eq!(run_length(0, 1, 4, None), None);
        assert_eq!(run_length(450, 5_000, 4, None), None, "a book");
        assert_eq!(run_length(2_250, 26_000, 4, None), Some(32), "4,000 pages");
        assert_eq!(run_length(2_250, 26_000, 4, Some(false)), None);
        assert!(run_length(2, 30, 4, Some(true)).is_some());
    }

    #[test]
    fn every_name_is_in_one_run() {
        for count in 1..200 {
            let names: Vec<usize> = (0..count).collect();
            let runs: Vec<&[usize]> = even(&names, 32).collect();
            assert_eq!(runs.concat(), names);
            assert!(runs.iter().all(|run| (1..=32).contains(&run.len())), "{count}");
        }
    }
}
