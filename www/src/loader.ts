/**
 * `bifocal.js`: search a site by words and by meaning, wholly in the browser.
 *
 * ```js
 * import { open } from "/bifocal/bifocal.js";
 * const search = await open();
 * const { hits } = await search.search("how do I share data between threads");
 * ```
 */

import { Search } from "./client.js";
import { BifocalError } from "./error.js";
import { type FetchFile, filesBelow, type ImportFile } from "./files.js";
import { here } from "./here.js";
import { upgradeWhenIdle } from "./idle.js";
import { connect, type Hints } from "./link.js";

/** Replaced by `bifocal build` in the index folder's copy of this file. */
declare const __BIFOCAL_HINTS__: Hints | null;

/** How to open an index. */
export interface OpenOptions {
  /** `false` runs the engine in this thread. So it does by itself where workers are not there or not allowed. */
  worker?: boolean;
  /**
   * When to load the transformer. `"ask"` (the default): when `upgrade()` is called or a query insists on it. `"idle"`: by
   * itself, once the page has nothing else to do, unless the reader saves data or the device has little memory.
   */
  upgrade?: "ask" | "idle";
  /**
   * Whether every part is near at hand: precached, on disk, in memory. A query by meaning is then compared with all passages
   * instead of those in the nearest cells, which finds a little more and loads all vectors. Default false.
   */
  whole?: boolean;
  /**
   * The single file of an index that was built so (`--single-file`), whose parts are then read from there; `url` is where the
   * runtime is. Every part is near at hand then.
   */
  pack?: Uint8Array | ArrayBuffer;
  /** Fetches the index's files, for a host whose `fetch` cannot. Runs the engine in this thread. */
  fetchFile?: FetchFile;
  /** Imports the index's modules, for a host whose `import()` cannot. Runs the engine in this thread. */
  importFile?: ImportFile;
}

/**
 * Opens the index in the folder at `url`: the one that this file is in, unless told otherwise. Hits come from the site
 * around it.
 */
export async function open(url: string | URL = here(), options: OpenOptions = {}): Promise<Search> {
  const base = folder(url);
  const { fetchFile, importFile } = options;
  const way = {
    base,
    fetchFile: fetchFile ?? filesBelow(base),
    handedIn: { fetchFile, importFile },
    worker: (options.worker ?? true) && !fetchFile && !importFile,
    whole: options.whole ?? options.pack !== undefined,
    pack: options.pack ? new Uint8Array(options.pack) : null,
  };
  const hints = __BIFOCAL_HINTS__;
  const search = new Search(way, await connect(way, hints && base === folder(here()) ? hints : null));
  if (options.upgrade === "idle") upgradeWhenIdle(search);
  return search;
}

/** The absolute address of a folder, with its slash. */
function folder(url: string | URL): string {
  let absolute: URL;
  try {
    absolute = new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href);
  } catch {
    throw new BifocalError("option", `"${url}" is not the address of an index folder: "/bifocal/", say`);
  }
  absolute.search = absolute.hash = "";
  if (!absolute.pathname.endsWith("/")) absolute.pathname += "/";
  return absolute.href;
}

export { BifocalError };
export type { Search, FetchFile, ImportFile };
export type { SearchOptions, SimilarOptions, UpgradeOptions } from "./client.js";
export type { SuggestOptions, Suggestion } from "./suggest.js";
export type {
  About,
  Answer,
  EncoderChoice,
  ErrorCode,
  Excerpt,
  Explanation,
  Expression,
  Facet,
  FacetRequest,
  FieldTest,
  FieldValue,
  Filters,
  Group,
  Hit,
  Leg,
  Mode,
  Model,
  Progress,
  SectionHit,
  Sort,
  TermExplanation,
  Timings,
} from "./protocol.js";
