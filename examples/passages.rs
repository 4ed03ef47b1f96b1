//! Writes the passages of a site and their vectors: `cargo run --release --example passages -- SITE MODEL OUT [CACHE]`.
//!
//! MODEL is a folder with `model.safetensors` and `tokenizer.json`, or a GGUF file. OUT gets `passages.json`, a list of
//! `{url, title, heading, text}`, and `vectors.f32`, a little-endian row for each: what `bifocal build` makes an index
//! of, for other projects to be measured with. CACHE is the folder of `bifocal build --cache`: vectors that it has are not
//! made again.

use std::error::Error;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::{env, fs};

use bifocal::corpus::{Page, Window, cut, embedded_text};
use bifocal::encoder::{Cache, Encoder, Role, cache_file_name};
use bifocal::ingest::{SiteOptions, read_site};
use serde_json::json;

mod model;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let (site, model, out, cache) = match arguments.as_slice() {
        [site, model, out] => (site, model, out, None),
        [site, model, out, cache] => (site, model, out, Some(cache)),
        _ => return Err("usage: passages SITE MODEL OUT [CACHE]".into()),
    };
    let encoder = model::load(model)?;

    let index = site.join("bifocal");
    let (pages, _) = read_site(site, &SiteOptions::default(), &index, &|_, _| ())?;
    let (mut passages, mut texts) = (Vec::new(), Vec::new());
    for page in pages.into_iter().map(Page::divided) {
        for (section, path) in page.sections.iter().zip(page.paths()) {
            for span in cut(&section.text, Window::default(), &|text| encoder.count_tokens(text)) {
                let text = &section.text[span];
                texts.push(embedded_text(&page.title, &path, text));
                passages.push(json!({
                    "url": page.url, "title": page.title, "heading": section.heading, "text": text,
                }));
            }
        }
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let vectors = match cache {
        None => encoder.embed(&texts, Role::Passage, &|_| {})?,
        Some(folder) => {
            let path = folder.join(cache_file_name(&encoder));
            fs::create_dir_all(folder)?;
            let file = fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
            file.lock()?;
            Cache::open(file, &encoder)?.embed(&encoder, &texts, Role::Passage, &|_| {}, &AtomicBool::new(false))?
        }
    };
    let bytes: Vec<u8> = vectors.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
    fs::create_dir_all(out)?;
    fs::write(out.join("passages.json"), serde_json::to_vec(&passages)?)?;
    fs::write(out.join("vectors.f32"), bytes)?;
    println!("{} passages in {}", passages.len(), out.display());
    Ok(())
}
