// `bifocal/react` in a page, from the npm package, with either React in its development build, which is strict: each effect runs twice.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { actor } from "./actor.mjs";
import { box, option } from "./host.mjs";
import { built, stage } from "./stage.mjs";

const www = fileURLToPath(new URL("../../www/", import.meta.url));
const REACTS = { 19: www, 18: fileURLToPath(new URL("../react-18/", import.meta.url)) };
const esbuild = createRequire(join(www, "package.json"))("esbuild");

// React's development build advertises its tools, and marks the times of its work.
const usual = { allowed: /React DevTools|^timeStamp: / };
const { server, story } = stage(built("site"), usual);

/** The modules of an application by name: `text` is its body, and has what it needs of React and of us. */
async function bundle(react, text) {
  const alias = { "bifocal/react": join(www, "dist/npm/react.js"), bifocal: join(www, "dist/npm/bifocal.js") };
  for (const one of ["react", "react-dom"]) alias[one] = join(react, "node_modules", one);
  const contents = `
    import { createElement as h, StrictMode, useState } from "react";
    import { createRoot, hydrateRoot } from "react-dom/client";
    import { BifocalSearch, useSearch } from "bifocal/react";
    const at = document.getElementById("app");
    ${text}`;
  const { outputFiles } = await esbuild.build({ stdin: { contents, resolveDir: www }, alias, bundle: true, splitting: true, outdir: www, format: "esm", target: "es2022", write: false, define: { "process.env.NODE_ENV": '"development"' } });
  return Object.fromEntries(outputFiles.map(({ path, text }) => [path.slice(www.length), text]));
}

async function show(page, react, text, { inside = "", head = "" } = {}) {
  for (const [name, code] of Object.entries(await bundle(react, text))) server.pages[`/app/${name}`] = code;
  server.pages["/try.html"] = `<!doctype html><html lang="en"><meta charset="utf-8"><title>x</title><link rel="icon" href="data:,">${head}<div id="app">${inside}</div><script type="module" src="/app/stdin.js"></script>`;
  await page.goto(`${server.origin}/try.html`);
}

/** Two components that ask one index, which a page shows and takes away. */
const HOOK = `
  function Hits({ name, index }) {
    const [text, setText] = useState("");
    const { status, answer, error, search, again } = useSearch(index, text, { limit: 3 });
    window.seen = [...(window.seen ?? []), [name, text, status, answer?.query ?? null]];
    return h("section", { id: name },
      h("input", { value: text, onChange: (event) => setText(event.target.value), "aria-label": name }),
      h("output", { "data-status": status, "data-open": search ? search.about.title : "" }, error?.message ?? answer?.query),
      h("button", { onClick: again }, "again"),
      h("ol", null, answer?.hits.map(({ id, title }) => h("li", { key: id }, title))));
  }
  function App() {
    const [shown, setShown] = useState(true);
    return h("main", null, h("button", { id: "toggle", onClick: () => setShown(!shown) }, "toggle"),
      shown && h(Hits, { name: "one", index: "/bifocal/" }), shown && h(Hits, { name: "two", index: { base: new URL("/bifocal", location) } }));
  }
  createRoot(at).render(h(StrictMode, null, h(App)));`;

/** How often the index was opened. */
const openings = () => server.requests.filter((path) => path === "/bifocal/bifocal.json").length;

const status = (page, name, value) => page.locator(`#${name} output[data-status=${value}]`).waitFor({ state: "attached" });
const answered = (page, name, text) => page.locator(`#${name} output[data-status=done]`, { hasText: new RegExp(`^${text}$`) }).waitFor({ state: "attached" });

/** Types as a reader does: in Firefox, React does not hear of what `fill` puts into a box. */
async function type(page, name, text) {
  await page.getByLabel(name).press("ControlOrMeta+A");
  await page.getByLabel(name).press("Backspace");
  await page.getByLabel(name).pressSequentially(text);
}

for (const [version, react] of Object.entries(REACTS)) {
  story(`React ${version}: components share an index, which is opened with the first question and closed after the last component`, async (page) => {
    await show(page, react, HOOK);
    await status(page, "one", "idle");
    assert.equal(openings(), 0);
    await type(page, "one", "honey");
    await answered(page, "one", "honey");
    assert.ok((await page.locator("#one li").count()) > 0);
    assert.equal(await page.locator("#two output").getAttribute("data-status"), "idle");
    await type(page, "two", "queen");
    await answered(page, "two", "queen");
    assert.equal(await page.locator("#two output").textContent(), "queen");
    assert.deepEqual([openings(), page.workers().length], [1, 1]);

    await page.locator("#toggle").click();
    await page.locator("#toggle").click();
    await type(page, "one", "bees");
    await answered(page, "one", "bees");
    await page.waitForTimeout(1500);
    await type(page, "one", "queen");
    await answered(page, "one", "queen");
    assert.deepEqual([openings(), page.workers().length], [1, 1], "what is needed again at once is kept");
    const [worker] = page.workers();
    const closed = new Promise((resolve) => worker.once("close", resolve));
    await page.locator("#toggle").click();
    await closed;
    assert.equal(page.workers().length, 0);
    await page.locator("#toggle").click();
    await type(page, "one", "bees");
    await answered(page, "one", "bees");
    assert.equal(page.workers().length, 1);
  }, { ...usual, chromiumOnly: "workers can't be seen through WebDriver BiDi" });

  for (const [who, head] of [["component", ""], ["an element that the index folder defined", '<script type="module" src="/bifocal/bifocal-search.js"></script>']]) {
    story(`React ${version}: hook and ${who} on one page share an index, whichever asks first, and the hook does not close it`, async (page) => {
      for (const [first, second] of [["hook", "box"], ["box", "hook"]]) {
        server.requests.length = 0;
        await show(page, react, `${HOOK.replace("shown && h(Hits", "h(BifocalSearch), shown && h(Hits")}`, { head });
        const ask = { hook: async (text) => (await type(page, "one", text), answered(page, "one", text)), box: async (text) => (await box(page).fill(text), page.locator("#hits:not([aria-busy]) .hit").first().waitFor()) };
        await ask[first]("honey");
        await ask[second]("queen");
        assert.equal(openings(), 1, `${first} first`);
        await page.locator("#toggle").click();
        await page.locator("#one").waitFor({ state: "detached" });
        await page.waitForTimeout(1500);
        await box(page).fill("bees");
        await page.locator("#count", { hasText: /\d/ }).waitFor({ state: "attached" });
        await page.waitForFunction(() => document.querySelector("bifocal-search").shadowRoot.querySelectorAll("#hits:not([aria-busy]) .hit").length > 0);
        assert.equal(openings(), 1, `${first} first, and the hook is gone`);
      }
    });
  }

  story(`React ${version}: whoever types sees the answer before until the next one is there, and never one to another question`, async (page) => {
    await show(page, react, HOOK);
    await type(page, "one", "honey");
    await answered(page, "one", "honey");
    await page.getByLabel("one").pressSequentially(" bees", { delay: 15 });
    await answered(page, "one", "honey bees");
    await type(page, "one", "");
    await status(page, "one", "idle");
    const seen = (await page.evaluate(() => window.seen)).filter(([name]) => name === "one");
    assert.ok(seen.some(([, text, status, answered]) => status === "searching" && answered !== null && answered !== text), JSON.stringify(seen));
    for (const [, text, status, answered] of seen) {
      if (["done", "partial"].includes(status)) assert.equal(answered, text);
      if (["idle", "opening", "failed"].includes(status)) assert.equal(answered, null);
    }
    assert.equal(await page.locator("#one li").count(), 0);
  });

  story(`React ${version}: an index that is not there is an error, and there is a way to try again`, async (page) => {
    server.answer = (path) => (path === "/bifocal/bifocal.json" ? { status: 404 } : undefined);
    await show(page, react, HOOK);
    await type(page, "one", "honey");
    await status(page, "one", "failed");
    assert.match(await page.locator("#one output").textContent(), /^bifocal: .*404/);
    server.answer = () => undefined;
    await page.locator("#one button").click();
    await answered(page, "one", "honey");
  }, { allowed: /React DevTools|^timeStamp: |404/ });

  story(`React ${version}: the component is the element, with its events, its methods and its query`, async (page) => {
    await show(page, react, `
      import { createRef } from "react";
      const ref = window.element = createRef();
      const words = { search: "Find" };
      window.heard = [];
      const heard = (event) => (event.preventDefault(), window.heard.push([event.type, event.detail.query ?? event.detail.about.title, event.detail.url ? new URL(event.detail.url).pathname : null]));
      function App() {
        const [shown, setShown] = useState(true);
        const [more, setMore] = useState({});
        window.change = (more) => setMore(more);
        return h("main", null, h("button", { id: "toggle", onClick: () => setShown(!shown) }, "toggle"),
          shown && h(BifocalSearch, { ref, words, className: "wide", onOpen: heard, onSearch: heard, onNoResults: heard, onSelect: heard, ...more },
            h("form", { action: "/find" }, h("input", { name: "q" }))));
      }
      createRoot(at).render(h(StrictMode, null, h(App)));`);
    const found = page.getByRole("combobox", { name: "Find" });
    await found.waitFor();
    assert.equal(openings(), 0);
    assert.equal(await page.locator("bifocal-search").getAttribute("class"), "wide");
    await found.fill("honey");
    await page.locator("#hits:not([aria-busy])").waitFor();
    await option(page).first().click();
    const heard = () => page.evaluate(() => window.heard.splice(0));
    const [opened, searched, selected, ...rest] = await heard();
    assert.deepEqual([opened[0], searched, selected.slice(0, 2), rest], ["bifocal-open", ["bifocal-search", "honey", null], ["bifocal-select", "honey"], []]);
    assert.equal(new URL(page.url()).pathname, "/try.html", "the handler kept the page");

    await page.evaluate(() => window.change({ query: "qqzzxx" }));
    await page.waitForFunction(() => window.heard.some(([type]) => type === "bifocal-no-results"));
    assert.deepEqual(await page.evaluate(() => [window.element.current.query, window.element.current.localName]), ["qqzzxx", "bifocal-search"]);
    await page.evaluate(() => window.element.current.open());
    assert.ok(await page.locator("#panel").isVisible());

    const before = await page.evaluateHandle(() => window.element.current);
    await page.evaluate(() => window.change({ words: { search: "Seek" } }));
    await page.getByRole("combobox", { name: "Seek" }).waitFor();
    assert.ok(await before.evaluate((before) => before === window.element.current), "other words need no other element");
    await page.evaluate(() => window.change({ shape: "dialog" }));
    await page.getByRole("button", { name: "Find" }).waitFor();
    assert.ok(await before.evaluate((before) => before !== window.element.current && !before.isConnected), "another shape does");
    await heard();
    await page.evaluate(() => window.element.current.open());
    await box(page).fill("queen");
    await page.waitForFunction(() => window.heard.some(([type, query]) => type === "bifocal-search" && query === "queen"));

    await page.locator("dialog").press("Escape");
    await page.locator("#toggle").click();
    assert.equal(await page.evaluate(() => window.element.current), null);
    assert.equal(await page.locator("bifocal-search").count(), 0);
    assert.equal(openings(), 1);
  });

  story(`React ${version}: what a server rendered is taken over as it is, and works as a plain form until then`, async (page) => {
    const form = '<form action="/find"><input name="q"/></form>';
    let release;
    server.answer = (path) => (path === "/app/stdin.js" ? { wait: new Promise((resolve) => (release = resolve)), body: server.pages[path] } : undefined);
    const app = `const Plain = () => h(BifocalSearch, { limit: 2, focus: true, hidden: false }, h("form", { action: "/find" }, h("input", { name: "q" })));`;
    const shown = show(page, react, `${app} hydrateRoot(at, h(StrictMode, null, h(Plain)));`, { inside: `<bifocal-search limit="2">${form}</bifocal-search>` });
    await page.locator("form input[name=q]").fill("honey");
    release();
    await shown;
    await page.locator("#hits:not([aria-busy]) .hit").first().waitFor();
    assert.equal(await box(page).inputValue(), "honey");
    assert.equal(await page.locator("#hits > .hit").count(), 2);
    assert.ok(await page.locator("#panel").isVisible(), "it took the focus");
  });

  story(`React ${version}: an element that was defined before React came is taken over without complaint`, async (page) => {
    await show(page, react, `await customElements.whenDefined("bifocal-search"); hydrateRoot(at, h(BifocalSearch, { limit: 2 }));`, {
      inside: '<bifocal-search limit="2"></bifocal-search>',
      head: '<script type="module" src="/bifocal/bifocal-search.js"></script>',
    });
    await box(page).fill("honey");
    await page.locator("#hits:not([aria-busy]) .hit").first().waitFor();
    assert.deepEqual(server.requests.filter((path) => path.startsWith("/app/element")), [], "no second element is loaded");
  });
}

story("a search that is no longer wanted is stopped", async (page) => {
  server.pages["/bifocal/slow.js"] = actor(`
    (window.asked ??= []).push(text);
    options.signal.addEventListener("abort", () => (window.stopped ??= []).push(text));
    await sleep(text === "slow" ? 60_000 : 10);
    return answer(text)`);
  await show(page, REACTS[19], `
    const { open } = await import(location.origin + "/bifocal/slow.js");
    const search = await open();
    function App() {
      const [text, setText] = useState("slow");
      const { status, answer } = useSearch(search, text, { debounce: 0 });
      window.ask = setText;
      return h("output", { "data-status": status }, answer?.query);
    }
    const root = createRoot(at);
    window.leave = () => root.unmount();
    root.render(h(App));`);
  await page.waitForFunction(() => window.asked?.includes("slow"));
  await page.evaluate(() => window.ask("quick"));
  await page.locator("output[data-status=done]").getByText("quick").waitFor();
  assert.deepEqual(await page.evaluate(() => window.stopped), ["slow"]);
  await page.evaluate(() => window.ask("slow"));
  await page.waitForFunction(() => window.asked.length === 3);
  await page.evaluate(() => window.leave());
  assert.deepEqual(await page.evaluate(() => window.stopped.slice(-1)), ["slow"]);
});
