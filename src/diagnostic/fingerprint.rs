//! By what a program knows a finding again when lines have moved.

use super::report::Report;
use crate::source::{Place, fnv1a};
use std::collections::{HashMap, HashSet};

/// A fingerprint of each diagnostic: made of its path, its name and the text at its place, never of its line or its wording. Those that
/// would be equal are told apart by their order.
pub fn all(report: &Report<'_>) -> Vec<String> {
    let mut taken = HashSet::new();
    // where to go on counting: thousands of findings may be alike
    let mut alike: HashMap<String, usize> = HashMap::new();
    let of = |diagnostic: &super::Diagnostic| {
        let place = diagnostic.place();
        let file = report.sources.file(place.file);
        let line = Place { span: file.line_span(file.line_of(place.span.start)), ..place };
        let text = [report.path(place.file), diagnostic.name(), report.beginning(line).trim(), report.beginning(place)];
        let text = text.join("\0");
        loop {
            let n = alike.entry(text.clone()).or_default();
            let hash = format!("{:016x}", fnv1a(format!("{text}\0{n}").as_bytes()));
            *n += 1;
            if taken.insert(hash.clone()) {
                return hash;
            }
        }
    };
    report.diagnostics.iter().map(of).collect()
}
