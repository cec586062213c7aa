//! A rule file of Mimir, as `mimirtool` loads it: a namespace and its groups. No two files may have one namespace.

use super::prometheus::{groups, header};
use super::yaml::Document;
use crate::plan::JourneyRules;
use crate::source::Sources;

/// The file of a journey.
pub fn file(rules: &JourneyRules, sources: &Sources, prefix: &str) -> String {
    let mut document = Document::new(&[&header(rules, sources)]);
    document.map(|file| {
        file.string("namespace", &format!("{prefix}-{}", rules.journey));
        groups(file, rules, sources, &|_| {});
    });
    document.finish()
}
