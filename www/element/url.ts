/** Addresses of hits: what a link may lead to, and how a reader wants to see it. */

import { webPage } from "../src/html.js";

/** `url` if it leads to a page of the web, else `null`. */
export function webAddress(url: string): string | null {
  return webPage(url) ? url : null;
}

/** `url` as seen from a page, or `null` where it is none. */
export function absolute(url: string, page: string): string | null {
  try {
    return new URL(url, page).href;
  } catch {
    return null;
  }
}

/** The address without scheme and host where they are the page's own; signs that turn the direction of text stay encoded. */
export function readable(url: string): string {
  const plain = url.startsWith(`${location.origin}/`) ? url.slice(location.origin.length + 1) : url;
  try {
    return decodeURI(plain).replace(/\p{Bidi_Control}/gu, encodeURIComponent);
  } catch {
    return plain;
  }
}
