import assert from "node:assert/strict";
import { test } from "node:test";
import { kindOf } from "./kinds.mjs";
import { recorder, rounds } from "./wire.mjs";

/** Requests as `[start, end]`. */
const check = (expected, ...times) => assert.equal(rounds(times.map(([start, end]) => ({ start, end }))), expected);

test("a request that starts when another has ended is in the next round", () => {
  check(0);
  check(1, [0, 1]);
  check(1, [0, 1], [0.5, 2]);
  check(2, [0, 1], [1, 2]);
  check(3, [0, 1], [1, 2], [1, 5], [2.5, 3]);
});

test("only the longest chain counts, whatever the order they are told in", () => {
  check(3, [4, 5], [0, 1], [1.5, 3], [0, 3.5]);
});

test("a request of which page and worker both tell is one", () => {
  const wire = recorder();
  const hear = (method, parameters) => wire.hear(`Network.${method}`, { requestId: "1", ...parameters });
  const request = { url: "http://localhost/bifocal/bifocal.json" };
  hear("requestWillBeSent", { request, timestamp: 1 });
  hear("requestWillBeSent", { request, timestamp: 1.5 });
  hear("responseReceived", { response: {} });
  hear("loadingFinished", { timestamp: 2 });
  assert.deepEqual(wire.take(), [{ start: 1, end: 2 }]);
  assert.deepEqual(wire.take(), []);
});

test("what a cache answers is no request", () => {
  const wire = recorder();
  wire.hear("Network.requestWillBeSent", { requestId: "1", request: { url: "http://localhost/a.js" }, timestamp: 1 });
  wire.hear("Network.requestServedFromCache", { requestId: "1" });
  wire.hear("Network.loadingFinished", { requestId: "1", timestamp: 2 });
  assert.deepEqual(wire.take(), []);
});

test("paths tell the kind", () => {
  const kinds = {
    "/pages/cold.js": "page",
    "/pages/by-hand.js": "js",
    "/bifocal/bifocal.json": "entry",
    "/bifocal/bifocal.js": "js",
    "/bifocal/parts/terms-0123456789ab.bin": "terms",
    "/bifocal/parts/projection-0123456789ab.bin": "projection",
    "/bifocal/runtime/worker-0123456789abcdef.js": "js",
    "/bifocal/runtime/core-0123456789abcdef.bin": "wasm",
    "/bifocal/model/all-MiniLM-L6-v2-compact-0-0123456789abcdef.bin": "model",
    "/pagefind/pagefind-entry.json": "entry",
    "/pagefind/wasm.en.pagefind": "wasm",
    "/pagefind/pagefind.en_0123.pf_meta": "core",
    "/pagefind/index/en_0123.pf_index": "postings",
    "/pagefind/fragment/en_0123.pf_fragment": "text",
    "/packages/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm": "wasm",
    "/data/vectors.f32": "vectors",
    "/elsewhere": "other",
  };
  for (const [path, kind] of Object.entries(kinds)) assert.equal(kindOf(path), kind, path);
});
