// What a document's text tells its reader to type.

import { readFile } from "node:fs/promises";
import { here } from "./places.mjs";

/** The text below a heading of the second rank, up to the next; `null` is for what stands before the first. */
export async function section(document, heading) {
  const [before, ...sections] = (await readFile(here(document), "utf8")).split(/^## /m);
  return heading === null ? before : sections.find((text) => text.startsWith(`${heading}\n`));
}

/**
 * The fenced blocks of a text: their `language` and `lines`, and the `commands` of those that are for a terminal, without what
 * a terminal answers and without remarks.
 */
export function fences(text) {
  return [...text.matchAll(/^```(\w*)\n(.*?)\n```$/gms)].map(([, language, block]) => {
    const lines = block.split("\n");
    const typed = language === "console" ? lines.filter((line) => line.startsWith("$ ")) : lines;
    return { language, lines, commands: typed.map((line) => line.replace(/^\$ |\s+#.*/g, "")) };
  });
}

/** The file that a block's first line names, in a comment, or nothing. */
export const fileIn = (line) => /^(?:\/\/|<!--|#) (\S+\.\w+)/.exec(line)?.[1];

/** The first table of a text, without its head: its rows, each of them the text of its cells. */
export function rowsOf(text) {
  const [, body] = /^\|---.*\n((?:\|.*\n)+)/m.exec(text);
  return body.trimEnd().split("\n").map((row) => row.split("|").slice(1, -1));
}
