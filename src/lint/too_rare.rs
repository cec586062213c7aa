//! The budget is less than one event a window.

use super::{Check, Lint, about, counted, duration, slis, target};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue::TOO_RARE;
use crate::model::{Journey, Sli};

pub const LINT: Lint = Lint { entry: &TOO_RARE, of_project: false, check: Check::Journey(check) };

/// How many events the budget allows to fail in a window, where traffic is known.
fn allowed(journey: &Journey, sli: &Sli) -> Option<f64> {
    let traffic = sli.traffic.as_ref()?.value;
    Some(traffic * (journey.window.value * 60) as f64 * sli.target.value.budget())
}

/// Whether an SLI is too rare; `chance-alert` is silent then.
pub fn is(journey: &Journey, sli: &Sli) -> bool {
    allowed(journey, sli).is_some_and(|n| n < 1.0 - 1e-9)
}

fn check(journey: &Journey, found: &mut Vec<Diagnostic>) {
    for (sli, address) in slis(journey) {
        let Some(allowed) = allowed(journey, sli).filter(|_| is(journey, sli)) else { continue };
        let window = duration(journey.window.value as f64);
        let events = allowed / sli.target.value.budget();
        let mut d = Diagnostic::new(
            &TOO_RARE,
            format!(
                "{address}: {} in {window} and {} allow {}: the first one spends {} times the whole budget",
                counted(events, "event"),
                target(sli.target.value),
                counted(allowed, "failure"),
                about(1.0 / allowed),
            ),
            sli.target.place.unwrap_or(sli.place),
            "cannot be kept",
        );
        if let Some(place) = sli.traffic.as_ref().and_then(|t| t.place) {
            d = d.and(place, "so few events");
        }
        let days = (journey.window.value as f64 / allowed / 1440.0).ceil();
        let longer = if days <= 365.0 { format!("a window of {days:.0}d, ") } else { String::new() };
        let lowest = 100.0 * (1.0 - 1.0 / events.max(1.0));
        found.push(d.help(format!(
            "{longer}a target below {} %, or a measure with more events",
            super::percent(lowest / 100.0).trim_end_matches(" %")
        )));
    }
}
