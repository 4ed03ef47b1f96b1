// Python with the packages of requirements.txt, in an environment of its own below target/.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { here } from "./places.mjs";

const environment = here("target/bench/venv");
const installed = `${environment}/installed.txt`;

/** Runs bench/embed.py and gives what it prints. */
export function python(...parameters) {
  const wanted = readFileSync(here("bench/requirements.txt"), "utf8");
  if (!existsSync(installed) || readFileSync(installed, "utf8") !== wanted) {
    execFileSync("python3", ["-m", "venv", environment]);
    execFileSync(`${environment}/bin/pip`, ["install", "--quiet", "--retries", "5", "-r", here("bench/requirements.txt")]);
    writeFileSync(installed, wanted);
  }
  return execFileSync(`${environment}/bin/python`, [here("bench/embed.py"), ...parameters], { encoding: "utf8" }).trim();
}
