// A page of a site's own with the element in it, and what a reader sees of it.

import { actor } from "./actor.mjs";

/** A page of a site with `body`, in which the element comes from `script`. */
export const html = (body, { lang = "en", head = "", script = "/bifocal/bifocal-search.js", dir = "ltr" } = {}) => `<!doctype html>
<html lang="${lang}" dir="${dir}"><head><meta charset="utf-8"><title>A site</title><meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/site.css"><link rel="icon" href="data:,">${head}
<script type="module" src="${script}"></script></head><body><main><h1>A site</h1>${body}<p>Its text. <input id="other" aria-label="Other"></p></main></body></html>`;

/** Shows a page with `body`; with a `play`, over an actor instead of the index. */
export async function show(server, page, body, { play, about, path = "/try.html", ...options } = {}) {
  server.pages[path] = html(body, options);
  server.pages["/site.css"] = ":root { color-scheme: light dark; background: Canvas; color: CanvasText; }";
  if (play !== undefined) server.pages["/bifocal/bifocal.js"] = actor(play, about);
  await page.goto(`${server.origin}${path}`);
  await page.waitForFunction(() => document.querySelector("bifocal-search")?.shadowRoot);
}

export const box = (page) => page.locator("#query").first();
/** Waits until the list has all hits of the answer. */
export const drawn = async (page) => {
  await option(page).first().waitFor();
  await page.locator("#hits:not([aria-busy])").first().waitFor();
};
export const option = (page) => page.locator("#hits .hit a");

/** The `id` or tag of what has the focus, in whatever shadow root, and what it says. */
export const focused = (page) =>
  page.evaluate(() => {
    let at = document.activeElement;
    while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at.id || at.tagName;
  });

/** Counts the element's events in `window.heard`, and keeps the page where it is. */
export const hear = (page) =>
  page.evaluate(() => {
    window.heard = [];
    for (const type of ["bifocal-search", "bifocal-no-results", "bifocal-select"]) {
      document.addEventListener(type, (event) => {
        window.heard.push([type, event.detail.query]);
        if (type === "bifocal-select") event.preventDefault();
      });
    }
  });
