// `npm run build`: bundles the TypeScript, packs the wasm, names everything by its contents, and writes dist/runtime/,
// laid out as in an index folder, with runtime.json saying which file is which.
//
// It reads wasm/, what tools/bindgen and wasm-opt made of core and transformer. The same input gives the same names. The
// wasm is gzip of our own, since many hosts compress nothing binary; `.bin`, since some undo what they know as gzip.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { bundle, here } from "./bundle.mjs";
import { png } from "./icon.mjs";

const HINTS = "(/*bifocal:hints*/null)";
const FILES = "({/*bifocal:files*/})";

/** Builds the runtime into `out` from the wasm-bindgen output in `wasm`. */
export async function buildRuntime({ out = join(here, "dist/runtime"), wasm = join(here, "wasm"), log = console.log } = {}) {
  for (const name of ["core.js", "transformer.js", "transformer-relaxed.wasm"]) {
    if (!existsSync(join(wasm, name))) throw new Error(`${join(wasm, name)} is not there: run ./build.sh, which builds the wasm first`);
  }
  rmSync(out, { recursive: true, force: true });
  for (const folder of ["runtime", "file"]) mkdirSync(join(out, folder), { recursive: true });
  // What client and worker look up in the entry by its role, and what is found by its name.
  const files = {};
  const more = [];
  const sizes = [];
  const write = (role, path, bytes) => {
    writeFileSync(join(out, path), bytes);
    if (role) files[role] = path;
    else more.push(path);
    const raw = path.endsWith(".bin") ? null : bytes.length;
    sizes.push({ path, raw, gzip: path.endsWith(".bin") ? bytes.length : gzipSync(bytes, { level: 9 }).length });
    return path;
  };
  const hashed = (role, name, extension, bytes) => write(role, `runtime/${name}-${hash(bytes)}.${extension}`, bytes);

  for (const [role, name, packed] of [["worker", "worker", false], ["workerPacked", "worker-packed", true]]) {
    const define = { __BIFOCAL_PACKED__: String(packed) };
    hashed(role, name, "js", await bundle("src/worker.ts", { alias: { "bifocal-core": join(wasm, "core.js") }, define }));
  }
  hashed("core", "core", "bin", readFileSync(join(wasm, "core.wasm.gz")));
  hashed("seldom", "seldom", "bin", readFileSync(join(wasm, "core-seldom.wasm.gz")));
  const transformer = await bundle("src/transformer.ts", { alias: { "bifocal-transformer": join(wasm, "transformer.js") } });
  hashed("transformerGlue", "transformer", "js", transformer);
  hashed("transformer", "transformer", "bin", readFileSync(join(wasm, "transformer.wasm.gz")));
  hashed("transformerRelaxed", "transformer-relaxed", "bin", readFileSync(join(wasm, "transformer-relaxed.wasm.gz")));

  write("loader", "bifocal.js", withPlace(await bundle("src/loader.ts"), "__BIFOCAL_HINTS__", HINTS));

  const element = await writeElement(hashed);
  write(null, "bifocal-search.js", `import{define}from"./${element}";define(new URL("./",import.meta.url));export*from"./${element}";\n`);

  const merged = hashed(null, "merged", "js", await bundle("pagefind/merged.ts", { links: { bifocal: "../bifocal.js", "bifocal/several": "../several.js" } }));
  for (const name of ["pagefind", "instantsearch", "several"]) {
    write(null, `${name}.js`, await bundle(`${name}/${name}.ts`, { links: { bifocal: "./bifocal.js", "./merged.js": `./${merged}` } }));
  }
  write(null, "bifocal-offline.js", await bundle("offline/worker.ts", { format: "iife" }));
  write(null, "bifocal-engine.js", await bundle("engine/script.ts", { ...holding(files, wasm), format: "iife" }));

  const [icon, maskable] = ["icon.svg", "icon-maskable.svg"].map((name) => readFileSync(join(here, "page", name), "utf8"));
  const assets = {
    ELEMENT: element,
    PAGE_SCRIPT: hashed(null, "page", "js", await bundle("page/page.ts")),
    PAGE_STYLE: hashed(null, "page", "css", await bundle("page/page.css")),
    ICON: hashed(null, "icon", "svg", icon),
    ICON_SMALL: hashed(null, "icon-small", "png", png(icon, 192)),
    ICON_LARGE: hashed(null, "icon-large", "png", png(icon, 512)),
    ICON_MASKABLE: hashed(null, "icon-maskable", "svg", maskable),
    ICON_MASKABLE_LARGE: hashed(null, "icon-maskable-large", "png", png(maskable, 512)),
    ICON_TOUCH: hashed(null, "icon-touch", "png", png(maskable, 180)),
  };
  for (const [role, name] of [["page", "index.html"], ["manifest", "bifocal.webmanifest"]]) {
    const text = readFileSync(join(here, "page", name), "utf8");
    write(role, name, filled(text, assets));
  }
  await writeForFiles(write, hashed, assets, join(wasm, "core.js"));

  writeFileSync(join(out, "runtime.json"), `${JSON.stringify({ version: 2, files, more }, null, 1)}\n`);
  for (const { path, raw, gzip } of sizes) log(`${String(raw ?? "").padStart(8)} ${String(gzip).padStart(8)} gzip  ${path}`);
  return { files, more, sizes };
}

/** How a script is bundled that has the engine of an index folder with these `files` in it. */
export function holding(files, wasm = join(here, "wasm")) {
  const held = { engine: [files.worker, files.workerPacked], transformer: files.transformerGlue };
  return {
    alias: { "bifocal-core": join(wasm, "core.js"), "bifocal-transformer": join(wasm, "transformer.js") },
    define: { __BIFOCAL_PACKED__: "true", __BIFOCAL_HINTS__: "null", __BIFOCAL_HELD__: JSON.stringify(held) },
    replace: { "./here.js": "npm/here.ts" },
  };
}

/** The element, its languages apart, since each reader needs one at most. */
async function writeElement(hashed) {
  const links = { bifocal: "../bifocal.js", "bifocal/several": "../several.js" };
  for (const language of languages()) {
    const path = hashed(null, language, "js", await bundle(`element/words/${language}.ts`));
    links[`./${language}.js`] = path.replace("runtime/", "./");
  }
  return hashed(null, "element", "js", await bundle("element/bifocal-search.ts", { links }));
}

/** What only an index folder has whose pages may be opened from disk: a script of everything, and the search page for it. */
async function writeForFiles(write, hashed, assets, core) {
  const replace = { "./here.js": "file/here.ts", "./indexes.js": "file/indexes.ts", "./url.js": "file/url.ts" };
  const define = { __BIFOCAL_PACKED__: "true", __BIFOCAL_FILE__: "true", __BIFOCAL_HINTS__: "null" };
  const alias = { "bifocal-core": core };
  const script = ascii(await bundle("file/script.ts", { alias, define, replace, format: "iife" }));
  write("fileScript", "bifocal-file.js", withPlace(script, "__BIFOCAL_FILES__", FILES));
  const start = hashed("fileStart", "start", "js", ascii(await bundle("file/start.ts", { format: "iife" })));
  // Modules and a manifest can't be had from disk, and a browser that is told of them complains.
  const lines = readFileSync(join(here, "page/index.html"), "utf8").split("\n");
  const plain = lines.filter((line) => !/<(link rel="(modulepreload|manifest)"|script type="module")/.test(line));
  plain.splice(plain.indexOf("  </head>"), 0, `    <script src="${start}" defer></script>`);
  write("filePage", "file/index.html", filled(plain.join("\n"), assets));
}

/** A classic script from disk is read in its page's encoding, whichever that is. In texts and patterns such an escape is the character. */
function ascii(script) {
  return script.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** `script` with a `place` for what `bifocal build` writes, where it now has `name`. */
function withPlace(script, name, place) {
  const pieces = script.split(name);
  if (pieces.length !== 2) throw new Error(`a script must have ${name} exactly once`);
  return pieces.join(place);
}

function filled(text, assets) {
  return text.replace(/\{\{(\w+)\}\}/g, (_, asset) => assets[asset]);
}

/** The languages in files of their own: all but English. */
export function languages() {
  const names = readdirSync(join(here, "element/words")).map((file) => file.replace(/\.ts$/, ""));
  return names.filter((name) => /^[a-z]{2}$/.test(name) && name !== "en").sort();
}

function hash(bytes) {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 16);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildRuntime().catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
}
