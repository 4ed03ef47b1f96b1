/** Addresses that name the words to mark on the page: a text fragment beside the section's anchor, which browsers mark by themselves. */

import type { Excerpt } from "bifocal";

/** Words beside the marked ones, on either side: with them a phrase is rarely twice on a page. */
const BESIDE = 2;

/** Marks are of one phrase if no more words than this stand between them. */
const BETWEEN = 3;

/** What may stand between two words of a phrase besides a space: a comma with one, or the signs within a name such as `Vec::push`. */
const WITHIN = /^(, |[^\s…]{1,2})$/u;

/** Scripts that put no spaces between words, which the browser has to tell apart. */
const UNSPACED = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u;

/** From where a browser sees a word begin to where it sees one end; what it divides further, such as `1,b`, stays whole. */
const SPACED = /[\p{L}\p{M}\p{N}\p{Pc}\p{Cf}]+(?:['’.:·‧,;][\p{L}\p{M}\p{N}\p{Pc}\p{Cf}]+)*/gu;

interface Word {
  start: number;
  end: number;
}

/** `url` with the first marked words of an excerpt and those beside them, as a browser finds them in one paragraph of the page. */
export function withMarks(url: string, excerpt: Excerpt): string {
  const { text, ranges } = excerpt;
  if (ranges.length === 0 || !("Segmenter" in Intl) || url.includes(":~:")) return url;
  // The browser's own words only where they are needed: the first time, it takes them as long as showing several answers.
  const spaced = !ranges.some(([start, end]) => UNSPACED.test(text.slice(start, end)));
  const phrase = (spaced ? phraseOf(excerpt, spacedWords(text)) : null) ?? phraseOf(excerpt, allWords(text));
  return phrase === null ? url : `${url}${url.includes("#") ? "" : "#"}:~:text=${encoded(phrase)}`;
}

/** Of an excerpt's words, the first marked ones and those beside them. */
function phraseOf({ text, ranges }: Excerpt, words: readonly Word[]): string | null {
  const marked = (word: Word) => ranges.some(([start, end]) => word.start < end && word.end > start);
  let from = words.findIndex(marked);
  if (from < 0) return null;
  let to = from;
  for (let next = from + 1; next < words.length && next - to <= BETWEEN + 1 && follows(text, words, next); next++) {
    if (marked(words[next]!)) to = next;
  }
  for (let count = 0; count < BESIDE && from > 0 && follows(text, words, from); count++) from--;
  for (let count = 0; count < BESIDE && to + 1 < words.length && follows(text, words, to + 1); count++) to++;
  return text.slice(words[from]!.start, words[to]!.end);
}

/** Whether a word goes on from the one before it; a capital may begin the next paragraph, of which an excerpt shows no more than a space. */
function follows(text: string, words: readonly Word[], at: number): boolean {
  const gap = text.slice(words[at - 1]!.end, words[at]!.start);
  if (gap === " ") return !/^\p{Lu}/u.test(text.slice(words[at]!.start));
  return gap === "" || WITHIN.test(gap);
}

/** Words that spaces tell apart; where other scripts stand, there are none. */
function spacedWords(text: string): Word[] {
  const words = [...text.matchAll(SPACED)].filter(([word]) => !UNSPACED.test(word));
  return words.map(({ index, 0: word }) => ({ start: index, end: index + word.length }));
}

function allWords(text: string): Word[] {
  const segments = new Intl.Segmenter(undefined, { granularity: "word" }).segment(text);
  return [...segments].filter(({ isWordLike }) => isWordLike).map(({ index, segment }) => ({ start: index, end: index + segment.length }));
}

/** A dash would be part of the fragment's own syntax. */
function encoded(phrase: string): string {
  return encodeURIComponent(phrase).replaceAll("-", "%2D");
}
