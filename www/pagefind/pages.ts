/** What is searched: the pages of one index, or of several as one. */

import type { Answer, Hit, Search, SearchOptions } from "bifocal";
import { type Condition, FilterMaker } from "../src/condition.js";

export interface Pages {
  /** Asks for pages that satisfy `condition`. */
  ask(text: string, condition: Condition, options: SearchOptions): Promise<Answer>;
  /** Where an address of a hit's page leads. */
  place(url: string, hit: Hit): string;
  /** Values that the page has besides its own. */
  labels(hit: Hit): [string, string[]][];
}

/** What can be said of one index of several. */
export interface SourceOptions {
  /** How many turns its pages have for one of an index without a weight: 2 doubles them, 0 puts them last. Default 1. */
  indexWeight?: number;
  /** Values that all of its pages have, to filter by. */
  mergeFilter?: Record<string, string | string[]>;
  /** The language whose pages come first. */
  language?: string;
  /** Where its site is, if not where the index folder says. */
  baseUrl?: string;
}

/** An open index, and what is said of it. */
export interface Source {
  search: Search;
  folder: string;
  /** Asked for each time, since they may change. */
  options: () => SourceOptions;
}

/** The pages of one index. */
export function pagesOf(search: Search): Pages {
  const maker = new FilterMaker();
  return {
    ask: async (text, condition, options) => search.search(text, { ...options, ...(await maker.options(text, condition, search)) }),
    place: (url) => url,
    labels: () => [],
  };
}
