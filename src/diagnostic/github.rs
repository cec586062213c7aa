//! For GitHub Actions: workflow commands, from which it makes annotations of a pull request.
//!
//! `::error title=tabi (bad-target),file=shop.tabi,line=3,endLine=3,col=10,endColumn=14::a target lies between…`

use super::positions::{Positions, Unit};
use super::render::clean;
use super::report::Report;
use super::{Diagnostic, Severity};
use std::fmt::Write as _;

/// A command for each diagnostic; nothing where there are none.
pub fn text(report: &Report<'_>) -> String {
    let positions = Positions::new(report.sources, Unit::Characters);
    let mut out = String::new();
    for diagnostic in report.diagnostics {
        one(&mut out, report, &positions, diagnostic);
    }
    out
}

fn one(out: &mut String, report: &Report<'_>, positions: &Positions<'_>, diagnostic: &Diagnostic) {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "notice",
    };
    let title = property(&format!("tabi ({})", diagnostic.name()));
    let file = property(report.path(diagnostic.place().file));
    let range = positions.range(diagnostic.place());
    let (line, end) = (range.start.line, range.end.line);
    let _ = write!(out, "::{command} title={title},file={file},line={line},endLine={end}");
    // GitHub throws columns away where the lines differ, and says so in the log
    if line == end {
        let _ = write!(out, ",col={},endColumn={}", range.start.column, range.end.column);
    }
    let _ = writeln!(out, "::{}", data(&format!("{}\n{}", diagnostic.message, report.words(diagnostic))));
}

/// The text of a command, on one line. What could move the cursor is replaced, a carriage return too.
fn data(text: &str) -> String {
    clean(text).replace('%', "%25").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
