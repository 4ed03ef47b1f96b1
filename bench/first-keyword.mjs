// The first keyword result of the book, cold: bifocal beside Pagefind over the same pages.
//
// Each run is a new browser with an empty profile, a page that imports the search, asks, and shows title, address and
// excerpt of ten hits. Time runs from the start of navigation; bytes are all that crossed the server's sockets until
// the hits stood there, the page itself and the heads of requests and responses included.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { resultOf, withPage } from "./chromium.mjs";
import { median, spread, table } from "./figures.mjs";
import { demo, here, packages } from "./places.mjs";
import { serve } from "./server.mjs";

const RUNS = Number(process.env.RUNS ?? 15);
const QUERIES = ["ownership", "error handling", "share data between threads", "trait object", "pattern matching"];

export async function measure() {
  const site = here("target/bench/site");
  prepare(site);
  const projects = ["bifocal", "pagefind"].filter((project) => existsSync(join(site, project)));
  const server = await serve({ "": site, pages: here("bench/pages") });
  const runs = [];
  try {
    for (let run = 0; run < RUNS; run += 1) {
      for (const query of QUERIES) {
        const order = run % 2 === 0 ? projects : projects.toReversed();
        for (const project of order) runs.push({ project, query, ...(await once(server, project, query)) });
      }
    }
  } finally {
    server.close();
  }
  return report(projects, runs);
}

/** Copies the book and lets Pagefind index it, unless that was done already. */
function prepare(site) {
  const made = statSync(site, { throwIfNoEntry: false });
  const entry = statSync(join(demo, "bifocal/bifocal.json"), { throwIfNoEntry: false });
  if (made && existsSync(join(site, "pagefind")) && !(entry?.mtimeMs > made.mtimeMs)) return;
  rmSync(site, { recursive: true, force: true });
  cpSync(demo, site, { recursive: true, filter: (path) => path !== join(demo, "bifocal") });
  execFileSync(process.execPath, [join(packages, "pagefind/lib/runner/bin.cjs"), "--silent", "--site", site]);
  if (entry) cpSync(join(demo, "bifocal"), join(site, "bifocal"), { recursive: true });
}

function once(server, project, query) {
  return withPage(async (page) => {
    server.reset();
    let wire;
    const url = `${server.url}/pages/first-${project}.html?q=${encodeURIComponent(query)}`;
    const { time, hits } = await resultOf(page, url, { onResult: () => (wire = server.wire()) });
    if (hits.length !== 10) throw new Error(`${project} finds ${hits.length} pages for "${query}", not ten`);
    return { time, bytes: wire.bytes, requests: wire.requests.length };
  });
}

function report(projects, runs) {
  const of = (project, key, query) =>
    runs.filter((run) => run.project === project && (!query || run.query === query)).map((run) => run[key]);
  const head = ["query", ...projects.flatMap((name) => [`${name}, bytes`, "requests", "ms (quartiles)"]), "bytes", "time"];
  const rows = [...QUERIES, null].map((query) => [
    query ?? "all",
    ...projects.flatMap((project) => [
      Math.round(median(of(project, "bytes", query))),
      median(of(project, "requests", query)),
      spread(of(project, "time", query), 0),
    ]),
    ...["bytes", "time"].map((key) => ratio(...projects.map((project) => median(of(project, key, query))))),
  ]);
  console.log(`Medians of ${RUNS} cold runs of each query; the last columns are bifocal ÷ Pagefind.\n`);
  table([head, ...rows]);
  return { runs };
}

const ratio = (ours, theirs) => (theirs ? `${(ours / theirs).toFixed(2)} ×` : "");
