// What outlives an answer of <bifocal-search>: the address, recent searches, what a plain form was given and what the owner is told.

import assert from "node:assert/strict";
import { actor } from "./actor.mjs";
import { violations } from "./axe.mjs";
import * as host from "./host.mjs";
import { box, focused, hear, html, option } from "./host.mjs";
import { built, stage } from "./stage.mjs";

const { server, story } = stage(built("site"));

const show = (page, body, options) => host.show(server, page, body, options);

story("what was searched for comes back, on this device and until it is forgotten", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>");
  await hear(page);
  await box(page).fill("honey");
  await option(page).first().click();
  await box(page).fill("");
  const recent = page.getByRole("option", { name: "honey", exact: true });
  await recent.waitFor();
  assert.deepEqual(await violations(page), []);
  await box(page).press("ArrowDown");
  await box(page).press("Enter");
  assert.equal(await box(page).inputValue(), "honey");
  await box(page).fill("");
  await page.getByRole("button", { name: "Forget them" }).click();
  assert.equal(await recent.count(), 0);
  assert.equal(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.endsWith("recent")).length), 0);

  await show(page, '<bifocal-search recent="off"></bifocal-search>');
  await hear(page);
  await box(page).fill("honey");
  await option(page).first().click();
  assert.equal(await page.evaluate(() => Object.keys(localStorage).length), 0);
});

story("the owner is told of questions that were meant, once each", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>");
  await hear(page);
  await box(page).pressSequentially("honey");
  await page.waitForFunction(() => window.heard.length > 0);
  await option(page).first().click();
  await box(page).fill("qqzzxx");
  await page.waitForFunction(() => window.heard.length >= 4);
  assert.deepEqual(await page.evaluate(() => window.heard), [
    ["bifocal-search", "honey"],
    ["bifocal-select", "honey"],
    ["bifocal-search", "qqzzxx"],
    ["bifocal-no-results", "qqzzxx"],
  ]);
  assert.equal(new URL(page.url()).pathname, "/try.html", "preventDefault keeps the page");
});

story("an address holds the question where that is asked for, and Back returns to the one before", async (page) => {
  await show(page, '<bifocal-search address="find"></bifocal-search>');
  await page.goto(`${server.origin}/try.html?find=honey&page=3`);
  await option(page).first().waitFor();
  assert.equal(await box(page).inputValue(), "honey");
  await box(page).click();
  await box(page).press("End");
  await box(page).fill("queen");
  await page.waitForURL(/\?find=queen&page=3$/);
  await page.goBack();
  await page.waitForURL(/\?find=honey&page=3$/);
  assert.equal(await box(page).inputValue(), "honey");

  await show(page, '<bifocal-search shape="dialog" address></bifocal-search>');
  await page.locator(".opener").waitFor();
  assert.ok(await page.locator("dialog").isHidden());
  await page.goto(`${server.origin}/try.html?q=honey`);
  await option(page).first().waitFor();
  assert.equal(await focused(page), "query");
});

story("an address leaves the page's own history and its scrolling as they were", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>");
  const state = () => page.evaluate(() => [history.state, history.scrollRestoration]);
  for (const [shape, restoration] of [["box", "auto"], ["page", "manual"]]) {
    await page.evaluate((shape) => {
      history.replaceState({ router: 1 }, "", "/try.html");
      document.querySelector("main").innerHTML = `<bifocal-search shape="${shape}" address></bifocal-search><div style="height: 4000px"></div>`;
    }, shape);
    await box(page).fill("honey");
    await page.waitForURL(/\?q=honey$/);
    await box(page).fill("honey bee");
    await page.waitForURL(/\?q=honey\+bee$/);
    assert.deepEqual(await state().then(([{ router }, how]) => [router, how]), [1, restoration]);
    await page.goBack();
    await page.waitForURL(/try\.html$/);
    assert.equal((await state())[0].router, 1);
    await page.evaluate(() => document.querySelector("bifocal-search").remove());
    await page.waitForFunction(() => history.scrollRestoration === "auto");
  }
});

story("a plain form works before the script, hands over what was typed, and is there where the search is not", async (page) => {
  let release;
  server.answer = (path) => (path.endsWith("bifocal-search.js") ? { wait: new Promise((resolve) => (release = resolve)) } : undefined);
  server.pages["/site.css"] = "";
  server.pages["/find.html"] = "<!doctype html><title>Found</title><link rel=icon href=data:,>";
  server.pages["/bifocal/bifocal.js"] = actor();
  server.pages["/try.html"] = html('<bifocal-search><form action="/find.html"><input type="search" name="q" aria-label="Search"></form></bifocal-search>');
  await page.goto(`${server.origin}/try.html`, { waitUntil: "commit" });
  const plain = page.locator("bifocal-search input[name=q]").first();
  await plain.pressSequentially("hon");
  await page.evaluate(() => (window.refuse = { code: "wasm", message: "WebAssembly is not allowed here" }));
  release();
  await page.waitForFunction(() => document.querySelector("bifocal-search").shadowRoot);
  assert.equal(await focused(page), "query");
  assert.equal(await box(page).inputValue(), "hon");
  await page.keyboard.type("ey");
  await page.getByText("The search does not work just now.").waitFor();
  await page.getByText("WebAssembly is not allowed here").waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Search without it" }).click();
  await page.waitForURL(`${server.origin}/find.html?q=honey`);
});

story("where no script runs at all, the plain form asks", async (page) => {
  server.pages["/site.css"] = "";
  server.pages["/find.html"] = "<!doctype html><title>Found</title><link rel=icon href=data:,>";
  server.pages["/try.html"] = html('<bifocal-search><form action="/find.html"><input type="search" name="q" aria-label="Search"></form></bifocal-search>');
  await page.goto(`${server.origin}/try.html`);
  await page.getByRole("searchbox", { name: "Search" }).fill("honey");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${server.origin}/find.html?q=honey`);
}, { javaScriptEnabled: false, chromiumOnly: "WebDriver BiDi has no way yet to switch scripts off" });
