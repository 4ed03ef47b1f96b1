/** Puts a module's wasm and its bindings together. */

import { BifocalError } from "./error.js";

/** What `tools/bindgen` writes beside a module's wasm: what the wasm imports, and the classes that stand for its own. */
export interface Bindings {
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
}

/** What runs for some bindings. */
interface Bound {
  exports: WebAssembly.Exports;
  imports: WebAssembly.ModuleImports;
  /** Whether the module of what is seldom needed is there as well. */
  complete: boolean;
}

const bound = new WeakMap<Bindings, Bound>();

/** Instantiates the wasm for its bindings: once, however often it is asked, since what lives in its memory must stay. */
export async function bind(bindings: Bindings, wasm: WebAssembly.Module): Promise<void> {
  if (bound.has(bindings)) return;
  const $loaded = () => {
    if (bound.get(bindings)?.complete) return;
    throw new BifocalError("internal", "a query needs what is not loaded: please report it");
  };
  const imports = { ...bindings, $loaded } as unknown as WebAssembly.ModuleImports;
  const { exports } = await WebAssembly.instantiate(wasm, { bindings: imports });
  if (bound.has(bindings)) return;
  bound.set(bindings, { exports, imports, complete: false });
  bindings.__wbg_set_wasm(exports);
  (exports.__wbindgen_start as () => void)();
}

/** Adds the module of what is seldom needed to what was bound: once, however often it is asked. */
export async function complete(bindings: Bindings, wasm: WebAssembly.Module): Promise<void> {
  const first = bound.get(bindings);
  if (!first || first.complete) return;
  await WebAssembly.instantiate(wasm, { bindings: first.imports, first: first.exports as WebAssembly.ModuleImports });
  first.complete = true;
}
