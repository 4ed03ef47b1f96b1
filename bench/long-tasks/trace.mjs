// Reads a performance trace: the tasks of a page's main thread, and what each of them did.
//
// Times are those that the thread had the processor, since other programs on the machine prolong a task as the clock has it.

/** Shorter tasks are not looked into, in milliseconds. */
const WORTH_A_LOOK = 30;

/** The tasks of the main thread of the page from `origin`: `ms` each, `clock` as the clock has it, `parts` by their own time. */
export function tasksOf(events, origin) {
  const { pid, tid } = mainThread(events, origin);
  const own = events.filter((event) => event.pid === pid && event.tid === tid && event.ph === "X" && event.tdur !== undefined);
  // An event before those within it.
  own.sort((a, b) => a.ts - b.ts || b.dur - a.dur);
  const tasks = [];
  let task = null;
  for (const event of own) {
    if (event.name === "RunTask" && !(task && event.ts < task.end)) {
      task = { end: event.ts + event.dur, ms: event.tdur / 1000, clock: event.dur / 1000, within: [] };
      tasks.push(task);
    } else if (task && event.ts < task.end) {
      task.within.push(event);
    }
  }
  return tasks.map(({ ms, clock, within }) => ({ ms, clock, parts: ms < WORTH_A_LOOK ? [] : ownTimes(within, ms) }));
}

/** Over all `tasks`, what took how long, the longest first. */
export function whatTook(tasks) {
  const sums = new Map();
  for (const { parts } of tasks) {
    for (const { what, ms } of parts) {
      const sum = sums.get(what) ?? { what, ms: 0, tasks: 0 };
      sums.set(what, { what, ms: sum.ms + ms, tasks: sum.tasks + 1 });
    }
  }
  return [...sums.values()].sort((a, b) => b.ms - a.ms);
}

/** The thread on which the page's scripts run. */
function mainThread(events, origin) {
  const mains = new Set(events.filter(isMain).map(({ pid, tid }) => `${pid} ${tid}`));
  const counts = new Map();
  for (const { pid, tid, args } of events) {
    const id = `${pid} ${tid}`;
    if (mains.has(id) && args?.data?.url?.startsWith(origin)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const [first] = [...counts].sort(([, a], [, b]) => b - a);
  if (!first) throw new Error(`the trace has no thread with scripts from ${origin}`);
  const [pid, tid] = first[0].split(" ").map(Number);
  return { pid, tid };
}

const isMain = ({ name, args }) => name === "thread_name" && args.name === "CrRendererMain";

/** What was done within a task, each by the time that nothing within it took. */
function ownTimes(within, whole) {
  const sums = new Map();
  const add = (what, ms) => sums.set(what, (sums.get(what) ?? 0) + ms);
  const open = [];
  const close = (until) => {
    while (open.length > 0 && open.at(-1).end <= until) {
      const { what, own } = open.pop();
      add(what, own);
    }
  };
  let covered = 0;
  for (const event of within) {
    close(event.ts);
    const ms = event.tdur / 1000;
    if (open.length > 0) open.at(-1).own -= ms;
    else covered += ms;
    open.push({ what: nameOf(event), end: event.ts + event.dur, own: ms });
  }
  close(Infinity);
  add("the browser, unnamed", whole - covered);
  return [...sums].map(([what, ms]) => ({ what, ms })).sort((a, b) => b.ms - a.ms);
}

/** The name of an event, with the function and file where it is a script's. */
function nameOf({ name, args }) {
  const { functionName, url, type } = args?.data ?? {};
  const file = url?.split("/").at(-1);
  return [name, functionName ?? type, file].filter(Boolean).join(" ");
}
