// Several indexes behind Pagefind's functions, as `mergeIndex` puts them together: the site's and the shop's.

import assert from "node:assert/strict";
import { show as host } from "./pagefind.mjs";
import { built, stage } from "./stage.mjs";

const { server, story } = stage(built("."));

const show = (page, script) => host(server, page, script);

/** Runs in the page: `work(pagefind, all, argument)`; `all` gives the data of all results of a search. */
const using = (page, work, argument) =>
  page.evaluate(
    async ([work, argument]) => {
      const pagefind = await import("/site/bifocal/pagefind.js");
      const all = async (...asked) => Promise.all((await pagefind.search(...asked)).results.map((result) => result.data()));
      return (0, eval)(`(${work})`)(pagefind, all, argument);
    },
    [String(work), argument],
  );

/** The index that an address is of. */
const origin = (url) => url.split("/")[1];

story("Pagefind's default user interface merges indexes, and filters by where a page is from", async (page) => {
  await show(page, `import { PagefindUI } from "/ui.js"; new PagefindUI({ element: "#search", bundlePath: "/site/bifocal/", mergeFilter: { source: "The site" }, showEmptyFilters: false, openFilters: ["source"],
    mergeIndex: [{ bundlePath: "/shop/bifocal", mergeFilter: { source: ["The shop", "Wares"] } }] });`);
  await page.locator(".pagefind-ui__search-input").fill("honey");
  const links = page.locator(".pagefind-ui__result-link");
  await links.nth(1).waitFor();
  const folders = () => links.evaluateAll((links) => [...new Set(links.map((link) => link.pathname.split("/")[1]))].sort());
  assert.deepEqual(await folders(), ["shop", "site"]);
  const labels = page.locator(".pagefind-ui__filter-block", { hasText: "Source" }).locator(".pagefind-ui__filter-label");
  const counts = Object.fromEntries((await labels.allTextContents()).map((text) => text.trim().split(/\s*\((\d+)\)$/)).map(([name, count]) => [name, Number(count)]));
  assert.deepEqual(Object.keys(counts).sort(), ["The shop", "The site", "Wares"]);
  assert.ok(counts["The site"] > 0 && counts["The shop"] > 0 && counts["The shop"] === counts.Wares);
  await labels.getByText("Wares").click();
  await page.waitForFunction(() => {
    const links = [...document.querySelectorAll(".pagefind-ui__result-link")];
    return links.length > 0 && links.every((link) => link.pathname.startsWith("/shop/"));
  });
  await page.locator(".pagefind-ui__search-clear").click();
  await page.locator(".pagefind-ui__search-input").fill("qqzzxx");
  await page.getByText("No results for qqzzxx").waitFor();
});

story("what is merged is searched, counted, sorted and filtered as one index is", async (page) => {
  await show(page);
  const { data, counts, filters } = await using(page, async (pagefind, all) => {
    await pagefind.options({ mergeFilter: { source: "site" } });
    await pagefind.mergeIndex("/shop/bifocal/", { mergeFilter: { source: "shop", kind: ["ware", "thing"] } });
    const filters = await pagefind.filters();
    const { filters: counts } = await pagefind.search(null);
    return { filters, counts, data: await all(null) };
  });
  assert.deepEqual(counts, filters);
  assert.deepEqual([filters.source, filters.kind, filters.lang.en > 0], [{ site: 14, shop: 32 }, { ware: 32, thing: 32 }, true]);
  assert.deepEqual(Object.keys(filters).sort(), ["author", "kind", "lang", "maker", "section", "source", "stock", "tags"]);
  assert.equal(new Set(data.map(({ url }) => url)).size, 46);
  for (const { url, filters, meta } of data) {
    assert.deepEqual(filters.source, [origin(url)]);
    assert.deepEqual(filters.kind, origin(url) === "shop" ? ["ware", "thing"] : undefined);
    assert.equal(meta.source, undefined, "a filter is no metadata to be shown");
  }
  // The first folder of a page's address is a field, and no metadata of its own.
  const has = (field, value) => ({ url, filters }) => (field === "section" ? [url.split("/")[2]] : (filters[field] ?? [])).includes(value);
  const cases = [
    [{ source: "shop" }, has("source", "shop")],
    [{ source: "elsewhere" }, () => false],
    [{ source: ["shop", "site"] }, () => false],
    [{ source: { any: ["shop", "site"] }, section: "food" }, has("section", "food")],
    [{ kind: "ware", maker: "Meadow" }, has("maker", "Meadow")],
    [{ not: { kind: "thing" } }, (one) => !has("kind", "thing")(one)],
    [{ not: { maker: "Meadow" } }, (one) => !has("maker", "Meadow")(one)],
    [{ any: [{ source: "site", section: "guide" }, { tags: "winter" }] }, (one) => has("section", "guide")(one) || has("tags", "winter")(one)],
    [{ none: [{ source: "site" }, { stock: true }] }, (one) => !has("source", "site")(one) && !has("stock", "true")(one)],
  ];
  for (const [filters, passes] of cases) {
    const expected = data.filter(passes).map(({ url }) => url).sort();
    const found = await using(page, async (pagefind, all, filters) => {
      const { unfilteredResultCount, filters: counts } = await pagefind.search(null, { filters });
      return { urls: (await all(null, { filters })).map(({ url }) => url).sort(), unfilteredResultCount, source: counts.source };
    }, filters);
    assert.deepEqual(found.urls, expected, JSON.stringify(filters));
    assert.equal(found.unfilteredResultCount, 46);
    const count = (name) => expected.filter((url) => origin(url) === name).length;
    assert.deepEqual(found.source, { site: count("site"), shop: count("shop") }, JSON.stringify(filters));
  }
  const prices = await using(page, async (_, all) => (await all("honey", { sort: { price: "desc" }, mode: "keyword" })).map(({ meta }) => meta.price));
  const known = prices.filter(Boolean);
  assert.ok(known.length > 3 && known.length < prices.length);
  assert.deepEqual(prices.slice(0, known.length), [...known].sort((a, b) => b - a));
  const wrong = await using(page, (pagefind) => pagefind.search("x", { filters: { colour: "red" } }).then(() => "none", (error) => error.message));
  assert.match(wrong, /no field colour/);
});

story("an index may weigh more, speak another language, and lie elsewhere", async (page) => {
  await show(page);
  const first = (weights) => using(page, async (pagefind, _, [own, other]) => {
    const one = pagefind.createInstance({ bundlePath: "/site/bifocal/", indexWeight: own });
    await one.mergeIndex("/shop/bifocal/", { indexWeight: other, baseUrl: "/elsewhere" });
    const { results } = await one.search("honey", { mode: "keyword" });
    const data = await Promise.all(results.slice(0, 6).map((result) => result.data()));
    await one.destroy();
    return data.map(({ url }) => url);
  }, weights);
  const turns = async (...weights) => (await first(weights)).map((url) => (origin(url) === "site" ? "a" : "b")).join("");
  assert.match(await turns(1, 1), /^(ab|ba){3}$/);
  assert.match(await turns(2, 1), /^a(ab|ba)abb$/);
  assert.match(await turns(1, 0), /^a+b*$/);
  assert.deepEqual(new Set((await first([1, 1])).map(origin)), new Set(["site", "elsewhere"]));
  for (const language of ["de", "ko"]) {
    const url = await using(page, async (pagefind, _, language) => {
      const one = pagefind.createInstance({ bundlePath: "/shop/bifocal/" });
      await one.mergeIndex("/site/bifocal/", { language });
      const { results: [first] } = await one.search("Futter 꿀", { mode: "keyword" });
      return (await first.data()).url;
    }, language);
    assert.ok(url.startsWith(`/site/${language}/`), url);
  }
  const wrong = await using(page, (pagefind) => pagefind.mergeIndex("/shop/bifocal/", { indexWeight: -1 }).then(() => "none", (error) => error.message));
  assert.match(wrong, /indexWeight is -1; it can be a number from 0 on/);
});

story("one that can't be had is told of, and the others answer", async (page) => {
  await show(page);
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  const urls = await using(page, async (pagefind, all) => {
    await Promise.all([pagefind.mergeIndex("/gone/bifocal/"), pagefind.mergeIndex("/shop/bifocal/")]);
    return (await all("honey", { mode: "keyword" })).map(({ url }) => url);
  });
  assert.deepEqual(new Set(urls.map(origin)), new Set(["site", "shop"]));
  assert.ok(said.some((text) => /^\/gone\/bifocal\/ is not searched: bifocal: bifocal\.json is missing: the server answers 404/.test(text)), said.join("\n"));
}, { allowed: /404/ });

story("nothing of it is loaded for one index", async (page) => {
  await show(page);
  await using(page, (_, all) => all("honey"));
  assert.deepEqual(server.requests.filter((path) => /several|merged/.test(path)), []);
});
