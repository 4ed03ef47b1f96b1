/**
 * The transformer's half of the runtime: a file of its own, so that nobody who searches without it loads this.
 */

import * as bindings from "bifocal-transformer";
import type { Encoder } from "./engine.js";
import { loadTransformer, type Order } from "./model.js";

/** As {@link loadTransformer}. */
export function load(order: Order): Promise<Encoder> {
  return loadTransformer(order, bindings);
}
