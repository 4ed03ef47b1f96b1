//! What the cells of an index leave of an exact scan, and what a query costs in them.

use std::collections::HashMap;

use bifocal::index::{Cells, Entry, Index, PartId};
use bifocal::search::{Mode, Query, VectorPlan, complete};
use bifocal::{Error, ErrorKind, Result};

use super::collection::Judged;

/// Says how rows are laid out, and for the judged queries which share of the ten nearest pages the nearest cells find.
pub fn measure(
    entry: &Entry,
    parts: &HashMap<PartId, Vec<u8>>,
    queries: &[Judged],
    vectors: &[Option<Vec<f32>>],
) -> Result<String> {
    let (mut exact, mut probed) = (Index::open(entry.open()?), Index::open(entry.open()?));
    exact.hold_whole();
    let by_transformer = found(parts, queries, vectors, &mut exact, &mut probed)?;
    let Some(cells) = exact.core().map(|core| &core.cells).filter(|cells| cells.count() > 0) else {
        return Ok(String::new());
    };
    let layout = layout(cells);
    let by_words = found(parts, queries, &vec![None; queries.len()], &mut exact, &mut probed)?;
    Ok(format!(
        "{layout}pages of an exact scan that the cells find, of ten: {by_transformer:.3}, by the lexicon {by_words:.3}\n"
    ))
}

/// The share of the pages that `exact` finds which `probed` finds as well; by the words' vectors where a query has none.
fn found(
    parts: &HashMap<PartId, Vec<u8>>,
    queries: &[Judged],
    vectors: &[Option<Vec<f32>>],
    exact: &mut Index,
    probed: &mut Index,
) -> Result<f64> {
    let (mut found, mut all) = (0, 0);
    for (judged, vector) in queries.iter().zip(vectors) {
        let query = Query {
            text: judged.text.clone(),
            mode: Mode::Semantic,
            vector: if vector.is_some() { VectorPlan::Later } else { VectorPlan::Lexicon },
            sections: 1,
            ..Query::default()
        };
        let ask = |index: &mut Index| {
            let vector = vector.as_ref().map(|vector| (vector.clone(), "transformer"));
            let answer = complete(index, query.clone(), vector, |id| {
                parts.get(&id).cloned().ok_or_else(|| Error::new(ErrorKind::Missing, format!("{id} was not built")))
            })?;
            Ok::<_, Error>(answer.hits.into_iter().map(|hit| hit.id).collect::<Vec<_>>())
        };
        let expected = ask(exact)?;
        let cells = ask(probed)?;
        all += expected.len();
        found += expected.iter().filter(|&id| cells.contains(id)).count();
    }
    Ok(found as f64 / all.max(1) as f64)
}

fn layout(cells: &Cells) -> String {
    let (code, rows, count) = (cells.code, cells.rows(), cells.count());
    let cell = rows as usize / count * (code.bytes() + 2);
    format!(
        "{rows} rows of {} bytes ({} dimensions in 4 bits, {} in 2), {count} cells of {cell} bytes, {} of them for a query\n\
         calibrated recall@10 {:.3}, against the encoder's own vectors {:.3}\n",
        code.bytes() + 2,
        code.fine(),
        code.coarse(),
        cells.probes,
        cells.recall,
        cells.kept,
    )
}
