// `npx bifocal`: how the package finds and runs the command, and both packages as npm installs them with no network.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { after, test } from "node:test";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { machineOf } from "../../www/executable.mjs";
import { assemble, nameOf, PLATFORMS } from "../../www/platforms.mjs";
import { temporaryFolder } from "./sources.mjs";

const www = fileURLToPath(new URL("../../www/", import.meta.url));
const command = fileURLToPath(new URL("../../target/release/bifocal", import.meta.url));
const site = fileURLToPath(new URL("../site", import.meta.url));
const place = await temporaryFolder(after);
const here = PLATFORMS.find(({ os, cpu }) => os === process.platform && cpu === process.arch);

/** A command that says what it gets: `exit N` ends with N, `wait` until a signal comes, with which it ends unless it is `patient`. */
const COMMAND = `#!${process.execPath}
const [what, how] = process.argv.slice(2);
const say = (...words) => require("node:fs").writeSync(1, words.join(" ") + "\\n");
if (what === "exit") process.stdin.on("data", (data) => say(data)).on("end", () => process.exit(Number(how)));
if (what === "wait") {
  if (how === "patient") for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => { say(signal); setTimeout(() => process.exit(3), 300); });
  setInterval(() => {}, 1000);
  say("waiting");
}`;

/** A project that has the package, and this machine's with a command of ours unless it is to be `without`. */
async function project(name, { without = false } = {}) {
  const modules = join(place, name, "node_modules");
  await cp(join(www, "dist/npm"), join(modules, "bifocal"), { recursive: true });
  if (!without) {
    const bin = join(modules, nameOf(here), "bin");
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, "bifocal"), COMMAND, { mode: 0o755 });
  }
  return join(modules, "bifocal/command.js");
}

const fake = await project("fake");
const without = await project("without", { without: true });

/** Runs the launcher, `input` at its standard input. What `told` does, it does to the child after its first word. */
function launch(launcher, args, { env = {}, node = [], input = "", told } = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...node, launcher, ...args], { env: { ...process.env, ...env } });
    const said = { out: "", error: "" };
    child.stdout.once("data", () => told?.(child));
    child.stdout.on("data", (data) => (said.out += data));
    child.stderr.on("data", (data) => (said.error += data));
    child.on("close", (code, signal) => resolve({ code, signal, ...said }));
    child.stdin.end(input);
  });
}

/** Options with which Node runs `change` first. */
const first = (change) => ["--import", `data:text/javascript,${encodeURIComponent(change)}`];

test("what the command reads, writes and ends with is its own", async () => {
  assert.deepEqual(await launch(fake, ["exit", "7"], { input: "a question" }), { code: 7, signal: null, out: "a question\n", error: "" });
  assert.equal((await launch(fake, ["exit", "0"])).code, 0);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  test(`${signal} reaches the command, and ends the launcher as it ended the command`, async () => {
    const told = (child) => child.kill(signal);
    assert.deepEqual(await launch(fake, ["wait"], { told }), { code: null, signal, out: "waiting\n", error: "" });
    assert.deepEqual(await launch(fake, ["wait", "patient"], { told }), { code: 3, signal: null, out: `waiting\n${signal}\n`, error: "" });
  });
}

test("Ctrl-C in a terminal reaches the command once, since a second one means that the first took too long", () => {
  const terminal = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
said, interrupted = b"", False
while True:
    try:
        more = os.read(terminal, 1024)
    except OSError:
        break
    if not more:
        break
    said += more
    if b"waiting" in said and not interrupted:
        interrupted = True
        os.write(terminal, b"\\x03")
print(said.count(b"SIGINT"), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`;
  // Two signals at one moment would be one to the command.
  const late = first('const { on } = process; process.on = (name, listener) => on.call(process, name, name === "SIGINT" ? () => setTimeout(listener, 50) : listener)');
  const said = execFileSync("python3", ["-c", terminal, process.execPath, ...late, fake, "wait", "patient"], { encoding: "utf8" });
  assert.equal(said.trim(), "1 3");
});

test("BIFOCAL_BINARY names another command, and one that can't be run is named", async () => {
  const other = join(place, "other");
  await writeFile(other, COMMAND, { mode: 0o755 });
  assert.equal((await launch(without, ["exit", "5"], { env: { BIFOCAL_BINARY: other } })).code, 5);
  const { code, error } = await launch(fake, ["exit", "0"], { env: { BIFOCAL_BINARY: join(place, "nowhere") } });
  assert.equal(code, 1);
  assert.match(error, /^bifocal: \S+nowhere can't be run \(ENOENT\): build it .*BIFOCAL_BINARY name the file\n$/);
});

test("where there is no command for the machine, one sentence says so and names the way out", async () => {
  const wayOut = "build it from its source \\(\\./build\\.sh tools wasm www native\\) and let the environment variable BIFOCAL_BINARY name the file";
  const cases = [
    ['Object.defineProperty(process, "arch", { value: "riscv64" })', "there is no package with the command for \\w+-riscv64: "],
    ['Object.defineProperty(process, "platform", { value: "freebsd" })', "there is no package with the command for freebsd-\\w+: "],
    ['Object.defineProperty(process, "platform", { value: "linux" }); process.report.getReport = () => ({ header: {} })', "there is no package with the command for linux-\\w+ with musl: "],
    ["", `the package ${nameOf(here)} is not installed: run npm install with optional dependencies, or `],
  ];
  for (const [change, expected] of cases) {
    const { code, out, error } = await launch(without, ["build", "site"], { node: first(change) });
    assert.deepEqual([code, out], [1, ""]);
    assert.match(error, new RegExp(`^bifocal: ${expected}${wayOut}\n$`));
  }
});

test("a file is taken for what its first bytes say", () => {
  const elf = (machine) => Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, ...Array(14).fill(0), machine, 0);
  const macho = (...cpu) => Uint8Array.of(0xcf, 0xfa, 0xed, 0xfe, ...cpu);
  const pe = (...machine) => Uint8Array.of(0x4d, 0x5a, ...Array(58).fill(0), 64, 0, 0, 0, 0x50, 0x45, 0, 0, ...machine);
  const cases = [[elf(0x3e), "linux-x64"], [elf(0xb7), "linux-arm64"], [elf(0xf3), null], [macho(7, 0, 0, 1), "darwin-x64"], [macho(12, 0, 0, 1), "darwin-arm64"], [pe(0x64, 0x86), "win32-x64"], [pe(0x64, 0xaa), null], [new TextEncoder().encode("#!/bin/sh\nexit\n"), null], [new Uint8Array(), null]];
  for (const [bytes, machine] of cases) assert.equal(machineOf(bytes), machine);
});

test("a platform's package holds a command that is for it, and nothing else can be put in", async () => {
  const [linux] = PLATFORMS;
  const file = join(place, "windows.exe");
  const bytes = new Uint8Array(128);
  bytes.set([0x4d, 0x5a]);
  bytes[0x3c] = 64;
  bytes.set([0x50, 0x45, 0, 0, 0x64, 0x86], 64);
  await writeFile(file, bytes);
  assert.throws(() => assemble(linux, file, place), { message: `${file} is for win32-x64, not for linux-x64` });
  const folder = assemble(PLATFORMS.find(({ os }) => os === "win32"), file, place);
  const { name, os, cpu, libc, version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const main = JSON.parse(await readFile(join(www, "dist/npm/package.json"), "utf8"));
  assert.deepEqual({ name, os, cpu, libc, version }, { name: "@bifocal/cli-win32-x64", os: ["win32"], cpu: ["x64"], libc: undefined, version: main.version });
  assert.deepEqual(await readFile(join(folder, "bin/bifocal.exe")), Buffer.from(bytes));
  assert.deepEqual(main.optionalDependencies, Object.fromEntries(PLATFORMS.map((platform) => [nameOf(platform), version])));
});

test("npm installs both packages with no network, and npx builds an index with them", async () => {
  const folder = join(place, "installed");
  await mkdir(folder);
  await writeFile(join(folder, "package.json"), "{}");
  const run = (program, ...args) => execFileSync(program, args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
  const packed = [join(www, "dist/npm"), assemble(here, command, place)].map((source) => JSON.parse(run("npm", "pack", source, "--json"))[0].filename);
  run("npm", "install", "--offline", "--no-audit", "--no-fund", ...packed.map((name) => `file:${name}`));
  const { version } = JSON.parse(await readFile(join(folder, "node_modules/bifocal/package.json"), "utf8"));
  assert.equal(run("npx", "bifocal", "--version"), `bifocal ${version}\n`);

  await cp(site, join(folder, "site"), { recursive: true });
  run("npx", "bifocal", "build", "site", "--keyword-only");
  const asked = `import { open } from "bifocal"; const search = await open(${JSON.stringify(pathToFileURL(join(folder, "site/bifocal")).href)});
    console.log((await search.search("honey")).hits.length > 0); search.close();`;
  assert.equal(run(process.execPath, "--input-type=module", "--eval", asked), "true\n");
  assert.throws(() => run("npx", "bifocal", "build", "nowhere"), ({ status, stderr }) => status === 1 && /nowhere: there is no such folder/.test(stderr));

  const served = await launch(join(folder, "node_modules/bifocal/command.js"), ["serve", join(folder, "site"), "--port", "0"], { told: (child) => child.kill("SIGINT") });
  assert.deepEqual([served.code, served.signal], [0, null], "what is served ends by itself");
});
