// The core's wasm in Node: given the same vector, the same answers as the native command, in order and in score.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { temporaryFolder, wasmModule } from "./sources.mjs";

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const INDEX = root("target/demo/book/bifocal");
/** The index's own model, its pieces joined. */
const MODEL = join(await temporaryFolder(after), "model.gguf.gz");
const QUERIES = ["borrow checker", "how do I share data between threads", "Vec::push", "trait", "zzyzx", "?", "E0382 use of moved value"];

let Engine, exports, entry;

before(async () => {
  for (const [path, step] of [[root("www/wasm/core.js"), "wasm"], [`${INDEX}/bifocal.json`, "demo"]]) {
    assert.ok(existsSync(path), `${path} is missing: run ./build.sh ${step}`);
  }
  const core = await wasmModule("core");
  ({ Engine } = core.bindings);
  exports = core.exports;
  entry = readFileSync(`${INDEX}/bifocal.json`, "utf8");
  const { path, pieces } = JSON.parse(entry).model.file;
  writeFileSync(MODEL, Buffer.concat(Array.from({ length: pieces }, (_, at) => readFileSync(`${INDEX}/${path.replace("*", at)}`))));
});

function ask(query, vector, engine = new Engine(entry)) {
  engine.complete();
  const run = engine.start({ ...query, vector: vector ? "later" : "none" });
  for (;;) {
    const said = engine.step(run);
    if (said.status === "done") return said.answer;
    if (said.status === "need" && said.vector) engine.giveVector(run, Float32Array.from(vector), "transformer");
    for (const path of said.parts ?? []) engine.supply(path, gunzipSync(readFileSync(`${INDEX}/${path}`)));
  }
}

function native(text, mode, encoder = "auto") {
  const args = ["search", INDEX, text, "--mode", mode, "--encoder", encoder, "--json", "--explain"];
  return JSON.parse(execFileSync(root("target/release/bifocal"), args, { encoding: "utf8" }));
}

/** The vector that the index's own model has for a query. */
function embed(text) {
  const args = ["embed", "--model", MODEL, "--query", `--text=${text}`];
  return JSON.parse(execFileSync(root("target/release/bifocal"), args, { encoding: "utf8" })).vector;
}

test("operators and misspelt words are answered as natively", () => {
  for (const text of ['"borrow checker" error', "+mutex -arc", "mutex OR rwlock", "mutex NEAR/6 lock", "title:ownership move", "lifetme anotation", "recv* channel"]) {
    const expected = native(text, "keyword");
    const got = ask({ text, mode: "keyword", prefix: false, explain: true });
    for (const field of ["total", "relaxed", "corrections", "didYouMean"]) assert.deepEqual(got[field], expected[field], `${field} of ${text}`);
    assert.deepEqual(got.hits.map((hit) => hit.id), expected.hits.map((hit) => hit.id), text);
    assert.ok(got.total > 0, text);
  }
  const expression = { all: [{ word: "mutex" }, { not: { title: "state" } }, { any: [{ phrase: "shared state" }, { near: { words: ["lock", "thread"], within: 12 } }] }] };
  const { hits, total } = ask({ text: "mutex", mode: "keyword", expression });
  assert.ok(total > 0 && hits.every((hit) => !/state/i.test(hit.title)));
  assert.throws(() => ask({ text: "mutex", mode: "keyword", expression: { nothing: 1 } }), /expression must be/);
});

test("a half-typed word is completed", () => {
  const { completions } = ask({ text: "the borr", mode: "keyword", completions: 3 });
  assert.ok(completions.length > 1 && completions.every(({ text, pages }) => text.startsWith("the borrow") && pages > 0), JSON.stringify(completions));
  assert.equal(ask({ text: "the borr", mode: "keyword" }).completions, undefined);
});

for (const mode of ["keyword", "semantic", "hybrid"]) {
  test(`${mode} answers are the native ones`, () => {
    for (const text of QUERIES) {
      const expected = native(text, mode);
      const got = ask({ text, mode, prefix: false, explain: true }, mode === "keyword" ? undefined : embed(text));
      assert.deepEqual(got.hits.map((hit) => hit.id), expected.hits.map((hit) => hit.id), `${mode} ${text}`);
      assert.equal(got.total, expected.total);
      for (const [at, hit] of got.hits.entries()) {
        assert.ok(Math.abs(hit.score - expected.hits[at].score) <= 1e-5, `${text}: ${hit.id} scores ${hit.score}`);
        assert.deepEqual(hit.excerpt, expected.hits[at].excerpt);
        const { keyword, terms, cosine, fusion, fused, words, meaning, title, language, proximity, prior, settled, ...others } = hit.explain;
        const wanted = expected.hits[at].explain;
        assert.deepEqual(others, {});
        assert.deepEqual({ fusion, settled }, { fusion: wanted.fusion, settled: wanted.settled });
        assert.deepEqual(terms.map(({ word, forms }) => [word, forms]), wanted.terms.map(({ word, forms }) => [word, forms]));
        for (const [name, part] of Object.entries({ keyword, cosine, fused, words, meaning, title, language, proximity, prior })) {
          assert.ok(part === null ? wanted[name] === null : Math.abs(part - wanted[name]) <= 1e-4, `${text}: ${name} of ${hit.id} is ${part}, natively ${wanted[name]}`);
        }
        assert.deepEqual(hit.meta, expected.hits[at].meta);
      }
    }
  });
}

test("a word that the book does not use finds by meaning what it finds natively, and only such a word loads its parts", () => {
  const loaded = (text) => {
    const engine = new Engine(entry);
  engine.complete();
    const run = engine.start({ text, prefix: false, vector: "lexicon" });
    for (const kinds = new Set(); ; ) {
      const said = engine.step(run);
      if (said.status === "done") return { kinds, answer: said.answer };
      for (const path of said.parts ?? []) {
        kinds.add(path.match(/^parts\/([a-z]+)-/)[1]);
        engine.supply(path, gunzipSync(readFileSync(`${INDEX}/${path}`)));
      }
    }
  };
  const { kinds, answer } = loaded("lambda");
  assert.ok(kinds.has("directory") && kinds.has("general"), [...kinds].join());
  assert.deepEqual(answer.hits.map((hit) => hit.id), native("lambda", "hybrid", "lexicon").hits.map((hit) => hit.id));
  assert.deepEqual([answer.total, answer.encoder, answer.hits.length], [0, "lexicon", 10]);
  const known = loaded("how do I share data between threads").kinds;
  assert.ok(!known.has("directory") && !known.has("general"), [...known].join());
});

test("bad calls are errors that say what to do, and the engine lives on", () => {
  const engine = new Engine(entry);
  engine.complete();
  assert.throws(() => new Engine("<!doctype html>"), /not an entry of an index/);
  assert.throws(() => new Engine(entry.replace('"pages":', '"pages":1')), /checksum/);
  assert.throws(() => engine.start({ text: 1 }), /text must be text/);
  assert.throws(() => engine.start({ text: "x", mode: "both" }), /mode must be hybrid, keyword, semantic/);
  assert.throws(() => engine.start({ text: "x", limit: -1 }), /limit must be/);
  assert.throws(() => engine.start({ text: "x", fusion: { technique: "best" } }), /convex, rrf or normalization/);
  assert.throws(() => engine.supply("parts/core-000000000000.bin", new Uint8Array(3)), /ends within its header/);
  assert.throws(() => engine.step(99), /no such run/);
  assert.equal(engine.step(engine.start({ text: "trait" })).status, "need");
});

test("one engine that has answered much takes 12 MiB at most, beside the 48 of the transformer", () => {
  const engine = new Engine(entry);
  const words = QUERIES.join(" ").split(" ");
  for (const one of words) for (const other of words) ask({ text: `${one} ${other}`, mode: "hybrid", encoder: "lexicon" }, undefined, engine);
  engine.free();
  const mebibytes = exports.memory.buffer.byteLength / 2 ** 20;
  console.log(`wasm memory of the core: ${mebibytes} MiB`);
  assert.ok(mebibytes <= 12, `${mebibytes} MiB`);
});
