/**
 * The worker of an index folder. It comes from there, so it always fits the index. Where workers are not allowed, or do not
 * exist, the page imports this file and calls {@link serve} itself.
 */

import { type Port, serve } from "./serve.js";

/** Exists in a worker only. */
declare const DedicatedWorkerGlobalScope: unknown;

// In a worker there is nobody else to begin.
if (typeof DedicatedWorkerGlobalScope === "function") serve(globalThis as unknown as Port);

export { serve };
