// Draws the queries of one word and of three words from a site's own headings, by hash: `node draw-queries.mjs SITE`.
//
// What it wrote is checked in as bench/queries/SITE.txt and stays as it is when the documentation changes. Every word of a
// query is on at least ten pages, so that ten hits can be asked for; the three words stand in one heading, in this order.
// Signatures of functions are no headings here. The questions are ours, from bench/queries/SITE-questions.txt.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { here } from "../places.mjs";
import { draw, pagesBelow, site } from "./sites.mjs";

const [ONE, THREE] = [67, 66];
const PAGES = 10;
const STOP = new Set(
  ("a about after all an and any are as at be before between but by can did do does each else first for from had has have how i if " +
    "in into is it its last more must new no not of on one only or other our out over see so some such than that the their them " +
    "then there these they this to two under up use used using was we what when where which while who why will with you your")
    .split(" "),
);
/** What rustdoc writes before a name. */
const KIND =
  /^\s*(attribute macro|derive macro|type alias|constant|enum|function|keyword|macro|module|primitive type|struct|trait|union) /i;

const [name] = process.argv.slice(2);
const { folder } = site(name);
const headings = new Set();
const pagesWith = new Map();
for (const page of pagesBelow(folder)) {
  const html = readFileSync(join(folder, page), "utf8").replace(/<(script|style|nav|button)\b.*?<\/\1>/gs, " ");
  for (const [, , kind, heading] of html.matchAll(/<(h[1-3])\b([^>]*)>(.*?)<\/\1>/gs)) {
    if (!kind.includes("code-header")) headings.add(words(heading.replace(KIND, "")).join(" "));
  }
  for (const word of new Set(words(html))) pagesWith.set(word, (pagesWith.get(word) ?? 0) + 1);
}

const known = (word) => word.length >= 3 && !STOP.has(word) && pagesWith.get(word) >= PAGES;
const ones = new Set();
const threes = new Set();
for (const heading of headings) {
  const content = heading.split(" ").filter(known);
  for (const word of content) ones.add(word);
  for (let at = 0; at + 3 <= content.length; at += 3) {
    const three = content.slice(at, at + 3);
    if (new Set(three).size === 3) threes.add(three.join(" "));
  }
}
const drawn = [...first(ones, ONE), ...first(threes, THREE)];
if (drawn.length < ONE + THREE) throw new Error(`${name} has headings for ${drawn.length} queries only`);
const questions = readFileSync(here(`bench/queries/${name}-questions.txt`), "utf8");
writeFileSync(here(`bench/queries/${name}.txt`), `${drawn.join("\n")}\n${questions}`);

/** A text's words in lower case, without tags and entities. */
function words(html) {
  return html.replace(/<[^>]*>|&#?\w+;/g, " ").toLowerCase().match(/[a-z]+/g) ?? [];
}

function first(texts, count) {
  return [...texts].sort((a, b) => draw(a) - draw(b)).slice(0, count);
}
