/** Open indexes of this page: several boxes over one index share it, and its worker. */

import type { Search } from "bifocal";

const opened = new Map<string, Promise<Search>>();

/** The index in the folder at `url`, opened once; a failure is forgotten, so that the next to ask tries again. */
export function indexAt(url: string): Promise<Search> {
  let search = opened.get(url);
  if (!search) {
    search = import("bifocal").then(({ open }) => open(url));
    opened.set(url, search);
    search.catch(() => opened.delete(url));
  }
  return search;
}
