/** Puts a module's wasm and its bindings together. */

/** What `tools/bindgen` writes beside a module's wasm: what the wasm imports, and the classes that stand for its own. */
export interface Bindings {
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
}

const bound = new WeakSet<Bindings>();

/** Instantiates the wasm for its bindings: once, however often it is asked, since what lives in its memory must stay. */
export async function bind(bindings: Bindings, wasm: WebAssembly.Module): Promise<void> {
  if (bound.has(bindings)) return;
  const { exports } = await WebAssembly.instantiate(wasm, { bindings: bindings as unknown as WebAssembly.ModuleImports });
  if (bound.has(bindings)) return;
  bound.add(bindings);
  bindings.__wbg_set_wasm(exports);
  (exports.__wbindgen_start as () => void)();
}
