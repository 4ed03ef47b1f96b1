/** Addresses that name the words to mark on the page: a text fragment beside the section's anchor, which browsers mark by themselves. */

import type { Excerpt } from "bifocal";

/** Words beside the marked ones, on either side: with them a phrase is rarely twice on a page. */
const BESIDE = 2;

/** Marks are of one phrase if no more words than this stand between them. */
const BETWEEN = 3;

/** What may stand between two words of a phrase besides a space: a comma with one, or the signs within a name such as `Vec::push`. */
const WITHIN = /^(, |[^\s…]{1,2})$/u;

interface Word {
  start: number;
  end: number;
}

/** `url` with the first marked words of an excerpt and those beside them, as a browser finds them in one paragraph of the page. */
export function withMarks(url: string, { text, ranges }: Excerpt): string {
  const [first] = ranges;
  if (!first || !("Segmenter" in Intl) || url.includes(":~:")) return url;
  const words = wordsOf(text);
  const marked = (word: Word) => ranges.some(([start, end]) => word.start < end && word.end > start);
  let from = words.findIndex(marked);
  if (from < 0) return url;
  let to = from;
  for (let next = from + 1; next < words.length && next - to <= BETWEEN + 1 && follows(text, words, next); next++) {
    if (marked(words[next]!)) to = next;
  }
  for (let count = 0; count < BESIDE && from > 0 && follows(text, words, from); count++) from--;
  for (let count = 0; count < BESIDE && to + 1 < words.length && follows(text, words, to + 1); count++) to++;
  const phrase = text.slice(words[from]!.start, words[to]!.end);
  return `${url}${url.includes("#") ? "" : "#"}:~:text=${encoded(phrase)}`;
}

/** Whether a word goes on from the one before it; a capital may begin the next paragraph, of which an excerpt shows no more than a space. */
function follows(text: string, words: readonly Word[], at: number): boolean {
  const gap = text.slice(words[at - 1]!.end, words[at]!.start);
  if (gap === " ") return !/^\p{Lu}/u.test(text.slice(words[at]!.start));
  return gap === "" || WITHIN.test(gap);
}

function wordsOf(text: string): Word[] {
  const segments = new Intl.Segmenter(undefined, { granularity: "word" }).segment(text);
  return [...segments].filter(({ isWordLike }) => isWordLike).map(({ index, segment }) => ({ start: index, end: index + segment.length }));
}

/** A dash would be part of the fragment's own syntax. */
function encoded(phrase: string): string {
  return encodeURIComponent(phrase).replaceAll("-", "%2D");
}
