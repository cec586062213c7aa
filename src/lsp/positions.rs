//! Bytes of files and positions of the client. The client counts columns in UTF-8, UTF-16 or UTF-32; what it says of places outside of
//! the text or inside a character is moved to the next place before it that exists.

use super::Value;
use crate::source::{SourceFile, Span};
use gen_lsp_types::{Position, Range};

/// In what columns are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Encoding {
    /// In bytes.
    Utf8,
    /// In units of UTF-16; what holds where a client says nothing.
    #[default]
    Utf16,
    /// In characters.
    Utf32,
}

impl Encoding {
    /// What the client and the server agree on: what needs the least work.
    pub fn negotiate(capabilities: &Value) -> Self {
        let offered = capabilities.pointer("/general/positionEncodings").and_then(Value::as_array);
        let offers = |name: &str| offered.is_some_and(|all| all.iter().any(|e| e == name));
        [Encoding::Utf8, Encoding::Utf32].into_iter().find(|e| offers(e.name())).unwrap_or_default()
    }

    /// Its name in the protocol.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf16 => "utf-16",
            Encoding::Utf32 => "utf-32",
        }
    }

    /// How many units a text has.
    pub fn units(self, text: &str) -> u32 {
        let units = match self {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 => text.encode_utf16().count(),
            Encoding::Utf32 => text.chars().count(),
        };
        units as u32
    }

    /// The byte of a line that has this many units before it.
    fn byte_in_line(self, line: &str, character: u32) -> usize {
        let mut units = 0;
        for (at, c) in line.char_indices() {
            let after = units
                + match self {
                    Encoding::Utf8 => c.len_utf8() as u32,
                    Encoding::Utf16 => c.len_utf16() as u32,
                    Encoding::Utf32 => 1,
                };
            if after > character || c == '\n' || (c == '\r' && line[at..].starts_with("\r\n")) {
                return at;
            }
            units = after;
        }
        line.len()
    }

    /// The position of a byte.
    pub fn position(self, file: &SourceFile, byte: u32) -> Position {
        let byte = file.floor(byte);
        let line = file.line_of(byte);
        let start = file.line_span(line).start;
        Position { line, character: self.units(Span { start, end: byte }.of(&file.text)) }
    }

    /// The range of a span.
    pub fn range(self, file: &SourceFile, span: Span) -> Range {
        Range { start: self.position(file, span.start), end: self.position(file, span.end) }
    }

    /// The byte of a position.
    pub fn byte(self, file: &SourceFile, position: Position) -> u32 {
        let span = file.line_span(position.line);
        span.start + self.byte_in_line(span.of(&file.text), position.character) as u32
    }

    /// The span of a range.
    pub fn span(self, file: &SourceFile, range: Range) -> Span {
        let (a, b) = (self.byte(file, range.start), self.byte(file, range.end));
        Span { start: a.min(b), end: a.max(b) }
    }

    /// The byte of a position in a text that changes: looked for from its beginning.
    pub fn byte_in(self, text: &str, position: Position) -> usize {
        let mut start = 0;
        for _ in 0..position.line {
            match text[start..].find('\n') {
                Some(at) => start += at + 1,
                None => return text.len(),
            }
        }
        start + self.byte_in_line(&text[start..], position.character)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "aé日🦀z\r\n\r\nb🦀";

    #[test]
    fn every_boundary_comes_back_in_every_encoding() {
        let file = SourceFile::new("a", TEXT);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for at in (0..=TEXT.len()).filter(|at| TEXT.is_char_boundary(*at)) {
                if TEXT[..at].ends_with('\r') {
                    continue;
                }
                let position = encoding.position(&file, at as u32);
                assert_eq!(encoding.byte(&file, position) as usize, at, "{encoding:?} {position:?}");
                assert_eq!(encoding.byte_in(TEXT, position), at, "{encoding:?} {position:?}");
            }
        }
    }

    #[test]
    fn places_that_do_not_exist_are_moved() {
        let file = SourceFile::new("a", TEXT);
        let at = |line, character| Encoding::Utf16.byte(&file, Position { line, character });
        // a, é, 日 and then the crab, which has two units
        assert_eq!((at(0, 3), at(0, 4), at(0, 5)), (6, 6, 10));
        assert_eq!(at(0, 99), 11, "the end of the line is before its line end");
        assert_eq!(at(1, 1), 13);
        assert_eq!(at(99, 0) as usize, TEXT.len());
        assert_eq!(at(u32::MAX, u32::MAX) as usize, TEXT.len());
        assert_eq!(Encoding::Utf8.byte(&file, Position { line: 0, character: 2 }), 1, "inside é");
    }
}
