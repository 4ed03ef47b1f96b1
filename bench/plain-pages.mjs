// A site's pages as projects get them that don't read HTML: title, headings, text.

import { readFileSync } from "node:fs";

/** The pages of a site for which the side put together by hand has been prepared. */
export function plainPages(folder) {
  const pages = new Map();
  for (const { url, title, heading, text } of JSON.parse(readFileSync(`${folder}.by-hand/passages.json`, "utf8"))) {
    const page = pages.get(url) ?? { id: path(url), title, headings: "", text: "" };
    page.headings += `${heading}\n`;
    page.text += `${text}\n`;
    pages.set(url, page);
  }
  return [...pages.values()];
}

/** A page's path below the site's root, as all projects' answers are compared. */
export const path = (url) => decodeURI(url).replace(/^\//, "").replace(/[?#].*/, "").replace(/(^|\/)index\.html$/, "$1");
