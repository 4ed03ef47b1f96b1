// Open indexes that a page's elements and hooks share.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { load } from "./sources.mjs";

const { close, lentAt } = await load("lent.ts", after);
/** Another of our files that holds the same. */
const elsewhere = await load("lent.ts", after);

const opener = () => {
  const opened = [];
  const open = async () => {
    const search = { closed: false, close: () => (search.closed = true) };
    opened.push(search);
    return search;
  };
  return { open, opened };
};

test("an address is opened once, for all of our files in the page", async () => {
  const { open, opened } = opener();
  const [one, other] = [lentAt("/once/", {}, open), elsewhere.lentAt("/once/", {}, open)];
  assert.equal(one, other);
  assert.equal(await one.search, await other.search);
  assert.equal(opened.length, 1);
});

test("whoever wants it opened in another way has one of that kind", async () => {
  const { open, opened } = opener();
  const fetchFile = () => {};
  const ways = [{}, { worker: false }, { worker: false, whole: true }, { fetchFile }, { fetchFile: () => {} }];
  const all = ways.map((options) => lentAt("/ways/", options, open));
  assert.equal(new Set(all).size, ways.length);
  const again = [{ worker: undefined }, { worker: false }, { whole: true, worker: false }, { fetchFile }].map((options) => lentAt("/ways/", options, open));
  assert.deepEqual(again.map((one) => all.indexOf(one)), [0, 1, 2, 3]);
  assert.equal(opened.length, ways.length);
});

test("one that is closed or could not be opened is opened anew, and one that is wanted again is not closed", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { open, opened } = opener();
  const first = lentAt("/anew/", {}, open);
  first.closing = setTimeout(() => close(first), 1000);
  assert.equal(lentAt("/anew/", {}, open), first);
  t.mock.timers.tick(2000);
  assert.equal(opened[0].closed, false);
  close(first);
  await first.search;
  const second = lentAt("/anew/", {}, open);
  assert.notEqual(second, first);
  assert.deepEqual([opened.length, opened[0].closed], [2, true]);
  const failing = lentAt("/fails/", {}, () => Promise.reject(new Error("gone")));
  await assert.rejects(failing.search, /gone/);
  assert.notEqual(lentAt("/fails/", {}, open), failing);
});
