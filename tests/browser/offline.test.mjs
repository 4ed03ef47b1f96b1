// The search with no network: kept after one visit, brought up to date as a whole or not at all.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CLAIM, control, keeping } from "./control.mjs";
import { keep } from "./keep.mjs";
import { built, DEVTOOLS, inFirefox, launchWith, PROFILES, stage } from "./stage.mjs";

/** Browsers note by themselves what they could not fetch. */
const NOTES = { allowed: /Failed to load resource|net::ERR|404/ };

const { server, story } = stage(built("site"), { timeout: 240_000, ...NOTES });

const home = () => `${server.origin}/bifocal/`;
const TITLE = "#hits > .hit .title";
const generation = (name) => JSON.parse(readFileSync(join(built(name), "bifocal/bifocal.json"), "utf8")).generation;

/** The titles that the page finds for `text`. */
async function find(page, text) {
  await page.locator("#query").fill(text);
  await page.locator("#hits:not([aria-busy])").waitFor({ state: "attached" });
  return page.locator(TITLE).allTextContents();
}

/** The generation that a new page opens, and whether it finds anything. */
async function fresh(page) {
  const other = await page.context().newPage();
  try {
    await other.goto(`${home()}?q=honey`);
    await other.locator(TITLE).first().waitFor();
    return await other.evaluate(async () => (await (await import("/bifocal/bifocal.js")).open("/bifocal/")).about.generation);
  } finally {
    await other.close();
  }
}

/** Has the service worker look for a newer build now, as a page does that is opened later. */
const refresh = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => data.type !== "keeping" && resolve(data.type);
        navigator.serviceWorker.controller.postMessage({ type: "bifocal-keep", index: new URL("/bifocal/", location.href).href }, [port2]);
      }),
  );

for (const folder of ["site", "few"]) {
  story(`after one visit everything works with the network off: ${folder}`, async (page) => {
    server.folder = built(folder);
    await page.goto(home());
    const expected = await find(page, "why do the insects fly away");
    assert.ok(expected.length > 0);
    assert.match(await keep(page), /works offline/);
    server.off = true;
    await page.goto(`${home()}?q=queen`);
    await page.locator(TITLE).first().waitFor();
    assert.deepEqual(await find(page, "why do the insects fly away"), expected);
    for (const text of ["honey", "hon", "Schwarm", "qqzzxx"]) await find(page, text);
    assert.ok(await page.locator("#trouble").isHidden());
    await page.getByText("This search works offline.").waitFor();
  });
}

story("a model that was loaded once answers with the network off", async (page) => {
  await page.goto(home());
  await keep(page);
  await page.reload();
  await find(page, "honey");
  await page.getByRole("button", { name: "Load it" }).click();
  await page.locator("#offer").waitFor({ state: "hidden" });
  server.off = true;
  await page.reload();
  const encoder = page.evaluate(async () => {
    const { open } = await import("/bifocal/bifocal.js");
    const search = await open("/bifocal/");
    await search.upgrade();
    return (await search.search("why do the insects fly away")).encoder;
  });
  assert.equal(await encoder, "all-MiniLM-L6-v2");
});

/** The state that the element's offer of the model is in. */
const offer = (page) => page.locator("#offer");

/** Takes the network away, so that the browser knows it, or gives it back. */
async function setOffline(page, off) {
  server.off = off;
  await page.context().setOffline(off);
}

story("a model that a reader loaded once understands questions with the network off, without being asked for again", async (page) => {
  await page.goto(home());
  await keep(page);
  await page.reload();
  await find(page, "honey");
  await page.getByRole("button", { name: "Load it" }).click();
  await offer(page).waitFor({ state: "hidden" });
  await setOffline(page, true);
  await page.goto(`${home()}?q=queen`);
  await page.locator("#how", { hasText: "(all-MiniLM-L6-v2)" }).waitFor();
  assert.ok(await offer(page).isHidden());
}, { ...NOTES, chromiumOnly: DEVTOOLS });

story("a model that is not kept can't be loaded with the network off: that is said, and what to do, and searching goes on", async (page) => {
  await page.goto(home());
  await keep(page);
  await page.reload();
  await find(page, "honey");
  await setOffline(page, true);
  await page.getByRole("button", { name: "Load it" }).focus();
  await page.keyboard.press("Enter");
  await offer(page).getByText("You are offline. The model is not on this device yet: load it once you are online.").waitFor();
  const again = page.getByRole("button", { name: "Try again" });
  assert.equal(await again.evaluate((button) => button.getRootNode().activeElement === button), true, "who pressed the button stands on the next");
  assert.ok((await find(page, "queen")).length > 0);
  await setOffline(page, false);
  await again.click();
  await offer(page).waitFor({ state: "hidden" });
  await page.locator("#how", { hasText: "(all-MiniLM-L6-v2)" }).waitFor();
}, { ...NOTES, chromiumOnly: DEVTOOLS });

story("with the network off a hit leads to its page, which the site's own service worker kept, and to the words there", async (page) => {
  const pages = ["/guide/swarming.html", "/guide/inspections.html", "/guide/first-hive.html", "/page.html"];
  await control(page, server, keeping(pages));
  await setOffline(page, true);
  await page.reload();
  await page.locator("#query").fill("others walk in after her within an hour");
  const link = page.locator('#hits a[href*="swarming.html"][href*=":~:text"]').first();
  await link.waitFor();
  const marks = /:~:text=(.*)$/.exec(await link.getAttribute("href"))[1];
  await link.click();
  await page.waitForURL(/swarming\.html/);
  assert.equal(await page.locator("main h1").textContent(), "Swarming");
  const [, words] = /^(?:[^,]*-,)?([^,]*)/.exec(marks).map(decodeURIComponent);
  // The browser marks the words and brings them into view; a page can't ask it what it marked.
  await page.waitForFunction((words) => {
    const paragraph = [...document.querySelectorAll("main p")].find(({ textContent }) => textContent.replace(/\s+/g, " ").includes(words));
    const { top, bottom } = paragraph.getBoundingClientRect();
    return scrollY > 0 && top < innerHeight && bottom > 0;
  }, words);
}, { ...NOTES, viewport: { width: 600, height: 240 }, chromiumOnly: DEVTOOLS });

test("after a restart of the browser everything is there, with no server at all", { timeout: 240_000, skip: inFirefox(PROFILES) }, async () => {
  const profile = mkdtempSync(join(tmpdir(), "bifocal-"));
  const visit = async (tell) => {
    const context = await launchWith(profile);
    try {
      return await tell(await context.newPage());
    } finally {
      await context.close();
    }
  };
  try {
    server.folder = built("site");
    const expected = await visit(async (page) => {
      await page.goto(home());
      assert.match(await keep(page), /works offline/);
      return find(page, "why do the insects fly away");
    });
    server.off = true;
    const found = await visit(async (page) => {
      await page.goto(`${home()}?q=queen`);
      await page.locator(TITLE).first().waitFor();
      return find(page, "why do the insects fly away");
    });
    assert.ok(expected.length > 0);
    assert.deepEqual(found, expected);
  } finally {
    server.off = false;
    rmSync(profile, { recursive: true, force: true });
  }
});

story("a rebuilt site is brought as a whole: an open page keeps its build, the next has the new one, the old is removed", async (page) => {
  await page.goto(home());
  await find(page, "honey");
  await keep(page);
  await page.reload();
  await find(page, "honey");
  server.folder = built("few");
  assert.equal(await refresh(page), "kept");
  server.off = true;
  assert.ok((await find(page, "queen")).length > 0, "the open page reads on in its own build");
  assert.ok(await page.locator("#trouble").isHidden());
  assert.equal(await page.evaluate(async () => JSON.parse(await (await fetch("/bifocal/bifocal.json")).text()).generation), generation("site"));
  assert.equal(await fresh(page), generation("few"));
  await page.reload();
  server.off = false;
  await page.waitForTimeout(200);
  await page.evaluate(() => navigator.serviceWorker.getRegistration().then((registration) => registration.update()));
  await page.goto("about:blank");
  await page.goto(home());
  await page.waitForFunction(async () => (await caches.keys()).filter((name) => name.startsWith("bifocal-offline http")).length === 1);
});

/** How many requests a whole update takes: the list, the entry, and the files that the older build has not. */
function wholeUpdate() {
  const [former, files] = ["site", "few"].map((name) => JSON.parse(readFileSync(join(built(name), "bifocal/files.json"), "utf8")).files.map(({ path }) => path));
  return 2 + files.filter((path) => !former.includes(path)).length;
}

/** Has the service worker bring the newer build, and the network break down at request `n` of those that it makes for it. */
async function refreshUntil(page, n) {
  let made = 0;
  server.answer = () => void (made++ === n && (server.off = true));
  const said = await refresh(page);
  server.answer = () => undefined;
  return { said, made };
}

/** A page whose build is kept, on a site that has a newer one now. */
async function kept(page) {
  await page.goto(home());
  await keep(page);
  await page.reload();
  // A page that opens looks for a newer build by itself: that is over before there is one.
  await find(page, "honey");
  server.folder = built("few");
}

story("an update that breaks off at any of its requests leaves the build that was there", async (page) => {
  await kept(page);
  // Or else what came before the network broke down would be in the browser's own cache.
  server.headers = { "Cache-Control": "no-store" };
  const known = await page.evaluate(() => caches.keys());
  let broken = 0;
  for (; (await refreshUntil(page, broken)).said !== "kept"; broken++) {
    assert.equal(await fresh(page), generation("site"), `broken off at request ${broken}`);
    server.off = false;
    // From the beginning, so that each request comes to be the one.
    await page.evaluate(async (known) => Promise.all((await caches.keys()).filter((key) => !known.includes(key)).map((key) => caches.delete(key))), known);
  }
  assert.ok(broken >= wholeUpdate(), `${broken} requests were broken off, of ${wholeUpdate()}`);
  server.off = true;
  assert.equal(await fresh(page), generation("few"));
});

story("an update that broke off goes on with what is there", async (page) => {
  await kept(page);
  // The first file comes to nothing, when the others that were asked for beside it are there.
  const breakdown = () => new Promise((resolve) => setTimeout(() => resolve((server.off = true)), 1000));
  let first = true;
  server.answer = (path) => {
    if (!first || path.endsWith("files.json")) return undefined;
    first = false;
    return { wait: breakdown() };
  };
  assert.equal(await refresh(page), "failed");
  assert.equal(await fresh(page), generation("site"));
  server.off = false;
  const { said, made } = await refreshUntil(page, Infinity);
  assert.equal(said, "kept");
  assert.ok(made < wholeUpdate(), `${made} requests, of ${wholeUpdate()}`);
  server.off = true;
  assert.equal(await fresh(page), generation("few"));
});

for (const [what, answer] of [
  ["a page of HTML", { body: "<!doctype html><title>Not found</title>" }],
  ["half of it", { body: "half" }],
  ["nothing", { status: 404, body: "" }],
]) {
  story(`a server that gives ${what} for a part has nothing kept of it`, async (page) => {
    await page.goto(home());
    await find(page, "honey");
    server.answer = (path) => (/parts\/text-/.test(path) ? answer : undefined);
    const cached = await page.evaluate(async () => (await caches.keys()).length);
    assert.match(await keep(page), /could not be kept: parts\/text-/);
    assert.equal(cached, 0);
    server.answer = () => undefined;
    assert.match(await keep(page), /works offline/);
  });
}

story("that it failed is the last that is said, whatever else is still coming", async (page) => {
  await page.goto(home());
  assert.match(await keep(page), /works offline/);
  await page.reload();
  server.folder = built("few");
  const pause = new Promise((resolve) => setTimeout(resolve, 1500));
  // Of what is fetched side by side, one is refused at once and the others come later.
  server.answer = (path) => (!path.includes("/parts/") ? undefined : path.includes("pack1-") ? { status: 404, body: "" } : { wait: pause });
  const said = await page.evaluate(async () => {
    const { port1, port2 } = new MessageChannel();
    const said = [];
    port1.onmessage = ({ data }) => said.push(data.type);
    navigator.serviceWorker.controller.postMessage({ type: "bifocal-keep", index: new URL("/bifocal/", location.href).href }, [port2]);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    return said;
  });
  assert.equal(said.indexOf("failed"), said.length - 1, said.join());
});

story("where there is no room, that is said, and searching goes on", async (page) => {
  const cdp = await page.context().newCDPSession(page);
  await page.goto(home());
  await cdp.send("Storage.overrideQuotaForOrigin", { origin: server.origin, quotaSize: 300_000 });
  assert.match(await keep(page), /could not be kept: there is no room for \d+ more bytes/);
  assert.deepEqual(await page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("bifocal-offline http"))), []);
  assert.ok((await find(page, "honey")).length > 0);
}, { ...NOTES, chromiumOnly: DEVTOOLS });

story("where room runs out halfway, what was kept is given back", async (page) => {
  const cdp = await page.context().newCDPSession(page);
  await page.goto(home());
  let parts = 0;
  server.answer = (path) => {
    if (path.includes("/parts/") && ++parts === 8) return { wait: cdp.send("Storage.overrideQuotaForOrigin", { origin: server.origin, quotaSize: 1 }) };
    return undefined;
  };
  assert.match(await keep(page), /could not be kept: there is no room for \d+ more bytes/);
  assert.ok(parts >= 8);
  assert.deepEqual(await page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("bifocal-offline http"))), []);
  assert.ok((await find(page, "honey")).length > 0);
}, { ...NOTES, chromiumOnly: DEVTOOLS });

story("a service worker of one's own keeps the index for pages anywhere on the site", async (page) => {
  await control(page, server, `importScripts("/bifocal/bifocal-offline.js"); bifocalOffline({ index: "/bifocal/" }); ${CLAIM}`, "/deep/page.html");
  server.answer = (path) => (path.startsWith("/bifocal/") ? { status: 503, body: "" } : undefined);
  await page.reload();
  await page.locator("#query").fill("honey");
  await page.locator(TITLE).first().waitFor();
});

/** The files of the index that are kept, below its folder. */
const keptFiles = (page) =>
  page.evaluate(async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith("bifocal-offline http"));
    const keys = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return keys.flat().map(({ url }) => new URL(url).pathname.replace("/bifocal/", "")).sort();
  });

for (const [keeping, isKept] of [
  ['"used"', ({ path }) => !path.startsWith("parts/") || path.startsWith("parts/core-")],
  ['({ path, bytes }) => bytes > 0 && !path.endsWith(".html")', ({ path }) => !path.endsWith(".html")],
]) {
  story(`a service worker keeps what it is told to, ${keeping}, and what queries read besides`, async (page) => {
    await control(page, server, `importScripts("/bifocal/bifocal-offline.js"); bifocalOffline({ index: "/bifocal/", keep: ${keeping} }); ${CLAIM}`);
    const { files } = JSON.parse(readFileSync(join(built("site"), "bifocal/files.json"), "utf8"));
    const parts = files.filter(({ path }) => path.startsWith("parts/"));
    const before = await keptFiles(page);
    for (const file of parts) assert.equal(before.includes(file.path), isKept(file), file.path);
    assert.equal(before.includes("index.html"), isKept({ path: "index.html" }));
    await page.reload();
    const found = await find(page, "honey");
    assert.ok(found.length > 0);
    server.answer = (path) => (path.startsWith("/bifocal/") ? { status: 503, body: "" } : undefined);
    await page.reload();
    assert.deepEqual(await find(page, "honey"), found);
    assert.ok(await page.locator("#trouble").isHidden());
    if (keeping === '"used"') assert.ok((await keptFiles(page)).length > before.length);
  });
}

story("the page can be installed", async (page) => {
  const cdp = await page.context().newCDPSession(page);
  await page.goto(home());
  const { errors, data } = await cdp.send("Page.getAppManifest");
  assert.deepEqual(errors, []);
  const { start_url, icons } = JSON.parse(data);
  assert.equal(start_url, "./");
  assert.deepEqual(icons.filter(({ type }) => type === "image/png").map(({ sizes, purpose }) => [sizes, purpose]), [["192x192", "any"], ["512x512", "any"], ["512x512", "maskable"]]);
  const touch = await page.locator("link[rel=apple-touch-icon]").getAttribute("href");
  const widths = await page.evaluate((paths) => Promise.all(paths.map(async (path) => {
    const image = Object.assign(new Image(), { src: path });
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  })), [touch, ...icons.filter(({ type }) => type === "image/png").map(({ src }) => src)]);
  assert.deepEqual(widths, [[180, 180], [192, 192], [512, 512], [512, 512]]);
  const { installabilityErrors } = await cdp.send("Page.getInstallabilityErrors");
  // A visitor of the tests is in private mode, where nothing is installed.
  assert.deepEqual(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito"), []);
}, { ...NOTES, chromiumOnly: DEVTOOLS });
