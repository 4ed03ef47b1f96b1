/** What a half-typed text may become. */

import type { Answer } from "./protocol.js";

export interface SuggestOptions {
  /** Most suggestions. Default 8. */
  limit?: number;
  signal?: AbortSignal;
}

/** What a half-typed text may become. */
export type Suggestion =
  /** The text with its last word written out, which so many pages hold. */
  | { kind: "word"; text: string; pages: number }
  /** The title of a page or a heading on one, which holds all of the text's words. */
  | { kind: "title" | "heading"; text: string; url: string };

/** At most `limit` suggestions out of the answer to the text: titles and headings first that begin with it, then words, then the other titles. */
export function suggestions({ query, hits, completions = [] }: Answer, limit: number): Suggestion[] {
  const typed = plain(query);
  const begins: Suggestion[] = [];
  const holds: Suggestion[] = [];
  const known = new Set<string>();
  const add = (kind: "title" | "heading", text: string, url: string) => {
    const name = plain(text);
    if (!name || known.has(name) || !holdsAll(name, typed)) return;
    known.add(name);
    (name.startsWith(typed) ? begins : holds).push({ kind, text, url });
  };
  for (const { title, url, sections } of hits) {
    add("title", title, url);
    for (const section of sections) add("heading", section.heading, section.url);
  }
  const words = completions.map(({ text, pages }): Suggestion => ({ kind: "word", text, pages }));
  const room = Math.max(limit - begins.length - holds.length, Math.ceil(limit / 3));
  return [...begins, ...words.slice(0, room), ...holds].slice(0, limit);
}

/** Lower case without marks, white space as single spaces. */
function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{Mark}/gu, "").toLowerCase().replace(/\s+/g, " ").trim();
}

/** Whether a name has a word that begins with each of those typed. */
function holdsAll(name: string, typed: string): boolean {
  const words = name.split(/[^\p{Alphabetic}\p{Number}]+/u);
  const wanted = typed.split(/[^\p{Alphabetic}\p{Number}]+/u).filter(Boolean);
  return wanted.length > 0 && wanted.every((part) => words.some((word) => word.startsWith(part)));
}
