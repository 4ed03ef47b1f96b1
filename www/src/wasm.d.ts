/** What wasm-bindgen writes for the core; the build maps this name to `www/wasm/core.js`. */
declare module "bifocal-core" {
  export default function init(options: { module_or_path: WebAssembly.Module }): Promise<unknown>;
  export const Engine: new (entry: string) => import("./engine.js").Engine;
}
