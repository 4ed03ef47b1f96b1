// Long tasks while one types: how long the page's main thread is held at a time, by bifocal's element and by Pagefind's user
// interface over the same book, with the processor throttled as on a phone.
//
// `./build.sh bench long-tasks`. Each run opens a page of each in a new browser, and types the same queries letter by letter, by
// the browser's own key events; each query is a performance trace of its own, from its first letter until the answer has stood
// for a moment, after which the box is emptied. A task is what DevTools shows as one, and long from 50 ms of the processor; by
// the clock it may be longer where other programs keep the cores busy, this bench's own too. All tasks of the page's main thread
// count, the browser's own as well. The first trace begins before the box gets the focus, and so has the opening of the index.

import { withPage } from "./chromium.mjs";
import { median, table } from "./figures.mjs";
import { tasksOf, whatTook } from "./long-tasks/trace.mjs";
import { open, prepare } from "./network/contenders.mjs";
import { mixed } from "./network/queries.mjs";
import { site } from "./network/sites.mjs";

const QUERIES = Number(process.env.QUERIES ?? 30);
const RUNS = Number(process.env.RUNS ?? 3);

/** How much slower the processor is. */
const SLOWER = 4;

/** Between two letters: a fast typist's. And how long an answer stands before the trace ends, in milliseconds. */
const LETTER = 120;
const REST = 1_500;

const LONG = 50;

const TRACED = ["devtools.timeline", "disabled-by-default-devtools.timeline", "__metadata"];

/** Where each is typed into, and what it shows of a hit. */
const CONTENDERS = {
  bifocal: { label: "bifocal's element", box: "bifocal-search [name=q]", hit: "bifocal-search .hit" },
  pagefind: { label: "Pagefind's default UI", box: ".pagefind-ui__search-input", hit: ".pagefind-ui__result" },
};

export async function measure() {
  const book = site("book");
  prepare(book, ["lexicon", "pagefind"]);
  const queries = mixed(book.queries, QUERIES);
  const server = await open(book);
  const runs = [];
  try {
    for (let run = 0; run < RUNS; run += 1) {
      const names = Object.keys(CONTENDERS);
      const order = run % 2 === 0 ? names : names.toReversed();
      for (const name of order) runs.push({ name, queries: await typed(server, name, queries) });
    }
  } finally {
    server.close();
  }
  return report(runs, queries.length);
}

/** Types all queries into one page; gives the tasks of each. */
function typed(server, name, queries) {
  return withPage(async (page) => {
    const { box, hit } = CONTENDERS[name];
    const browser = page.context().browser();
    const session = await page.context().newCDPSession(page);
    await page.goto(`${server.url}/pages/typing-${name}.html`);
    const { x, y, height } = await page.locator(box).boundingBox();
    await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
    const all = [];
    for (const query of queries) {
      await browser.startTracing(page, { categories: TRACED });
      // Not by a locator, which runs scripts of its own in the page.
      await page.mouse.click(x + height, y + height / 2);
      await page.keyboard.type(query, { delay: LETTER });
      await page.waitForTimeout(REST);
      const { traceEvents } = JSON.parse(await browser.stopTracing());
      const hits = await page.locator(hit).count();
      all.push({ query, hits, tasks: tasksOf(traceEvents, server.url) });
      await page.locator(box).fill("");
    }
    // Whoever wants all words of a question finds no page for some.
    if (all.every(({ hits }) => hits === 0)) throw new Error(`${name} shows nothing for any query`);
    return all;
  });
}

function report(runs, count) {
  const rows = [["", `tasks from ${LONG} ms, by run`, "by the clock", "longest, ms", "of a query, median", "ms a letter"]];
  const figures = {};
  for (const [name, { label }] of Object.entries(CONTENDERS)) {
    const own = runs.filter((run) => run.name === name).map(({ queries }) => queries);
    const number = (time) => own.map((queries) => queries.flatMap(({ tasks }) => tasks.filter(time)).length).join(", ");
    const longest = own.flat().map(({ tasks }) => Math.max(...tasks.map(({ ms }) => ms)));
    const letters = own.flat().reduce((sum, { query }) => sum + query.length, 0);
    const whole = own.flat().flatMap(({ tasks }) => tasks).reduce((sum, { ms }) => sum + ms, 0);
    const long = own.flat().flatMap(({ query, tasks }) => tasks.filter(isLong).map((task) => ({ query, ...task })));
    figures[name] = { longest, long };
    const times = [Math.max(...longest), median(longest), whole / letters].map((ms) => ms.toFixed(0));
    rows.push([label, number(isLong), number(({ clock }) => clock >= LONG), ...times]);
  }
  console.log(`${count} queries, ${RUNS} runs; a letter each ${LETTER} ms, processor throttled ${SLOWER} times.\n`);
  table(rows);
  for (const [name, { label }] of Object.entries(CONTENDERS)) {
    const took = whatTook(figures[name].long).slice(0, 10);
    if (took.length === 0) continue;
    console.log(`\nWhat the long tasks of ${label} did:\n`);
    table([["what", "ms in all", "tasks"], ...took.map(({ what, ms, tasks }) => [what, ms.toFixed(0), tasks])]);
  }
  return { figures };
}

const isLong = ({ ms }) => ms >= LONG;
