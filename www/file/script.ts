/**
 * `bifocal-file.js`: engine, index and `<bifocal-search>` in one classic script, for pages that are opened from disk, where
 * browsers give neither fetch nor modules nor workers. `bifocal build --file-script` puts the index into it.
 */

import { define } from "../element/bifocal-search.js";
import { BifocalError } from "../src/error.js";
import { here } from "./here.js";
import { open } from "./open.js";

Object.assign(globalThis, { bifocal: Object.freeze({ open, BifocalError }) });
define(here());
