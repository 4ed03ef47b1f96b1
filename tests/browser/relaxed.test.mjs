// Which of the transformer's two modules a browser loads and keeps: that with relaxed SIMD, which today's browsers have, or the other.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sealed } from "./entry.mjs";
import { keep } from "./keep.mjs";
import { built, stage } from "./stage.mjs";

const { server, story } = stage(built("site"));

const read = (path) => readFileSync(join(built("site"), "bifocal", path), "utf8");
const entry = JSON.parse(read("bifocal.json"));
const { transformer: PLAIN, transformerRelaxed: RELAXED, worker: WORKER } = entry.runtime;

/** Those of the two that `paths`, or addresses, name. */
const among = (paths) => [PLAIN, RELAXED].filter((module) => paths.some((path) => path.endsWith(`/bifocal/${module}`)));

/** Loads the model, then keeps the index: which modules were asked for first, and which were kept. */
async function modules(page) {
  await page.goto(`${server.origin}/bifocal/`);
  const encoder = await page.evaluate(async () => {
    const { open } = await import("/bifocal/bifocal.js");
    const search = await open("/bifocal/");
    await search.upgrade();
    return (await search.search("why do the insects fly away")).encoder;
  });
  assert.equal(encoder, "all-MiniLM-L6-v2");
  const loaded = among(server.requests);
  assert.match(await keep(page), /works offline/);
  const kept = await page.evaluate(async () => {
    const [name] = (await caches.keys()).filter((name) => name.startsWith("bifocal-offline http"));
    return (await (await caches.open(name)).keys()).map(({ url }) => url);
  });
  return { loaded, kept: among(kept) };
}

test("an entry that was changed has the checksum that the command gives it", () => assert.equal(sealed(entry), read("bifocal.json")));

story("a browser with relaxed SIMD loads and keeps the module for it, and not the other", async (page) => {
  assert.deepEqual(await modules(page), { loaded: [RELAXED], kept: [RELAXED] });
});

story("a browser without it loads and keeps the other", async (page) => {
  const changed = Object.fromEntries([WORKER, "bifocal-offline.js"].map((path) => [path, `WebAssembly.validate = () => false;${read(path)}`]));
  for (const [path, text] of Object.entries(changed)) server.pages[`/bifocal/${path}`] = text;
  list((file) => (Object.hasOwn(changed, file.path) ? { ...file, ...measured(changed[file.path]) } : file));
  assert.deepEqual(await modules(page), { loaded: [PLAIN], kept: [PLAIN] });
});

story("an index of an earlier build, which has the other alone, loads it and keeps it", async (page) => {
  const { transformerRelaxed: _, ...runtime } = entry.runtime;
  server.pages["/bifocal/bifocal.json"] = sealed({ ...entry, runtime });
  list((file) => (file.path === RELAXED ? [] : file));
  assert.deepEqual(await modules(page), { loaded: [PLAIN], kept: [PLAIN] });
});

/** Serves the list of files with each as `change` gives it. */
function list(change) {
  const { files, ...rest } = JSON.parse(read("files.json"));
  server.pages["/bifocal/files.json"] = JSON.stringify({ ...rest, files: files.flatMap(change) });
}

const measured = (text) => ({ bytes: Buffer.byteLength(text), sha256: createHash("sha256").update(text).digest("hex") });
