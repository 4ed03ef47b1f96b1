// Pages as projects get them that don't read HTML, and two of these projects as their manuals show: for Node and for a page.

/** Pages of title, headings and text, of the passages that the side put together by hand has. */
export function plainPages(passages) {
  const pages = new Map();
  for (const { url, title, heading, text } of passages) {
    const page = pages.get(url) ?? { id: path(url), title, headings: "", text: "" };
    page.headings += `${heading}\n`;
    page.text += `${text}\n`;
    pages.set(url, page);
  }
  return [...pages.values()];
}

/** A page's path below the site's root, as all projects' answers are compared. */
export const path = (url) => decodeURI(url).replace(/^\//, "").replace(/[?#].*/, "").replace(/(^|\/)index\.html$/, "$1");

/** Gives the ids of pages that MiniSearch finds. */
export function miniSearch(MiniSearch, pages) {
  const index = new MiniSearch({ fields: ["title", "headings", "text"], searchOptions: { boost: { title: 2 }, fuzzy: 0.2, prefix: true } });
  index.addAll(pages);
  return (text) => index.search(text).map(({ id }) => id);
}

/** Gives the ids of at most `limit` pages that FlexSearch finds. */
export function flexSearch(Document, pages, limit) {
  const index = new Document({
    document: { id: "id", index: [{ field: "title", tokenize: "forward", encoder: "LatinBalance" }, { field: "headings", tokenize: "forward" }, { field: "text", tokenize: "forward" }] },
  });
  pages.forEach((page) => index.add(page));
  return (text) => index.search(text, { limit, suggest: true, merge: true }).map(({ id }) => id);
}
