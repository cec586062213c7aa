//! For whatever reads the results of tests: the XML of `JUnit`. Each file is a suite, each diagnostic a test in it; a file without one has one
//! test that passed. What makes `tabi check` end with 1 has failed, all else was skipped, with the reason.

use super::positions::{Positions, Unit};
use super::report::Report;
use super::{Diagnostic, Severity};
use crate::source::FileId;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

/// The document, also where there is nothing to report.
pub fn document(report: &Report<'_>) -> String {
    let mut suites: BTreeMap<(&str, FileId), Vec<&Diagnostic>> = BTreeMap::new();
    let suite = |file: FileId| (report.path(file), file);
    suites.extend(report.files.iter().map(|file| (suite(*file), Vec::new())));
    for diagnostic in report.diagnostics {
        suites.entry(suite(diagnostic.place().file)).or_default().push(diagnostic);
    }
    let tests: usize = suites.values().map(|found| found.len().max(1)).sum();
    let failures = report.diagnostics.iter().filter(|d| report.fails(d)).count();
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_string();
    let _ = writeln!(out, "<testsuites name=\"tabi check\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">");
    let positions = Positions::new(report.sources, Unit::Characters);
    for ((path, _), found) in &suites {
        one(&mut out, report, &positions, path, found);
    }
    out.push_str("</testsuites>\n");
    out
}

fn one(out: &mut String, report: &Report<'_>, positions: &Positions<'_>, path: &str, found: &[&Diagnostic]) {
    let failures = found.iter().filter(|d| report.fails(d)).count();
    let skipped = found.len() - failures;
    let (path, tests) = (attribute(path), found.len().max(1));
    let _ = writeln!(
        out,
        "  <testsuite name=\"{path}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\">"
    );
    if found.is_empty() {
        let _ = writeln!(out, "    <testcase name=\"tabi check\" classname=\"{path}\"/>");
    }
    let mut names: HashMap<String, usize> = HashMap::new();
    for diagnostic in found {
        // Readers follow a test by its name, so it has no line in it; and they drop a second one of the same name.
        let mut name = format!("{}: {}", diagnostic.name(), diagnostic.message);
        let n = names.entry(name.clone()).or_default();
        *n += 1;
        if *n > 1 {
            let _ = write!(name, " ({n})");
        }
        let start = positions.range(diagnostic.place()).start;
        let severity = Severity::text(diagnostic.severity);
        let place = format!("{}:{}:{}", report.path(diagnostic.place().file), start.line, start.column);
        let text = format!("{place}: {severity}: {}\n{}", diagnostic.message, report.words(positions, diagnostic));
        let (name, text) = (attribute(&name), escaped(&text));
        let _ = writeln!(out, "    <testcase name=\"{name}\" classname=\"{path}\">");
        if report.fails(diagnostic) {
            let (kind, message) = (diagnostic.name(), attribute(&diagnostic.message));
            let _ = writeln!(out, "      <failure type=\"{kind}\" message=\"{message}\">{text}</failure>");
        } else {
            let _ = writeln!(out, "      <skipped>{text}</skipped>");
        }
        out.push_str("    </testcase>\n");
    }
    out.push_str("  </testsuite>\n");
}

/// Text in an element. What XML 1.0 cannot hold is replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // a reader would make a plain line end of it
            '\r' => out.push_str("&#13;"),
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

/// Text in an attribute, where a reader would make blanks of tabs and line ends.
fn attribute(text: &str) -> String {
    escaped(text).replace('\n', "&#10;").replace('\t', "&#9;")
}
