/** Hits in the form of Algolia's answers. */

import type { Excerpt, Hit, SectionHit } from "bifocal";
import { fromRoot, marked, webPage } from "../src/html.js";
import { folded, marker, wordsOf } from "../src/marks.js";
import { plainly, type Tags } from "./tags.js";

/** Text with its matches between tags, and how much of the query they are. */
export interface Highlight {
  value: string;
  matchLevel: "none" | "partial" | "full";
  matchedWords: string[];
  fullyHighlighted: boolean;
}

export type Highlights = Record<string, Highlight | Highlight[]>;

/** A page with its metadata, as far as they have no name of these. */
export interface AlgoliaHit {
  objectID: string;
  title: string;
  /** From the site's root; with the anchor of the best section, where it has one. */
  url: string;
  /** The excerpt: a page's whole text is not in its hit. */
  content: string;
  sections: SectionHit[];
  _highlightResult: Highlights;
  _snippetResult: Highlights;
  [field: string]: unknown;
}

export function hitOf(hit: Hit, query: string, tags: Tags): AlgoliaHit {
  const { id, title, meta, sections, excerpt } = hit;
  const highlight = highlighter(hit, query, tags);
  const content = highlight(excerpt);
  const { title: _, content: __, url: ___, ...others } = meta;
  const highlights = Object.entries(others).map(([name, value]) => [name, Array.isArray(value) ? value.map((one) => highlight(String(one))) : highlight(String(value))]);
  return {
    ...others,
    objectID: id,
    title,
    url: address(sections[0]?.url ?? hit.url),
    content: excerpt.text,
    sections: sections.map((section) => ({ ...section, url: address(section.url) })),
    _highlightResult: { ...(Object.fromEntries(highlights) as Highlights), title: highlight(title), content },
    _snippetResult: { content },
  };
}

function address(url: string): string {
  const target = webPage(url);
  return target ? fromRoot(target) : "about:blank";
}

/** Marks texts: an excerpt has its ranges, others get theirs of {@link marker}. */
function highlighter(hit: Hit, query: string, tags: Tags): (text: string | Excerpt) => Highlight {
  const asked = wordsOf(query).map(({ word }) => word);
  const rangesIn = marker(hit, query);
  return (text) => {
    const whole = typeof text !== "string" ? text : { text, ranges: rangesIn(text) };
    const marks = whole.ranges.map(([start, end]) => folded(whole.text.slice(start, end)));
    const matched = asked.filter((word) => marks.some((mark) => mark.startsWith(word) || word.startsWith(mark)));
    return {
      value: marked(whole, tags, plainly(tags)),
      matchLevel: marks.length === 0 ? "none" : matched.length === asked.length ? "full" : "partial",
      matchedWords: matched,
      fullyHighlighted: false,
    };
  };
}
