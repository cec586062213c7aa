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
        let there: Vec<&Matcher> = wide.matchers.iter().filter(|m| m.label == own.label).collect();
        let d = |message: String, label: String, place: Place, side: String| {
            Diagnostic::new(&DIFFERENT_SOURCES, message, place, label).and(own.place, side)
        };
        match there.as_slice() {
            [] if own.value.is_empty() => {}
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
            [theirs] if own.label == "job" && theirs.op == MatchOp::Equal && theirs.value != own.value => {
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

fn written(matcher: &Matcher) -> String {
    format!("{}={}", matcher.label, crate::promql::write::quote(&matcher.value))
}
