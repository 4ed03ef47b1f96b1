/** Open indexes of this page: several boxes over one index share it, and its worker. */

import type { Searchable } from "bifocal/several";
import { BifocalError, reason } from "../src/error.js";
import { lentAt } from "../src/lent.js";

/** The index in the folders at `urls`, opened once and never closed. */
export function indexAt(urls: readonly string[]): Promise<Searchable> {
  const open = async () => {
    // What the reader did just now is answered first.
    await new Promise((resume) => setTimeout(resume));
    return urls.length > 1 ? (await had(import("bifocal/several"))).openSeveral(urls) : (await had(import("bifocal"))).open(urls[0]);
  };
  const one = lentAt<Searchable>(urls.join(" "), {}, open);
  one.users = Infinity;
  return one.search;
}

/** A module that comes; where none does, or something else than a script, the error is like those of other files. */
function had<M>(module: Promise<M>): Promise<M> {
  return module.catch((error: unknown) => {
    throw new BifocalError("network", `cannot load the search: ${reason(error)}; check the connection`);
  });
}
