/** Open indexes of this page: several boxes over one index share it, and its worker. */

import type { Searchable } from "bifocal/several";
import { lentAt } from "../src/lent.js";

/** The index in the folders at `urls`, opened once and never closed. */
export function indexAt(urls: readonly string[]): Promise<Searchable> {
  const open = async () => {
    // What the reader did just now is answered first.
    await new Promise((resume) => setTimeout(resume));
    return urls.length > 1 ? (await import("bifocal/several")).openSeveral(urls) : (await import("bifocal")).open(urls[0]);
  };
  const one = lentAt<Searchable>(urls.join(" "), {}, open);
  one.users = Infinity;
  return one.search;
}
