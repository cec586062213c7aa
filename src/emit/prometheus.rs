//! A rule file of Prometheus: one for each journey. Engines that take the same file with a little more write it from here, too.

use super::HEADER;
use super::yaml::{Document, Map};
use crate::plan::{Group, JourneyRules, Rule, RuleKind, minutes};
use crate::source::Sources;

/// The file of a journey.
pub fn file(rules: &JourneyRules, sources: &Sources) -> String {
    let mut document = Document::new(&[&header(rules, sources)]);
    document.map(|file| groups(file, rules, sources, &|_| {}));
    document.finish()
}

/// What each file of a journey begins with.
pub fn header(rules: &JourneyRules, sources: &Sources) -> String {
    format!("{HEADER} from {}. Change it there and run `tabi build`.", sources.file(rules.place.file).name)
}

/// The groups of a journey; `more` is written into each.
pub fn groups(file: &mut Map<'_>, rules: &JourneyRules, sources: &Sources, more: &dyn Fn(&mut Map<'_>)) {
    let source = sources.name_and_line(rules.place);
    file.list("groups", |groups| {
        for group in &rules.groups {
            groups.comment(&format!("from {source}"));
            groups.map(|map| self::group(map, group, more));
        }
    });
}

fn group(map: &mut Map<'_>, group: &Group, more: &dyn Fn(&mut Map<'_>)) {
    map.string("name", &group.name);
    map.string("interval", &minutes(group.interval));
    more(map);
    map.list("rules", |list| {
        for rule in &group.rules {
            list.map(|map| write(map, rule));
        }
    });
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

/// A map of texts, where there are any.
pub fn pairs<'p>(map: &mut Map<'_>, key: &str, pairs: impl IntoIterator<Item = &'p (String, String)>) {
    let mut pairs = pairs.into_iter().peekable();
    if pairs.peek().is_none() {
        return;
    }
    map.map(key, |map| {
        for (name, value) in pairs {
            map.string(name, value);
        }
    });
}
