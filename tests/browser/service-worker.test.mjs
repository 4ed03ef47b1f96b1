// The engine in a service worker, which can neither start workers nor import modules: a page without a script of its own is
// answered by it, from the network and from what is kept.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { built, stage } from "./stage.mjs";

/** Browsers note by themselves what they could not fetch. */
const NOTES = { allowed: /Failed to load resource|net::ERR/ };

const { server, story } = stage(built("site"), NOTES);

const PAGE = '<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>Find</title>';
const FORM = `${PAGE}<form action="/find"><input name="q" aria-label="Search"></form>`;

/** Answers `/find?q=` with a list of links, by the engine that `opening` opens. */
const worker = (opening) => `
  const escape = (text) => text.replace(/[&<"]/g, (character) => "&#" + character.charCodeAt(0) + ";");
  let search;
  const answer = async (text) => {
    search ??= ${opening};
    search.catch(() => (search = undefined));
    try {
      const { hits, encoder } = await (await search).search(text, { language: "en" });
      const item = ({ url, title }) => '<li><a href="' + escape(url) + '">' + escape(title) + "</a>";
      return hits.map(item).join("") + "<output>" + encoder + "</output>";
    } catch (error) {
      return "<output>" + escape(error.code + ": " + error.message) + "</output>";
    }
  };
  addEventListener("fetch", (event) => {
    const url = new URL(event.request.url);
    if (url.pathname !== "/find") return;
    const page = answer(url.searchParams.get("q")).then((list) => ${JSON.stringify(PAGE)} + "<ol>" + list + "</ol>");
    event.respondWith(page.then((html) => new Response(html, { headers: { "Content-Type": "text/html; charset=utf-8" } })));
  });
  addEventListener("activate", (event) => event.waitUntil(clients.claim()));`;

/** Has \`code\` control the page of the form. */
async function control(page, code, options = {}) {
  server.pages["/sw.js"] = code;
  server.pages["/form.html"] = FORM;
  await page.goto(`${server.origin}/form.html`);
  await page.evaluate(async (options) => {
    await navigator.serviceWorker.register("/sw.js", options);
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  }, options);
}

/** Asks through the form, without a script in the page. */
async function ask(page, text) {
  await page.goto(`${server.origin}/form.html`);
  await page.getByLabel("Search").fill(text);
  await page.getByLabel("Search").press("Enter");
  await page.locator("output").waitFor();
  return { links: await page.locator("a").allTextContents(), said: await page.locator("output").textContent() };
}

/** A service worker's beginning as a bundler makes it of the npm package. */
async function bundled() {
  const { build } = createRequire(new URL("../../www/package.json", import.meta.url))("esbuild");
  const engine = fileURLToPath(new URL("../../www/dist/npm/engine.js", import.meta.url));
  const stdin = { contents: 'import * as engine from "bifocal/engine"; globalThis.bifocal = engine;', resolveDir: "." };
  const { outputFiles } = await build({ stdin, bundle: true, write: false, format: "iife", alias: { "bifocal/engine": engine } });
  return outputFiles[0].text;
}

const CLASSIC = 'importScripts("/bifocal/bifocal-engine.js");';
const QUESTION = "why do the insects fly away";

for (const [folder, how, code, options] of [
  ["site", "a classic script", CLASSIC, {}],
  ["few", "a classic script", CLASSIC, {}],
  ["site", "bundled from the package", await bundled(), {}],
  ["site", "a module", 'import "/bifocal/bifocal-engine.js";', { type: "module" }],
]) {
  story(`the engine answers in a service worker that is ${how}: ${folder}`, async (page) => {
    server.folder = built(folder);
    await page.goto(`${server.origin}/bifocal/?q=${encodeURIComponent(QUESTION)}`);
    await page.locator("#hits:not([aria-busy]) > .hit .title").first().waitFor();
    const expected = await page.locator("#hits > .hit .title").allTextContents();
    await control(page, code + worker('bifocal.open("/bifocal/")'), options);
    const { links, said } = await ask(page, QUESTION);
    assert.deepEqual([links, said], [expected, "lexicon"]);
  });
}

story("it loads the transformer as well", async (page) => {
  const opening = 'bifocal.open("/bifocal/").then(async (search) => (await search.upgrade(), search))';
  await control(page, CLASSIC + worker(opening));
  const { links, said } = await ask(page, QUESTION);
  assert.ok(links.length > 0);
  assert.equal(said, "all-MiniLM-L6-v2");
});

story("with no network it reads what is kept", async (page) => {
  const keep = 'importScripts("/bifocal/bifocal-offline.js"); const { fetchFile } = bifocalOffline({ index: "/bifocal/" });';
  const form = `addEventListener("fetch", (event) => event.request.url.endsWith("/form.html") && event.respondWith(new Response(${JSON.stringify(FORM)}, { headers: { "Content-Type": "text/html" } })));`;
  await control(page, CLASSIC + keep + form + worker('bifocal.open("/bifocal/", { fetchFile, whole: true })'));
  const { links } = await ask(page, QUESTION);
  assert.ok(links.length > 0);
  server.off = true;
  for (const text of [QUESTION, "queen", "honey"]) assert.ok((await ask(page, text)).links.length > 0, text);
});

story("an index of another build is an error that says what to do", async (page) => {
  const entry = JSON.parse(readFileSync(join(built("site"), "bifocal/bifocal.json"), "utf8"));
  const other = entry.runtime.worker.replace(/-[0-9a-f]+\./, "-0123456789abcdef.");
  const engine = readFileSync(join(built("site"), "bifocal/bifocal-engine.js"), "utf8");
  server.pages["/engine.js"] = engine.replaceAll(entry.runtime.worker, other);
  assert.notEqual(server.pages["/engine.js"], engine);
  await control(page, 'importScripts("/engine.js");' + worker('bifocal.open("/bifocal/")'));
  const { said } = await ask(page, "honey");
  assert.match(said, /another bifocal.*update the service worker/);
});
