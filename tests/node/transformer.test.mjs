// The transformer's wasm in Node, with relaxed SIMD and without: the same vectors as the native command makes of the same file.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { load as source, wasmModule } from "./sources.mjs";
import { writeXlmR } from "./xlm-r.mjs";

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const MODEL = root("models/all-MiniLM-L6-v2-q8_0.gguf");
const INDEX = root("target/demo/book/bifocal");

const SENTENCES = readFileSync(root("src/cli/sentences.txt"), "utf8").trimEnd().split("\n");
const TEXTS = [...SENTENCES, "", "[CLS] e\u0301 日本語 👩‍👩‍👧‍👦 İ", SENTENCES.join(" ")];

for (const [path, step] of [[root("www/wasm/transformer-relaxed.wasm"), "wasm"], [root("target/release/bifocal"), "native"], [MODEL, "model"], [INDEX, "demo"]]) {
  assert.ok(existsSync(path), `${path} is missing: run ./build.sh ${step}`);
}
const file = readFileSync(MODEL);

/** The file that an index gives browsers, put together: its weights are whole numbers, whose products are of 8 bits by 7. */
const folder = mkdtempSync(join(tmpdir(), "bifocal-transformer-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
const SHIPPED = join(folder, "shipped.gguf.gz");
const { path, pieces } = JSON.parse(readFileSync(`${INDEX}/bifocal.json`, "utf8")).model.file;
const pieceOf = (_, at) => readFileSync(`${INDEX}/${path.replace("*", at)}`);
writeFileSync(SHIPPED, Buffer.concat(Array.from({ length: pieces }, pieceOf)));

/** One whose texts are cut as XLM-R cuts them. */
const UNIGRAM = join(folder, "unigram.gguf");
mkdirSync(join(folder, "xlm-r"));
writeXlmR(join(folder, "xlm-r"), TEXTS);
execFileSync(root("target/release/bifocal"), ["model", "convert", join(folder, "xlm-r"), "--type", "q8_0", "-o", UNIGRAM]);

const FILES = {
  "the larger file": [MODEL, file],
  "the index's file": [SHIPPED, gunzipSync(readFileSync(SHIPPED))],
  "a file with XLM-R's tokenizer": [UNIGRAM, readFileSync(UNIGRAM)],
};

/** Networks of other shapes, in each packing: sums end within a register, and matrices within a tile, in all places. */
const SHAPES = [[32, 1, 32], [32, 8, 416], [64, 2, 160], [96, 3, 96], [160, 5, 288], [224, 14, 64]];
const PACKINGS = ["compact", "f32", "f16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0"];
/** Of each number of word pieces up to some dozens, about. */
const LENGTHS = Array.from({ length: 40 }, (_, count) => SENTENCES.join(" ").split(" ").slice(count, count * 2 + 1).join(" "));
const shaped = SHAPES.flatMap(([wide, heads, inner]) => {
  const source = join(folder, `${wide}-${heads}-${inner}`);
  mkdirSync(source);
  writeXlmR(source, LENGTHS, { hidden_size: wide, num_attention_heads: heads, intermediate_size: inner });
  return PACKINGS.map((packing) => {
    const path = `${source}-${packing}.gguf`;
    execFileSync(root("target/release/bifocal"), ["model", "convert", source, "--type", packing, "-o", path], { stdio: "ignore" });
    return [`${packing}, ${wide} dimensions, ${heads} heads, ${inner} within`, path];
  });
});

/** What a Node needs for relaxed SIMD that has it but not by itself, as 20 does. */
const FLAG = "--experimental-wasm-relaxed-simd";
const hasRelaxed = WebAssembly.validate(readFileSync(root("www/wasm/transformer-relaxed.wasm")));

/** A transformer of `bytes`, which come in chunks as a download's do. */
function load({ Transformer }, bytes) {
  const transformer = new Transformer(bytes.length);
  for (let start = 0; start < bytes.length; start += 100_000) {
    transformer.write(bytes.subarray(start, start + 100_000));
  }
  transformer.ready();
  return transformer;
}

/** Sees to it that the vectors of `texts` by a file are those of the native command. */
function assertNative(bindings, path, bytes, texts, which = "") {
  const args = ["embed", "--model", path, "--query", ...texts.map((text) => `--text=${text}`)];
  const lines = execFileSync(root("target/release/bifocal"), args, { encoding: "utf8" });
  const expected = lines.trimEnd().split("\n").map((line) => JSON.parse(line).vector);
  assert.equal(expected.length, texts.length);
  const transformer = load(bindings, bytes);
  for (const [at, text] of texts.entries()) {
    const vector = transformer.embed(text);
    assert.ok(vector instanceof Float32Array && vector.length === expected[at].length);
    assert.deepEqual(vector, Float32Array.from(expected[at]), `${which} ${JSON.stringify(text)}`);
  }
  transformer.free();
}

for (const name of hasRelaxed ? ["transformer", "transformer-relaxed"] : ["transformer"]) {
  const { bindings, exports } = await wasmModule(name);

  for (const [which, [path, bytes]] of Object.entries(FILES)) test(`${name}: vectors by ${which} are those of the native command, to the bit`, () => {
    assertNative(bindings, path, bytes, TEXTS);
  });

  test(`${name}: so are those by networks of other shapes, in each packing`, () => {
    for (const [which, path] of shaped) assertNative(bindings, path, readFileSync(path), LENGTHS, which);
  });

  test(`${name}: a model takes at most twice its file's memory, also the second time`, () => {
    for (let round = 0; round < 2; round++) {
      const transformer = load(bindings, file);
      transformer.embed(SENTENCES[0]);
      transformer.free();
    }
    const mebibytes = exports.memory.buffer.byteLength / 2 ** 20;
    console.log(`wasm memory: ${mebibytes} MiB, file: ${(file.length / 2 ** 20).toFixed(1)} MiB`);
    assert.ok(exports.memory.buffer.byteLength < file.length * 2, `${mebibytes} MiB`);
  });

  test(`${name}: a model names its space`, () => {
    const transformer = load(bindings, file);
    assert.deepEqual(transformer.space(), {
      model: "all-MiniLM-L6-v2",
      weights: "53aa51172d142c89",
      pooling: "mean",
      prefix: "",
      dims: 384,
    });
    transformer.free();
  });

  test(`${name}: damaged files are errors, and the next one loads`, () => {
    assert.throws(() => load(bindings, file.subarray(0, 1000)), /GGUF/);
    assert.throws(() => load(bindings, new Uint8Array(5000)), /GGUF/);
    const short = new bindings.Transformer(file.length);
    short.write(file.subarray(0, 1_000_000));
    assert.throws(() => short.ready(), /ends after 1000000 of/);
    assert.throws(() => short.embed("text"), /not ready/);
    short.free();
    load(bindings, file).free();
  });
}

test("relaxed SIMD is found where the module for it is valid", async () => {
  const { hasRelaxedSimd } = await source("relaxed.ts", after);
  assert.equal(hasRelaxedSimd(), hasRelaxed);
});

test("all of this holds with relaxed SIMD", { skip: hasRelaxed && "it was tried above" }, (t) => {
  assert.ok(!process.execArgv.includes(FLAG), `the module is not valid in a Node with ${FLAG}`);
  if (spawnSync(process.execPath, [FLAG, "--version"]).status !== 0) return t.skip("this Node has no relaxed SIMD, not even by a flag");
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout } = spawnSync(process.execPath, [FLAG, fileURLToPath(import.meta.url)], { encoding: "utf8", env });
  assert.equal(status, 0, stdout);
  for (const which of Object.keys(FILES)) assert.match(stdout, new RegExp(`\\bok \\d+ - transformer-relaxed: vectors by ${which} are those`));
  assert.match(stdout, /\bok \d+ - transformer-relaxed: so are those by networks of other shapes/);
});
