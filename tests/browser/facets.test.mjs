// Facets of the element: what readers filter by, how that stays in the address, and how it is said.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { box, focused, option, show as host } from "./host.mjs";
import { built, stage } from "./stage.mjs";

/** Where filters are open from the start. */
const WIDE = { viewport: { width: 1300, height: 800 } };

const { server, story } = stage(built("shop"));

const show = (page, attributes, options) => host(server, page, `<bifocal-search ${attributes}></bifocal-search>`, options);
const value = (page, name) => page.getByRole("checkbox", { name: new RegExp(`^${name} [\\d,]+$`) });
const shop = readFileSync(new URL("../shop.jsonl", import.meta.url), "utf8").trim().split("\n").map((line) => JSON.parse(line));
const section = ({ url }) => url.split("/")[0];

/** Waits until the hits are of these sections alone. */
const sections = (page, ...wanted) =>
  page.waitForFunction((wanted) => {
    const links = [...document.querySelector("bifocal-search").shadowRoot.querySelectorAll("#hits .page")];
    return links.length > 0 && links.every((link) => wanted.includes(link.pathname.split("/")[1]));
  }, wanted);

story("values are chosen by keyboard, any of a field's and all of the fields", async (page) => {
  await show(page, 'facets="section, maker stock"');
  await box(page).fill("bees");
  await option(page).first().waitFor();
  assert.deepEqual(await page.locator(".facet-name").allTextContents(), ["Section", "Maker", "Stock"]);
  await box(page).press("Tab");
  assert.equal(await focused(page), "SUMMARY");
  await page.keyboard.press("Enter");
  await value(page, "books").waitFor();
  const counts = await page.locator(".facet").first().locator(".value-count").allTextContents();
  await page.keyboard.press("Tab");
  await value(page, "books").focus();
  await page.keyboard.press("Space");
  await sections(page, "books");
  assert.ok(await value(page, "books").evaluate((box) => box.getRootNode().activeElement === box), "the focus stays on what was chosen");
  assert.deepEqual(await page.locator(".facet").first().locator(".value-count").allTextContents(), counts, "the alternatives are counted still");
  await value(page, "hives").focus();
  await page.keyboard.press("Space");
  await sections(page, "books", "hives");
  await page.getByText("Filter: 2 chosen").waitFor();
  await value(page, "yes").check();
  await page.getByText("Filter: 3 chosen").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await focused(page), "query");
  assert.ok(await page.locator("#panel").isHidden());
});

story("the address holds what was chosen, and Back takes it back", async (page) => {
  await show(page, 'shape="page" address facets="section price added stock" modes');
  await page.goto(`${server.origin}/try.html?q=honey&page=3&f.section=food&f.stock=true&f.other=x`);
  await sections(page, "food");
  const honey = shop.filter((one) => section(one) === "food" && one.stock && JSON.stringify(one).toLowerCase().includes("honey"));
  await page.locator("#count").getByText(new RegExp(`^${honey.length} pages`)).waitFor();
  assert.deepEqual([await value(page, "food").isChecked(), await value(page, "yes").isChecked(), await value(page, "no").isChecked()], [true, true, false]);
  await value(page, "11").check();
  await page.waitForURL(/\?q=honey&page=3&f\.section=food&f\.price=11&f\.stock=true$/);
  await value(page, "food").uncheck();
  await page.waitForURL(/\?q=honey&page=3&f\.price=11&f\.stock=true$/);
  await page.goBack();
  await page.goBack();
  await page.waitForURL(/f\.section=food&f\.stock=true/);
  assert.ok(await value(page, "food").isChecked());
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.waitForURL(/\?q=honey&page=3$/);
  assert.equal(await page.locator(".value input:checked").count(), 0);
}, WIDE);

story("with nothing typed, all pages that pass; with nothing left, a way back", async (page) => {
  await show(page, 'shape="page" address facets="section"');
  await page.goto(`${server.origin}/try.html?f.section=books`);
  await sections(page, "books");
  await page.locator("#count").getByText(/^6 pages/).waitFor();
  await box(page).fill("qqzzxx");
  await page.getByText("Nothing found for “qqzzxx”.").waitFor();
  await page.locator(".state").getByRole("button", { name: "Clear filters" }).click();
  await page.getByText("Fewer words").waitFor();
});

story("more values are a press away", async (page) => {
  await show(page, 'shape="page" facets="price"');
  await box(page).fill("honey bees hive frames");
  await value(page, "8").or(page.locator(".value").first()).first().waitFor();
  assert.equal(await page.locator(".value").count(), 8);
  await page.getByRole("button", { name: /^\d+ more$/ }).click();
  await page.waitForFunction(() => document.querySelector("bifocal-search").shadowRoot.querySelectorAll(".value").length > 8);
  assert.notEqual(await focused(page), "BODY");
}, WIDE);

story("names of fields, languages, yes and no are the reader's", async (page) => {
  server.folder = built("site");
  await show(page, 'shape="page" facets="lang section"', { lang: "de" });
  await box(page).fill("honey");
  await page.getByText("Bereich").waitFor();
  assert.deepEqual(await page.locator(".facet-name").allTextContents(), ["Sprache", "Bereich"]);
  await value(page, "Englisch").waitFor();
  await page.locator("summary").getByText("Filter", { exact: true }).waitFor();
}, WIDE);

story("an owner's name of a field leaves the others their names in the reader's language", async (page) => {
  server.folder = built("site");
  await show(page, 'shape="page" facets="lang section"', { lang: "de" });
  await page.evaluate(() => (document.querySelector("bifocal-search").words = { fields: { section: "Teil" } }));
  await box(page).fill("honey");
  await page.getByText("Teil", { exact: true }).waitFor();
  assert.deepEqual(await page.locator(".facet-name").allTextContents(), ["Sprache", "Teil"]);
}, WIDE);

story("a field that the site doesn't have does not stand in the way", async (page) => {
  await show(page, 'facets="section colour"');
  await box(page).fill("bees");
  await option(page).first().waitFor();
  assert.ok(await page.locator("#facets").isHidden());
}, { allowed: /warning: bifocal-search without facets: .*no field colour/ });

story("the owner hears of filters, and the page of all results gets them", async (page) => {
  await show(page, 'facets="section" results="/bifocal/"');
  await page.evaluate(() => document.addEventListener("bifocal-search", ({ detail }) => (window.heard = detail.filters)));
  await box(page).fill("bees");
  await page.locator("summary").click();
  await value(page, "books").check();
  await page.waitForFunction(() => window.heard?.section?.[0] === "books");
  assert.match(await page.getByRole("link", { name: "All results" }).getAttribute("href"), /\?q=bees&f\.section=books$/);
});
