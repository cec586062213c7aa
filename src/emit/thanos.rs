//! A rule file of Thanos Ruler: what becomes of a query when a store does not answer stands in each group.

use super::prometheus::{groups, header};
use super::yaml::Document;
use crate::plan::JourneyRules;
use crate::source::Sources;

/// The file of a journey.
pub fn file(rules: &JourneyRules, sources: &Sources, partial: bool) -> String {
    let strategy = if partial { "warn" } else { "abort" };
    let mut document = Document::new(&[&header(rules, sources)]);
    document.map(|file| groups(file, rules, sources, &|group| group.string("partial_response_strategy", strategy)));
    document.finish()
}
