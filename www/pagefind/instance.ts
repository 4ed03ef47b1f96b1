/** One search with Pagefind's functions. */

import { type Answer, type Facet, type Mode, open, type Search, type SearchOptions as Asked } from "bifocal";
import { FilterMaker } from "../src/condition.js";
import { type Data, dataOf } from "./data.js";
import { conditionOf, type PagefindFilters } from "./filters.js";

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
  filters?: PagefindFilters;
  /** The field to sort by, one. Pages without it come last. */
  sort?: Record<string, "asc" | "desc">;
  [other: string]: unknown;
}

export interface Result {
  id: string;
  score: number;
  /** Positions of words in the page, which this index does not tell: always empty. */
  words: number[];
  data: () => Promise<Data>;
}

/** The pages of each value of each filter. */
export type Counts = Record<string, Record<string, number>>;

export interface Results {
  results: Result[];
  /** Results without the filters. */
  unfilteredResultCount: number;
  /** Of the results. Empty until `filters` was called or a filter was used. */
  filters: Counts;
  /** Of the results without the filters. */
  totalFilters: Counts;
  timings: { preload: number; search: number; total: number };
}

export class Instance {
  #options: Options = {};
  #search: Promise<Search> | null = null;
  #latest = 0;
  #maker = new FilterMaker();
  /** The fields that are filters, once somebody asked for them. */
  #names: Promise<Counts> | null = null;

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

  /** Without a term (`null`), finds all pages that pass the filters. */
  async search(term: string | null, options: SearchOptions = {}): Promise<Results> {
    const began = performance.now();
    const search = await this.#opened();
    const loaded = performance.now();
    const text = term ?? "";
    if (term !== null && !text.trim()) return { results: [], unfilteredResultCount: 0, filters: {}, totalFilters: {}, timings: timings(began, loaded) };
    const asked = await this.#asked(text, options, search);
    const without = this.#without(text, options, search);
    const batches = new Map<number, Promise<Answer>>();
    const batch = (number: number) => {
      const known = batches.get(number) ?? search.search(text, { ...asked, limit: BATCH, offset: number * BATCH, sections: SECTIONS });
      batches.set(number, known);
      return known;
    };
    const [first, unfiltered] = await Promise.all([batch(0), without]);
    const count = countOf(first);
    const words = this.#options.highlightParam && text ? { name: this.#options.highlightParam, words: text.trim().split(/\s+/) } : null;
    const names = Object.keys(first.facets);
    const results = Array.from({ length: count }, (_, place): Result => {
      const hit = first.hits[place];
      return {
        id: hit?.id ?? `${place}`,
        score: hit?.score ?? 0,
        words: [],
        data: async () => {
          const { hits } = await batch(Math.floor(place / BATCH));
          const wanted = hits[place % BATCH];
          if (!wanted) throw new Error(`bifocal: result ${place} of “${text}” is gone: the index was rebuilt, search again`);
          return dataOf(wanted, words, names);
        },
      };
    });
    return {
      results,
      unfilteredResultCount: unfiltered ? Math.max(unfiltered.total, count) : count,
      filters: counts(first),
      totalFilters: counts(unfiltered ?? first),
      timings: timings(began, loaded),
    };
  }

  /** `null` where another search came within `ms` milliseconds. */
  async debouncedSearch(term: string | null, options: SearchOptions = {}, ms = 300): Promise<Results | null> {
    const mine = ++this.#latest;
    if (term) this.preload(term, options).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (mine !== this.#latest) return null;
    const found = await this.search(term, options);
    return mine === this.#latest ? found : null;
  }

  /** Fetches what a search for `term` needs. */
  async preload(term: string, options: SearchOptions = {}): Promise<void> {
    const search = await this.#opened();
    if (!term.trim()) return;
    const asked = await this.#asked(term, options, search);
    await search.search(term, { ...asked, limit: 1 });
  }

  /** The pages of each value of each field of texts, or of yes and no. */
  async filters(): Promise<Counts> {
    const search = await this.#opened();
    this.#names ??= search.search("", { mode: "keyword", limit: 1, facets: [{ field: "*", limit: MOST }] }).then(counts);
    this.#names.catch(() => (this.#names = null));
    return this.#names;
  }

  async destroy(): Promise<void> {
    const search = this.#search;
    this.#search = this.#names = null;
    await search?.then((search) => search.close(), () => {});
  }

  /** How to ask; counts are asked for once somebody wants to know of filters. */
  async #asked(text: string, { mode = this.#options.mode ?? "hybrid", filters, sort }: SearchOptions, search: Search): Promise<Asked> {
    const [field] = Object.entries(sort ?? {});
    if (filters !== undefined) void this.filters().catch(() => {});
    return {
      mode,
      ...(await this.#maker.options(text, conditionOf(filters ?? {}), search)),
      ...(field && { sort: { field: field[0], order: field[1] } }),
      ...(await this.#facets()),
    };
  }

  /** The answer without filters, where there are some. */
  async #without(text: string, { filters }: SearchOptions, search: Search): Promise<Answer | null> {
    if (filters === undefined || Object.keys(filters).length === 0) return null;
    const asked = await this.#asked(text, {}, search);
    return search.search(text, { ...asked, mode: "keyword", limit: 1 });
  }

  async #facets(): Promise<Pick<Asked, "facets">> {
    const fields = this.#names ? Object.keys(await this.#names) : [];
    return fields.length > 0 ? { facets: fields.map((field) => ({ field, limit: MOST })) } : {};
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

/** Results that can be named. */
function countOf({ hits, total, semanticOnly }: Answer): number {
  return hits.length < BATCH ? hits.length : Math.min(total + semanticOnly, MOST);
}

/** Numbers and dates are there to sort by. */
function counts({ facets }: Answer): Counts {
  const filters = Object.values(facets).filter(({ kind }) => kind === "text" || kind === "bool");
  const values = ({ values }: Facet) => Object.fromEntries(values.map(({ value, count }) => [String(value), count]));
  return Object.fromEntries(filters.map((facet) => [facet.field, values(facet)]));
}

function timings(began: number, loaded: number): Results["timings"] {
  const now = performance.now();
  return { preload: loaded - began, search: now - loaded, total: now - began };
}

export type { Data, SubResult } from "./data.js";
export type { PagefindFilters } from "./filters.js";
