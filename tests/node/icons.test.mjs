// The icons of the installed search page: PNGs that show what the SVGs do, in few bytes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import { png } from "../../www/icon.mjs";

/** Most bytes of all of them, which every index folder has. */
const LIMIT = 8_500;

const svg = (name) => readFileSync(new URL(`../../www/page/${name}.svg`, import.meta.url), "utf8");

/** A PNG with a palette, read: its size, and the colour of a pixel. */
function read(bytes) {
  assert.equal(bytes.subarray(0, 8).toString("latin1"), "\x89PNG\r\n\x1a\n");
  const chunks = {};
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    chunks[bytes.toString("latin1", at + 4, at + 8)] = bytes.subarray(at + 8, at + 8 + length);
    at += 12 + length;
  }
  assert.deepEqual(Object.keys(chunks).at(-1), "IEND");
  const size = chunks.IHDR.readUInt32BE(0);
  assert.deepEqual([...chunks.IHDR.subarray(4)], [0, 0, size >> 8, size & 255, 8, 3, 0, 0, 0]);
  const rows = inflateSync(chunks.IDAT);
  assert.equal(rows.length, size * (size + 1));
  const colour = (x, y) => {
    const at = rows[Math.floor(y * size) * (size + 1) + 1 + Math.floor(x * size)];
    return [...chunks.PLTE.subarray(at * 3, at * 3 + 3), chunks.tRNS?.[at] ?? 255];
  };
  return { size, colour };
}

test("an icon has the colours of its shapes where they are, one over the other, and none elsewhere", () => {
  const { size, colour } = read(png(svg("icon"), 192));
  assert.equal(size, 192);
  assert.deepEqual(colour(0, 0), [0, 0, 0, 0]);
  assert.deepEqual(colour(3.5 / 32, 0.5), [0xc4, 0x66, 0x2a, 255], "the ring of the left lens");
  assert.deepEqual(colour(28.5 / 32, 0.5), [0x1f, 0x7a, 0x83, 255], "the ring of the right lens");
  assert.deepEqual(colour(8 / 32, 0.5), [0xc4, 0x66, 0x2a, 217], "the left lens, through which one sees");
  const both = colour(0.5, 0.5);
  assert.ok(both[0] > 0x1f && both[0] < 0xc4 && both[3] > 217, both.join());
});

test("what systems cut and lay on a colour of their own has no hole", () => {
  const { size, colour } = read(png(svg("icon-maskable"), 180));
  assert.equal(size, 180);
  for (let y = 0; y < 1; y += 1 / 20) for (let x = 0; x < 1; x += 1 / 20) assert.equal(colour(x, y)[3], 255);
  assert.deepEqual(colour(0, 0), [0xfb, 0xfa, 0xf7, 255]);
});

test(`all of them have at most ${LIMIT} bytes`, () => {
  const sizes = [["icon", 192], ["icon", 512], ["icon-maskable", 512], ["icon-maskable", 180]].map(([name, size]) => png(svg(name), size).length);
  assert.ok(sizes.reduce((sum, size) => sum + size) <= LIMIT, sizes.join());
});
