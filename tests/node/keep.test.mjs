// What a service worker keeps of an index, and what a page hears of it.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { load } from "./sources.mjs";

const { keepOffline } = await load("../offline/keep.ts", after);
const { loadable } = await load("../offline/list.ts", after);

globalThis.document = { baseURI: "https://example.org/" };

/** A registration whose worker answers with these. */
const registration = (...replies) => ({
  active: {
    state: "activated",
    postMessage: (_, [port]) => {
      for (const reply of replies) port.postMessage(reply);
      setTimeout(() => port.close(), 100);
    },
  },
});

const keeping = (bytes) => ({ type: "keeping", bytes, total: 9 });

test("progress is told until the end, and nothing after it", async () => {
  for (const [last, wanted] of [[{ type: "kept" }, null], [{ type: "failed", reason: "no such part", needed: 7 }, /^KeepError: bifocal: no such part$/]]) {
    const told = [];
    const kept = keepOffline("/bifocal/", registration(keeping(0), keeping(4), last, keeping(6)), ({ bytes }) => told.push(bytes));
    if (wanted) await assert.rejects(kept, wanted);
    else await kept;
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(told, [0, 4], last.type);
  }
});

test("of the transformer's modules, the one that this browser loads is kept", (t) => {
  const [plain, relaxed] = ["runtime/transformer-0123456789abcdef.bin", "runtime/transformer-relaxed-0123456789abcdef.bin"];
  const others = ["bifocal.js", "runtime/transformer-0123456789abcdef.js", "model/transformer-0-0123456789abcdef.bin"];
  const kept = (...paths) => loadable([...others, ...paths].map((path) => ({ path }))).map(({ path }) => path);
  const validate = t.mock.method(WebAssembly, "validate", () => true);
  assert.deepEqual(kept(plain, relaxed), [...others, relaxed]);
  assert.deepEqual(kept(plain), [...others, plain], "an index of an earlier build");
  validate.mock.mockImplementation(() => false);
  assert.deepEqual(kept(plain, relaxed), [...others, plain]);
});
