// Known items: someone knows a page and types its title, with a slip of the hand, only half of it, or with what is sought in it. Where
// does it come?
//
// `./build.sh bench known-items`: up to 150 titles of each site, drawn by their hashes, of two words or more and borne by one page
// alone. The figure is MRR@10: the mean of one over the page's rank, 0 beyond the tenth. With a heading, also: of the pages that are
// found, how many lead to that heading before all others, with the projects that lead to sections. Every project is set up as its manual
// shows: prefixes and forgiven slips switched on, titles counting more. All have the same pages, bifocal and Pagefind their own
// reading of them. Pagefind and bifocal run in Chromium, the others in Node.

import { withPage } from "./chromium.mjs";
import { table } from "./figures.mjs";
import { open, plainPagesOf, prepare } from "./network/contenders.mjs";
import { draw, sample, site } from "./network/sites.mjs";
import { flexSearch, miniSearch, path } from "./pages/peers.js";
import { load } from "./places.mjs";

const TITLES = Number(process.env.TITLES ?? 150);
const RANKS = 10;

export async function measure() {
  const large = site("large");
  const figures = {};
  for (const one of [site("book"), sample(large, 4), large]) {
    prepare(one, ["keyword", "pagefind", "byHand"]);
    const pages = plainPagesOf(one);
    const titles = knownTitles(pages);
    const kinds = {
      "the title": titles,
      "with a slip": titles.map(slipped),
      "half typed": titles.map(half),
      "with a heading": titles.map(withHeading).filter(Boolean),
    };
    console.log(`\n${one.title}, ${one.pages} pages, ${titles.length} titles\n`);
    const found = { ...(await inBrowser(one, kinds)), ...inNode(pages, kinds, await orama(pages)) };
    const rows = await Promise.all(Object.entries(found).map(async ([name, answers]) => {
      const lists = await answers;
      const ranks = Object.fromEntries(Object.entries(lists).map(([kind, lists]) => [kind, mrr(lists, kinds[kind])]));
      return [name, { ...ranks, "its section": ledTo(lists["with a heading"], kinds["with a heading"]) }];
    }));
    figures[one.name] = Object.fromEntries(rows);
    table([["MRR@10", ...Object.keys(kinds), "its section"], ...rows.map(([name, ranks]) => [name, ...Object.values(ranks).map((mean) => mean?.toFixed(3) ?? "")])]);
  }
  return figures;
}

function knownTitles(pages) {
  const counts = new Map();
  for (const { title } of pages) counts.set(title, (counts.get(title) ?? 0) + 1);
  return pages
    .filter(({ title }) => counts.get(title) === 1 && title.split(/\s+/).length > 1)
    .sort((a, b) => draw(a.id) - draw(b.id))
    .slice(0, TITLES)
    .map(({ id, title, headings }) => ({ id, text: title, headings: headings.split("\n") }));
}

/** The longest word of a title with two neighbours exchanged, a letter left out or doubled, or another: its hash decides. */
function slipped({ id, text }) {
  const word = (text.match(/[a-z]{5,}/gi) ?? [text]).reduce((a, b) => (b.length > a.length ? b : a));
  const chance = draw(text);
  const at = 1 + (chance % (word.length - 2));
  const [before, letter, after] = [word.slice(0, at), word[at], word.slice(at + 1)];
  const typed = [before + after[0] + letter + after.slice(1), before + after, before + letter + letter + after, `${before}${letter === "k" ? "l" : "k"}${after}`];
  return { id, text: text.replace(word, typed[(chance >>> 8) % 4]) };
}

/** A little more than half of a title, most often in the middle of a word. */
const half = ({ id, text }) => ({ id, text: text.slice(0, Math.max(4, Math.ceil(text.length * 0.55))) });

/** A title and one of the page's headings that says more: its hash decides which. Nothing, if there is none. */
function withHeading({ id, text, headings }) {
  const more = [...new Set(headings)].filter((heading) => heading && heading.length < 60 && !text.toLowerCase().includes(heading.toLowerCase()));
  const heading = more[draw(text) % more.length];
  return heading && { id, heading, text: `${text} ${heading}` };
}

const mrr = (lists, queries) => lists.reduce((sum, list, at) => sum + 1 / (1 + (rank(list, queries[at]) ?? Infinity)), 0) / queries.length;

const rank = (list, { id }) => (list.some((hit) => hit.id === id) ? list.findIndex((hit) => hit.id === id) : undefined);

/** Of the hits that are the wanted page, the share whose first section has the wanted heading; nothing, if hits have no sections. */
function ledTo(lists, queries) {
  const hits = lists.map((list, at) => list[rank(list, queries[at])]);
  const right = hits.filter((hit, at) => hit?.section !== undefined && plain(hit.section) === plain(queries[at].heading));
  return hits.some((hit) => hit?.section !== undefined) ? right.length / hits.filter(Boolean).length : undefined;
}

const plain = (heading) => heading.replace(/[^\p{L}\p{N}]+/gu, " ").trim();

const each = (kinds, ask) =>
  Object.fromEntries(Object.entries(kinds).map(([kind, queries]) => [kind, queries.map(({ text }) => ask(text).slice(0, RANKS).map((id) => ({ id })))]));

async function inBrowser(one, kinds) {
  const server = await open(one);
  const texts = Object.fromEntries(Object.entries(kinds).map(([kind, queries]) => [kind, queries.map(({ text }) => text)]));
  try {
    return await withPage(async (page) => {
      await page.goto(`${server.url}/bifocal/index.html`);
      const answers = await page.evaluate(async ({ texts, RANKS }) => {
        const bifocal = await (await import("/bifocal/bifocal.js")).open("/bifocal/");
        const pagefind = await import("/pagefind/pagefind.js");
        await pagefind.options({ excerptLength: 1 });
        const ours = ({ url, sections: [section] }) => ({ url, section: section?.heading ?? "" });
        // Which section its own interface shows before others: the one with the most marked words.
        const theirs = ({ url, sub_results }) => ({ url, section: [...sub_results].sort((a, b) => b.locations.length - a.locations.length)[0]?.title ?? "" });
        const ways = {
          "bifocal, words": async (text) => (await bifocal.search(text, { mode: "keyword", limit: RANKS })).hits.map(ours),
          "bifocal, words and meaning": async (text) => (await bifocal.search(text, { encoder: "lexicon", limit: RANKS })).hits.map(ours),
          Pagefind: async (text) => {
            const { results } = await pagefind.search(text);
            return (await Promise.all(results.slice(0, RANKS).map((result) => result.data()))).map(theirs);
          },
        };
        const answers = {};
        for (const [name, ask] of Object.entries(ways)) {
          answers[name] = {};
          for (const [kind, asked] of Object.entries(texts)) {
            answers[name][kind] = [];
            for (const text of asked) answers[name][kind].push((await ask(text)).map(({ url, section }) => ({ id: new URL(url, location.href).pathname, section })));
          }
        }
        return answers;
      }, { texts, RANKS });
      for (const byKind of Object.values(answers)) for (const lists of Object.values(byKind)) for (const list of lists) list.forEach((hit) => (hit.id = path(hit.id)));
      return answers;
    });
  } finally {
    server.close();
  }
}

function inNode(pages, kinds, oramaAnswers) {
  return { MiniSearch: each(kinds, miniSearch(load("minisearch"), pages)), "FlexSearch": each(kinds, flexSearch(load("flexsearch").Document, pages, RANKS)), lunr: each(kinds, lunr(pages)), Orama: oramaAnswers(kinds) };
}

function lunr(pages) {
  const lunr = load("lunr");
  const index = lunr((builder) => {
    builder.ref("id");
    builder.field("title", { boost: 10 });
    builder.field("headings", { boost: 2 });
    builder.field("text");
    pages.forEach((page) => builder.add(page));
  });
  return (text) =>
    index.query((query) => {
      for (const token of lunr.tokenizer(text)) {
        query.term(token, { boost: 100 });
        query.term(token, { boost: 10, usePipeline: false, wildcard: lunr.Query.wildcard.TRAILING });
        query.term(token, { boost: 1, usePipeline: false, editDistance: 1 });
      }
    }).map(({ ref }) => ref);
}

async function orama(pages) {
  const { create, insertMultiple, search } = load("@orama/orama");
  const index = await create({ schema: { id: "string", title: "string", headings: "string", text: "string" } });
  await insertMultiple(index, pages);
  return async (kinds) => {
    const answers = {};
    for (const [kind, queries] of Object.entries(kinds)) {
      answers[kind] = [];
      for (const { text } of queries) {
        const { hits } = await search(index, { term: text, properties: ["title", "headings", "text"], boost: { title: 2 }, tolerance: 1, limit: RANKS });
        answers[kind].push(hits.map(({ document }) => ({ id: document.id })));
      }
    }
    return answers;
  };
}
