/** Loads the transformer by itself where nobody pays for it in data, memory or waiting. */

import type { Search } from "./client.js";

/** Least memory of the device, in GiB as browsers round it, that a model may be loaded into unasked. */
const LEAST_MEMORY = 2;

/** What some browsers know of the device and its connection. */
interface Hardware {
  connection?: { saveData?: boolean; effectiveType?: string };
  deviceMemory?: number;
}

/** Whether a download of some megabytes that nobody asked for would be a burden here. */
export function sparing({ connection, deviceMemory }: Hardware = (globalThis.navigator ?? {}) as Hardware): boolean {
  if (connection?.saveData || /2g/.test(connection?.effectiveType ?? "")) return true;
  return deviceMemory !== undefined && deviceMemory < LEAST_MEMORY;
}

/** Loads the transformer once the page is idle; a failure leaves search as it was, and the next query tells of none. */
export function upgradeWhenIdle(search: Search): void {
  if (!search.about.model?.file || sparing()) return;
  const load = () => void search.upgrade().catch(() => {});
  if (typeof requestIdleCallback === "function") requestIdleCallback(load);
  else setTimeout(load, 1);
}
