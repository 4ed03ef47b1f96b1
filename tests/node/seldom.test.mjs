// The core in two modules: what is seldom needed is loaded for queries that need it, and for no others.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { load, temporaryFolder, wasmModule } from "./sources.mjs";

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const INDEX = root("target/demo/book/bifocal");
const BASE = "http://site.test/bifocal/";
const never = new AbortController().signal;

let bindings, complete, Searcher, whole;

before(async () => {
  assert.ok(existsSync(INDEX), "the index of the book is missing: run ./build.sh demo");
  ({ Searcher } = await load("engine.ts", after));
  let bind;
  ({ bind, complete } = await load("bind.ts", after));
  // Bindings of a module of their own, since those of the same address share their wasm.
  const folder = await temporaryFolder(after);
  const { writeFileSync } = await import("node:fs");
  writeFileSync(join(folder, "core.mjs"), readFileSync(root("www/wasm/core.js")));
  bindings = await import(pathToFileURL(join(folder, "core.mjs")).href);
  await bind(bindings, await module("core"));
  whole = open((await wasmModule("core")).bindings.Engine, () => Promise.resolve());
});

const module = (name) => WebAssembly.compile(readFileSync(root(`www/wasm/${name}.wasm`)));

function open(Engine, seldom) {
  const entry = readFileSync(join(INDEX, "bifocal.json"), "utf8");
  const fetchFile = async (path) => new Response(readFileSync(join(INDEX, path)));
  return new Searcher(new Engine(entry), entry, BASE, fetchFile, { encoder: () => Promise.reject(new Error("none")), seldom });
}

const ask = async (searcher, text, more = {}) => {
  const query = { text, mode: "hybrid", encoder: "auto", limit: 10, offset: 0, ...more };
  const { timings, ...answer } = await searcher.search(query, () => {}, never);
  return answer;
};

/** Answers by one module alone, each from an engine of its own; `null` for a query that needs the other. */
async function alone(text, more) {
  const refused = new Error("not there");
  const searcher = open(bindings.Engine, () => Promise.reject(refused));
  return ask(searcher, text, more).catch((error) => (error === refused ? null : Promise.reject(error)));
}

test("nearly all queries of known words need one module, and are answered as by both", async () => {
  const queries = readFileSync(root("bench/queries/book.txt"), "utf8").trim().split("\n").filter((_, at) => at % 2 === 0);
  let answered = 0;
  for (const text of queries) {
    const answer = await alone(text);
    if (!answer) continue;
    answered++;
    assert.deepEqual(answer, await ask(whole, text), text);
  }
  assert.ok(answered > 0.9 * queries.length, `${answered} of ${queries.length}`);
});

test("no query calls what is not loaded", async () => {
  const pieces = [
    "mutex", "borow", "ownership", "zzyzx", "Straße", "東京", "한국어", "naïve", "ŸẞǄϴ", "Ὀδυσσεύς", "Ёлка", "שָׁלוֹם", "=>", "...", "e\u0301", "=\u0338", "🦀", "🇰🇷", "\u200d", "Vec::push", "fooBar", "--flag",
    "C++", "#[derive]", "?", "-mutex", "+lock", '"shared state"', "OR", "AND", "NEAR/3", "title:state", "(", ")", "lock*", "ﬁ", "µ", "½", "ⅷ", "１２", "the", "a",
  ];
  let seed = 7;
  const random = (below) => (seed = (seed * 48271) % 0x7fffffff) % below;
  let answered = 0;
  for (let round = 0; round < 80; round++) {
    const text = Array.from({ length: 1 + random(4) }, () => pieces[random(pieces.length)]).join(random(5) ? " " : "");
    const more = { mode: ["hybrid", "keyword", "semantic"][random(3)], prefix: random(2) === 1, sections: random(3), offset: 10 * random(2) };
    const answer = await alone(text, more);
    if (!answer) continue;
    answered++;
    assert.deepEqual(answer, await ask(whole, text, more), JSON.stringify([text, more]));
  }
  assert.ok(answered > 10);
});

test("everything else loads the other module first", async () => {
  const asked = [
    ['"borrow checker" -mutex'], ["lifetme anotation"], ["Straße 東京"], ["mutex", { explain: true }], ["mutex", { typos: "always" }],
    ["mutex", { fusion: { technique: "rrf" } }], ["mutex", { expression: { title: "state" } }], ["", { facets: [] }], ["velocity of sound"],
  ];
  for (const [text, more] of asked) {
    let loads = 0;
    const seldom = async () => void (loads++, await complete(bindings, await module("core-seldom")));
    const searcher = open(bindings.Engine, seldom);
    assert.deepEqual(await ask(searcher, text, more), await ask(whole, text, more), text);
    assert.equal(loads, 1, text);
  }
});
