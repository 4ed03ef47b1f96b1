// <bifocal-search> wherever it is put: beside another, below a sub-path, under a strict policy, without storage or a network.

import assert from "node:assert/strict";
import * as host from "./host.mjs";
import { box, drawn, hear, option } from "./host.mjs";
import { built, DEVTOOLS, stage, TRUSTED } from "./stage.mjs";
import { MODEL } from "./states.mjs";

const { server, story } = stage(built("site"));

const show = (page, body, options) => host.show(server, page, body, options);

story("nothing is fetched for a box that nobody turns to", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>");
  await box(page).waitFor();
  await page.waitForTimeout(300);
  assert.deepEqual(server.requests.filter((path) => /bifocal\.js(on)?$|\.bin$|worker/.test(path)), []);
});

story("with the network off at the first touch it says so, and answers once there is one", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>");
  await page.context().setOffline(true);
  await box(page).fill("honey");
  await page.getByText("You are offline.").waitFor();
  await page.getByText("cannot load the search").waitFor();
  await page.context().setOffline(false);
  await option(page).first().waitFor();
}, { allowed: /net::ERR/, chromiumOnly: DEVTOOLS });

story("a page in the place of the script is a site that can't be reached", async (page) => {
  server.answer = (path) => (path === "/bifocal/bifocal.js" ? { body: "<!doctype html>Pay first", headers: { "Content-Type": "text/html" } } : undefined);
  await show(page, "<bifocal-search></bifocal-search>");
  await box(page).fill("honey");
  await page.getByText("The site cannot be reached.").waitFor();
}, { allowed: /MIME|module/ });

story("a page in the place of the worker's script is one too, and the reason is told", async (page) => {
  server.answer = (path) => (/\/worker-/.test(path) ? { body: "<!doctype html>Not found", headers: { "Content-Type": "text/html" } } : undefined);
  await show(page, "<bifocal-search></bifocal-search>");
  await box(page).fill("honey");
  await page.getByText("The site cannot be reached.").waitFor();
  await page.getByText(/cannot fetch runtime\/worker-.*: the server answers with a page; check the connection/).waitFor();
  server.answer = () => undefined;
  await page.getByRole("button", { name: "Try again" }).click();
  await option(page).first().waitFor();
}, { allowed: /MIME|module/ });

story("a worker's script that is missing is said to be", async (page) => {
  server.answer = (path) => (/\/worker-/.test(path) ? { status: 404, body: "" } : undefined);
  await show(page, "<bifocal-search></bifocal-search>");
  await box(page).fill("honey");
  await page.getByText(/runtime\/worker-.* is missing: the server answers 404/).waitFor();
}, { allowed: /404|module/ });

story("where storage is full or forbidden nothing is remembered, and nothing fails", async (page) => {
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("no room", "QuotaExceededError");
    };
  });
  await show(page, "<bifocal-search></bifocal-search>", { play: "return answer(text)", about: MODEL });
  await hear(page);
  await box(page).fill("x");
  await drawn(page);
  await option(page).first().click();
  await box(page).click();
  await page.getByRole("button", { name: "Not now" }).click();
  assert.ok(await page.locator("#offer").isHidden());
  await box(page).fill("");
  await page.getByText("Search 2 pages, 3 sections").waitFor();
  assert.equal(await page.evaluate(() => localStorage.length), 0);
});

story("several boxes share one index; the first has the shortcut", async (page) => {
  await show(page, '<bifocal-search id="one"></bifocal-search><bifocal-search id="two"></bifocal-search>');
  await page.keyboard.press("Control+k");
  assert.equal(await page.evaluate(() => document.activeElement.id), "one");
  await page.keyboard.type("honey");
  await page.locator("#one .hit").first().waitFor();
  await page.locator("#two #query").fill("queen");
  await page.locator("#two .hit").first().waitFor();
  assert.ok(await page.locator("#one #panel").isHidden(), "one panel at a time");
  assert.equal(server.requests.filter((path) => /\/worker-/.test(path)).length, 1);
  await page.evaluate(() => document.getElementById("one").remove());
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "two");
});

story("below a sub-path and under a <base>, addresses are right", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>", { path: "/guide/deep/try.html", head: '<base href="/elsewhere/">', script: "/bifocal/bifocal-search.js" });
  await box(page).fill("honey");
  await option(page).first().waitFor();
  const { origin, pathname } = new URL(await option(page).first().evaluate((link) => link.href));
  assert.equal(origin, server.origin);
  assert.doesNotMatch(pathname, /elsewhere|try/);
});

story("the strictest policy is enough: no inline style, no inline script", async (page) => {
  server.headers = { "Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; img-src data:; style-src 'self'" };
  await show(page, '<bifocal-search shape="dialog"></bifocal-search>');
  await page.getByRole("button", { name: "Search" }).click();
  await page.keyboard.type("honey");
  await option(page).first().waitFor();
  assert.notEqual(await page.locator("mark").first().evaluate((mark) => getComputedStyle(mark).backgroundColor), "rgb(255, 255, 0)", "it has its colours");
});

for (const [names, workers] of [["bifocal", 1], ["other", 0]]) {
  story(`under trusted types that allow ${names}, ${workers} worker answers`, async (page) => {
    server.headers = { "Content-Security-Policy": `require-trusted-types-for 'script'; trusted-types ${names}` };
    await show(page, "<bifocal-search></bifocal-search>");
    await box(page).fill("honey");
    await option(page).first().waitFor();
    assert.equal(page.workers().length, workers);
  }, { allowed: names === "other" ? /Creating a TrustedTypePolicy/ : null, chromiumOnly: TRUSTED });
}

story("the script is evaluated in one task and the element drawn in the next; who asks for it before has it at once", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>");
  const { before, after, asked, gone } = await page.evaluate(async () => {
    const task = () => new Promise((resolve) => setTimeout(resolve, 20));
    const made = () => document.querySelector("main").appendChild(document.createElement("bifocal-search"));
    const first = made();
    const before = first.shadowRoot;
    await task();
    const after = first.shadowRoot.querySelector("#query").checkVisibility();
    const second = made();
    second.words = { search: "Find" };
    second.query = "honey";
    const asked = [second.query, second.shadowRoot.querySelector("#query").value, second.shadowRoot.querySelector("label").textContent];
    const third = made();
    third.remove();
    await task();
    return { before, after, asked, gone: third.shadowRoot };
  });
  assert.equal(before, null);
  assert.ok(after);
  assert.deepEqual(asked, ["honey", "honey", "Find"]);
  assert.equal(gone, null, "what left before its turn draws nothing");
});

story("a model that one element loaded is there for another, which still offers it", async (page) => {
  await show(page, '<bifocal-search shape="page" id="one"></bifocal-search><bifocal-search shape="page" id="two"></bifocal-search>', { about: MODEL, play: "return answer(text)" });
  const button = (element, name) => page.locator(`#${element} #offer`).getByRole("button", { name });
  for (const element of ["one", "two"]) await button(element, "Load it").waitFor();
  await button("one", "Load it").click();
  await button("one", "Cancel").waitFor();
  await page.evaluate(() => globalThis.modelIsThere());
  await page.locator("#one #offer").waitFor({ state: "hidden" });
  await button("two", "Load it").click();
  await page.locator("#two #offer").waitFor({ state: "hidden" });
});

story("an element that is moved keeps what it shows; one that is removed stops", async (page) => {
  await show(page, '<bifocal-search></bifocal-search><div id="there"></div>');
  await box(page).fill("honey");
  await option(page).first().waitFor();
  await page.evaluate(() => document.getElementById("there").append(document.querySelector("bifocal-search")));
  await page.waitForTimeout(50);
  assert.ok((await option(page).count()) > 0);
  const left = await page.evaluate(async () => {
    const search = document.querySelector("bifocal-search");
    search.remove();
    await new Promise((resolve) => setTimeout(resolve, 50));
    document.body.append(search);
    return search.query;
  });
  assert.equal(left, "");
});
