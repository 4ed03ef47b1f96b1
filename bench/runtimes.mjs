// Whether the npm package answers the same in Node, Deno and Bun: from a folder, by HTTP, and from the bytes of a single file.
// Each asks the book's index, first by the lexicon, then once by the transformer. Programs that can't be had are named and
// passed over.

import { existsSync } from "node:fs";
import { cp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { table } from "./figures.mjs";
import { bifocal, demo, here, model } from "./places.mjs";
import { run } from "./programs.mjs";
import { serve } from "./server.mjs";

/** One for each module of the wasm at least: by words and meaning, with operators, misspelt. */
const QUESTIONS = ["why is my string not copied", "ownership", '"trait object" -generic', "onwership and borowing"];

const project = here("target/bench/runtimes");
const installed = (name) => join(project, "node_modules/.bin", name);

/** How each runs a script, allowed as little as it needs. */
const RUNTIMES = {
  Node: [process.execPath],
  Deno: [installed("deno"), "run", "--no-prompt", "--allow-read", "--allow-net=127.0.0.1", "--node-modules-dir=manual"],
  Bun: [installed("bun"), "run"],
};

export async function measure() {
  await prepare();
  const single = here("target/bench/single/bifocal");
  await rm(single, { recursive: true, force: true });
  await run(bifocal, ["build", demo, "--output", single, "--single-file", "--model", model], project);
  const server = await serve({ "": demo });
  const ways = {
    "a folder": [join(demo, "bifocal"), ""],
    HTTP: [`${server.url}/bifocal`, ""],
    bytes: [single, join(single, "parts", (await readdir(join(single, "parts"))).find((name) => name.startsWith("pack0")))],
  };
  try {
    return report(await askAll(ways));
  } finally {
    server.close();
  }
}

/** Gets the programs, beside the package. */
async function prepare() {
  await cp(here("bench/runtimes"), project, { recursive: true });
  await run("npm", ["install", "--no-audit", "--no-fund", "--fetch-retries", "5"], project).catch(() => {});
  await cp(here("www/dist/npm"), join(project, "node_modules/bifocal"), { recursive: true });
}

/** What each program says of itself, and its answers by the way in which it reads. */
async function askAll(ways) {
  const all = [];
  for (const [name, [program, ...words]] of Object.entries(RUNTIMES)) {
    const said = existsSync(program) && (await run(program, ["--version"], project).catch(() => null));
    if (!said) {
      console.log(`${name} can't be had here`);
      continue;
    }
    const [version] = /\d+\.\d+\.\d+/.exec(said.stdout);
    const answers = {};
    for (const [way, place] of Object.entries(ways)) {
      const { stdout } = await run(program, [...words, join(project, "ask.js"), ...place, ...QUESTIONS], project);
      answers[way] = JSON.parse(stdout);
    }
    all.push({ name, version, answers });
  }
  return all;
}

/** Prints how many hits were found, and fails where a program finds others than Node. */
function report(all) {
  const [node, ...others] = all;
  const ways = Object.keys(node.answers);
  table([
    ["program", "version", ...ways.map((way) => `hits from ${way}, of each question`)],
    ...all.map(({ name, version, answers }) => [name, version, ...ways.map((way) => found(answers[way]))]),
  ]);
  for (const way of ways) {
    const expected = JSON.stringify(node.answers[way]);
    if (node.answers[way].some(({ hits }) => hits.length === 0)) throw new Error(`a question finds nothing: ${expected}`);
    const other = others.find(({ answers }) => JSON.stringify(answers[way]) !== expected);
    if (other) throw new Error(`${other.name} from ${way}: ${JSON.stringify(other.answers[way])}; Node: ${expected}`);
  }
  return { programs: all };
}

const found = (answers) => answers.map(({ hits }) => hits.length).join(", ");
