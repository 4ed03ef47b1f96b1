// An index on another origin than the page: with its permission, and without.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { box, option, show as host } from "./host.mjs";
import { built, serve, stage } from "./stage.mjs";

const { server, story } = stage(built("site"));

/** The server of the other origin, which has all of the tests' sites. */
const other = {};
before(() => serve(built("."), other));
after(() => other.close());

/** Shows a page whose element searches the other origin's `name`; its script is from `from`, and the other server sends `headers`. */
async function show(page, { name = "shop", from = "", headers = { "Access-Control-Allow-Origin": server.origin }, ...options } = {}) {
  // A worker that imports the other's is the page's own.
  server.others = [other.origin, `blob:${server.origin}`];
  other.headers = headers;
  // What the workers of the page say.
  await page.addInitScript(() => {
    const Original = Worker;
    globalThis.heard = [];
    globalThis.Worker = class extends Original {
      constructor(...how) {
        super(...how);
        this.addEventListener("message", ({ data }) => globalThis.heard.push(data.type));
      }
    };
  });
  await host(server, page, `<bifocal-search index="${other.origin}/${name}/bifocal/"></bifocal-search>`, { ...options, script: `${from}/bifocal/bifocal-search.js` });
}

async function finds(page, text, name) {
  await box(page).fill(text);
  await option(page).first().waitFor();
  const links = await option(page).evaluateAll((links) => links.map(({ href }) => href));
  for (const link of links) assert.ok(link.startsWith(`${other.origin}/${name}/`), link);
}

const heard = (page) => page.evaluate(() => globalThis.heard);

for (const name of ["shop", "single"]) {
  story(`where it allows that, its engine runs in a worker, and hits lead there: ${name}`, async (page) => {
    await show(page, { name });
    await finds(page, "honey", name);
    assert.ok((await heard(page)).includes("answer"));
  });
}

story("the element may be from there as well", async (page) => {
  await show(page, { name: "site", from: `${other.origin}/site` });
  await finds(page, "honey", "site");
  assert.ok((await heard(page)).includes("answer"));
});

story("where the page's policy keeps workers to itself, the engine runs in the page", async (page) => {
  const policy = `default-src 'self'; script-src 'self' 'wasm-unsafe-eval' ${other.origin}; connect-src 'self' ${other.origin}; img-src data:`;
  await show(page, { head: `<meta http-equiv="Content-Security-Policy" content="${policy}">` });
  await finds(page, "honey", "shop");
  assert.deepEqual(await heard(page), []);
}, { allowed: /Content.Security.Policy|blocked a worker script/i });

story("where it does not, the reader is told what its server must send", async (page) => {
  await show(page, { headers: {} });
  await box(page).fill("honey");
  await page.getByText(`cannot fetch bifocal.json`).waitFor();
  const told = await page.locator("#panel").textContent();
  assert.ok(told.includes(`${other.origin}/shop/bifocal/ must be sent with Access-Control-Allow-Origin`), told);
  other.headers = { "Access-Control-Allow-Origin": "*" };
  await page.getByRole("button", { name: "Try again" }).click();
  await option(page).first().waitFor();
}, { allowed: /CORS|Access-Control-Allow-Origin|net::ERR_FAILED/ });
