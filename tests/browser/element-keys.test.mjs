// <bifocal-search> is opened, gone through and left: by keys, by its button and by touch.

import assert from "node:assert/strict";
import * as host from "./host.mjs";
import { box, drawn, focused, option } from "./host.mjs";
import { built, DEVTOOLS, stage, TOUCH } from "./stage.mjs";
import { LONG, MODEL } from "./states.mjs";

const { server, story } = stage(built("site"));

const show = (page, body, options) => host.show(server, page, body, options);

story("a box is a combobox: focus stays in it while the options are gone through", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>");
  const input = box(page);
  assert.equal(await input.getAttribute("role"), "combobox");
  assert.equal(await input.getAttribute("aria-expanded"), "false");
  await input.focus();
  await page.keyboard.type("honey");
  await page.waitForFunction(() => document.querySelector("bifocal-search").shadowRoot.querySelector("#query").ariaExpanded === "true");
  await page.locator("#hits:not([aria-busy])").waitFor();
  const [first, second] = await option(page).evaluateAll((links) => links.map((link) => link.id));
  await page.keyboard.press("ArrowDown");
  assert.equal(await input.getAttribute("aria-activedescendant"), first);
  await page.keyboard.press("ArrowDown");
  assert.equal(await input.getAttribute("aria-activedescendant"), second);
  assert.equal(await page.locator('[aria-selected="true"]').getAttribute("id"), second);
  assert.equal(await focused(page), "query");
  await page.getByRole("status").getByText(/^\d+ pages?/).waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await input.getAttribute("aria-expanded"), "false");
  assert.ok(await page.locator("#panel").isHidden());
  assert.equal(await focused(page), "query");
  await page.keyboard.press("ArrowDown");
  assert.ok(await page.locator("#panel").isVisible());
  await page.locator('#query[aria-expanded="true"]').waitFor();
});

story("a dialog opens by its button, by / and by Ctrl or Command K, and gives the focus back", async (page) => {
  await show(page, '<bifocal-search shape="dialog"></bifocal-search>');
  const opener = page.getByRole("button", { name: "Search" });
  await opener.focus();
  await opener.press("Enter");
  await page.getByRole("dialog", { name: "Search" }).waitFor();
  assert.equal(await focused(page), "query");
  await page.keyboard.press("Escape");
  assert.equal(await focused(page), "BUTTON");
  await page.locator("#other").focus();
  await page.keyboard.press("/");
  assert.equal(await page.locator("#other").inputValue(), "/", "what is typed into a field belongs to it");
  for (const keys of ["Control+k", "Meta+k"]) {
    await page.keyboard.press(keys);
    assert.equal(await focused(page), "query", keys);
    await page.getByRole("button", { name: "Close" }).click();
    assert.equal(await focused(page), "other", keys);
  }
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("/");
  await page.keyboard.type("honey");
  await option(page).first().waitFor();
  const href = await option(page).first().evaluate((link) => link.href);
  await page.keyboard.press("Enter");
  await page.waitForURL(href.replace(/:~:.*/, "").replace(/#$/, ""));
  // The site's own pages name pictures that are not there.
}, { allowed: /404/ });

story("Escape closes a dialog at once, and what was typed is there the next time", async (page) => {
  await show(page, '<bifocal-search shape="dialog"></bifocal-search>');
  const opener = page.getByRole("button", { name: "Search" });
  await opener.click();
  await page.keyboard.type("honey");
  await drawn(page);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("dialog").isHidden());
  assert.equal(await focused(page), "BUTTON");
  await opener.click();
  assert.equal(await box(page).inputValue(), "honey");
});

story("the box of a dialog has the focus within the gesture that opens it, and its panel is in the first frame", async (page) => {
  await show(page, '<bifocal-search shape="dialog"></bifocal-search>');
  const opening = () =>
    page.evaluate(async () => {
      const search = document.querySelector("bifocal-search");
      search.shadowRoot.querySelector(".opener").click();
      const focus = search.shadowRoot.activeElement?.id;
      // Called after what the element itself asked to be called before that frame.
      await new Promise((resolve) => requestAnimationFrame(resolve));
      return { focus, panel: search.shadowRoot.querySelector("#panel").checkVisibility() };
    });
  assert.deepEqual(await opening(), { focus: "query", panel: true });
  await page.keyboard.type("honey");
  await drawn(page);
  await page.getByRole("button", { name: "Close" }).click();
  assert.deepEqual(await opening(), { focus: "query", panel: true });
  assert.ok(await option(page).first().isVisible(), "the answer still stands there");
});

story("a page's shortcuts of one key are not pressed by what is typed into the box", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>");
  await page.evaluate(() => {
    window.pressed = [];
    document.addEventListener("keydown", (event) => {
      window.pressed.push(event.key);
      if (event.key === "s") event.preventDefault();
    });
  });
  await page.locator("body").press("s");
  await box(page).click();
  await page.keyboard.type("bees");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Control+Home");
  assert.equal(await box(page).inputValue(), "bees");
  assert.deepEqual(await page.evaluate(() => window.pressed), ["s", "Control", "Home"]);
});

story("a form that the browser fills in, which it tells by keys without a name, is none of the search's business", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>");
  await page.evaluate(() => {
    const search = document.querySelector("bifocal-search");
    for (const place of [document.getElementById("other"), search.shadowRoot.querySelector("#query")]) {
      place.dispatchEvent(new Event("keydown", { bubbles: true, composed: true, cancelable: true }));
    }
  });
  assert.equal(await focused(page), "BODY");
});

story("Enter with Ctrl opens the active hit in another tab", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>", { play: "return answer(text)" });
  server.pages["/a.html"] = '<!doctype html><link rel="icon" href="data:,"><title>A page</title>';
  await box(page).fill("x");
  await drawn(page);
  await page.keyboard.press("ArrowDown");
  const other = page.context().waitForEvent("page");
  await page.keyboard.press("Control+Enter");
  assert.match((await other).url(), /^about:blank$|a\.html/);
  assert.match(page.url(), /try\.html/);
  assert.ok(await page.locator("#panel").isVisible());
}, { chromiumOnly: DEVTOOLS });

story("on a phone the box takes the whole screen, and gives it back", async (page) => {
  await show(page, "<bifocal-search></bifocal-search>");
  await box(page).tap();
  await page.keyboard.type("honey");
  await option(page).first().waitFor();
  const { x, y, width, height } = await page.locator(".desk").boundingBox();
  assert.deepEqual([x, y, width, height], [0, 0, 390, 844]);
  assert.equal(await focused(page), "query");
  const reach = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(reach[0] <= reach[1]);
  await page.getByRole("button", { name: "Close" }).tap();
  assert.ok((await page.locator(".desk").boundingBox()).height < 100);
  assert.equal(await focused(page), "query");
  assert.equal(await box(page).getAttribute("inputmode"), "none", "the keyboard stays away");
  await box(page).tap();
  assert.ok(await option(page).first().isVisible());
  assert.equal(await box(page).getAttribute("inputmode"), "");
}, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, chromiumOnly: TOUCH });

/** Shows hits with the offer of a model below them, or on a page above, and gives back what finds its buttons. */
async function offered(page, shape) {
  await show(page, `<bifocal-search shape="${shape}"></bifocal-search>`, { about: MODEL, play: LONG });
  if (shape === "dialog") await page.getByRole("button", { name: "Search" }).click();
  await box(page).fill("x");
  await drawn(page);
  return (name) => page.locator("#offer").getByRole("button", { name });
}

/** Presses "Load it" by keyboard, and waits until the model is on its way. */
async function begun(page, button) {
  await button("Load it").focus();
  await page.keyboard.press("Enter");
  await button("Cancel").waitFor();
}

/** What has the focus says. */
const said = (page) => page.evaluate(() => document.activeElement.shadowRoot.activeElement.textContent);

for (const shape of ["box", "dialog", "page"]) {
  story(`who declines the offered model by keyboard is in the box again, in a ${shape}`, async (page) => {
    const button = await offered(page, shape);
    await button("Not now").focus();
    await page.keyboard.press("Enter");
    await page.locator("#offer").waitFor({ state: "hidden" });
    assert.equal(await focused(page), "query");
    await page.keyboard.type("y");
    assert.equal(await box(page).inputValue(), "xy");
  });

  story(`who loads the model by keyboard stands on what takes the button's place, and at the end is in the box, in a ${shape}`, async (page) => {
    const button = await offered(page, shape);
    await begun(page, button);
    assert.equal(await said(page), "Cancel");
    await page.keyboard.press("Enter");
    await button("Load it").waitFor();
    assert.equal(await said(page), "Load it");
    await page.keyboard.press("Enter");
    await button("Cancel").waitFor();
    await page.evaluate(() => globalThis.modelIsThere());
    await page.locator("#offer").waitFor({ state: "hidden" });
    assert.equal(await focused(page), "query");
  });
}

story("a model that is there takes the focus from nowhere else", async (page) => {
  await begun(page, await offered(page, "page"));
  await page.locator("#other").focus();
  await page.evaluate(() => globalThis.modelIsThere());
  await page.locator("#offer").waitFor({ state: "hidden" });
  assert.equal(await focused(page), "other");
});

story("who declines the offered model with a mouse may type on", async (page) => {
  const button = await offered(page, "page");
  await button("Not now").click();
  await page.locator("#offer").waitFor({ state: "hidden" });
  assert.equal(await focused(page), "query");
});

story("who declines the offered model with a finger gets no keyboard on the screen", async (page) => {
  const button = await offered(page, "page");
  await button("Not now").tap();
  await page.locator("#offer").waitFor({ state: "hidden" });
  assert.notEqual(await focused(page), "query");
}, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, chromiumOnly: TOUCH });
