// Parts that lie in packs: whichever way they are read, the answers are those of single files; and what a server may get
// wrong is an error, never another answer.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { BASE, FakeEngine, fakeIndex } from "./fake.mjs";
import { answer, inPacks } from "./fake-packs.mjs";
import { load } from "./sources.mjs";

const { Moved, Packs, Searcher } = await load(["pack.ts", "engine.ts"], after);

const NAMES = ["kite", "lark", "owl", "rook", "swan", "wren"];
const PAGES = NAMES.map((id) => ({ id, title: id, text: `The ${id} sings by day. ${noise(id)}` }));
/** Letters that gzip makes little of, so that a part is longer than the gap that one request bridges. */
function noise(seed) {
  let state = seed.charCodeAt(0);
  return Array.from({ length: 600 }, () => ((state = (state * 48271) % 2147483647) % 36).toString(36)).join("");
}
/** The part that the core does not name. */
const APART = "parts/postings-0123456789ab.bin";
const PACK = "parts/pack0-one.bin";
const never = new AbortController().signal;

function index(counts) {
  const files = fakeIndex(PAGES);
  files.set(APART, new TextEncoder().encode("apart"));
  return { files, packed: inPacks(files, counts) };
}

/** A searcher over packs; `serve(bytes, init, path)` answers instead of a good server. */
function over(packed, { serve = answer, whole = false, handed } = {}) {
  const asked = [];
  const fetchFile = async (path, init = {}) => {
    asked.push([path, new Headers(init.headers).get("Range")]);
    const bytes = packed.get(path);
    return bytes ? serve(bytes, init, path) : new Response("", { status: 404 });
  };
  const text = new TextDecoder().decode(packed.get("bifocal.json"));
  const engine = new FakeEngine(text);
  const packs = new Packs(fetchFile, JSON.parse(text), () => engine.parts(), handed, whole);
  const searcher = new Searcher(engine, text, BASE, packs.fetch, { encoder: () => Promise.reject(new Error("no encoder")), seldom: async () => {} });
  const ask = (text) => searcher.search({ text, mode: "hybrid", encoder: "auto", limit: 10, offset: 0 }, assert.fail, never);
  return { asked, packs, ask };
}

const ranges = (asked) => asked.filter(([path]) => path.startsWith("parts/"));

for (const [what, counts] of [["one", null], ["several", [0, 1, 3, 3]]]) {
  for (const [how, options, reads] of [
    ["by ranges", {}, "ranges"],
    ["without ranges", { serve: (bytes, init) => answer(bytes, init, false) }, "memory"],
    ["held whole", { whole: true }, "memory"],
  ]) {
    test(`${what}, ${how}: the parts are those of the files`, async () => {
      const { files, packed } = index(counts);
      const { packs, ask, asked } = over(packed, options);
      assert.equal(await packs.reads(), reads);
      assert.deepEqual((await ask("day")).hits.map(({ id }) => id).sort(), NAMES);
      for (const [path, bytes] of files) {
        if (!path.startsWith("parts/")) continue;
        const part = new Uint8Array(await (await packs.fetch(path, {})).arrayBuffer());
        assert.deepEqual(new Uint8Array(gunzipSync(part)), new Uint8Array(bytes), path);
      }
      const paths = ranges(asked).map(([path]) => path);
      if (reads === "memory") assert.equal(new Set(paths).size, paths.length, "each pack is fetched once");
    });
  }
}

test("neighbours that are wanted at once are one request, others are not", async () => {
  const { packed } = index();
  const { packs, ask, asked } = over(packed);
  await ask("day");
  assert.equal(ranges(asked).length, 2, "the head, then all parts");
  for (const [names, requests] of [[["kite", "lark"], 1], [["wren", "kite"], 2], [["lark", "kite", "swan", "wren"], 2]]) {
    asked.length = 0;
    await Promise.all(names.map((name) => packs.fetch(`parts/${name}-one.bin`, {})));
    assert.equal(ranges(asked).length, requests, `${names}`);
  }
});

test("a head that was handed over is not fetched", async () => {
  const { packed } = index();
  const { head } = JSON.parse(new TextDecoder().decode(packed.get("bifocal.json"))).packs;
  for (const [length, reads, requests] of [[head, "ranges", 1], [undefined, "memory", 0]]) {
    const { packs, ask, asked } = over(packed, { handed: Promise.resolve(packed.get(PACK).slice(0, length)) });
    assert.equal(await packs.reads(), reads);
    assert.equal((await ask("day")).hits.length, NAMES.length);
    assert.equal(ranges(asked).length, requests);
  }
});

const rangeOf = (init) => /^bytes=(\d+)-(\d+)$/.exec(new Headers(init.headers).get("Range")).slice(1).map(Number);

/** What a server gives as the range that it was asked for. */
function claimed(bytes, init, body) {
  const [from, to] = rangeOf(init);
  return new Response(body, { status: 206, headers: { "Content-Range": `bytes ${from}-${to}/${bytes.length}` } });
}

/** As many bytes as were asked for, and none of them right. */
function spoilt(bytes, init) {
  const [from, to] = rangeOf(init);
  return claimed(bytes, init, new Uint8Array(to - from + 1).fill(7));
}

for (const [what, serve, expected] of [
  ["another range than was asked for", (bytes) => answer(bytes, { headers: { Range: "bytes=7-906" } }), /gave 900 bytes as "bytes 7-906/],
  ["a range that is too short", (bytes, init) => claimed(bytes, init, bytes.slice(0, 9)), /the server gave 9 bytes/],
  ["no such range", () => new Response("", { status: 416 }), /the server answers 416/],
  ["a page instead of the pack", () => new Response("<!doctype html>"), /pack0-one\.bin has 15 bytes instead of/],
  ["other bytes of the right length", spoilt, /damaged/],
  ["nothing at all", () => Promise.reject(new TypeError("fetch failed")), /cannot fetch parts\/pack0/],
]) {
  test(`for parts the server gives ${what}: they are left out, and the answer says why`, async () => {
    const { packed } = index();
    const isPart = (init, path) => path === PACK && rangeOf(init)[0] > 0;
    const { ask } = over(packed, { serve: (bytes, init, path) => (isPart(init, path) ? serve : answer)(bytes, init) });
    const { hits, failures } = await ask("day");
    assert.deepEqual([hits.length, failures.length], [0, NAMES.length]);
    assert.match(failures[0], expected);
  });
}

for (const [what, spoil] of [
  ["cut short", (bytes) => bytes.slice(0, 60)],
  ["a page", () => new TextEncoder().encode("<!doctype html><title>Not found</title>")],
  ["empty", () => new Uint8Array()],
  ["spoilt in its directory", (bytes, { head }) => bytes.map((byte, at) => (at === head - 5 ? byte ^ 1 : byte))],
  ["spoilt in its core", (bytes) => bytes.map((byte, at) => (at === 40 ? byte ^ 1 : byte))],
  ["a pack of another index", (bytes) => inPacks(fakeIndex(PAGES.slice(1), { generation: "two" })).get("parts/pack0-two.bin")],
]) {
  test(`a first pack that is ${what} is an error, or leaves the parts out`, async () => {
    const { packed } = index();
    const { packs } = JSON.parse(new TextDecoder().decode(packed.get("bifocal.json")));
    packed.set(PACK, new Uint8Array(spoil(packed.get(PACK), packs)));
    for (const ways of [true, false]) {
      const { ask } = over(packed, { serve: (bytes, init) => answer(bytes, init, ways) });
      const { hits, failures } = await ask("day");
      assert.equal(hits.length, 0);
      assert.match(failures[0], /damaged|un-gzip|not the first pack|416|asked for bytes/);
    }
  });
}

test("damaged bytes of a pack are fetched again past the caches", async () => {
  const { packed } = index();
  let tries = 0;
  const { ask } = over(packed, { serve: (bytes, init) => (tries++ === 1 ? spoilt : answer)(bytes, init) });
  assert.equal((await ask("day")).hits.length, NAMES.length);
});

test("packs that are gone because the index was rebuilt say so", async () => {
  const { packed } = index();
  const next = inPacks(fakeIndex(PAGES, { generation: "two" }));
  const { packs, ask } = over(packed);
  await packs.reads();
  packed.delete(PACK);
  packed.set("bifocal.json", next.get("bifocal.json"));
  await assert.rejects(ask("day"), (error) => error instanceof Moved && JSON.parse(error.entry).generation === "two");
});
