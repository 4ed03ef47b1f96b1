//! `bindgen MODULE.wasm OUT_DIR NAME`: writes `NAME.js`, `NAME.d.ts` and `NAME_bg.wasm`.
//!
//! The same library that `wasm-bindgen-cli` is made of; building this takes a tenth of installing that.

use anyhow::{Context, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, folder, name] = arguments.as_slice() else {
        bail!("usage: bindgen MODULE.wasm OUT_DIR NAME");
    };
    Bindgen::new()
        .input_path(module)
        .out_name(name)
        .web(true)?
        .typescript(true)
        .generate(folder)
        .with_context(|| format!("cannot write bindings of {module} into {folder}"))
}
