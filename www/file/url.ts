/** Addresses of hits as `element/url.ts` has them, where pages may be files. */

import { readable as readableOfWeb, webAddress as ofWeb } from "../element/url.js";
import { here } from "./here.js";

export { absolute } from "../element/url.js";

/** `url` if it leads to a page of the web, or from one file to another; else `null`. */
export function webAddress(url: string): string | null {
  return location.protocol === "file:" && url.startsWith("file:") ? url : ofWeb(url);
}

/** The address without what all pages beside the index folder share. */
export function readable(url: string): string {
  const root = new URL("../", here()).href;
  return url.startsWith(root) ? decoded(url.slice(root.length)) : readableOfWeb(url);
}

function decoded(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}
