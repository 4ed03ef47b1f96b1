// Bundlers of a script: each as its manual shows it, with nothing said about bifocal.

import { dirname } from "node:path";
import { load } from "../places.mjs";

/** By their package's name: builds `entry` into `out`, a folder, where the script is `main.js`; gives what it was warned of. */
export const BUNDLERS = {
  esbuild: async (entry, out) => {
    const options = { bundle: true, splitting: true, format: "esm", minify: true, logLevel: "silent" };
    const { warnings } = await load("esbuild").build({ entryPoints: { main: entry }, outdir: out, ...options });
    return warnings.map(({ text }) => text);
  },
  rollup: async (entry, out) => {
    const { nodeResolve } = load("@rollup/plugin-node-resolve");
    const warnings = [];
    const onwarn = ({ message }) => warnings.push(message);
    const bundle = await load("rollup").rollup({ input: { main: entry }, plugins: [nodeResolve({ browser: true })], onwarn });
    await bundle.write({ dir: out, format: "es" });
    await bundle.close();
    return warnings;
  },
  vite: async (entry, out) => {
    const { build } = await import(load.resolve("vite").replace(/index\.cjs$/, "dist/node/index.js"));
    const warnings = [];
    const warn = (text) => warnings.push(text);
    const quiet = { info() {}, clearScreen() {}, hasErrorLogged: () => false, hasWarned: false };
    const logger = { warn, warnOnce: warn, error: warn, ...quiet };
    const rollupOptions = { input: { main: entry }, output: { entryFileNames: "main.js" } };
    const log = { logLevel: "warn", customLogger: logger };
    await build({ root: dirname(entry), ...log, build: { outDir: out, rollupOptions } });
    return warnings;
  },
  webpack: async (entry, out) => {
    const webpack = load("webpack");
    const output = { path: out, filename: "main.js", module: true };
    const options = { mode: "production", entry, experiments: { outputModule: true }, output };
    const stats = await new Promise((resolve, reject) => {
      webpack(options, (error, stats) => (error ? reject(error) : resolve(stats)));
    });
    const { warnings, errors } = stats.toJson({ all: false, warnings: true, errors: true });
    return [...warnings, ...errors].map(({ message }) => message);
  },
};
