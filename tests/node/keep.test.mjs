// What a page hears of a service worker that keeps an index.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { load } from "./sources.mjs";

const { keepOffline } = await load("../offline/keep.ts", after);

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
