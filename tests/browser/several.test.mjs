// Several indexes in one box: the site's and the shop's.

import assert from "node:assert/strict";
import { box, option, show as host } from "./host.mjs";
import { built, stage } from "./stage.mjs";

const { server, story } = stage(built("."));

const SCRIPT = "/site/bifocal/bifocal-search.js";
const show = (page, attributes) => host(server, page, `<bifocal-search ${attributes}></bifocal-search>`, { script: SCRIPT });
const folders = (page) => option(page).evaluateAll((links) => [...new Set(links.map((link) => link.pathname.split("/")[1]))]);

story("a box finds pages of both, filters both, and says how many there are", async (page) => {
  await show(page, 'index="/site/bifocal/ /shop/bifocal/" facets="section maker" shape="page"');
  await page.getByText("Search 46 pages, 81 sections").waitFor();
  await box(page).fill("honey");
  await page.waitForFunction(() => document.querySelector("bifocal-search").shadowRoot.querySelectorAll("#hits:not([aria-busy]) .hit").length > 4);
  assert.deepEqual(new Set(await folders(page)), new Set(["site", "shop"]));
  const food = page.getByRole("checkbox", { name: /^food/ });
  await page.getByRole("checkbox", { name: /^guide/ }).check();
  await page.waitForFunction(() => [...document.querySelector("bifocal-search").shadowRoot.querySelectorAll("#hits .page")].every((link) => link.pathname.includes("/guide/")));
  await food.check();
  await page.waitForFunction(() => [...document.querySelector("bifocal-search").shadowRoot.querySelectorAll("#hits .page")].some((link) => link.pathname.includes("/food/")));
  assert.deepEqual(new Set(await folders(page)), new Set(["site", "shop"]));
}, { viewport: { width: 1300, height: 800 } });

story("two boxes with an index each keep to their own", async (page) => {
  const boxes = ["site", "shop"].map((name) => `<bifocal-search id="${name}" index="/${name}/bifocal/"></bifocal-search>`);
  await host(server, page, boxes.join(""), { script: SCRIPT });
  for (const name of ["site", "shop"]) {
    await page.locator(`#${name} #query`).fill("honey");
    await page.locator(`#${name} #hits:not([aria-busy]) .hit`).first().waitFor();
    const links = await page.locator(`#${name} .hit a`).evaluateAll((links) => links.map((link) => link.pathname.split("/")[1]));
    assert.deepEqual(new Set(links), new Set([name]));
  }
});

story("one that isn't there is named, and the others answer", async (page) => {
  await show(page, 'index="/gone/bifocal/ /shop/bifocal/"');
  await box(page).fill("smoker");
  await option(page).first().waitFor();
  assert.deepEqual(await folders(page), ["shop"]);
  await page.locator("#trouble").getByText(/gone\/bifocal/).waitFor();
}, { allowed: /404/ });

story("nothing but one index is loaded for one", async (page) => {
  await show(page, "");
  await box(page).fill("honey");
  await option(page).first().waitFor();
  assert.deepEqual(server.requests.filter((path) => path.endsWith("several.js")), []);
});
