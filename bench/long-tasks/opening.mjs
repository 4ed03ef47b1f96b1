// Opens a search on a page that has a text to read, once in each browser, for only the first time is long.

import { withPage } from "../chromium.mjs";
import { TRACED, tasksOf } from "./trace.mjs";

/** The chapter that is read, between the longest and the shortest. */
const CHAPTER = "ch03-02-data-types.html";

/** How long a reader looks at the page before, and at what was opened, in milliseconds. */
const READING = 3_000;
const LOOKING = 1_500;

const mouse = (page, { x, y }) => page.mouse.click(x, y);
const slash = (page) => page.keyboard.press("/");
const controlK = (page) => page.keyboard.press("Control+k");

const bifocal = (shape) => ({
  html: `<bifocal-search shape="${shape}"></bifocal-search>`,
  files: ["/bifocal/bifocal-search.js"],
  opener: () => document.querySelector("bifocal-search").shadowRoot.querySelector(".opener, .input"),
});

const pagefind = {
  html: '<div id="search"></div>',
  files: ["/pagefind/pagefind-ui.js"],
  start: () => new globalThis.PagefindUI({ element: "#search", showSubResults: true }),
  opener: () => document.querySelector(".pagefind-ui__search-input"),
};

/** What any dialog costs there that makes the page behind it inert. */
const bare = {
  html: `<button id="opener" onclick="this.nextElementSibling.showModal()">Search</button>
    <dialog><input type="search" aria-label="Search"></dialog>`,
  files: [],
  opener: () => document.querySelector("#opener"),
};

/** What is opened, and how. */
export const OPENED = [
  { label: "bifocal's dialog, by the mouse", ...bifocal("dialog"), open: mouse },
  { label: "bifocal's dialog, by `/`", ...bifocal("dialog"), open: slash },
  { label: "bifocal's dialog, by Ctrl K", ...bifocal("dialog"), open: controlK },
  { label: "bifocal's box, by the mouse", ...bifocal("box"), open: mouse },
  { label: "bifocal's box, by `/`", ...bifocal("box"), open: slash },
  { label: "Pagefind's default UI, by the mouse", ...pagefind, open: mouse },
  { label: "a bare `<dialog>`, by the mouse", ...bare, open: mouse },
];

/** Opens one of them; gives the tasks from when it was put into the page, `doing` nothing asked yet (`coming`), or `opening`. */
export function opened(server, { html, files, start, opener, open }, slower) {
  return withPage(async (page) => {
    const browser = page.context().browser();
    const session = await page.context().newCDPSession(page);
    await page.goto(`${server.url}/${CHAPTER}`);
    await session.send("Emulation.setCPUThrottlingRate", { rate: slower });
    const traced = async (doing, act) => {
      await browser.startTracing(page, { categories: TRACED });
      await act();
      const { traceEvents } = JSON.parse(await browser.stopTracing());
      return tasksOf(traceEvents, server.url).map((task) => ({ ...task, doing }));
    };
    const coming = await traced("coming", async () => {
      await page.evaluate(brought, [html, files]);
      if (start) await page.evaluate(start);
      await page.waitForTimeout(READING);
    });
    const { x, y, width, height } = await page.evaluate(`(${opener})().getBoundingClientRect().toJSON()`);
    const opening = await traced("opening", async () => {
      await open(page, { x: x + width / 2, y: y + height / 2 });
      await page.waitForTimeout(LOOKING);
    });
    return [...coming, ...opening];
  });
}

/** In the page: puts `html` before its text, and brings the scripts. */
async function brought([html, files]) {
  document.body.insertAdjacentHTML("afterbegin", html);
  for (const src of files) {
    const script = Object.assign(document.createElement("script"), { src, type: src.endsWith("bifocal-search.js") ? "module" : "" });
    await new Promise((resolve) => {
      script.addEventListener("load", resolve);
      document.head.append(script);
    });
  }
}
