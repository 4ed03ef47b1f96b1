// `./build.sh bench [NAME] [OPTION …]`: measures bifocal beside other projects, each pair in one run on one machine.
//
// Only network.mjs has options.
// Prints Markdown tables, and writes all figures to target/bench/NAME.json. Only the ratios mean something elsewhere.

import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { mkdirSync, writeFileSync } from "node:fs";
import { here } from "./places.mjs";

const BENCHES = [
  "sizes", "first-keyword", "network", "filtered", "warm-hybrid", "embed", "encode", "known-items", "keyword", "bundlers", "runtimes",
  "five-minutes", "long-tasks", "generators", "hosting", "spark", "e5",
];

const given = process.argv.slice(2);
const named = given.findIndex((word) => word.startsWith("--"));
const asked = named < 0 ? given : given.slice(0, named);
const options = given.slice(asked.length);
const unknown = asked.filter((name) => !BENCHES.includes(name));
if (unknown.length > 0) {
  console.error(`bench: there is no "${unknown[0]}"; there are ${BENCHES.join(", ")}`);
  process.exit(1);
}
if (options.length > 0 && asked.join() !== "network") {
  console.error(`bench: options such as ${options[0]} are for network alone: ./build.sh bench network ${options.join(" ")}`);
  process.exit(1);
}

const machine = {
  processor: cpus()[0].model,
  cores: cpus().length,
  node: process.version,
  chromium: execFileSync(process.env.CHROMIUM, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim(),
};
console.log(`\n${machine.processor}, ${machine.cores} cores; ${machine.chromium}; Node ${machine.node}`);

mkdirSync(here("target/bench"), { recursive: true });
for (const name of asked.length > 0 ? asked : BENCHES) {
  const { measure } = await import(`./${name}.mjs`);
  console.log(`\n## ${name}\n`);
  const figures = await measure(options).catch((error) => {
    if (!error.code?.startsWith?.("ERR_PARSE_ARGS")) throw error;
    console.error(`bench: ${error.message}`);
    process.exit(1);
  });
  writeFileSync(here(`target/bench/${name}.json`), `${JSON.stringify({ machine, ...figures }, null, 1)}\n`);
}
