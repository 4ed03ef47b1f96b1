/**
 * One answer out of several indexes' answers.
 *
 * Scores of two indexes do not compare: rarity of words, cut-off and scale are each index's own. Ranks do. So hits take turns by
 * their ranks, with two exceptions in which an index has nothing to say: where no page of it holds the words while pages of another
 * do, or satisfies the operators while pages of another do, its hits come after, or not at all. Of equal ranks the higher score is
 * first, which is the page whose title the query is; then the order of the indexes decides. An index that weighs twice as much has two
 * turns for one of another.
 */

import type { Answer, Facet, FieldValue, Group, Hit, Leg, Sort } from "bifocal";
import type { AnswerOfSeveral, HitOfSeveral } from "./several.js";

/** An answer, and which of the indexes it is of. */
export interface Part {
  index: number;
  answer: Answer;
}

export interface Arrangement {
  limit: number;
  offset: number;
  sort?: Sort | undefined;
  group?: Group | undefined;
  /** Of each index; 1 where there is none. */
  weights?: readonly number[] | undefined;
  /** Whether a page that is in two indexes is a hit of each. */
  repeats?: boolean | undefined;
}

/** A hit on its way into the order. */
interface Ranked {
  hit: HitOfSeveral;
  /** When it is its turn: its rank from 1 on, over its index's weight. */
  turn: number;
  /** Whether its index has no page with the words, though another has. */
  behind: boolean;
}

export function merge(parts: readonly Part[], { limit, offset, sort, group, weights, repeats }: Arrangement): AnswerOfSeveral {
  const exact = parts.some(({ answer }) => !answer.relaxed && answer.hits.length > 0);
  const used = parts.filter(({ answer }) => !exact || !answer.relaxed).sort((a, b) => a.index - b.index);
  const answers = used.map(({ answer }) => answer);
  const someHold = answers.some(({ total }) => total > 0);
  const ranked = used.flatMap(({ index, answer }) =>
    answer.hits.map((hit, rank): Ranked => ({ hit: { ...hit, index }, turn: (rank + 1) / (weights?.[index] ?? 1), behind: someHold && answer.total === 0 })),
  );
  ranked.sort((a, b) => (sort ? byValue(a.hit, b.hit, sort) : 0) || Number(a.behind) - Number(b.behind) || a.turn - b.turn || b.hit.score - a.hit.score || a.hit.index - b.hit.index);
  const all = ranked.map(({ hit }) => hit);
  const hits = grouped(repeats ? all : distinct(all), group).slice(offset, offset + limit);
  const misspelt = corrections(answers);
  const sum = (count: (answer: Answer) => number) => answers.reduce((sum, answer) => sum + count(answer), 0);
  return {
    ...answers[0]!,
    hits,
    total: sum(({ total }) => total),
    relation: answers.some(({ relation }) => relation === "gte") ? "gte" : "eq",
    semanticOnly: hits.filter(({ lenses }) => lenses.keyword === null && lenses.semantic !== null).length,
    facets: facets(answers),
    encoder: answers.find(({ encoder }) => encoder !== null)?.encoder ?? null,
    corrections: misspelt,
    didYouMean: misspelt.length > 0 ? answers[0]!.didYouMean : null,
    legs: { keyword: leg(answers.map(({ legs }) => legs.keyword)), semantic: leg(answers.map(({ legs }) => legs.semantic)) },
    failures: answers.flatMap(({ failures }) => failures),
    timings: answers.reduce((slowest, { timings }) => (timings.total > slowest.total ? timings : slowest), answers[0]!.timings),
  };
}

/** Each address once. */
function distinct(hits: readonly HitOfSeveral[]): HitOfSeveral[] {
  const seen = new Set<string>();
  return hits.filter(({ url }) => !seen.has(url) && seen.add(url));
}

/** Few of each value, as each index did for itself. */
function grouped(hits: HitOfSeveral[], group: Group | undefined): HitOfSeveral[] {
  if (!group) return hits;
  const counts = new Map<FieldValue, number>();
  return hits.filter(({ group: value }) => {
    if (value === undefined) return true;
    const count = (counts.get(value) ?? 0) + 1;
    counts.set(value, count);
    return count <= (group.limit ?? 1);
  });
}

/** By a field of the metadata; pages without it come last. */
function byValue(a: Hit, b: Hit, { field, order = "asc" }: Sort): number {
  const [left, right] = [a, b].map(({ meta }) => [meta[field]].flat().at(order === "asc" ? 0 : -1) as FieldValue | undefined);
  if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
  const sign = order === "asc" ? 1 : -1;
  return left < right ? -sign : left > right ? sign : 0;
}

/** Sums what each counted. */
function facets(answers: readonly Answer[]): Record<string, Facet> {
  const sums = new Map<string, Facet>();
  for (const facet of answers.flatMap(({ facets }) => Object.values(facets))) {
    const counts = new Map(sums.get(facet.field)?.values.map(({ value, count }) => [value, count]));
    for (const { value, count } of facet.values) counts.set(value, (counts.get(value) ?? 0) + count);
    const values = [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
    sums.set(facet.field, { ...facet, values, more: Math.max(facet.more, sums.get(facet.field)?.more ?? 0) });
  }
  return Object.fromEntries(sums);
}

/** A word is misspelt only if no index uses it. */
function corrections(answers: readonly Answer[]): Answer["corrections"] {
  const [first, ...others] = answers;
  return first!.corrections.filter(({ word }) => others.every(({ corrections }) => corrections.some((other) => other.word === word)));
}

/** What the legs did together: what any of them still does, did, or failed at. */
function leg(legs: readonly Leg[]): Leg {
  const order = ["pending", "used", "failed", "skipped"];
  const first = [...legs].sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status))[0]!;
  return { ...first, matches: legs.reduce((sum, { matches }) => sum + matches, 0) };
}
