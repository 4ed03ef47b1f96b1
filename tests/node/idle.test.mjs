// When a model may be loaded that nobody asked for.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { load } from "./sources.mjs";

const { sparing, upgradeWhenIdle } = await load("idle.ts", after);

test("a saving reader, a slow connection and a small device are spared", () => {
  for (const hardware of [{ connection: { saveData: true } }, { connection: { effectiveType: "slow-2g" } }, { deviceMemory: 1 }]) {
    assert.equal(sparing(hardware), true, JSON.stringify(hardware));
  }
  for (const hardware of [{}, { connection: { saveData: false, effectiveType: "4g" }, deviceMemory: 2 }]) {
    assert.equal(sparing(hardware), false, JSON.stringify(hardware));
  }
});

test("a model is loaded once there is nothing else to do, if there is one; that it can't be had is no error", async () => {
  let upgrades = 0;
  const search = (file) => ({ about: { model: { file } }, upgrade: async () => { upgrades += 1; throw new Error("offline"); } });
  upgradeWhenIdle(search(null));
  upgradeWhenIdle(search({ path: "m", bytes: 1, sha256: "" }));
  assert.equal(upgrades, 0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(upgrades, 1);
});
