/** The one index that elements can search where nothing can be fetched; in place of `element/indexes.ts`. */

import type { Search } from "../src/client.js";
import { BifocalError } from "../src/error.js";
import { here } from "./here.js";
import { open } from "./open.js";

let opened: Promise<Search> | undefined;

/** The script's index, if `urls` names its folder and no other. */
export async function indexAt(urls: readonly string[]): Promise<Search> {
  const other = urls.find((url) => url !== here());
  if (other !== undefined) {
    const message = `${other} can't be searched: bifocal-file.js holds the index at ${here()} alone; leave the attribute index out`;
    throw new BifocalError("option", message);
  }
  opened ??= open();
  opened.catch(() => (opened = undefined));
  return opened;
}
