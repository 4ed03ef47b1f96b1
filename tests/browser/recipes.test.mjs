// What docs/offline.md shows is run as it stands there: service workers of one's own, Workbox's among them, and the page that asks one.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CLAIM, control, PLAIN } from "./control.mjs";
import { box, drawn, option } from "./host.mjs";
import { built, stage } from "./stage.mjs";

/** Browsers note by themselves what they could not fetch. */
const NOTES = { allowed: /Failed to load resource|net::ERR|404/ };

const site = built("site");
const { server, story } = stage(site, NOTES);

const guide = readFileSync(new URL("../../docs/offline.md", import.meta.url), "utf8");
const manifest = JSON.parse(readFileSync(join(site, "bifocal/bifocal.webmanifest"), "utf8"));

/** The samples in `language` below the heading `section`, in order. */
function samples(section, language = "js") {
  const text = guide.split(/^## /m).find((part) => part.startsWith(`${section}\n`));
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, code]) => code);
}

const [CLASSIC, MODULE, WORKBOX] = samples("Your own service worker");
const [ENGINE] = samples("The engine in a service worker");
const [KEEPING] = samples("From a page");

/** `code` as a bundler makes it of the packages that it imports. */
async function bundled(code, define = {}) {
  const www = fileURLToPath(new URL("../../www/", import.meta.url));
  const { build } = createRequire(join(www, "package.json"))("esbuild");
  const alias = { "bifocal/offline": join(www, "dist/npm/offline.js") };
  const { outputFiles } = await build({ stdin: { contents: code, resolveDir: www }, bundle: true, write: false, format: "iife", alias, define: { "process.env.NODE_ENV": '"production"', ...define } });
  return outputFiles[0].text;
}

/** What Workbox's build would write in place of `self.__WB_MANIFEST`: the site's files but those that the sample has it ignore. */
function precached() {
  const ignored = JSON.parse(/globIgnores: (\[.*?\])/.exec(WORKBOX)[1]);
  const patterns = ignored.map((glob) => new RegExp(`^${glob.replaceAll(".", "\\.").replaceAll("**", ".*")}$`));
  const files = readdirSync(site, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const paths = files.map((file) => join(file.parentPath ?? file.path, file.name).slice(site.length + 1).replaceAll("\\", "/"));
  const wanted = paths.filter((path) => !patterns.some((pattern) => pattern.test(path)));
  const entry = (url) => ({ url, revision: createHash("md5").update(readFileSync(join(site, url))).digest("hex") });
  return [{ url: "page.html", revision: "1" }, ...wanted.map(entry)];
}

/** A page with the search finds something while the server gives nothing of the index. */
async function findsWithoutIndex(page) {
  server.answer = (path) => (path.startsWith("/bifocal/") ? { status: 503, body: "" } : undefined);
  await page.reload();
  await box(page).fill("honey");
  await drawn(page);
}

story("a service worker that is a classic script", async (page) => {
  await control(page, server, CLASSIC + CLAIM);
  await findsWithoutIndex(page);
});

story("a service worker that is bundled from the package", async (page) => {
  await control(page, server, (await bundled(MODULE)) + CLAIM);
  await findsWithoutIndex(page);
});

story("a service worker of Workbox: its pages and the index are there with no network, each kept by its own", async (page) => {
  const files = precached();
  assert.ok(files.length > 5 && !files.some(({ url }) => url.startsWith("bifocal/")), `${files.length}`);
  await control(page, server, (await bundled(WORKBOX, { "self.__WB_MANIFEST": JSON.stringify(files) })) + CLAIM);
  const keptBy = (name) => page.evaluate(async (name) => {
    const names = (await caches.keys()).filter((key) => key.startsWith(name));
    return (await Promise.all(names.map(async (key) => (await caches.open(key)).keys()))).flat().map(({ url }) => new URL(url).pathname);
  }, name);
  assert.equal((await keptBy("workbox-precache")).length, files.length);
  assert.ok((await keptBy("bifocal-offline http")).length > 5);
  server.off = true;
  await page.reload();
  await box(page).fill("honey");
  await drawn(page);
  const href = await option(page).first().evaluate((link) => link.href.replace(/#.*/, ""));
  await option(page).first().click();
  await page.waitForURL((url) => url.href.startsWith(href));
  await page.getByText(/honey/i).first().waitFor();
});

story("the engine in a service worker answers a question of another app", async (page) => {
  await control(page, server, ENGINE + CLAIM);
  const ask = () => page.evaluate(async () => (await (await fetch("/find.json?q=honey")).json()).hits.map(({ title }) => title));
  const found = await ask();
  assert.ok(found.length > 0);
  server.off = true;
  assert.deepEqual(await ask(), found);
});

story("a page asks that the index be kept, and shows how it goes", async (page) => {
  server.pages["/sw.js"] = CLASSIC.replace('index: "/bifocal/"', '$&, when: "ask"') + CLAIM;
  assert.notEqual(server.pages["/sw.js"], CLASSIC + CLAIM);
  server.pages["/page.html"] = PLAIN;
  await page.goto(`${server.origin}/page.html`);
  // A module's `await` is that of a function here.
  const code = (await bundled(`globalThis.keeping = async (bar) => {\n${KEEPING.replace(/^import .*\n/, "")}};\n${KEEPING.match(/^import .*\n/)[0]}`));
  await page.evaluate(code);
  assert.equal(await page.evaluate(async () => {
    const bar = document.createElement("progress");
    await globalThis.keeping(bar);
    return bar.value;
  }), 1);
  await findsWithoutIndex(page);
});

story("what another app shares with the search page is searched for, with no network too", async (page) => {
  const { action, method, params } = manifest.share_target;
  assert.equal(method, "GET");
  await page.goto(`${server.origin}/bifocal/`);
  await page.getByRole("button", { name: "Keep for offline use" }).click();
  await page.getByText("This search works offline.").waitFor();
  server.off = true;
  // As a browser does it: the address of the action, with what is shared under the names that the manifest gives.
  const address = new URL(action, `${server.origin}/bifocal/bifocal.webmanifest`);
  address.search = new URLSearchParams({ [params.text]: "honey & bees" });
  await page.goto(address.href);
  await drawn(page);
  assert.equal(await box(page).inputValue(), "honey & bees");
});
