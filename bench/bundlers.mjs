// Whether the npm package goes through bundlers and frameworks with nothing configured: each builds one page that asks an
// index and has the element, and the page is opened. What each makes of it in bytes stands beside, and what it makes of a
// page that uses `open` alone: whatever else is imported and not used must be gone from it.

import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { build, FRAMEWORKS } from "./bundlers/frameworks.mjs";
import { BUNDLERS } from "./bundlers/scripts.mjs";
import { resultOf, withPage } from "./chromium.mjs";
import { table } from "./figures.mjs";
import { demo, here, packages } from "./places.mjs";
import { serve } from "./server.mjs";

const ASK = `const { hits } = await (await open("/bifocal/")).search("ownership");
console.log(JSON.stringify({ result: hits.length }));
`;

const ELEMENT = `import { open } from "bifocal";
import "bifocal/element";
document.body.append(document.createElement("bifocal-search"));
${ASK}`;

const OPEN_ALONE = `import { open, BifocalError } from "bifocal";
import { searchClient } from "bifocal/instantsearch";
import { search } from "bifocal/pagefind";
import { openSeveral } from "bifocal/several";
${ASK}`;

const PAGE = '<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="main.js"></script>';

export async function measure() {
  const head = ["bundler", "version", "warnings", "hits in the page", "on the server", "bytes of gzip", "`open` alone"];
  const rows = [head];
  const figures = {};
  const client = await zipped(here("www/dist/npm/bifocal.js"));
  const report = (name, { version, warnings }, page, alone) => {
    figures[name] = { version, warnings, page, alone };
    rows.push([name, version, warnings.length, page.hits, page.onServer ?? "", page.bytes, alone?.bytes ?? ""]);
    if (warnings.length > 0) throw new Error(`${name}: ${warnings.join("; ")}`);
    if (!page.hits || page.onServer === 0) throw new Error(`${name}: ${page.hits} hits, ${page.onServer} on the server`);
    if (alone?.hasElement || alone?.bytes > client) throw new Error(`${name} keeps what is not used: ${alone.bytes} bytes`);
  };
  const project = here("target/bench/bundlers");
  await prepare(project);
  for (const [name, bundle] of Object.entries(BUNDLERS)) {
    const { version } = JSON.parse(await readFile(join(packages, name, "package.json"), "utf8"));
    const warnings = [];
    const make = async (entry) => {
      const out = join(project, `${name}-${entry}`);
      warnings.push(...(await bundle(join(project, `${entry}.js`), out)));
      await writeFile(join(out, "index.html"), PAGE);
      return opened(out);
    };
    const page = await make("element");
    const alone = await make("alone");
    report(name, { version, warnings }, page, alone);
  }
  for (const [name, framework] of Object.entries(FRAMEWORKS)) {
    const built = await build(framework);
    if (built) report(name, built, await opened(built.out));
  }
  table(rows);
  return { figures };
}

/** A project that has the package, and the two scripts. */
async function prepare(project) {
  await rm(project, { recursive: true, force: true });
  await mkdir(join(project, "node_modules"), { recursive: true });
  await cp(here("www/dist/npm"), join(project, "node_modules/bifocal"), { recursive: true });
  await writeFile(join(project, "package.json"), '{ "type": "module" }');
  await writeFile(join(project, "element.js"), ELEMENT);
  await writeFile(join(project, "alone.js"), OPEN_ALONE);
}

/** Opens the page in `folder`, with the book's index beside it: what it found, whether it has the element, its scripts' bytes. */
async function opened(folder) {
  const server = await serve({ "": folder, bifocal: join(demo, "bifocal") });
  try {
    return await withPage(async (page) => {
      const hits = await resultOf(page, `${server.url}/index.html`);
      const { loaded, ...seen } = await page.evaluate(() => ({
        hasElement: customElements.get("bifocal-search") !== undefined,
        onServer: document.querySelector("#server") && Number(document.querySelector("#server").textContent),
        loaded: performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname),
      }));
      const scripts = [...new Set(loaded)].filter((path) => path.endsWith(".js") && !path.startsWith("/bifocal/"));
      let bytes = 0;
      for (const path of scripts) bytes += await zipped(join(folder, path));
      return { hits, bytes, ...seen };
    });
  } finally {
    server.close();
  }
}

const zipped = async (file) => gzipSync(await readFile(file), { level: 9 }).length;
