// A warm hybrid query with the transformer: bifocal beside what one would put together by hand in the same page.
//
// By hand means: @huggingface/tokenizers, onnxruntime-web with the int8 model on its wasm backend (one thread), MiniSearch
// over the passages' titles, headings and text (prefix for the last word), a flat scan over the same passages' vectors, and
// the same fusion, down to ten pages with a marked excerpt each. It runs in the page itself, bifocal in its worker.
//
// Both first answer every question in other words of the same meaning, so that parts of the index and compiled code are
// there; then they take turns.

import { copyFileSync } from "node:fs";
import { demoPassages } from "./cargo.mjs";
import { resultOf, withPage } from "./chromium.mjs";
import { median, quantile, spread, table } from "./figures.mjs";
import { demo, here, model, packages } from "./places.mjs";
import { python } from "./python.mjs";
import { serve } from "./server.mjs";

const QUERIES = Number(process.env.RUNS ?? 120);

export async function measure() {
  const data = prepare();
  const server = await serve({ "": demo, pages: here("bench/pages"), data, packages });
  try {
    const { bifocal, byHand, agreement, queries, passages } = await withPage((page) =>
      resultOf(page, `${server.url}/pages/warm.html?queries=${QUERIES}`, { timeout: 600_000 }));
    console.log(`${queries} questions over ${passages} passages; both find ${agreement.toFixed(1)} of ten pages alike.\n`);
    table([
      ["", "median ms (quartiles)", "95 % below"],
      ["bifocal", spread(bifocal), quantile(bifocal, 0.95).toFixed(1)],
      ["onnxruntime-web + MiniSearch + flat scan", spread(byHand), quantile(byHand, 0.95).toFixed(1)],
      ["ratio", `${(median(bifocal) / median(byHand)).toFixed(2)} ×`, ""],
    ]);
    return { bifocal, byHand, agreement };
  } finally {
    server.close();
  }
}

/** The folder with the passages, their vectors and the int8 model, for the side that is put together by hand. */
function prepare() {
  const data = demoPassages();
  copyFileSync(`${model}/tokenizer.json`, `${data}/tokenizer.json`);
  copyFileSync(python("int8"), `${data}/model.onnx`);
  return data;
}
