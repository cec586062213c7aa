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

use super::positions::{Positions, Range, Unit};
use super::render::Counts;
use super::{Diagnostic, Severity};
use crate::source::{Place, Sources};
use serde::Serialize;

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

/// The document of these diagnostics, with a newline at its end.
pub fn document(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let counts = Counts::of(diagnostics);
    let positions = Positions::new(sources, Unit::Characters);
    let document = Document {
        version: 1,
        diagnostics: diagnostics.iter().map(|d| one(sources, &positions, d)).collect(),
        summary: Summary { errors: counts.errors, warnings: counts.warnings, hints: counts.hints },
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn one<'a>(sources: &'a Sources, positions: &Positions<'a>, diagnostic: &'a Diagnostic) -> One<'a> {
    let file = |place: Place| sources.file(place.file).name.as_str();
    let label = |(i, label): (usize, &'a super::Label)| Label {
        file: file(label.place),
        range: positions.range(label.place),
        message: &label.text,
        primary: i == 0,
    };
    let edit =
        |edit: &'a super::Edit| Edit { file: file(edit.place), range: positions.range(edit.place), text: &edit.text };
    One {
        name: diagnostic.name(),
        severity: Severity::text(diagnostic.severity),
        message: &diagnostic.message,
        file: file(diagnostic.place()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::catalogue as c;
    use crate::source::{SourceFile, Span};

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
