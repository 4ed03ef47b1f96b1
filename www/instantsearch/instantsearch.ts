/**
 * `instantsearch.js`: an index of bifocal as the `searchClient` of InstantSearch, React InstantSearch and Autocomplete.
 * docs/javascript.md says what is the same and what is not.
 *
 * ```js
 * instantsearch({ indexName: "site", searchClient: searchClient("/bifocal/") });
 * ```
 */

import { type Answer, type Mode, open, type Search } from "bifocal";
import { FilterMaker, refused } from "../src/condition.js";
import { here } from "../src/here.js";
import { counts, facetHits, type FacetHit, stats, type Stats } from "./facets.js";
import { type AlgoliaHit, hitOf } from "./hits.js";
import { check, conditionOf, DEEPEST, optionsOf, type Parameters, type Request } from "./request.js";
import type { Tags } from "./tags.js";

export interface ClientOptions {
  /** Which lenses to look through. Default `"hybrid"`. */
  mode?: Mode;
}

/** The answer to a request for hits. */
export interface Result {
  hits: AlgoliaHit[];
  /** Pages with the words, and those up to this page of results that only meaning found. */
  nbHits: number;
  /** Whether there are no more. */
  exhaustiveNbHits: boolean;
  exhaustiveFacetsCount: true;
  page: number;
  nbPages: number;
  hitsPerPage: number;
  facets: Record<string, Record<string, number>>;
  facets_stats: Record<string, Stats>;
  processingTimeMS: number;
  query: string;
  params: string;
  index: string;
}

/** The answer to a request for a facet's values. */
export interface FacetResult {
  facetHits: FacetHit[];
  exhaustiveFacetsCount: true;
  processingTimeMS: number;
}

/** What InstantSearch and Autocomplete are given. Both have types of their own for questions and answers, which differ: hence `any`. */
export interface SearchClient {
  /** The answers are each a {@link Result}, or a {@link FacetResult} where values of a facet were asked for. */
  search(requests: readonly Request[]): Promise<{ results: any[] }>;
  /** Takes a list of {@link FacetRequest}; the answers are each a {@link FacetResult}. */
  searchForFacetValues(requests: any): Promise<any>;
}

/** A question for the values of a facet, as older versions of InstantSearch ask it. */
export interface FacetRequest {
  indexName?: string;
  params: Parameters & { facetName: string };
}

/** A client of the index at an address, opened with the first request, or of one that is open. */
export function searchClient(index: string | URL | Search = here(), options: ClientOptions = {}): SearchClient {
  const client = new Client(index, options.mode ?? "hybrid");
  return {
    search: async (requests) => ({ results: await Promise.all(requests.map((request) => client.answer(request))) }),
    searchForFacetValues: (requests: readonly FacetRequest[]) => Promise.all(requests.map(({ indexName = "", params }) => client.values(params.facetName, { indexName, params }))),
  };
}

class Client {
  #search: Promise<Search> | null = null;
  readonly #maker = new FilterMaker();

  constructor(
    private readonly index: string | URL | Search,
    private readonly mode: Mode,
  ) {}

  /** Answers one request, of whichever kind. */
  async answer(request: Request): Promise<Result | FacetResult> {
    if (request.type === "facet") return this.values(request.facet ?? "", request);
    const { indexName = "", params = {} } = request;
    const { facets: named = [], page = 0, hitsPerPage = 20, maxValuesPerFacet = 100 } = params;
    const answer = await this.#ask(request, typeof named === "string" ? [named] : named);
    const facets = Object.values(answer.facets);
    const ranges = facets.flatMap((facet) => {
      const range = stats(facet);
      return range ? [[facet.field, range] as const] : [];
    });
    const nbHits = hitsPerPage === 0 ? answer.total : Math.max(answer.total + answer.semanticOnly, answer.hits.length);
    return {
      hits: hitsPerPage === 0 ? [] : answer.hits.slice(page * hitsPerPage).map((hit) => hitOf(hit, answer.query, tagsOf(params))),
      nbHits,
      exhaustiveNbHits: answer.relation === "eq",
      exhaustiveFacetsCount: true,
      page,
      nbPages: hitsPerPage === 0 ? 0 : Math.ceil(Math.min(nbHits, DEEPEST) / hitsPerPage),
      hitsPerPage,
      facets: Object.fromEntries(facets.map((facet) => [facet.field, counts(facet, maxValuesPerFacet)])),
      facets_stats: Object.fromEntries(ranges),
      processingTimeMS: Math.round(answer.timings.total),
      query: params.query ?? "",
      params: "",
      index: indexName,
    };
  }

  /** The values of a facet that hold the text that is searched for among them. */
  async values(field: string, { indexName = "", params = {} }: Request): Promise<FacetResult> {
    if (!field) throw refused("a request for values of a facet names none");
    const { facetQuery = "", maxFacetHits = 10 } = params;
    const { facets, timings } = await this.#ask({ indexName, params: { ...params, page: 0, hitsPerPage: 0 } }, [field]);
    const facet = facets[field];
    return {
      facetHits: facet ? facetHits(facet, facetQuery, maxFacetHits, tagsOf(params)) : [],
      exhaustiveFacetsCount: true,
      processingTimeMS: Math.round(timings.total),
    };
  }

  async #ask(request: Request, facets: readonly string[]): Promise<Answer> {
    const { params = {} } = request;
    check(params);
    const condition = conditionOf(params);
    const search = await this.#opened();
    const text = params.query ?? "";
    const filters = await this.#maker.options(text, condition, search);
    return search.search(text, { mode: this.mode, ...optionsOf(request, facets), ...filters });
  }

  #opened(): Promise<Search> {
    if (!this.#search) {
      const { index } = this;
      this.#search = typeof index === "string" || index instanceof URL ? open(index) : Promise.resolve(index);
      this.#search.catch(() => (this.#search = null));
    }
    return this.#search;
  }
}

function tagsOf({ highlightPreTag = "<em>", highlightPostTag = "</em>" }: Parameters): Tags {
  return [highlightPreTag, highlightPostTag];
}

export type { AlgoliaHit, FacetHit, Parameters, Request, Stats };
export type { Highlight, Highlights } from "./hits.js";
