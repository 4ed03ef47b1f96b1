/** Opens the index that the script holds. */

import type { Search } from "../src/client.js";
import { open as openFolder, type OpenOptions } from "../src/loader.js";
import * as engine from "../src/serve.js";
import { held } from "./held.js";
import { here } from "./here.js";

/** Put in by `bifocal build`: the entry, the wasm and the index's single pack, in base64 by their paths. */
declare const __BIFOCAL_FILES__: Record<string, string>;

const files = held(__BIFOCAL_FILES__);

/** Opens the index: what is asked of it is answered in this thread, from what the script holds. */
export function open(options: Pick<OpenOptions, "whole"> = {}): Promise<Search> {
  return openFolder(here(), { ...options, fetchFile: files, importFile: () => Promise.resolve(engine) });
}
