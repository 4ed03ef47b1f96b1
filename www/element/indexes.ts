/** Open indexes of this page: several boxes over one index share it, and its worker. */

import type { Searchable } from "bifocal/several";

const opened = new Map<string, Promise<Searchable>>();

/** The index in the folders at `urls`, opened once; a failure is forgotten, so that the next to ask tries again. */
export function indexAt(urls: readonly string[]): Promise<Searchable> {
  const key = urls.join(" ");
  let search = opened.get(key);
  if (!search) {
    search = urls.length > 1 ? import("bifocal/several").then(({ openSeveral }) => openSeveral(urls)) : import("bifocal").then(({ open }) => open(urls[0]));
    opened.set(key, search);
    search.catch(() => opened.delete(key));
  }
  return search;
}
