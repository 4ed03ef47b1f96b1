// The listed queries of a site and samples of them.

import { readFileSync } from "node:fs";
import { here } from "../places.mjs";
import { draw } from "./sites.mjs";

/** The classes and which of the listed queries they are: see draw-queries.mjs. */
const CLASSES = [["one word", 0, 67], ["three words", 67, 133], ["question", 133, 200]];

export const classes = CLASSES.map(([name]) => name);

/** All queries of a site, `{ class, query }`, in an order that only their texts decide: the first are a fair sample. */
function listed(site) {
  const lines = readFileSync(here(`bench/queries/${site}.txt`), "utf8").trim().split("\n");
  const [, , [, , all]] = CLASSES;
  if (lines.length !== all) throw new Error(`bench/queries/${site}.txt has ${lines.length} queries, not ${all}`);
  return CLASSES.flatMap(([name, from, to]) => lines.slice(from, to).map((query) => ({ class: name, query }))).sort(
    (a, b) => draw(a.query) - draw(b.query),
  );
}

/** `count` queries, a third of each class; at least one of each. */
export function sample(site, count) {
  const each = Math.max(1, Math.round(count / classes.length));
  return classes.flatMap((name) => listed(site).filter((query) => query.class === name).slice(0, each));
}

/** `count` queries of all classes as one reader may ask them. */
export const mixed = (site, count) => listed(site).slice(0, count).map(({ query }) => query);
