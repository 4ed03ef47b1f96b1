/**
 * `bifocal-offline.js`: a service worker of its own for the index folder, or a script for one's own service worker.
 *
 * A classic script, since not every browser has service workers that are modules.
 */

import { offline } from "./offline.js";
import type { ExtendableEvent, Scope } from "./scope.js";

const scope = globalThis as unknown as Scope & { bifocalOffline: typeof offline };

scope.bifocalOffline = offline;
if (scope.location.pathname.endsWith("/bifocal-offline.js")) {
  offline({ index: new URL("./", scope.location.href).href, when: "ask" });
  scope.addEventListener("install", (event: ExtendableEvent) => event.waitUntil(scope.skipWaiting()));
  scope.addEventListener("activate", (event: ExtendableEvent) => event.waitUntil(scope.clients.claim()));
}
