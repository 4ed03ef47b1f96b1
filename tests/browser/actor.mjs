// A client that plays what a story needs, in place of `bifocal.js`: it runs in the page, so that the element meets answers
// that no index of ours would give.

/** The module's text. `script` is the body of a function of `(text, options, actor)` that answers; see `ANSWER`. */
export const actor = (script = "return answer(text)", about = {}) => `
const about = ${JSON.stringify({ title: "Play", site: "../", pages: 2, sections: 3, lexicon: true, model: null, languages: [], ...about })};
const leg = { status: "used", matches: 1 };
const excerpt = (text, ...ranges) => ({ text, ranges });
const hit = (more) => ({ id: "a", url: new URL("../a.html", import.meta.url).href, title: "A page", score: 1, lenses: { keyword: 1, semantic: 2 }, excerpt: excerpt("Some words of it", [5, 10]), sections: [], meta: {}, ...more });
const answer = (text, more = {}) => {
  const hits = more.hits ?? [hit()];
  return { query: text, mode: "hybrid", hits, total: hits.length, semanticOnly: 0, encoder: "lexicon", fusion: "", relaxed: false, relation: "eq", facets: {}, corrections: [], didYouMean: null, legs: { keyword: leg, semantic: leg }, failures: [], timings: { total: 1, parts: 0, vector: 0, engine: 1 }, ...more };
};
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const play = async (text, options) => { ${script} };
const refusal = ({ code, message }) => Object.assign(new Error("bifocal: " + message), { code });
export class BifocalError extends Error {}
class Search {
  about = about;
  upgraded = false;
  search(text, options) { return play(text, options); }
  async upgrade({ signal, onProgress }) {
    const total = about.model.file.bytes;
    onProgress({ phase: "downloading", loaded: total / 2, total });
    if (globalThis.refuseModel) throw refusal(globalThis.refuseModel);
    await new Promise((resolve, reject) => {
      globalThis.modelIsThere = resolve;
      signal.addEventListener("abort", () => reject(signal.reason));
    });
    this.upgraded = true;
  }
  close() {}
}
export const open = async (url) => {
  globalThis.opened = [...(globalThis.opened ?? []), url];
  if (globalThis.refuse) throw refusal(globalThis.refuse);
  await globalThis.gate;
  return new Search();
};
`;
