//! For GitLab: the report of code quality that a merge request shows, a list of findings.

use super::positions::{Positions, Unit};
use super::report::{Report, json};
use super::{Severity, fingerprint};
use serde::Serialize;

#[derive(Serialize)]
struct Finding<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// The report, also where there is nothing in it.
pub fn document(report: &Report<'_>) -> String {
    let positions = Positions::new(report.sources, Unit::Characters);
    let one = |(diagnostic, fingerprint): (&super::Diagnostic, String)| {
        let range = positions.range(diagnostic.place());
        Finding {
            // GitLab does not show the name of a check
            description: format!("{}: {}", diagnostic.name(), diagnostic.message),
            check_name: diagnostic.name(),
            fingerprint,
            severity: match diagnostic.severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
                Severity::Hint => "info",
            },
            location: Location {
                path: report.path(diagnostic.place().file),
                lines: Lines { begin: range.start.line, end: range.end.line },
            },
        }
    };
    let findings: Vec<Finding> = report.diagnostics.iter().zip(fingerprint::all(report)).map(one).collect();
    json(&findings)
}
