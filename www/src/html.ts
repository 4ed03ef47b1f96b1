/** What may be shown as HTML of a page that anybody may have written. */

import type { Excerpt } from "./protocol.js";

/** `text` as HTML that says just this. */
export function escaped(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

/** An excerpt with its matches between two tags; `plain` makes text of what is no tag, which is HTML unless told otherwise. */
export function marked({ text, ranges }: Excerpt, [before, after] = ["<mark>", "</mark>"], plain = escaped): string {
  let html = "";
  let at = 0;
  for (const [start, end] of ranges) {
    html += `${plain(text.slice(at, start))}${before}${plain(text.slice(start, end))}${after}`;
    at = end;
  }
  return html + plain(text.slice(at));
}

/** The address of a page of the web, or `null` for what a search result has no business with (`javascript:`, say). */
export function webPage(url: string): URL | null {
  try {
    const target = new URL(url, globalThis.location?.href);
    return /^https?:$/.test(target.protocol) ? target : null;
  } catch {
    return null;
  }
}

/** From the site's root, where the page is of this site. */
export function fromRoot(target: URL): string {
  const here = globalThis.location?.href;
  return here && target.origin === new URL(here).origin ? target.pathname + target.search + target.hash : target.href;
}
