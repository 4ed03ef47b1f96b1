/** One search with Pagefind's functions. */

import { type Answer, type Mode, open, type Search } from "bifocal";
import { type Data, dataOf } from "./data.js";

/** Hits asked for at once: what a page of results shows, mostly. */
const BATCH = 10;

/** The most results that are named; an engine's answer has no more. */
const MOST = 1000;

/** Sections under each hit. */
const SECTIONS = 6;

/** Options of Pagefind that mean something here, and those of ours. Others are accepted, and change nothing. */
export interface Options {
  /** Where the index folder is. Default: where this module is. */
  bundlePath?: string;
  basePath?: string;
  /** The parameter of a result's address that names the words that were searched for. */
  highlightParam?: string | null;
  /** Which lenses to look through; Pagefind has no such option. Default `"hybrid"`. */
  mode?: Mode;
  [other: string]: unknown;
}

export interface SearchOptions {
  mode?: Mode;
  [other: string]: unknown;
}

export interface Result {
  id: string;
  score: number;
  /** Positions of words in the page, which this index does not tell: always empty. */
  words: number[];
  data: () => Promise<Data>;
}

export interface Results {
  results: Result[];
  unfilteredResultCount: number;
  filters: Record<string, Record<string, number>>;
  totalFilters: Record<string, Record<string, number>>;
  timings: { preload: number; search: number; total: number };
}

export class Instance {
  #options: Options = {};
  #search: Promise<Search> | null = null;
  #latest = 0;

  constructor(
    private readonly folder: string,
    options: Options = {},
  ) {
    this.#options = options;
  }

  async options(more: Options): Promise<void> {
    this.#options = { ...this.#options, ...more };
  }

  async init(): Promise<void> {
    await this.#opened();
  }

  /** Without a term there is nothing to answer: this index has no list of all pages. */
  async search(term: string | null, options: SearchOptions = {}): Promise<Results> {
    const began = performance.now();
    const search = await this.#opened();
    const loaded = performance.now();
    if (!term?.trim()) return results([], began, loaded);
    const mode = options.mode ?? this.#options.mode ?? "hybrid";
    const batches = new Map<number, Promise<Answer>>();
    const batch = (number: number) => {
      const known = batches.get(number) ?? search.search(term, { mode, limit: BATCH, offset: number * BATCH, sections: SECTIONS });
      batches.set(number, known);
      return known;
    };
    const { hits, total, semanticOnly } = await batch(0);
    const count = hits.length < BATCH ? hits.length : Math.min(total + semanticOnly, MOST);
    const words = this.#options.highlightParam ? { name: this.#options.highlightParam, words: term.trim().split(/\s+/) } : null;
    const found = Array.from({ length: count }, (_, place): Result => {
      const hit = hits[place];
      return {
        id: hit?.id ?? `${place}`,
        score: hit?.score ?? 0,
        words: [],
        data: async () => {
          const { hits } = await batch(Math.floor(place / BATCH));
          const wanted = hits[place % BATCH];
          if (!wanted) throw new Error(`bifocal: result ${place} of “${term}” is gone: the index was rebuilt, search again`);
          return dataOf(wanted, words);
        },
      };
    });
    return results(found, began, loaded);
  }

  /** `null` where another search came within `ms` milliseconds. */
  async debouncedSearch(term: string | null, options: SearchOptions = {}, ms = 300): Promise<Results | null> {
    const mine = ++this.#latest;
    if (term) void this.preload(term, options);
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (mine !== this.#latest) return null;
    const found = await this.search(term, options);
    return mine === this.#latest ? found : null;
  }

  /** Fetches what a search for `term` needs. */
  async preload(term: string, { mode = this.#options.mode ?? "hybrid" }: SearchOptions = {}): Promise<void> {
    const search = await this.#opened();
    if (term.trim()) await search.search(term, { mode, limit: 1 }).catch(() => {});
  }

  async filters(): Promise<Record<string, Record<string, number>>> {
    await this.#opened();
    return {};
  }

  async destroy(): Promise<void> {
    const search = this.#search;
    this.#search = null;
    await search?.then((search) => search.close(), () => {});
  }

  #opened(): Promise<Search> {
    if (!this.#search) {
      const { bundlePath, basePath } = this.#options;
      this.#search = open(bundlePath ?? basePath ?? this.folder);
      this.#search.catch(() => (this.#search = null));
    }
    return this.#search;
  }
}

function results(found: Result[], began: number, loaded: number): Results {
  const now = performance.now();
  return {
    results: found,
    unfilteredResultCount: found.length,
    filters: {},
    totalFilters: {},
    timings: { preload: loaded - began, search: now - loaded, total: now - began },
  };
}

export type { Data, SubResult } from "./data.js";
