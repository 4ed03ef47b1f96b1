// Hybrid search put together by hand from the usual parts, over the same passages and vectors as the index.

import { Tokenizer } from "/packages/@huggingface/tokenizers/dist/tokenizers.min.mjs";
import MiniSearch from "/packages/minisearch/dist/es/index.js";
import * as ort from "/packages/onnxruntime-web/dist/ort.wasm.bundle.min.mjs";

const WIDTH = 384;
const SEMANTIC = 0.8;

/** Loads everything; the passages are `{ url, title, heading, text }`. */
export async function open() {
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = "/packages/onnxruntime-web/dist/";
  const get = (path) => fetch(`/data/${path}`).then((response) => response.arrayBuffer());
  const [tokenizerFile, model, passageFile, vectorFile] = await Promise.all(
    ["tokenizer.json", "model.onnx", "passages.json", "vectors.f32"].map(get),
  );
  const parse = (bytes) => JSON.parse(new TextDecoder().decode(bytes));
  const tokenizer = new Tokenizer({ ...parse(tokenizerFile), padding: null, truncation: null }, {});
  const session = await ort.InferenceSession.create(new Uint8Array(model), { executionProviders: ["wasm"] });
  const passages = parse(passageFile);
  const vectors = new Float32Array(vectorFile);
  const words = new MiniSearch({
    fields: ["title", "heading", "text"],
    searchOptions: { boost: { title: 2, heading: 1.5 }, prefix: (_, place, terms) => place === terms.length - 1 },
  });
  words.addAll(passages.map((passage, id) => ({ id, ...passage })));

  /** The ten best pages, by the same fusion as bifocal's own. */
  async function search(query) {
    const byWords = new Map(words.search(query).map(({ id, score }) => [id, score]));
    const vector = await embed(query);
    const pages = new Map();
    const page = (url) => pages.get(url) ?? pages.set(url, { words: 0, meaning: -1, best: -1 }).get(url);
    for (let id = 0; id < passages.length; id += 1) {
      let cosine = 0;
      for (let i = 0, at = id * WIDTH; i < WIDTH; i += 1) cosine += vector[i] * vectors[at + i];
      const found = page(passages[id].url);
      found.words = Math.max(found.words, byWords.get(id) ?? 0);
      if (cosine > found.meaning) Object.assign(found, { meaning: cosine, best: id });
    }
    const most = (score) => Math.max(...[...pages.values()].map(score)) || 1;
    const [mostWords, mostMeaning] = [most(({ words }) => words), most(({ meaning }) => meaning + 1)];
    const ranked = [...pages].map(([url, { words, meaning, best }]) => ({
      url,
      best,
      score: (SEMANTIC * (meaning + 1)) / mostMeaning + ((1 - SEMANTIC) * words) / mostWords,
    }));
    ranked.sort((a, b) => b.score - a.score);
    const terms = query.toLowerCase().split(/\W+/).filter(Boolean);
    return ranked.slice(0, 10).map(({ url, best, score }) => ({
      url,
      score,
      title: passages[best].title,
      excerpt: excerpt(passages[best].text, terms),
    }));
  }

  async function embed(text) {
    const { ids, attention_mask: mask } = tokenizer.encode(text);
    const tensor = (values) => new ort.Tensor("int64", BigInt64Array.from(values, BigInt), [1, ids.length]);
    const feeds = { input_ids: tensor(ids), attention_mask: tensor(mask), token_type_ids: tensor(ids.map(() => 0)) };
    const { data } = (await session.run(feeds)).last_hidden_state;
    const vector = new Float32Array(WIDTH);
    for (let at = 0; at < data.length; at += 1) vector[at % WIDTH] += data[at];
    const length = Math.hypot(...vector);
    return vector.map((number) => number / length);
  }

  return { search, passages: passages.length, headings: [...new Set(passages.map(({ heading }) => heading))] };
}

/** About 200 characters around the first word of the query, with the places of its words. */
function excerpt(text, terms) {
  const pattern = new RegExp(`\\b(?:${terms.join("|")})`, "giu");
  const first = text.search(pattern);
  const start = Math.max(0, first - 60);
  const shown = text.slice(start, start + 200);
  return { text: shown, ranges: [...shown.matchAll(pattern)].map((match) => [match.index, match.index + match[0].length]) };
}
