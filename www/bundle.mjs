// One minified module of what an entry imports: how build.mjs and package.mjs call esbuild.

import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export const here = fileURLToPath(new URL(".", import.meta.url));

const SETTINGS = { absWorkingDir: here, bundle: true, minify: true, target: "es2022", charset: "utf8", legalComments: "none", write: false };

/**
 * Everything that `entry` imports in one file, except what `links` names: such an import is left, to be found at the other
 * address when it runs. A stylesheet that a script imports becomes a string.
 */
export async function bundle(entry, { alias = {}, define = {}, links = {}, format = "esm" } = {}) {
  const result = await build({ ...SETTINGS, entryPoints: [entry], format, alias, define, plugins: [linked(links), stylesheets] });
  return result.outputFiles[0].text;
}

const linked = (links) => ({
  name: "links",
  setup: (build) => build.onResolve({ filter: /^/ }, ({ path }) => (Object.hasOwn(links, path) ? { path: links[path], external: true } : undefined)),
});

const stylesheets = {
  name: "stylesheets",
  setup: (setup) => setup.onLoad({ filter: /\.css$/ }, async ({ path }) => {
    if (setup.initialOptions.entryPoints.some((entry) => path.endsWith(`/${entry}`))) return undefined;
    const { outputFiles } = await build({ ...SETTINGS, entryPoints: [path] });
    return { contents: outputFiles[0].text, loader: "text" };
  }),
};
