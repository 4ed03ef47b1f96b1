// A query's vector in Chromium, one thread: our transformer beside onnxruntime-web with the same model in the same page. Ours has
// the file that an index gives browsers, and is two modules, of which browsers with relaxed SIMD load the one for that.
//
// onnxruntime-web runs two int8 forms: the one that a Python package publishes, whose weights are int8 and whose arithmetic is
// f32, and one that its own quantiser makes, whose products are of int8. Texts of so many word pieces are taken from the
// book; all take turns, tokenizers are timed with them.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { resultOf, withPage } from "./chromium.mjs";
import { median, spread, table } from "./figures.mjs";
import { bifocal, demo, here, model, packages } from "./places.mjs";
import { models, python } from "./python.mjs";
import { serve } from "./server.mjs";

const ROUNDS = Number(process.env.RUNS ?? 60);
const PIECES = [4, 10, 30, 128];

export async function measure() {
  const data = here("target/bench/encode");
  mkdirSync(data, { recursive: true });
  const { published, dynamic } = models();
  copyFileSync(published, `${data}/published.onnx`);
  copyFileSync(dynamic, `${data}/dynamic.onnx`);
  copyFileSync(`${model}/tokenizer.json`, `${data}/tokenizer.json`);
  const file = `${data}/model.gguf.gz`;
  if (!existsSync(file)) execFileSync(bifocal, ["model", "convert", model, "-o", file]);
  const texts = PIECES.map((pieces) => [pieces, JSON.parse(python("lengths", demo, `${model}/tokenizer.json`, pieces))]);
  writeFileSync(`${data}/texts.json`, JSON.stringify(Object.fromEntries(texts)));
  const server = await serve({ "": here("bench/pages"), wasm: here("www/wasm"), data, packages });
  try {
    const { times, cosines, ready, first } = await withPage((page) =>
      resultOf(page, `${server.url}/encode.html?rounds=${ROUNDS}`, { timeout: 600_000 }));
    table([
      ["word pieces", ...Object.keys(times[PIECES[0]]), "the faster of bifocal ÷ the faster of the others"],
      ...PIECES.map((pieces) => {
        const sides = Object.entries(times[pieces]);
        const best = (ours) => Math.min(...sides.filter(([name]) => name.startsWith("bifocal") === ours).map(([, values]) => median(values)));
        return [pieces, ...sides.map(([, values]) => spread(values)), `${(best(true) / best(false)).toFixed(2)} ×`];
      }),
    ]);
    const cosine = Object.entries(cosines).map(([name, value]) => `${value.toFixed(4)} (${name})`);
    console.log(`\nMilliseconds, medians of ${ROUNDS} (quartiles). Mean cosine with ours: ${cosine.join(", ")}.`);
    const warm = Math.min(...Object.entries(times[10]).filter(([name]) => name.startsWith("bifocal")).map(([, values]) => median(values)));
    console.log(`From the model's last byte until it is ready: ${ready.toFixed(1)} ms. The first query then, of 10 word pieces: ${first.toFixed(1)} ms, ${(first / warm).toFixed(1)} × a warm one.`);
    return { times, cosines, ready, first };
  } finally {
    server.close();
  }
}
