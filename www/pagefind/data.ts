/** A hit in the form of Pagefind's results. Its excerpts are HTML, so everything in them but the marks is escaped here. */

import type { Hit, SectionHit } from "bifocal";
import { fromRoot, marked, webPage } from "../src/html.js";
import type { Pages } from "./pages.js";

/** A part of a page. */
export interface SubResult {
  title: string;
  url: string;
  /** HTML with `<mark>`. */
  excerpt: string;
  plain_excerpt: string;
  anchor?: { element: string; id: string; text: string; location: number };
  locations: number[];
  weighted_locations: never[];
}

export interface Data {
  url: string;
  raw_url: string;
  /** The excerpt: a page's whole text is not in its hit. */
  content: string;
  raw_content: string;
  /** HTML with `<mark>`. */
  excerpt: string;
  plain_excerpt: string;
  /** Words of `content`. */
  word_count: number;
  meta: Record<string, string>;
  filters: Record<string, string[]>;
  sub_results: SubResult[];
  anchors: NonNullable<SubResult["anchor"]>[];
  locations: number[];
  weighted_locations: never[];
}

/** What an address says of the words that were searched for. */
export interface Highlight {
  name: string;
  words: string[];
}

/** The data of a hit among `pages`; `filters` are the metadata that these are filtered by. */
export function dataOf(hit: Hit, pages: Pages, highlight: Highlight | null, filters: readonly string[]): Data {
  const subs = hit.sections.map((section) => subResult(section, hit, pages, highlight));
  const own = filters.flatMap((name): [string, string[]][] => (name in hit.meta ? [[name, [hit.meta[name]].flat().map(String)]] : []));
  const url = pages.place(hit.url, hit);
  const { text } = hit.excerpt;
  return {
    url: address(url, highlight),
    raw_url: address(url, null),
    content: text,
    raw_content: text,
    excerpt: marked(hit.excerpt),
    plain_excerpt: text,
    word_count: text.split(/\s+/).filter(Boolean).length,
    meta: { ...texts(hit.meta), title: hit.title },
    filters: Object.fromEntries([...own, ...pages.labels(hit)]),
    sub_results: subs,
    anchors: subs.flatMap(({ anchor }) => anchor ?? []),
    locations: [],
    weighted_locations: [],
  };
}

function subResult({ heading, anchor, url, excerpt }: SectionHit, hit: Hit, pages: Pages, highlight: Highlight | null): SubResult {
  return {
    title: heading || hit.title,
    url: address(pages.place(url, hit), highlight),
    excerpt: marked(excerpt),
    plain_excerpt: excerpt.text,
    ...(anchor === null ? {} : { anchor: { element: "h2", id: anchor, text: heading, location: 0 } }),
    locations: [],
    weighted_locations: [],
  };
}

/** From the site's root, as Pagefind has it; `about:blank` for what is no page of the web. */
function address(url: string, highlight: Highlight | null): string {
  const target = webPage(url);
  for (const word of highlight?.words ?? []) target?.searchParams.append(highlight!.name, word);
  return target ? fromRoot(target) : "about:blank";
}

/** Metadata as texts. */
function texts(meta: Record<string, unknown>): Record<string, string> {
  const entries = Object.entries(meta).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : String(value)]);
  return Object.fromEntries(entries) as Record<string, string>;
}
