//! Files, spans and the only conversions between bytes, lines, columns and UTF-16.

use std::sync::{Arc, OnceLock};

/// A range of bytes in one file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// From the start of this to the end of the other.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start, end: other.end.max(self.start) }
    }
    /// The text that it covers; nothing where it does not fit the text.
    pub fn of(self, source: &str) -> &str {
        source.get(self.start as usize..self.end as usize).unwrap_or("")
    }
    /// The empty place right after it.
    pub fn after(self) -> Span {
        Span { start: self.end, end: self.end }
    }
    /// A part of it, given relative to its start.
    pub fn part(self, start: u32, end: u32) -> Span {
        Span { start: self.start + start, end: self.start + end }
    }
}

/// A file of [`Sources`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A span in a known file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// Where in it.
    pub span: Span,
}

/// A file with its text.
#[derive(Debug)]
pub struct SourceFile {
    /// How people call it: its path, with `/`, from the root of the project.
    pub name: String,
    /// Its text, without a byte order mark.
    pub text: String,
    lines: OnceLock<Vec<u32>>,
}

/// A position for people: both count from 1, columns in characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineColumn {
    /// The line.
    pub line: u32,
    /// The column in Unicode characters.
    pub column: u32,
}

impl SourceFile {
    /// A file from its text; a byte order mark is dropped.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let mut text = text.into();
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        SourceFile { name: name.into(), text, lines: OnceLock::new() }
    }

    /// Where each line begins; reckoned once, when it is first asked for.
    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            std::iter::once(0)
                .chain(self.text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1))
                .collect()
        })
    }

    /// How many lines it has.
    pub fn line_count(&self) -> u32 {
        self.lines().len() as u32
    }

    /// The line (from 0) of a byte.
    pub fn line_of(&self, byte: u32) -> u32 {
        self.lines().partition_point(|start| *start <= byte) as u32 - 1
    }

    /// The bytes of a line (from 0), with its line end.
    pub fn line_span(&self, line: u32) -> Span {
        let lines = self.lines();
        let start = lines.get(line as usize).copied().unwrap_or(self.text.len() as u32);
        let end = lines.get(line as usize + 1).copied().unwrap_or(self.text.len() as u32);
        Span { start, end }
    }

    /// Line and column of a byte.
    pub fn line_column(&self, byte: u32) -> LineColumn {
        let line = self.line_of(byte);
        let start = self.line_span(line).start;
        let before = Span { start, end: self.floor(byte) }.of(&self.text);
        LineColumn { line: line + 1, column: before.chars().count() as u32 + 1 }
    }

    /// Line and column from 0, the column in UTF-16 units, as the language server protocol counts.
    pub fn utf16_position(&self, byte: u32) -> (u32, u32) {
        let line = self.line_of(byte);
        let start = self.line_span(line).start;
        let before = Span { start, end: self.floor(byte) }.of(&self.text);
        (line, before.encode_utf16().count() as u32)
    }

    /// The next character boundary at or before a byte.
    pub fn floor(&self, byte: u32) -> u32 {
        let mut at = (byte as usize).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at as u32
    }
}

/// All files of a run, in the order in which they were read. A copy shares their texts.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Arc<SourceFile>>,
}

impl Sources {
    /// Adds a file.
    pub fn add(&mut self, file: impl Into<Arc<SourceFile>>) -> FileId {
        self.files.push(file.into());
        FileId(self.files.len() as u32 - 1)
    }
    /// Puts another text in the place of a file.
    pub fn replace(&mut self, id: FileId, file: impl Into<Arc<SourceFile>>) {
        self.files[id.0 as usize] = file.into();
    }
    /// The file of an id that this collection gave.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }
    /// The file of an id, to keep.
    pub fn shared(&self, id: FileId) -> Arc<SourceFile> {
        self.files[id.0 as usize].clone()
    }
    /// The text under a place.
    pub fn text(&self, place: Place) -> &str {
        place.span.of(&self.file(place.file).text)
    }
    /// All files with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(i, f)| (FileId(i as u32), f.as_ref()))
    }
    /// `name:line` of a place.
    pub fn name_and_line(&self, place: Place) -> String {
        let file = self.file(place.file);
        format!("{}:{}", file.name, file.line_of(place.span.start) + 1)
    }
}

/// The FNV-1a hash: small, and the same everywhere and always.
pub fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_utf16_units() {
        let file = SourceFile::new("a", "\u{feff}é日🦀x\r\nb");
        assert_eq!(file.text.len(), 2 + 3 + 4 + 1 + 2 + 1);
        assert_eq!(file.line_column(9), LineColumn { line: 1, column: 4 });
        assert_eq!(file.utf16_position(9), (0, 4));
        assert_eq!(file.line_column(12), LineColumn { line: 2, column: 1 });
        assert_eq!(file.line_column(99), LineColumn { line: 2, column: 2 });
        // inside a character: its start
        assert_eq!(file.line_column(3), LineColumn { line: 1, column: 2 });
    }
}
