//! For GitHub code scanning and whatever else reads SARIF 2.1.0. Columns count units of UTF-16, as most readers do.

use super::catalogue::Entry;
use super::positions::{Positions, Range, Unit};
use super::report::{Report, json};
use super::{Diagnostic, Severity, fingerprint};
use crate::source::{FileId, Place};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Paths are relative to this, the root of the repository.
const BASE: &str = "%SRCROOT%";

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    invocations: [Invocation; 1],
    original_uri_base_ids: BTreeMap<&'static str, Base>,
    column_kind: &'static str,
    results: Vec<One<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    information_uri: Option<&'static str>,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    short_description: Text,
    full_description: Text,
    help: Help<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
struct Help<'a> {
    text: &'a str,
    markdown: &'a str,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

/// What GitHub filters by.
#[derive(Serialize)]
struct Properties {
    #[serde(rename = "problem.severity")]
    severity: &'static str,
    tags: [&'static str; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
}

#[derive(Serialize)]
struct Base {
    description: Text,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct One<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix<'a>>,
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "tabiPlace/v1")]
    place: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(rename = "physicalLocation")]
    physical: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize, Clone)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix<'a> {
    description: Text,
    artifact_changes: Vec<Change<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    artifact_location: Artifact,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Content<'a>,
}

#[derive(Serialize)]
struct Content<'a> {
    text: &'a str,
}

/// The document, also where there is nothing to report.
pub fn document(report: &Report<'_>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut rules: Vec<&'static Entry> = report.diagnostics.iter().map(|d| d.entry).collect();
    rules.sort_by_key(|entry| entry.name);
    rules.dedup_by_key(|entry| entry.name);
    let positions = Positions::new(report.sources, Unit::Utf16);
    let found = report.diagnostics.iter().zip(fingerprint::all(report));
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "tabi",
                version,
                semantic_version: version,
                information_uri: super::catalogue::repository(),
                rules: rules.iter().map(|entry| rule(report, entry)).collect(),
            },
        },
        invocations: [Invocation { execution_successful: true }],
        original_uri_base_ids: BTreeMap::from([(
            BASE,
            Base { description: Text { text: "The root of the repository.".into() } },
        )]),
        column_kind: "utf16CodeUnits",
        results: found.map(|(d, fingerprint)| one(report, &positions, &rules, d, fingerprint)).collect(),
    };
    json(&Document { schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    }
}

fn rule<'a>(report: &Report<'_>, entry: &'a Entry) -> Rule<'a> {
    Rule {
        id: entry.name,
        // a name that only repeats the id is to be left out
        name: entry.name.contains('-').then(|| pascal(entry.name)),
        short_description: Text { text: entry.summary().split_whitespace().collect::<Vec<_>>().join(" ") },
        full_description: Text { text: entry.description() },
        help: Help { text: entry.text, markdown: entry.text },
        help_uri: report.page(entry),
        default_configuration: Configuration { level: level(entry.severity) },
        properties: Properties {
            severity: match entry.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Hint => "recommendation",
            },
            tags: ["slo"],
        },
    }
}

/// `BadTarget`
fn pascal(name: &str) -> String {
    let word = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    name.split('-').filter(|w| !w.is_empty()).map(word).collect()
}

fn one<'a>(
    report: &Report<'_>,
    positions: &Positions<'_>,
    rules: &[&'static Entry],
    diagnostic: &'a Diagnostic,
    fingerprint: String,
) -> One<'a> {
    let said = |text: &str| (!text.is_empty()).then(|| Text { text: text.to_string() });
    let mut message = diagnostic.message.clone();
    let first = &diagnostic.labels[0];
    let mut related = Vec::new();
    for label in diagnostic.labels.iter().skip(1) {
        if report.own_path(label.place.file).is_some() {
            let physical = physical(report, positions, label.place);
            related.push(Location { id: Some(related.len() + 1), physical, message: said(&label.text) });
        } else {
            // no file that a reader could open, and some fail at a location without a file
            let _ = write!(message, "\n{} of tabi itself: {}", report.sources.name_and_line(label.place), label.text);
        }
    }
    if let Some(help) = &diagnostic.help {
        let _ = write!(message, "\nhelp: {help}");
    }
    One {
        rule_id: diagnostic.name(),
        rule_index: rules.binary_search_by_key(&diagnostic.name(), |entry| entry.name).unwrap_or(0),
        level: level(diagnostic.severity),
        message: Text { text: message },
        locations: [Location {
            id: None,
            physical: physical(report, positions, first.place),
            message: said(&first.text),
        }],
        related_locations: related,
        partial_fingerprints: Fingerprints { place: fingerprint },
        fixes: diagnostic.fixes.iter().map(|fix| of_fix(report, positions, fix)).collect(),
    }
}

fn of_fix<'a>(report: &Report<'_>, positions: &Positions<'_>, fix: &'a super::Fix) -> Fix<'a> {
    let mut changes: BTreeMap<FileId, Vec<Replacement<'a>>> = BTreeMap::new();
    for edit in &fix.edits {
        changes.entry(edit.place.file).or_default().push(Replacement {
            deleted_region: region(positions.range(edit.place)),
            inserted_content: Content { text: &edit.text },
        });
    }
    let change = |(file, replacements)| Change { artifact_location: artifact(report.path(file)), replacements };
    Fix { description: Text { text: fix.title.clone() }, artifact_changes: changes.into_iter().map(change).collect() }
}

fn physical(report: &Report<'_>, positions: &Positions<'_>, place: Place) -> Physical {
    Physical { artifact_location: artifact(report.path(place.file)), region: region(positions.range(place)) }
}

fn region(range: Range) -> Region {
    Region {
        start_line: range.start.line,
        start_column: range.start.column,
        end_line: range.end.line,
        end_column: range.end.column,
    }
}

/// A path as a URI: from the root of the repository, unless it is absolute.
fn artifact(path: &str) -> Artifact {
    let drive = path.as_bytes().get(1) == Some(&b':');
    let root = if path.starts_with('/') {
        "file://"
    } else if drive {
        "file:///"
    } else {
        ""
    };
    let mut uri = root.to_string();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    Artifact { uri, uri_base_id: root.is_empty().then_some(BASE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        let uri = |path: &str| artifact(path).uri;
        assert_eq!(uri("slo/a b#1?%.tabi"), "slo/a%20b%231%3F%25.tabi");
        assert_eq!(uri("予.tabi"), "%E4%BA%88.tabi");
        assert_eq!(uri("../x:y.tabi"), "../x%3Ay.tabi");
        assert_eq!(uri("/srv/a.tabi"), "file:///srv/a.tabi");
        assert!(artifact("a").uri_base_id.is_some() && artifact("/a").uri_base_id.is_none());
        assert_eq!(pascal("good-outside-total"), "GoodOutsideTotal");
    }
}
