/** What to mark in those texts of a hit that come without ranges: its title, headings, metadata. */

import type { Hit } from "./protocol.js";

/** A word without case and accents, and where it stands. */
export interface Word {
  word: string;
  range: [number, number];
}

/** Gives the ranges of a text's words that are the query's, or what the excerpts' marks say was found in their place. */
export function marker(hit: Hit, query: string): (text: string) => [number, number][] {
  const asked = wordsOf(query).map(({ word }) => word);
  const found = [hit, ...hit.sections].flatMap(({ excerpt: { text, ranges } }) => ranges.map(([start, end]) => folded(text.slice(start, end))));
  const known = new Set([...asked, ...found]);
  const last = /\w$/u.test(query) ? asked.at(-1) : undefined;
  const isMeant = (word: string) => known.has(word) || (last !== undefined && word.startsWith(last));
  return (text) => wordsOf(text).filter(({ word }) => isMeant(word)).map(({ range }) => range);
}

export function wordsOf(text: string): Word[] {
  return [...text.matchAll(/[\p{L}\p{M}\p{N}_]+/gu)].map(({ 0: word, index }) => ({ word: folded(word), range: [index, index + word.length] }));
}

/** Without case and accents. */
export function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
