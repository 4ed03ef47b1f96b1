//! Cuts a section's text into pieces: runs of whole sentences that an excerpt has room for.

use std::ops::Range;

use crate::text;

/// Most bytes of a piece of more than one sentence: about what an excerpt shows.
pub const LONGEST_PIECE: usize = 240;

/// The pieces of `text`, in order and without gaps: each as many whole sentences as have room in
/// [`LONGEST_PIECE`] bytes, one at least.
pub fn pieces(text: &str) -> Vec<Range<usize>> {
    let mut pieces: Vec<Range<usize>> = Vec::new();
    for sentence in text::sentences(text) {
        match pieces.last_mut() {
            Some(piece) if sentence.end - piece.start <= LONGEST_PIECE => piece.end = sentence.end,
            _ => pieces.push(sentence),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_whole_sentences_without_gaps() {
        let text = "A short one. And another. ".repeat(30) + &"word ".repeat(100) + "\nThe end.";
        let pieces = pieces(&text);
        assert_eq!(pieces.first().map(|piece| piece.start), Some(0));
        assert_eq!(pieces.last().map(|piece| piece.end), Some(text.len()));
        assert!(pieces.windows(2).all(|pair| pair[0].end == pair[1].start));
        let long: Vec<&Range<usize>> = pieces.iter().filter(|piece| piece.len() > LONGEST_PIECE).collect();
        assert_eq!(long.len(), 1, "only the sentence that is longer by itself");
        assert!(pieces.len() <= 7, "{pieces:?}");
        assert!(super::pieces("").is_empty());
    }
}
