// One minified module of what an entry imports: how build.mjs and package.mjs call esbuild.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export const here = fileURLToPath(new URL(".", import.meta.url));

// What `define` makes dead is gone from files that are left readable as well.
const SETTINGS = { absWorkingDir: here, bundle: true, minify: true, minifySyntax: true, target: "es2022", charset: "utf8", legalComments: "none", write: false };

/**
 * Everything that `entry` imports in one file, except what `links` names: such an import is left, to be found at the other
 * address when it runs, and except what `replace` names, for which another source is taken. A stylesheet that a script imports becomes a string.
 * Only the script for pages that are opened from disk is told so by `define`.
 */
export async function bundle(entry, { alias = {}, define = {}, links = {}, replace = {}, minify = true, format = "esm" } = {}) {
  const result = await build({ ...SETTINGS, entryPoints: [entry], format, minify, alias, define: { __BIFOCAL_FILE__: "false", ...define }, plugins: [linked(links, replace), stylesheets] });
  return result.outputFiles[0].text;
}

const linked = (links, replace) => ({
  name: "links",
  setup: (setup) => setup.onResolve({ filter: /^/ }, ({ path, kind }) => {
    if (kind === "entry-point") return undefined;
    if (Object.hasOwn(links, path)) return { path: links[path], external: true };
    return Object.hasOwn(replace, path) ? { path: join(here, replace[path]) } : undefined;
  }),
});

const stylesheets = {
  name: "stylesheets",
  setup: (setup) => setup.onLoad({ filter: /\.css$/ }, async ({ path }) => {
    if (setup.initialOptions.entryPoints.some((entry) => path.endsWith(`/${entry}`))) return undefined;
    const { outputFiles } = await build({ ...SETTINGS, entryPoints: [path] });
    return { contents: outputFiles[0].text, loader: "text" };
  }),
};
