// What axe finds wrong with <bifocal-search> and the search page, in every state that a reader may meet: nothing.

import assert from "node:assert/strict";
import { violations } from "./axe.mjs";
import * as host from "./host.mjs";
import { box, drawn } from "./host.mjs";
import { built, MEDIA, stage } from "./stage.mjs";
import { LONG, STATES } from "./states.mjs";

const { server, story } = stage(built("site"));

const show = (page, body, options) => host.show(server, page, body, options);

for (const colorScheme of ["light", "dark"]) {
  const options = { colorScheme, ...(colorScheme === "dark" && { chromiumOnly: MEDIA }) };

  story(`axe finds nothing on the search page, all of it: ${colorScheme}`, async (page) => {
    await page.goto(`${server.origin}/bifocal/`);
    await page.getByText(/^Search \d+ pages/).waitFor();
    assert.deepEqual(await violations(page, "html"), []);
    await box(page).fill("honey");
    await drawn(page);
    assert.deepEqual(await violations(page, "html"), []);
    assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
  }, options);
}

for (const colorScheme of ["light", "dark"]) {
  for (const shape of ["box", "dialog", "page"]) {
    story(`axe finds nothing: ${shape}, ${colorScheme}`, async (page) => {
      for (const [name, { before: prepare, play, about, type, reach, notOnPage }] of Object.entries(STATES)) {
        if (shape === "page" && notOnPage) continue;
        await page.goto("about:blank");
        if (prepare) await page.addInitScript(prepare);
        else await page.addInitScript(() => (globalThis.gate = globalThis.refuse = globalThis.refuseModel = undefined));
        await show(page, `<bifocal-search shape="${shape}" modes details facets="section lang" results="/bifocal/"></bifocal-search>`, { play, about });
        assert.deepEqual(await violations(page), [], `${name}, closed`);
        await page.keyboard.press("/");
        if (type) await page.keyboard.type(type);
        await reach(page);
        await page.waitForTimeout(300);
        assert.deepEqual(await violations(page), [], name);
      }
    }, { colorScheme, ...(colorScheme === "dark" && { chromiumOnly: MEDIA }) });
  }
}

story("axe finds nothing in forced colours and from right to left", async (page) => {
  await page.emulateMedia({ forcedColors: "active" });
  await show(page, '<bifocal-search lang="ar" modes></bifocal-search>', { play: LONG, lang: "ar", dir: "rtl" });
  await page.keyboard.press("/");
  await page.keyboard.type("x");
  await page.locator(".hit").nth(5).waitFor();
  const ink = await page.evaluate(() => getComputedStyle(document.body).color);
  assert.deepEqual(await page.locator("#hits .lenses .on").first().evaluate((lens) => [getComputedStyle(lens).fill, getComputedStyle(lens).fillOpacity]), [ink, "1"]);
  await page.keyboard.press("ArrowDown");
  assert.deepEqual(await violations(page), []);
  assert.match(await page.locator('[aria-selected="true"]').evaluate((link) => getComputedStyle(link).outlineStyle), /solid/);
}, { chromiumOnly: MEDIA });
