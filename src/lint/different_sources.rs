//! `good` is of one job, and `total` of all of them or of another: the share of both says nothing.

use super::{Check, Lint};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::DIFFERENT_SOURCES;
use crate::measure::events::Events;
use crate::measure::{Matcher, Measure, Query, Selector};
use crate::model::Journey;
use crate::promql::ast::MatchOp;
use crate::source::Place;

pub const LINT: Lint = Lint { entry: &DIFFERENT_SOURCES, of_project: false, check: Check::Journey(check) };

/// Labels that say whose series they are. Prometheus or the platform sets them; no outcome of an event stands in them.
const WHOSE: [&str; 9] =
    ["job", "instance", "namespace", "cluster", "environment", "env", "app", "application", "app_kubernetes_io_name"];

/// Others that choose a source too, of what reports for many.
const ALSO_WHOSE: [&str; 12] = [
    "service",
    "pod",
    "container",
    "host",
    "node",
    "region",
    "zone",
    "site",
    "deployment",
    "workload",
    "ingress",
    "backend",
];

/// What a label says, however it is spelled: `exported_` stands before it where the target has a label of that name itself.
fn meaning(label: &str) -> &str {
    match label.strip_prefix("exported_").unwrap_or(label) {
        "environment" => "env",
        "application" | "app_kubernetes_io_name" => "app",
        other => other,
    }
}

/// Whether a label says whose series they are.
fn is_source(label: &str) -> bool {
    let bare = label.strip_prefix("exported_").unwrap_or(label);
    WHOSE.contains(&bare) || ALSO_WHOSE.contains(&bare)
}

fn check(journey: &Journey, found: &mut Vec<Diagnostic>) {
    let mut seen: Vec<Place> = Vec::new();
    for (_, sli) in journey.all_slis() {
        let Measure::Events(events) = &sli.measure else { continue };
        let (part, word, whole, other) = match events {
            Events::GoodTotal { good, total } => (good, "good", total, "total"),
            Events::BadTotal { bad, total } => (bad, "bad", total, "total"),
            Events::GoodBad { good, bad } => (good, "good", bad, "bad"),
        };
        let (Query::Selector(part), Query::Selector(whole)) = (part, whole) else { continue };
        if seen.contains(&whole.place) {
            continue;
        }
        let sides = [(part, word, whole, other), (whole, other, part, word)];
        if let Some(d) = sides.into_iter().find_map(|(narrow, word, wide, other)| differ(narrow, word, wide, other)) {
            seen.push(whole.place);
            found.push(d);
        }
    }
}

/// The first label by which a selector is of one source and the other is not.
fn differ(narrow: &Selector, word: &str, wide: &Selector, other: &str) -> Option<Diagnostic> {
    for own in narrow.matchers.iter().filter(|m| m.op == MatchOp::Equal && WHOSE.contains(&m.label.as_str())) {
        let there: Vec<&Matcher> = wide.matchers.iter().filter(|m| meaning(&m.label) == meaning(&own.label)).collect();
        let d = |message: String, label: String, place: Place, side: String| {
            Diagnostic::new(&DIFFERENT_SOURCES, message, place, label).and(own.place, side)
        };
        match there.as_slice() {
            [] if own.value.is_empty() => {}
            // counters of two programs need not have the same labels: each may be chosen by those that it has
            [] if narrow.name != wide.name && chooses_otherwise(wide, narrow) => {}
            [] => {
                return Some(
                    d(
                        format!("`{word}` counts only the {} `{}`, and `{other}` all of them", own.label, own.value),
                        format!("of every {}", own.label),
                        wide.place,
                        format!("`{word}` counts these"),
                    )
                    .help(format!("`{}` in `{other}` too, or in neither", written(own))),
                );
            }
            [theirs]
                if own.label == "job"
                    && theirs.label == "job"
                    && theirs.op == MatchOp::Equal
                    && theirs.value != own.value =>
            {
                return Some(
                    d(
                        format!(
                            "`{word}` counts what the job `{}` reports, and `{other}` what `{}` does: what is in one need not be in the other",
                            own.value, theirs.value
                        ),
                        format!("`{other}` counts these"),
                        theirs.place,
                        format!("`{word}` counts these"),
                    )
                    .help("take both from one job; where the two count the same events, `# tabi: allow(different-sources) why`"),
                );
            }
            _ => {}
        }
    }
    None
}

/// Whether a selector is of some source by a label, or a value, that the other does not ask for.
fn chooses_otherwise(selector: &Selector, other: &Selector) -> bool {
    let both =
        |m: &Matcher| other.matchers.iter().any(|o| meaning(&o.label) == meaning(&m.label) && o.value == m.value);
    selector.matchers.iter().any(|m| is_source(&m.label) && !both(m))
}

fn written(matcher: &Matcher) -> String {
    format!("{}={}", matcher.label, crate::promql::write::quote(&matcher.value))
}
