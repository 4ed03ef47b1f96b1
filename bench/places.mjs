// Where things are, whatever the working directory.

import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A path below the repository's root. */
export const here = (path) => join(root, path);

/** Where the other projects' packages are installed. */
export const packages = here("target/bench/node_modules");

/** Imports one of those packages. */
export const load = createRequire(join(packages, "here.js"));

/** The book with its index, the native command, the model: as build.sh says. */
export const demo = here(process.env.DEMO ?? "target/demo/book");
export const bifocal = here(process.env.BIFOCAL ?? "target/release/bifocal");
export const model = here(process.env.MODEL ?? "models/all-MiniLM-L6-v2");
export const gguf = here(process.env.GGUF ?? "models/all-MiniLM-L6-v2-q8_0.gguf");
