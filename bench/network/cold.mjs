// One query asked of a browser that has never seen the site.

import { address, CONTENDERS } from "./contenders.mjs";
import { withBrowser } from "./devtools.mjs";
import { kindOf, RUNTIME } from "./kinds.mjs";
import { recorder, rounds } from "./wire.mjs";

/** So long may an answer take, in milliseconds. */
const PATIENCE = 180_000;

/** The page's answer to the first query, as soon as its script has begun. */
const FIRST = `new Promise((resolve, reject) => {
  const looking = setInterval(() => {
    if (!window.first) return;
    clearInterval(looking);
    window.first.then(resolve, reject);
  }, 10);
})`;

/**
 * What a first answer cost, or `{ none: why }` if there is no answer of this kind. Everything counts that the page asks for by
 * itself until nothing is under way any more, also what comes after the answer.
 */
export function cold(server, name, query, { phone }) {
  return visit(server, name, query, phone, async ({ answer, measure }) => ({ ...answer, ...(await measure()) }));
}

/** A first query, and then what each of the `further` ones costs in the same page. */
export function session(server, name, [query, ...further], { phone }) {
  return visit(server, name, query, phone, async ({ page, measure }) => {
    await measure();
    const costs = [];
    for (const query of further) {
      const answer = await answerTo(page, `window.ask(${JSON.stringify(query)})`, CONTENDERS[name]);
      costs.push({ query, ...answer, ...(await measure()) });
    }
    return { costs };
  });
}

async function visit(server, name, query, phone, use) {
  const contender = CONTENDERS[name];
  const wire = recorder();
  return withBrowser({ phone, onNetwork: wire.hear }, async (page) => {
    server.reset();
    // Chromium slows pages down and not workers: there everyone works in the page.
    await page.open(address(server, contender, query, { worker: !phone }));
    const answer = await answerTo(page, FIRST, contender);
    if (answer.none) return answer;
    /** What was sent and received since the last time. */
    const measure = async () => {
      await wire.quiet();
      const costs = account(wire.take(), server.wire());
      server.reset();
      return costs;
    };
    return use({ page, answer, measure });
  });
}

/** What a page answers, or why that is no answer of the kind that was asked for. */
async function answerTo(page, asking, { amiss }) {
  try {
    const answer = await within(PATIENCE, page.evaluate(asking), () => page.errors);
    const none = amiss?.(answer);
    return none ? { none } : answer;
  } catch (error) {
    return { none: error.message };
  }
}

/**
 * What was sent and received as figures: bytes by kind, heads of requests and responses apart; `site` is what would be less if
 * the site were smaller, with heads: everything but the runtime.
 */
function account(timed, { bytes, requests }) {
  const kinds = {};
  const add = (kind, bytes) => (kinds[kind] = (kinds[kind] ?? 0) + bytes);
  for (const { path, body } of requests) add(kindOf(path), body);
  const bodies = Object.values(kinds).reduce((sum, kind) => sum + kind, 0);
  const heads = (bytes - bodies) / requests.length;
  let site = 0;
  for (const { path, body } of requests) if (!RUNTIME.has(kindOf(path))) site += body + heads;
  add("heads", bytes - bodies);
  return { bytes, requests: requests.length, rounds: rounds(timed), kinds, site: Math.round(site) };
}

function within(ms, promise, errors) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${ms / 1000} s; ${errors().join("\n")}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
