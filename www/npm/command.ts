#!/usr/bin/env node
/** `npx bifocal`: runs the command that the package of this platform holds, or the one that BIFOCAL_BINARY names. */

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { constants } from "node:os";
import process from "node:process";

const WAY_OUT = "build it from its source (./build.sh tools wasm www native) and let the environment variable BIFOCAL_BINARY name the file";

const { platform, arch, argv, env, stdin, stdout, stderr } = process;
const require = createRequire(import.meta.url);

const file = env["BIFOCAL_BINARY"] || installed();
if (file) run(file);
else fail(missing());

function run(file: string): void {
  const child = spawn(file, argv.slice(2), { stdio: "inherit" });
  child.on("error", ({ code }) => fail(`${file} can't be run (${code}): ${WAY_OUT}`));
  // A terminal gives these to the command as well, which takes a second Ctrl-C for impatience.
  const byTerminal = [stdin, stdout, stderr].some(({ isTTY }) => isTTY) ? ["SIGINT", "SIGHUP"] : [];
  const signals = ["SIGINT", "SIGHUP", "SIGTERM"];
  for (const signal of signals) process.on(signal, () => byTerminal.includes(signal) || child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal!] ?? 0);
    for (const one of signals) process.removeAllListeners(one);
    if (signal) process.kill(process.pid, signal);
  });
}

/** The command of this platform's package. */
function installed(): string | null {
  try {
    return require.resolve(`@bifocal/cli-${platform}-${arch}/bin/bifocal${platform === "win32" ? ".exe" : ""}`);
  } catch {
    return null;
  }
}

/** Why there is none. */
function missing(): string {
  const { optionalDependencies } = require("./package.json") as { optionalDependencies: Record<string, string> };
  const name = `@bifocal/cli-${platform}-${arch}`;
  if (platform === "linux" && !hasGlibc()) return `there is no package with the command for ${platform}-${arch} with musl: ${WAY_OUT}`;
  if (!Object.hasOwn(optionalDependencies, name)) return `there is no package with the command for ${platform}-${arch}: ${WAY_OUT}`;
  return `the package ${name} is not installed: run npm install with optional dependencies, or ${WAY_OUT}`;
}

function hasGlibc(): boolean {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime !== undefined;
}

function fail(message: string): void {
  stderr.write(`bifocal: ${message}\n`);
  process.exitCode = 1;
}
