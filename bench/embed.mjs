// Passages embedded in a second, natively: bifocal beside onnxruntime, and fastembed which runs through it, with the same model,
// the same texts, two threads.
//
// Each text has at most 128 word pieces, the usual size of a passage; rounds of both take turns. onnxruntime runs a graph
// of its own fused operators at the batch size that is fastest for it, and is timed with its tokenizer: in f32, with the int8
// weights that a Python package publishes (its arithmetic is f32), and with products of int8 as its own quantiser makes them.

import { example } from "./cargo.mjs";
import { median, spread, table } from "./figures.mjs";
import { demo, here, model } from "./places.mjs";
import { models, python } from "./python.mjs";

const ROUNDS = Number(process.env.RUNS ?? 5);

export async function measure() {
  const texts = here("target/bench/texts.jsonl");
  const tokenizer = `${model}/tokenizer.json`;
  python("texts", demo, tokenizer, texts);
  const { full, dynamic, published } = models();

  const sides = {
    bifocal: () => JSON.parse(example("embed", [model, texts], { RAYON_NUM_THREADS: "2" })),
    "onnxruntime, f32": () => JSON.parse(python("measure", full, tokenizer, texts)),
    fastembed: () => JSON.parse(python("fastembed", full, tokenizer, texts)),
    "onnxruntime, int8 weights": () => JSON.parse(python("measure", published, tokenizer, texts)),
    "onnxruntime, dynamic int8": () => JSON.parse(python("measure", dynamic, tokenizer, texts)),
  };
  const rates = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, run] of Object.entries(sides)) {
      const { texts, seconds } = run();
      (rates[name] ??= []).push(texts / seconds);
    }
  }
  const ours = median(rates.bifocal);
  console.log(`Texts of 128 word pieces, 2 threads, medians of ${ROUNDS} rounds.\n`);
  table([
    ["encoder", "texts a second (quartiles)", "bifocal ÷ this"],
    ...Object.entries(rates).map(([name, values]) => [name, spread(values), `${(ours / median(values)).toFixed(2)} ×`]),
  ]);
  return { rates };
}
