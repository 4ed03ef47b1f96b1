//! Bytes of an HTML file into text, by the rules that browsers follow.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// How far into a file a declaration of its encoding is looked for; browsers look as far.
const PRESCAN: usize = 1024;

/// A file's text, and whether every byte of it had a meaning.
pub(super) struct Decoded<'b> {
    pub text: Cow<'b, str>,
    /// Some bytes do not fit the encoding and are read as `�`.
    pub damaged: bool,
}

/// Decodes `bytes`: by byte order mark, else as declared in the markup, else as UTF-8 if that fits, else as
/// windows-1252.
///
/// Gives `None` for bytes that are no text at all, such as an image named `.html`.
pub(super) fn decode(bytes: &[u8]) -> Option<Decoded<'_>> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Some(decode_as(encoding, &bytes[mark..]));
    }
    let start = &bytes[..bytes.len().min(PRESCAN)];
    if start.contains(&0) {
        return None;
    }
    if let Some(encoding) = declared(start) {
        return Some(decode_as(encoding, bytes));
    }
    Some(match std::str::from_utf8(bytes) {
        Ok(text) => Decoded { text: Cow::Borrowed(text), damaged: false },
        Err(_) => decode_as(WINDOWS_1252, bytes),
    })
}

fn decode_as<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Decoded<'b> {
    let (text, damaged) = encoding.decode_without_bom_handling(bytes);
    Decoded { text, damaged }
}

/// The encoding that `<?xml encoding>`, `<meta charset>` or `<meta content="…charset=">` names.
///
/// Bytes read so far as ASCII cannot be UTF-16, so a page that says so means UTF-8 (HTML standard, "prescan a byte
/// stream to determine its encoding").
fn declared(start: &[u8]) -> Option<&'static Encoding> {
    let text: String = start.iter().map(|&byte| byte.to_ascii_lowercase() as char).collect();
    let xml =
        text.strip_prefix("<?xml").and_then(|rest| rest.split("?>").next()).and_then(|rest| value_of(rest, "encoding"));
    let label = xml.or_else(|| {
        text.split("<meta").skip(1).filter_map(|rest| rest.split('>').next()).find_map(|tag| value_of(tag, "charset"))
    })?;
    match Encoding::for_label(label.as_bytes())? {
        encoding if encoding == UTF_16BE || encoding == UTF_16LE => Some(UTF_8),
        encoding => Some(encoding),
    }
}

/// The value after `name=` in a piece of markup, with or without quotes.
fn value_of<'t>(markup: &'t str, name: &str) -> Option<&'t str> {
    let after = &markup[markup.find(name)? + name.len()..];
    let value = after.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    let end = value
        .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '/' | '>' | '?'))
        .unwrap_or(value.len());
    Some(&value[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &str, damaged: bool) {
        let decoded = decode(bytes).expect("text");
        assert_eq!((decoded.text.as_ref(), decoded.damaged), (expected, damaged), "{bytes:?}");
    }

    #[test]
    fn encodings_are_found_as_browsers_find_them() {
        check("Grüße".as_bytes(), "Grüße", false);
        check(b"Gr\xfc\xdfe", "Grüße", false);
        check(b"\xef\xbb\xbfhive", "hive", false);
        check(b"\xff\xfeh\0i\0", "hi", false);
        check(b"<meta charset=iso-8859-2>\xb1", "<meta charset=iso-8859-2>ą", false);
        check(b"<meta content='text/html; charset=koi8-r'>\xc1", "<meta content='text/html; charset=koi8-r'>а", false);
        check(b"<?xml version='1.0' encoding='latin1'?>\xe9", "<?xml version='1.0' encoding='latin1'?>é", false);
        check(b"<meta charset=\"utf-16\">ok", "<meta charset=\"utf-16\">ok", false);
        check(b"<meta charset=utf-8>a\xffb", "<meta charset=utf-8>a\u{fffd}b", true);
    }

    #[test]
    fn an_image_is_no_text() {
        assert!(decode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").is_none());
    }
}
