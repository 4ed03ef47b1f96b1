// Pages opened from disk, in a folder with a name that an address has to escape: one script answers all that is asked, as the
// folder's own modules answer it from a server.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { pathToFileURL } from "node:url";
import { box, option } from "./host.mjs";
import { built, stage } from "./stage.mjs";

const QUERIES = ["honey", "hon", "honye", "queen -honey", "why do the insects fly away", "여왕"];

const stick = mkdtempSync(join(tmpdir(), "bifocal-"));
after(() => rmSync(stick, { recursive: true }));
const site = join(stick, "Über uns");
cpSync(built("disk"), site, { recursive: true });
// What the site's first page asks for besides.
for (const asset of ["css/general.css", "book.js"]) {
  mkdirSync(dirname(join(site, asset)), { recursive: true });
  writeFileSync(join(site, asset), "");
}

const { server, story } = stage(site);

const disk = (path) => `${pathToFileURL(site)}/${path}`;

/** Writes a page of the site with `body`, below a folder of it, and opens it from disk. */
async function open(page, body, lang = "en") {
  const script = '<script src="../bifocal/bifocal-file.js" defer></script>';
  const html = `<!doctype html><html lang="${lang}"><meta charset="utf-8"><title>A page</title>${script}<main>${body}</main></html>`;
  writeFileSync(join(site, "guide/try.html"), html);
  await page.goto(disk("guide/try.html"));
}

/** Runs in a page: what an open index answers. */
async function answers(queries) {
  const plain = ({ hits, total, legs, encoder, facets, corrections, failures }) => {
    const found = hits.map(({ id, title, score, lenses, excerpt, url }) => ({ id, title, score, lenses, excerpt, anchor: new URL(url).hash }));
    return { found, total, legs, encoder, facets, corrections, failures };
  };
  const given = [];
  for (const query of queries) given.push(plain(await search.search(query, { facets: [{ field: "section" }] })));
  const similar = plain(await search.similar("guide/swarming.html"));
  const words = (await search.suggest("how do bees sw")).map(({ kind, text }) => `${kind} ${text}`);
  return { given, similar, words };
}

story("a box finds by words and by meaning, and its links lead to files", async (page) => {
  await open(page, '<bifocal-search facets="section"></bifocal-search>');
  await box(page).fill("why do the insects fly away");
  await option(page).first().waitFor();
  await page.locator("#hits:not([aria-busy])").waitFor();
  const links = await page.locator("#hits .page").evaluateAll((links) => links.map(({ href, innerText }) => [href, innerText]));
  assert.match(links[0][0], /^file:.*\/%C3%9Cber%20uns\/guide\/swarming\.html/);
  assert.match(links[0][1], /^\s*guide\/swarming\.html/m, "a place is shown without the way to the folder");
  assert.ok(await page.locator("#hits .lenses").count() > 0);
  assert.ok(await page.locator("#offer").isHidden(), "no model is offered");
  await page.locator(".facets summary").click();
  await page.getByRole("checkbox", { name: /^reference/ }).check();
  await page.waitForFunction(() => {
    const links = [...document.querySelector("bifocal-search").shadowRoot.querySelectorAll("#hits .page")];
    return links.length > 0 && links.every((link) => link.href.includes("/reference/"));
  });
  await page.getByRole("checkbox", { name: /^reference/ }).uncheck();
  await box(page).fill("introduction");
  await page.locator('#hits .page[href*="uns/index.html"]').click();
  await page.waitForURL(/uns\/index\.html/);
});

story("a script answers as the folder's modules do from a server", async (page) => {
  await page.goto(`${server.origin}/bifocal/`);
  const ask = `(async (options) => {
    globalThis.search = await (await import("/bifocal/bifocal.js")).open("/bifocal/", options);
    return (${answers})(${JSON.stringify(QUERIES)});
  })`;
  for (const options of ["{}", "{ whole: true }"]) {
    await page.goto(`${server.origin}/bifocal/`);
    const expected = await page.evaluate(`${ask}(${options})`);
    assert.ok(expected.given[0].found.length > 0 && expected.given.every(({ failures }) => failures.length === 0));
    assert.ok(expected.given[4].found.some(({ lenses }) => lenses.semantic && !lenses.keyword), "meaning alone finds something");
    await open(page, "");
    const got = await page.evaluate(`bifocal.open(${options}).then((open) => { globalThis.search = open; return (${answers})(${JSON.stringify(QUERIES)}); })`);
    assert.deepEqual(got, expected);
  }
});

story("the transformer is not there, and whoever asks for it is told", async (page) => {
  await open(page, "");
  const [about, said, isOwn] = await page.evaluate(async () => {
    const search = await bifocal.open();
    const error = await search.upgrade().catch((error) => error);
    return [search.about, error.message, error instanceof bifocal.BifocalError];
  });
  assert.equal(about.model.file, null);
  assert.deepEqual([about.title, about.lexicon, about.reads], ["Introduction", true, "ranges"]);
  assert.match(said, /^bifocal: bifocal-file\.js has no transformer/);
  assert.ok(isOwn);
});

story("the element speaks the page's language, and says which index it has", async (page) => {
  await open(page, '<bifocal-search index="/elsewhere/"></bifocal-search>', "de");
  await page.getByRole("combobox", { name: "Suche" }).fill("honey");
  await page.getByText(/elsewhere\/ can't be searched: bifocal-file\.js holds the index at file:.*\/bifocal\/ alone/).waitFor();
});

story("the search page works from disk, its address included", async (page) => {
  await page.goto(`${disk("bifocal/index.html")}?q=honey`);
  await page.locator("#hits .hit .title").first().waitFor();
  assert.equal(await page.title(), "Search Introduction");
  await page.locator("#query").fill("queen");
  await page.waitForURL(/\?q=queen$/);
  await page.goBack();
  await page.waitForURL(/\?q=honey$/);
  assert.equal(await page.locator("#query").inputValue(), "honey");
  assert.ok(await page.locator("#offline").isHidden());
  await page.locator("#site").click();
  await page.waitForURL(/uns\/index\.html$/);
});

story("on a server the same search page reads modules and parts", async (page) => {
  await page.goto(`${server.origin}/bifocal/?q=honey`);
  await page.locator("#hits .hit .title").first().waitFor();
  assert.equal(await page.title(), "Search Introduction");
  await page.getByRole("button", { name: "Keep for offline use" }).waitFor();
  const asked = (pattern) => server.requests.filter((path) => pattern.test(path)).length;
  assert.deepEqual([asked(/bifocal-file/), asked(/bifocal-search/)], [0, 1]);
  assert.ok(asked(/parts\//) > 0 && asked(/webmanifest|element-/) > 0);
});
