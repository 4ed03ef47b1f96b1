// How the transformer's file is fetched, checked and kept. Cache Storage is one of the tests' own: Node has none.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { after, beforeEach, test } from "node:test";
import { BASE, WASM } from "./fake.mjs";
import { load } from "./sources.mjs";

const { loadTransformer } = await load("model.ts", after);

const FILE = new Uint8Array(300_000).map((_, at) => at * 7);
const MODEL = { path: "model/m-1.gguf", bytes: FILE.length, sha256: createHash("sha256").update(FILE).digest("hex") };
const SPACE = { model: "fake", weights: "1", pooling: "mean", prefix: "", dims: 1 };
const URL_OF_MODEL = BASE + MODEL.path;

let space;
let kept;
let written;
let freed;
let asked;

beforeEach(() => {
  space = SPACE;
  kept = new Map();
  written = [];
  freed = 0;
  asked = [];
  globalThis.caches = {
    open: async () => ({
      match: async (url) => (kept.has(url) ? new Response(kept.get(url)) : undefined),
      put: async (url, response) => void kept.set(url, new Uint8Array(await response.arrayBuffer())),
      delete: async (url) => kept.delete(url),
      keys: async () => [...kept.keys()].map((url) => ({ url })),
    }),
  };
});
after(() => delete globalThis.caches);

const bindings = () => ({
  __wbg_set_wasm: () => {},
  Transformer: class {
    constructor(bytes) {
      assert.equal(bytes, FILE.length);
      written = [];
    }
    write(chunk) {
      written.push(chunk.slice());
    }
    ready() {
      assert.deepEqual(Buffer.concat(written), Buffer.from(FILE));
    }
    space() {
      return space;
    }
    free() {
      freed++;
    }
    embed() {
      return new Float32Array(1);
    }
  },
});

/** Loads with a server that answers the model as `serve` says; returns the phases that were told. */
async function loading(serve = () => new Response(FILE), signal = new AbortController().signal, model = MODEL) {
  const phases = [];
  const fetchFile = async (path, init) => {
    asked.push(`${path} ${init.cache ?? ""}`.trim());
    return path === model.path ? serve(init) : new Response(WASM);
  };
  const onProgress = (told) => phases.push(told);
  await loadTransformer({ base: BASE, path: "runtime/t.bin", model, space: SPACE, fetchFile, onProgress, signal }, bindings());
  return phases;
}

test("the file is downloaded, told in bytes, kept, and read from the cache the next time", async () => {
  const first = await loading();
  assert.equal(first[0].phase, "downloading");
  assert.deepEqual(first.findLast((told) => told.phase === "downloading"), { phase: "downloading", loaded: FILE.length, total: FILE.length });
  assert.deepEqual(first.slice(-2).map((told) => told.phase), ["starting", "ready"]);
  assert.deepEqual(kept.get(URL_OF_MODEL), FILE);
  asked = [];
  const second = await loading();
  assert.ok(second.every((told) => told.phase !== "downloading") && second[0].phase === "from-cache");
  assert.deepEqual(asked, ["runtime/t.bin"]);
});

const GZIPPED = new Uint8Array(gzipSync(FILE));
const PACKED = { ...MODEL, path: "model/m-1.gguf.gz", bytes: GZIPPED.length, unpacked: FILE.length };
const loadPacked = (serve, signal) => loading(serve, signal ?? new AbortController().signal, PACKED);

test("a file that gzip packed is told in bytes of the download, kept packed, and read from the cache", async () => {
  assert.ok(GZIPPED.length < FILE.length / 10);
  const first = await loadPacked(() => new Response(GZIPPED));
  const last = first.findLast((told) => told.phase === "downloading");
  assert.deepEqual(last, { phase: "downloading", loaded: GZIPPED.length, total: GZIPPED.length });
  assert.deepEqual(kept.get(BASE + PACKED.path), GZIPPED);
  asked = [];
  assert.equal((await loadPacked())[0].phase, "from-cache");
  assert.deepEqual(asked, ["runtime/t.bin"]);
});

test("a server that un-gzips the file by itself is understood", async () => {
  assert.equal((await loadPacked(() => new Response(FILE))).at(-1).phase, "ready");
});

for (const [what, bytes, message] of [
  ["cut short", GZIPPED.slice(0, -9), /does not un-gzip|of 300000 bytes/],
  ["broken", GZIPPED.map((byte, at) => (at === 40 ? byte ^ 255 : byte)), /does not un-gzip|SHA-256/],
  ["longer than it was said to be", new Uint8Array(gzipSync(new Uint8Array(FILE.length * 9))), /more than 300000 bytes/],
]) {
  test(`a packed download that is ${what} is tried once more, then an error, and never kept`, async () => {
    await assert.rejects(loadPacked(() => new Response(bytes)), { code: "damaged", message });
    assert.deepEqual([kept.size, freed], [0, 2]);
  });
}

test("a packed download that breaks off says so, and one that is stopped keeps nothing", async () => {
  const broken = () => new Response(new ReadableStream({ start: (flow) => (flow.enqueue(GZIPPED.slice(0, 50)), setTimeout(() => flow.error(new Error("gone")), 5)) }));
  await assert.rejects(loadPacked(broken), { code: "network", message: /gone/ });
  const stop = new AbortController();
  const endless = ({ signal }) =>
    new Response(new ReadableStream({ start: (flow) => (flow.enqueue(GZIPPED.slice(0, 50)), signal.addEventListener("abort", () => flow.error(signal.reason)), setTimeout(() => stop.abort(), 5)) }));
  await assert.rejects(loadPacked(endless, stop.signal), { name: "AbortError" });
  assert.equal(kept.size, 0);
});

test("a kept file that is damaged is dropped and downloaded", async () => {
  kept.set(URL_OF_MODEL, FILE.slice(5));
  const phases = await loading();
  assert.ok(phases.some((told) => told.phase === "downloading"));
  assert.deepEqual(kept.get(URL_OF_MODEL), FILE);
});

for (const [what, bytes] of [["short", FILE.slice(9)], ["long", new Uint8Array(FILE.length + 1)], ["other", FILE.map((byte) => byte ^ 1)]]) {
  test(`a download that is ${what} is tried once more, then an error, and never kept`, async () => {
    await assert.rejects(loading(() => new Response(bytes)), { code: "damaged" });
    assert.deepEqual(asked.filter((path) => path.startsWith(MODEL.path)), [MODEL.path, `${MODEL.path} reload`]);
    assert.deepEqual([kept.size, freed], [0, 2]);
  });
}

test("a browser that refuses to keep anything still loads", async () => {
  globalThis.caches.open = () => Promise.reject(new Error("forbidden"));
  assert.equal((await loading()).at(-1).phase, "ready");
  const full = { match: async () => undefined, put: async () => Promise.reject(new Error("quota")), keys: async () => [] };
  globalThis.caches.open = async () => full;
  assert.equal((await loading()).at(-1).phase, "ready");
});

test("models of former builds are let go", async () => {
  kept.set(`${BASE}model/old.gguf`, FILE);
  kept.set("http://site.test/other/model/m.gguf", FILE);
  await loading();
  assert.deepEqual([...kept.keys()].sort(), [URL_OF_MODEL, "http://site.test/other/model/m.gguf"].sort());
});

test("a download can be stopped, and keeps nothing", async () => {
  const stop = new AbortController();
  const endless = () =>
    new Response(new ReadableStream({ pull: (flow) => (flow.enqueue(FILE.slice(0, 1000)), setTimeout(() => stop.abort(), 5), new Promise((r) => setTimeout(r, 2))) }));
  await assert.rejects(loading(endless, stop.signal), { name: "AbortError" });
  assert.deepEqual([kept.size, freed], [0, 1]);
});

test("a model of another space than the rows is refused, with both spaces", async () => {
  space = { ...SPACE, weights: "2" };
  await assert.rejects(loading(), { code: "model", message: /"weights":"2".*"weights":"1"/ });
  assert.equal(freed, 1);
});
