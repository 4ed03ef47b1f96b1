// The script for pages that are opened from disk: what the command writes into it, and how it is read again.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { load, temporaryFolder } from "./sources.mjs";

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const BIFOCAL = root("target/release/bifocal");
const DISK = root("target/test/disk");
const SCRIPT = "bifocal-file.js";

const read = (folder, path) => readFileSync(join(folder, "bifocal", path));
const json = (...args) => JSON.parse(execFileSync(BIFOCAL, args, { encoding: "utf8" }));

/** The files in the script by their paths. */
function heldIn(folder) {
  const found = read(folder, SCRIPT).toString("latin1").matchAll(/"([\w./-]+\.(?:bin|json))":"([\w+/]+=*)",/g);
  return new Map(Array.from(found, ([, path, text]) => [path, Buffer.from(text, "base64")]));
}

test("it is one script of ASCII, listed, with the wasm of its folder and an entry of its own", () => {
  const script = read(DISK, SCRIPT);
  assert.ok(script.every((byte) => byte < 128), "a page in any encoding can have it");
  new Script(script.toString("latin1"));
  const { files } = JSON.parse(read(DISK, "files.json"));
  const listed = files.find(({ path }) => path === SCRIPT);
  assert.deepEqual([listed.bytes, listed.sha256], [script.length, createHash("sha256").update(script).digest("hex")]);
  const held = heldIn(DISK);
  const entry = JSON.parse(held.get("bifocal.json"));
  const theirs = JSON.parse(read(DISK, "bifocal.json"));
  assert.equal(entry.model.file, null);
  assert.deepEqual([entry.core, entry.pages, entry.model.space], [theirs.core, theirs.pages, theirs.model.space]);
  assert.deepEqual([...held.keys()].sort(), ["bifocal.json", `parts/pack0-${entry.packs.hash}.bin`, entry.runtime.core, entry.runtime.seldom].sort());
  for (const path of [entry.runtime.core, entry.runtime.seldom]) assert.ok(held.get(path).equals(read(DISK, path)), path);
});

test("its index has every part, and answers as the folder's", async () => {
  const pack = join(await temporaryFolder(after), "pack");
  const [, bytes] = [...heldIn(DISK)].find(([path]) => path.startsWith("parts/"));
  writeFileSync(pack, bytes);
  const parts = readdirSync(join(DISK, "bifocal/parts"));
  // Every part lies in the pack as the bytes of its file.
  for (const part of parts) assert.ok(bytes.includes(read(DISK, `parts/${part}`)), part);
  for (const query of ["honey", "why do the insects fly away"]) {
    const ask = (index) => json("search", index, query, "--encoder", "lexicon", "--json");
    assert.deepEqual(ask(pack), ask(DISK));
  }
});

test("it goes when it is no longer asked for, and the search page is the usual one again", async () => {
  const site = await temporaryFolder(after);
  cpSync(root("tests/site"), site, { recursive: true });
  const build = (...args) => spawnSync(BIFOCAL, ["build", site, "--keyword-only", ...args], { encoding: "utf8" });
  const there = () => existsSync(join(site, "bifocal", SCRIPT));
  writeFileSync(join(site, "bifocal.toml"), "file-script = true\n");
  const { status, stdout } = build();
  assert.equal(status, 0);
  assert.match(stdout, /^bifocal-file\.js: [\d.]+ KiB for pages that are opened from disk$/m);
  assert.ok(there());
  assert.match(read(site, "index.html").toString(), /<script src="runtime\/start-\w+\.js" defer>/);
  const { stderr } = build("--base-url", "https://example.org/");
  assert.match(stderr, /hits lead to https:\/\/example\.org\/ from disk as well/);
  const refused = build("--max-file-size", "200KB");
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /bifocal-file\.js takes \d+ bytes, --max-file-size is 200000/);
  writeFileSync(join(site, "bifocal.toml"), "");
  assert.equal(build().status, 0);
  assert.ok(!there());
  assert.match(read(site, "index.html").toString(), /<script type="module" src="bifocal-search\.js">/);
});

test("a service worker that keeps the index for later leaves it out", async () => {
  const { ALL_BUT_MODEL, RUNTIME } = await load("../offline/list.ts", after);
  const kept = (choose) => [SCRIPT, "bifocal.js", "parts/core-0123456789ab.bin", "parts/text-0123456789ab.bin", "model/m-0.bin"].filter((path) => choose({ path }));
  assert.deepEqual(kept(ALL_BUT_MODEL), ["bifocal.js", "parts/core-0123456789ab.bin", "parts/text-0123456789ab.bin"]);
  assert.deepEqual(kept(RUNTIME), ["bifocal.js", "parts/core-0123456789ab.bin"]);
});

test("any range of a file is decoded on its own, by the browser's decoder and without it", async () => {
  const { held } = await load("../file/held.ts", after);
  const bytes = Buffer.from(Array.from({ length: 20 }, (_, at) => (at * 37 + 251) % 256));
  const { fromBase64 } = Uint8Array;
  for (const decode of [undefined, (text) => new Uint8Array(Buffer.from(text, "base64"))]) {
    Uint8Array.fromBase64 = decode;
    for (let length = 1; length <= bytes.length; length++) {
      const fetchFile = held({ a: bytes.subarray(0, length).toString("base64") });
      const get = async (init) => Buffer.from(await (await fetchFile("a", init)).arrayBuffer());
      assert.deepEqual(await get({}), bytes.subarray(0, length));
      for (let start = 0; start < length; start++) {
        for (let end = start + 1; end <= length; end++) {
          assert.deepEqual(await get({ headers: { Range: `bytes=${start}-${end - 1}` } }), bytes.subarray(start, end));
        }
      }
    }
  }
  Uint8Array.fromBase64 = fromBase64;
  const answer = await held({ a: "" })("toString", {});
  assert.deepEqual([answer.status, (await held({ a: "AAAA" })("a", { headers: { Range: "bytes=0-1" } })).status], [404, 206]);
});
