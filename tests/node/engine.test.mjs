// The engine's driver, over an engine of the tests' own: what it fetches, when it answers, what it does when things break.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { BASE, FakeEngine, fakeIndex, SITE } from "./fake.mjs";
import { load } from "./sources.mjs";

const { BifocalError, Moved, Searcher } = await load(["engine.ts", "error.ts"], after);

const PAGES = [
  { id: "owl", title: "Owls", text: "The owl sleeps by day." },
  { id: "lark", title: "Larks", text: "The lark sings by day." },
];
const MODEL = { space: { model: "fake" }, file: { path: "m", pieces: 1, bytes: 1, sha256: "" } };
const never = new AbortController().signal;

/** A searcher over `files`; `broken` maps a path to what is answered instead. */
function searcher(files, { broken = {}, load = () => Promise.reject(new Error("no encoder")), seldom = () => Promise.resolve(), handed } = {}) {
  const asked = [];
  const fetchFile = async (path, init) => {
    asked.push(path);
    if (path in broken) return broken[path](init);
    const bytes = files.get(path);
    return bytes ? new Response(path.endsWith(".bin") ? gzipSync(bytes) : bytes) : new Response("", { status: 404 });
  };
  const entry = new TextDecoder().decode(files.get("bifocal.json"));
  const engine = new FakeEngine(entry);
  return { engine, asked, searcher: new Searcher(engine, entry, BASE, fetchFile, { encoder: load, seldom }, handed) };
}

function query(text, more = {}) {
  return { text, mode: "hybrid", encoder: "auto", limit: 10, offset: 0, ...more };
}

test("a query fetches what it needs, once, and addresses its hits from the site's root", async () => {
  const { searcher: open, asked, engine } = searcher(fakeIndex(PAGES));
  const answer = await open.search(query("owl"), assert.fail, never);
  assert.deepEqual(answer.hits.map((hit) => [hit.id, hit.url, hit.sections[0].url]), [["owl", `${SITE}owl.html`, `${SITE}owl.html#part`]]);
  assert.equal(answer.legs.semantic.status, "skipped");
  assert.deepEqual(Object.keys(answer.timings), ["total", "parts", "vector", "engine"]);
  await open.search(query("lark"), assert.fail, never);
  assert.equal(new Set(asked).size, asked.length);
  assert.equal(engine.running, 0);
});

test("what is seldom needed is loaded once a query needs it, and tried again if it failed", async () => {
  let loaded = 0;
  const seldom = async () => {
    if (++loaded === 1) throw new Error("cut off");
  };
  const { searcher: open } = searcher(fakeIndex([...PAGES, { id: "seldom", title: "Rare", text: "An owl of its own." }]), { seldom });
  await assert.rejects(open.search(query("owl"), assert.fail, never), /cut off/);
  assert.equal((await open.search(query("owl"), assert.fail, never)).hits.length, 2);
  await open.search(query("owl", { expression: { word: "owl" } }), assert.fail, never);
  assert.equal(loaded, 2);

  loaded = 1;
  const { searcher: other } = searcher(fakeIndex(PAGES), { seldom });
  await other.search(query("owl"), assert.fail, never);
  assert.equal(loaded, 1);
  assert.equal((await other.search(query("owl", { expression: { word: "owl" } }), assert.fail, never)).hits.length, 1);
  assert.equal(loaded, 2);
});

test("the vector is made while parts come; once they are there, keyword hits come before it", async () => {
  const { searcher: open } = searcher(fakeIndex(PAGES, { model: MODEL }));
  const seen = [];
  let embedded = 0;
  open.encoder = { name: "fake", embed: (text) => (embedded++, new Float32Array([text.length])) };
  assert.equal((await open.search(query("owl"), assert.fail, never)).hits.length, 2);
  const answer = await open.search(query("lark"), (partial) => seen.push(partial), never);
  assert.deepEqual(seen.map((partial) => [partial.legs.semantic.status, partial.hits.length]), [["pending", 1]]);
  assert.deepEqual([answer.hits.length, answer.encoder], [2, "fake"]);
  await open.search(query("owl"), () => {}, never);
  assert.equal(embedded, 2, "the same text is embedded once");
});

test("the engine makes the vector of words itself, unless the transformer is asked for or there", async () => {
  const { searcher: open, engine } = searcher(fakeIndex(PAGES, { model: MODEL, lexicon: true }), {
    load: async () => ({ name: "fake", embed: () => new Float32Array([1]) }),
  });
  const planned = async (encoder) => {
    await open.search(query("owl", { encoder }), () => {}, never);
    return engine.calls.findLast(([call]) => call === "start")[1].vector;
  };
  assert.equal(await planned("auto"), "lexicon");
  assert.equal(await planned("transformer"), "later");
  assert.equal(await planned("auto"), "later", "the transformer is there now");
  assert.equal(await planned("lexicon"), "lexicon");
});

test("an encoder that cannot be had leaves the words' answer, and the reason", async () => {
  const { searcher: open } = searcher(fakeIndex(PAGES, { model: MODEL }), { load: async () => Promise.reject(new Error("no room")) });
  const answer = await open.search(query("owl", { encoder: "transformer" }), () => {}, never);
  assert.deepEqual([answer.hits.length, answer.legs.semantic], [1, { status: "failed", matches: 0, reason: "no room" }]);
});

for (const [what, answer] of [
  ["missing", () => new Response("", { status: 404 })],
  ["a page", () => new Response("<!doctype html><title>Not found</title>")],
  ["cut short", (init, bytes) => new Response(gzipSync(bytes).subarray(0, 30))],
  ["too large", () => new Response(gzipSync(new Uint8Array(20_000)))],
  ["another part", (init, bytes, other) => new Response(gzipSync(other))],
]) {
  test(`a part that is ${what} is left out of the answer`, async () => {
    const files = fakeIndex(PAGES);
    const path = "parts/lark-one.bin";
    const { searcher: open, asked } = searcher(files, {
      broken: { [path]: (init) => answer(init, files.get(path), files.get("parts/owl-one.bin")) },
    });
    const found = await open.search(query("day"), assert.fail, never);
    assert.deepEqual(found.hits.map((hit) => hit.id), ["owl"]);
    assert.match(found.failures[0], /parts\/lark-one\.bin/);
    assert.ok(asked.includes("bifocal.json"), "whether the index is a newer one was looked at");
  });
}

test("damaged bytes are fetched again past the caches", async () => {
  const files = fakeIndex(PAGES);
  const path = "parts/lark-one.bin";
  const good = gzipSync(files.get(path));
  const { searcher: open } = searcher(files, {
    broken: { [path]: (init) => new Response(init.cache === "reload" ? good : good.subarray(0, 9)) },
  });
  assert.equal((await open.search(query("day"), assert.fail, never)).hits.length, 2);
});

test("what is seldom needed may be missing because the index was rebuilt, and then says so", async () => {
  const rebuilt = fakeIndex(PAGES, { generation: "two" });
  const { searcher: open } = searcher(fakeIndex(PAGES), {
    seldom: () => Promise.reject(new BifocalError("missing", "runtime/seldom.bin is missing")),
    broken: { "bifocal.json": () => new Response(rebuilt.get("bifocal.json")) },
  });
  const asked = open.search(query("owl", { expression: { word: "owl" } }), assert.fail, never);
  await assert.rejects(asked, (error) => error instanceof Moved && JSON.parse(error.entry).generation === "two");
});

test("a part that is missing because the index was rebuilt says so, and leads to no half answer", async () => {
  const old = fakeIndex(PAGES);
  const files = new Map([...old, ...fakeIndex(PAGES, { generation: "two" })]);
  files.delete("parts/lark-one.bin");
  const { searcher: open, engine } = searcher(old, {
    broken: {
      "parts/lark-one.bin": () => new Response("", { status: 404 }),
      "bifocal.json": () => new Response(files.get("bifocal.json")),
    },
  });
  await assert.rejects(open.search(query("day"), assert.fail, never), (error) => {
    assert.ok(error instanceof Moved);
    assert.equal(JSON.parse(error.entry).generation, "two");
    return true;
  });
  assert.equal(engine.running, 0);
});

test("a part that the network lost is tried again, then left out", async () => {
  let tries = 0;
  const lost = () => {
    tries++;
    throw new TypeError("fetch failed");
  };
  const { searcher: open, asked } = searcher(fakeIndex(PAGES), { broken: { "parts/lark-one.bin": lost } });
  const found = await open.search(query("day"), assert.fail, never);
  assert.deepEqual([found.hits.length, tries, asked.includes("bifocal.json")], [1, 2, false]);
});

test("a stopped search ends at once with the signal's reason, and its parts still come", async () => {
  const files = fakeIndex(PAGES);
  const stop = new AbortController();
  const path = "parts/lark-one.bin";
  const { searcher: open, engine, asked } = searcher(files, {
    broken: { [path]: async () => (stop.abort(new Error("typed on")), new Response(files.get(path))) },
  });
  await assert.rejects(open.search(query("day"), assert.fail, stop.signal), /typed on/);
  assert.equal(engine.running, 0);
  assert.equal((await open.search(query("day"), assert.fail, never)).hits.length, 2);
  assert.equal(asked.filter((asking) => asking === path).length, 1);
});

test("bytes that were handed over are not fetched", async () => {
  const files = fakeIndex(PAGES);
  const core = "parts/core-one.bin";
  const handed = new Map([[core, Promise.resolve(new Uint8Array(gzipSync(files.get(core))))]]);
  const { searcher: open, asked } = searcher(files, { handed });
  await open.warm();
  await open.search(query("owl"), assert.fail, never);
  assert.ok(!asked.includes(core));
});
