// What docs/generators.md shows is what bench/generators/ has, which the bench runs.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fences, fileIn, section } from "./markdown.mjs";
import { here } from "./places.mjs";

const GUIDE = "docs/generators.md";
const EXAMPLES = { "bench/generators": null, "bench/generators/mdbook": "mdBook", "bench/generators/mkdocs": "MkDocs Material", "bench/generators/starlight": "Astro Starlight" };

const read = (path) => readFile(here(path), "utf8");

for (const [folder, heading] of Object.entries(EXAMPLES)) {
  test(`${GUIDE} shows the files of ${folder}`, async () => {
    const shown = fences(await section(GUIDE, heading));
    assert.notEqual(shown.length, 0);
    for (const { lines: [first, ...lines] } of shown) {
      assert.equal(`${lines.join("\n")}\n`, await read(`${folder}/${fileIn(first)}`), first);
    }
  });
}

test(`${GUIDE} names the versions that are tried`, async () => {
  const { "@astrojs/starlight": starlight, astro } = JSON.parse(await read("bench/generators/starlight/package.json")).dependencies;
  const [, mdbook] = /^readonly MDBOOK=(.*)$/m.exec(await read("build.sh"));
  const [, mkdocs] = /^mkdocs-material==(.*)$/m.exec(await read("bench/generators/mkdocs/requirements.txt"));
  const tried = `Tried with mdBook ${mdbook}, MkDocs Material ${mkdocs}, and Starlight ${starlight} on Astro ${astro}.`;
  assert.equal((await read(GUIDE)).trimEnd().split("\n").at(-1), tried);
});
