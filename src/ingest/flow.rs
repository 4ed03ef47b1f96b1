//! Text as it flows on a page: white space collapsed, blocks on lines of their own, preformatted lines kept.

/// Collects the text of one section.
///
/// White space is held back until text follows it, so that nothing begins or ends with it.
#[derive(Default)]
pub(super) struct Flow {
    text: String,
    /// Line breaks held back.
    lines: usize,
    /// White space held back that follows those line breaks.
    spaces: String,
}

/// The most line breaks in a row that preformatted text keeps: one empty line.
const MOST_BREAKS: usize = 2;

impl Flow {
    /// Adds text in which any run of white space is one space.
    pub fn words(&mut self, text: &str) {
        for c in text.chars() {
            if c.is_whitespace() {
                if self.lines == 0 && self.spaces.is_empty() {
                    self.spaces.push(' ');
                }
            } else if !is_invisible(c) {
                if self.lines > 0 {
                    self.spaces.clear();
                }
                self.release();
                self.text.push(c);
            }
        }
    }

    /// Adds text whose line breaks and indentation stay.
    pub fn lines(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\n' => {
                    self.lines += 1;
                    self.spaces.clear();
                }
                '\r' => {}
                c if c.is_whitespace() => self.spaces.push(c),
                c if is_invisible(c) => {}
                c => {
                    self.release();
                    self.text.push(c);
                }
            }
        }
    }

    /// What follows is another block: it starts on a line of its own.
    pub fn block(&mut self) {
        self.lines = self.lines.max(1);
        self.spaces.clear();
    }

    /// What follows is another cell of the same row.
    pub fn cell(&mut self) {
        if self.lines == 0 {
            self.spaces.clear();
            self.spaces.push('\t');
        }
    }

    /// How long the text is so far, in bytes.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// The text, and an empty flow in its place.
    pub fn take(&mut self) -> String {
        std::mem::take(self).text
    }

    fn release(&mut self) {
        if !self.text.is_empty() {
            self.text.extend(std::iter::repeat_n('\n', self.lines.min(MOST_BREAKS)));
        }
        if !self.text.is_empty() || self.lines > 0 {
            self.text.push_str(&self.spaces);
        }
        self.lines = 0;
        self.spaces.clear();
    }
}

/// Characters that only guide line breaking: zero width spaces and joiners of words, soft hyphens, byte order marks.
///
/// The zero width joiners of Indic and Persian writing are not among them: there they make another word.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(write: impl Fn(&mut Flow), expected: &str) {
        let mut flow = Flow::default();
        write(&mut flow);
        assert_eq!(flow.take(), expected);
    }

    #[test]
    fn white_space_stands_only_between() {
        check(|flow| flow.words("  a \n\u{a0} b\t"), "a b");
        check(
            |flow| {
                flow.words("a ");
                flow.block();
                flow.words(" b");
                flow.block();
            },
            "a\nb",
        );
        check(
            |flow| {
                flow.words("soft\u{ad}ware ");
                flow.cell();
                flow.words(" x");
            },
            "software\tx",
        );
    }

    #[test]
    fn preformatted_lines_keep_their_indentation() {
        check(
            |flow| {
                flow.words("Run: ");
                flow.block();
                flow.lines("  if x {\n\n\n    y  \n  }\n");
                flow.block();
                flow.words("Then");
            },
            "Run:\n  if x {\n\n    y\n  }\nThen",
        );
        check(
            |flow| {
                flow.block();
                flow.lines("\n\n  first");
            },
            "  first",
        );
    }
}
