// What <bifocal-search> shows of an answer, and where its links lead.

import assert from "node:assert/strict";
import { violations } from "./axe.mjs";
import * as host from "./host.mjs";
import { box, drawn, option } from "./host.mjs";
import { built, stage } from "./stage.mjs";

const { server, story } = stage(built("site"));

const show = (page, body, options) => host.show(server, page, body, options);

story("titles and headings have the query's words marked, and what was found in their place", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>", {
    play: `return answer(text, { hits: [hit({ title: "Crème & swarms: crèmes", excerpt: excerpt("Some swarms", [5, 11]), sections: [
      { heading: "Of creme", path: ["Creme"], anchor: "p", url: "/a.html#p", score: 1, excerpt: excerpt("x") }] })] })`,
  });
  await box(page).fill("swarming creme");
  await drawn(page);
  assert.deepEqual(await page.locator(".title mark").allTextContents(), ["Crème", "swarms", "crèmes"]);
  assert.deepEqual(await page.locator(".heading mark").allTextContents(), ["creme"]);
  assert.equal(await page.locator(".title").textContent(), "Crème & swarms: crèmes");
});

story("nothing in a hit becomes markup, or a link that runs", async (page) => {
  const evil = "<img src=x onerror=alert(1)>\\u202egnp.exe";
  await show(page, "<bifocal-search></bifocal-search>", {
    play: `return answer(text, { hits: [
      hit({ id: "1", url: "javascript:alert(1)", title: "${evil}", excerpt: excerpt("${evil}", [0, 4]) }),
      hit({ id: "2", url: "data:text/html,x", sections: [{ heading: "${evil}", path: ["${evil}"], anchor: "x", url: "javascript:alert(2)", score: 1, excerpt: excerpt("x") }] }),
      hit({ id: "3", url: "http://", title: "no address" }),
      hit({ id: "4", title: "sound", url: "/caf%C3%A9%E2%80%AEgpj.html" }),
    ] })`,
  });
  await box(page).fill("x");
  await option(page).first().waitFor();
  assert.deepEqual(await option(page).evaluateAll((links) => links.map((link) => link.querySelector(".title").textContent)), ["sound"]);
  assert.equal(await page.locator("#hits img").count(), 0);
  assert.equal(await page.locator("#hits .place").last().textContent(), "/café%E2%80%AEgpj.html", "an address reads in the direction in which it is");
  assert.equal(await page.locator("#hits .excerpt mark").first().textContent(), "<img");
  assert.equal(await page.locator("#hits .title").first().getAttribute("dir"), "auto", "a title's own direction stays in it");
});

story("a page's picture and its place in the site are shown, if they are what they say", async (page) => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="5" cy="5" r="3"/></svg>';
  server.pages["/jar.svg"] = svg;
  server.answer = (path) => (path === "/gone.svg" ? { body: "no picture" } : undefined);
  await show(page, "<bifocal-search></bifocal-search>", {
    play: `return answer(text, { hits: [
      hit({ id: "1", meta: { image: "jar.svg", image_alt: "A jar <b>", breadcrumbs: ["Shop", "Food <i>"] } }),
      hit({ id: "2", meta: { image: "javascript:alert(1)", breadcrumbs: "Guide" } }),
      hit({ id: "3", meta: { image: "data:image/svg+xml,<svg/>" } }),
      hit({ id: "4", meta: { image: "http://", breadcrumbs: 7 } }),
      hit({ id: "5", meta: { image: "/gone.svg" } }),
    ] })`,
  });
  await box(page).fill("x");
  await page.waitForFunction(() => document.querySelector("bifocal-search").shadowRoot.querySelectorAll(".image").length === 1);
  const jar = page.getByRole("option", { name: /^A jar <b> A page/ }).locator("img");
  assert.equal(await jar.evaluate((image) => image.src), `${server.origin}/jar.svg`);
  await page.waitForFunction(() => document.querySelector("bifocal-search").shadowRoot.querySelector(".image").naturalWidth > 0);
  await drawn(page);
  assert.deepEqual(await page.locator(".place").allTextContents(), ["Shop › Food <i>", "Guide", "a.html", "a.html", "a.html"]);
  assert.deepEqual(await violations(page), []);
});

story("a newer question drops the answer to an older one", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>", {
    play: `await sleep(text === "slow" ? 400 : 10); return answer(text, { hits: [hit({ title: "for " + text })] })`,
  });
  await box(page).fill("slow");
  await page.waitForTimeout(100);
  await box(page).fill("quick");
  await page.getByText("for quick").waitFor();
  await page.waitForTimeout(500);
  assert.equal(await page.locator("#hits .title").textContent(), "for quick");
});

story("an answer that comes while the next question is being typed is dropped, and the list stays busy", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>", {
    play: `if (text === "old") await new Promise((resume) => (globalThis.resume = resume)); return answer(text, { hits: [hit({ title: "for " + text })] })`,
  });
  await box(page).fill("old");
  await page.waitForFunction(() => globalThis.resume);
  await page.evaluate(() => {
    const { shadowRoot } = document.querySelector("bifocal-search");
    const [typed, hits] = ["#query", "#hits"].map((part) => shadowRoot.querySelector(part));
    globalThis.shown = [];
    const note = () => hits.hasAttribute("aria-busy") || globalThis.shown.push(hits.textContent);
    new MutationObserver(note).observe(hits, { attributes: true, childList: true });
    typed.value = "new";
    typed.dispatchEvent(new InputEvent("input"));
    globalThis.resume();
  });
  await page.getByText("for new").waitFor();
  const shown = await page.evaluate(() => globalThis.shown);
  assert.ok(shown.every((text) => text.startsWith("for new")), shown.join("; "));
});

story("a link leads to the words that were found, and the browser marks them", async (page) => {
  const phrase = "so a queen (the old one) leaves - with half";
  const text = `…Nothing. The hive is full, ${phrase} of it, bees say`;
  const at = (word) => [text.indexOf(word), text.indexOf(word) + word.length];
  await show(page, "<bifocal-search></bifocal-search>", {
    play: `return answer(text, { hits: [
      hit({ id: "1", excerpt: excerpt(${JSON.stringify(text)}, ${JSON.stringify(at("hive"))}, ${JSON.stringify(at("full"))}) }),
      hit({ id: "2", url: "/a.html#top", excerpt: excerpt("well-known, Vec::push & co Next", [5, 10], [12, 15]) }),
      hit({ id: "3", excerpt: excerpt("蜜蜂飞走了", [0, 2]) }),
      hit({ id: "4", excerpt: excerpt("found by meaning alone") }),
      hit({ id: "5", excerpt: excerpt("the page's excerpt", [4, 8]), sections: [{ heading: "Part", path: [], anchor: "p", url: "/a.html#p", score: 1, excerpt: excerpt("the page's excerpt", [4, 8]) }] }),
    ] })`,
  });
  const address = (link) => link.getAttribute("href").replace(/^.*?a\.html/, "");
  await box(page).fill("x");
  await drawn(page);
  const addresses = await option(page).evaluateAll((links, address) => links.map((0, eval)(address)), String(address));
  assert.deepEqual(addresses, [
    "#:~:text=The%20hive%20is%20full%2C%20so%20a",
    "#top:~:text=well%2Dknown%2C%20Vec%3A%3Apush",
    "#:~:text=%E8%9C%9C%E8%9C%82%E9%A3%9E%E8%B5%B0%E4%BA%86",
    "",
    "",
    "#p:~:text=the%20page's%20excerpt",
  ]);
  server.pages["/a.html"] = `<!doctype html><link rel="icon" href="data:,"><title>x</title><p>The hive.<div style="height: 4000px"></div><p>The <b>hive</b> is full, so a queen`;
  await option(page).first().click();
  await page.waitForURL(/a\.html/);
  await page.waitForFunction(() => scrollY > 1000);

  await show(page, '<bifocal-search marks="off"></bifocal-search>', { play: `return answer(text)` });
  await box(page).fill("x");
  assert.doesNotMatch(await option(page).first().getAttribute("href"), /~/);
});

story("all results lie behind one link where the owner has a page for them", async (page) => {
  await show(page, '<bifocal-search results="/bifocal/"></bifocal-search>');
  await box(page).fill("honey");
  await page.getByRole("link", { name: "All results" }).waitFor();
  await box(page).press("Enter");
  await page.waitForURL(`${server.origin}/bifocal/?q=honey`);
  await page.locator("#hits .hit").first().waitFor();
});
