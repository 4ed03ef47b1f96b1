// Stands for the module that wasm-bindgen writes: its door, over the tests' own engine.

export { FakeEngine as Engine } from "./fake.mjs";
export default async function init() {}
