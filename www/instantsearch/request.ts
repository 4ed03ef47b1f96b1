/** A request as InstantSearch's widgets make it, and what is asked of an index for it. */

import type { FacetRequest, SearchOptions, Sort } from "bifocal";
import { type Condition, refused } from "../src/condition.js";
import { facetFilters, filterText, type Listed, numericFilters } from "./filters.js";

/** Parameters of Algolia's search that mean something here. Others are accepted and change nothing, but for {@link REFUSED}. */
export interface Parameters {
  query?: string | undefined;
  /** From 0. */
  page?: number | undefined;
  /** 0 where only facets are wanted. Default 20. */
  hitsPerPage?: number | undefined;
  facets?: string | readonly string[] | undefined;
  /** Values of each facet, those of most pages. Default 100. */
  maxValuesPerFacet?: number | undefined;
  facetFilters?: Listed | undefined;
  numericFilters?: Listed | undefined;
  filters?: string | undefined;
  highlightPreTag?: string | undefined;
  highlightPostTag?: string | undefined;
  /** `"prefixNone"`: the last word is a whole one. */
  queryType?: string | undefined;
  /** `false` or `"false"`: words are those that were typed. */
  typoTolerance?: boolean | string | undefined;
  /** Text that a facet's value must hold. */
  facetQuery?: string | undefined;
  /** Default 10. */
  maxFacetHits?: number | undefined;
  [other: string]: unknown;
}

/** One of the requests that `search` gets. */
export interface Request {
  /** Any name; one that ends with `:field:asc` or `:field:desc` sorts by that field. */
  indexName?: string | undefined;
  params?: Parameters | undefined;
  /** `"facet"` asks for values of the facet that `facet` names. */
  type?: string | undefined;
  facet?: string | undefined;
}

/** Hits that can be paged through, of one query. */
export const DEEPEST = 1000;

/** More values than any field has: the range of numbers goes over all of them. */
const ALL_VALUES = 1_000_000;

/** What would change an answer and cannot be done, with what to do instead. */
const REFUSED: Record<string, string> = {
  aroundLatLng: "there are no places",
  aroundLatLngViaIP: "there are no places",
  insideBoundingBox: "there are no places",
  insidePolygon: "there are no places",
  tagFilters: "use facetFilters",
  optionalFilters: "use facetFilters",
  restrictSearchableAttributes: "write title:word into the query",
  similarQuery: "use query",
  offset: "use page and hitsPerPage",
  length: "use page and hitsPerPage",
};

/** Fails where a request asks what cannot be answered. */
export function check(params: Parameters): void {
  for (const [name, instead] of Object.entries(REFUSED)) {
    const value = params[name];
    if (value === undefined || value === "" || value === false || (Array.isArray(value) && value.length === 0)) continue;
    throw refused(`a request has ${name}, which can't be answered: ${instead}`);
  }
  for (const [name, least, most] of [["page", 0, Infinity], ["hitsPerPage", 0, DEEPEST]] as const) {
    const value = params[name];
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) continue;
    throw refused(`${name} is ${JSON.stringify(value)}; it can be a whole number from ${least}${most === Infinity ? "" : ` to ${most}`}`);
  }
}

/** What pages must satisfy. */
export function conditionOf(params: Parameters): Condition {
  const all: Condition[] = [];
  if (params.facetFilters) all.push(facetFilters(params.facetFilters));
  if (params.numericFilters) all.push(numericFilters(params.numericFilters));
  if (params.filters?.trim()) all.push(filterText(params.filters));
  return { all };
}

/** How to ask, but for filters. A request for facets alone needs no hits, and so no meaning. */
export function optionsOf({ indexName = "", params = {} }: Request, facets: readonly string[]): SearchOptions {
  const { page = 0, hitsPerPage = 20, queryType, typoTolerance } = params;
  const sort = sortOf(indexName);
  return {
    limit: Math.min(Math.max((page + 1) * hitsPerPage, 1), DEEPEST),
    ...(hitsPerPage === 0 && { mode: "keyword" }),
    ...(queryType === "prefixNone" && { prefix: false }),
    ...((typoTolerance === false || typoTolerance === "false") && { typos: "never" }),
    ...(facets.length > 0 && { facets: facets.map((field): FacetRequest => ({ field, limit: ALL_VALUES })) }),
    ...(sort && { sort }),
  };
}

function sortOf(indexName: string): Sort | null {
  const found = /:([^:]+):(asc|desc)$/.exec(indexName);
  return found && { field: found[1]!, order: found[2] as "asc" | "desc" };
}
