// When a page and its workers use the network, from the events of the DevTools protocol.

/** So long nothing may be under way before a page counts as done, in milliseconds. */
const QUIET = 250;

/**
 * Keeps the requests of a page. `hear` is the listener for `withBrowser`; `quiet()` waits until nothing has been under way
 * for a while; `take()` gives the requests since the last `take()`, as `{ start, end }` in seconds of one clock. What a cache
 * answered is no request.
 */
export function recorder() {
  const open = new Map();
  let done = [];
  let changed = performance.now();
  const finish = ({ requestId, timestamp }) => {
    const request = open.get(requestId);
    if (!request) return;
    changed = performance.now();
    open.delete(requestId);
    if (!request.cached) done.push({ start: request.start, end: timestamp });
  };
  const cached = (id) => open.has(id) && (open.get(id).cached = true);
  const listeners = {
    requestWillBeSent({ requestId, request: { url }, timestamp }) {
      if (!/^https?:/.test(url)) return;
      changed = performance.now();
      // The page and a worker may both tell of the same request.
      if (!open.has(requestId)) open.set(requestId, { start: timestamp, cached: false });
    },
    requestServedFromCache: ({ requestId }) => cached(requestId),
    responseReceived({ requestId, response: { fromDiskCache, fromServiceWorker } }) {
      if (fromDiskCache || fromServiceWorker) cached(requestId);
    },
    loadingFinished: finish,
    loadingFailed: finish,
  };
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
