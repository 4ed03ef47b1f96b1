// Several indexes as one: in which order their hits come, and what their answers say together.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { load } from "./sources.mjs";

const { Several, openSeveral, BifocalError } = await load(["../several/several.ts", "loader.ts"], after);

const hit = (url, score = 1, more = {}) => ({ id: "same", url, title: url, score, lenses: { keyword: 1, semantic: null }, excerpt: { text: "", ranges: [] }, sections: [], meta: {}, ...more });
const leg = (status, matches = 1) => ({ status, matches });
const answer = (hits, more = {}) => ({ query: "x", mode: "hybrid", hits, total: hits.length, relation: "eq", semanticOnly: 0, facets: {}, relaxed: false, encoder: "lexicon", fusion: "", corrections: [], didYouMean: null, legs: { keyword: leg("used"), semantic: leg("used") }, failures: [], timings: { total: 1, parts: 0, vector: 0, engine: 1 }, ...more });

/** An open index that answers with these. `asked` gets what it is asked. */
const index = (given, { about = {}, asked = [], partial } = {}) => ({
  about: { title: "t", pages: 2, sections: 3, passages: 4, words: 5, languages: [{ code: "en", pages: 2 }], lexicon: false, model: { file: {} }, ...about },
  upgraded: false,
  search: async (_, options) => {
    asked.push(options);
    if (partial) options.onUpdate?.(partial);
    if (given instanceof Error) throw given;
    return given;
  },
  upgrade: async () => {},
  close: () => {},
});

const urls = ({ hits }) => hits.map(({ url, index }) => `${url}${index}`);
const ask = (answers, options) => new Several(answers.map((given) => index(given))).search("x", options);
const noField = new BifocalError("index", "the index has no field colour");

test("hits take turns; of equal ranks the one whose title is the query is first, then the order of indexes", async () => {
  const found = await ask([answer([hit("a", 1), hit("b", 0.2)]), answer([hit("c", 1.9), hit("d", 0.2), hit("e", 0.1)])]);
  assert.deepEqual(urls(found), ["c1", "a0", "b0", "d1", "e1"]);
  assert.equal(found.total, 5);
});

test("an index without the words comes after those with them; one without what operators ask for has nothing to say", async () => {
  const byMeaning = { keyword: null, semantic: 1 };
  const found = await ask([answer([hit("a", 1, { lenses: byMeaning })], { total: 0, relation: "gte" }), answer([hit("b"), hit("c")])]);
  assert.deepEqual(urls(found), ["b1", "c1", "a0"]);
  assert.deepEqual([found.total, found.semanticOnly, found.relation], [2, 1, "gte"]);
  assert.deepEqual(urls(await ask([answer([hit("a")], { relaxed: true }), answer([hit("b")])])), ["b1"]);
  const both = await ask([answer([hit("a")], { relaxed: true }), answer([hit("b")], { relaxed: true })]);
  assert.deepEqual([urls(both), both.relaxed], [["a0", "b1"], true]);
});

test("pages of results follow each other, and each address is there once", async () => {
  const asked = [];
  const several = new Several([index(answer([hit("a"), hit("b"), hit("c")]), { asked }), index(answer([hit("b"), hit("d")]), { asked })]);
  const all = [0, 2, 4].map((offset) => several.search("x", { offset, limit: 2 }));
  assert.deepEqual((await Promise.all(all)).flatMap(urls), ["a0", "b1", "d1", "c0"]);
  assert.deepEqual(asked.map(({ limit, offset }) => [limit, offset]), [[2, 0], [2, 0], [4, 0], [4, 0], [6, 0], [6, 0]]);
});

test("an index that weighs more has more turns, and one that weighs nothing comes last", async () => {
  const parts = [answer([hit("a"), hit("b"), hit("c"), hit("d")]), answer([hit("p"), hit("q")]), answer([hit("x", 2)])];
  const ask = async (weights) => urls(await new Several(parts.map((given) => index(given)), [], { weights }).search("x"));
  assert.deepEqual(await ask(undefined), ["x2", "a0", "p1", "b0", "q1", "c0", "d0"]);
  assert.deepEqual(await ask([2, 1, 1]), ["a0", "x2", "b0", "p1", "c0", "d0", "q1"]);
  assert.deepEqual(await ask([1, 1, 0.5]), ["a0", "p1", "x2", "b0", "q1", "c0", "d0"]);
  assert.deepEqual(await ask([1, 0, 1]), ["x2", "a0", "b0", "c0", "d0", "p1", "q1"]);
});

test("a page that is in two indexes may be a hit of each, so that there are as many hits as were counted", async () => {
  const found = await new Several([index(answer([hit("a"), hit("b")])), index(answer([hit("b")]))], [], { repeats: true }).search("x");
  assert.deepEqual([urls(found), found.total], [["a0", "b1", "b0"], 3]);
});

test("facets add up, a sort holds over all, groups stay small", async () => {
  const facet = (...values) => ({ section: { field: "section", kind: "text", more: 0, values: values.map(([value, count]) => ({ value, count })) } });
  const dated = (url, date, group) => hit(url, 1, { meta: date ? { date } : {}, group });
  const answers = [answer([dated("a", "2024-02", "x"), dated("b", null, "x")], { facets: facet(["guide", 1], ["blog", 2]) }), answer([dated("c", "2024-03", "x"), dated("d", "2023", "y")], { facets: facet(["guide", 4]) })];
  const found = await ask(answers, { sort: { field: "date", order: "desc" } });
  assert.deepEqual(urls(found), ["c1", "a0", "d1", "b0"]);
  assert.deepEqual(found.facets.section.values, [{ value: "guide", count: 5 }, { value: "blog", count: 2 }]);
  assert.deepEqual(urls(await ask(answers, { group: { field: "z", limit: 2 } })), ["a0", "c1", "d1"]);
});

test("a word is misspelt only where no index uses it", async () => {
  const corrections = [{ word: "hony", meant: ["honey"] }];
  const misspelt = answer([hit("a")], { corrections, didYouMean: "honey" });
  assert.deepEqual((await ask([misspelt, misspelt])).corrections, corrections);
  const known = await ask([misspelt, answer([hit("b")])]);
  assert.deepEqual([known.corrections, known.didYouMean], [[], null]);
});

test("an index that fails is named, one that lacks a field is not, and if all fail so does the search", async () => {
  const broken = await ask([new BifocalError("network", "nothing came back"), answer([hit("b")], { failures: ["part"] })]);
  assert.deepEqual([urls(broken), broken.failures], [["b1"], ["part", "bifocal: nothing came back"]]);
  const lacking = await ask([noField, answer([hit("b")])], { filters: { colour: "red" } });
  assert.deepEqual([urls(lacking), lacking.failures], [["b1"], []]);
  await assert.rejects(ask([noField, noField]), /no field colour/);
  const facet = (field) => ({ field, kind: "text", more: 0, values: [] });
  const other = answer([hit("a")], { facets: { section: facet("section"), lang: facet("lang") } });
  const poor = { ...index(other), search: async (_, { facets: [{ field, limit }] }) => (field === "*" && limit === 300 ? other : Promise.reject(noField)) };
  const counted = await new Several([poor, index(answer([hit("b")]))]).search("x", { facets: ["colour", { field: "section", limit: 300 }] });
  assert.deepEqual([urls(counted), Object.keys(counted.facets)], [["a0", "b1"], ["section"]]);
  await assert.rejects(openSeveral([]), /no index is named/);
});

test("what is known early is shown early, and what is still to come is said", async () => {
  const early = answer([hit("a")], { legs: { keyword: leg("used"), semantic: leg("pending", 0) } });
  const seen = [];
  const several = new Several([index(answer([hit("a")]), { partial: early }), index(answer([hit("b")]))]);
  const found = await several.search("x", { onUpdate: (answer) => seen.push([urls(answer), answer.legs.semantic.status]) });
  assert.deepEqual(seen, [[["a0"], "pending"]]);
  assert.deepEqual([urls(found), found.legs.semantic], [["a0", "b1"], { status: "used", matches: 2 }]);
});

test("counts of all, the name of the first", () => {
  const { about, upgraded } = new Several([index(answer([])), null, index(answer([]), { about: { title: "u", lexicon: true, languages: [{ code: "ko", pages: 9 }, { code: "en", pages: 1 }] } })]);
  assert.deepEqual([about.title, about.pages, about.words, about.lexicon, about.model, upgraded], ["t", 4, 10, true, null, false]);
  assert.deepEqual(about.languages, [{ code: "ko", pages: 9 }, { code: "en", pages: 3 }]);
});
