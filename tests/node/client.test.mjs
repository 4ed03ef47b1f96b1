// The client and the worker's side together, in one thread and over the tests' own engine: what a developer who calls
// `open` gets. The files are handed in, as Node and a service worker do it.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, test } from "node:test";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { fakeIndex, WASM } from "./fake.mjs";
import { answer, inPacks } from "./fake-packs.mjs";
import { bundle, temporaryFolder } from "./sources.mjs";

const folder = await temporaryFolder(after);
const base = pathToFileURL(join(folder, "bifocal/")).href;
await mkdir(join(folder, "bifocal/runtime"), { recursive: true });
const core = fileURLToPath(new URL("fake-core.mjs", import.meta.url));
await bundle("worker.ts", join(folder, "bifocal/runtime/worker.js"), core);
const { PROTOCOL } = await import(await bundle("protocol.ts", join(folder, "protocol.mjs")));
const { open, BifocalError } = await import(await bundle("loader.ts", join(folder, "bifocal/bifocal.mjs")));

const PAGES = [
  { id: "owl", title: "Owls", text: "The owl sleeps by day." },
  { id: "lark", title: "Larks", text: "The lark sings by day." },
];

/** Opens `files` (which may change later); `t` closes it. */
async function opened(t, files, more = {}) {
  files.set("runtime/core.bin", files.get("runtime/core.bin") ?? WASM);
  const fetchFile = async (path) => (files.has(path) ? new Response(files.get(path)) : new Response("", { status: 404 }));
  const search = await open(base, { fetchFile, ...more });
  t.after(() => search.close());
  return search;
}

test("an index opens, says what it is, and answers", async (t) => {
  const search = await opened(t, fakeIndex(PAGES));
  assert.deepEqual([search.about.title, search.about.pages, search.upgraded], ["A site", 2, false]);
  const { hits, total, legs } = await search.search("owl", { mode: "keyword" });
  assert.deepEqual([hits.length, total, legs.keyword.status], [1, 1, "used"]);
  assert.equal(hits[0].url, new URL("../owl.html", base).href);
});

for (const [difference, wayOut] of [[-1, /update the npm package bifocal, or reload the page$/], [1, /rebuild the index with bifocal of the same version$/]]) {
  test(`a loader that is ${difference < 0 ? "older" : "newer"} than the worker is told what to update`, async () => {
    const { serve } = await import(`${base}runtime/worker.js`);
    const said = [];
    const port = { postMessage: (message) => said.push(message), onmessage: null };
    serve(port);
    port.onmessage({ data: { type: "hello", protocol: PROTOCOL + difference, base, coming: [] } });
    const [, { type, id, failure }] = said;
    assert.deepEqual([type, id, failure.code], ["failed", 0, "protocol"]);
    assert.match(failure.message, wayOut);
  });
}

test("where no worker can be made, as of an index on another origin, the engine runs in this thread", async (t) => {
  const files = fakeIndex(PAGES).set("runtime/core.bin", WASM);
  t.mock.method(globalThis, "fetch", async (url) => new Response(files.get(String(url).slice(base.length))));
  globalThis.Worker = class {
    constructor() {
      throw new DOMException("it is of another origin", "SecurityError");
    }
  };
  t.after(() => delete globalThis.Worker);
  const search = await open(base);
  t.after(() => search.close());
  assert.equal((await search.search("owl")).hits.length, 1);
});

test("an index whose parts are all near at hand is held whole", async (t) => {
  for (const [whole, expected] of [[undefined, ""], [true, "of the whole"]]) {
    const search = await opened(t, fakeIndex(PAGES), { whole });
    assert.equal((await search.search("owl")).fusion, expected);
  }
});

for (const [how, ranges, whole, reads] of [
  ["by ranges", true, false, "ranges"],
  ["from a server without ranges", false, false, "memory"],
  ["held whole", true, true, "memory"],
]) {
  test(`a packed index is read ${how}, and says so`, async (t) => {
    const files = inPacks(fakeIndex(PAGES)).set("runtime/core.bin", WASM);
    const asked = [];
    const fetchFile = async (path, init) => {
      asked.push(path);
      return files.has(path) ? answer(files.get(path), init, ranges) : new Response("", { status: 404 });
    };
    const search = await open(base, { fetchFile, whole });
    t.after(() => search.close());
    assert.equal(search.about.reads, reads);
    assert.equal((await search.search("day")).hits.length, 2);
    assert.equal(asked.filter((path) => path.startsWith("parts/")).length, reads === "ranges" ? 2 : 1);
  });
}

test("an index that is a single file opens from its bytes, again and again", async (t) => {
  const files = inPacks(fakeIndex(PAGES));
  const pack = files.get("parts/pack0-one.bin");
  const fetchFile = async (path) => (path === "runtime/core.bin" ? new Response(WASM) : new Response("", { status: 404 }));
  for (const bytes of [pack, pack.buffer.slice(pack.byteOffset, pack.byteOffset + pack.length), Buffer.from(pack)]) {
    const search = await open(base, { fetchFile, pack: bytes });
    t.after(() => search.close());
    const { hits, fusion } = await search.search("day");
    assert.deepEqual([hits.length, fusion, search.about.reads], [2, "of the whole", "memory"]);
  }
  for (const bytes of [pack.slice(0, 10), pack.slice(0, 300), new Uint8Array(), new TextEncoder().encode("<!doctype html>".repeat(9))]) {
    await assert.rejects(open(base, { fetchFile, pack: bytes }), { code: "index" });
  }
});

test("halves of surrogate pairs never reach the engine", async (t) => {
  const search = await opened(t, fakeIndex(PAGES));
  assert.equal((await search.search("a\ud83db\udc00 \u{1f989}")).query, "a\ufffdb\ufffd \u{1f989}");
});

test("bad options are named, with what is allowed", async (t) => {
  const search = await opened(t, fakeIndex(PAGES));
  const wrong = [[5, {}], ["a", { mode: "fuzzy" }], ["a", { encoder: "oracle" }], ["a", { limit: 0 }], ["a", { limit: 2.5 }], ["a", { offset: -1 }]];
  for (const [text, options] of wrong) await assert.rejects(search.search(text, options), { code: "option", message: /can be/ });
});

test("an aborted search rejects with the signal's reason", async (t) => {
  const search = await opened(t, fakeIndex(PAGES));
  const stop = new AbortController();
  const asked = search.search("owl", { signal: stop.signal });
  stop.abort();
  await assert.rejects(asked, { name: "AbortError" });
  await assert.rejects(search.search("owl", { signal: stop.signal }), { name: "AbortError" });
  assert.equal((await search.search("owl")).hits.length, 1);
});

test("an index that is rebuilt under the reader is opened anew, and asked once more", async (t) => {
  const files = fakeIndex(PAGES);
  const search = await opened(t, files);
  for (const path of files.keys()) if (path.startsWith("parts/")) files.delete(path);
  for (const [path, bytes] of fakeIndex([...PAGES, { id: "wren", title: "Wrens", text: "The wren, by day." }], { generation: "two" })) files.set(path, bytes);
  const [day, owl] = await Promise.all([search.search("day"), search.search("owl")]);
  assert.deepEqual([day.hits.length, owl.hits.length, search.about.generation], [3, 1, "two"]);
});

test("a part that is missing from the newest index only shortens the answer", async (t) => {
  const files = fakeIndex(PAGES);
  files.delete("parts/owl-one.bin");
  const { hits, failures } = await (await opened(t, files)).search("day");
  assert.deepEqual([hits.map((hit) => hit.id), failures.length], [["lark"], 1]);
});

test("an index without a model: meaning is skipped with the reason, embed and upgrade say how to have one", async (t) => {
  const search = await opened(t, fakeIndex(PAGES));
  const { legs } = await search.search("owl", { encoder: "transformer" });
  assert.deepEqual([legs.semantic.status, legs.semantic.reason], ["skipped", "this index was built without a model"]);
  await assert.rejects(search.upgrade(), { code: "model", message: /--no-transformer/ });
  await assert.rejects(search.embed("owl"), { code: "model" });
});

test("after close nothing is answered", async (t) => {
  const search = await opened(t, fakeIndex(PAGES));
  const asked = search.search("owl");
  search.close();
  await assert.rejects(asked, { code: "closed" });
  await assert.rejects(search.search("owl"), { code: "closed" });
});

for (const [what, spoil, code] of [
  ["no entry", (files) => files.delete("bifocal.json"), "missing"],
  ["a page for an entry", (files) => files.set("bifocal.json", "<!doctype html>"), "index"],
  ["a page for the core", (files) => files.set("runtime/core.bin", "<!doctype html>"), "damaged"],
  ["a core that does not compile", (files) => files.set("runtime/core.bin", new Uint8Array([...WASM, 9, 9])), "wasm"],
]) {
  test(`${what} is an error of its own`, async (t) => {
    const files = fakeIndex(PAGES);
    spoil(files);
    await assert.rejects(opened(t, files), (error) => error instanceof BifocalError && error.code === code);
  });
}
