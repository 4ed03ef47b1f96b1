// Long tasks while one opens a search and types: how long the page's main thread is held at a time, by bifocal's element and by
// Pagefind's user interface over the same book, with the processor throttled as on a phone.
//
// `./build.sh bench long-tasks`. To type, each run opens a page of each in a new browser, and types the same queries letter by letter;
// each query is a performance trace of its own, from its first letter until the answer has stood for a moment, after which the box is
// emptied. The first trace begins before the search is clicked on, and so has the opening of the index. To open, each run opens a
// chapter of the book in a new browser, puts the search into it, and opens that once; what it does before anybody asks is told as well.
// Beside them a bare <dialog> is opened, for what any costs there.
//
// A task is what DevTools shows as one, and long from 50 ms of the processor; by the clock it may be longer where other programs keep
// the cores busy, this bench's own too. All tasks of the page's main thread count, the browser's own as well; long-tasks/trace.mjs
// tells whose the parts of a task are, in doubt the interface's. The browser makes itself slow by the clock, so on a busy machine
// the same task takes up to twice as much of the processor. With SLOWER=1 it is left as fast as it is, and times are steadier.

import { median, table } from "./figures.mjs";
import { OPENED, opened } from "./long-tasks/opening.mjs";
import { ownOf, whatTook, WHOSE } from "./long-tasks/trace.mjs";
import { LETTER, TYPED, typed } from "./long-tasks/typing.mjs";
import { open, prepare } from "./network/contenders.mjs";
import { mixed } from "./network/queries.mjs";
import { site } from "./network/sites.mjs";

const QUERIES = Number(process.env.QUERIES ?? 30);
const RUNS = Number(process.env.RUNS ?? 3);

/** How much slower the processor is. */
const SLOWER = Number(process.env.SLOWER ?? 4);

const LONG = 50;

export async function measure() {
  const book = site("book");
  prepare(book, ["lexicon", "pagefind"]);
  const queries = mixed(book.queries, QUERIES);
  const server = await open(book);
  const typing = [];
  const opening = [];
  try {
    for (let run = 0; run < RUNS; run += 1) {
      const inOrder = (list) => (run % 2 === 0 ? list : list.toReversed());
      for (const name of inOrder(Object.keys(TYPED))) typing.push({ name, queries: await typed(server, name, queries, SLOWER) });
      for (const way of inOrder(OPENED)) opening.push({ label: way.label, tasks: await opened(server, way, SLOWER) });
    }
  } finally {
    server.close();
  }
  console.log(`${queries.length} queries, ${RUNS} runs; a letter each ${LETTER} ms, processor throttled ${SLOWER} times.\n`);
  return { typing: reportTyping(typing), opening: reportOpening(opening) };
}

function reportTyping(runs) {
  const rows = [["typing", ...COUNTED, "longest, ms", "of the opening", "of a query, median", "ms a letter"]];
  const figures = {};
  for (const [name, { label }] of Object.entries(TYPED)) {
    const own = runs.filter((run) => run.name === name).map(({ queries }) => queries);
    const longest = own.flat().map(({ tasks }) => Math.max(...tasks.map(({ ms }) => ms)));
    const opening = own.flatMap(([{ tasks }]) => tasks.filter(({ doing }) => doing === "opening").map(({ ms }) => ms));
    const letters = own.flat().reduce((sum, { query }) => sum + query.length, 0);
    const whole = own.flat().flatMap(({ tasks }) => tasks).reduce((sum, { ms }) => sum + ms, 0);
    const long = own.flat().flatMap(({ query, tasks }) => tasks.filter(isLong).map((task) => ({ query, ...task })));
    figures[name] = { longest, long };
    const times = [Math.max(...longest), Math.max(...opening), median(longest), whole / letters].map((ms) => ms.toFixed(0));
    rows.push([label, ...counts(own.map((queries) => queries.flatMap(({ tasks }) => tasks))), ...times]);
  }
  table(rows);
  for (const [name, { label }] of Object.entries(TYPED)) listLong(label, figures[name].long);
  return figures;
}

function reportOpening(runs) {
  const rows = [["opening", ...COUNTED, "longest, ms, by run", ...SHARES, "longest before, by run"]];
  const figures = {};
  for (const { label } of OPENED) {
    const own = runs.filter((run) => run.label === label).map(({ tasks }) => tasks);
    const longestOf = (wanted) => own.map((tasks) => tasks.filter(({ doing }) => doing === wanted).reduce((a, b) => (b.ms > a.ms ? b : a)));
    const [longest, coming] = [longestOf("opening"), longestOf("coming")];
    const long = own.flat().filter(isLong);
    figures[label] = { longest, long };
    const by = (tasks) => tasks.map(({ ms }) => ms.toFixed(0)).join(", ");
    const whileOpening = own.map((tasks) => tasks.filter(({ doing }) => doing === "opening"));
    rows.push([label, ...counts(whileOpening), by(longest), ...shares(longest), by(coming)]);
  }
  console.log();
  table(rows);
  for (const { label } of OPENED) listLong(label, figures[label].long);
  return figures;
}

const COUNTED = [`tasks from ${LONG} ms, by run`, "by the clock", "by its own part"];

/** How many tasks of each run are long: as they are, by the clock, and without what isn't the interface's. */
function counts(runs) {
  const ways = [isLong, ({ clock }) => clock >= LONG, (task) => ownOf(task) >= LONG];
  return ways.map((is) => runs.map((tasks) => tasks.filter(is).length).join(", "));
}

/** As a reader calls `WHOSE`. */
const SHARES = ["its script", "its style, layout, paint", "this bench", "the browser"];

/** The medians of what `tasks` were made of. */
const shares = (tasks) => WHOSE.map((whose) => median(tasks.map(({ shares }) => shares[whose])).toFixed(0));

/** Prints each task of a search that was long, and what they did. */
function listLong(label, tasks) {
  if (tasks.length === 0) return;
  console.log(`\nThe long tasks of ${label}:\n`);
  const when = ({ doing, query }) => (query ? `${doing}, "${query}"` : doing);
  const rows = tasks.map((task) => [when(task), task.ms.toFixed(0), ownOf(task).toFixed(0), ...shares([task])]);
  table([["while", "ms", "its own part", ...SHARES], ...rows]);
  console.log();
  const took = whatTook(tasks).slice(0, 10);
  table([["what", "ms in all", "tasks"], ...took.map(({ what, ms, tasks }) => [what, ms.toFixed(0), tasks])]);
}

const isLong = ({ ms }) => ms >= LONG;
