// Reads a performance trace: the tasks of a page's main thread, what each of them did, and whose doing it was.
//
// Times are those that the thread had the processor, since other programs on the machine prolong a task as the clock has it.

/** What has to be traced. */
export const TRACED = ["devtools.timeline", "disabled-by-default-devtools.timeline", "v8.execute", "__metadata"];

/** Shorter tasks are not looked into, in milliseconds. */
const WORTH_A_LOOK = 10;

/**
 * What a moment of a task belongs to. Nothing but the interface that is measured runs a script or changes anything in its page, so
 * its own are the first two, however the browser came to do them: `script` is a function from the page's server and what it has
 * V8 and the browser do, every promise, timer and message; `rendering` is all style, layout and paint of the page. `driver` is a
 * script from elsewhere, which is this bench's. The rest, named or not, is the `browser`: it finds what the mouse is over,
 * dispatches events, moves the focus, edits what is typed.
 */
export const WHOSE = ["script", "rendering", "driver", "browser"];

/** How much of a task is at most the interface's own. */
export const ownOf = ({ shares }) => shares.script + shares.rendering;

const RENDERING = new Set([
  "ParseAuthorStyleSheet", "UpdateLayoutTree", "Layout", "PrePaint", "Paint", "PaintImage", "Layerize", "UpdateLayer", "Commit",
  "IntersectionObserverController::computeIntersections",
]);

/** What only scripts have done, where no function is named. */
const SCRIPTED = /^(RunMicrotasks|HandlePostMessage|TimerFire|FireAnimationFrame|FireIdleCallback|MinorGC|MajorGC|[vV]8\..*)$/;

const FUNCTION = /^(FunctionCall|EvaluateScript)$/;

/**
 * The tasks of the main thread of the page from `origin`: `ms` each, `clock` as the clock has it, and when it began; of those that
 * are worth a look the `parts` by their own time, and the `shares` of `WHOSE`.
 */
export function tasksOf(events, origin) {
  const own = ofMainThread(events, origin);
  // An event before those within it.
  own.sort((a, b) => a.ts - b.ts || b.dur - a.dur);
  const tasks = [];
  let task = null;
  for (const event of own) {
    if (event.name === "RunTask" && !(task && event.ts < task.end)) {
      task = { at: event.ts, end: event.ts + event.dur, ms: event.tdur / 1000, clock: event.dur / 1000, within: [] };
      tasks.push(task);
    } else if (task && event.ts < task.end) {
      task.within.push(event);
    }
  }
  return tasks.map(({ at, ms, clock, within }) => {
    const moments = ms < WORTH_A_LOOK ? [] : ownTimes(within, ms, origin);
    const parts = sums(moments, ({ what }) => what).map(([what, ms]) => ({ what, ms }));
    const shares = Object.fromEntries([...WHOSE.map((whose) => [whose, 0]), ...sums(moments, ({ whose }) => whose)]);
    return { at, ms, clock, parts, shares };
  });
}

/** When the page first heard of a key. */
export function firstKey(events, origin) {
  const keys = ofMainThread(events, origin).filter(({ name, args }) => name === "EventDispatch" && args.data.type === "keydown");
  return Math.min(...keys.map(({ ts }) => ts));
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

function ofMainThread(events, origin) {
  const { pid, tid } = mainThread(events, origin);
  return events.filter((event) => event.pid === pid && event.tid === tid && event.ph === "X" && event.tdur !== undefined);
}

/** The main thread of the process that has the page. */
function mainThread(events, origin) {
  const frames = events.find(({ name }) => name === "TracingStartedInBrowser").args.data.frames;
  const pid = frames.find(({ url }) => url.startsWith(origin)).processId;
  return events.find(({ name, args, ...event }) => event.pid === pid && name === "thread_name" && args.name === "CrRendererMain");
}

/** What was done within a task, each by the time that nothing within it took. */
function ownTimes(within, whole, origin) {
  const moments = [];
  const open = [];
  const close = (until) => {
    while (open.length > 0 && open.at(-1).end <= until) moments.push(open.pop());
  };
  let covered = 0;
  for (const event of within) {
    close(event.ts);
    const ms = event.tdur / 1000;
    const around = open.at(-1);
    if (around) around.ms -= ms;
    else covered += ms;
    open.push({ what: nameOf(event), whose: whoseIs(event, around?.whose ?? "browser", origin), end: event.ts + event.dur, ms });
  }
  close(Infinity);
  return [...moments, { what: "the browser, unnamed", whose: "browser", ms: whole - covered }];
}

/** Whose an event is; `around` is whose it happened within. */
function whoseIs({ name, args }, around, origin) {
  if (RENDERING.has(name)) return "rendering";
  if (SCRIPTED.test(name)) return "script";
  if (!FUNCTION.test(name)) return around;
  if (args?.data?.url?.startsWith(origin)) return "script";
  return around === "script" ? "script" : "driver";
}

/** The name of an event, with the function and file where it is a script's. */
function nameOf({ name, args }) {
  const { functionName, url, type } = args?.data ?? {};
  const file = url?.split("/").at(-1);
  return [name, functionName ?? type, file].filter(Boolean).join(" ");
}

/** The milliseconds of `moments` by `key`, the most first. */
function sums(moments, key) {
  const sums = new Map();
  for (const moment of moments) sums.set(key(moment), (sums.get(key(moment)) ?? 0) + moment.ms);
  return [...sums].sort(([, a], [, b]) => b - a);
}
