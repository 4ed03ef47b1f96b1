// Types queries letter by letter, by the browser's own key events.

import { withPage } from "../chromium.mjs";
import { firstKey, TRACED, tasksOf } from "./trace.mjs";

/** Between two letters: a fast typist's. And how long an answer stands before the trace ends, in milliseconds. */
export const LETTER = 120;
const REST = 1_500;

const BIFOCAL = { page: "typing-bifocal", root: "bifocal-search", box: "[name=q]", hit: ".hit" };

/** Where is typed, the place that is clicked on before, and what is shown of a hit; within the shadow of `root`, where there is one. */
export const TYPED = {
  box: { label: "bifocal's box", ...BIFOCAL, opener: "[name=q]" },
  dialog: { label: "bifocal's dialog", ...BIFOCAL, shape: "dialog", opener: ".opener" },
  pagefind: {
    label: "Pagefind's default UI", page: "typing-pagefind", root: "body", box: ".pagefind-ui__search-input", hit: ".pagefind-ui__result",
    opener: ".pagefind-ui__search-input",
  },
};

/** Types all queries into one page of a new browser; gives the tasks of each, in a trace of its own. The first opens the index. */
export function typed(server, name, queries, slower) {
  return withPage(async (page) => {
    const browser = page.context().browser();
    const session = await page.context().newCDPSession(page);
    await page.goto(`${server.url}/pages/${TYPED[name].page}.html?${new URLSearchParams({ shape: TYPED[name].shape ?? "box" })}`);
    await session.send("Emulation.setCPUThrottlingRate", { rate: slower });
    await page.waitForTimeout(REST);
    const all = [];
    for (const [place, query] of queries.entries()) {
      const at = await middle(page, TYPED[name], place === 0 ? "opener" : "box");
      await browser.startTracing(page, { categories: TRACED });
      await page.mouse.click(at.x, at.y);
      await page.keyboard.type(query, { delay: LETTER });
      await page.waitForTimeout(REST);
      const { traceEvents } = JSON.parse(await browser.stopTracing());
      const letters = firstKey(traceEvents, server.url);
      const tasks = tasksOf(traceEvents, server.url).map((task) => ({ ...task, doing: task.at < letters ? "opening" : "typing" }));
      all.push({ query, hits: await emptied(page, TYPED[name]), tasks });
    }
    // Whoever wants all words of a question finds no page for some.
    if (all.every(({ hits }) => hits === 0)) throw new Error(`${name} shows nothing for any query`);
    return all;
  });
}

// Neither by a locator, which has scripts of its own listen to the page's mouse.

/** Where to click. */
function middle(page, { root, ...selectors }, which) {
  return page.evaluate(([root, selector]) => {
    const host = document.querySelector(root);
    const { x, y, width, height } = (host.shadowRoot ?? host).querySelector(selector).getBoundingClientRect();
    return { x: x + width / 2, y: y + height / 2 };
  }, [root, selectors[which]]);
}

/** Empties the box; gives how many hits there were. */
function emptied(page, { root, box, hit }) {
  return page.evaluate(([root, box, hit]) => {
    const host = document.querySelector(root);
    const within = host.shadowRoot ?? host;
    const input = within.querySelector(box);
    const hits = within.querySelectorAll(hit).length;
    input.value = "";
    input.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
    return hits;
  }, [root, box, hit]);
}
