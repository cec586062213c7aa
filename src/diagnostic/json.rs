//! For programs: one JSON document.
//!
//! ```json
//! { "version": 1,
//!   "diagnostics": [{
//!     "name": "bad-target", "severity": "error", "message": "…", "file": "shop.tabi",
//!     "range": { "start": { "line": 3, "column": 10, "byte": 41 }, "end": { "line": 3, "column": 14, "byte": 45 } },
//!     "labels": [{ "file": "shop.tabi", "range": {}, "message": "…", "primary": true }],
//!     "help": null,
//!     "fixes": [{ "title": "…", "edits": [{ "file": "shop.tabi", "range": {}, "text": "…" }] }],
//!     "explain": "tabi explain bad-target" }],
//!   "summary": { "errors": 1, "warnings": 0, "hints": 0 } }
//! ```
//!
//! `line` and `column` count from 1, `column` in Unicode characters; `byte` counts from 0 in the text without a byte order mark; `end`
//! is the first place that does not belong to the range. `severity` is `error`, `warning` or `hint`. `file` is a path from the root of
//! the project, with `/`. `version` changes when a member goes or changes its meaning; new members may come at any time.

use super::render::Counts;
use super::{Diagnostic, Severity};
use crate::source::{FileId, Place, Sources, Span};
use serde::Serialize;
use std::cell::Cell;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    diagnostics: Vec<One<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    hints: usize,
}

#[derive(Serialize)]
struct One<'a> {
    name: &'a str,
    severity: &'a str,
    message: &'a str,
    file: &'a str,
    range: Range,
    labels: Vec<Label<'a>>,
    help: Option<&'a str>,
    fixes: Vec<Fix<'a>>,
    explain: String,
}

#[derive(Serialize)]
struct Label<'a> {
    file: &'a str,
    range: Range,
    message: &'a str,
    primary: bool,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    file: &'a str,
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
    byte: u32,
}

/// The document of these diagnostics, with a newline at its end.
pub fn document(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let counts = Counts::of(diagnostics);
    let positions = Positions { sources, last: Cell::default() };
    let document = Document {
        version: 1,
        diagnostics: diagnostics.iter().map(|d| one(&positions, d)).collect(),
        summary: Summary { errors: counts.errors, warnings: counts.warnings, hints: counts.hints },
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn one<'a>(positions: &Positions<'a>, diagnostic: &'a Diagnostic) -> One<'a> {
    let label = |(i, label): (usize, &'a super::Label)| Label {
        file: positions.file(label.place),
        range: positions.range(label.place),
        message: &label.text,
        primary: i == 0,
    };
    let edit = |edit: &'a super::Edit| Edit {
        file: positions.file(edit.place),
        range: positions.range(edit.place),
        text: &edit.text,
    };
    One {
        name: diagnostic.name(),
        severity: Severity::text(diagnostic.severity),
        message: &diagnostic.message,
        file: positions.file(diagnostic.place()),
        range: positions.range(diagnostic.place()),
        labels: diagnostic.labels.iter().enumerate().map(label).collect(),
        help: diagnostic.help.as_deref(),
        fixes: diagnostic
            .fixes
            .iter()
            .map(|f| Fix { title: &f.title, edits: f.edits.iter().map(edit).collect() })
            .collect(),
        explain: format!("tabi explain {}", diagnostic.name()),
    }
}

/// Finds lines and columns. Diagnostics come in the order of the text, so a column is counted on from the last one on the line;
/// otherwise many diagnostics on one long line would take quadratic time.
struct Positions<'a> {
    sources: &'a Sources,
    /// File, line (from 0), byte and column of the last position.
    last: Cell<Option<(FileId, u32, u32, u32)>>,
}

impl<'a> Positions<'a> {
    fn file(&self, place: Place) -> &'a str {
        &self.sources.file(place.file).name
    }

    fn range(&self, place: Place) -> Range {
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
        let column = column + Span { start: from, end: byte }.of(&file.text).chars().count() as u32;
        self.last.set(Some((id, line, byte, column)));
        Position { line: line + 1, column, byte }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::catalogue as c;
    use crate::source::SourceFile;

    #[test]
    fn positions_are_those_of_the_line_index() {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("予.tabi", "é日🦀x\r\nab\ncd"));
        let positions = Positions { sources: &sources, last: Cell::default() };
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
    fn the_document_is_stable() {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("予.tabi", "予 x\n"));
        let place = Place { file, span: Span { start: 4, end: 5 } };
        let d = Diagnostic::new(&c::SYNTAX, "a \"b\"", place, "here").fix("write `y`", place, "y").help("write `y`");
        insta::assert_snapshot!(document(&sources, &[d]));
        insta::assert_snapshot!("empty", document(&sources, &[]));
    }
}
