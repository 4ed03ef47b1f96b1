/** Addresses of hits: what a link may lead to, and how a reader wants to see it. */

/**
 * `url` if it leads to a page of the web, or `null` for one of a kind that a search result has no business with
 * (`javascript:`, say).
 */
export function webAddress(url: string): string | null {
  try {
    const target = new URL(url, document.baseURI);
    return /^https?:$/.test(target.protocol) ? url : null;
  } catch {
    return null;
  }
}

/** The address without scheme and host where they are the page's own. */
export function readable(url: string): string {
  const plain = url.startsWith(`${location.origin}/`) ? url.slice(location.origin.length + 1) : url;
  try {
    return decodeURI(plain);
  } catch {
    return plain;
  }
}
