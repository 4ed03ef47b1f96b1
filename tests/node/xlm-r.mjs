// A small model with XLM-R's tokenizer, as the hub has models: random weights, and word pieces out of some texts.

import { writeFileSync } from "node:fs";
import { join } from "node:path";

const SIZES = { hidden_size: 64, num_attention_heads: 4, num_hidden_layers: 2, intermediate_size: 96, max_position_embeddings: 260 };

/** Writes the model's files into `folder`; its pieces spell `texts`. `sizes` are what its config says besides. */
export function writeXlmR(folder, texts, sizes = {}) {
  const all = { ...SIZES, ...sizes };
  const pieces = piecesOf(texts);
  const special = [0, 1, 2, 3].map((id) => ({ id, content: pieces[id][0], special: true }));
  const tokenizer = {
    version: "1.0",
    added_tokens: special,
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "Precompiled", precompiled_charsmap: "" },
        { type: "Replace", pattern: { Regex: " {2,}" }, content: " " },
      ],
    },
    pre_tokenizer: { type: "Metaspace", replacement: "▁", add_prefix_space: true },
    model: { type: "Unigram", unk_id: 3, vocab: pieces },
  };
  const config = { model_type: "xlm-roberta", ...all, vocab_size: pieces.length, type_vocab_size: 1, pad_token_id: 1, layer_norm_eps: 1e-5 };
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(tokenizer));
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  writeFileSync(join(folder, "model.safetensors"), safetensors(shapes(pieces.length, all)));
}

/** Each character, and each word as it stands behind a space. */
function piecesOf(texts) {
  const words = texts.flatMap((text) => text.split(" ")).map((word) => `▁${word}`);
  const spelt = [...new Set(["▁", ...texts.flatMap((text) => [...text]), ...words])].filter((piece) => piece && piece.length < 16);
  return [...["<s>", "<pad>", "</s>", "<unk>"].map((name) => [name, 0]), ...spelt.map((piece, at) => [piece, -2 - (at % 7)])];
}

function shapes(pieces, { hidden_size: wide, intermediate_size: inner, num_hidden_layers: layers, max_position_embeddings: places }) {
  const norm = (name) => [[`${name}.weight`, [wide]], [`${name}.bias`, [wide]]];
  const linear = (name, rows, columns) => [[`${name}.weight`, [rows, columns]], [`${name}.bias`, [rows]]];
  const layer = (_, at) => {
    const name = `encoder.layer.${at}`;
    return [
      ...["query", "key", "value"].flatMap((part) => linear(`${name}.attention.self.${part}`, wide, wide)),
      ...linear(`${name}.attention.output.dense`, wide, wide),
      ...norm(`${name}.attention.output.LayerNorm`),
      ...linear(`${name}.intermediate.dense`, inner, wide),
      ...linear(`${name}.output.dense`, wide, inner),
      ...norm(`${name}.output.LayerNorm`),
    ];
  };
  return [
    ["embeddings.word_embeddings.weight", [pieces, wide]],
    ["embeddings.position_embeddings.weight", [places, wide]],
    ["embeddings.token_type_embeddings.weight", [1, wide]],
    ...norm("embeddings.LayerNorm"),
    ...Array.from({ length: layers }, layer).flat(),
  ];
}

/** A file of tensors of random numbers from -1 to 1. */
function safetensors(shapes) {
  let state = 0x5eed;
  // Numerical Recipes' generator: which numbers they are matters little.
  const random = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 31) - 1;
  const header = {};
  const numbers = [];
  for (const [name, shape] of shapes) {
    const begin = numbers.length * 4;
    const count = shape.reduce((product, size) => product * size, 1);
    for (let at = 0; at < count; at += 1) numbers.push(random());
    header[name] = { dtype: "F32", shape, data_offsets: [begin, numbers.length * 4] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.from(Float32Array.from(numbers).buffer)]);
}
