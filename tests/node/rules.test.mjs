// What the owner says about ranking, in the core's wasm: the same as in the native command.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { temporaryFolder, wasmModule } from "./sources.mjs";

const BIFOCAL = fileURLToPath(new URL("../../target/release/bifocal", import.meta.url));

const RULES = `
synonyms = [["k8s", "kubernetes"]]
stop-words = ["please"]
answers = [{ queries = ["start here"], first = ["b.html"], never = ["c.html"] }]
ranking = { title = 3.0, freshness = { field = "date", half-life = 365 } }
`;
const PAGES = [
  { id: "a.html", url: "a.html", title: "Kubernetes", text: "How to run kubernetes on a farm.", date: "2020-01-01" },
  { id: "b.html", url: "b.html", title: "Installing", text: "Install the tool with one command.", date: "2024-01-01" },
  { id: "c.html", url: "c.html", title: "Old installing", text: "Start to install the tool with ten commands here.", date: "2019-01-01" },
];

const folder = await temporaryFolder(after);
const index = join(folder, "index");
let Engine;

before(async () => {
  ({ Engine } = (await wasmModule("core")).bindings);
  writeFileSync(join(folder, "pages.jsonl"), PAGES.map((page) => JSON.stringify(page)).join("\n"));
  writeFileSync(join(folder, "bifocal.toml"), RULES);
  execFileSync(BIFOCAL, ["build", join(folder, "pages.jsonl"), "--output", index, "--config", join(folder, "bifocal.toml"), "--keyword-only", "--cache", folder]);
});

function ask(text) {
  const engine = new Engine(readFileSync(join(index, "bifocal.json"), "utf8"));
  engine.complete();
  const run = engine.start({ text, mode: "keyword", prefix: false, explain: true, vector: "none" });
  for (;;) {
    const said = engine.step(run);
    if (said.status === "done") return said.answer.hits;
    for (const path of said.parts ?? []) engine.supply(path, gunzipSync(readFileSync(join(index, path))));
  }
}

test("synonyms, stop words, settled answers and factors are those of the native command", () => {
  for (const [text, ids] of [["k8s", ["a.html"]], ["please install", ["b.html", "c.html"]], ["start here", ["b.html"]]]) {
    const hits = ask(text);
    assert.deepEqual(hits.map(({ id }) => id), ids, text);
    const native = JSON.parse(execFileSync(BIFOCAL, ["search", index, text, "--mode", "keyword", "--explain", "--json"], { encoding: "utf8" })).hits;
    for (const [at, { id, score, explain }] of hits.entries()) {
      assert.equal(id, native[at].id);
      assert.ok(Math.abs(score - native[at].score) < 1e-5, `${text}: ${id} scores ${score}, natively ${native[at].score}`);
      assert.equal(explain.settled, native[at].explain.settled);
      assert.ok(Math.abs((explain.prior ?? 1) - (native[at].explain.prior ?? 1)) < 1e-5);
    }
  }
  assert.equal(ask("start here")[0].explain.settled, true);
});
