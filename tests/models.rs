//! What the command says of models that it can't use, and of some that it can.

use std::fs;
use std::path::Path;
use std::process::Command;

use bifocal::encoder::gguf::{self, Header};

use crate::encoder::Q8;
use crate::encoder::small::Small;

/// Code, standard output and standard error of `bifocal` in `folder`.
fn run(folder: &Path, args: &[&str]) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bifocal")).current_dir(folder).args(args).output().unwrap();
    let [out, errors] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.success(), out, errors)
}

fn embed(folder: &Path, model: &str) -> (bool, String, String) {
    run(folder, &["embed", "--text", "hives", "--model", model])
}

fn write(small: &Small, folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("model.safetensors"), small.weights()).unwrap();
    fs::write(folder.join("tokenizer.json"), &small.tokenizer).unwrap();
    fs::write(folder.join("config.json"), small.config.as_ref().unwrap().to_string()).unwrap();
}

#[test]
fn errors_name_the_folder_or_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut small = Small::new(64);
    // Found while reading, and while putting together.
    let norm = small.tensors["embeddings.LayerNorm.bias"].clone();
    for (name, tensor) in [("lacking", None), ("misshapen", Some("encoder.layer.0.output.dense.bias"))] {
        match tensor {
            None => drop(small.tensors.remove("encoder.layer.1.output.dense.bias")),
            Some(tensor) => {
                small = Small::new(64);
                small.tensors.insert(tensor.to_owned(), norm.narrow(0, 0, 16).unwrap());
            }
        }
        write(&small, &folder.path().join(name));
        for (ok, _, errors) in
            [embed(folder.path(), name), run(folder.path(), &["model", "convert", name, "-o", "out.gguf"])]
        {
            assert!(!ok && errors.starts_with(&format!("error: {name} is of no use")), "{errors}");
            assert!(errors.contains("not a usable BERT model") && errors.contains("hint: see that"), "{errors}");
        }
    }
    fs::write(folder.path().join("page.gguf"), "<!DOCTYPE html>").unwrap();
    let (ok, _, errors) = embed(folder.path(), "page.gguf");
    assert!(
        !ok && errors.starts_with("error: page.gguf is of no use") && errors.contains("fetch the file"),
        "{errors}"
    );
    let (ok, _, errors) = embed(folder.path(), "nowhere.gguf");
    assert!(!ok && errors.starts_with("error: nowhere.gguf can't be read"), "{errors}");
}

#[test]
fn a_model_of_e5_without_prefixes_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let small = Small::new(64);
    for name in ["small", "small-e5"] {
        write(&small, &folder.path().join(name));
        let (ok, out, errors) = embed(folder.path(), name);
        assert!(ok && out.contains("vector"), "{errors}");
        assert_eq!(errors.lines().count(), usize::from(name == "small-e5"), "{errors}");
    }
    let prefixes = ["--query-prefix", "query: ", "--passage-prefix", "passage: "];
    let convert = |rest: &[&str], to: &str| {
        let args = [&["model", "convert", "small-e5", "--type", "f32", "-o", to], rest].concat();
        assert!(run(folder.path(), &args).0);
        embed(folder.path(), to).2
    };
    assert!(convert(&[], "m.gguf").contains("model convert FOLDER --query-prefix \"query: \""));
    assert_eq!(convert(&prefixes, "e5.gguf"), "");
}

#[test]
fn two_forms_of_a_model_are_compared_over_texts() {
    let folder = tempfile::tempdir().unwrap();
    write(&Small::new(64), &folder.path().join("small"));
    write(&Small::new(32), &folder.path().join("other"));
    assert!(run(folder.path(), &["model", "convert", "small", "--type", "q8_0", "-o", "q8.gguf"]).0);
    let texts: String =
        ["hive", "hives hives", "a hive bees"].map(|text| format!("{{\"text\": \"{text}\"}}\n")).concat();
    fs::write(folder.path().join("texts.jsonl"), texts).unwrap();
    fs::write(folder.path().join("none.jsonl"), "").unwrap();
    let compare = |other: &str, texts: &str| run(folder.path(), &["model", "compare", "small", other, texts]);

    let (ok, same, errors) = compare("small", "texts.jsonl");
    assert!(
        ok && same.starts_with("cosine over 3 texts: mean 1.00000, lowest 1.00000\nlowest for: "),
        "{same}{errors}"
    );
    let (ok, packed, _) = compare("q8.gguf", "texts.jsonl");
    let numbers: Vec<f32> = packed.split([' ', ',', '\n']).filter_map(|word| word.parse().ok()).collect();
    let [_, mean, lowest] = numbers[..] else { panic!("{packed}") };
    assert!(ok && lowest <= mean && mean < 1.0 && lowest > 0.99, "{packed}");

    let coarse = |other| run(folder.path(), &["model", "compare", "small", other, "texts.jsonl", "--coarse"]);
    let (ok, as_built, _) = coarse("small");
    assert!(ok && as_built != same && as_built.starts_with("cosine over 3 texts: mean 0.99"), "{as_built}");
    let (ok, _, errors) = coarse("q8.gguf");
    assert!(!ok && errors.contains("q8.gguf is no folder") && errors.contains("leave --coarse out"), "{errors}");

    let (ok, _, errors) = compare("small", "none.jsonl");
    assert!(!ok && errors.starts_with("error: none.jsonl has no texts"), "{errors}");
    let (ok, _, errors) = compare("other", "texts.jsonl");
    assert!(!ok && errors.contains("hint: "), "{errors}");
}

#[test]
fn a_file_of_llama_cpp_is_read_and_shipped_with_the_name_of_its_space() {
    let folder = tempfile::tempdir().unwrap();
    let ours = &*Q8;
    let Header { mut metadata, tensors } = Header::read(ours, ours.len()).unwrap().unwrap();
    metadata.retain(|key, _| !key.starts_with("bifocal."));
    let tensors: Vec<_> = tensors
        .into_iter()
        .map(|at| (at.name, at.dims, at.kind, ours[at.start..at.start + at.bytes].to_vec()))
        .collect();
    fs::write(folder.path().join("ours.gguf"), ours).unwrap();
    fs::write(folder.path().join("theirs.gguf"), gguf::write(&metadata, &tensors)).unwrap();
    let [ours, theirs] = ["ours.gguf", "theirs.gguf"].map(|name| embed(folder.path(), name));
    assert!(theirs.0 && theirs.1 == ours.1, "{}", theirs.2);

    fs::write(folder.path().join("page.jsonl"), r#"{"id": "a", "url": "a", "title": "hives", "text": "a hive bees"}"#)
        .unwrap();
    let args =
        ["build", "page.jsonl", "-o", "index", "--model", "theirs.gguf", "--cache", "cache", "--general-words", "0"];
    let (ok, _, errors) = run(folder.path(), &args);
    assert!(ok, "build: {errors}");
    // The index's own pieces: no model is named.
    let (ok, out, errors) = run(folder.path(), &["search", "index", "hives", "--encoder", "transformer"]);
    assert!(ok && out.contains("hives"), "search: {out}{errors}");
}
