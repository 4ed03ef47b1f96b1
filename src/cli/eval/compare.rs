//! Two settings side by side: which is better, whether that may be chance, and on which queries they differ.

use bifocal::Result;
use serde::Serialize;

use super::collection::Judged;
use super::settings::Settings;
use super::significance::randomisation;
use super::source::Source;
use super::{EvalArgs, as_json, metrics, ranking};

/// The scores of all queries under one of the settings.
type Scores = Vec<[f64; 2]>;

/// What was found.
#[derive(Serialize)]
struct Comparison<'q> {
    queries: usize,
    a: Side,
    b: Side,
    /// What B has more.
    difference: Means,
    /// The p of each difference.
    p: Means,
    /// On how many queries B's nDCG@10 is better, worse and the same.
    better: usize,
    worse: usize,
    same: usize,
    /// Those on which nDCG@10 differs most, the greatest difference first.
    changed: Vec<Changed<'q>>,
}

#[derive(Serialize)]
struct Side {
    settings: String,
    #[serde(flatten)]
    means: Means,
}

/// A figure for each metric.
#[derive(Serialize)]
struct Means {
    #[serde(rename = "ndcg@10")]
    ndcg: f64,
    #[serde(rename = "mrr@10")]
    mrr: f64,
}

/// A query on which the two differ.
#[derive(Serialize)]
struct Changed<'q> {
    id: &'q str,
    query: &'q str,
    a: f64,
    b: f64,
}

/// Asks all queries with the settings `a` and `b`, each put to its source, and says how they compare.
pub fn compare(
    queries: &[Judged],
    a: (&Settings, &Source),
    b: (&Settings, &Source),
    args: &EvalArgs,
) -> Result<String> {
    let scores = |(settings, source): (&Settings, &Source)| {
        source.ask(queries, settings, |query, answer| {
            let ranking = ranking(&answer);
            [metrics::ndcg(&ranking, &query.grades, 10), metrics::mrr(&ranking, &query.grades, 10)]
        })
    };
    let found = Comparison::of(queries, [&a.0.text, &b.0.text], &scores(a)?, &scores(b)?, args.changes);
    if args.json { as_json(&found) } else { Ok(found.layout()) }
}

impl<'q> Comparison<'q> {
    fn of(queries: &'q [Judged], settings: [&str; 2], a: &Scores, b: &Scores, most: usize) -> Self {
        let mean = |scores: &Scores, of: usize| scores.iter().map(|score| score[of]).sum::<f64>() / scores.len() as f64;
        let differences = |of: usize| a.iter().zip(b).map(|(a, b)| b[of] - a[of]).collect::<Vec<_>>();
        let means = |of: &dyn Fn(usize) -> f64| Means { ndcg: of(0), mrr: of(1) };
        let side = |settings: &str, scores| Side { settings: settings.into(), means: means(&|of| mean(scores, of)) };
        let by_query = differences(0);
        let count = |test: fn(f64) -> bool| by_query.iter().filter(|&&difference| test(difference)).count();
        let mut order: Vec<usize> = (0..queries.len()).filter(|&at| by_query[at] != 0.0).collect();
        order.sort_by(|&one, &other| by_query[other].abs().total_cmp(&by_query[one].abs()));
        let changed = order.into_iter().take(most).map(|at| {
            let Judged { id, text, .. } = &queries[at];
            Changed { id, query: text, a: a[at][0], b: b[at][0] }
        });
        Self {
            queries: queries.len(),
            a: side(settings[0], a),
            b: side(settings[1], b),
            difference: means(&|of| mean(b, of) - mean(a, of)),
            p: means(&|of| randomisation(&differences(of))),
            better: count(|difference| difference > 0.0),
            worse: count(|difference| difference < 0.0),
            same: count(|difference| difference == 0.0),
            changed: changed.collect(),
        }
    }

    fn layout(&self) -> String {
        let Self { queries, better, worse, same, .. } = self;
        let mut out = String::from("    nDCG@10   MRR@10\n");
        for (name, Side { settings, means: Means { ndcg, mrr } }) in [("A", &self.a), ("B", &self.b)] {
            out += &format!("{name}   {ndcg:7.4}  {mrr:7.4}  {settings}\n");
        }
        out += &format!("B−A {:+7.4}  {:+7.4}\n", self.difference.ndcg, self.difference.mrr);
        out += &format!("p   {:7.4}  {:7.4}  paired randomisation test\n", self.p.ndcg, self.p.mrr);
        out +=
            &format!("{queries} queries: nDCG@10 is better with B on {better}, worse on {worse}, the same on {same}\n");
        if !self.changed.is_empty() {
            out += "\nnDCG@10 A → B  changed most\n";
        }
        for Changed { id, query, a, b } in &self.changed {
            let query = query.split_whitespace().collect::<Vec<_>>().join(" ");
            out += &format!("{a:.3} → {b:.3}  {id}: {query}\n");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn what_changed_is_counted_and_the_greatest_change_comes_first() {
        let judged =
            |id: &str| Judged { id: id.into(), text: format!("text\nof {id}"), kind: None, grades: BTreeMap::new() };
        let queries = ["q1", "q2", "q3", "q4"].map(judged);
        let a = vec![[1.0, 1.0], [0.5, 0.5], [0.25, 1.0], [0.0, 0.0]];
        let b = vec![[1.0, 1.0], [0.75, 1.0], [0.0, 0.5], [1.0, 1.0]];
        let found = Comparison::of(&queries, ["x=1", "x=2"], &a, &b, 2);
        assert_eq!((found.better, found.worse, found.same), (2, 1, 1));
        assert_eq!((found.difference.ndcg, found.difference.mrr), (0.25, 0.25));
        assert_eq!((found.p.ndcg, found.p.mrr), (0.75, 0.75));
        let changed: Vec<_> = found.changed.iter().map(|changed| (changed.id, changed.a, changed.b)).collect();
        assert_eq!(changed, [("q4", 0.0, 1.0), ("q2", 0.5, 0.75)]);
        assert!(found.layout().contains("0.000 → 1.000  q4: text of q4"), "{}", found.layout());
    }
}
