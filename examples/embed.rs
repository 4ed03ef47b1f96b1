//! Embeds lines of text and says how fast: `cargo run --release --example embed -- MODEL TEXTS`.
//!
//! MODEL is a folder with `model.safetensors` and `tokenizer.json`, or a GGUF file; TEXTS has one JSON string a line. Prints
//! `{"texts": …, "seconds": …}`; reading the model is not counted. `RAYON_NUM_THREADS` sets the number of threads.

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;
use std::{env, fs};

use bifocal::encoder::{Encoder, Role};

mod model;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [model, texts] = arguments.as_slice() else { return Err("usage: embed MODEL TEXTS".into()) };
    let encoder = model::load(model)?;
    let texts = fs::read_to_string(texts)?;
    let texts: Vec<String> = texts.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();

    encoder.embed(&texts[..texts.len().min(4)], Role::Passage, &|_| {})?;
    let started = Instant::now();
    encoder.embed(&texts, Role::Passage, &|_| {})?;
    println!("{}", serde_json::json!({"texts": texts.len(), "seconds": started.elapsed().as_secs_f64()}));
    Ok(())
}
