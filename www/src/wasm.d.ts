/** What `tools/bindgen` writes for the transformer; the build maps this name to `www/wasm/transformer.js`. */
declare module "bifocal-transformer" {
  export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
  export const Transformer: new (bytes: number) => import("./model.js").Transformer;
}

/** What `tools/bindgen` writes for the core; the build maps this name to `www/wasm/core.js`. */
declare module "bifocal-core" {
  export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
  export const Engine: new (entry: string) => import("./engine.js").Engine;
}
