// The examples of the crate, which ask the library what the command does not offer.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { demo, here, model } from "./places.mjs";

/** Builds and runs an example and gives what it prints. */
export function example(name, parameters, environment = {}) {
  const cargo = ["run", "--quiet", "--release", "--locked", "--example", name, "--", ...parameters];
  const options = { cwd: here("."), encoding: "utf8", env: { ...process.env, ...environment } };
  return execFileSync("cargo", cargo, { ...options, stdio: ["ignore", "pipe", "inherit"] }).trim();
}

/** The folder with the demo book's passages and their vectors. */
export function demoPassages() {
  const folder = here("target/bench/warm");
  if (!existsSync(`${folder}/vectors.f32`)) example("passages", [demo, model, folder]);
  return folder;
}
