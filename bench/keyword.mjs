// Search by words beside other projects: how fast a warm query is, how large the index, how long its build takes.
//
// `./build.sh bench keyword`, over a site's pages (SITES=book,large). Queries are asked in one page of one Chromium, all of them
// once to warm up; then each project answers each in turn. Of bifocal there is the engine's own time, ten hits with their excerpts
// and addresses in it, the same where all hits are passed over (`offset`), so that it only ranks, and the time through its worker; ids lie with
// the texts, so that there is no answer of ids alone. MiniSearch and FlexSearch run in the page and give ids alone. They are set
// up as their manuals show, as in known-items.mjs. Pagefind answers from its worker, ten hits with their fragments.
// An index is what search by words reads, without texts: of bifocal words, postings, positions and lists for misspelt ones; of
// Pagefind its index and its list of pages; of MiniSearch its JSON as gzip.

import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { resultOf, withPage } from "./chromium.mjs";
import { median, quantile, table } from "./figures.mjs";
import { open, plainPagesOf, prepare } from "./network/contenders.mjs";
import { classes, sample } from "./network/queries.mjs";
import { pagesBelow, site } from "./network/sites.mjs";
import { bifocal, load, packages } from "./places.mjs";

const QUERIES = Number(process.env.QUERIES ?? 150);
const RUNS = Number(process.env.RUNS ?? 3);

/** The kinds of parts that search by words reads. */
const KINDS = ["core", "blocks", "terms", "postings", "places", "positions", "spelling", "words"];

export async function measure() {
  const figures = {};
  for (const name of (process.env.SITES ?? "book,large").split(",")) {
    const one = site(name);
    prepare(one, ["keyword", "pagefind", "byHand"], { vectors: false });
    console.log(`\n${one.title}, ${one.pages} pages\n`);
    figures[name] = { warm: await warm(one), ...indexes(one) };
  }
  return figures;
}

async function warm(one) {
  const queries = sample(one.name, QUERIES);
  const server = await open(one, { isolated: true });
  try {
    const times = await withPage((page) => resultOf(page, `${server.url}/pages/warm-keyword.html#${encodeURIComponent(JSON.stringify({ queries, runs: RUNS }))}`, { timeout: 900_000 }));
    const cell = (values) => `${median(values).toFixed(2)} (${quantile(values, 0.95).toFixed(2)})`;
    table([
      ["warm query, ms (95 % below)", ...classes, "all"],
      ...Object.entries(times).map(([who, byClass]) => [who, ...classes.map((name) => cell(byClass[name])), cell(Object.values(byClass).flat())]),
    ]);
    return times;
  } finally {
    server.close();
  }
}

/** Sizes and times of building, of bifocal and Pagefind over the same folder; the pages are read in both times. */
function indexes(one) {
  const { folder, pages } = one;
  const [copy, output] = [`${folder}.keyword`, `${folder}.keyword-built`];
  for (const place of [copy, output]) rmSync(place, { recursive: true, force: true });
  for (const path of pagesBelow(folder)) cpSync(join(folder, path), join(copy, path));
  // Each time into a folder that wasn't there: bifocal leaves files as they are that would be the same.
  const timed = (who, work) => {
    const times = Array.from({ length: RUNS }, (_, run) => {
      const began = performance.now();
      work(join(output, `${who}-${run}`));
      return (performance.now() - began) / 1000;
    });
    return median(times);
  };
  try {
    const built = {
      bifocal: timed("bifocal", (to) => execFileSync(bifocal, ["build", copy, "--output", to, "--keyword-only", "--refit"], { stdio: "ignore" })),
      Pagefind: timed("pagefind", (to) => execFileSync(process.execPath, [join(packages, "pagefind/lib/runner/bin.cjs"), "--silent", "--site", copy, "--output-path", to])),
    };
    const sizeOf = (below, wanted) => readdirSync(join(output, below), { recursive: true }).filter(wanted).reduce((sum, path) => sum + statSync(join(output, below, path)).size, 0);
    const miniSearch = new (load("minisearch"))({ fields: ["title", "headings", "text"] });
    const began = performance.now();
    miniSearch.addAll(plainPagesOf(one));
    built["MiniSearch (read already)"] = (performance.now() - began) / 1000;
    const bytes = {
      bifocal: sizeOf("bifocal-0/parts", (path) => KINDS.some((kind) => path.startsWith(`${kind}-`))),
      Pagefind: sizeOf("pagefind-0", (path) => /\.pf_(index|meta)$/.test(path)),
      "MiniSearch (read already)": gzipSync(JSON.stringify(miniSearch), { level: 9 }).length,
    };
    console.log();
    table([
      ["", "index for words, bytes", "build, s", "pages a second"],
      ...Object.keys(bytes).map((who) => [who, bytes[who].toLocaleString("en"), built[who].toFixed(1), Math.round(pages / built[who])]),
    ]);
    return { bytes, built };
  } finally {
    for (const place of [copy, output]) rmSync(place, { recursive: true, force: true });
  }
}
