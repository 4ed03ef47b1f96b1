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

test("requests are counted once, with head and body as they crossed the wire", () => {
  const wire = recorder();
  const hear = (method, parameters) => wire.hear(`Network.${method}`, { requestId: "1", ...parameters });
  const request = { url: "http://localhost/bifocal/bifocal.json" };
  hear("requestWillBeSent", { request, timestamp: 1 });
  hear("requestWillBeSent", { request, timestamp: 1.5 });
  hear("responseReceived", { response: { encodedDataLength: 200 } });
  hear("dataReceived", { dataLength: 900 });
  hear("loadingFinished", { timestamp: 2, encodedDataLength: 1100 });
  assert.deepEqual(wire.take(), [{ url: request.url, kind: "entry", start: 1, end: 2, bytes: 1100, body: 900 }]);
  assert.deepEqual(wire.take(), []);
});

test("of a worker's own script the data count, since Chromium tells the head's bytes alone", () => {
  const wire = recorder();
  const hear = (method, parameters) => wire.hear(`Network.${method}`, { requestId: "1", ...parameters });
  hear("requestWillBeSent", { request: { url: "http://localhost/bifocal/runtime/worker-0123.js" }, timestamp: 1 });
  hear("responseReceived", { response: { encodedDataLength: 218 } });
  hear("dataReceived", { dataLength: 21_000 });
  hear("loadingFinished", { timestamp: 2, encodedDataLength: 218 });
  assert.deepEqual(wire.take().map(({ bytes, body }) => [bytes, body]), [[21_218, 21_000]]);
});

test("what a cache answers is no request", () => {
  const wire = recorder();
  wire.hear("Network.requestWillBeSent", { requestId: "1", request: { url: "http://localhost/a.js" }, timestamp: 1 });
  wire.hear("Network.requestServedFromCache", { requestId: "1" });
  wire.hear("Network.loadingFinished", { requestId: "1", timestamp: 2, encodedDataLength: 0 });
  assert.deepEqual(wire.take(), []);
});

test("addresses tell the kind", () => {
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
  for (const [path, kind] of Object.entries(kinds)) assert.equal(kindOf(`http://localhost:1${path}`), kind, path);
});
