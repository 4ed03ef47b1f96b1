// The native command over the tests' site: the same answers from a folder of parts, from packs, and from the single file.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "./sources.mjs";

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const BIFOCAL = root("target/release/bifocal");
const folder = (name) => root(`target/test/${name}`);
const parts = (name) => join(folder(name), "bifocal/parts");

before(() => {
  for (const name of ["site", "single", "few"]) assert.ok(existsSync(parts(name)), `${name} is missing: run ./build.sh site`);
});

const run = (...args) => execFileSync(BIFOCAL, args, { encoding: "utf8" });
const single = () => join(parts("single"), readdirSync(parts("single"))[0]);

test("answers and positions are the same from parts, packs and the single file", () => {
  for (const query of ["honey", "queen cells", "why do the insects fly away"]) {
    const answers = [folder("site"), folder("few"), folder("single"), single()].map((index) =>
      JSON.parse(run("search", index, query, "--encoder", "lexicon", "--json", "--explain")),
    );
    assert.ok(answers[0].hits.length > 0 && answers[0].failures.length === 0);
    for (const answer of answers.slice(1)) assert.deepEqual(answer, answers[0]);
  }
  const words = [folder("site"), folder("few"), folder("single"), single()].map((index) => run("inspect", index, "--word", "honey"));
  assert.match(words[0], /^page \d+: .*; at \[\d+/m);
  assert.deepEqual(new Set(words).size, 1);
});

test("packs keep to the bound, are listed, and inspect tells what lies in them", () => {
  assert.ok(readdirSync(parts("few")).length <= 5);
  for (const name of ["single", "few"]) {
    const { files } = JSON.parse(readFileSync(join(folder(name), "bifocal/files.json"), "utf8"));
    const listed = files.map(({ path }) => path).filter((path) => path.startsWith("parts/")).sort();
    assert.deepEqual(listed, readdirSync(parts(name)).map((file) => `parts/${file}`).sort());
    const said = run("inspect", folder(name));
    assert.match(said, /parts in packs +bytes +what\n(?: +\d+ +[\d.]+ \w+ +\w+\n)* +\d+ +[\d.]+ KiB +terms\n/);
  }
});

test("a single file that is cut short or something else is an error that says what to do", async () => {
  const place = await temporaryFolder(after);
  const bytes = readFileSync(single());
  const file = join(place, "pack");
  const said = (contents, ...args) => {
    writeFileSync(file, contents);
    const { status, stderr } = spawnSync(BIFOCAL, args.length ? args : ["inspect", file], { encoding: "utf8" });
    return [status, stderr];
  };
  for (const [contents, expected] of [
    [bytes.subarray(0, 10), /it is not the first pack|ends within its head/],
    [bytes.subarray(0, 900), /ends within its head/],
    [Buffer.from("<!doctype html><title>Not found</title>"), /not the first pack of an index[^]*hint: name the index folder/],
  ]) {
    const [status, stderr] = said(contents);
    assert.equal(status, 1);
    assert.match(stderr, expected);
  }
  const first = readdirSync(parts("few")).find((name) => name.startsWith("pack0-"));
  const [status, stderr] = said("", "inspect", join(parts("few"), first));
  assert.deepEqual([status, /is one of 5 packs[^]*hint: name the index folder/.test(stderr)], [1, true], stderr);
  writeFileSync(file, bytes.subarray(0, 20_000));
  const { failures } = JSON.parse(run("search", file, "honey", "--encoder", "none", "--json"));
  assert.ok(failures.length > 0, "parts that are cut off are told of");
});

test("options bound the files, the configuration too; a former pack stays as long as --keep says", async () => {
  const site = await temporaryFolder(after);
  await cp(root("tests/site"), site, { recursive: true });
  const build = (...args) => spawnSync(BIFOCAL, ["build", site, "--keyword-only", ...args], { encoding: "utf8" });
  const packs = () => readdirSync(join(site, "bifocal/parts"));
  for (const [args, expected] of [
    [["--max-file-size", "200"], /parts\/\S+ takes \d+ bytes, --max-file-size is 200\nhint: a part can't be divided/],
    [["--max-file-size", "50 KB"], /runtime\/\S+ takes \d+ bytes, --max-file-size is 50000\nhint: allow larger files/],
    [["--max-files", "0"], /--max-files/],
    [["--max-file-size", "big"], /"big" is no size/],
  ]) {
    const { status, stderr } = build(...args);
    assert.notEqual(status, 0);
    assert.match(stderr, expected);
  }
  writeFileSync(join(site, "bifocal.toml"), "single-file = true\nmax-file-size = '25MiB'\n");
  assert.equal(build().status, 0);
  const [former] = packs();
  assert.equal(packs().length, 1);
  assert.match(run("search", site, "honey", "--json"), /"failures": \[\]/);
  writeFileSync(join(site, "new.html"), "<title>New</title><main><h1>New</h1><p>A page about honey that is new.</p></main>");
  assert.equal(build().status, 0);
  assert.ok(packs().length === 2 && packs().includes(former));
  assert.equal(build("--keep", "0").status, 0);
  assert.ok(packs().length === 1 && !packs().includes(former));
});
