//! The owner's list of general words.

use std::path::Path;

use bifocal::{Error, ErrorKind, Result};

/// Reads a list with one word a line, folded; empty lines are passed over, and so are `#` and what follows it.
pub fn read_words(path: &Path) -> Result<Vec<String>> {
    let bytes = std::fs::read(path).map_err(|error| {
        Error::new(ErrorKind::Io, format!("the list of words {} can't be read", path.display()))
            .because(error)
            .hint("name a text file with one word a line, such as Debian's /usr/share/dict/words")
    })?;
    let text = String::from_utf8_lossy(&bytes);
    let words = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    Ok(words.filter(|word| !word.is_empty()).map(|word| bifocal::text::fold(word).into_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_line_by_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words");
        std::fs::write(&path, "# everyday words\nAbort\r\n\n  café # with a mark\nABRUPT").unwrap();
        assert_eq!(read_words(&path).unwrap(), ["abort", "cafe", "abrupt"]);
        let error = read_words(&folder.path().join("gone")).unwrap_err();
        assert!(error.to_string().contains("gone"), "{error}");
    }
}
