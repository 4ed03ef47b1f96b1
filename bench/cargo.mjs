// The examples of the crate, which ask the library what the command does not offer.

import { execFileSync } from "node:child_process";
import { here } from "./places.mjs";

/** Builds and runs an example and gives what it prints. */
export function example(name, parameters, environment = {}) {
  const cargo = ["run", "--quiet", "--release", "--locked", "--example", name, "--", ...parameters];
  const options = { cwd: here("."), encoding: "utf8", env: { ...process.env, ...environment } };
  return execFileSync("cargo", cargo, { ...options, stdio: ["ignore", "pipe", "inherit"] }).trim();
}
