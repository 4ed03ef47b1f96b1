import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, test } from "node:test";
import { load } from "./sources.mjs";

const { Sha256 } = await load("sha256.ts", after);

test("any bytes in any pieces have the digest that Node finds", () => {
  let seed = 7;
  const random = (below) => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) % below;
  for (const length of [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000, 100_003]) {
    const bytes = Uint8Array.from({ length }, () => random(256));
    const hash = new Sha256();
    for (let at = 0; at < length; ) {
      const end = Math.min(length, at + 1 + random(length > 1000 ? 5000 : 70));
      hash.update(bytes.subarray(at, end));
      at = end;
    }
    assert.equal(hash.hex(), createHash("sha256").update(bytes).digest("hex"), `${length} bytes`);
  }
});
