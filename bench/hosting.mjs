// Whether the samples of docs/hosting.md do what is said there, taken from its text: each of their servers serves a site with an index,
// every file of which is asked for, and a page of the site is searched in a browser under the policy that the document gives.
// Servers that can't be had are named and passed over.

import { chmod, cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join, relative } from "node:path";
import { withPage } from "./chromium.mjs";
import { table } from "./figures.mjs";
import { had, served, SERVERS } from "./hosting/servers.mjs";
import { fences, rowsOf, section } from "./markdown.mjs";
import { bifocal, gguf, here } from "./places.mjs";
import { run } from "./programs.mjs";

const DOCUMENT = "docs/hosting.md";

/** Smaller files may be sent as they are: compressing them saves no packet. */
const SMALL = 1024;

const PAGE = `<!doctype html><meta charset="utf-8"><title>A site</title>
<script type="module" src="/bifocal/bifocal-search.js"></script>
<bifocal-search></bifocal-search>
`;

export async function measure() {
  const claims = await claimed();
  // A server that is started as root reads as another, who may not see this repository.
  const whole = await mkdtemp(join(tmpdir(), "bifocal-hosting-"));
  await chmod(whole, 0o755);
  const rows = [["server", "version", "files of the index", "found"]];
  const figures = {};
  try {
    const site = await built(join(whole, "site"));
    for (const [name, server] of Object.entries(SERVERS)) {
      const program = await had(server).catch((error) => error);
      if (program instanceof Error) {
        console.log(`${name} can't be had here: ${program.message}`);
        continue;
      }
      const sample = fences(await section(DOCUMENT, name)).find(({ language }) => language === server.language).lines.join("\n");
      figures[name] = await served(server, program, { place: join(whole, name), site, sample, policy: claims.policy }, async (url) => {
        const { files, wrong } = await compared(url, site, claims);
        if (wrong.length > 0) throw new Error(`${name} ${program.version}, ${wrong.length} of them wrong:\n${wrong.slice(0, 20).join("\n")}`);
        return { version: program.version, files, found: await searched(url) };
      });
      rows.push([name, ...Object.values(figures[name])]);
    }
  } finally {
    await rm(whole, { recursive: true });
  }
  table(rows);
  return { figures };
}

/** What the document says of the policy, and of each kind of file. */
async function claimed() {
  const codes = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code);
  const [policy] = fences(await section(DOCUMENT, "Content Security Policy"))[0].lines;
  const caching = rowsOf(await section(DOCUMENT, "Caching headers"));
  const [compressed, plain] = rowsOf(await section(DOCUMENT, "Compression"));
  return {
    policy: policy.replace("Content-Security-Policy: ", ""),
    caching: caching.map(([paths, header]) => ({ folders: codes(paths).map((path) => path.replace(/\*$/, "")), header: codes(header)[0] })),
    compressed: codes(compressed[0]).filter((code) => code.startsWith(".")),
    plain: codes(plain[0]),
  };
}

/** A site with an index in files, and one in a pack in `packed/`. */
async function built(site) {
  await cp(here("tests/site"), site, { recursive: true });
  await writeFile(join(site, "page.html"), PAGE);
  await run(bifocal, ["build", site, "--model", gguf], site);
  await run(bifocal, ["build", site, "--model", gguf, "--single-file", "--output", join(site, "packed/bifocal")], site);
  return site;
}

/** How many files of the index were asked for, and what is not as it is said to be. */
async function compared(url, site, claims) {
  const wrong = [];
  const found = await readdir(join(site, "bifocal"), { recursive: true, withFileTypes: true });
  const files = found.filter((file) => file.isFile()).map((file) => relative(site, join(file.parentPath ?? file.path, file.name)));
  for (const path of files) {
    const expect = (what, is, expected) => is === expected || wrong.push(`${path}: ${what} is ${is}, not ${expected}`);
    const bytes = await readFile(join(site, path));
    const ask = (headers) => fetch(`${url}/${path.replace(/index\.html$/, "")}`, { headers: { "accept-encoding": "gzip", ...headers } });
    const whole = await ask();
    const { headers } = whole;
    const { header } = claims.caching.find(({ folders }) => folders.some((folder) => path.startsWith(folder)));
    expect("Cache-Control", headers.get("cache-control"), header);
    expect("what comes", bytes.equals(Buffer.from(await whole.arrayBuffer())), true);
    if (claims.compressed.includes(extname(path))) {
      expect("Content-Encoding", headers.get("content-encoding"), null);
      const part = await ask({ range: "bytes=10-19" });
      expect("the status of a range", part.status, 206);
      expect("what comes of a range", bytes.subarray(10, 20).equals(Buffer.from(await part.arrayBuffer())), true);
    }
    if (claims.plain.includes(extname(path)) && bytes.length > SMALL) {
      expect("Content-Encoding", headers.get("content-encoding"), "gzip");
      expect("Vary", headers.get("vary"), "Accept-Encoding");
    }
    if (extname(path) === ".js") expect("JavaScript", /^(text|application)\/javascript\b/.test(headers.get("content-type")), true);
    // What is asked for anew need not come anew.
    if (header === "no-cache") expect("the status of what is there already", (await ask({ "if-none-match": headers.get("etag") })).status, 304);
  }
  const missing = await fetch(`${url}/bifocal/parts/missing.bin`);
  const kept = /max-age/.test(missing.headers.get("cache-control"));
  if (missing.status !== 404 || kept) wrong.push(`a missing part: ${missing.status}, ${kept ? "" : "not "}to be kept`);
  return { files: files.length, wrong };
}

/** The title of the page to which a search by keyboard leads; the pack must be read by ranges, and the console stay empty. */
function searched(url) {
  return withPage(async (page) => {
    const said = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(error.message));
    await page.goto(`${url}/page.html`);
    const reads = await page.evaluate(async () => {
      const { open } = await import("/packed/bifocal/bifocal.js");
      const search = await open("/packed/bifocal/");
      const { hits } = await search.search("swarm");
      return hits.length > 0 ? search.about.reads : "nothing";
    });
    await page.waitForFunction(() => document.querySelector("bifocal-search")?.shadowRoot);
    await page.keyboard.press("/");
    await page.keyboard.type("splitting a colony");
    await page.locator("#hits:not([aria-busy]) .hit").first().waitFor();
    const workers = page.workers().length;
    if (reads !== "ranges" || workers !== 2 || said.length > 0) throw new Error(`a pack was read by ${reads}; ${workers} workers; the console says: ${said.join("\n")}`);
    await page.keyboard.press("Enter");
    await page.waitForURL(/swarming/);
    return page.title();
  });
}
