//! A rule file of Prometheus: one for each journey.

use super::HEADER;
use super::yaml::{Document, Map};
use crate::plan::{JourneyRules, Rule, RuleKind, minutes};
use crate::source::Sources;

/// The file of a journey.
pub fn file(rules: &JourneyRules, sources: &Sources) -> String {
    let source = sources.name_and_line(rules.place);
    let name = &sources.file(rules.place.file).name;
    let mut document = Document::new(&[&format!("{HEADER} from {name}. Change it there and run `tabi build`.")]);
    document.map(|file| {
        file.list("groups", |groups| {
            for group in &rules.groups {
                groups.comment(&format!("from {source}"));
                groups.map(|map| {
                    map.string("name", &group.name);
                    map.string("interval", &minutes(group.interval));
                    map.list("rules", |list| {
                        for rule in &group.rules {
                            list.map(|map| write(map, rule));
                        }
                    });
                });
            }
        });
    });
    document.finish()
}

fn write(map: &mut Map<'_>, rule: &Rule) {
    match &rule.kind {
        RuleKind::Record(name) => map.string("record", name),
        RuleKind::Alert(name) => map.string("alert", name),
    }
    map.string("expr", &rule.expr);
    if let Some(hold) = rule.hold {
        map.string("for", &minutes(hold));
    }
    pairs(map, "labels", &rule.labels);
    pairs(map, "annotations", &rule.annotations);
}

fn pairs(map: &mut Map<'_>, key: &str, pairs: &[(String, String)]) {
    if pairs.is_empty() {
        return;
    }
    map.map(key, |map| {
        for (name, value) in pairs {
            map.string(name, value);
        }
    });
}
