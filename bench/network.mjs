// What a search costs a reader on the network: bifocal with each encoder, Pagefind, and what one would put together by hand.
//
// Each query is asked of a new Chromium with an empty profile, for ten hits with title, address and excerpt, from a server
// that compresses nothing, or (`--hosted`) as hosts serve. Bytes are those of requests and responses, heads and bodies, of the page and
// its workers, as the server counts them on its sockets. Time runs from the start of navigation until the hits
// stand in the page. A round trip is counted as `rounds` in network/wire.mjs says.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { cold, session } from "./network/cold.mjs";
import { CONTENDERS, open, prepare } from "./network/contenders.mjs";
import { mixed, sample as sampleQueries } from "./network/queries.mjs";
import { accounts, firstAnswers, growth, sessions } from "./network/report.mjs";
import { names as SITES, sample as sampleSite, site } from "./network/sites.mjs";

const OPTIONS = {
  /** Those of bench/sites/, with commas between. */
  sites: { type: "string", default: "book" },
  /** Of the 200 listed for each site; what loads tens of megabytes is asked a tenth of them. */
  queries: { type: "string", default: "60" },
  /** Further queries of one session. */
  further: { type: "string", default: "100" },
  /** Who is measured; with commas between. */
  contenders: { type: "string", default: Object.keys(CONTENDERS).join() },
  /** Measures without vectors what needs none, where embedding a site would take an hour. */
  "keyword-only": { type: "boolean", default: false },
  /** On a simulated slow phone: slow 4G, the page's processor a quarter as fast. */
  phone: { type: "boolean", default: false },
  /** From a server like those of hosts: HTTP/2 over TLS, with gzip for JavaScript and what else is plain text. */
  hosted: { type: "boolean", default: false },
  /** Where all figures are written besides. */
  json: { type: "string" },
};

/** After so many queries without an answer of its kind a contender is asked no more. */
const GIVE_UP = 3;

/** The shares of the large site that show how costs grow. */
const PARTS = [16, 4];

export async function measure(parameters = []) {
  const options = read(parameters);
  const figures = { options, sites: {} };
  for (const name of options.sites) figures.sites[name] = await measureSite(site(name), options);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(figures, null, 1)}\n`);
  return figures;
}

async function measureSite(whole, options) {
  const names = options.contenders;
  const how = (options.hosted ? ", as hosts serve" : "") + (options.phone ? ", on a slow phone" : "");
  console.log(`### ${whole.title}: ${whole.pages} pages${how}\n`);
  const runs = await firsts(whole, names, options);
  firstAnswers(names, runs);
  console.log("\nWhere the bytes of first answers went:\n");
  accounts(names, runs);
  const further = await furthers(whole, names.filter((name) => runs.some((run) => run.contender === name && !run.none)), options);
  console.log("\nFurther queries in one session:\n");
  sessions(further);
  const figures = { pages: whole.pages, runs, sessions: further };
  if (whole.name !== "large") return figures;

  const light = names.filter((name) => !CONTENDERS[name].heavy);
  const sizes = [];
  for (const part of PARTS) {
    const smaller = sampleSite(whole, part);
    sizes.push({ pages: smaller.pages, runs: await firsts(smaller, light, options) });
  }
  sizes.push({ pages: whole.pages, runs });
  console.log("\nBytes of first answers less the runtime, medians, by the site's size:\n");
  return { ...figures, sizes, exponents: growth(light, sizes) };
}

/** The first answers of each contender to its sample of queries; the contenders take turns. */
async function firsts(place, names, options) {
  prepare(place, names, options);
  const server = await open(place, options);
  const runs = [];
  const asked = (name) => sampleQueries(place.queries, CONTENDERS[name].heavy ? options.queries / 10 : options.queries);
  const samples = new Map(names.map((name) => [name, new Set(asked(name).map(({ query }) => query))]));
  const hopeless = (name) => {
    const those = runs.filter((run) => run.contender === name);
    return those.length >= GIVE_UP && those.every(({ none }) => none);
  };
  try {
    const all = sampleQueries(place.queries, options.queries);
    for (const [at, { class: kind, query }] of all.entries()) {
      progress(`query ${at + 1} of ${all.length}`);
      for (const name of at % 2 === 0 ? names : names.toReversed()) {
        if (!samples.get(name).has(query) || hopeless(name)) continue;
        runs.push({ contender: name, class: kind, query, ...(await cold(server, name, query, options)) });
      }
    }
  } finally {
    progress();
    server.close();
  }
  return runs;
}

async function furthers(place, names, options) {
  const server = await open(place, options);
  const results = [];
  try {
    for (const contender of names) {
      progress(`session of ${CONTENDERS[contender].label}`);
      const queries = mixed(place.queries, options.further + 1);
      results.push({ contender, ...(await session(server, contender, queries, options)) });
    }
  } finally {
    progress();
    server.close();
  }
  return results;
}

/** Says on a terminal what is being done, over what was said before; nothing, if nothing is any more. */
function progress(doing = "") {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${doing}`);
}

function read(parameters) {
  const { values } = parseArgs({ args: parameters, options: OPTIONS });
  const list = (text, known, what) => {
    const names = text.split(",");
    const unknown = names.find((name) => !known.includes(name));
    if (unknown !== undefined) throw misused(`there is no ${what} "${unknown}"; there are ${known.join(", ")}`);
    return names;
  };
  const count = (name, most) => {
    const number = Number(values[name]);
    if (Number.isInteger(number) && number >= 1 && number <= most) return number;
    throw misused(`--${name} is "${values[name]}"; it can be 1 to ${most}`);
  };
  const vectors = !values["keyword-only"];
  const contenders = list(values.contenders, Object.keys(CONTENDERS), "contender");
  return {
    sites: list(values.sites, SITES, "site"),
    contenders: contenders.filter((name) => vectors || CONTENDERS[name].byWords),
    vectors,
    queries: count("queries", 200),
    further: count("further", 199),
    phone: values.phone,
    hosted: values.hosted,
    json: values.json ?? null,
  };
}

/** An error like those of `parseArgs`. */
const misused = (message) => Object.assign(new Error(message), { code: "ERR_PARSE_ARGS_VALUE" });
