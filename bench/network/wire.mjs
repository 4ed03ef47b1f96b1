// What crosses the network for one page and its workers, from the events of the DevTools protocol.

import { kindOf } from "./kinds.mjs";

/** So long nothing may be under way before a page counts as done, in milliseconds. */
const QUIET = 250;

/**
 * Keeps the requests of a page. `hear` is the listener for `withBrowser`; `quiet()` waits until nothing has been under way
 * for a while; `take()` gives the requests since the last `take()`.
 *
 * A request is `{ url, kind, start, end, bytes, body }`: times in seconds of one clock; `bytes` as received, head and body;
 * `body` without the head, both as they crossed the wire. What a cache answered is no request.
 */
export function recorder() {
  const open = new Map();
  let done = [];
  let changed = performance.now();
  const finish = (id, timestamp, bytes) => {
    const request = open.get(id);
    if (!request) return;
    changed = performance.now();
    open.delete(id);
    const { cached, head, data, ...kept } = request;
    // Of a worker's own script Chromium tells the head's bytes alone; a server that compresses nothing sends what arrives.
    const received = bytes <= head ? head + data : bytes;
    if (!cached) done.push({ ...kept, end: timestamp, bytes: received, body: received - head });
  };
  const listeners = {
    requestWillBeSent({ requestId, request: { url }, timestamp }) {
      if (!/^https?:/.test(url)) return;
      changed = performance.now();
      // The page and a worker may both tell of the same request.
      if (open.has(requestId)) return;
      open.set(requestId, { url, kind: kindOf(url), start: timestamp, head: 0, data: 0, cached: false });
    },
    requestServedFromCache: ({ requestId }) => mark(requestId, { cached: true }),
    responseReceived({ requestId, response }) {
      const { encodedDataLength, fromDiskCache, fromServiceWorker } = response;
      mark(requestId, { head: encodedDataLength, ...((fromDiskCache || fromServiceWorker) && { cached: true }) });
    },
    dataReceived: ({ requestId, dataLength }) => open.has(requestId) && (open.get(requestId).data += dataLength),
    loadingFinished: ({ requestId, timestamp, encodedDataLength }) => finish(requestId, timestamp, encodedDataLength),
    loadingFailed: ({ requestId, timestamp }) => finish(requestId, timestamp, 0),
  };
  const mark = (id, facts) => open.has(id) && Object.assign(open.get(id), facts);
  return {
    hear: (method, parameters) => listeners[method.slice("Network.".length)]?.(parameters),
    async quiet() {
      while (open.size > 0 || performance.now() - changed < QUIET) await new Promise((resume) => setTimeout(resume, 10));
    },
    take() {
      const taken = done;
      done = [];
      return taken;
    },
  };
}

/**
 * Dependent round trips: a request belongs to the round after the last of those whose responses had ended when it started,
 * the first request to round 1; this is the highest round. It is never too low, and too high by one where a request that
 * depends on nothing starts late by chance.
 */
export function rounds(requests) {
  const byStart = [...requests].sort((a, b) => a.start - b.start);
  const round = new Map();
  for (const request of byStart) {
    const before = byStart.filter((other) => round.has(other) && other.end <= request.start);
    round.set(request, 1 + Math.max(0, ...before.map((other) => round.get(other))));
  }
  return Math.max(0, ...round.values());
}
