/** One search with Pagefind's functions. */

import { type Answer, type Facet, type Mode, open, type Search, type SearchOptions as Asked } from "bifocal";
import { type Condition, FilterMaker, refused } from "../src/condition.js";
import { type Data, dataOf } from "./data.js";
import { conditionOf, type PagefindFilters } from "./filters.js";
import { type Pages, pagesOf, type Source, type SourceOptions } from "./pages.js";

/** Hits asked for at once: what a page of results shows, mostly. */
const BATCH = 10;

/** The most results that are named; an engine's answer has no more. */
const MOST = 1000;

/** Sections under each hit. */
const SECTIONS = 6;

/** Options of Pagefind that mean something here, and those of ours. Others are accepted, and change nothing; those of a source do with `mergeIndex`. */
export interface Options extends SourceOptions {
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

const EVERYTHING: Condition = { all: [] };

export class Instance {
  #options: Options = {};
  #main: Promise<Search> | null = null;
  /** Further indexes in their order; `null` stands for one that isn't there. */
  #merged: Promise<Source | null>[] = [];
  /** All of them. */
  #pages: Promise<Pages> | null = null;
  #latest = 0;
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

  /** Searches the index at `bundlePath` as well from now on. One that can't be opened is told of in the console, and the others answer. */
  async mergeIndex(bundlePath: string, options: SourceOptions = {}): Promise<void> {
    const { indexWeight = 1 } = options;
    if (!(indexWeight >= 0)) throw refused(`indexWeight is ${JSON.stringify(indexWeight)}; it can be a number from 0 on`);
    const source = open(bundlePath).then(
      (search): Source => ({ search, folder: bundlePath, options: () => options }),
      (error: unknown) => (console.warn(`${bundlePath} is not searched: ${error instanceof Error ? error.message : error}`), null),
    );
    this.#merged.push(source);
    this.#pages = this.#names = null;
    await source;
  }

  /** Without a term (`null`), finds all pages that pass the filters. */
  async search(term: string | null, options: SearchOptions = {}): Promise<Results> {
    const began = performance.now();
    const pages = await this.#opened();
    const loaded = performance.now();
    const text = term ?? "";
    if (term !== null && !text.trim()) return { results: [], unfilteredResultCount: 0, filters: {}, totalFilters: {}, timings: timings(began, loaded) };
    const condition = conditionOf(options.filters ?? {});
    const asked = await this.#asked(options);
    const without = this.#without(text, options, pages);
    const batches = new Map<number, Promise<Answer>>();
    const batch = (number: number) => {
      const known = batches.get(number) ?? pages.ask(text, condition, { ...asked, limit: BATCH, offset: number * BATCH, sections: SECTIONS });
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
          return dataOf(wanted, pages, words, names);
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
    const pages = await this.#opened();
    if (!term.trim()) return;
    await pages.ask(term, conditionOf(options.filters ?? {}), { ...(await this.#asked(options)), limit: 1 });
  }

  /** The pages of each value of each field of texts, or of yes and no. */
  async filters(): Promise<Counts> {
    const pages = await this.#opened();
    this.#names ??= pages.ask("", EVERYTHING, { mode: "keyword", limit: 1, facets: [{ field: "*", limit: MOST }] }).then(counts);
    this.#names.catch(() => (this.#names = null));
    return this.#names;
  }

  async destroy(): Promise<void> {
    const all = [this.#main, ...this.#merged.map((source) => source.then((source) => source?.search))];
    this.#main = this.#pages = this.#names = null;
    this.#merged = [];
    for (const search of all) await search?.then((search) => search?.close(), () => {});
  }

  /** How to ask; counts are asked for once somebody wants to know of filters. */
  async #asked({ mode = this.#options.mode ?? "hybrid", filters, sort }: SearchOptions): Promise<Asked> {
    const [field] = Object.entries(sort ?? {});
    return {
      mode,
      ...(field && { sort: { field: field[0], order: field[1] } }),
      ...(await this.#facets(filters !== undefined)),
    };
  }

  /** The answer without filters, where there are some. */
  async #without(text: string, { filters }: SearchOptions, pages: Pages): Promise<Answer | null> {
    if (filters === undefined || Object.keys(filters).length === 0) return null;
    return pages.ask(text, EVERYTHING, { ...(await this.#asked({})), mode: "keyword", limit: 1 });
  }

  async #facets(wanted: boolean): Promise<Pick<Asked, "facets">> {
    const fields = Object.keys((await (wanted ? this.filters() : this.#names)) ?? {});
    return fields.length > 0 ? { facets: fields.map((field) => ({ field, limit: MOST })) } : {};
  }

  #opened(): Promise<Pages> {
    this.#pages ??= this.#open();
    this.#pages.catch(() => (this.#pages = this.#main = null));
    return this.#pages;
  }

  async #open(): Promise<Pages> {
    const { bundlePath, basePath } = this.#options;
    const folder = bundlePath ?? basePath ?? this.folder;
    const search = await (this.#main ??= open(folder));
    const others = (await Promise.all(this.#merged)).filter((source) => source !== null);
    if (others.length === 0) return pagesOf(search);
    const { Merged } = await import("./merged.js");
    return new Merged([{ search, folder, options: () => this.#options }, ...others], () => new FilterMaker());
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
export type { SourceOptions } from "./pages.js";
