/**
 * `open` with the engine in it, for where nothing can be imported any more once a script runs: in service workers.
 *
 * Other hosts take the engine from the index folder. This one is of one build of bifocal, and opens only indexes of that build.
 */

import { BifocalError } from "../src/error.js";
import { open as openAt, type OpenOptions } from "../src/loader.js";
import type { Search } from "../src/client.js";
import * as engine from "../src/serve.js";
import * as transformer from "../src/transformer.js";

/** The files of an index folder that are in here: `build.mjs` and `package.mjs` say how they are called. */
declare const __BIFOCAL_HELD__: { engine: readonly string[]; transformer: string };

/** How to open an index from a service worker. */
export type EngineOptions = Pick<OpenOptions, "upgrade" | "whole" | "pack" | "fetchFile">;

/**
 * Opens the index in the folder at `url`. A service worker that keeps the index hands its `fetchFile` in, since what it asks
 * for itself goes past it.
 */
export function open(url: string | URL, options: EngineOptions = {}): Promise<Search> {
  return openAt(url, { ...options, importFile: held });
}

async function held(path: string): Promise<unknown> {
  const { engine: engines, transformer: glue } = __BIFOCAL_HELD__;
  if (engines.includes(path)) return engine;
  if (path === glue) return transformer;
  throw new BifocalError("protocol", `the index was built anew by another bifocal than this engine is of (${path}): update the service worker`);
}

export { BifocalError };
