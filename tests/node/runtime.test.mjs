// What the build puts into an index folder: its sizes, and that everything it names is there.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { buildRuntime, languages } from "../../www/build.mjs";
import { temporaryFolder } from "./sources.mjs";

const out = await temporaryFolder(after);
const { files, more, sizes } = await buildRuntime({ out, log: () => {} });

/** Most bytes of gzip that each may have. */
const LIMITS = { "bifocal.js": 4_500, "bifocal-search.js": 200, "bifocal-offline.js": 3_500, "bifocal-engine.js": 14_000, "pagefind.js": 3_500, "instantsearch.js": 5_000, "several.js": 2_500, "bifocal-file.js": 36_000, element: 20_000, worker: 7_000 };

for (const [name, limit] of Object.entries(LIMITS)) {
  test(`${name} has at most ${limit} bytes of gzip`, () => {
    const { gzip } = sizes.find(({ path }) => path === name || path.startsWith(`runtime/${name}-`));
    assert.ok(gzip <= limit, `${gzip}`);
  });
}

for (const role of ["transformer", "transformerRelaxed"]) {
  test(`${role} and its script have at most 150000 bytes of gzip`, () => {
    const [wasm, glue] = [role, "transformerGlue"].map((role) => sizes.find(({ path }) => path === files[role]).gzip);
    assert.ok(wasm + glue <= 150_000, `${wasm} and ${glue}`);
  });
}

test("every file that the list or another file names is there, and names of contents are right", () => {
  const listed = [...Object.values(files), ...more];
  for (const path of listed) assert.ok(existsSync(join(out, path)), path);
  for (const path of listed.filter((path) => /\.(js|html)$/.test(path))) {
    const text = readFileSync(join(out, path), "utf8");
    for (const [name] of text.matchAll(/[a-z-]+-[0-9a-f]{16}\.\w+/g)) assert.ok(listed.includes(`runtime/${name}`), `${path} names ${name}`);
  }
});

test("the roles are what client, worker and command look up, and no more", () => {
  assert.deepEqual(Object.keys(files).sort(), ["core", "filePage", "fileScript", "fileStart", "loader", "manifest", "page", "seldom", "transformer", "transformerGlue", "transformerRelaxed", "worker", "workerPacked"]);
});

test("each language is a small file of its own", () => {
  assert.deepEqual(languages(), ["de", "es", "fr", "ja", "ko", "zh"]);
  for (const language of languages()) {
    const path = more.find((path) => path.startsWith(`runtime/${language}-`));
    assert.ok(gzipSync(readFileSync(join(out, path))).length < 1_600, path);
  }
});
