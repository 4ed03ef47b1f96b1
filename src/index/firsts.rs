//! Blocks of words that lie in parts of their own: which of them holds a word.
//!
//! ```text
//! firsts := count (shared suffix hash[6])*     first word of each block, front-coded, and its part's hash
//! ```

use crate::Result;
use crate::bytes::{Reader, Writer, damaged};

/// The first word of each block and the hash of its part, in order.
pub(super) type Firsts = Vec<(String, u64)>;

/// The number of the block in which `word` is or would be; 0 before the first.
pub(super) fn block_of(firsts: &[(String, u64)], word: &str) -> usize {
    firsts.partition_point(|(first, _)| first.as_str() <= word).saturating_sub(1)
}

/// Writes the list.
pub(super) fn write_firsts(firsts: &[(String, u64)], out: &mut Writer) {
    out.count(firsts.len());
    let mut last = "";
    for (first, hash) in firsts {
        write_word(last, first, out);
        out.hash(*hash);
        last = first;
    }
}

/// Reads the list and checks its order.
pub(super) fn read_firsts(reader: &mut Reader) -> Result<Firsts> {
    let mut firsts = Firsts::new();
    for _ in 0..reader.count(8)? {
        let first = read_word(firsts.last().map(|(first, _)| first.as_str()), reader)?;
        firsts.push((first, reader.hash()?));
    }
    Ok(firsts)
}

/// Writes a word after `last`: how many bytes it shares with it, and the rest.
pub(super) fn write_word(last: &str, word: &str, out: &mut Writer) {
    let shared: usize =
        word.chars().zip(last.chars()).take_while(|(a, b)| a == b).map(|(character, _)| character.len_utf8()).sum();
    out.count(shared);
    out.text(&word[shared..]);
}

/// Reads a word that comes after `last` in the alphabet.
pub(super) fn read_word(last: Option<&str>, reader: &mut Reader) -> Result<String> {
    let shared = reader.small()? as usize;
    let head = last.unwrap_or_default().get(..shared);
    let head = head.ok_or_else(|| damaged("a form that shares more than there is"))?;
    let word = [head, reader.text()?].concat();
    match last {
        Some(last) if word.as_str() <= last => Err(damaged("words out of order")),
        _ => Ok(word),
    }
}
