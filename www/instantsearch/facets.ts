/** Facets in the form of Algolia's answers. */

import type { Facet, FieldValue } from "bifocal";
import { marked } from "../src/html.js";
import { plainly, type Tags } from "./tags.js";

export interface Stats {
  min: number;
  max: number;
  avg: number;
  sum: number;
}

/** A value of a facet that was searched for among the values. */
export interface FacetHit {
  value: string;
  highlighted: string;
  count: number;
}

/** The pages of each value, of at most `most` values, those of most pages. */
export function counts({ values }: Facet, most: number): Record<string, number> {
  return Object.fromEntries(values.slice(0, most).map(({ value, count }) => [String(value), count]));
}

/** The range of the found pages' numbers, or of their dates in seconds since 1970; `null` where a field has neither. */
export function stats({ kind, values }: Facet): Stats | null {
  if ((kind !== "number" && kind !== "date") || values.length === 0) return null;
  const found = { min: Infinity, max: -Infinity, sum: 0, pages: 0 };
  for (const { value, count } of values) {
    const number = numberOf(value);
    found.min = Math.min(found.min, number);
    found.max = Math.max(found.max, number);
    found.sum += number * count;
    found.pages += count;
  }
  const { min, max, sum, pages } = found;
  return { min, max, avg: sum / pages, sum };
}

function numberOf(value: FieldValue): number {
  return typeof value === "string" ? Date.parse(value) / 1000 : Number(value);
}

/** The values that hold `text`, those of most pages first. */
export function facetHits({ values }: Facet, text: string, most: number, tags: Tags): FacetHit[] {
  const wanted = text.toLowerCase();
  return values
    .map(({ value, count }) => ({ value: String(value), count }))
    .filter(({ value }) => value.toLowerCase().includes(wanted))
    .slice(0, most)
    .map(({ value, count }) => {
      const at = wanted ? value.toLowerCase().indexOf(wanted) : -1;
      const ranges: [number, number][] = at < 0 ? [] : [[at, at + wanted.length]];
      return { value, highlighted: marked({ text: value, ranges }, tags, plainly(tags)), count };
    });
}
