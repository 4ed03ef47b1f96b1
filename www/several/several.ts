/**
 * Several indexes asked as one: a product's pages and its blog, say. docs/javascript.md says how their answers become one.
 *
 * ```js
 * const search = await openSeveral(["/docs/bifocal/", "/blog/bifocal/"]);
 * ```
 */

import { type About, type Answer, BifocalError, type Hit, open, type OpenOptions, type Search, type SearchOptions, type UpgradeOptions } from "bifocal";
import { type Arrangement, merge, type Part } from "./merge.js";

/** A hit, and which of the indexes it is of, from 0. */
export type HitOfSeveral = Hit & { index: number };

export interface AnswerOfSeveral extends Answer {
  hits: HitOfSeveral[];
}

/** What can be asked: one index, or several as one. */
export type Searchable = Pick<Search, "about" | "upgraded" | "search" | "upgrade" | "close">;

/** How indexes become one: what each weighs, and whether a page that is in two of them is there twice. */
export type Together = Pick<Arrangement, "weights" | "repeats">;

/** The most hits that an index answers with. */
const MOST = 1000;

/** Opens the indexes at these addresses. One that can't be opened is an error of its own only if none can; `failures` of each answer name it. */
export async function openSeveral(urls: readonly (string | URL)[], options: OpenOptions = {}): Promise<Several> {
  if (urls.length === 0) throw new BifocalError("option", "no index is named: give the addresses of one or more");
  const opened = await Promise.allSettled(urls.map((url) => open(url, options)));
  const failures = opened.flatMap((one, at) => (one.status === "rejected" ? [`${urls[at]}: ${reason(one.reason)}`] : []));
  const searches = opened.map((one) => (one.status === "fulfilled" ? one.value : null));
  if (searches.every((search) => search === null)) throw (opened[0] as PromiseRejectedResult).reason;
  return new Several(searches, failures);
}

/** Open indexes, asked as one. Their order decides where nothing else does. */
export class Several implements Searchable {
  /** `null` stands for an index that isn't there. */
  constructor(
    private readonly searches: readonly (Search | null)[],
    private readonly failures: readonly string[] = [],
    private readonly together: Together = {},
  ) {}

  get #open(): Search[] {
    return this.searches.filter((search) => search !== null);
  }

  /** Of the first index, with the counts of all. It names no model: each index has its own to load. */
  get about(): About {
    const all = this.#open.map(({ about }) => about);
    const sum = (count: (about: About) => number) => all.reduce((sum, about) => sum + count(about), 0);
    const languages = new Map<string, number>();
    for (const { code, pages } of all.flatMap(({ languages }) => languages)) languages.set(code, (languages.get(code) ?? 0) + pages);
    return {
      ...all[0]!,
      pages: sum(({ pages }) => pages),
      sections: sum(({ sections }) => sections),
      passages: sum(({ passages }) => passages),
      words: sum(({ words }) => words),
      languages: [...languages].map(([code, pages]) => ({ code, pages })).sort((a, b) => b.pages - a.pages),
      lexicon: all.some(({ lexicon }) => lexicon),
      model: null,
    };
  }

  /** Whether all of them have loaded the transformer. */
  get upgraded(): boolean {
    return this.#open.every(({ upgraded }) => upgraded);
  }

  /** As {@link Search.search}. An index that doesn't have a field that is filtered or sorted by finds nothing, unless no index has it. */
  async search(text: string, options: SearchOptions = {}): Promise<AnswerOfSeveral> {
    const { limit = 10, offset = 0, onUpdate, ...others } = options;
    const parts: Part[] = [];
    const merged = () => {
      const { failures, ...answer } = merge(parts, { ...this.together, limit, offset, sort: options.sort, group: options.group });
      return { ...answer, failures: [...failures, ...this.failures] };
    };
    const ask = async (search: Search, index: number) => {
      const hear = (answer: Answer) => {
        const at = parts.findIndex((part) => part.index === index);
        parts.splice(at < 0 ? parts.length : at, at < 0 ? 0 : 1, { index, answer });
      };
      const asked: SearchOptions = { ...others, limit: Math.min(offset + limit, MOST), offset: 0 };
      const partial = onUpdate && ((answer: Answer) => (hear(answer), onUpdate(merged())));
      hear(await withKnownFacets(search, text, partial ? { ...asked, onUpdate: partial } : asked));
    };
    const asked = this.searches.flatMap((search, index) => (search ? [{ index, work: ask(search, index) }] : []));
    const done = await Promise.allSettled(asked.map(({ work }) => work));
    const failed = done.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
    if (failed.length === done.length || options.signal?.aborted) throw failed[0];
    const answer = merged();
    const broken = failed.filter((error) => !lacksField(error)).map(reason);
    return { ...answer, failures: [...answer.failures, ...broken] };
  }

  /** Loads the transformer of each, one after the other; progress is that of the one that is loading. */
  async upgrade(options: UpgradeOptions = {}): Promise<void> {
    for (const search of this.#open) await search.upgrade(options);
  }

  close(): void {
    for (const search of this.#open) search.close();
  }
}

/** Counts what the index has of the facets, so that one that only another has doesn't cost it its hits. */
async function withKnownFacets(search: Search, text: string, options: SearchOptions): Promise<Answer> {
  const { facets = [] } = options;
  return search.search(text, options).catch(async (error: unknown) => {
    if (facets.length === 0 || !lacksField(error)) throw error;
    const asked = facets.map((facet) => (typeof facet === "string" ? { field: facet } : facet));
    const limit = Math.max(...asked.map(({ limit = 100 }) => limit));
    const answer = await search.search(text, { ...options, facets: [{ field: "*", limit }] });
    return { ...answer, facets: Object.fromEntries(Object.entries(answer.facets).filter(([field]) => asked.some((one) => one.field === field))) };
  });
}

/** An index says so of a field that it does not have. */
function lacksField(error: unknown): boolean {
  return error instanceof BifocalError && error.code === "index";
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
