// Brings a TypeScript file of www/src into Node: bundled as it stands, written to a temporary folder, imported.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const www = fileURLToPath(new URL("../../www/", import.meta.url));
const esbuild = createRequire(join(www, "package.json"))("esbuild");

/** A folder that goes when the tests are over. */
export async function temporaryFolder(after) {
  const folder = await mkdtemp(join(tmpdir(), "bifocal-"));
  after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Bundles `sources` (below www/src) into the file `out`; `core` stands for the wasm core's module. The worker is the one that
 * reads packs too.
 */
export async function bundle(sources, out, core = "") {
  const contents = [sources].flat().map((source) => `export * from "./src/${source}";`).join("");
  await esbuild.build({
    absWorkingDir: www,
    stdin: { contents, resolveDir: www },
    outfile: out,
    bundle: true,
    format: "esm",
    target: "es2022",
    define: { __BIFOCAL_HINTS__: "null", __BIFOCAL_PACKED__: "true", __BIFOCAL_FILE__: "false" },
    alias: core ? { "bifocal-core": core } : {},
    logLevel: "error",
  });
  return pathToFileURL(out).href;
}

/**
 * A module of www/wasm, with what is seldom needed if it has such: its bindings, and what its wasm exports. One with relaxed SIMD has
 * bindings of its own from the file that it shares.
 */
export async function wasmModule(name) {
  const bindings = await import(`${pathToFileURL(join(www, `wasm/${name.replace("-relaxed", "")}.js`)).href}?${name}`);
  const imports = { ...bindings, $loaded: () => {} };
  const read = (file) => readFile(join(www, `wasm/${file}.wasm`));
  const { instance } = await WebAssembly.instantiate(await read(name), { bindings: imports });
  if (name === "core") await WebAssembly.instantiate(await read("core-seldom"), { bindings: imports, first: instance.exports });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return { bindings, exports: instance.exports };
}

/** The exports of all `sources`, which share what they import. */
export async function load(sources, after) {
  const folder = await temporaryFolder(after);
  return import(await bundle(sources, join(folder, "bundle.mjs")));
}
