// The same site with its index in packs, read in every way that there is: the reader sees the same hits.

import assert from "node:assert/strict";
import { truncateSync } from "node:fs";
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { built, stage } from "./stage.mjs";

const QUERIES = ["honey", "hon", "queen", "why do the insects fly away"];

let expected;
const { server, story: played } = stage(built("site"), { prepare: (play) => play(async (page) => (expected = await answers(page))) });

const story = (name, folder, tell, options) => played(name, tell, { folder: built(folder), ...options });

/** Opens the index in a page of the site and asks all queries. */
async function answers(page, options = {}) {
  await page.goto(`${server.origin}/bifocal/`);
  return page.evaluate(ask, { queries: QUERIES, options });
}

/** Runs in the page; the index is opened once for all that is asked there. */
async function ask({ queries, options }) {
  const { open } = await import("/bifocal/bifocal.js");
  window.search ??= await open("/bifocal/", options);
  const found = [];
  for (const query of queries) {
    const { hits, encoder, failures } = await window.search.search(query);
    found.push({ hits: hits.map(({ id, url, title, excerpt }) => ({ id, url, title, excerpt })), encoder, failures });
  }
  return { found, reads: window.search.about.reads };
}

const packs = () => server.requests.filter((path) => /\/pack\d+-/.test(path));

for (const folder of ["single", "few"]) {
  for (const [how, ranges, options, reads] of [
    ["by ranges", true, {}, "ranges"],
    ["by ranges, in the page itself", true, { worker: false }, "ranges"],
    ["from a server without ranges", false, {}, "memory"],
    ["held whole", true, { whole: true }, "memory"],
  ]) {
    story(`${folder}, ${how}: the hits are those of single parts`, folder, async (page) => {
      server.ranges = ranges;
      const got = await answers(page, options);
      assert.equal(got.reads, reads);
      assert.deepEqual(got.found, expected.found);
      const files = (await readdir(join(built(folder), "bifocal/parts"))).length;
      // The search page opens the index, and so does the test.
      if (reads === "memory") assert.ok(packs().length <= 2 * files, "no pack is fetched twice");
    });
  }
}

story("the search page searches a packed index", "single", async (page) => {
  await page.goto(`${server.origin}/bifocal/?q=honey`);
  await page.locator("#hits .hit .title").first().waitFor();
  assert.deepEqual(server.requests.filter((path) => /parts\/(?!pack)/.test(path)), []);
});

story("a pack that is cut short leaves parts out, and never gives another answer", "single", async (page) => {
  const folder = await mkdtemp(join(tmpdir(), "bifocal-"));
  await cp(built("single"), folder, { recursive: true });
  const [pack] = await readdir(join(folder, "bifocal/parts"));
  truncateSync(join(folder, "bifocal/parts", pack), 12_000);
  server.folder = folder;
  server.ranges = false;
  try {
    const said = await answers(page).catch((error) => error.message);
    const wrong = said.found?.some(({ failures }) => failures.length === 0);
    assert.ok(typeof said === "string" || !wrong, JSON.stringify(said));
  } finally {
    await rm(folder, { recursive: true });
  }
});

for (const [what, answer] of [
  ["gives other ranges than asked for", { status: 206, headers: { "Content-Range": "bytes 5-6/7" }, body: "xx" }],
  ["knows no such range", { status: 416, body: "" }],
]) {
  story(`a server that ${what} is told of`, "single", async (page) => {
    server.answer = (path, range) => (/\/pack0-/.test(path) && !range?.startsWith("bytes=0-") ? answer : undefined);
    const { found } = await answers(page);
    assert.ok(found.every(({ hits, failures }) => hits.length === 0 && failures.length > 0));
    assert.match(found[0].failures[0], /the server (gave|answers)/);
  }, { allowed: /416/ });
}

story("an index that was rebuilt under the reader is opened anew", "single", async (page) => {
  await page.goto(`${server.origin}/bifocal/`);
  await page.evaluate(ask, { queries: [], options: {} });
  server.folder = built("few");
  assert.deepEqual((await page.evaluate(ask, { queries: QUERIES, options: {} })).found, expected.found);
}, { allowed: /404/ });
