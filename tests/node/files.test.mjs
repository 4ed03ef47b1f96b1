// How files of an index folder are un-gzipped: whole, within a bound, or not at all.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { load } from "./sources.mjs";

const NAME = "parts/text-000000000000.bin";
/** Such as gzip cannot make smaller, so that there are many pieces to un-gzip. */
const BYTES = new Uint8Array(randomBytes(300_000)).fill(7, 0, 1);
const GZIPPED = new Uint8Array(gzipSync(BYTES));

const { plain } = await load("files.ts", after);

test("a file comes out as it was", async () => {
  assert.deepEqual(await plain(NAME, GZIPPED, BYTES.length), BYTES);
  assert.deepEqual(await plain(NAME, BYTES, 1), BYTES, "what is not packed is left alone");
  assert.equal((await plain(NAME, new Uint8Array(gzipSync("")), 0)).length, 0);
});

const damaged = (bytes, bound, message) =>
  assert.rejects(plain(NAME, bytes, bound), (error) => error.code === "damaged" && error.message.includes(NAME) && message.test(error.message));

test("what un-gzips to more than it may is refused before it is there", async () => {
  await damaged(GZIPPED, BYTES.length - 1, /more than 299999 bytes/);
  const bomb = new Uint8Array(gzipSync(new Uint8Array(256 << 20)));
  const { DecompressionStream } = globalThis;
  let made = 0;
  const count = (chunk, controller) => {
    made += chunk.length;
    controller.enqueue(chunk);
  };
  globalThis.DecompressionStream = function (format) {
    const { readable, writable } = new DecompressionStream(format);
    return { writable, readable: readable.pipeThrough(new TransformStream({ transform: count })) };
  };
  try {
    await damaged(bomb, 1 << 20, /more than 1048576 bytes/);
  } finally {
    globalThis.DecompressionStream = DecompressionStream;
  }
  assert.ok(made > 1 << 20 && made < 40 << 20, `${made} bytes of 256 MiB were un-gzipped`);
});

test("what is cut off, broken or followed by something is damaged", async () => {
  await damaged(GZIPPED.slice(0, -9), BYTES.length, /does not un-gzip/);
  await damaged(GZIPPED.map((byte, at) => (at === 200_000 ? byte ^ 255 : byte)), BYTES.length, /does not un-gzip/);
  await damaged(new Uint8Array([...GZIPPED, 1, 2, 3]), BYTES.length, /does not un-gzip/);
});
