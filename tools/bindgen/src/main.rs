//! `bindgen MODULE.wasm OUT_DIR NAME`: writes `NAME.js` and `NAME.wasm`, as small as they can be before wasm-opt.
//!
//! The same library that `wasm-bindgen-cli` is made of; building this takes a tenth of installing that. The JavaScript
//! exports what the wasm imports, from a module called `bindings`, and the classes that a page uses; `www/src/bind.ts`
//! puts the two together. Besides, what runs only after a panic is emptied, and names that both sides know are short.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use bindgen::without_hashes;
use walrus::{FunctionKind, Module, ir};
use wasm_bindgen_cli_support::Bindgen;

/// Exports that are known by their names elsewhere.
const KNOWN: [&str; 2] = ["memory", "__wbindgen_start"];

/// How the names of functions begin that a panic goes through: they make up its message, and none of them returns.
///
/// A message has no way out of the browser's sandbox, so a panic ends in `unreachable` with them and without. Once they
/// are empty, wasm-opt removes what only they called: the formatting of numbers and texts above all.
const PANICKING: [&str; 10] = [
    "core::panicking::",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::result::unwrap_failed",
    "core::cell::panic_already_",
    "core::slice::index::slice_index_fail",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::str::slice_error_fail",
    "alloc::raw_vec::handle_error",
    "std::panicking::",
];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, folder, name] = arguments.as_slice() else {
        bail!("usage: bindgen MODULE.wasm OUT_DIR NAME");
    };
    let mut output =
        Bindgen::new().input_path(module).out_name(name).bundler(true)?.typescript(false).generate_output()?;
    let code = output.start().context("wasm-bindgen wrote no bindings")?.clone();
    let wasm = output.wasm_mut();
    empty_panics(wasm);
    let code = shorten_names(wasm, code);
    let write = |extension, contents: &[u8]| {
        let path = Path::new(folder).join(name).with_extension(extension);
        fs::write(&path, contents).with_context(|| format!("cannot write {}", path.display()))
    };
    fs::create_dir_all(folder).with_context(|| format!("cannot make {folder}"))?;
    write("js", code.as_bytes())?;
    write("wasm", &wasm.emit_wasm())
}

/// Gives imports and exports of `wasm` names of two or three letters, and the same to their mentions in `code`.
fn shorten_names(wasm: &mut Module, code: String) -> String {
    let mut names: Vec<(String, String)> = Vec::new();
    for (at, import) in wasm.imports.iter_mut().enumerate() {
        import.module = "bindings".into();
        let short = format!("$i{at}");
        names.push((std::mem::replace(&mut import.name, short.clone()), short));
    }
    for (at, export) in wasm.exports.iter_mut().enumerate() {
        if !KNOWN.contains(&export.name.as_str()) {
            let short = format!("e{at}");
            names.push((
                format!("wasm.{}", std::mem::replace(&mut export.name, short.clone())),
                format!("wasm.{short}"),
            ));
        }
    }
    // Longer ones first: some begin as others do.
    names.sort_by_key(|(long, _)| std::cmp::Reverse(long.len()));
    names.iter().fold(code, |code, (long, short)| code.replace(long, short))
}

/// Leaves nothing of the functions that a panic goes through but its end.
fn empty_panics(module: &mut Module) {
    for function in module.funcs.iter_mut() {
        let name = without_hashes(function.name.as_deref().unwrap_or_default());
        if !PANICKING.iter().any(|beginning| name.starts_with(beginning)) {
            continue;
        }
        if let FunctionKind::Local(local) = &mut function.kind {
            let entry = local.entry_block();
            local.block_mut(entry).instrs = vec![(ir::Unreachable {}.into(), ir::InstrLocId::default())];
        }
    }
}
