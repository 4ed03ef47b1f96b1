// Filters, facets, order and groups in the core's wasm: the same as in the native command.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { temporaryFolder, wasmModule } from "./sources.mjs";

const BIFOCAL = fileURLToPath(new URL("../../target/release/bifocal", import.meta.url));

const folder = await temporaryFolder(after);
let Engine, index;

before(async () => {
  ({ Engine } = (await wasmModule("core")).bindings);
  const page = (number) => ({
    id: String(number),
    url: `${["std", "core", "alloc"][number % 3]}/${number}.html`,
    title: `Page ${number}`,
    text: number % 2 ? "Bees make honey." : "Bees make wax.",
    year: 2015 + (number % 9),
    draft: number % 5 === 0,
    lang: number % 4 ? "en" : "de-at",
    tags: ["a", "b", "c"].filter((_, at) => (number >> at) & 1),
    date: `2024-0${1 + (number % 9)}-1${number % 7}`,
  });
  writeFileSync(join(folder, "pages.jsonl"), Array.from({ length: 60 }, (_, number) => JSON.stringify(page(number))).join("\n"));
  index = join(folder, "index");
  execFileSync(BIFOCAL, ["build", join(folder, "pages.jsonl"), "--output", index, "--keyword-only", "--cache", folder]);
});

function ask(query) {
  const engine = new Engine(readFileSync(join(index, "bifocal.json"), "utf8"));
  engine.complete();
  const run = engine.start({ mode: "keyword", prefix: false, sections: 3, vector: "none", ...query });
  for (;;) {
    const said = engine.step(run);
    if (said.status === "done") return said.answer;
    for (const path of said.parts ?? []) engine.supply(path, gunzipSync(readFileSync(join(index, path))));
  }
}

function native({ text, filters, facets = [], sort, group, language }) {
  const options = ["--mode", "keyword", "--json"];
  if (filters) options.push("--filter", JSON.stringify(filters));
  for (const facet of facets) options.push("--facet", facet);
  if (sort) options.push("--sort", `${sort.field}:${sort.order}`);
  if (group) options.push("--group", `${group.field}:${group.limit}`);
  if (language) options.push("--language", language);
  return JSON.parse(execFileSync(BIFOCAL, ["search", index, text, ...options], { encoding: "utf8" }));
}

const facets = ["section", "year", "draft", "tags", "date"];

for (const query of [
  { text: "honey", filters: { section: ["std", "core"], year: { gte: 2017, lt: 2022 } }, facets },
  { text: "", filters: { draft: false, tags: { all: ["a", "b"] } }, facets, sort: { field: "date", order: "desc" } },
  { text: "bees", filters: { not: { tags: "c" }, any: [{ year: 2016 }, { date: { lte: "2024-03" } }] }, facets },
  { text: "wax", group: { field: "section", limit: 2 }, facets },
  { text: "", filters: { tags: { exists: false } } },
  { text: "wax", language: "de" },
]) {
  test(`the native answer to ${JSON.stringify(query)}`, () => {
    const [got, expected] = [ask(query), native(query)];
    assert.ok(expected.total > 0 && expected.total < 60, `${expected.total} pages`);
    const plain = ({ hits, total, relation, facets }) => ({
      hits: hits.map(({ id, url, meta, group }) => ({ id, url, meta, ...(group === undefined ? {} : { group }) })),
      total,
      relation,
      facets,
    });
    assert.deepEqual(JSON.parse(JSON.stringify(plain(got))), plain(expected));
  });
}

test("what is no filter is an error that says what one is", () => {
  assert.throws(() => ask({ text: "x", filters: [] }), /filters must be an object of fields/);
  assert.throws(() => ask({ text: "x", filters: { year: { most: 1 } } }), /a field's filter must be a value/);
  assert.throws(() => ask({ text: "x", filters: { colour: 1 } }), /no field colour: it has date, draft, lang, section, tags, year/);
  assert.throws(() => ask({ text: "x", filters: { section: { gte: "a" } } }), /texts, which have no range/);
  assert.throws(() => ask({ text: "x", sort: { field: "year", order: "up" } }), /sort.order must be asc, desc/);
});

test("pages in the reader's language come first, and its name is text", () => {
  const ids = (language) => ask({ text: "wax", language }).hits.map(({ id }) => Number(id));
  assert.ok(ids("de").every((number) => number % 4 === 0));
  assert.ok(ids("EN-gb").every((number) => number % 4 !== 0));
  assert.deepEqual(ids("fr"), ids(undefined));
  assert.throws(() => ask({ text: "wax", language: 7 }), /language must be text/);
});
