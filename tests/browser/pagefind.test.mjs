// The module that stands in for Pagefind's: with Pagefind's own user interface from npm, and by its functions alone.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { actor } from "./actor.mjs";
import { keeping, take } from "./control.mjs";
import { show as host } from "./pagefind.mjs";
import { built, stage } from "./stage.mjs";

const { server, story } = stage(built("site"));

const show = (page, script) => host(server, page, script);

/** Runs in the page: `work(pagefind)`. */
const using = (page, work, argument) =>
  page.evaluate(
    async ([work, argument]) => {
      const pagefind = await import("/bifocal/pagefind.js");
      return (0, eval)(`(${work})`)(pagefind, argument);
    },
    [String(work), argument],
  );

story("Pagefind's default user interface works unmodified", async (page) => {
  await show(page, `import { PagefindUI } from "/ui.js"; new PagefindUI({ element: "#search", bundlePath: "/bifocal/", showSubResults: true });`);
  await page.locator(".pagefind-ui__search-input").fill("honey");
  await page.locator(".pagefind-ui__result-link").first().waitFor();
  assert.match(await page.locator(".pagefind-ui__message").textContent(), /^\d+ results for honey$/);
  assert.ok((await page.locator(".pagefind-ui__result mark").count()) > 0);
  const nested = page.locator(".pagefind-ui__result-nested .pagefind-ui__result-link").first();
  assert.match(await nested.getAttribute("href"), /^\/.*#/);
  const before = await page.locator(".pagefind-ui__result").count();
  await page.locator(".pagefind-ui__button").click();
  await page.waitForFunction((before) => document.querySelectorAll(".pagefind-ui__result .pagefind-ui__result-link").length > before, before);
  await page.locator(".pagefind-ui__search-clear").click();
  await page.locator(".pagefind-ui__search-input").fill("qqzzxx");
  await page.getByText("No results for qqzzxx").waitFor();
});

story("with the network off, after one visit, Pagefind's interface finds as before", async (page) => {
  await show(page, `import { PagefindUI } from "/ui.js"; new PagefindUI({ element: "#search", bundlePath: "/bifocal/", showSubResults: true });`);
  server.pages["/sw.js"] = keeping(["/try.html", "/ui.js", "/ui.css"]);
  await take(page);
  server.off = true;
  await page.reload();
  await page.locator(".pagefind-ui__search-input").fill("honey");
  await page.locator(".pagefind-ui__result-link").first().waitFor();
  assert.match(await page.locator(".pagefind-ui__message").textContent(), /^\d+ results for honey$/);
});

story("its functions give what Pagefind's give", async (page) => {
  await show(page, "");
  const found = await using(page, async (pagefind) => {
    await pagefind.options({ highlightParam: "hl" });
    await pagefind.init();
    await pagefind.preload("hon");
    const search = await pagefind.search("honey bee");
    const data = await Promise.all(search.results.map((result) => result.data()));
    return { search: { ...search, results: search.results.map(({ id, score }) => ({ id, score })) }, data, filters: await pagefind.filters(), nothing: (await pagefind.search(null)).results };
  });
  const { data, search, filters, nothing } = found;
  assert.ok(data.length > 3);
  assert.equal(new Set(data.map(({ raw_url }) => raw_url)).size, data.length, "each page once, through all batches");
  assert.match(data[0].url, /^\/[^?]*\?hl=honey&hl=bee/);
  assert.match(data[0].excerpt + data[0].sub_results[0]?.excerpt, /<mark>/);
  assert.equal(typeof data[0].meta.title, "string");
  assert.equal(search.unfilteredResultCount, data.length);
  assert.ok(search.timings.total >= search.timings.search);
  assert.deepEqual(Object.keys(filters).sort(), ["author", "lang", "section"]);
  assert.equal(Object.values(filters.lang).reduce((sum, count) => sum + count), 14);
  assert.equal(nothing.length, 14, "without a term, all pages");
});

/** The pages of the shop. */
const shop = readFileSync(new URL("../shop.jsonl", import.meta.url), "utf8").trim().split("\n").map((line) => JSON.parse(line));
const section = ({ url }) => url.split("/")[0];

story("filters are Pagefind's, in all of their forms", async (page) => {
  await show(page, "");
  const cases = [
    [{ section: "food" }, (one) => section(one) === "food"],
    [{ section: ["food"], maker: "Meadow" }, (one) => section(one) === "food" && one.maker === "Meadow"],
    [{ tags: ["winter", "wood"] }, ({ tags = [] }) => tags.includes("winter") && tags.includes("wood")],
    [{ tags: { any: ["queen", "wood"] } }, ({ tags = [] }) => tags.includes("queen") || tags.includes("wood")],
    [{ section: { none: ["food", "books"] }, stock: true }, (one) => !["food", "books"].includes(section(one)) && one.stock],
    [{ any: [{ section: "books" }, { maker: "Meadow", price: 240 }] }, (one) => section(one) === "books" || (one.maker === "Meadow" && one.price === 240)],
    [{ not: { section: "food", maker: "Meadow" } }, (one) => !(section(one) === "food" && one.maker === "Meadow")],
    [{ none: { section: "food", maker: "Meadow" } }, (one) => !(section(one) === "food" || one.maker === "Meadow")],
    [{ all: [{ stock: "false" }, { any: { section: ["tools"], maker: { not: "Meadow" } } }] }, (one) => !one.stock && (section(one) === "tools" || one.maker !== "Meadow")],
    [{}, () => true],
  ];
  for (const [filters, passes] of cases) {
    const expected = shop.filter(passes);
    const found = await using(page, async (pagefind, filters) => {
      const { results, filters: counts, totalFilters, unfilteredResultCount } = await pagefind.search(null, { filters });
      const data = await Promise.all(results.map((result) => result.data()));
      return { urls: data.map(({ url }) => url).sort(), counts, totalFilters, unfilteredResultCount, tags: data.map(({ filters }) => filters.tags?.length ?? 0) };
    }, filters);
    assert.deepEqual(found.urls, expected.map(({ url }) => `/${url}`).sort(), JSON.stringify(filters));
    assert.equal(found.unfilteredResultCount, shop.length);
    assert.deepEqual(found.totalFilters.section, { tools: 10, hives: 8, food: 8, books: 6 });
    const sections = expected.map(section);
    assert.deepEqual(found.counts.section, Object.fromEntries(["tools", "hives", "food", "books"].filter((name) => sections.includes(name)).map((name) => [name, sections.filter((other) => other === name).length])));
    assert.equal(found.tags.reduce((sum, count) => sum + count), expected.reduce((sum, { tags = [] }) => sum + tags.length, 0));
  }
  const sorted = await using(page, async (pagefind) => Promise.all((await pagefind.search("honey", { sort: { price: "desc" }, mode: "keyword" })).results.map(async (result) => (await result.data()).meta.price)));
  assert.ok(sorted.length > 3);
  assert.deepEqual(sorted, [...sorted].sort((a, b) => b - a));
  const wrong = await using(page, (pagefind) => Promise.all([{ colour: "red" }, ["food"]].map((filters) => pagefind.search("x", { filters }).then(() => "none", (error) => error.message))));
  assert.match(wrong[0], /no field colour/);
  assert.match(wrong[1], /filters hold "food" and no field for it/);
}, { folder: built("shop") });

story("Pagefind's pane of filters works unmodified", async (page) => {
  await show(page, `import { PagefindUI } from "/ui.js"; new PagefindUI({ element: "#search", bundlePath: "/bifocal/", showEmptyFilters: false, openFilters: ["section"] });`);
  await page.locator(".pagefind-ui__search-input").fill("bees");
  const message = (count) => page.locator(".pagefind-ui__message").getByText(new RegExp(`^${count} results? for bees$`)).waitFor();
  const counted = async () => Object.fromEntries((await page.locator(".pagefind-ui__filter-label").allTextContents()).map((text) => text.trim().split(/\s*\((\d+)\)$/)).map(([name, count]) => [name, Number(count)]));
  await page.locator(".pagefind-ui__filter-block").first().waitFor();
  assert.deepEqual((await page.locator(".pagefind-ui__filter-name").allTextContents()).map((text) => text.trim()).sort(), ["Maker", "Section", "Stock", "Tags"]);
  const { books } = await counted();
  assert.ok(books > 0);
  await page.locator(".pagefind-ui__filter-label").getByText("books").click();
  await message("\\d+");
  await page.waitForFunction((books) => document.querySelectorAll(".pagefind-ui__result-link").length > 0 && [...document.querySelectorAll(".pagefind-ui__result-link")].every((link) => link.pathname.startsWith("/books/")), books);
  assert.deepEqual(Object.keys(await counted()).filter((name) => ["tools", "food", "hives"].includes(name)), []);
}, { folder: built("shop") });

story("of debounced searches only the last is answered", async (page) => {
  await show(page, "");
  const found = await using(page, (pagefind) => Promise.all(["h", "ho", "hon"].map((term) => pagefind.debouncedSearch(term, {}, 50))));
  assert.deepEqual(found.map((answer) => answer === null), [true, true, false]);
});

story("excerpts are HTML, in which nothing of a page is", async (page) => {
  await show(page, "");
  server.pages["/bifocal/bifocal.js"] = actor(`return answer(text, { hits: [hit({ url: "javascript:alert(1)", title: "<b>", excerpt: excerpt("<img src=x onerror=alert(1)> & \\"so\\" on", [0, 4], [29, 30]) })] })`);
  const [{ url, excerpt }] = await using(page, async (pagefind) => Promise.all((await pagefind.search("x")).results.map((result) => result.data())));
  assert.equal(url, "about:blank");
  assert.equal(excerpt, "<mark>&lt;img</mark> src=x onerror=alert(1)&gt; <mark>&amp;</mark> &quot;so&quot; on");
});
