// `bifocal/react` as its users get it, with either React: rendered on a server, in TypeScript, through a bundler.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "./sources.mjs";

const www = fileURLToPath(new URL("../../www/", import.meta.url));
const former = fileURLToPath(new URL("../react-18/", import.meta.url));
const esbuild = createRequire(join(www, "package.json"))("esbuild");

const place = await temporaryFolder(after);

/** A project that has the package and one React. */
async function project(name, react) {
  const modules = join(place, name, "node_modules");
  await mkdir(join(modules, "@types"), { recursive: true });
  await cp(join(www, "dist/npm"), join(modules, "bifocal"), { recursive: true });
  for (const one of ["react", "react-dom", "@types/react"]) await symlink(join(react, "node_modules", one), join(modules, one));
  await writeFile(join(place, name, "package.json"), '{ "type": "module" }');
  return join(place, name);
}

/** What a server sends of `element`, an expression of the page's. */
const render = (project, element) =>
  execFileSync(
    process.execPath,
    ["--input-type=module", "--eval", `
      import { createElement as h, StrictMode, version } from "react";
      import { renderToString } from "react-dom/server";
      import { BifocalSearch, useSearch } from "bifocal/react";
      const Hits = (props) => {
        const { status, answer, search, error } = useSearch("/bifocal/", ...props.ask);
        return [status, answer, search, error].map(String).join(" ");
      };
      console.error = (...said) => { throw new Error(said.join(" ")); };
      console.log(version + "\\n" + renderToString(h(StrictMode, null, ${element})));`],
    { cwd: project, encoding: "utf8" },
  ).trimEnd().split("\n");

const compile = (project) => {
  try {
    execFileSync(process.execPath, [join(www, "node_modules/typescript/bin/tsc"), "--project", project], { encoding: "utf8" });
  } catch (error) {
    assert.fail(error.stdout);
  }
};

const projects = { 19: await project("19", www), 18: await project("18", former) };

for (const [name, folder] of Object.entries(projects)) {
  test(`React ${name} renders the element on a server, each prop as the element reads it`, () => {
    const [version, html] = render(folder, `h(BifocalSearch, {
      index: ["/docs/bifocal/", "/blog/bifocal/"], shape: "page", lang: "de", limit: 8, mode: "keyword", facets: ["section", "lang"], address: "find",
      modes: true, details: false, eager: true, recent: false, model: true, shortcut: false, placeholder: undefined,
      focus: true, query: "honey", words: { search: "Find" }, onSelect() {}, onSearch() {}, className: "wide", id: "top", hidden: false,
    }, h("form", { action: "/find" }, h("input", { name: "q" })))`);
    assert.match(version, new RegExp(`^${name}\\.`));
    const [, attributes, inside] = /^<bifocal-search ([^>]*)>(.*)<\/bifocal-search>$/.exec(html);
    assert.deepEqual(attributes.split(/ (?=[a-z]+=)/).sort(), [
      'address="find"', 'class="wide"', 'eager=""', 'facets="section lang"', 'id="top"', 'index="/docs/bifocal/ /blog/bifocal/"', 'lang="de"', 'limit="8"', 'mode="keyword"',
      'modes=""', 'recent="off"', 'shape="page"', 'shortcut="off"',
    ]);
    assert.equal(inside, '<form action="/find"><input name="q"/></form>');
  });

  test(`React ${name} renders the hook on a server, and asks nothing`, () => {
    assert.deepEqual(render(folder, `h(Hits, { ask: [] })`).slice(1), ["idle null null null"]);
    assert.deepEqual(render(folder, `h(Hits, { ask: ["honey", { eager: true }] })`).slice(1), ["opening null null null"]);
  });

  test(`TypeScript at its strictest knows the types with React ${name}`, async () => {
    await writeFile(join(folder, "use.ts"), `
      import { createElement as h, createRef } from "react";
      import { BifocalSearch, type BifocalSearchElement, type BifocalSearchProps, useSearch } from "bifocal/react";
      import { openSeveral } from "bifocal/several";
      const ref = createRef<BifocalSearchElement>();
      const maybe = Math.random() > 0.5 ? 3 : undefined;
      export const box = h(BifocalSearch, { ref, index: "/bifocal/", limit: maybe, className: "wide", "aria-label": "Search", onClick: (event) => event.currentTarget.open(),
        onSelect: (event) => { event.preventDefault(); const url: string = event.detail.url; return url; },
        onSearch: ({ detail: { query, answer, filters } }) => [query.length, answer.hits.length, filters.not],
        onNoResults: ({ detail }) => detail.query, onOpen: ({ detail }) => detail.about.pages });
      ref.current?.close();
      // @ts-expect-error there is no such shape
      export const wrong: BifocalSearchProps = { shape: "round" };
      // @ts-expect-error nor such a prop
      export const none: BifocalSearchProps = { index: "/bifocal/", sheme: "dark" };
      // @ts-expect-error nor such a detail
      export const odd: BifocalSearchProps = { onOpen: ({ detail }) => detail.answer };
      const several = await openSeveral(["/a/", "/b/"]);
      export function Hits({ text }: { text: string }) {
        const one = useSearch({ base: "/bifocal/", worker: false }, text, { limit: 5, mode: "keyword", debounce: 0 });
        // @ts-expect-error an answer may not be there yet
        one.answer.hits;
        if (one.status === "failed") return one.error.message;
        if (one.status === "done") return one.answer.hits.map(({ title, excerpt }) => title + excerpt.text).join();
        void one.search?.suggest("x");
        const both = useSearch(several, text);
        // @ts-expect-error several indexes suggest nothing
        both.search?.suggest;
        return both.answer?.hits.map(({ index }) => index.toFixed()).join();
      }
      // @ts-expect-error the hook has the signal
      useSearch("/bifocal/", "x", { signal: new AbortController().signal });
    `);
    const compilerOptions = { target: "ES2022", module: "ESNext", moduleResolution: "bundler", lib: ["ES2023", "DOM", "DOM.Iterable", "DOM.AsyncIterable"], types: [], strict: true, exactOptionalPropertyTypes: true, noEmit: true };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["use.ts"] }));
    compile(folder);
  });
}

test("a bundler takes what is used: hook or component, and React with these alone", async () => {
  const inputs = async (contents) => {
    const { metafile, warnings } = await esbuild.build({ stdin: { contents, resolveDir: projects[19] }, bundle: true, minify: true, format: "esm", splitting: true, outdir: "out", write: false, metafile: true, logLevel: "silent" });
    assert.deepEqual(warnings, []);
    // What is taken at once, not by an import() later.
    const main = metafile.outputs["out/stdin.js"];
    const wanted = [main, ...main.imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => metafile.outputs[path])];
    return [...new Set(wanted.flatMap(({ inputs }) => Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path.replace(/.*node_modules\/(react|bifocal)\/(.*\/)?/, "$1/")))) ].sort();
  };
  const ours = (paths) => paths.filter((path) => path.startsWith("bifocal/"));
  const hook = await inputs('import { useSearch } from "bifocal/react"; console.log(useSearch);');
  const component = await inputs('import { BifocalSearch } from "bifocal/react"; console.log(BifocalSearch);');
  for (const one of [hook, component]) assert.deepEqual(ours(one), ["bifocal/react.js"], "index and element come when they are needed");
  assert.deepEqual(await inputs('import { BifocalSearch, useSearch } from "bifocal/react"; console.log(1);'), ["<stdin>"]);
  for (const part of ["bifocal", "bifocal/element", "bifocal/pagefind", "bifocal/instantsearch", "bifocal/several", "bifocal/offline"]) {
    const all = await inputs(`import * as part from "${part}"; console.log(part);`);
    assert.deepEqual(all.filter((path) => path.startsWith("react")), [], part);
  }
});
