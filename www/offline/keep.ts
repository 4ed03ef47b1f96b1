/** The page's side: asks a service worker to keep an index, and hears how it goes. */

import type { Kept } from "./generation.js";
import type { KeepReply, KeepRequest } from "./offline.js";

/** Keeping failed; `needed` says for how many bytes there is no room, where that was the reason. */
export class KeepError extends Error {
  override readonly name = "KeepError";

  constructor(
    reason: string,
    readonly needed?: number,
  ) {
    super(`bifocal: ${reason}`);
  }
}

/**
 * Has the service worker of `registration` keep the index at `index`, as `offline()` or `bifocalOffline()` was told there.
 * Resolves once everything is kept; from then on newer builds are brought by themselves.
 */
export async function keepOffline(
  index: string | URL,
  registration: ServiceWorkerRegistration,
  onProgress: (kept: Kept) => void = () => {},
): Promise<void> {
  const worker = await active(registration);
  const { port1: near, port2: far } = new MessageChannel();
  const done = new Promise<void>((resolve, reject) => {
    near.onmessage = ({ data }: MessageEvent<KeepReply>) => {
      if (data.type === "keeping") return onProgress(data);
      // Firefox hands on what has come already of a port that is closed.
      near.onmessage = null;
      near.close();
      if (data.type === "kept") resolve();
      else reject(new KeepError(data.reason, data.needed));
    };
  });
  const request: KeepRequest = { type: "bifocal-keep", index: new URL(index, document.baseURI).href };
  worker.postMessage(request, [far]);
  return done;
}

/** The worker that is active, once there is one. */
async function active(registration: ServiceWorkerRegistration): Promise<ServiceWorker> {
  const coming = registration.active ?? registration.waiting ?? registration.installing;
  if (!coming) throw new KeepError("there is no service worker: register one first");
  while (coming.state !== "activated") {
    if (coming.state === "redundant") throw new KeepError("the service worker could not be installed");
    await new Promise((resolve) => coming.addEventListener("statechange", resolve, { once: true }));
  }
  return coming;
}
