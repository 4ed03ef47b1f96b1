// How the transformer's file is fetched, checked and kept. Cache Storage is one of the tests' own: Node has none.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { after, beforeEach, test } from "node:test";
import { BASE, WASM } from "./fake.mjs";
import { load } from "./sources.mjs";

const { loadTransformer } = await load("model.ts", after);

const FILE = new Uint8Array(300_000).map((_, at) => at * 7 + (at >> 8));
const PIECE = 50_000;

/** A model of `file`, with what is served of it by path. */
function cut(file, path, unpacked, size = PIECE) {
  const pieces = Array.from({ length: Math.ceil(file.length / size) }, (_, at) => file.slice(at * size, (at + 1) * size));
  const sha256 = createHash("sha256").update(file).digest("hex");
  const model = { path, pieces: pieces.length, bytes: file.length, sha256, ...(unpacked && { unpacked }) };
  return { model, pieces: new Map(pieces.map((piece, at) => [path.replace("*", at), piece])) };
}

const PLAIN = cut(FILE, "model/m-*-1.bin");
const SPACE = { model: "fake", weights: "1", pooling: "mean", prefix: "", dims: 1 };
const urls = ({ pieces }) => [...pieces.keys()].map((path) => BASE + path);

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

/** Loads with a server that answers pieces as `serve` says; returns what was told. */
async function loading(serve = (piece) => new Response(piece), { served = PLAIN, relaxed, gone, signal = new AbortController().signal } = {}) {
  const told = [];
  const fetchFile = async (path, init) => {
    asked.push(`${path} ${init.cache === "reload" ? "reload" : ""}`.trim());
    if (path === gone) return new Response(null, { status: 404 });
    return served.pieces.has(path) ? serve(served.pieces.get(path), path, init) : new Response(WASM);
  };
  const order = { base: BASE, path: "runtime/t.bin", relaxed, model: served.model, space: SPACE, fetchFile, signal };
  await loadTransformer({ ...order, onProgress: (progress) => told.push(progress) }, bindings());
  return told;
}

test("the file is downloaded, told in bytes, kept, and read from the cache the next time", async () => {
  const first = await loading();
  assert.deepEqual(first[0], { phase: "downloading", loaded: 0, total: FILE.length });
  assert.deepEqual(first.findLast((told) => told.phase === "downloading"), { phase: "downloading", loaded: FILE.length, total: FILE.length });
  assert.deepEqual(first.slice(-2).map((told) => told.phase), ["starting", "ready"]);
  assert.deepEqual([...kept.keys()].sort(), urls(PLAIN));
  asked = [];
  const second = await loading();
  assert.ok(second.every((told) => told.phase !== "downloading") && second[0].phase === "from-cache");
  assert.deepEqual(asked, ["runtime/t.bin"]);
});

for (const [what, has, options, expected] of [
  ["with relaxed SIMD, the wasm for that is loaded", true, { relaxed: "runtime/r.bin" }, ["runtime/r.bin"]],
  ["without it, the other", false, { relaxed: "runtime/r.bin" }, ["runtime/t.bin"]],
  ["with it, the other of an index that has no more", true, {}, ["runtime/t.bin"]],
  ["with it, the other where that cannot be had", true, { relaxed: "runtime/r.bin", gone: "runtime/r.bin" }, ["runtime/r.bin", "runtime/t.bin"]],
]) {
  test(what, async (t) => {
    t.mock.method(WebAssembly, "validate", () => has);
    assert.equal((await loading(undefined, options)).at(-1).phase, "ready");
    assert.deepEqual(asked.filter((path) => path.startsWith("runtime/")), expected);
  });
}

test("a few pieces are on their way at once, and not all", async () => {
  let [now, most] = [0, 0];
  await loading(async (piece) => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 5));
    now--;
    return new Response(piece);
  });
  assert.equal(most, 4);
  assert.equal(PLAIN.model.pieces, 6);
});

test("a download that broke off goes on with the pieces that are missing", async () => {
  const broken = () => new Response(new ReadableStream({ start: (flow) => (flow.enqueue(FILE.slice(0, 50)), setTimeout(() => flow.error(new Error("gone")), 5)) }));
  const third = (piece, path) => (path.includes("-2-") ? broken() : new Response(piece));
  await assert.rejects(loading(third), { code: "network", message: /model\/m-2-1\.bin broke off: gone/ });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(!kept.has(urls(PLAIN)[2]) && kept.has(urls(PLAIN)[0]));
  const missing = urls(PLAIN).filter((url) => !kept.has(url));
  asked = [];
  const told = await loading();
  assert.deepEqual(asked.filter((path) => path.startsWith("model/")).map((path) => BASE + path), missing);
  assert.ok(told[0].phase === "downloading" && told.at(-1).phase === "ready");
});

const GZIPPED = new Uint8Array(gzipSync(FILE));
const PACKED = cut(GZIPPED, "model/m-*-2.bin", FILE.length, 500);

test("a file that gzip packed is told in bytes of the download, kept packed, and read from the cache", async () => {
  assert.ok(GZIPPED.length < FILE.length / 10 && PACKED.model.pieces > 4);
  const first = await loading(undefined, { served: PACKED });
  const last = first.findLast((told) => told.phase === "downloading");
  assert.deepEqual(last, { phase: "downloading", loaded: GZIPPED.length, total: GZIPPED.length });
  assert.deepEqual(Buffer.concat(urls(PACKED).map((url) => kept.get(url))), Buffer.from(GZIPPED));
  asked = [];
  assert.equal((await loading(undefined, { served: PACKED }))[0].phase, "from-cache");
  assert.deepEqual(asked, ["runtime/t.bin"]);
});

const TOO_LONG = new Uint8Array(gzipSync(new Uint8Array(FILE.length * 9)));
for (const [what, bytes, message] of [
  ["cut short", GZIPPED.slice(0, -9), /does not un-gzip|of 300000 bytes/],
  ["broken", GZIPPED.map((byte, at) => (at === 40 ? byte ^ 255 : byte)), /does not un-gzip|SHA-256/],
  ["longer than it was said to be", TOO_LONG, /more than 300000 bytes/],
]) {
  test(`a packed download that is ${what} is tried once more, then an error, and never kept`, async () => {
    const served = cut(bytes, PACKED.model.path, FILE.length, 500);
    await assert.rejects(loading(undefined, { served }), { code: "damaged", message });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual([kept.size, freed], [0, 2]);
  });
}

test("kept pieces that are damaged are dropped, and all is downloaded past the caches", async () => {
  await loading();
  kept.set(urls(PLAIN)[1], FILE.slice(5, 50_000));
  asked = [];
  const told = await loading();
  assert.ok(told.some(({ phase }) => phase === "downloading"));
  assert.deepEqual(asked.slice(1), [...PLAIN.pieces.keys()].map((path) => `${path} reload`));
  assert.deepEqual(Buffer.concat(urls(PLAIN).map((url) => kept.get(url))), Buffer.from(FILE));
});

for (const [what, change] of [
  ["short", (piece) => piece.slice(9)],
  ["long", (piece) => new Uint8Array(piece.length + 1)],
  ["other", (piece) => piece.map((byte) => byte ^ 1)],
]) {
  test(`a download that is ${what} is tried once more, then an error, and never kept`, async () => {
    await assert.rejects(loading((piece) => new Response(change(piece))), { code: "damaged" });
    const paths = [...PLAIN.pieces.keys()];
    assert.deepEqual(asked.filter((path) => path.startsWith("model/")).slice(0, 6), paths);
    assert.ok(asked.includes(`${paths[0]} reload`));
    await new Promise((resolve) => setTimeout(resolve, 20));
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
  kept.set(`${BASE}model/old-0-1.bin`, FILE);
  kept.set("http://site.test/other/model/m-0-1.bin", FILE);
  await loading();
  assert.deepEqual([...kept.keys()].sort(), [...urls(PLAIN), "http://site.test/other/model/m-0-1.bin"].sort());
});

test("a download can be stopped, and keeps the pieces that are whole", async () => {
  const stop = new AbortController();
  const endless = (signal) =>
    new Response(new ReadableStream({ start: (flow) => (flow.enqueue(FILE.slice(0, 1000)), signal.addEventListener("abort", () => flow.error(signal.reason)), setTimeout(() => stop.abort(), 5)) }));
  const serve = (piece, path, { signal }) => (path.includes("-0-") ? new Response(piece) : endless(signal));
  await assert.rejects(loading(serve, { signal: stop.signal }), { name: "AbortError" });
  assert.deepEqual([[...kept.keys()], freed], [[urls(PLAIN)[0]], 1]);
});

test("a model of another space than the rows is refused, with both spaces", async () => {
  space = { ...SPACE, weights: "2" };
  await assert.rejects(loading(), { code: "model", message: /"weights":"2".*"weights":"1"/ });
  assert.equal(freed, 1);
});
