//! Finds lines and columns, in the unit in which a format counts.

use crate::source::{FileId, Place, Sources, Span};
use serde::Serialize;
use std::cell::Cell;

/// What a column counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Unicode characters.
    Characters,
    /// Units of UTF-16.
    Utf16,
    /// Bytes of UTF-8.
    Bytes,
}

impl Unit {
    fn count(self, text: &str) -> u32 {
        let n = match self {
            Unit::Characters => text.chars().count(),
            Unit::Utf16 => text.encode_utf16().count(),
            Unit::Bytes => text.len(),
        };
        n as u32
    }
}

/// From the first place that belongs to it to the first that does not.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range {
    pub start: Position,
    pub end: Position,
}

/// Line and column count from 1, the byte from 0.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    pub line: u32,
    pub column: u32,
    pub byte: u32,
}

/// Finds lines and columns. Diagnostics come in the order of the text, so a column is counted on from the last one on the line;
/// otherwise many diagnostics on one long line would take quadratic time.
pub struct Positions<'a> {
    sources: &'a Sources,
    unit: Unit,
    /// File, line (from 0), byte and column of the last position.
    last: Cell<Option<(FileId, u32, u32, u32)>>,
}

impl<'a> Positions<'a> {
    pub fn new(sources: &'a Sources, unit: Unit) -> Self {
        Positions { sources, unit, last: Cell::default() }
    }

    pub fn range(&self, place: Place) -> Range {
        let start = self.position(place.file, place.span.start);
        let end = self.position(place.file, place.span.end.max(place.span.start));
        self.last.set(Some((place.file, start.line - 1, start.byte, start.column)));
        Range { start, end }
    }

    fn position(&self, id: FileId, byte: u32) -> Position {
        let file = self.sources.file(id);
        let byte = file.floor(byte);
        let line = file.line_of(byte);
        let (from, column) = match self.last.get() {
            Some((f, l, b, column)) if (f, l) == (id, line) && b <= byte => (b, column),
            _ => (file.line_span(line).start, 1),
        };
        let column = column + self.unit.count(Span { start: from, end: byte }.of(&file.text));
        self.last.set(Some((id, line, byte, column)));
        Position { line: line + 1, column, byte }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    #[test]
    fn positions_are_those_of_the_line_index() {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("予.tabi", "é日🦀x\r\nab\ncd"));
        let positions = Positions::new(&sources, Unit::Characters);
        for start in [3, 0, 9, 1, 12, 11, 99, 2] {
            for end in [3, 9, 12, 15, 99] {
                let range = positions.range(Place { file, span: Span { start, end } });
                for (found, byte) in [(range.start, start), (range.end, end.max(start))] {
                    let expected = sources.file(file).line_column(byte);
                    assert_eq!((found.line, found.column), (expected.line, expected.column), "{start} {end}");
                }
            }
        }
    }

    #[test]
    fn each_unit_counts_its_own() {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("予.tabi", "é日🦀x\r\nab\ncd"));
        let place = Place { file, span: Span { start: 9, end: 13 } };
        let columns = |unit| {
            let range = Positions::new(&sources, unit).range(place);
            assert_eq!((range.start.line, range.end.line), (1, 2));
            (range.start.column, range.end.column)
        };
        assert_eq!(columns(Unit::Characters), (4, 2));
        assert_eq!(columns(Unit::Utf16), (5, 2));
        assert_eq!(columns(Unit::Bytes), (10, 2));
    }
}
