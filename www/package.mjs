// `npm run package`: assembles the npm package in dist/npm/ from the same sources as the runtime of an index folder.
//
// The engine (worker and wasm) comes from the index folder, but for `bifocal/engine`, which has the worker's half in it. Files are
// left readable, since a bundler minifies them anyway.

import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { builtinModules } from "node:module";
import { dirname, join } from "node:path";
import { bundle, here } from "./bundle.mjs";
import { holding, languages } from "./build.mjs";
import { nameOf, PLATFORMS, version } from "./platforms.mjs";

const out = join(here, "dist/npm");
const HERE = { "./here.js": "npm/here.ts", "../src/here.js": "npm/here.ts" };

rmSync(out, { recursive: true, force: true });
await module("bifocal.js", "src/loader.ts", { define: { __BIFOCAL_HINTS__: "null" } });
const builtin = Object.fromEntries(builtinModules.map((name) => [`node:${name}`, `node:${name}`]));
await module("node.js", "npm/node.ts", { links: { ...builtin, bifocal: "./bifocal.js" } });
const words = Object.fromEntries(languages().map((language) => [`./${language}.js`, `./words/${language}.js`]));
for (const language of languages()) await module(`words/${language}.js`, `element/words/${language}.ts`);
await module("element.js", "npm/element.ts", { links: { ...words, bifocal: "./bifocal.js", "bifocal/several": "./several.js" } });
for (const name of ["pagefind", "instantsearch", "several"]) await module(`${name}.js`, `${name}/${name}.ts`, { links: { bifocal: "./bifocal.js", "./merged.js": "./merged.js" } });
await module("merged.js", "pagefind/merged.ts", { links: { bifocal: "./bifocal.js", "bifocal/several": "./several.js" } });
await module("offline.js", "npm/offline.ts");
const { files } = JSON.parse(readFileSync(join(here, "dist/runtime/runtime.json"), "utf8"));
await module("engine.js", "engine/engine.ts", { ...holding(files), links: { "../src/loader.js": "./bifocal.js", "../src/error.js": "./bifocal.js" } });
await module("react.js", "react/react.ts", { links: { react: "react", bifocal: "./bifocal.js", "bifocal/element": "./element.js" } });
await module("command.js", "npm/command.ts", { links: builtin });
chmodSync(join(out, "command.js"), 0o755);
execFileSync(process.execPath, [join(here, "node_modules/typescript/bin/tsc"), "--project", "npm/tsconfig.json"], { cwd: here, stdio: "inherit" });
leaveOut();
for (const name of ["LICENSE-MIT", "LICENSE-APACHE"]) cpSync(join(here, "..", name), join(out, name));
cpSync(join(here, "npm/README.md"), join(out, "README.md"));
writeFileSync(join(out, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);

async function module(name, entry, options = {}) {
  const text = await bundle(entry, { minify: false, ...options, replace: HERE });
  mkdirSync(dirname(join(out, name)), { recursive: true });
  writeFileSync(join(out, name), text);
}

/** Removes the types that none of those leads to which the manifest names: of what is within the modules alone. */
function leaveOut() {
  const wanted = new Set();
  const want = (file) => {
    if (wanted.has(file)) return;
    wanted.add(file);
    for (const [, path] of readFileSync(file, "utf8").matchAll(/(?:from |import\()"(\.[^"]+)"/g)) want(join(dirname(file), path.replace(/\.js$/, ".d.ts")));
  };
  for (const { types } of Object.values(manifest().exports)) if (types) want(join(out, types));
  for (const file of readdirSync(join(out, "types"), { recursive: true })) {
    const path = join(out, "types", file);
    if (path.endsWith(".d.ts") && !wanted.has(path)) rmSync(path);
  }
}

function manifest() {
  const types = (entry) => `./types/${entry}.d.ts`;
  return {
    name: "bifocal",
    version,
    description: "Search a site by words and by meaning, wholly in the browser",
    license: "MIT OR Apache-2.0",
    keywords: ["search", "semantic search", "static site", "offline", "webassembly"],
    type: "module",
    engines: { node: ">=20" },
    sideEffects: ["./element.js"],
    exports: {
      ".": { types: types("src/loader"), node: "./node.js", default: "./bifocal.js" },
      "./element": { types: types("npm/element"), default: "./element.js" },
      "./pagefind": { types: types("pagefind/pagefind"), default: "./pagefind.js" },
      "./instantsearch": { types: types("instantsearch/instantsearch"), default: "./instantsearch.js" },
      "./several": { types: types("several/several"), default: "./several.js" },
      "./react": { types: types("react/react"), default: "./react.js" },
      "./engine": { types: types("engine/engine"), default: "./engine.js" },
      "./offline": { types: types("npm/offline"), default: "./offline.js" },
      "./package.json": "./package.json",
    },
    bin: { bifocal: "./command.js" },
    optionalDependencies: Object.fromEntries(PLATFORMS.map((platform) => [nameOf(platform), version])),
    peerDependencies: { react: "^18.0.0 || ^19.0.0" },
    peerDependenciesMeta: { react: { optional: true } },
  };
}
