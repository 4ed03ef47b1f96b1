/**
 * `bifocal-engine.js`: a classic script, since not every browser has service workers that are modules; as a module it is
 * imported for what it does.
 *
 * ```js
 * importScripts("/bifocal/bifocal-engine.js");
 * const search = bifocal.open("/bifocal/");
 * ```
 */

import { BifocalError, open } from "./engine.js";

Object.assign(globalThis, { bifocal: Object.freeze({ open, BifocalError }) });
