// The client for InstantSearch: standard widgets, React's hooks' components and Autocomplete, each from npm as it is; and its answers alone.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { actor } from "./actor.mjs";
import { keeping, take } from "./control.mjs";
import { built, stage } from "./stage.mjs";

const load = createRequire(new URL("../../www/package.json", import.meta.url));
const script = (path) => readFileSync(new URL(`../../www/node_modules/${path}`, import.meta.url));

const { server, story } = stage(built("shop"));

async function show(page, body, module) {
  server.pages["/try.html"] = `<!doctype html><html lang="en"><meta charset="utf-8"><title>x</title><link rel="icon" href="data:,">${body}<script type="module">${module}</script>`;
  await page.goto(`${server.origin}/try.html`);
}

/** Runs in the page: `work(client, argument)`. */
const using = (page, work, argument) =>
  page.evaluate(
    async ([work, argument]) => {
      const { searchClient } = await import("/bifocal/instantsearch.js");
      return (0, eval)(`(${work})`)(searchClient(), argument);
    },
    [String(work), argument],
  );

const search = (page, ...requests) => using(page, async (client, requests) => (await client.search(requests)).results, requests);

const idsOf = ({ hits }) => hits.map(({ objectID }) => objectID).sort();

/** The pages of the shop that pass, read from its file. */
const shop = readFileSync(new URL("../shop.jsonl", import.meta.url), "utf8").trim().split("\n").map((line) => JSON.parse(line));
const pages = (passes) => shop.filter(passes).map(({ id }) => id).sort();
const section = ({ url }) => url.split("/")[0];

const WIDGETS = `
  import { searchClient } from "/bifocal/instantsearch.js";
  const { widgets } = instantsearch;
  const search = instantsearch({ indexName: "shop", searchClient: searchClient(), routing: false });
  search.addWidgets([
    widgets.searchBox({ container: "#box" }),
    widgets.hits({ container: "#hits", templates: { item: (hit, { html, components }) => html\`<a href=\${hit.url}>\${components.Highlight({ hit, attribute: "title" })}</a> <p>\${components.Snippet({ hit, attribute: "content" })}</p>\` } }),
    widgets.refinementList({ container: "#sections", attribute: "section", searchable: true }),
    widgets.menu({ container: "#makers", attribute: "maker" }),
    widgets.pagination({ container: "#pages" }),
    widgets.stats({ container: "#stats" }),
    widgets.rangeInput({ container: "#price", attribute: "price" }),
    widgets.numericMenu({ container: "#cheap", attribute: "price", items: [{ label: "All" }, { label: "Under 20", end: 19 }, { label: "Dear", start: 100 }] }),
    widgets.toggleRefinement({ container: "#stock", attribute: "stock" }),
    widgets.currentRefinements({ container: "#current" }),
    widgets.clearRefinements({ container: "#clear" }),
    widgets.sortBy({ container: "#sort", items: [{ label: "Best", value: "shop" }, { label: "Cheapest", value: "shop:price:asc" }] }),
    widgets.configure({ hitsPerPage: 5 }),
  ]);
  search.start();`;

story("twelve of InstantSearch's widgets work unmodified", async (page) => {
  server.pages["/is.js"] = script("instantsearch.js/dist/instantsearch.production.min.js");
  const names = ["box", "stats", "sections", "makers", "price", "cheap", "stock", "current", "clear", "sort", "hits", "pages"];
  await show(page, `${names.map((name) => `<div id="${name}"></div>`).join("")}<script src="/is.js"></script>`, WIDGETS);
  const stats = (count) => page.locator("#stats").getByText(new RegExp(`^${count} results? found`)).waitFor();
  const titles = () => page.locator("#hits a").allTextContents();

  await stats(shop.length);
  assert.equal((await titles()).length, 5);
  assert.equal(await page.locator("#pages .ais-Pagination-item--page").count(), 7);
  await page.locator("#pages").getByText("7", { exact: true }).click();
  await page.waitForFunction(() => document.querySelectorAll("#hits a").length === 2);

  await page.locator("#sections").getByText("books").click();
  await stats(pages((one) => section(one) === "books").length);
  await page.locator("#sections").getByText("tools").click();
  await stats(pages((one) => ["books", "tools"].includes(section(one))).length);
  const counts = await page.locator("#sections .ais-RefinementList-count").allTextContents();
  assert.deepEqual(counts.map(Number).sort((a, b) => a - b), [6, 8, 8, 10], "the alternatives are counted still");
  await page.locator("#makers").getByText("Meadow").click();
  await stats(pages((one) => ["books", "tools"].includes(section(one)) && one.maker === "Meadow").length);
  assert.equal(await page.locator("#current .ais-CurrentRefinements-category").count(), 3);
  await page.locator("#clear button").click();
  await stats(shop.length);

  await page.locator("#sections input[type=search]").fill("oo");
  await page.waitForFunction(() => document.querySelectorAll("#sections .ais-RefinementList-item").length === 3);
  assert.equal(await page.locator("#sections mark").first().textContent(), "oo");
  await page.locator("#sections input[type=search]").fill("");

  const price = page.locator("#price input");
  assert.deepEqual([await price.first().getAttribute("min"), await price.last().getAttribute("max")], ["8", "320"]);
  await price.first().fill("150");
  await price.last().fill("250");
  await page.locator("#price button").click();
  await stats(pages(({ price }) => price >= 150 && price <= 250).length);
  await page.locator("#clear button").click();
  await page.locator("#cheap").getByText("Under 20").click();
  await stats(pages(({ price }) => price <= 19).length);
  await page.locator("#stock input").click();
  await stats(pages(({ price, stock }) => price <= 19 && stock).length);
  await page.locator("#clear button").click();
  await page.locator("#sort select").selectOption("shop:price:asc");
  await page.waitForFunction(() => document.querySelector("#hits a").textContent === "Bee brush");
  await page.locator("#sort select").selectOption("shop");

  await page.locator("#box input").fill("honey");
  await page.waitForFunction(() => document.querySelector("#hits a mark")?.textContent.toLowerCase() === "honey");
  assert.match(await page.locator("#hits p mark").first().textContent(), /^honey/i);
  assert.match(await page.locator("#hits a").first().getAttribute("href"), /^\/food\/[a-z-]+\.html/);
});

story("React InstantSearch works unmodified", async (page) => {
  const contents = `
    import { createElement as h } from "react";
    import { createRoot } from "react-dom/client";
    import { Highlight, Hits, InstantSearch, Pagination, RefinementList, SearchBox, Stats } from "react-instantsearch";
    import { searchClient } from "/bifocal/instantsearch.js";
    const Hit = ({ hit }) => h(Highlight, { hit, attribute: "title" });
    createRoot(document.getElementById("app")).render(h(InstantSearch, { indexName: "shop", searchClient: searchClient(), future: { preserveSharedStateOnUnmount: true } },
      h(SearchBox), h(Stats), h(RefinementList, { attribute: "section" }), h(Hits, { hitComponent: Hit }), h(Pagination)));`;
  const { outputFiles } = await load("esbuild").build({ stdin: { contents, resolveDir: load.resolve("./package.json").replace("package.json", "") }, bundle: true, minify: true, format: "esm", write: false, external: ["/bifocal/*"], define: { "process.env.NODE_ENV": '"production"' } });
  server.pages["/react.js"] = outputFiles[0].text;
  await show(page, '<div id="app"></div>', 'import "/react.js";');
  await page.getByText(`${shop.length} results found`).waitFor();
  await page.locator(".ais-SearchBox-input").pressSequentially("queen");
  await page.locator(".ais-Hits-item mark").first().waitFor();
  await page.locator(".ais-RefinementList-labelText").getByText("tools").click();
  await page.waitForFunction(() => [...document.querySelectorAll(".ais-Hits-item")].some((item) => item.textContent === "Queen marker"));
});

story("Autocomplete works unmodified", async (page) => {
  server.pages["/ac.js"] = script("@algolia/autocomplete-js/dist/umd/index.production.js");
  await show(page, '<div id="box"></div><script src="/ac.js"></script>', `
    import { searchClient } from "/bifocal/instantsearch.js";
    const { autocomplete, getAlgoliaResults, getAlgoliaFacets } = window["@algolia/autocomplete-js"];
    const client = searchClient();
    autocomplete({ container: "#box", detachedMediaQuery: "none", getSources: ({ query }) => [
      { sourceId: "pages", getItems: () => getAlgoliaResults({ searchClient: client, queries: [{ indexName: "shop", params: { query, hitsPerPage: 4 } }] }), getItemUrl: ({ item }) => item.url,
        templates: { item: ({ item, components, html }) => html\`<b>\${components.Highlight({ hit: item, attribute: "title" })}</b>\` } },
      { sourceId: "makers", getItems: () => getAlgoliaFacets({ searchClient: client, queries: [{ indexName: "shop", facet: "maker", params: { facetQuery: query, maxFacetHits: 3 } }] }),
        templates: { item: ({ item, html }) => html\`<i>\${item.label} \${item.count}</i>\` } },
    ] });`);
  await page.locator(".aa-Input").fill("mead");
  await page.locator(".aa-Item b mark").first().waitFor();
  await page.locator(".aa-Item i").getByText(/^Meadow \d+$/).waitFor();
  assert.equal(await page.locator(".aa-Item b").first().textContent(), "Mead");
});

story("each way of filtering finds just the pages that pass", async (page) => {
  await show(page, "", "");
  const cases = [
    [{ facetFilters: ["section:food", "maker:-Meadow"] }, (one) => section(one) === "food" && one.maker !== "Meadow"],
    [{ facetFilters: [["section:food", "section:books"], "stock:true"] }, (one) => ["food", "books"].includes(section(one)) && one.stock],
    [{ facetFilters: "tags:queen" }, ({ tags = [] }) => tags.includes("queen")],
    [{ facetFilters: [["price:12", "price:-9"], []] }, ({ price }) => price !== 9],
    [{ numericFilters: ["price>=12", "price<20"] }, ({ price }) => price >= 12 && price < 20],
    [{ numericFilters: [["price<10", "price>200"], "price!=8"] }, ({ price }) => (price < 10 || price > 200) && price !== 8],
    [{ numericFilters: ["price:12 TO 20"] }, ({ price }) => price >= 12 && price <= 20],
    [{ numericFilters: [`added>=${Date.parse("2022-01-01") / 1000}`] }, ({ added }) => added >= "2022"],
    [{ filters: 'maker:"Imker & Sons" AND (price < 20 OR price:100 TO 300) AND NOT section:books' }, (one) => one.maker === "Imker & Sons" && (one.price < 20 || (one.price >= 100 && one.price <= 300)) && section(one) !== "books"],
    [{ filters: "section:food OR section:books AND stock:true" }, (one) => section(one) === "food" || (section(one) === "books" && one.stock)],
    [{ filters: "price = 12 OR added >= 2024-02" }, ({ price, added }) => price === 12 || added >= "2024-02"],
    [{ filters: "NOT (section:food OR NOT stock:true)", facetFilters: ["tags:queen"], numericFilters: ["price>0"] }, (one) => section(one) !== "food" && one.stock && one.tags?.includes("queen")],
    [{}, () => true],
  ];
  const results = await search(page, ...cases.map(([params]) => ({ indexName: "x", params: { hitsPerPage: 100, ...params } })));
  cases.forEach(([params, passes], at) => {
    assert.deepEqual(idsOf(results[at]), pages(passes), JSON.stringify(params));
    assert.equal(results[at].nbHits, pages(passes).length);
  });
});

story("facets count under all filters of their request, and say the range of numbers", async (page) => {
  await show(page, "", "");
  const [all, food, none] = await search(
    page,
    { params: { facets: ["*"], hitsPerPage: 0, maxValuesPerFacet: 3 } },
    { params: { facets: "section", facetFilters: [["section:food"]], hitsPerPage: 0 } },
    { params: { facets: ["price"], numericFilters: ["price>1000"] } },
  );
  assert.deepEqual(Object.keys(all.facets).sort(), ["added", "maker", "price", "section", "stock", "tags"]);
  assert.equal(Object.keys(all.facets.price).length, 3);
  const prices = shop.map(({ price }) => price);
  const sum = prices.reduce((sum, price) => sum + price);
  assert.deepEqual(all.facets_stats.price, { min: Math.min(...prices), max: Math.max(...prices), avg: sum / prices.length, sum });
  assert.equal(all.facets_stats.added.min, Math.min(...shop.map(({ added }) => Date.parse(added) / 1000)));
  assert.deepEqual([food.facets, food.hits, food.nbPages], [{ section: { food: 8 } }, [], 0]);
  assert.deepEqual([none.facets, none.facets_stats, none.nbHits], [{ price: {} }, {}, 0]);
});

story("pages of results go on until each page with the words was shown, and none is shown twice", async (page) => {
  await show(page, "", "");
  const [words] = await using(page, async () => {
    const { open } = await import("/bifocal/bifocal.js");
    return [(await (await open()).search("honey", { mode: "keyword", limit: 100 })).hits.map(({ id }) => id)];
  });
  assert.ok(words.length > 5);
  const shown = [];
  for (let number = 0, last = 1; number < last; number++) {
    const [{ hits, nbPages, nbHits, page: told }] = await search(page, { params: { query: "honey", hitsPerPage: 3, page: number } });
    shown.push(...hits.map(({ objectID }) => objectID));
    last = nbPages;
    assert.equal(told, number);
    assert.ok(nbHits >= shown.length && number < 30);
  }
  assert.equal(new Set(shown).size, shown.length);
  assert.deepEqual(words.filter((id) => !shown.includes(id)), []);
  const [wax] = await search(page, { params: { query: "wax", hitsPerPage: 5 } });
  assert.deepEqual([wax.hits.length, wax.nbPages, wax.exhaustiveNbHits], [5, 1, false], "three pages have the word, meaning finds others");
});

story("marks are between the tags that were asked for, and what is HTML is safe", async (page) => {
  server.pages["/bifocal/bifocal.js"] = actor(`return answer(text, { hits: [hit({ url: "javascript:alert(1)", title: "<b> Bees & Co", excerpt: excerpt("<img src=x> bees", [12, 16]), meta: { by: ["Bee <3", "Ada"], year: 2024, title: "other" } })] })`);
  await show(page, "", "");
  const [html, plain] = await search(page, { params: { query: "bees" } }, { params: { query: "bees ada", highlightPreTag: "__a__", highlightPostTag: "__/a__" } });
  const { _highlightResult: marks, _snippetResult: { content }, ...rest } = html.hits[0];
  assert.deepEqual(rest, { objectID: "a", title: "<b> Bees & Co", url: "about:blank", content: "<img src=x> bees", sections: [], by: ["Bee <3", "Ada"], year: 2024 });
  assert.equal(marks.title.value, "&lt;b&gt; <em>Bees</em> &amp; Co");
  assert.equal(content.value, "&lt;img src=x&gt; <em>bees</em>");
  assert.deepEqual([content.matchLevel, content.matchedWords, marks.year.matchLevel], ["full", ["bees"], "none"]);
  const raw = plain.hits[0]._highlightResult;
  assert.equal(raw.title.value, "<b> __a__Bees__/a__ & Co", "InstantSearch and Autocomplete escape it themselves");
  assert.deepEqual(raw.by.map(({ value, matchLevel }) => [value, matchLevel]), [["Bee <3", "none"], ["__a__Ada__/a__", "partial"]]);
});

story("what can't be answered is an error that says what can", async (page) => {
  await show(page, "", "");
  const wrong = [
    [{ facetFilters: ["colour:red"] }, /no field colour.*it has added, maker, price, section, stock, tags/s],
    [{ facetFilters: ["red"] }, /facetFilters holds "red": write "field:value"/],
    [{ facetFilters: ["price:dear"] }, /the field price holds numbers, and "dear" is none/],
    [{ facetFilters: ["stock:1"] }, /the field stock is true or false, and not "1"/],
    [{ facetFilters: [["section:food", ["stock:true"]]] }, /too deep.*write it as filters/],
    [{ numericFilters: ["price"] }, /numericFilters holds "price": write "field>=number"/],
    [{ numericFilters: ["maker>3"] }, /texts, which have no range/],
    [{ numericFilters: ["added>=99999999999999"] }, /no date is 99999999999999 seconds after 1970/],
    [{ filters: "section:food AND" }, /a field is expected at the end of section:food AND/],
    [{ filters: "(section:food" }, /"\)" is expected at the end/],
    [{ filters: "food" }, /":" or a comparison is expected at the end of food/],
    [{ filters: "section:food books" }, /AND or OR is expected in place of "books"/],
    [{ filters: 'maker:"Imker' }, /what begins at "\\"Imker" does not end/],
    [{ aroundLatLng: "1,2" }, /aroundLatLng, which can't be answered: there are no places/],
    [{ tagFilters: "a" }, /use facetFilters/],
    [{ hitsPerPage: 2000 }, /hitsPerPage is 2000; it can be a whole number from 0 to 1000/],
    [{ page: -1 }, /page is -1/],
  ];
  for (const [params, expected] of wrong) {
    const said = await using(page, (client, params) => client.search([{ params }]).then(() => "no error", (error) => `${error.code} ${error.message}`), params);
    assert.match(said, expected, JSON.stringify(params));
    assert.match(said, /^(option|internal|index) /);
  }
});

story("with the network off, after one visit, the widgets find and filter as before", async (page) => {
  server.pages["/is.js"] = script("instantsearch.js/dist/instantsearch.production.min.js");
  server.pages["/sw.js"] = keeping(["/try.html", "/is.js"]);
  const names = ["box", "stats", "sections", "makers", "price", "cheap", "stock", "current", "clear", "sort", "hits", "pages"];
  await show(page, `${names.map((name) => `<div id="${name}"></div>`).join("")}<script src="/is.js"></script>`, WIDGETS);
  const found = async (text) => {
    await page.locator("#box input").fill(text);
    await page.waitForFunction((text) => document.querySelector("#hits a") && document.querySelector("#box input").value === text && document.querySelector("#hits a mark, #hits p mark"), text);
    await page.locator("#stats", { hasText: "found" }).waitFor();
    return page.locator("#hits a").allTextContents();
  };
  const expected = await found("what keeps the bees calm");
  await take(page);
  server.off = true;
  await page.reload();
  assert.deepEqual(await found("what keeps the bees calm"), expected);
  await page.locator("#box input").fill("");
  await page.locator("#sections").getByText("books").click();
  await page.locator("#stats").getByText(new RegExp(`^${pages((one) => section(one) === "books").length} results? found`)).waitFor();
});

story("with the network off the answer is an error that says so, and the next one is an answer", async (page) => {
  await show(page, "", "");
  await page.evaluate(async () => {
    const { searchClient } = await import("/bifocal/instantsearch.js");
    const client = searchClient();
    window.ask = () => client.search([{ params: { query: "honey" } }]).then(({ results }) => results[0].hits.length, (error) => error.code);
  });
  server.off = true;
  assert.equal(await page.evaluate(() => ask()), "network");
  server.off = false;
  assert.ok((await page.evaluate(() => ask())) > 0);
}, { allowed: /net::ERR|Failed to load resource/ });
