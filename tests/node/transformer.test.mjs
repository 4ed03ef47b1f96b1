// The transformer's wasm in Node: the same vectors as the native command makes of the same file.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { wasmModule } from "./sources.mjs";

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const MODEL = root("models/all-MiniLM-L6-v2-q8_0.gguf");

const SENTENCES = readFileSync(root("src/cli/sentences.txt"), "utf8").trimEnd().split("\n");
const TEXTS = [...SENTENCES, "", "[CLS] e\u0301 日本語 👩‍👩‍👧‍👦 İ", SENTENCES.join(" ")];

let wasm, Transformer, file;

before(async () => {
  for (const [path, step] of [["www/wasm/transformer.js", "wasm"], ["target/release/bifocal", "native"]]) {
    assert.ok(existsSync(root(path)), `${path} is missing: run ./build.sh ${step}`);
  }
  assert.ok(existsSync(MODEL), `${MODEL} is missing: run ./build.sh model`);
  const { bindings, exports } = await wasmModule("transformer");
  wasm = exports;
  Transformer = bindings.Transformer;
  file = readFileSync(MODEL);
});

// A transformer of `bytes`, which come in chunks as a download's do.
function load(bytes) {
  const transformer = new Transformer(bytes.length);
  for (let start = 0; start < bytes.length; start += 100_000) {
    transformer.write(bytes.subarray(start, start + 100_000));
  }
  transformer.ready();
  return transformer;
}

test("vectors are those of the native command, to the bit", () => {
  const args = ["embed", "--model", MODEL, "--query", ...TEXTS.map((text) => `--text=${text}`)];
  const lines = execFileSync(root("target/release/bifocal"), args, { encoding: "utf8" });
  const expected = lines.trimEnd().split("\n").map((line) => JSON.parse(line).vector);
  assert.equal(expected.length, TEXTS.length);
  const transformer = load(file);
  for (const [at, text] of TEXTS.entries()) {
    const vector = transformer.embed(text);
    assert.ok(vector instanceof Float32Array && vector.length === expected[at].length);
    assert.deepEqual(vector, Float32Array.from(expected[at]), JSON.stringify(text));
  }
  transformer.free();
});

test("a model takes at most twice its file's memory, also the second time", () => {
  for (let round = 0; round < 2; round++) {
    const transformer = load(file);
    transformer.embed(SENTENCES[0]);
    transformer.free();
  }
  const mebibytes = wasm.memory.buffer.byteLength / 2 ** 20;
  console.log(`wasm memory: ${mebibytes} MiB, file: ${(file.length / 2 ** 20).toFixed(1)} MiB`);
  assert.ok(wasm.memory.buffer.byteLength < file.length * 2, `${mebibytes} MiB`);
});

test("a model names its space", () => {
  const transformer = load(file);
  assert.deepEqual(transformer.space(), {
    model: "all-MiniLM-L6-v2",
    weights: "53aa51172d142c89",
    pooling: "mean",
    prefix: "",
    dims: 384,
  });
  transformer.free();
});

test("damaged files are errors, and the next one loads", () => {
  assert.throws(() => load(file.subarray(0, 1000)), /GGUF/);
  assert.throws(() => load(new Uint8Array(5000)), /GGUF/);
  const short = new Transformer(file.length);
  short.write(file.subarray(0, 1_000_000));
  assert.throws(() => short.ready(), /ends after 1000000 of/);
  assert.throws(() => short.embed("text"), /not ready/);
  short.free();
  load(file).free();
});
