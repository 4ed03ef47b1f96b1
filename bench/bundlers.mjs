// Whether the npm package goes through bundlers with nothing configured: each builds one page that asks an index, and the
// page is opened. What each makes of it in bytes stands beside.

import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { dirname, join } from "node:path";
import { resultOf, withPage } from "./chromium.mjs";
import { table } from "./figures.mjs";
import { demo, here, load, packages } from "./places.mjs";
import { serve } from "./server.mjs";

const SCRIPT = `import { open } from "bifocal";
import "bifocal/element";
document.body.append(document.createElement("bifocal-search"));
open("/bifocal/").then((search) => search.search("ownership")).then(({ hits }) => console.log(JSON.stringify({ result: hits.length })));
`;

/** Builds `entry` into `out`, a folder; the script there is \`main.js\`. */
const BUNDLERS = {
  esbuild: async (entry, out) => {
    const options = { entryPoints: [entry], outdir: out, bundle: true, splitting: true, format: "esm", minify: true, logLevel: "silent" };
    const { warnings } = await load("esbuild").build(options);
    return warnings.map(({ text }) => text);
  },
  vite: async (entry, out) => {
    const { build } = await import(load.resolve("vite").replace(/index\.cjs$/, "dist/node/index.js"));
    const warnings = [];
    const logger = { info() {}, warn: (text) => warnings.push(text), warnOnce: (text) => warnings.push(text), error: (text) => warnings.push(text), clearScreen() {}, hasErrorLogged: () => false, hasWarned: false };
    const rollupOptions = { input: entry, output: { entryFileNames: "main.js" } };
    await build({ root: dirname(entry), customLogger: logger, build: { outDir: out, rollupOptions } });
    return warnings;
  },
  webpack: async (entry, out) => {
    const webpack = load("webpack");
    const options = { mode: "production", entry, experiments: { outputModule: true }, output: { path: out, filename: "main.js", module: true } };
    const stats = await new Promise((resolve, reject) => webpack(options, (error, stats) => (error ? reject(error) : resolve(stats))));
    const { warnings, errors } = stats.toJson({ all: false, warnings: true, errors: true });
    return [...warnings, ...errors].map(({ message }) => message);
  },
};

export async function measure() {
  const project = here("target/bench/bundlers");
  await rm(project, { recursive: true, force: true });
  await mkdir(join(project, "node_modules"), { recursive: true });
  await cp(here("www/dist/npm"), join(project, "node_modules/bifocal"), { recursive: true });
  await writeFile(join(project, "package.json"), '{ "type": "module" }');
  await writeFile(join(project, "main.js"), SCRIPT);
  const rows = [["bundler", "version", "bytes of gzip of the page's script", "warnings", "hits in the page"]];
  const figures = {};
  for (const [name, bundle] of Object.entries(BUNDLERS)) {
    const out = join(project, name);
    const warnings = await bundle(join(project, "main.js"), out);
    await writeFile(join(out, "index.html"), '<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="main.js"></script>');
    const { version } = JSON.parse(await readFile(join(packages, name, "package.json"), "utf8"));
    const bytes = gzipSync(await readFile(join(out, "main.js")), { level: 9 }).length;
    const hits = await hitsIn(out);
    figures[name] = { version, bytes, warnings, hits };
    rows.push([name, version, bytes, warnings.length, hits]);
    if (warnings.length > 0 || hits === 0) throw new Error(`${name}: ${hits} hits; ${warnings.join("; ")}`);
  }
  table(rows);
  return { figures };
}

/** Opens the page in `folder`, with the book's index beside it, and gives how many hits it found. */
async function hitsIn(folder) {
  const server = await serve({ "": folder, bifocal: join(demo, "bifocal") });
  try {
    return await withPage((page) => resultOf(page, `${server.url}/index.html`));
  } finally {
    server.close();
  }
}
