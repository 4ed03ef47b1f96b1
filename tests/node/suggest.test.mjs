// What a half-typed text may become, out of an answer.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { load } from "./sources.mjs";

const { suggestions } = await load("suggest.ts", after);

const hit = (title, ...headings) => ({ title, url: `${title}.html`, sections: headings.map((heading) => ({ heading, url: `${title}.html#${heading}` })) });
const texts = (query, hits, completions, limit = 8) =>
  suggestions({ query, hits, completions: completions.map((text) => ({ text, pages: 1 })) }, limit).map(({ kind, text }) => `${kind} ${text}`);

test("titles and headings that begin so come first, then words, then names that hold all words", () => {
  const hits = [hit("Shared State", "Sharing a Mutex"), hit("Other", "How to share data"), hit("Nothing of it", "")];
  assert.deepEqual(texts("shar", hits, ["shared", "sharing"]), [
    "title Shared State", "heading Sharing a Mutex", "word shared", "word sharing", "heading How to share data",
  ]);
});

test("case, marks and doubles don't count, and every typed word must be there", () => {
  assert.deepEqual(texts("RESUME", [hit("Résumé", "Resume", "Resumption")], []), ["title Résumé"]);
  assert.deepEqual(texts("state sh", [hit("Shared State", "Sharing")], []), ["title Shared State"]);
  assert.deepEqual(texts("  ", [hit("Shared State")], []), []);
});

test("there are no more than were asked for, and room for words", () => {
  const hits = Array.from({ length: 9 }, (_, at) => hit(`A shore ${at}`));
  assert.deepEqual(texts("sho", hits, ["shore", "short", "shop"], 3), ["word shore", "title A shore 0", "title A shore 1"]);
});
