// A page for what stands in for Pagefind's module, with Pagefind's own default interface from npm at hand.

import { readFileSync } from "node:fs";

const ui = (path) => readFileSync(new URL(`../../www/node_modules/@pagefind/default-ui/${path}`, import.meta.url));

/** Shows a page with room for the interface (`#search`), which `/ui.js` exports, and runs a module's `script` in it. */
export async function show(server, page, script = "") {
  server.pages["/ui.js"] = ui("npm_dist/mjs/ui-core.mjs");
  server.pages["/ui.css"] = ui("css/ui.css");
  server.pages["/try.html"] = `<!doctype html><html lang="en"><meta charset="utf-8"><title>x</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/ui.css"><div id="search"></div><script type="module">${script}</script>`;
  await page.goto(`${server.origin}/try.html`);
}
