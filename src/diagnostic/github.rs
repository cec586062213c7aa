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
    let _ = writeln!(out, "::{}", data(&format!("{}\n{}", diagnostic.message, report.words(positions, diagnostic))));
}

/// The text of a command, on one line; what could move the cursor is replaced, a carriage return too.
fn data(text: &str) -> String {
    clean(text).replace('%', "%25").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::catalogue as c;
    use crate::source::{Place, SourceFile, Sources, Span};

    #[test]
    fn over_several_lines_there_are_no_columns() {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("a.tabi", "up `a\n +`\n"));
        let place = |end| Place { file, span: Span { start: 3, end } };
        let diagnostics = [9, 5].map(|end| Diagnostic::new(&c::BAD_PROMQL, "no\u{1b}[2J: 1%,\r\nx", place(end), ""));
        let paths = [Some("a.tabi".to_string())];
        let report = Report {
            sources: &sources,
            diagnostics: &diagnostics,
            files: &[file],
            paths: &paths,
            pages: None,
            deny_warnings: false,
        };
        let data = "no\u{fffd}[2J: 1%25,\u{fffd}%0Ax%0Atabi explain bad-promql";
        assert_eq!(
            text(&report),
            format!(
                "::error title=tabi (bad-promql),file=a.tabi,line=1,endLine=2::{data}\n\
                 ::error title=tabi (bad-promql),file=a.tabi,line=1,endLine=1,col=4,endColumn=6::{data}\n"
            )
        );
    }
}
