//! Field lengths in few bits: what BM25F needs to know of a page travels inside its postings.

/// Lengths of titles and headings, in words, that four bits can name.
const STEPS: [u32; 16] = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 64, 128, 512];

/// The four bits for a length of `words`: the nearest step below or at it.
pub(super) fn nibble(words: u32) -> u8 {
    (STEPS.partition_point(|&step| step <= words) - 1) as u8
}

/// The length that four bits name.
pub(super) fn from_nibble(bits: u8) -> u32 {
    STEPS[usize::from(bits & 15)]
}

/// A length of so many words as four bits keep it.
pub(super) fn kept(words: u32) -> f32 {
    from_nibble(nibble(words)) as f32
}

/// One byte for any length: exact below 16, then eight steps an octave (three bits of mantissa), so at most 12.5 % low.
pub(super) fn byte(words: u32) -> u8 {
    if words < 16 {
        return words as u8;
    }
    let exponent = 31 - words.leading_zeros();
    let mantissa = (words >> (exponent - 3)) & 7;
    ((exponent - 2) * 8 + mantissa) as u8
}

/// The middle of the lengths that a byte names.
pub(super) fn from_byte(byte: u8) -> u32 {
    let byte = u32::from(byte);
    if byte < 16 {
        return byte;
    }
    let exponent = (byte / 8 + 2).min(30);
    let low = (8 + byte % 8) << (exponent - 3);
    low + (1 << (exponent - 3)) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_come_back_nearly() {
        for words in (0..5_000).chain([100_000, 12_345_678, 1 << 30]) {
            let back = from_byte(byte(words));
            assert!(back.abs_diff(words) <= words / 15 + 1, "{words} came back as {back}");
        }
        for words in 1..5_000 {
            assert!(byte(words) >= byte(words - 1), "order is lost at {words}");
            assert!(from_nibble(nibble(words)) <= words);
        }
    }
}
