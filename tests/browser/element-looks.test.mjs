// The looks of <bifocal-search>: on narrow pages and on paper, in both schemes, and the parts that docs/theming.md promises.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as host from "./host.mjs";
import { box, drawn, option } from "./host.mjs";
import { built, MEDIA, stage } from "./stage.mjs";
import { LONG, STATES } from "./states.mjs";

const { server, story } = stage(built("site"));

const show = (page, body, options) => host.show(server, page, body, options);

story("a panel stays within the page, from either end, in either direction", async (page) => {
  for (const dir of ["ltr", "rtl"]) {
    for (const side of ["start", "end"]) {
      await show(page, `<div class="at"><bifocal-search></bifocal-search></div>`, { dir, head: `<style>.at { display: grid; justify-content: ${side}; }</style>` });
      await box(page).fill("honey");
      await option(page).first().waitFor();
      const { x, width } = await page.locator("#panel").boundingBox();
      assert.ok(x >= 0 && x + width <= 900, `${dir} ${side}: ${x} ${width}`);
    }
  }
}, { viewport: { width: 900, height: 700 } });

story("paper has the hits and nothing to press", async (page) => {
  await page.goto(`${server.origin}/bifocal/?q=honey`);
  await page.locator("#hits .hit").first().waitFor();
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator("#hits .title").first().isVisible());
  assert.ok(await page.locator("#query").isHidden());
  for (const shape of ["box", "dialog"]) {
    await page.emulateMedia({ media: "screen" });
    await show(page, `<bifocal-search shape="${shape}"></bifocal-search>`);
    await page.keyboard.press("/");
    await page.keyboard.type("honey");
    await option(page).first().waitFor();
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.locator("#panel").isHidden(), shape);
    assert.ok(await page.locator("dialog").isHidden());
  }
}, { chromiumOnly: MEDIA });

/** How much a colour stands out from another, both as browsers compute them: 1 to 21. */
function contrast(...colours) {
  const luminance = (colour) => {
    const parts = colour.match(/[\d.]+/g).map((part) => (colour.startsWith("color(") ? part : part / 255));
    const [red, green, blue] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((Number(part) + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark, light] = colours.map(luminance).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

for (const colorScheme of ["light", "dark"]) {
  const options = { colorScheme, ...(colorScheme === "dark" && { chromiumOnly: MEDIA }) };

  story(`the border of box and button stands out from what is on either side: ${colorScheme}`, async (page) => {
    const check = async (element) => {
      const colours = await element.evaluate((element) => [getComputedStyle(element).borderTopColor, ...[element, document.documentElement].map((one) => getComputedStyle(one).backgroundColor)]);
      for (const other of colours.slice(1)) assert.ok(contrast(colours[0], other) >= 3, colours.join());
    };
    await show(page, "<bifocal-search></bifocal-search>");
    await check(box(page));
    await show(page, '<bifocal-search shape="dialog"></bifocal-search>');
    await check(page.locator(".opener"));
    await page.goto(`${server.origin}/bifocal/`);
    await box(page).blur();
    await check(box(page));
  }, options);
}

story("with reduced motion nothing moves", async (page) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await show(page, '<bifocal-search shape="dialog"></bifocal-search>', { play: `if (text !== "x") await sleep(60_000); ${LONG}` });
  await page.getByRole("button", { name: "Search" }).click();
  await page.keyboard.type("x");
  await drawn(page);
  await page.keyboard.type("y");
  await page.locator("#hits[aria-busy]").waitFor();
  const moving = await page.evaluate(() => document.getAnimations().filter(({ effect }) => effect.getComputedTiming().activeDuration > 0).map(({ animationName }) => animationName));
  assert.deepEqual(moving, []);
}, { chromiumOnly: MEDIA });

story("the parts that owners are promised are there, and no others", async (page) => {
  const parts = new Set();
  const meet = async (shape, { play, about, type, reach }) => {
    await page.goto("about:blank");
    await show(page, `<bifocal-search shape="${shape}" modes details facets="section lang" results="/bifocal/"></bifocal-search>`, { play, about });
    await page.keyboard.press("/");
    if (type) await page.keyboard.type(type);
    await reach(page);
    const found = await page.evaluate(() => [...document.querySelector("bifocal-search").shadowRoot.querySelectorAll("[part]")].flatMap(({ part }) => [...part]));
    for (const part of found) parts.add(part);
  };
  const pictured = `return answer(text, { hits: [hit({ meta: { image: "/jar.svg" }, sections: [{ heading: "Part", path: ["Above"], anchor: "p", url: "/a.html#p", score: 1, excerpt: excerpt("Words", [0, 5]) }] }), hit({ id: "b" })] })`;
  server.pages["/jar.svg"] = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>';
  await meet("dialog", STATES["at rest"]);
  await meet("dialog", { play: pictured, type: "x", reach: drawn });
  await meet("page", STATES["with facets"]);
  await meet("page", STATES["nothing found"]);
  await meet("box", STATES["a model offered"]);
  await meet("box", STATES["a model on its way"]);
  await page.evaluate(() => localStorage.setItem(`bifocal:${new URL("/bifocal/", location.href)}:recent`, '["honey"]'));
  await meet("box", { play: LONG, reach: (page) => page.locator(".again").waitFor() });
  // What is for voices alone has no looks.
  parts.delete("hidden");
  const promised = /^Parts: `([^`]*)`/m.exec(readFileSync(new URL("../../docs/theming.md", import.meta.url), "utf8"))[1].split(/\s+/);
  assert.deepEqual([...parts].sort(), promised.sort());
});

story("each property that owners are promised changes what is drawn", async (page) => {
  const doc = readFileSync(new URL("../../docs/theming.md", import.meta.url), "utf8");
  const promised = [...doc.matchAll(/^\| `(--bifocal-[a-z-]+)` \|/gm)].map(([, name]) => name);
  const others = {
    "--bifocal-radius": "7px", "--bifocal-font": "Georgia", "--bifocal-size": "19px", "--bifocal-panel-width": "431px", "--bifocal-z-index": "7077", "--bifocal-reading-font": "Courier",
  };
  const colours = Object.fromEntries(promised.filter((name) => !(name in others)).map((name, at) => [name, `rgb(${at + 1}, ${2 * at + 1}, 200)`]));
  const style = Object.entries({ ...colours, ...others }).map(([name, value]) => `${name}: ${value};`).join(" ");
  /** All computed values of some properties within the element. */
  const seen = () =>
    page.evaluate(() => {
      const elements = [...document.querySelector("bifocal-search").shadowRoot.querySelectorAll("*")];
      const names = ["color", "backgroundColor", "borderTopColor", "fill", "stroke", "outlineColor", "boxShadow", "borderTopLeftRadius", "fontFamily", "fontSize", "width", "zIndex"];
      return [...new Set(elements.flatMap((element) => names.map((name) => getComputedStyle(element)[name])))];
    });
  const play = `return answer(text, { hits: [hit({ lenses: ["keyword", "semantic"], sections: [{ heading: "Part", path: ["Above"], anchor: "p", url: "/a.html#p", score: 1, excerpt: excerpt("Words", [0, 5]) }] })] })`;
  const values = [];
  for (const shape of ["box", "page"]) {
    await show(page, `<bifocal-search shape="${shape}"></bifocal-search>`, { play, head: `<style>:root { ${style} }</style>` });
    await box(page).fill("x");
    await drawn(page);
    await box(page).press("ArrowDown");
    values.push(...(await seen()));
  }
  for (const [name, value] of Object.entries({ ...colours, ...others })) {
    assert.ok(values.some((seen) => seen.includes(value)), `${name}: ${value} is nowhere in ${values.join("; ")}`);
  }
  assert.equal(promised.length, Object.keys(colours).length + Object.keys(others).length);
});
