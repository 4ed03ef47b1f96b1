// A small engine with the wasm core's door, for tests of the code that drives it. One part holds the names of the others'
// pages, one part each page; a part's bytes are JSON and carry their own path, which stands for the hash.

export const SITE = "http://site.test/docs/";
export const BASE = `${SITE}bifocal/`;

/** The files of an index of `pages` (`{id, title, text}`), by path; `generation` marks them all. */
export function fakeIndex(pages, { generation = "one", model = null, lexicon = false } = {}) {
  const files = new Map();
  const put = (path, value) => files.set(path, new TextEncoder().encode(JSON.stringify({ path, ...value })));
  const core = `parts/core-${generation}.bin`;
  put(core, { pages: pages.map(({ id }) => `parts/${id}-${generation}.bin`) });
  for (const page of pages) put(`parts/${page.id}-${generation}.bin`, { page });
  const runtime = { worker: "runtime/worker.js", core: "runtime/core.bin", seldom: "runtime/seldom.bin" };
  const about = { generation, title: "A site", site: "../", pages: pages.length, sections: pages.length, passages: pages.length, languages: [{ code: "en", pages: pages.length }], words: 1, format: 1, largestPart: 10_000, lexicon, model, runtime };
  files.set("bifocal.json", new TextEncoder().encode(JSON.stringify({ ...about, core })));
  return files;
}

/** The least wasm that can be bound: a function `__wbindgen_start` that does nothing. */
export const WASM = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 4, 1, 0x60, 0, 0],
  ...[3, 2, 1, 0],
  ...[7, 20, 1, 16, ...Buffer.from("__wbindgen_start"), 0, 0],
  ...[10, 4, 1, 2, 0, 11],
]);

export class FakeEngine {
  calls = [];
  #entry;
  #loaded = new Map();
  #failed = new Map();
  #runs = new Map();
  #last = 0;
  #whole = false;
  #complete = false;

  constructor(entry) {
    this.#entry = JSON.parse(entry);
  }

  describe() {
    const { core, ...about } = this.#entry;
    return about;
  }

  parts() {
    return this.#loaded.get(this.#entry.core)?.pages ?? [this.#entry.core];
  }

  complete() {
    this.#complete = true;
  }

  /** Queries with an expression need the second module at once; a step that asks for the page `seldom` does, too. */
  start(query) {
    if (query.expression && !this.#complete) return 0;
    this.calls.push(["start", query]);
    this.#runs.set(++this.#last, { query, partial: false, vector: null, failure: null });
    return this.#last;
  }

  step(id) {
    const run = this.#runs.get(id);
    const missing = (paths) => paths.filter((path) => !this.#loaded.has(path) && !this.#failed.has(path));
    let parts = missing([this.#entry.core]);
    if (parts.length === 0) parts = missing(this.#loaded.get(this.#entry.core)?.pages ?? []);
    const wantsVector = run.query.vector === "later" && run.query.mode !== "keyword" && !run.vector && !run.failure;
    const seldom = !this.#complete && parts.some((path) => path.startsWith("parts/seldom"));
    if (parts.length > 0) return { status: "need", parts, ...(wantsVector && { vector: run.query.text }), ...(seldom && { seldom }) };
    if (wantsVector && !run.partial) {
      run.partial = true;
      return { status: "partial", answer: this.#answer(run, "pending") };
    }
    if (wantsVector) return { status: "need", parts: [], vector: run.query.text };
    return { status: "done", answer: this.#answer(run, run.vector ? "used" : run.failure ? "failed" : "skipped") };
  }

  holdWhole() {
    this.#whole = true;
  }

  supply(path, bytes) {
    const part = JSON.parse(new TextDecoder().decode(bytes));
    if (part.path !== path) throw new Error("its hash is another");
    if (path.startsWith("parts/seldom") && !this.#complete) throw new Error("nothing can read it yet");
    this.#loaded.set(path, part);
    this.#failed.delete(path);
  }

  fail(path, reason) {
    this.#failed.set(path, reason);
  }

  giveVector(id, vector, encoder) {
    Object.assign(this.#runs.get(id), { vector, encoder });
  }

  failVector(id, reason) {
    this.#runs.get(id).failure = reason;
  }

  retry() {
    this.#failed.clear();
  }

  finish(id) {
    this.calls.push(["finish", id]);
    this.#runs.delete(id);
  }

  get running() {
    return this.#runs.size;
  }

  #answer({ query, encoder, failure }, semantic) {
    const word = query.text.toLowerCase();
    const hits = [...this.#loaded.values()]
      .filter(({ page }) => page && (semantic === "used" || page.text.toLowerCase().includes(word)))
      .map(({ page }, place) => {
        const at = page.text.toLowerCase().indexOf(word);
        const excerpt = { text: page.text, ranges: at < 0 || word === "" ? [] : [[at, at + word.length]] };
        const url = page.url ?? `${page.id}.html`;
        return {
          id: page.id, url, title: page.title, score: 1 / (place + 1), meta: {}, excerpt,
          lenses: { keyword: at < 0 ? null : place + 1, semantic: semantic === "used" ? place + 1 : null },
          sections: [{ heading: "Part", path: [], anchor: "part", url: `${url}#part`, score: 1, excerpt }],
        };
      });
    const total = hits.filter((hit) => hit.lenses.keyword !== null).length;
    const reason = failure ?? query.vectorReason;
    return {
      query: query.text, mode: query.mode, hits: hits.slice(query.offset, query.offset + query.limit), total,
      semanticOnly: hits.length - total, encoder: encoder ?? null, relaxed: false, corrections: [], didYouMean: null, fusion: this.#whole ? "of the whole" : "", failures: [...this.#failed.values()],
      legs: { keyword: { status: "used", matches: total }, semantic: { status: semantic, matches: 0, ...(reason ? { reason } : {}) } },
    };
  }
}
