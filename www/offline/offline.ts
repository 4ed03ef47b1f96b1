/**
 * The service worker's side of searching with no network; docs/offline.md describes it.
 *
 * ```js
 * importScripts("/bifocal/bifocal-offline.js");
 * bifocalOffline({ index: "/bifocal/" });
 * ```
 */

import type { FetchFile } from "../src/files.js";
import { type Kept, NoRoom } from "./generation.js";
import { Keeper } from "./keeper.js";
import { ALL_BUT_MODEL, type Choose, RUNTIME } from "./list.js";
import type { Scope } from "./scope.js";

export interface OfflineOptions {
  /** The index folder's address. */
  index: string;
  /**
   * What to keep. `"all"` (the default): everything but the model, which is kept once a reader has loaded it. `"used"`: what
   * every search needs, and then the parts that queries read. A function: the files for which it is true. Of the transformer's two
   * modules only the one that this browser loads is kept, and asked about.
   */
  keep?: "all" | "used" | Choose;
  /** When to begin: `"install"` (the default) with the service worker, `"ask"` when a page calls `keepOffline`. */
  when?: "install" | "ask";
}

/** What a page sends to ask that an index is kept, with a port for the answers. */
export interface KeepRequest {
  type: "bifocal-keep";
  /** Absolute address of the index folder. */
  index: string;
}

/** What comes back through the port, `"kept"` or `"failed"` last. */
export type KeepReply =
  | ({ type: "keeping" } & Kept)
  | { type: "kept" }
  /** `needed` is there where the browser allows less than so many bytes. */
  | { type: "failed"; reason: string; needed?: number };

/**
 * Lets the service worker that calls it answer for the index folder. Requests for anything else are left to others.
 *
 * Gives a `fetchFile` for an engine that runs in the service worker itself, whose own requests nobody answers: it reads what is kept.
 */
export function offline({ index, keep = "all", when = "install" }: OfflineOptions): { fetchFile: FetchFile } {
  const scope = globalThis as unknown as Scope;
  const base = new URL(index.endsWith("/") ? index : `${index}/`, scope.location.href).href;
  const choose = typeof keep === "function" ? keep : keep === "used" ? RUNTIME : ALL_BUT_MODEL;
  const keeper = new Keeper(scope, base, choose);

  scope.addEventListener("install", (event) => {
    // Whatever comes of it, the worker itself is sound; the next page tries again.
    if (when === "install") event.waitUntil(keeper.keep().catch(() => {}));
  });
  scope.addEventListener("activate", (event) => event.waitUntil(keeper.tidy()));
  scope.addEventListener("fetch", (event) => {
    const path = keeper.pathOf(event.request);
    if (path === null) return;
    event.respondWith(keeper.answer(event, path));
    if (event.request.mode === "navigate" || path === "bifocal.json") event.waitUntil(keeper.refresh());
  });
  scope.addEventListener("message", (event) => {
    const request = event.data as Partial<KeepRequest> | null;
    const [port] = event.ports;
    if (request?.type !== "bifocal-keep" || request.index !== base || !port) return;
    const reply = (message: KeepReply) => port.postMessage(message);
    const work = keeper.keep((kept) => reply({ type: "keeping", ...kept })).then(
      () => reply({ type: "kept" }),
      (error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        reply({ type: "failed", reason, ...(error instanceof NoRoom ? { needed: error.needed } : {}) });
      },
    );
    event.waitUntil(work);
  });
  return { fetchFile: (path, init) => keeper.read(path, init) };
}
