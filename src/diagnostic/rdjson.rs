//! For reviewdog: its diagnostic format as one JSON document. Lines and columns count from 1, columns in bytes of UTF-8.

use super::positions::{self, Positions, Unit};
use super::report::{Report, json, way_out};
use super::{Diagnostic, Fix, Severity};
use crate::source::{Place, Span};
use serde::Serialize;

#[derive(Serialize)]
struct Document<'a> {
    source: Source,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<&'a str>,
    diagnostics: Vec<One<'a>>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct One<'a> {
    message: String,
    location: Location<'a>,
    severity: &'a str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
    #[serde(rename = "related_locations", skip_serializing_if = "Vec::is_empty")]
    related: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
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
}

impl From<positions::Range> for Range {
    fn from(range: positions::Range) -> Self {
        let position = |p: positions::Position| Position { line: p.line, column: p.column };
        Range { start: position(range.start), end: position(range.end) }
    }
}

/// The document, also where there is nothing to report.
pub fn document(report: &Report<'_>) -> String {
    let positions = Positions::new(report.sources, Unit::Bytes);
    let heaviest = report.diagnostics.iter().map(|d| d.severity).max();
    json(&Document {
        source: Source { name: "tabi" },
        severity: heaviest.map(severity),
        diagnostics: report.diagnostics.iter().map(|d| one(report, &positions, d)).collect(),
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Hint => "INFO",
    }
}

fn one<'a>(report: &Report<'a>, positions: &Positions<'_>, diagnostic: &'a Diagnostic) -> One<'a> {
    let location =
        |place: Place| Location { path: report.path(place.file), range: Range::from(positions.range(place)) };
    let own = diagnostic.place();
    let first = diagnostic.labels[0].text.as_str();
    let help = way_out(diagnostic).map(|way_out| format!("help: {way_out}"));
    let message = [Some(diagnostic.message.as_str()), (!first.is_empty()).then_some(first), help.as_deref()];
    let others = diagnostic.labels.iter().skip(1).filter(|l| report.own_path(l.place.file).is_some());
    One {
        message: message.into_iter().flatten().collect::<Vec<_>>().join("\n"),
        location: location(own),
        severity: severity(diagnostic.severity),
        code: Code { value: diagnostic.name(), url: report.page(diagnostic.entry) },
        suggestions: diagnostic.fixes.iter().filter_map(|fix| suggestion(report, positions, own, fix)).collect(),
        related: others.map(|l| Related { message: &l.text, location: location(l.place) }).collect(),
    }
}

/// A fix as one replacement, for that is what reviewdog suggests; none where it also changes another file.
fn suggestion(report: &Report<'_>, positions: &Positions<'_>, own: Place, fix: &Fix) -> Option<Suggestion> {
    let text = &report.sources.file(own.file).text;
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| edit.place);
    if edits.iter().any(|edit| edit.place.file != own.file) {
        return None;
    }
    let whole = Span { start: edits.first()?.place.span.start, end: edits.last()?.place.span.end };
    let (mut new, mut at) = (String::new(), whole.start);
    for edit in edits {
        new.push_str(Span { start: at, end: edit.place.span.start }.of(text));
        new.push_str(&edit.text);
        at = edit.place.span.end;
    }
    let range = positions.range(Place { span: whole, ..own }).into();
    Some(Suggestion { range, text: new })
}
