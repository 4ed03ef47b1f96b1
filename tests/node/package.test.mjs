// The npm package as its users get it: installed in a project of their own, in Node, in TypeScript, through a bundler.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { built, serve } from "../browser/stage.mjs";
import { temporaryFolder } from "./sources.mjs";

const www = fileURLToPath(new URL("../../www/", import.meta.url));
const packed = join(www, "dist/npm");
const tool = (path) => join(www, "node_modules", path);
const esbuild = createRequire(join(www, "package.json"))("esbuild");

/** Most bytes of the package as it is downloaded. */
const LIMIT = 110_000;

/** What can be imported, as the package's manifest says. */
const manifest = JSON.parse(await readFile(join(packed, "package.json"), "utf8"));
const parts = Object.keys(manifest.exports).filter((path) => path !== "./package.json").map((path) => path.replace(".", "bifocal"));

/** A project that has the package, and React, which one part is for. */
const project = await temporaryFolder(after);
const index = join(built("site"), "bifocal");
let server;
before(async () => {
  await mkdir(join(project, "node_modules"), { recursive: true });
  await writeFile(join(project, "package.json"), '{ "type": "module" }');
  await cp(packed, join(project, "node_modules/bifocal"), { recursive: true });
  await symlink(tool("react"), join(project, "node_modules/react"), "junction");
  server = await serve(built("site"));
});
after(() => server?.close());

const node = (code, ...more) => execFileSync(process.execPath, ["--input-type=module", "--eval", code, ...more], { cwd: project, encoding: "utf8" });

test("publint finds nothing", () => {
  execFileSync(process.execPath, [tool("publint/src/cli.js"), "--strict"], { cwd: packed, stdio: "pipe" });
});

test("are the types wrong? no", () => {
  execFileSync(process.execPath, [tool("@arethetypeswrong/cli/dist/index.js"), "--pack", ".", "--profile", "esm-only"], { cwd: packed, stdio: "pipe" });
});

test(`what is published has at most ${LIMIT} bytes, and nothing that is not meant to be`, () => {
  const [{ size, files }] = JSON.parse(execFileSync("npm", ["pack", "--dry-run", "--json"], { cwd: packed, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  assert.ok(size <= LIMIT, `${size}`);
  const odd = files.map(({ path }) => path).filter((path) => !/^(types\/.+\.d\.ts|(words\/)?[a-z]+\.js|package\.json|README\.md|LICENSE-\w+)$/.test(path));
  assert.deepEqual(odd, []);
});

const ASK = `
  const { hits, legs } = await search.search("honey");
  console.log(JSON.stringify({ hits: hits.map(({ id, excerpt }) => [id, excerpt.text]), meaning: legs.semantic.status, url: hits[0].url }));
  search.close();`;

test("Node opens an index by path, by file address and by HTTP, and finds the same", () => {
  const from = (place) => JSON.parse(node(`import { open } from "bifocal"; const search = await open(${JSON.stringify(place)});${ASK}`));
  const byPath = from(index);
  assert.ok(byPath.hits.length > 0);
  assert.equal(byPath.meaning, "used");
  assert.deepEqual(from(`${pathToFileURL(index)}`), byPath);
});

test("Node opens an index by HTTP, and loads the transformer from there", async () => {
  const script = join(project, "http.js");
  await writeFile(script, `import { open } from "bifocal";
    const search = await open("${server.origin}/bifocal");
    await search.upgrade();
    const { hits, encoder } = await search.search("why do the insects fly away");
    console.log(JSON.stringify({ encoder, url: hits[0].url }));
    search.close();`);
  const { execFile } = await import("node:child_process");
  const said = await new Promise((resolve, reject) => execFile(process.execPath, [script], (error, out) => (error ? reject(error) : resolve(out))));
  const { encoder, url } = JSON.parse(said);
  assert.equal(encoder, "all-MiniLM-L6-v2");
  assert.ok(url.startsWith(`${server.origin}/`));
});

test("a folder that is no index is an error that says so", () => {
  const said = node(`import { open, BifocalError } from "bifocal"; await open("nowhere").catch((error) => console.log(error instanceof BifocalError, error.code));`);
  assert.equal(said.trim(), "true missing");
});

test("every part can be imported where there is no browser, as a server that renders pages does", () => {
  assert.equal(node(`for (const part of ${JSON.stringify(parts)}) await import(part); console.log("sound")`).trim(), "sound");
});

test("the readme's list has every part, and no others", async () => {
  const listed = [...(await readFile(join(packed, "README.md"), "utf8")).matchAll(/^\| `(bifocal[\w/]*)` \|/gm)].map(([, part]) => part);
  assert.deepEqual(listed.sort(), [...parts].sort());
});

test("TypeScript at its strictest knows the types, without being told to skip ours", async () => {
  await writeFile(join(project, "use.ts"), `
    import { open, type Answer, type Hit, BifocalError } from "bifocal";
    import { BifocalSearch, type SearchEvents } from "bifocal/element";
    import { search as find, type Data } from "bifocal/pagefind";
    import { searchClient, type Result } from "bifocal/instantsearch";
    import { openSeveral, type Searchable } from "bifocal/several";
    import { offline, keepOffline } from "bifocal/offline";
    const search = await open("/bifocal/", { upgrade: "idle" });
    const answer: Answer = await search.search("x", { mode: "keyword", limit: 3 });
    const titles: string[] = answer.hits.map((hit: Hit) => hit.title);
    // @ts-expect-error there is no such mode
    await search.search("x", { mode: "fuzzy" });
    const data: Data[] = await Promise.all((await find("x")).results.map((result) => result.data()));
    const { results } = await searchClient(search, { mode: "keyword" }).search([{ params: { query: "x", facets: ["section"] } }]);
    const first = results[0] as Result;
    first.hits.map(({ objectID, _highlightResult }) => [objectID, _highlightResult]);
    const both: Searchable = await openSeveral(["/docs/bifocal/", "/blog/bifocal/"]);
    (await both.search("x")).hits.map(({ title }) => title);
    const box = new BifocalSearch();
    box.words = { search: "Find" };
    box.addEventListener("bifocal-select", (event) => (event as CustomEvent<SearchEvents["bifocal-select"]>).detail.hit.title);
    offline({ index: "/bifocal/", keep: "used" });
    await keepOffline("/bifocal/", await navigator.serviceWorker.ready, ({ bytes, total }) => bytes / total);
    export { titles, data, BifocalError };
  `);
  const compiler = { target: "ES2022", module: "ESNext", moduleResolution: "bundler", lib: ["ES2023", "DOM", "DOM.Iterable", "DOM.AsyncIterable"], types: [], strict: true, exactOptionalPropertyTypes: true, noEmit: true };
  await writeFile(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: compiler, files: ["use.ts"] }));
  try {
    execFileSync(process.execPath, [tool("typescript/bin/tsc"), "--project", project], { encoding: "utf8" });
  } catch (error) {
    assert.fail(error.stdout);
  }
});

test("the client for InstantSearch is one to its types and React's", async () => {
  await writeFile(join(project, "fits.ts"), `
    import instantsearch from "instantsearch.js";
    import { InstantSearch } from "react-instantsearch";
    import { searchClient } from "bifocal/instantsearch";
    instantsearch({ indexName: "site", searchClient: searchClient() });
    InstantSearch({ indexName: "site", searchClient: searchClient() });
  `);
  const paths = { "instantsearch.js": [tool("instantsearch.js")], "react-instantsearch": [tool("react-instantsearch")] };
  const compiler = { target: "ES2022", module: "ESNext", moduleResolution: "bundler", types: [], strict: true, skipLibCheck: true, noEmit: true, paths };
  await writeFile(join(project, "fits.json"), JSON.stringify({ compilerOptions: compiler, files: ["fits.ts"] }));
  try {
    execFileSync(process.execPath, [tool("typescript/bin/tsc"), "--project", join(project, "fits.json")], { encoding: "utf8" });
  } catch (error) {
    assert.fail(error.stdout);
  }
});

test("bundlers are told to leave alone what is imported from an index", async () => {
  for (const name of ["bifocal.js", "node.js"]) {
    const computed = (await readFile(join(packed, name), "utf8")).match(/\bimport\((?!["'])[^]{0,80}/g);
    assert.deepEqual(computed.map((text) => /webpackIgnore: true[^]*@vite-ignore/.test(text)), [true], name);
  }
});

test("a bundler needs nothing told, and leaves out what is not used", async () => {
  const bundle = (contents) => esbuild.build({ stdin: { contents, resolveDir: project }, bundle: true, minify: true, format: "esm", write: false, logLevel: "silent" });
  const { outputFiles, warnings } = await bundle('import { open } from "bifocal"; console.log(open);');
  assert.deepEqual(warnings, []);
  const one = outputFiles[0].contents.length;
  assert.ok(one < 10_000, `${one}`);
  const { outputFiles: [unused] } = await bundle('import { open } from "bifocal"; import { search } from "bifocal/pagefind"; console.log(1);');
  assert.ok(unused.contents.length < 200, unused.text.slice(0, 300));
});
