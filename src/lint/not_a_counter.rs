//! A counter is read whose name is none by the conventions.

use super::{Check, Lint};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::NOT_A_COUNTER;
use crate::measure::{Measure, Query};
use crate::model::Journey;
use crate::source::Place;

pub const LINT: Lint = Lint { entry: &NOT_A_COUNTER, of_project: false, check: Check::Journey(check) };

fn check(journey: &Journey, found: &mut Vec<Diagnostic>) {
    let mut seen: Vec<Place> = Vec::new();
    for (_, sli) in journey.all_slis() {
        let Measure::Events(events) = &sli.measure else { continue };
        for selector in events.queries().into_iter().filter_map(Query::selector) {
            let counts = ["_total", "_count", "_bucket", "_sum"].iter().any(|s| selector.name.ends_with(s));
            if counts || seen.contains(&selector.place) {
                continue;
            }
            seen.push(selector.place);
            found.push(
                Diagnostic::new(
                    &NOT_A_COUNTER,
                    format!("`{}` does not look like a counter: names of counters end with `_total`", selector.name),
                    selector.place,
                    "counted here",
                )
                .help("if it counts up and only falls on a restart, all is well; a gauge needs `up`, `age` or `holds`"),
            );
        }
    }
}
