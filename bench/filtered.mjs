// What cells leave under filters: of the ten pages of an exact scan, how many a reader's answer by meaning has, and what it loads.
//
// `./build.sh bench filtered`: the large site, by its first folders; the lexicon, in Node, each query of an index newly opened, so
// that its cells are counted. Queries without an answer by meaning in the exact scan are left out.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { median, table } from "./figures.mjs";
import { prepare } from "./network/contenders.mjs";
import { sample } from "./network/queries.mjs";
import { site } from "./network/sites.mjs";
import { here } from "./places.mjs";

const QUERIES = Number(process.env.QUERIES ?? 60);
const ASKED = { mode: "semantic", encoder: "lexicon", limit: 10 };

export async function measure() {
  const { open } = await import(pathToFileURL(here("www/dist/npm/node.js")));
  const large = site("large");
  prepare(large, ["lexicon"]);
  const folder = join(large.folder, "bifocal");
  const exact = await open(folder, { whole: true });
  const { facets } = await exact.search("", { facets: ["section"] });
  const queries = sample(large.queries, QUERIES).map(({ query }) => query);
  const figures = {};
  for (const { value, count } of [{ value: "", count: large.pages }, ...facets.section.values]) {
    const options = { ...ASKED, ...(value && { filters: { section: [value] } }) };
    figures[value || "no filter"] = { pages: count, ...(await compare(open, exact, folder, queries, options)) };
  }
  exact.close();
  table([
    ["section", "pages", "queries", "of ten pages of an exact scan", "cells, median", "cells' bytes, median"],
    ...Object.entries(figures).map(([name, { pages, asked, recall, cells, bytes }]) => [name, pages, asked, recall.toFixed(3), cells, Math.round(bytes)]),
  ]);
  return figures;
}

async function compare(open, exact, folder, queries, options) {
  let [found, all, asked] = [0, 0, 0];
  const [cells, bytes] = [[], []];
  for (const query of queries) {
    const wanted = (await exact.search(query, options)).hits.map(({ id }) => id);
    if (wanted.length === 0) continue;
    const loaded = [];
    const fetchFile = async (path) => {
      const file = await readFile(join(folder, path));
      if (path.startsWith("parts/vectors-")) loaded.push(file.length);
      return new Response(file);
    };
    const search = await open(folder, { fetchFile });
    const ids = new Set((await search.search(query, options)).hits.map(({ id }) => id));
    search.close();
    asked += 1;
    all += wanted.length;
    found += wanted.filter((id) => ids.has(id)).length;
    cells.push(loaded.length);
    bytes.push(loaded.reduce((sum, length) => sum + length, 0));
  }
  return { asked, recall: found / all, cells: median(cells), bytes: median(bytes) };
}
