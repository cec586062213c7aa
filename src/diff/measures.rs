//! What is measured and what of it is bad, part by part.

use super::pairs::{Pairs, change};
use super::{Change, Kind, Part};
use crate::measure::events::Events;
use crate::measure::latency::Unit;
use crate::measure::{Measure, Query};
use crate::promql;
use crate::promql::write::duration;
use std::collections::BTreeSet;

/// Finds all measures that differ. Budgets that start afresh must have been found.
pub fn find(pairs: &Pairs<'_>, changes: &mut Vec<Change>) {
    let of_kind = |kind: &Kind| if let Kind::Afresh(found) = kind { found.budgets.clone() } else { Vec::new() };
    let afresh: BTreeSet<String> = changes.iter().flat_map(|change| of_kind(&change.kind)).collect();
    for (old, new) in pairs.both_slis() {
        let (before, now) = (parts(&old.sli.measure), parts(&new.sli.measure));
        let of =
            |all: &[(&'static str, String)], word: &str| all.iter().find(|(w, _)| *w == word).map(|(_, t)| t.clone());
        let mut words: Vec<&'static str> = before.iter().chain(&now).map(|(word, _)| *word).collect();
        words.sort_by_key(|word| ORDER.iter().position(|w| w == word));
        words.dedup();
        let parts: Vec<Part> = words
            .into_iter()
            .map(|word| Part { word, old: of(&before, word), new: of(&now, word) })
            .filter(|part| !same(part.old.as_deref(), part.new.as_deref()))
            .collect();
        if !parts.is_empty() {
            let window = pairs.new.journey(new.journey).window.value;
            let mixed = (!afresh.contains(&pairs.new.address(new))).then_some(window);
            changes.push(change(pairs.sli(Some(old), Some(new)), Kind::Measure { parts, mixed }));
        }
    }
}

/// The words of measures in the order in which they are written.
const ORDER: [&str; 9] = ["good", "bad", "total", "latency", "up", "age", "holds", "under", "unit"];

/// Whether two texts are the same PromQL; blanks and comments say nothing.
pub fn same(a: Option<&str>, b: Option<&str>) -> bool {
    a.map(promql::words) == b.map(promql::words)
}

fn unit(unit: Unit) -> String {
    match unit {
        Unit::Seconds => "s",
        Unit::Milliseconds => "ms",
        Unit::Microseconds => "us",
        Unit::Nanoseconds => "ns",
    }
    .to_string()
}

fn parts(measure: &Measure) -> Vec<(&'static str, String)> {
    let query = Query::canonical;
    match measure {
        Measure::Events(Events::GoodTotal { good, total }) => vec![("good", query(good)), ("total", query(total))],
        Measure::Events(Events::BadTotal { bad, total }) => vec![("bad", query(bad)), ("total", query(total))],
        Measure::Events(Events::GoodBad { good, bad }) => vec![("good", query(good)), ("bad", query(bad))],
        Measure::Latency(x) => vec![
            ("latency", if x.native { format!("{} native", x.selector.canonical()) } else { x.selector.canonical() }),
            ("under", duration(x.bound)),
            ("unit", unit(x.unit)),
        ],
        Measure::Up(x) => vec![("up", query(&x.query))],
        Measure::Age(x) => vec![("age", query(&x.query)), ("under", duration(x.bound)), ("unit", unit(x.unit))],
        Measure::Holds(x) => vec![("holds", x.expr.text.clone())],
    }
}
