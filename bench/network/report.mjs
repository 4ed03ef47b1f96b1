// The tables of the network bench.

import { median, quantile, table } from "../figures.mjs";
import { CONTENDERS } from "./contenders.mjs";
import { ORDER } from "./kinds.mjs";
import { classes } from "./queries.mjs";

const label = (name) => CONTENDERS[name].label;
const whole = (number) => Math.round(number).toLocaleString("en").replaceAll(",", " ");
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Median and 95th percentile. */
const both = (values) => (values.length === 0 ? ["none", "none"] : [median(values), quantile(values, 0.95)].map(whole));
const answered = (runs, name, kind) =>
  runs.filter((run) => run.contender === name && !run.none && (kind === "all" || run.class === kind));

/** First answers: bytes, requests, round trips and times for each class of query. */
export function firstAnswers(names, runs) {
  const pair = (what) => [`${what}, median`, "p95"];
  const head = ["queries", "", "answers", "fewer than ten hits", "hits without excerpt", ...["bytes", "requests", "round trips"].flatMap(pair)];
  head.push(...pair("first keyword answer, ms"), ...pair("this answer, ms"));
  const rows = [];
  for (const kind of [...classes, "all"]) {
    for (const name of names) {
      const those = answered(runs, name, kind);
      // A keyword answer that does not come before is no later than the answer itself.
      const keyword = CONTENDERS[name].keywordFirst === false ? [] : those.map(({ early, time }) => early ?? time);
      const short = those.filter(({ hits }) => hits < 10).length;
      const figures = ["bytes", "requests", "rounds"].flatMap((key) => both(those.map((run) => run[key])));
      const bare = those.reduce((sum, run) => sum + run.bare, 0);
      const times = [...both(keyword), ...both(those.map(({ time }) => time))];
      rows.push([kind, label(name), those.length, short, bare, ...figures, ...times]);
    }
  }
  table([head, ...rows]);
  for (const name of names) reasons(name, runs.filter((run) => run.contender === name));
}

/** Says of queries that got no answer what the first of them was told. */
function reasons(name, runs) {
  const without = runs.filter(({ none }) => none);
  if (without.length === 0) return;
  const [{ query, none }] = without;
  console.log(`\n${label(name)}: ${without.length} queries without such an answer, "${query}" the first: ${none.split("\n")[0]}`);
}

/** Where the bytes of first answers went: means, so that the kinds add up. */
export function accounts(names, runs) {
  const seen = new Set(runs.flatMap(({ kinds }) => Object.keys(kinds ?? {})));
  const kinds = [...ORDER.filter((kind) => seen.has(kind)), ...[...seen].filter((kind) => !ORDER.includes(kind)).sort()];
  const rows = [["queries", "mean bytes of", ...kinds, "together"]];
  for (const name of names) {
    for (const kind of [...classes, "all"]) {
      const those = answered(runs, name, kind);
      if (those.length === 0) continue;
      const of = (part) => mean(those.map((run) => run.kinds[part] ?? 0));
      rows.push([kind, label(name), ...kinds.map((part) => whole(of(part))), whole(mean(those.map(({ bytes }) => bytes)))]);
    }
  }
  table(rows);
}

/** What further queries cost in one page. */
export function sessions(results) {
  const pairs = ["bytes", "requests", "round trips"].flatMap((what) => [`${what}, median`, "p95"]);
  const rows = [["", "further queries", ...pairs, "bytes together"]];
  for (const { contender, costs: all = [] } of results) {
    const costs = all.filter(({ none }) => !none);
    const of = (key) => costs.map((cost) => cost[key]);
    const together = costs.length === 0 ? "none" : whole(of("bytes").reduce((sum, bytes) => sum + bytes, 0));
    rows.push([label(contender), costs.length, ...["bytes", "requests", "rounds"].flatMap((key) => both(of(key))), together]);
  }
  table(rows);
  for (const { contender, costs = [] } of results) reasons(contender, costs);
}

/** Bytes of first answers less the runtime by the site's size, and the exponent of the pages that fits them. */
export function growth(names, sizes) {
  const rows = [["", ...sizes.map(({ pages }) => `${pages} pages`), "grows as"]];
  const exponents = {};
  for (const name of names) {
    const points = sizes
      .map(({ pages, runs }) => ({ pages, bytes: answered(runs, name, "all").map(({ site }) => site) }))
      .map(({ pages, bytes }) => ({ pages, bytes: bytes.length > 0 ? median(bytes) : null }));
    const known = points.filter(({ bytes }) => bytes !== null);
    exponents[name] = known.length > 1 ? slope(known.map(({ pages, bytes }) => [Math.log(pages), Math.log(bytes)])) : null;
    const grows = exponents[name] === null ? "none" : `pages ^ ${exponents[name].toFixed(2)}`;
    rows.push([label(name), ...points.map(({ bytes }) => (bytes === null ? "none" : whole(bytes))), grows]);
  }
  table(rows);
  return exponents;
}

/** Of the line through points with the least squares. */
function slope(points) {
  const [x, y] = [0, 1].map((axis) => mean(points.map((point) => point[axis])));
  const sum = (term) => points.reduce((total, point) => total + term(point), 0);
  return sum(([a, b]) => (a - x) * (b - y)) / sum(([a]) => (a - x) ** 2);
}
